"""One listing has one key, whatever address a person pastes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.listings import ListingKey
from headwater.domain.platforms import Platform
from headwater.marketplaces import (
    MARKETPLACES,
    canonical_url,
    identify,
    identify_seller,
    search_url,
)
from headwater.marketplaces.aliexpress import SECOND_ID, canonical_id

AE, AB, CN = Platform.ALIEXPRESS, Platform.ALIBABA, Platform.ALI1688
TB, LZ, MIC, AZ = Platform.TAOBAO, Platform.LAZADA, Platform.MADE_IN_CHINA, Platform.AMAZON

LISTINGS = [
    (AE, "1005006123456789", "https://www.aliexpress.com/item/1005006123456789.html"),
    (AE, "1005006123456789", "https://www.aliexpress.us/item/3256805937142037.html"),
    (AE, "1005006123456789", "http://de.aliexpress.com/item/1005006123456789.html?spm=a2g0o.x"),
    (AE, "1005006123456789", "https://www.aliexpress.com/item/Some-Slug/1005006123456789.html"),
    (AE, "1005006123456789", "https://m.aliexpress.com/item/1005006123456789.html"),
    (AE, "1005006123456789", "https://m.aliexpress.com/i/1005006123456789.html"),
    (AE, "1005006123456789", "https://aliexpress.ru/item/1005006123456789.html?sku_id=12000046"),
    (AE, "1005006123456789", "https://www.aliexpress.com/i/1005006123456789.html"),
    (AE, "32993251330", "//he.aliexpress.com/item/32993251330.html?src=ibdm"),
    (AE, "32752845276", "https://www.aliexpress.com/store/product/A-Name/1938_32752845276.html"),
    (AE, "4000253222940", "https://www.aliexpress.us/item/2255800066908188.html"),
    (
        AE,
        "1005008100241367",
        "https://www.aliexpress.com/ssr/300000512/BundleDeals2?productIds=3256807913926615:1200",
    ),
    (AE, "1005008100241367", "https://www.aliexpress.com/p/x/i.html?productIds=3256807913926615"),
    (AE, "1005006123456789", "https://m.aliexpress.com/s/item/1005006123456789.html"),
    (TB, "561495525977", "https://www.taobao.com/list/item/561495525977.htm"),
    (TB, "561495525977", "https://new.m.taobao.com/detail.htm?id=561495525977&spm=a"),
    (TB, "561495525977", "https://a.m.taobao.com/i561495525977.htm"),
    (AB, "1601596682242", "https://www.alibaba.com/product-detail/A-Slug-x_1601596682242.html"),
    (AB, "1601596682242", "https://www.alibaba.com/product-detail/_1601596682242.html"),
    (AB, "1601596682242", "https://spanish.alibaba.com/product-detail/a-b-1601596682242.html"),
    (AB, "1601596682242", "//www.alibaba.com/product-detail/x_1601596682242.html?priceId=f00"),
    (AB, "60735454534", "https://m.alibaba.com/product/60735454534/A-name.html"),
    (CN, "963863008803", "https://detail.1688.com/offer/963863008803.html"),
    (CN, "963863008803", "http://detail.1688.com/offer/963863008803.html?spm=a2615&sk=order"),
    (CN, "963863008803", "https://m.1688.com/offer/963863008803.html"),
    (CN, "963863008803", "http://detail.m.1688.com/page/index.html?offerId=963863008803&x=1"),
    (CN, "963863008803", "https://dj.1688.com/redirect?offerId=963863008803"),
    (TB, "561495525977", "https://item.taobao.com/item.htm?id=561495525977"),
    (TB, "561495525977", "https://item.taobao.com/item.htm?spm=a230r.1&id=561495525977&ns=1"),
    (TB, "561495525977", "https://detail.tmall.com/item.htm?id=561495525977&skuId=1"),
    (TB, "561495525977", "https://detail.tmall.hk/hk/item.htm?id=561495525977"),
    (TB, "561495525977", "https://detail.tmall.hk/item.htm?id=561495525977"),
    (TB, "561495525977", "https://world.taobao.com/item/561495525977.htm"),
    (TB, "561495525977", "https://world.taobao.com/item/wap/561495525977.htm"),
    (TB, "561495525977", "https://h5.m.taobao.com/awp/core/detail.htm?id=561495525977"),
    (TB, "561495525977", "https://detail.m.tmall.com/item.htm?id=561495525977"),
    (TB, "561495525977", "https://chaoshi.detail.tmall.com/item.htm?id=561495525977"),
    (LZ, "sg-123456789", "https://www.lazada.sg/products/a-slug-i123456789-s987654321.html"),
    (LZ, "sg-123456789", "https://www.lazada.sg/products/pdp-i123456789-s987654321.html"),
    (LZ, "my-123456789", "https://www.lazada.com.my/products/a-i123456789.html?spm=a2o4k"),
    (LZ, "ph-123456789", "https://www.lazada.com.ph/products/a-i123456789-s1.html"),
    (LZ, "id-123456789", "https://www.lazada.co.id/products/i123456789-s98765.html"),
    (LZ, "th-123456789", "https://www.lazada.co.th/products/-i123456789-s98765.html"),
    (LZ, "vn-123456789", "https://www.lazada.vn/products/a-i123456789-s98765.html"),
    (
        MIC,
        "hRpYUOlMaTcg",
        "https://weieryang.en.made-in-china.com/product/hRpYUOlMaTcg/China-Stylish-Sofa.html",
    ),
    (AZ, "B0BVZ7LS9N", "https://www.amazon.com/Some-Thing/dp/B0BVZ7LS9N/ref=sr_1_1?th=1"),
    (AZ, "B0BVZ7LS9N", "https://www.amazon.de/gp/product/B0BVZ7LS9N"),
    (AZ, "B0BVZ7LS9N", "https://www.amazon.co.uk/dp/b0bvz7ls9n"),
]


@pytest.mark.parametrize(("platform", "offer_id", "url"), LISTINGS)
def test_every_form_of_an_address_names_its_listing(
    platform: Platform, offer_id: str, url: str
) -> None:
    assert identify(url) == ListingKey(platform, offer_id)


@pytest.mark.parametrize("url", [url for _, _, url in LISTINGS])
def test_people_paste_addresses_without_a_scheme_and_with_blanks(url: str) -> None:
    bare = url.partition("//")[2]
    assert identify(f"  {bare}\n") == identify(url)


@pytest.mark.parametrize(("platform", "offer_id", "url"), LISTINGS)
def test_the_canonical_address_names_the_same_listing(
    platform: Platform, offer_id: str, url: str
) -> None:
    key = ListingKey(platform, offer_id)
    assert identify(canonical_url(key)) == key
    again = identify(canonical_url(key))
    assert again is not None
    assert canonical_url(again) == canonical_url(key)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https://www.aliexpress.com/",
        "https://www.aliexpress.com/w/wholesale-usb-cable.html",
        "https://www.aliexpress.com.evil.example/item/1005006123456789.html",
        "https://www.aliexpress.com@evil.example/item/1005006123456789.html",
        "https://evil.example/www.aliexpress.com/item/1005006123456789.html",
        "https://notaliexpress.com/item/1005006123456789.html",
        "javascript:alert(1)//www.aliexpress.com/item/1005006123456789.html",
        "file:///www.aliexpress.com/item/1005006123456789.html",
        "https://[::1/item/1.html",
        "https://a.aliexpress.com/_mK3xYz",
        "https://s.click.aliexpress.com/e/_DkAbC",
        "https://www.alibaba.com/product-detail/no-number.html",
        "https://detail.1688.com/offer/١٢٣٤٥٦٧٨٩.html",
        "https://item.taobao.com/item.htm?id=abc",
        "https://www.lazada.com/products/a-i123456789-s1.html",
        "https://www.amazon.com/dp/short",
    ],
)
def test_what_is_no_listings_address_names_none(url: str) -> None:
    assert identify(url) is None


SELLERS = [
    (AE, "1103183301", "https://www.aliexpress.com/store/1103183301"),
    (AE, "1103183301", "//pl.aliexpress.com/store/1103183301/pages/all-items.html?x=1"),
    (
        AE,
        "1104718035",
        "https://shoprenderview.aliexpress.com/credential/showcredential.htm?storeNum=1104718035",
    ),
    (AB, "zhida", "https://zhida.en.alibaba.com/company_profile.html"),
    (AB, "zhida", "https://zhida.m.en.alibaba.com/"),
    (AB, "281906743", "https://verified.alibaba.com/supplier/report?aliId=281906743"),
    (CN, "b2b-1683071178", "https://winport.m.1688.com/page/index.html?memberId=b2b-1683071178"),
    (CN, "b2b-1683071178", "https://m.1688.com/winport/b2b-1683071178.html"),
    (CN, "b2b-1683071178", "https://sale.1688.com/factory/card.html?memberId=b2b-1683071178"),
    (CN, "dulameng168", "https://dulameng168.1688.com/page/contactinfo.htm"),
    (CN, "shop1388854405483", "https://shop1388854405483.1688.com"),
    (TB, "shop35906195", "https://shop35906195.taobao.com/"),
    (TB, "108727117", "https://store.taobao.com/shop/view_shop.htm?user_number_id=108727117"),
    (Platform.TMALL, "suning", "https://suning.tmall.com/"),
    (LZ, "th-kaceebest", "//www.lazada.co.th/shop/kaceebest/?itemId=881388008"),
    (MIC, "zhidafurniture", "https://zhidafurniture.en.made-in-china.com/"),
    (AZ, "A1OADAD15ODE5G", "https://www.amazon.com/sp?seller=A1OADAD15ODE5G"),
]


@pytest.mark.parametrize(("platform", "seller", "url"), SELLERS)
def test_a_sellers_address_names_the_seller(platform: Platform, seller: str, url: str) -> None:
    assert identify_seller(url) == (platform, seller)


@pytest.mark.parametrize(
    "url",
    [
        "https://detail.1688.com/offer/963863008803.html",
        "https://s.1688.com/selloffer/offer_search.htm?keywords=x",
        "https://www.alibaba.com/trade/search?SearchText=x",
        "https://item.taobao.com/item.htm?id=561495525977",
        "https://example.com/store/1103183301",
    ],
)
def test_other_addresses_name_no_seller(url: str) -> None:
    assert identify_seller(url) is None


@given(st.integers(min_value=10**9, max_value=SECOND_ID - 1))
def test_both_ids_of_an_aliexpress_item_are_one(number: int) -> None:
    assert canonical_id(str(number + SECOND_ID)) == canonical_id(str(number)) == str(number)


@given(st.integers(min_value=1, max_value=10**20 - 1))
def test_a_canonical_id_is_its_own_canonical_id(number: int) -> None:
    once = canonical_id(str(number))
    assert canonical_id(once) == once


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_addresses(text: str) -> None:
    for url in (text, f"https://{text}", f"https://www.aliexpress.com/{text}"):
        key = identify(url)
        assert key is None or identify(canonical_url(key)) == key
        identify_seller(url)


@pytest.mark.parametrize("market", MARKETPLACES[:-1], ids=lambda market: market.platform.value)
@given(query=st.text(min_size=1, max_size=60).filter(str.strip))
def test_a_search_address_is_one_of_the_platforms_own(market: object, query: str) -> None:
    from headwater.marketplaces import Marketplace

    assert isinstance(market, Marketplace)
    for page in (1, 2):
        url = search_url(market.platform, query.encode("utf-8", "replace").decode(), page)
        assert market.serves(url)
        assert url.isascii()
        assert identify(url) is None


def test_1688_is_asked_in_utf8() -> None:
    url = search_url(Platform.ALI1688, "腋下包", 2)
    assert url == (
        "https://s.1688.com/selloffer/offer_search.htm?charset=utf8"
        "&keywords=%E8%85%8B%E4%B8%8B%E5%8C%85&beginPage=2"
    )


def test_aliexpress_is_asked_for_the_newest_with_the_words_in_the_slug() -> None:
    url = search_url(Platform.ALIEXPRESS, "usb кабель")
    assert url.startswith("https://www.aliexpress.com/w/wholesale-usb-%D0%BA")
    assert "SortType=latest_desc" in url
