"""A JavaScript object literal, as pages carry their data, rewritten as JSON.

Shops write what a browser reads and JSON does not: {offerid:"1"}, {6065759283227:0.4}, 'single
quotes', trailing commas, undefined, !0. What is no plain value (a function, a sum, a name) becomes
null: it is code, and code is not run. (chompjs does the same job; it has no wheel for Linux on
arm64, where the functions run.)
"""

import json
import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
      (?P<space> [\s\ufeff]+ | //[^\n]* | /\*[^*]*\*+(?:[^/*][^*]*\*+)*/ )
    | (?P<string> "[^"\\]*(?:\\.[^"\\]*)*" | '[^'\\]*(?:\\.[^'\\]*)*' | `[^`\\]*(?:\\.[^`\\]*)*` )
    | (?P<number> [+-]?(?:0[xX][0-9a-fA-F]+ | (?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?) )
    | (?P<flag> ![01] )
    | (?P<word> [A-Za-z_$\u0080-\uffff][\w$]* )
    | (?P<mark> [{}\[\],:] )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL
)
_JSON_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}
_CLOSES = {"{": "}", "[": "]"}
_LITERALS = {"true", "false", "null"}


def to_json(text: str, position: int = 0) -> str:
    """The literal that begins at `position` as JSON text. Raises ValueError when none does."""
    out: list[str] = []
    open_marks: list[str] = []
    tokens = _tokens(text, position)
    for kind, token in tokens:
        if not open_marks and token not in _CLOSES:
            raise ValueError(f"no object or array at {position}")
        if token in _CLOSES:
            out.append(token)
            open_marks.append(_CLOSES[token])
        elif open_marks and token == open_marks[-1]:
            if out[-1] == ",":
                out.pop()
            out.append(token)
            open_marks.pop()
            if not open_marks:
                return "".join(out)
        elif token in {",", ":"}:
            if token == "," and out[-1] in {",", "[", "{"}:
                out.append("null")
            out.append(token)
        elif open_marks[-1] == "}" and out[-1] in {"{", ","}:
            out.append(_key(kind, token))
        else:
            value, ended_by = _value(kind, token, tokens, open_marks)
            out.append(value)
            if ended_by == ",":
                out.append(",")
            else:
                out.append(ended_by)
                open_marks.pop()
                if not open_marks:
                    return "".join(out)
    raise ValueError("the literal does not end")


def _tokens(text: str, position: int) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(text, position):
        kind = found.lastgroup
        if kind is not None and kind != "space":
            yield kind, found[0]


def _key(kind: str, token: str) -> str:
    if kind == "string":
        return _string(token)
    if kind in {"word", "number"}:
        return json.dumps(token)
    raise ValueError(f"no key: {token[:40]!r}")


def _value(
    kind: str, token: str, tokens: Iterator[tuple[str, str]], open_marks: list[str]
) -> tuple[str, str]:
    """One plain value, or null for an expression, and the mark that ends it: "," or the closer."""
    value = _plain(kind, token)
    depth = 1 if token == "(" else 0
    for _, following in tokens:
        if depth == 0 and following in {",", open_marks[-1]}:
            return value, following
        value = "null"  # more than one token: an expression
        if following in {"(", "{", "["}:
            depth += 1
        elif following in {")", "}", "]"}:
            depth -= 1
            if depth < 0:
                raise ValueError(f"a stray {following}")
    raise ValueError("the literal does not end")


def _plain(kind: str, token: str) -> str:
    if kind == "string":
        return _string(token)
    if kind == "number":
        return _number(token)
    if kind == "flag":
        return "true" if token == "!0" else "false"
    return token if token in _LITERALS else "null"


def _number(token: str) -> str:
    sign, digits = ("-", token[1:]) if token.startswith("-") else ("", token.removeprefix("+"))
    if digits[:2] in {"0x", "0X"}:
        return f"{sign}{int(digits, 16)}"
    whole, point, rest = digits.partition(".")
    whole = whole.lstrip("0") or "0" if whole[:1].isdigit() else "0"
    if point and rest[:1].isdigit():
        return f"{sign}{whole}.{rest}"
    return f"{sign}{whole}{rest}"


def _string(token: str) -> str:
    if _JSON_STRING.fullmatch(token):
        return token
    return json.dumps(_ESCAPE.sub(_unescaped, token[1:-1]))


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else "�"
    if found[4] in {"\n", "\r", "\r\n"}:
        return ""
    return _CONTROL.get(found[4], found[4])
