"""Whether results answer the query: some platforms fill an empty page with unrelated goods."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f]+")
_FEWEST = 0.2


def tokens(text: str) -> frozenset[str]:
    """The words of a text; of scripts without blanks the pairs of neighbouring characters."""
    folded = unicodedata.normalize("NFKC", text[:2000]).casefold()
    found: set[str] = set()
    for run in _IDEOGRAPH.findall(folded):
        found.update(run[i : i + 2] for i in range(max(1, len(run) - 1)))
    for word in _WORD.findall(_IDEOGRAPH.sub(" ", folded)):
        if len(word) > 1:
            found.add(word)
            if len(word) > 3 and word.endswith("s"):  # "shoes" answers "shoe"
                found.add(word[:-1])
    return frozenset(found)


def share_answering(query: str, items: Sequence[str]) -> float:
    """The share (0 to 1) of items with a token of the query; 1 if the query has none.

    Words of a script without blanks need no neighbour: "夏上新" is answered by "夏装2018新款".
    There half of the query's characters, and at least two, count as a token.
    """
    wanted = tokens(query)
    characters = set("".join(_IDEOGRAPH.findall(unicodedata.normalize("NFKC", query))))
    enough = max(2, (len(characters) + 1) // 2)
    if not wanted or not items:
        return 1.0
    return sum(
        bool(wanted & tokens(item)) or len(characters & set(item)) >= enough for item in items
    ) / len(items)


def answers(query: str, items: Sequence[str]) -> bool:
    """Whether at least a fifth of the items (title and seller's name) share a token with the query.

    A query in one script says nothing about items in another: marketplaces translate, and a
    Latin query finds Chinese titles. Unless half of them are comparable, they count as answers.
    """
    asked = scripts(query)
    comparable = [item for item in items if asked & scripts(item)]
    if not asked or len(comparable) * 2 < len(items):
        return True
    return share_answering(query, items) >= _FEWEST


def scripts(text: str) -> frozenset[str]:
    """The scripts in which a noticeable part (three tenths) of the letters is written."""
    if text.isascii():
        return frozenset({"LATIN"}) if any(map(str.isalpha, text[:500])) else frozenset()
    letters = [character for character in text[:500] if character.isalpha()]
    found = Counter(map(_script, letters))
    return frozenset(name for name, number in found.items() if number * 10 >= len(letters) * 3)


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
