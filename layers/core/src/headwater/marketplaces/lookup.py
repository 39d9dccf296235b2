"""Safe ways into decoded JSON of unknown shape: known paths tried in order, never an exception."""

import html
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

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
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        value = str(value) if -_LARGEST_NUMBER < value < _LARGEST_NUMBER else ""
    if not isinstance(value, str):
        return None
    value = value[: 4 * _LONGEST_TEXT]
    if "<" in value:
        value = _TAG.sub(" " if "<br" in value else "", value)
    if "&" in value:
        value = html.unescape(value)
    return _UNPRINTABLE.sub(" ", value)[:_LONGEST_TEXT].strip() or None


def identifier(value: Json) -> str | None:
    """A platform's numeric id as text: 5 to 20 ASCII digits, anything else is None."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    if isinstance(value, int) and not 0 < value < 10**20:
        return None
    digits = str(value).strip()
    return digits if re.fullmatch(r"[0-9]{5,20}", digits) and digits.strip("0") else None


def count(value: Json) -> int | None:
    """A natural number out of a number or a text ("1,234 sold", "3.5万+", "84"); else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        return int(value) if 0 <= value < 10**12 else None
    if not isinstance(value, str):
        return None
    found = re.search(r"([0-9]{1,12}(?:[.,\s][0-9]{1,3})*)\s*(万|[kK]\b|[kK]\+|тыс)?", value[:200])
    if not found:
        return None
    digits, scale = found.groups()
    factor = {None: 1, "万": 10_000}.get(scale, 1000)
    if factor == 1:
        return int(re.sub(r"[.,\s]", "", digits))
    try:
        return int(Decimal(re.sub(r"\s", "", digits).replace(",", ".")) * factor)
    except InvalidOperation:
        return None
