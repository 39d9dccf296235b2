"""The same structures with other contents: other ids, amounts, languages, and what is missing."""

import json
from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.listings import Listing
from headwater.domain.pages import Page, PageKind, Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces import amounts, read


def aliexpress(**fields: Any) -> Listing:
    item = {
        "productId": "1005007778889990",
        "title": {"displayTitle": "Lamp"},
        "prices": {"salePrice": {"minPrice": 3.5, "currencyCode": "EUR"}},
        **fields,
    }
    data = {"data": {"root": {"fields": {"mods": {"itemList": {"content": [item]}}}}}}
    body = f"<script>window._dida_config_._init_data_= {{ data: {json.dumps(data)} }}</script>"
    (listing,) = read(Page(url="", body=body.encode())).listings
    return listing


@pytest.mark.parametrize(
    ("tracking", "ship_from"),
    [
        ("%7B%22skuId%22%3A%221%22%2C%22shipFrom%22%3A%22CN%22%2C%22order%22%3A%222%22%7D", "CN"),
        ('{"shipFrom":"Russian Federation","order":"2"}', "Russian Federation"),
        ("%7B%22shipFrom%22%3A%22United%20States%22%7D", "United States"),
        ("%7B%22shipFrom%22%3A%22%22%2C%22order%22%3A%2214%22%7D", None),
        ({"shipFrom": "CN"}, None),
        ("", None),
    ],
)
def test_ship_from_stands_in_what_a_result_hands_on(tracking: Any, ship_from: str | None) -> None:
    assert aliexpress(trace={"pdpParams": {"pdp_cdi": tracking}}).ship_from == ship_from


def test_a_launch_at_midnight_is_a_day() -> None:
    assert aliexpress(lunchTime="2025-12-01 00:00:00").listed_at == "2025-12-01"
    assert aliexpress(lunchTime="2025-12-01 08:30:00").listed_at == "2025-12-01 08:30:00"
    assert aliexpress().listed_at is None


def test_the_products_of_a_supplier_search_know_all_of_their_supplier() -> None:
    supplier = {
        "companyName": "Foo &amp; Bar Co., Ltd.",
        "companyId": 234567890,
        "action": "//foobar.en.alibaba.com/company_profile.html",
        "city": "Yiwu",
        "countryCode": "CN",
        "goldYears": "7",
        "isFactory": True,
        "productList": [{"productId": 1600123456789, "price": "$1.20-3.40", "moq": "2 pieces"}],
    }
    body = json.dumps({"model": {"offers": [supplier]}}).encode()
    reading = read(Page(url="", body=body))
    (listing,) = reading.listings
    assert listing.seller == reading.sellers[0]
    assert listing.seller is not None
    assert (listing.seller.name, listing.seller.location) == ("Foo & Bar Co., Ltd.", "Yiwu")
    assert (listing.seller.years, listing.seller.badges) == (7, ("factory",))
    assert listing.price == amounts.price("US$1.20-3.40")


def test_tiers_as_programs_write_them_have_a_decimal_point() -> None:
    price = amounts.price_from_tiers([("3", "1.125"), (500, "0.980"), ("1000", Decimal(1))], "CNY")
    assert price is not None
    assert [tier.amount for tier in price.tiers] == [Decimal("1.125"), Decimal("0.98"), Decimal(1)]


@pytest.mark.parametrize(
    ("shown", "low", "high", "currency"),
    [
        ("US$1.20-3.40", "1.20", "3.40", "USD"),
        ("US$2.125", "2.125", "2.125", "USD"),
        ("US $1,234.50 - 2,345.60", "1234.50", "2345.60", "USD"),
        ("Rp12.500", "12500", "12500", "IDR"),
        ("Rp12.500 - Rp1.300.000", "12500", "1300000", "IDR"),
        ("125.000₫", "125000", "125000", "VND"),
        ("RM12.50", "12.50", "12.50", "MYR"),
        ("₱1,234.00", "1234", "1234", "PHP"),
        ("S$12.30", "12.30", "12.30", "SGD"),
        ("KWD 1.250", "1.250", "1.250", "KWD"),
        ("1.234,56 zł", "1234.56", "1234.56", "PLN"),
        ("12.50 ر.س", "12.50", "12.50", "SAR"),
        ("1.5万元", "15000", "15000", "CNY"),
        ("Save 20% US$5.00", "5", "5", "USD"),
    ],
)
def test_an_amount_is_read_as_its_currency_is_written(
    shown: str, low: str, high: str, currency: str
) -> None:
    price = amounts.price(shown)
    assert price is not None
    assert (price.minimum, price.maximum) == (Decimal(low), Decimal(high))
    assert price.currency == currency


@pytest.mark.parametrize("shown", ["¥", "面议", "Contact supplier", "", "US$", "Negotiable"])
def test_no_amount_is_no_price(shown: str) -> None:
    assert amounts.price(shown) is None


@pytest.mark.parametrize("order", ["1.5 kg", "1,5 Ton", "", "pieces", "0 sets"])
def test_what_is_no_number_of_pieces_is_no_smallest_order(order: str) -> None:
    assert amounts.minimum_order(order) is None


PUNISHED = (
    '<html><head><title></title></head><body><script>window._config_ = {"action":"captcha",'
    '"url":"https://www.aliexpress.com/_____tmd_____/punish?x5secdata=a"};</script>%s</body>'
)
LOGIN = (
    "<script>location.href='https://login.taobao.com/member/login.jhtml?redirectURL=x'</script>"
    "<p>%s</p>"
)
GERMAN = "<html><title>Bitte einloggen</title><body><p>%s</p></body></html>"
STUBS = [
    (PUNISHED, 0, Verdict.BLOCKED_CHALLENGE),
    (PUNISHED, 100_000, Verdict.BLOCKED_CHALLENGE),
    (LOGIN, 0, Verdict.BLOCKED_LOGIN),
    (LOGIN, 9_000, Verdict.BLOCKED_LOGIN),
    (LOGIN, 100_000, None),
    (GERMAN, 0, None),
    (GERMAN, 9_000, None),
]


@pytest.mark.parametrize(("stub", "size", "verdict"), STUBS)
def test_a_stub_is_no_answer_whatever_its_size(
    stub: str, size: int, verdict: Verdict | None
) -> None:
    page = Page(url="", body=(stub % ("&nbsp;" * (size // 6))).encode(), status=200)
    reading = read(page)
    assert not reading.verdict.covers
    assert verdict is None or reading.verdict is verdict


def test_an_answer_that_names_the_guards_is_an_answer() -> None:
    noise = (
        "<iframe src='//www.aliexpress.com/_____tmd_____/punish?x5secdata=abc'></iframe>"
        "<script src='//g.alicdn.com/sd/baxia/1.js'></script><script>x5secdata='1'</script>"
    )
    item = {
        "productId": "1005007778889991",
        "title": {"displayTitle": "Lamp"},
        "prices": {"salePrice": {"minPrice": 1, "currencyCode": "USD"}},
    }
    data = {"data": {"root": {"fields": {"mods": {"itemList": {"content": [item]}}}}}}
    body = (
        f"{noise}<script>window._dida_config_._init_data_= {{ data: {json.dumps(data)} }}</script>"
    )
    assert read(Page(url="", body=body.encode())).verdict is Verdict.OK


@pytest.mark.parametrize(
    "reply",
    [
        {"data": {"data": {"OFFER": {"found": 0, "items": []}}}},
        {"success": True, "data": {"offerList": [], "totalCount": 0}},
        {"success": True, "data": {"count": 0, "data": []}},
        {"aliexpress_ds_text_search_response": {"data": {"totalCount": 0, "products": {}}}},
        {"aliexpress_affiliate_product_query_response": {"resp_result": {
            "resp_code": 200, "result": {"total_record_count": 0, "products": {}}}}},
    ],
)  # fmt: skip
def test_a_zero_of_an_interface_is_a_zero(reply: dict[str, Any]) -> None:
    reading = read(Page(url="", body=json.dumps(reply).encode()))
    assert (reading.verdict, reading.kind) == (Verdict.OK_EMPTY, PageKind.SEARCH)


@pytest.mark.parametrize(
    "reply",
    [
        {"success": True, "data": []},
        {"success": True, "data": {"data": []}},
        {"success": False, "data": {"count": 0, "data": []}},
        {"result": {"data": []}},
        [],
    ],
)
def test_an_empty_list_without_the_platforms_own_zero_is_none(reply: Any) -> None:
    assert not read(Page(url="", body=json.dumps(reply).encode())).verdict.covers
    told = read(Page(url="", body=json.dumps(reply).encode()), platform=Platform.ALI1688)
    assert not told.verdict.covers
