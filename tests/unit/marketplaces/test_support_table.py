"""The README's table of marketplaces states only what recordings, real pages and the code prove."""

import csv
from functools import cache
from pathlib import Path

import pytest

from headwater.adapters.clauses import clauses
from headwater.domain.listings import Listing
from headwater.domain.pages import LayoutChanged, Page, PageKind
from headwater.domain.platforms import Platform, RouteName
from headwater.marketplaces import read
from tests.conftest import PROJECT
from tests.unit.marketplaces.test_recordings import CASES, page_of

FOLDERS = {Platform.MADE_IN_CHINA: "made-in-china"}
"""Of the captures, where it is not the platform's id."""


def _table() -> list[list[str]]:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    lines = text.partition("## Which marketplaces")[2].partition("\n\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return rows[2:]


ROWS = {row[0]: row[1:] for row in _table()}


def _fields(listing: Listing) -> set[str]:
    values = {
        "title": listing.title,
        "price": listing.price,
        "tiers": listing.price is not None and len(listing.price.tiers) > 1,
        "moq": listing.minimum_order,
        "seller": listing.seller,
        "pictures": listing.pictures,
        "sold": listing.sold is not None,
        "from": listing.ship_from,
        "attributes": listing.attributes,
        "date": listing.listed_at,
    }
    return {name for name, value in values.items() if value}


@cache
def _proven(platform: Platform, kind: PageKind) -> set[str]:
    """The fields that the recordings of that platform and kind hold between them."""
    found: set[str] = set()
    for case in CASES:
        if case.parent.name == platform:
            try:
                reading = read(page_of(case))
            except LayoutChanged:
                continue
            for listing in reading.listings if reading.kind is kind else ():
                found |= _fields(listing)
    return found


def test_every_platform_has_its_row() -> None:
    assert set(ROWS) == {platform.title for platform in Platform}


@pytest.mark.parametrize("platform", list(Platform))
def test_the_ways_in_are_those_of_the_code(platform: Platform) -> None:
    routes = {route for route in RouteName if route.platform is platform}
    fetched = {RouteName.PAGE_FETCH} if platform in clauses() else set()
    assert set(ROWS[platform.title][0].split(", ")) == {"import"} | fetched | routes


@pytest.mark.parametrize("platform", list(Platform))
def test_every_field_is_read_in_a_recording(platform: Platform) -> None:
    _, search, listing, _ = ROWS[platform.title]
    assert set(search.split()) <= _proven(platform, PageKind.SEARCH)
    assert set(listing.split()) <= _proven(platform, PageKind.LISTING)
    assert search or listing


@pytest.mark.parametrize("platform", list(Platform))
def test_every_date_is_that_of_a_real_page_that_is_read(
    platform: Platform, captures_dir: Path
) -> None:
    with (captures_dir / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        paths = [row["path"] for row in csv.DictReader(manifest, delimiter="\t")]
    folder = FOLDERS.get(platform, platform)
    for month in ROWS[platform.title][3].split():
        candidates = [one for one in paths if one.startswith(f"{folder}/") and month in one]
        assert any(_is_read(captures_dir / one, platform) for one in candidates), month


def _is_read(file: Path, platform: Platform) -> bool:
    try:
        reading = read(Page(url="", body=file.read_bytes()))
    except LayoutChanged:
        return False
    return reading.platform is platform and reading.verdict.covers and bool(reading.listings)
