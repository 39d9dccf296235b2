"""Every real page that people saved, read and compared with what its manifest says of it.

The manifest was written by a script and only partly checked by eye. Where the page itself says
otherwise, `RIGHT` holds what we saw when we looked, with the reason.
"""

import csv
import html
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from headwater.domain.pages import Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces import identify, read
from headwater.marketplaces.aliexpress import canonical_id

HERE = Path(__file__).parents[3]
CAPTURES = Path(os.environ.get("CAPTURES_DIR", HERE / "../shared/captures")).resolve()
MANIFEST = CAPTURES / "MANIFEST.tsv"
NO_PAGES = {"policy", "robots", "rfq"}

PLATFORMS = {
    "alibaba": {Platform.ALIBABA},
    "1688": {Platform.ALI1688},
    "aliexpress": {Platform.ALIEXPRESS},
    "taobao": {Platform.TAOBAO},
    "tmall": {Platform.TMALL},
    "lazada": {Platform.LAZADA},
    "made-in-china": {Platform.MADE_IN_CHINA},
    "amazon": {Platform.AMAZON},
}

# What the manifest leaves open or gets wrong, by file name, and why.
RIGHT: dict[str, dict[str, Any]] = {
    # One card stands twice in the list: 44 (48) cards, 43 (47) listings.
    "aliexpress_search_2018-05_1.html": {"n_results": 43},
    "aliexpress_search_2018-05_2.html": {"n_results": 47},
    "aliexpress_search_2018-05_3.html": {"n_results": 43},
    "aliexpress_search_2018-05_4.html": {"n_results": 43},
    # 45 cards; three of them repeat another's id.
    "aliexpress-ru_search_2025-06_headphones.html": {"n_results": 42},
    # Six of the 65 cards carry no offer id (the manifest says so in n_with_offer_id), and the
    # first of those is the one whose title and price it calls the first.
    "1688_search_2026-04_riyongpin_rendered.html": {
        "n_results": 59,
        "first_id": "969759354614",
        "first_title": None,
        "first_price": None,
        "first_seller": None,
    },
    # The keyword went out as UTF-8 to a GBK endpoint: the results are for nonsense.
    "1688_search_2020-04_mojibake-keyword.html": {"verdict": "irrelevant_fallback"},
    "1688_search_2020-04_mojibake-keyword_b.html": {"verdict": "irrelevant_fallback"},
    "1688_search_2020_async_page.json": {"verdict": "irrelevant_fallback"},
    # A part that begins behind the last of 8 results, by the page's own offset.
    "1688_search_2020_async_empty.json": {"verdict": "ok_empty", "kind": "search"},
    # 20 suppliers (n_results) with 15, 2 or no products each; the products carry no titles.
    "alibaba_supplierTextSearch_2025-12.json": {"n_results": None, "kind": "search"},
    # 16 products in the list (pageLines: 16); the other 4 cards are the shop's showcase.
    "alibaba_store_productlist_2025-12_zhida.html": {"n_results": 16},
    # The list holds the same five pictures twice over and once more: 8 (8) different ones.
    "lazada-th_pdp_fields_2023-10_kacee.json": {"n_images": 8, "price": None, "min_price": 231.83},
    "lazada-th_pdp_fields_2023-10_fan.json": {"n_images": 8},
    # The page's title element is the product's and its DOM says "not one price".
    "amazon-es_listing_metascraper.html": {"price": None},
    # The shop's name is the seller; the manifest took the login names of 2018 and 2020, and
    # Tmall's percent-encoded one.
    "taobao_listing_2017-12_561495525977.html": {"seller": "FFAN泛泛"},
    "taobao_listing_2020-06_562283240178.html": {"seller": "怡科外设KBDfans"},
    "tmall_listing_2020-06_605258110430.html": {
        "seller": "苏宁易购官方旗舰店",
        # The manifest took <title>; the heading is shorter, and its link holds the name.
        "title": "【官网价直降】Apple/苹果 iPhone 11 4G全网通智能手机正品苏宁易购官方旗舰店苹果11",
    },
    # The page shows one price for the SKU chosen first; the API lists six (5.09 to 8.19).
    "aliexpress.ds.product.get_2026-04_fr.json": {"first_price": None, "min_price": 5.09},
    # A delivery quote, a categories list: replies without any listing.
    "sanitised_store-catalog_categories.json": {"verdict": "shell_no_data"},
    "aliexpress_ds_real_freight_query_success_response_2026-04.json": {"verdict": "shell_no_data"},
    "aliexpress_ds_real_freight_query_error_response_2026-04.json": {"verdict": "error"},
    "aliexpress_mtop_itemdetail_queryexpression_2022-12_1.json": {"verdict": "shell_no_data"},
    "aliexpress_mtop_itemdetail_queryexpression_2022-12_2.json": {"verdict": "shell_no_data"},
    "aliexpress_ds_error_auth_2026-04.json": {"verdict": "error", "platform": "generic"},
    "aliexpress_ds_error_generic_2026-04.json": {"verdict": "error", "platform": "generic"},
    "aliexpress_ds_error_permission_2026-04.json": {"verdict": "error", "platform": "generic"},
    "aliexpress_ds_error_rate_limit_2026-04.json": {
        "verdict": "rate_limited",
        "platform": "generic",
    },
    # Fragments that name no listing.
    "aliexpress_description_fragment_2026-01.html": {
        "verdict": "shell_no_data",
        "platform": "generic",
    },
    "aliexpress_reviews_fragment_2026-01.html": {"verdict": "shell_no_data"},
    "aliexpress_sellers_2025-08_nike.csv": {"verdict": "shell_no_data"},
    "aliexpress_store_business-licence_2025-08_1104718035.jpg": {
        "verdict": "shell_no_data",
        "platform": "generic",
    },
    # A shop's shell still names the shop in its <title>: the seller is the answer.
    "aliexpress_store_home_2024-02_4682001.html": {"verdict": "ok", "kind": "seller"},
    "taobao_login-wall_2026-03.html": {"verdict": "blocked_login"},
}


def _rows() -> list[dict[str, str]]:
    if not MANIFEST.exists():
        return []
    with MANIFEST.open(encoding="utf-8", newline="") as manifest:
        return list(csv.DictReader(manifest, delimiter="\t"))


ROWS = _rows()
absent = pytest.mark.skipif(
    not ROWS, reason=f"no captured pages at {CAPTURES.name} (set CAPTURES_DIR): private test input"
)


def _cases(rows: list[dict[str, str]]) -> list[Any]:
    """One case a page; without pages one that is skipped with its reason."""
    return [pytest.param(row, id=row["path"]) for row in rows] or [pytest.param({}, id="absent")]


def _read(row: dict[str, str]) -> PageReading:
    return read(Page(url="", body=(CAPTURES / row["path"]).read_bytes()))


def _expected(row: dict[str, str]) -> dict[str, Any]:
    expected = json.loads(row["expected"] or "{}")
    stated = {k: v for k, v in expected.items() if k not in {"verdict", "page_state"}}
    state = row["state"]
    if row["kind"] == "blocked":
        stated["verdict"] = "blocked_challenge"
    elif state == "csr_shell":
        stated["verdict"] = "shell_no_data"
    elif row["kind"] in {"search", "listing", "seller", "api"}:
        stated["verdict"] = "ok"
    if row["kind"] in {"search", "listing", "seller"}:
        stated["kind"] = row["kind"]
    stated["platform"] = row["platform"]
    return {**stated, **RIGHT.get(Path(row["path"]).name, {})}


def _plain(text: str) -> str:
    return " ".join(html.unescape(html.unescape(text)).split())


PAGES = [row for row in ROWS if row["kind"] not in NO_PAGES and "_robots" not in row["path"]]


@absent
@pytest.mark.parametrize("row", _cases(PAGES))
def test_a_real_page_is_read_as_its_manifest_says(row: dict[str, str]) -> None:
    expected = _expected(row)
    reading = _read(row)

    assert reading.verdict == expected["verdict"], reading.reason
    if "kind" in expected and "fragment" not in row["path"] and ".csv" not in row["path"]:
        assert reading.kind == expected["kind"] or not reading.listings
    platform = PLATFORMS.get(expected["platform"], {Platform(Platform.GENERIC)})
    assert reading.platform in platform
    if reading.verdict.refused or reading.verdict in {Verdict.SHELL_NO_DATA, Verdict.ERROR}:
        assert reading.listings == ()
        return
    if reading.kind is PageKind.LISTING:
        _listing_holds(reading, expected)
    else:
        _results_hold(reading, expected)


def _listing_holds(reading: PageReading, expected: dict[str, Any]) -> None:
    (listing,) = reading.listings
    if title := expected.get("title"):
        assert listing.title == _plain(title)
    stated = expected.get("product_id") or expected.get("offer_id")
    if stated:
        known = {listing.key.offer_id, *listing.other_ids}
        assert str(stated) in known or canonical_id(str(stated)) in known
    if price := expected.get("min_price"):
        assert listing.price is not None
        assert listing.price.minimum == Decimal(str(price))
    if currency := expected.get("currency"):
        assert listing.price is not None
        assert listing.price.currency == currency
    tiers = expected.get("price_tiers")
    if tiers and isinstance(tiers[0], dict):
        assert listing.price is not None
        assert [(t.quantity, t.amount) for t in listing.price.tiers] == [
            (t["beginAmount"], Decimal(t["price"])) for t in tiers
        ]
    if moq := expected.get("moq"):
        assert listing.minimum_order is not None
        assert listing.minimum_order.quantity == int(moq)
    if unit := expected.get("unit"):
        assert listing.minimum_order is not None
        assert listing.minimum_order.unit == unit
    if seller := expected.get("seller"):
        assert listing.seller is not None
        assert listing.seller.name == _plain(seller)
    seller_id = expected.get("store_id") or expected.get("member_id")
    if seller_id:
        assert listing.seller is not None
        assert listing.seller.id == seller_id
    if number := expected.get("n_images"):
        assert len(listing.pictures) == number


def _results_hold(reading: PageReading, expected: dict[str, Any]) -> None:
    listings = reading.listings
    if (number := expected.get("n_results")) is not None:
        assert len(listings) == number
    total = expected.get("totalCount") or expected.get("totalResults")
    if total:
        assert reading.total == total
    assert len({listing.key for listing in listings}) == len(listings)
    if not listings:
        return
    first = listings[0]
    if stated := expected.get("first_id"):
        known = {first.key.offer_id, *first.other_ids, first.key.offer_id.partition("-")[2]}
        assert str(stated) in known
    if title := expected.get("first_title"):
        assert first.title == _plain(title)
    if seller := expected.get("first_seller"):
        assert first.seller is not None
        assert seller in {first.seller.name, dict(first.seller.identifiers).get("login_id")}
    if (ads := expected.get("n_ads")) is not None:
        assert sum(listing.ad for listing in listings) == ads
    if currency := expected.get("first_currency"):
        assert first.price is not None
        assert first.price.currency == currency


@absent
@pytest.mark.parametrize(
    "row", _cases([r for r in ROWS if r["kind"] in NO_PAGES or "_robots" in r["path"]])
)
def test_what_is_no_page_of_listings_is_never_called_looked_at(row: dict[str, str]) -> None:
    reading = _read(row)

    assert reading.listings == ()
    assert not reading.verdict.covers


@absent
@pytest.mark.parametrize("row", _cases(PAGES))
def test_a_listing_of_a_real_page_is_whole(row: dict[str, str]) -> None:
    reading = _read(row)

    for listing in reading.listings:
        assert identify(listing.url) == listing.key
        assert listing.title != ""
        assert all(picture.startswith("https://") for picture in listing.pictures)
        assert len(set(listing.pictures)) == len(listing.pictures)
        if listing.minimum_order:
            assert listing.minimum_order.quantity >= 1
        if listing.title:
            assert "<" not in listing.title or ">" not in listing.title
            assert "&#" not in listing.title
