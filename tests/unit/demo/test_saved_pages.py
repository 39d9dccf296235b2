"""The saved pages: as browsers save them, readable, and consistent with the marketplaces."""

import re
from pathlib import Path

import pytest

from headwater import marketplaces
from headwater.domain.pages import Page, PageKind, Verdict
from headwater_demo.marketplace import PLATFORMS, answer
from headwater_demo.offers import OFFERS
from headwater_demo.saved_pages import saved_from, write_saved_pages


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return write_saved_pages(tmp_path / "saved")


def test_one_page_of_results_per_platform_and_one_listing(files: list[Path]) -> None:
    # The address is not given: it must come out of the file itself.
    readings = [marketplaces.read(Page(url="", body=file.read_bytes())) for file in files]
    assert [(one.platform, one.kind, one.verdict) for one in readings] == [
        ("aliexpress", PageKind.SEARCH, Verdict.OK),
        ("alibaba", PageKind.SEARCH, Verdict.OK),
        ("1688", PageKind.SEARCH, Verdict.OK),
        ("1688", PageKind.LISTING, Verdict.OK),
    ]
    assert all(8 <= len(one.listings) <= 15 for one in readings[:3])


def test_every_page_of_results_mixes_copies_with_honest_goods(files: list[Path]) -> None:
    copies = {offer.id: bool(offer.copies) for offer in OFFERS}
    for file in files[:3]:
        reading = marketplaces.read(Page(url="", body=file.read_bytes()))
        found = [copies[listing.key.offer_id] for listing in reading.listings]
        assert sum(found) >= 2
        assert len(found) - sum(found) >= 3


def test_what_was_saved_is_still_there_or_gone_on_the_marketplace(files: list[Path]) -> None:
    gone = {offer.id for offer in OFFERS if offer.gone}
    seen = set()
    for file in files:
        for listing in marketplaces.read(Page(url="", body=file.read_bytes())).listings:
            seen.add(listing.key.offer_id)
            for picture in listing.pictures:
                host, path = re.fullmatch(r"https://([^/]+)(/.*)", picture).groups()  # type: ignore[union-attr]
                assert answer(host, path).status in {200, 404}
    assert gone <= seen, "a page saved earlier shows offers that are gone now"


def test_each_file_says_where_it_was_saved_from(files: list[Path]) -> None:
    for file in files:
        note = re.search(r"<!-- saved from url=\((\d{4})\)(\S+) -->", file.read_text("utf-8"))
        assert note is not None
        assert int(note[1]) == len(note[2])


def test_the_note_stands_below_the_doctype() -> None:
    url = PLATFORMS["1688"].listing_url(OFFERS[-1])
    assert saved_from("<!DOCTYPE html>\n<html>", url).startswith("<!DOCTYPE html>\n<!-- saved from")
    assert saved_from("<html>", url).startswith("<!-- saved from url=(")
