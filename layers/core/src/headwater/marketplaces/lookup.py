"""Safe ways into decoded JSON of unknown shape: known paths tried in order, never an exception."""

import html
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from headwater.marketplaces.origins import TracedFlag, TracedText, carried, told_by, within

Json = Any
"""What a JSON decoder returns: nothing about its shape is known before it is looked at."""

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\s]+")
_LONGEST_TEXT = 4000
_LARGEST_NUMBER = 10**30
_DEEPEST = 40


def dig(value: Json, path: str) -> Json:
    """What stands at "a.b.0.c"; None where the path leads nowhere. "" is the value itself."""
    for step in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal():
            place = int(step)
            value = value[place] if place < len(value) else None
        else:
            return None
    return value


def first(value: Json, *paths: str) -> Json:
    """The first of the paths that holds something: not None, "", [] or {}."""
    for path in paths:
        found = dig(value, path)
        if found not in (None, "", [], {}):
            return found
    return None


def objects(value: Json) -> Iterator[dict[str, Json]]:
    """The objects of a list, or of an object's values; nothing for anything else."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def search(value: Json, key: str) -> Iterator[Json]:
    """Every value that stands under `key`, at whatever (bounded) depth, in document order."""
    level: list[Json] = [value]
    for _ in range(_DEEPEST):
        below: list[Json] = []
        for item in level:
            if isinstance(item, Mapping):
                if key in item:
                    yield item[key]
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        level = below


def text(value: Json) -> str | None:
    """One line of plain text: without markup, entities, control characters; None if empty."""
    if isinstance(value, (bool, TracedFlag)):
        return None
    line = value
    if isinstance(line, (int, Decimal)):
        line = str(line) if -_LARGEST_NUMBER < line < _LARGEST_NUMBER else ""
    if not isinstance(line, str):
        return None
    line = line[: 4 * _LONGEST_TEXT]
    if "<" in line:
        line = _TAG.sub(" " if "<br" in line else "", line)
    if "&" in line:
        line = html.unescape(line)
    return carried(_UNPRINTABLE.sub(" ", line)[:_LONGEST_TEXT].strip() or None, value)


def joined(*values: Json) -> str | None:
    """The texts of the values that have one, with a blank between."""
    known = [line for line in map(text, values) if line]
    return carried(" ".join(known), *known) if known else None


def group_of(found: re.Match[str] | None, read: Json, group: int = 1) -> str | None:
    """A group of a match in a text that was read; None without a match."""
    if found is None or found[group] is None:
        return None
    return within(read, *found.span(group)) if isinstance(read, TracedText) else str(found[group])


def yes(value: Json) -> bool:
    """Whether the page says true, as a flag."""
    return value is True or (isinstance(value, TracedFlag) and value == 1)


def advertised(*flags: Json) -> bool:
    """Whether a flag, or an object with what there is to say of it, tells of an advertisement."""
    for flag in flags:
        if isinstance(flag, Mapping) and flag:
            return told_by(*list(flag.values())[:1])
    said = next((flag for flag in flags if yes(flag) or flag in (1, "1", "true")), None)
    return said is not None and told_by(said)


def badges_said(badges: Mapping[str, Json]) -> tuple[str, ...]:
    """The names of the badges that the page says are so, by a flag or by the word "true"."""
    return tuple(
        carried(name, stated) for name, stated in badges.items() if yes(stated) or stated == "true"
    )


def identifier(value: Json) -> str | None:
    """A platform's numeric id as text: 5 to 20 ASCII digits, anything else is None."""
    if isinstance(value, (bool, TracedFlag)) or not isinstance(value, (str, int)):
        return None
    if isinstance(value, int) and not 0 < value < 10**20:
        return None
    digits = str(value).strip()
    known = re.fullmatch(r"[0-9]{5,20}", digits) and digits.strip("0")
    return carried(digits, value) if known else None


def count(value: Json) -> int | None:
    """A natural number out of a number or a text ("1,234 sold", "3.5万+", "84"); else None."""
    if isinstance(value, (bool, TracedFlag)):
        return None
    if isinstance(value, (int, Decimal)):
        return carried(int(value), value) if 0 <= value < 10**12 else None
    if not isinstance(value, str):
        return None
    found = re.search(r"([0-9]{1,12}(?:[.,\s][0-9]{1,3})*)\s*(万|[kK]\b|[kK]\+|тыс)?", value[:200])
    if not found:
        return None
    digits, scale = found.groups()
    factor = {None: 1, "万": 10_000}.get(scale, 1000)
    if factor == 1:
        return carried(int(re.sub(r"[.,\s]", "", digits)), value)
    try:
        number = Decimal(re.sub(r"\s", "", digits).replace(",", "."))
        return carried(int(number * factor), value)
    except InvalidOperation:
        return None
