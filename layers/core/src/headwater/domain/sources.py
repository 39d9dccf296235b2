"""Where in a kept page a fact was read, so that anybody can look there."""

from dataclasses import dataclass

from headwater.domain.strangers import in_one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSource:
    """One place from which one field of a listing was read.

    `field` names it ("price.tiers.0.amount"), `value` is what we made of it. `container` and
    `path` say where it stands: a script with a JSON path, the elements with an XPath. The bytes
    [first, end) of the page, undone of JSON's or HTML's escapes, are `read`; where that cannot be
    proven by reading them again they are None, and `reason` says why.
    """

    field: str
    value: str
    container: str | None
    path: str | None
    first: int | None
    end: int | None
    read: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingSources:
    """The places of all that a page says of one listing; `encoding` is how its bytes are text."""

    encoding: str
    fields: tuple[FieldSource, ...]


def in_words(source: FieldSource) -> str:
    """For people: what was read, where it stands, and what stands there."""
    said = f"{source.field}: {in_one_line(source.value, most=120)}"
    place = f"{source.container or ''} {in_one_line(source.path or '')}".strip()
    if source.first is None:
        return f"{said}\n    no bytes: {source.reason}" + (f" ({place})" if place else "")
    there = in_one_line(source.read or "", most=160)
    return f"{said}\n    bytes {source.first} to {source.end}, {place}: {there!r}"
