"""JSON and JavaScript literals read with the place of every value, for traced documents."""

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from headwater.marketplaces.origins import Origin, traced

Span = tuple[int, int]
Place = Callable[[int, Span], Span | None]
"""From a value's number and its span in the JSON text to its span in the page."""

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "NaN": None, "Infinity": None,
          "-Infinity": None}  # fmt: skip
_WORD = re.compile(r"true|false|null|NaN|-?Infinity")


def figure(written: str) -> Decimal | None:
    """A JSON number with a fraction or an exponent; None for one that no machine counts to."""
    try:
        return Decimal(written)
    except InvalidOperation:  # 1e99999999999999999999
        return None


def read_json(text: str, position: int, container: str, *, path: str = "$") -> Any:
    """The JSON value at `position` of the page's text. Raises ValueError or RecursionError."""
    return _Reader(text, container, lambda _, span: span, named=True).value(position, path)[0]


def read_rewritten(rewritten: str, position: int, spans: list[Span], container: str) -> Any:
    """The JavaScript literal at `position`, as `to_json` rewrote it and noted its values."""

    def place(number: int, span: Span) -> Span | None:
        first, end = spans[number]
        quoted = rewritten[span[0] - 1 : span[0]] == '"'
        return position + first + quoted, position + end - quoted

    return _Reader(rewritten, container, place).value(0, "$")[0]


def read_embedded(written: str, holder: Origin, places: list[int]) -> Any:
    """The JSON that an attribute holds; `places` tells where each of its characters stands."""

    def place(_: int, span: Span) -> Span | None:
        if holder.first is None or span[1] >= len(places):
            return None
        return holder.first + places[span[0]], holder.first + places[span[1]]

    return _Reader(written, holder.container, place).value(0, f"{holder.path} $")[0]


class _Reader:
    """Reads as json.JSONDecoder(parse_float=Decimal, strict=False) does, and notes the places."""

    def __init__(self, text: str, container: str, place: Place, *, named: bool = False) -> None:
        self.text = text
        self.container = container
        self.place = place
        self.values = 0
        self.named = named
        """Whether the names of members are traced, too: some are what a fact is called."""

    def value(self, at: int, path: str) -> tuple[Any, int]:
        text = self.text
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
        mark = text[at : at + 1]
        if mark == "{":
            return self._object(at + 1, path)
        if mark == "[":
            return self._array(at + 1, path)
        number = self.values
        self.values += 1
        if mark == '"':
            found, end = scanstring(text, at + 1, False)  # noqa: FBT003 - json's own signature
            return self._leaf(found, path, self.place(number, (at + 1, end - 1))), end
        if digits := _NUMBER.match(text, at):
            whole, fraction, exponent = digits.groups()
            plain = figure(digits[0]) if fraction or exponent else int(whole)
            return self._leaf(plain, path, self.place(number, digits.span())), digits.end()
        if word := _WORD.match(text, at):
            meant = _WORDS[word[0]]
            return self._leaf(meant, path, self.place(number, word.span())), word.end()
        raise ValueError(f"no value at character {at}")

    def _leaf(self, value: Any, path: str, span: Span | None) -> Any:
        if value is None:
            return None
        first, end = span or (None, None)
        read = json.dumps(value) if isinstance(value, bool) else str(value)
        return traced(value, (Origin(self.container, path, read, first, end),))

    def _object(self, at: int, path: str) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        text = self.text
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
        if text[at : at + 1] == "}":
            return found, at + 1
        while True:
            if text[at : at + 1] != '"':
                raise ValueError(f"no name at character {at}")
            begun = at + 1
            name, at = scanstring(text, begun, False)  # noqa: FBT003 - json's own signature
            if self.named:
                origin = Origin(self.container, path, name, begun, at - 1)
                name = traced(name, (origin,))
            at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
            if text[at : at + 1] != ":":
                raise ValueError(f"no colon at character {at}")
            step = f".{name}" if name.isidentifier() else f"[{json.dumps(name)}]"
            found[name], at = self.value(at + 1, path + step)
            at, ended = self._next(at, "}")
            if ended:
                return found, at

    def _array(self, at: int, path: str) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = _SPACE.match(self.text, at).end()  # type: ignore[union-attr]
        if self.text[at : at + 1] == "]":
            return found, at + 1
        while True:
            value, at = self.value(at, f"{path}[{len(found)}]")
            found.append(value)
            at, ended = self._next(at, "]")
            if ended:
                return found, at

    def _next(self, at: int, closer: str) -> tuple[int, bool]:
        """Where the next member begins, or the value ends."""
        at = _SPACE.match(self.text, at).end()  # type: ignore[union-attr]
        mark = self.text[at : at + 1]
        if mark not in {",", closer}:
            raise ValueError(f"no end at character {at}")
        at += 1
        return (at, True) if mark == closer else (_SPACE.match(self.text, at).end(), False)  # type: ignore[union-attr]
