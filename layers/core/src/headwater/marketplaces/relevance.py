"""Whether results answer the query: some platforms fill an empty page with unrelated goods."""

import re
import unicodedata
from collections.abc import Sequence

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
            if len(word) > 3 and word.endswith("s"):  # noqa: PLR2004 - "shoes" answers "shoe"
                found.add(word[:-1])
    return frozenset(found)


def share_answering(query: str, titles: Sequence[str | None]) -> float:
    """The share (0 to 1) of titles with at least one token of the query; 1 if it has none."""
    wanted = tokens(query)
    named = [title for title in titles if title]
    if not wanted or not named:
        return 1.0
    return sum(bool(wanted & tokens(title)) for title in named) / len(named)


def answers(query: str, titles: Sequence[str | None]) -> bool:
    """Whether at least a fifth of the titles share a token with the query.

    A query in one script says nothing about titles in another (Alibaba translates, a Latin
    query finds Chinese titles): without a common script the results count as answering.
    """
    named = [title for title in titles if title]
    if bool(_IDEOGRAPH.search(query)) != any(_IDEOGRAPH.search(title) for title in named):
        return True
    return share_answering(query, named) >= _FEWEST
