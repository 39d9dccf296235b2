"""Every field names the bytes that it was read from, and these bytes say it."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from headwater.domain.listings import Listing
from headwater.domain.pages import LayoutChanged, Page
from headwater.domain.platforms import Platform
from headwater.domain.sources import FieldSource
from headwater.marketplaces import Marketplace, marketplace, read, sources_of
from headwater.marketplaces.sources import values
from headwater.verifier import says
from tests.unit.marketplaces.test_captures import CAPTURES, PAGES, _cases, absent
from tests.unit.marketplaces.test_hostile import RECORDINGS, bodies, damaged

CONSTANT = {"price.currency", "seller.country", "seller.url", "url", "ad"}
"""Fields that some marketplaces' pages do not state: they follow from the marketplace itself."""


def reading_of(page: Page) -> tuple[tuple[Listing, ...], Marketplace]:
    try:
        reading = read(page)
    except LayoutChanged:
        return (), marketplace(Platform.GENERIC)
    return reading.listings, marketplace(reading.platform)


def of_page(page: Page, most: int) -> list[tuple[Listing, tuple[FieldSource, ...], str]]:
    """The first and the last listings of a page with the sources of their fields."""
    listings, market = reading_of(page)
    found = []
    for listing in dict.fromkeys((*listings[:most], *listings[-1:])):
        key = replace(listing.key, platform=market.key_space)
        sources = sources_of(page, key)
        assert sources is not None
        found.append((listing, sources.fields, sources.encoding))
    return found


def hold(page: Page, most: int = 2) -> set[str]:
    """Check all that is said of the page; returns the fields without bytes."""
    nowhere: set[str] = set()
    for listing, fields, encoding in of_page(page, most):
        assert {source.field for source in fields} == {name for name, _ in values(listing)}
        for source in fields:
            if source.first is None or source.end is None:
                assert source.reason
                nowhere.add(source.field)
                continue
            written = page.body[source.first : source.end].decode(encoding)
            assert source.read is not None
            assert says(written, source.read), source
    return nowhere


@absent
@pytest.mark.parametrize("row", _cases([row for row in PAGES if row["kind"] != "blocked"]))
def test_every_field_of_a_real_page_stands_where_its_source_says(row: dict[str, str]) -> None:
    page = Page(url="", body=(CAPTURES / row["path"]).read_bytes())
    nowhere = hold(page)
    assert {name for name in nowhere - CONSTANT if not name.startswith("attributes.")} == set()


@pytest.mark.parametrize("platform", sorted(path.name for path in RECORDINGS.iterdir()))
def test_the_sources_of_damaged_pages_are_true_or_not_given(platform: str) -> None:
    pages = bodies(platform)
    for seed in range(40):
        _, page = pages[seed % len(pages)]
        hold(replace(page, body=damaged(page.body, seed)), most=1)


@pytest.mark.parametrize("platform", sorted(path.name for path in RECORDINGS.iterdir()))
def test_what_stands_at_the_source_is_what_the_field_says(platform: str) -> None:
    """Another digit in these bytes is another value of this field (or of none: it breaks it)."""
    chance = random.Random(platform)
    changed = 0
    for _, page in bodies(platform):
        for listing, fields, _ in of_page(page, 1)[:1]:
            for source in fields:
                if source.field not in {"price.minimum", "title", "sold"} or source.first is None:
                    continue
                if "<" in (source.read or ""):
                    continue  # a digit of a picture's address in a title is none of the title
                span = range(source.first, source.end or 0)
                digits = [at for at in span if page.body[at : at + 1] in b"12345678"]
                if not digits:
                    continue
                at = chance.choice(digits)
                digit = str(int(page.body[at : at + 1]) + 1).encode()
                other = replace(page, body=page.body[:at] + digit + page.body[at + 1 :])
                known = {one.key: dict(values(one)) for one in reading_of(other)[0]}
                if listing.key not in known:
                    continue
                names = {source.field, "price.maximum" if "price" in source.field else "title"}
                before, after = dict(values(listing)), known[listing.key]
                assert any(before.get(name) != after.get(name) for name in names), source
                changed += 1
    assert changed > 0 or platform == "tmall_global"


def test_each_way_of_writing_has_its_exact_place() -> None:
    body = (
        "<html><head><title>x</title></head><body><h1>仿 lamp</h1>"
        "<script>window.__INIT_DATA={globalData:{tempModel:{offerId:6019999123456,"
        "offerTitle:'Str\\u00f6mung & lamp',companyName:\"A \\\"B\\\" Co\",offerUnit:'件'},"
        "images:[{fullPathImageURI:'//cbu01.alicdn.com/img/ibank/a.220x220.jpg'}]},"
        "data:{1:{data:{priceModel:{currentPrices:[{beginAmount:2,price:'3.10'},],},}}}}</script>"
    ).encode("gb18030")
    page = Page(url="", body=body.replace(b"<head>", b"<head><meta charset=gbk>"))
    ((listing, fields, encoding),) = of_page(page, 1)
    at = {
        source.field: page.body[source.first : source.end].decode(encoding)
        for source in fields
        if source.first is not None and source.end is not None
    }
    assert listing.title == "Strömung & lamp"
    assert at["id"] == "6019999123456"
    assert at["title"] == "Str\\u00f6mung & lamp"
    assert at["seller.name"] == 'A \\"B\\" Co'
    assert at["minimum_order.unit"] == "件"
    assert (at["price.tiers.0.quantity"], at["price.minimum"]) == ("2", "3.10")
    assert at["pictures.0"] == "//cbu01.alicdn.com/img/ibank/a.220x220.jpg"
    paths = {source.field: (source.container, source.path) for source in fields}
    assert paths["title"] == ("script 1, __INIT_DATA", "$.globalData.tempModel.offerTitle")
    assert [s.reason for s in fields if s.field == "price.currency"] == [
        "what this marketplace, or this country's site, counts in"
    ]


def test_a_page_that_does_not_show_the_listing_has_no_sources() -> None:
    case = Path(RECORDINGS) / "alibaba"
    _, page = bodies(case.name)[0]
    key = replace(reading_of(page)[0][0].key, offer_id="9999999999999")
    assert sources_of(page, key) is None
    assert sources_of(Page(url="", body=b"<a " * 100_000), key) is None
    assert sources_of(Page(url="", body=json.dumps([[[]]]).encode()), key) is None
