"""Titles that we wrote and labelled by hand, and how often the word matcher judges them right."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from headwater.domain.brands import Brand
from headwater.domain.words import Place, WordKind, names_brand
from headwater.matching.words import WordMatcher
from tests.factories import BRAND

BRANDS = {
    brand.id: brand
    for brand in (
        replace(
            BRAND, id="fjellvik", names=("Fjellvik",), chinese_names=("菲耶维克", "峡湾牌")
        ),
        replace(
            BRAND,
            id="lumo",
            names=("Lumo",),
            chinese_names=("鹿茉光", "鹿茉"),
            ordinary_words=("lumos", "luminous"),
        ),
        replace(BRAND, id="alma", names=("Alma Verde",), chinese_names=("阿尔玛",)),
        replace(
            BRAND,
            id="pebble",
            names=("Pebble",),
            chinese_names=("卵石记",),
            ordinary_words=(
                "pebbles", "pebbled", "pebbly", "pebble leather", "pebble stone", "pebble beach",
                "pebble shape", "pebble ice", "pebble grey", "pebble tiles", "people", "bubble",
            ),
        ),
        replace(BRAND, id="tvk", names=("TVK",), chinese_names=("特维克",)),
        replace(
            BRAND,
            id="harbor",
            names=("Harbor",),
            chinese_names=("港湾家",),
            ordinary_words=("fishing harbor", "pearl harbor", "harbor seal", "harbour"),
        ),
        replace(
            BRAND,
            id="nova",
            names=("Nova",),
            chinese_names=("星诺瓦",),
            ordinary_words=("huawei nova", "华为nova"),
        ),
        replace(BRAND, id="osk", names=("OSK",), chinese_names=("欧斯卡",)),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A title, whether it misuses the brand's name, and the kinds of claims that it makes."""

    brand: Brand
    title: str
    misuse: bool
    kinds: frozenset[WordKind]


def labelled_titles(file: str = "words_titles.tsv") -> list[Labelled]:
    text = Path(__file__).with_name(file).read_text(encoding="utf-8")
    return [
        Labelled(
            brand=BRANDS[row["brand"]],
            title=row["title"],
            misuse=row["misuse"] == "yes",
            kinds=frozenset(map(WordKind, filter(None, row.get("kinds", "").split(",")))),
        )
        for row in csv.DictReader(text.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Right and wrong answers, with the titles behind the wrong ones."""

    right: int
    false_alarms: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.false_alarms))

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missed))

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f}, recall {self.recall:.3f} "
            f"({self.right} right, {len(self.false_alarms)} false, {len(self.missed)} missed)"
        )


def judge_misuse(titles: Iterable[Labelled]) -> Quality:
    """Of the titles that misuse the name, how many are found; of the found, how many do."""
    answers = [
        (title, names_brand(_matcher(title.brand).read(title.title, Place.TITLE)))
        for title in titles
    ]
    return Quality(
        right=sum(title.misuse and found for title, found in answers),
        false_alarms=tuple(t.title for t, found in answers if found and not t.misuse),
        missed=tuple(t.title for t, found in answers if t.misuse and not found),
    )


def judge_claims(titles: Iterable[Labelled]) -> Quality:
    """The same for each kind of claim in each title."""
    right, false_alarms, missed = 0, [], []
    for title in titles:
        hits = _matcher(title.brand).read(title.title, Place.TITLE)
        found = {hit.kind for hit in hits} - {WordKind.MARK}
        right += len(found & title.kinds)
        false_alarms += [f"{kind}: {title.title}" for kind in sorted(found - title.kinds)]
        missed += [f"{kind}: {title.title}" for kind in sorted(title.kinds - found)]
    return Quality(right=right, false_alarms=tuple(false_alarms), missed=tuple(missed))


_MATCHERS = {brand.id: WordMatcher(brand) for brand in BRANDS.values()}


def _matcher(brand: Brand) -> WordMatcher:
    return _MATCHERS[brand.id]
