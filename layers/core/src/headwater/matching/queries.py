"""What to search for beside the owner's words: the brand's names with the claims of copies."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from opencc import OpenCC
from pypinyin import lazy_pinyin

from headwater.domain.words import Strength, WordKind
from headwater.matching.lexicon import lexicon

_CLAIMS = {WordKind.REPLICA_CLAIM, WordKind.EUPHEMISM}


def claim_words() -> tuple[str, ...]:
    """The lexicon's strong words for a copy, in its order."""
    return tuple(
        term.text
        for term in lexicon()
        if term.kind in _CLAIMS and term.strength is Strength.STRONG and term.language != "pinyin"
    )


def variants(
    names: Sequence[str], chinese_names: Sequence[str], claims: Iterable[str]
) -> tuple[tuple[str, bool | None], ...]:
    """Texts to search for, each with the platforms it is for: in Chinese, others, or (None) all.

    The bare names come first, in simplified and traditional characters and in pinyin; then each
    claim with each name. An English claim is not asked in Chinese, nor the other way round.
    """
    found: dict[str, bool | None] = {}
    for text, chinese in _variants(names, chinese_names, tuple(claims)):
        found.setdefault(text, chinese)
    return tuple(found.items())


def _variants(
    names: Sequence[str], chinese_names: Sequence[str], claims: Sequence[str]
) -> Iterator[tuple[str, bool | None]]:
    for name in names:
        yield name, None
    for name in chinese_names:
        yield from ((form, True) for form in _both_scripts(name))
        yield "".join(lazy_pinyin(name)), None
    for claim in claims:
        if _is_chinese(claim):
            for name in (*chinese_names, *names):
                yield f"{name} {claim}", True
        else:
            for name in names:
                yield f"{name} {claim}", False


def _both_scripts(name: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys((name, _converter("t2s").convert(name), _converter("s2t").convert(name)))
    )


@cache
def _converter(configuration: str) -> OpenCC:
    return OpenCC(configuration)


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)
