"""The word matcher measured: on our own labelled titles, on strangers' titles, and by the clock.

    python -m benchmarks.words [folder of saved pages]

On strangers' titles no label exists. What is counted there is how often a title names a brand
that does not exist: every such hit is a false alarm. Takes some minutes.
"""

import csv
import os
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

from headwater import marketplaces
from headwater.domain.listings import Listing
from headwater.domain.pages import LayoutChanged, Page
from headwater.domain.platforms import Platform
from headwater.domain.words import Disguise, Place, WordHit, WordKind
from headwater.matching.folding import is_han
from headwater.matching.words import WordMatcher
from tests.factories import BRAND
from tests.unit.matching.words_labelled import (
    Quality,
    judge_claims,
    judge_misuse,
    labelled_titles,
)

INVENTED = (
    *("Fjellvik", "Lumo", "Nordwind", "Alma Verde", "Oskari", "Tindra", "Kestrelle", "Veloria"),
    *("Bramble & Finch", "Sotkamo", "Luvana", "Mirabo", "Halden", "Corvanto", "Pikku", "Zorela"),
)
INVENTED_CHINESE = ("菲耶维克", "鹿茉", "诺德风", "阿尔玛", "奥斯卡里", "婷德拉", "维洛", "海登")


def main(folder: Path) -> None:
    titles = labelled_titles()
    print(f"{len(titles)} labelled titles of ours")
    for name, quality in (("names", judge_misuse(titles)), ("claims", judge_claims(titles))):
        _show(name, quality)
    listings = _listings(folder)
    if not listings:
        print(f"no saved pages at {folder}: strangers' titles were not measured")
        return
    print(f"{len(listings)} listings of strangers, {len(INVENTED)} + {len(INVENTED_CHINESE)} names")
    brand = replace(BRAND, names=INVENTED, chinese_names=INVENTED_CHINESE)
    matcher = WordMatcher(brand)
    start = time.process_time()
    found = [(listing, hit) for listing in listings for hit in matcher.find(listing)]
    spent = time.process_time() - start
    false_alarms = [(listing, hit) for listing, hit in found if hit.misuse]
    weak = sum(hit.kind is WordKind.MARK and not hit.misuse for _, hit in found)
    print(f"  {len(false_alarms)} false alarms, {weak} hits too weak or too innocent to count")
    for listing, hit in false_alarms:
        print(f"    {hit.term}: {_quote(listing, hit)} ({hit.disguise})")
    kinds = Counter(hit.kind for _, hit in found if hit.kind is not WordKind.MARK)
    print("  claims:", ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    print(f"  {1000 * spent / len(listings):.1f} ms of CPU per listing")
    for size in range(4, 11):
        _count_by_chance(f"{size} letters", listings, _drawn_names(size), ())
    for size in (2, 3, 4):
        _count_by_chance(f"{size} characters", listings, (), _drawn_chinese_names(listings, size))


def _count_by_chance(
    what: str, listings: list[Listing], names: tuple[str, ...], chinese: tuple[str, ...]
) -> None:
    """How often a name drawn at random is found, as an ordinary word and in a disguise."""
    matcher = WordMatcher(replace(BRAND, names=names, chinese_names=chinese), terms=())
    hits = [hit for listing in listings for hit in matcher.find(listing) if hit.misuse]
    disguised = [hit for hit in hits if hit.disguise is not Disguise.NONE]
    rate = 1000 * len(disguised) / len(listings) / len(names or chinese)
    said = ", ".join(f"{hit.text!r} for {hit.term}" for hit in disguised[:3])
    print(
        f"  {len(names or chinese)} random names of {what}:"
        f" {len(hits) - len(disguised)} as written,"
        f" {rate:.4f} disguised per 1,000 listings and name {said}"
    )


def _drawn_names(size: int) -> tuple[str, ...]:
    """Names that can be spoken, always the same ones."""
    chance = Random(size)
    names = {
        "".join(chance.choice("bcdfghjklmnprstvwz") + chance.choice("aeiou") for _ in range(size))
        for _ in range(150)
    }
    return tuple(sorted(name[:size].capitalize() for name in names))


def _drawn_chinese_names(listings: list[Listing], size: int) -> tuple[str, ...]:
    """Names of characters that titles use, always the same ones."""
    characters = sorted({c for one in listings for c in one.title or "" if is_han(c)})
    chance = Random(size)
    return tuple(sorted({"".join(chance.sample(characters, size)) for _ in range(150)}))


def _show(name: str, quality: Quality) -> None:
    print(f"  {name}: {quality}")
    for title in quality.false_alarms:
        print(f"    false alarm: {title}")
    for title in quality.missed:
        print(f"    missed: {title}")


def _listings(folder: Path) -> list[Listing]:
    """Every listing of every saved page that can be read, once for each title."""
    if not (folder / "MANIFEST.tsv").exists():
        return []
    found: dict[str, Listing] = {}
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            if row["platform"] not in set(Platform):
                continue
            page = Page(url="", body=(folder / row["path"]).read_bytes())
            try:
                reading = marketplaces.read(page, platform=Platform(row["platform"]))
            except LayoutChanged:
                continue
            found |= {listing.title: listing for listing in reading.listings if listing.title}
    return list(found.values())


def _quote(listing: Listing, hit: WordHit) -> str:
    text = listing.title if hit.place is Place.TITLE else hit.text
    return f"“{hit.text}” in “{text}”"


if __name__ == "__main__":
    default = os.environ.get("CAPTURES_DIR", "../shared/captures")
    main(Path(sys.argv[1] if len(sys.argv) > 1 else default))
