"""Text as the eye reads it: one case, one script, nothing invisible, each place remembered."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from confusable_homoglyphs.confusables import confusables_data
from opencc import OpenCC

_LETTER_IN_NAME = re.compile(r"\bLETTER (?:SMALL CAPITAL )?([A-Z])(?: WITH .*)?$")
"""Unicode's name of a letter that looks like a Latin one: "LATIN LETTER SMALL CAPITAL N"."""
_LETTER_SCRIPTS = ("LATIN", "REGIONAL INDICATOR", "SQUARED", "NEGATIVE", "CIRCLED", "FULLWIDTH")
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Not of category Cf and yet without any ink: fillers and the empty Braille pattern."""
_COLONS = frozenset("\u02d0\u2236\ua789\ufe30\ufe13\ufe55")
"""Signs that sellers write for the colon of "1:1"."""
_SIGNS_OF_RIGHTS = frozenset("®©™℠℗")
"""They follow a name and are no letters of it, although "™" decomposes to "TM"."""


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is what was read; character i of it came from character `origins[i]` of the raw."""

    text: str
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where folded[start:end] stands in the raw text."""
        return self.origins[start], self.origins[end - 1] + 1


def fold(raw: str) -> Folded:
    """Compatibility forms, accents, case, look-alike letters and traditional characters folded.

    Invisible characters vanish. Runs in linear time, whatever the text.
    """
    characters: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(raw):
        for folded in _fold_character(character):
            characters.append(folded)
            origins.append(index)
    return Folded("".join(characters), tuple(origins))


def is_invisible(character: str) -> bool:
    """Whether nothing is drawn for it: zero-width and direction marks, fillers, tags."""
    return character in _UNSEEN or unicodedata.category(character) == "Cf"


def is_form_of_latin(character: str) -> bool:
    """Whether it is only another form of a Latin letter: wide, accented, a ligature."""
    name = unicodedata.name(character, "")
    accented = name.startswith("LATIN") and " WITH " in name
    return accented or unicodedata.normalize("NFKD", character)[0].isascii()


def is_han(character: str) -> bool:
    """Whether it is a Chinese character."""
    return "\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf"


@lru_cache(maxsize=1 << 14)
def _fold_character(character: str) -> str:
    if character in _COLONS:
        return ":"
    if character in _SIGNS_OF_RIGHTS:
        return " "
    return "".join(
        _simplified(part) if is_han(part) else (_latin(part) or part.casefold())
        for part in unicodedata.normalize("NFKD", character)
        if not is_invisible(part) and unicodedata.category(part) not in {"Mn", "Me"}
    )


def _latin(character: str) -> str | None:
    """The Latin letter or digit that the character is or could be taken for, in lower case."""
    if character.isascii():
        return None
    if letter := _named_latin(character):
        return letter
    look_alikes = [entry["c"] for entry in confusables_data.get(character, ())]
    for look_alike in sorted(look_alikes, key=str.isdigit):
        if len(look_alike) == 1 and look_alike.isascii() and look_alike.isalnum():
            return str(look_alike).casefold()
    for look_alike in look_alikes:
        if len(look_alike) == 1 and (letter := _named_latin(look_alike)):
            return letter
    return None


def _named_latin(character: str) -> str | None:
    name = unicodedata.name(character, "")
    found = _LETTER_IN_NAME.search(name) if name.startswith(_LETTER_SCRIPTS) else None
    return found[1].casefold() if found else None


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplified(character: str) -> str:
    """One character at a time, so that every place in the text stays known."""
    return str(_converter().convert(character))
