"""A JavaScript object literal, as pages carry their data, rewritten as JSON.

Shops write what a browser reads and JSON does not: {offerid:"1"}, {6065759283227:0.4}, 'single
quotes', trailing commas, undefined, !0. What is no plain value (a function, a sum, a name) becomes
null: it is code, and code is not run. (chompjs does the same job; it has no wheel for Linux on
arm64, where the functions run.)
"""

import json
import re
from collections.abc import Generator

_TOKEN = re.compile(
    r"""
      (?P<space> [\s\ufeff]+ | //[^\n]* | /\*[^*]*\*+(?:[^/*][^*]*\*+)*/ )
    | (?P<string> "[^"\\]*(?:\\.[^"\\]*)*" | '[^'\\]*(?:\\.[^'\\]*)*' | `[^`\\]*(?:\\.[^`\\]*)*` )
    | (?P<number> [+-]?(?:0[xX][0-9a-fA-F]+ | (?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?) )
    | (?P<flag> ![01] )
    | (?P<name> [A-Za-z_$\u0080-\uffff][\w$]* )
    | (?P<mark> [{}\[\],:] )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL
)
_JSON_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_UNENDED = re.compile(r"[\"'`]|/\*")
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}
_CLOSES = {"{": "}", "[": "]"}
_LITERALS = {"true", "false", "null"}


Span = tuple[int, int]
Tokens = Generator[tuple[str, str, int], None, None]


class Rewriting:
    """What became of a literal: where its values stood, and how far its text was read."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        """[first, end) of every value that is no object or array, in order."""
        self.read = 0


def to_json(text: str, position: int = 0, rewriting: Rewriting | None = None) -> str:
    """The literal that begins at `position` as JSON text. Raises ValueError when none does."""
    noted = rewriting or Rewriting()
    tokens = _tokens(text, position, noted)
    try:
        return _rewritten(tokens, position, noted.spans)
    finally:
        tokens.close()


def _rewritten(tokens: Tokens, position: int, places: list[Span]) -> str:
    out: list[str] = []
    open_marks: list[str] = []
    for kind, word, at in tokens:
        if not open_marks and word not in _CLOSES:
            raise ValueError(f"no object or array at {position}")
        if word in _CLOSES:
            out.append(word)
            open_marks.append(_CLOSES[word])
        elif open_marks and word == open_marks[-1]:
            if out[-1] == ",":
                out.pop()
            out.append(word)
            open_marks.pop()
            if not open_marks:
                return "".join(out)
        elif word in {",", ":"}:
            if word == "," and out[-1] in {",", "[", "{"}:
                out.append("null")
                places.append((at, at))
            out.append(word)
        elif open_marks[-1] == "}" and out[-1] in {"{", ","}:
            out.append(_key(kind, word))
        else:
            value, ended_by = _value(kind, word, tokens, open_marks)
            out.append(value)
            places.append((at, at + len(word)))
            if ended_by == ",":
                out.append(",")
            else:
                out.append(ended_by)
                open_marks.pop()
                if not open_marks:
                    return "".join(out)
    raise ValueError("the literal does not end")


def _tokens(text: str, position: int, noted: Rewriting) -> Tokens:
    found = None
    try:
        for found in _TOKEN.finditer(text, position):
            kind = found.lastgroup
            if kind == "other" and _UNENDED.match(text, found.start()):
                raise ValueError(
                    "a text or a remark does not end"
                )  # or the next one would look again
            if kind is not None and kind != "space":
                yield kind, found[0], found.start()
    finally:
        noted.read = (found.end() if found else position) - position


def _key(kind: str, word: str) -> str:
    if kind == "string":
        return _string(word)
    if kind in {"name", "number"}:
        return json.dumps(word)
    raise ValueError(f"no key: {word[:40]!r}")


def _value(kind: str, word: str, tokens: Tokens, open_marks: list[str]) -> tuple[str, str]:
    """One plain value, or null for an expression, and the mark that ends it: "," or the closer."""
    value = _plain(kind, word)
    depth = 1 if word == "(" else 0
    for _, following, _ in tokens:
        if depth == 0 and following in {",", open_marks[-1]}:
            return value, following
        value = "null"  # more than one word: an expression
        if following in {"(", "{", "["}:
            depth += 1
        elif following in {")", "}", "]"}:
            depth -= 1
            if depth < 0:
                raise ValueError(f"a stray {following}")
    raise ValueError("the literal does not end")


def _plain(kind: str, word: str) -> str:
    if kind == "string":
        return _string(word)
    if kind == "number":
        return _number(word)
    if kind == "flag":
        return "true" if word == "!0" else "false"
    return word if word in _LITERALS else "null"


def _number(word: str) -> str:
    sign, digits = ("-", word[1:]) if word.startswith("-") else ("", word.removeprefix("+"))
    if digits[:2] in {"0x", "0X"}:
        return f"{sign}{int(digits, 16)}"
    whole, point, rest = digits.partition(".")
    whole = whole.lstrip("0") or "0" if whole[:1].isdigit() else "0"
    if point and rest[:1].isdigit():
        return f"{sign}{whole}.{rest}"
    return f"{sign}{whole}{rest}"


def _string(word: str) -> str:
    if _JSON_STRING.fullmatch(word):
        return word
    return json.dumps(_ESCAPE.sub(_unescaped, word[1:-1]))


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else "�"
    if found[4] in {"\n", "\r", "\r\n"}:
        return ""
    return _CONTROL.get(found[4], found[4])
