"""Where in a kept page a fact was read, so that anybody can look there."""

from dataclasses import dataclass


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
