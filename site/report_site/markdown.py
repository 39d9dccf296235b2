"""Turn text that strangers wrote into something that Markdown, HTML and a browser only display."""

import html
import re
import string
import unicodedata

from markupsafe import Markup

MAX_LENGTH = 2000
_MAX_MARKS = 3
"""More accents than this on one letter are no language: they paint over the neighbouring rows."""

_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_INVISIBLE_LETTERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
)
"""Blank characters that Unicode calls letters, marks or symbols (Hangul fillers, Braille blank)."""
_SPACES = re.compile(r"\s+")
_MARK_UP = str.maketrans({mark: f"&#{ord(mark)};" for mark in string.punctuation})


def visible(text: str) -> str:
    """The text without what cannot be seen or turns the direction, in one line.

    Control, bidi, zero-width, private, unassigned and half characters go; spaces of every kind
    become one; stacked accents and the length are capped.
    """
    kept: list[str] = []
    marks = 0
    for character in text[: 4 * MAX_LENGTH]:
        if character.isspace():
            kept.append(" ")
        elif _is_invisible(character):
            continue
        else:
            marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
            if marks <= _MAX_MARKS:
                kept.append(character)
    line = _SPACES.sub(" ", "".join(kept)).strip()
    return line if len(line) <= MAX_LENGTH else f"{line[: MAX_LENGTH - 1].rstrip()}…"


def _is_invisible(character: str) -> bool:
    return (
        unicodedata.category(character) in _INVISIBLE_CATEGORIES
        or character in _INVISIBLE_LETTERS
        or "\ufe00" <= character <= "\ufe0f"  # variation selectors
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def encode(value: object) -> Markup:
    """A value as page text: every ASCII punctuation mark becomes a numeric entity.

    No Markdown, HTML, attribute or template syntax survives that, and no theme that prints the
    result raw can be made to run it. What is already `Markup` passes: only our own code makes it.
    """
    if isinstance(value, Markup):
        return value
    if value is None:
        return Markup("")
    return Markup(visible(str(value)).translate(_MARK_UP))  # noqa: S704 - the encoder itself


def decoded(markup: Markup) -> str:
    """What a reader sees of encoded text."""
    return html.unescape(markup)
