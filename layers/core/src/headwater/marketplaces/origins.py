"""Values that know where in the page they were read: the parsers carry them along when asked to.

In a traced document every text, number and flag comes with its origin; what is made of it with
`carried` keeps that. In an untraced one these are plain values and `carried` costs next to nothing.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar, cast

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Origin:
    """One place of a page: characters [first, end) of its text, None where they are not known.

    `read` is what the parser was given there, free of escapes; `container` and `path` say the
    same place in words: "script 4, window.context" and "$.result.data", or "elements" and an XPath.
    """

    container: str
    path: str
    read: str
    first: int | None = None
    end: int | None = None


class Traced:
    """Mixed into the values of a traced document."""

    origins: tuple[Origin, ...] = ()


class TracedText(str, Traced):  # noqa: SLOT000 - Traced has none
    """A text with its origins."""


class TracedInteger(int, Traced):
    """A whole number with its origins."""


class TracedDecimal(Decimal, Traced):
    """A decimal number with its origins."""


class TracedFlag(int, Traced):
    """True or False with its origins: bool itself takes no companions."""


def origins_of(*values: object) -> tuple[Origin, ...]:
    """The origins of all the values, in order and without repeats."""
    found = [value.origins for value in values if isinstance(value, Traced)]
    return tuple(dict.fromkeys(origin for origins in found for origin in origins))


def carried(value: T, *read: object) -> T:
    """The value, with the origins of what it was made of where these have any."""
    origins = origins_of(*read)
    return traced(value, origins) if origins else value


def within(read: TracedText, start: int, end: int) -> str:
    """A piece of a text; its place is exact where the page spells the text as it reads."""
    piece = read[start:end]
    whole = read.origins[0]
    if len(read.origins) > 1 or whole.first is None or whole.end is None or whole.read != read:
        return traced(piece, read.origins)
    if len(read) != whole.end - whole.first:
        return traced(piece, read.origins)
    exact = replace(whole, read=piece, first=whole.first + start, end=whole.first + end)
    return traced(piece, (exact,))


def told_by(*read: object) -> bool:
    """True, because these say so."""
    return carried(True, *read)  # noqa: FBT003 - the answer, not a switch


def traced(value: T, origins: tuple[Origin, ...]) -> T:
    """A text, number or flag with origins; any other value as it is."""
    found: Traced
    if isinstance(value, str):
        found = TracedText(value)
    elif isinstance(value, (bool, TracedFlag)):
        found = TracedFlag(value)
    elif isinstance(value, int):
        found = TracedInteger(value)
    elif isinstance(value, Decimal):
        found = TracedDecimal(value)
    else:
        return value
    found.origins = origins
    return cast("T", found)
