"""The rehearsal marketplaces: what they answer, and that our own readers understand it."""

import http.client
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsel import Selector
from PIL import Image

from headwater import marketplaces
from headwater.adapters.routes.gateway_1688 import HOST, Gateway1688
from headwater.adapters.routes.interface import Interface
from headwater.domain.brands import Reference
from headwater.domain.listings import ListingKey
from headwater.domain.pages import Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform
from headwater.domain.queries import Query
from headwater_demo import ali1688, alibaba, aliexpress
from headwater_demo.forgeries import Forgery, forged
from headwater_demo.gateway_1688 import ACCESS_KEY
from headwater_demo.marketplace import (
    PLATFORMS,
    REFUSED_WORD,
    Answer,
    Marketplace,
    answer,
    robots,
    search,
)
from headwater_demo.offers import OFFERS, Fault, Offer
from tests.fakes.search import VisitsInMemory

BY_ID = {offer.id: offer for offer in OFFERS}
STANDING = [offer for offer in OFFERS if not offer.gone]
GONE = [offer for offer in OFFERS if offer.gone]


def name(offer: Offer) -> str:
    return f"{offer.platform}-{offer.id}"


def ask(url: str) -> tuple[str, Answer]:
    """The answer to an address, redirects followed; and the address that gave it."""
    for _ in range(3):
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        reply = answer(parts.hostname or "", target)
        if not reply.location:
            return url, reply
        url = reply.location
    raise AssertionError(f"too many redirects to {url}")


def read(url: str) -> PageReading:
    final, reply = ask(url)
    page = Page(
        url=final,
        body=reply.body,
        status=reply.status,
        headers={"content-type": reply.content_type},
    )
    return marketplaces.read(page)


def results(platform: str, words: str, page: int = 1) -> PageReading:
    return read(marketplaces.search_url(Platform(platform), words, page))


# --- what the catalogue is ---------------------------------------------------------------------


def test_ids_are_unique_and_identify_their_own_address() -> None:
    keys = [ListingKey(Platform(offer.platform), offer.id) for offer in OFFERS]
    assert len(set(keys)) == len(keys)
    for offer, key in zip(OFFERS, keys, strict=True):
        assert marketplaces.identify(PLATFORMS[offer.platform].listing_url(offer)) == key


def test_both_ids_of_an_aliexpress_item_are_the_same_listing() -> None:
    for offer in OFFERS:
        if offer.platform == "aliexpress":
            url = f"https://{aliexpress.HOST}/item/{aliexpress.second_id(offer)}.html"
            assert marketplaces.identify(url) == ListingKey(Platform.ALIEXPRESS, offer.id)


@pytest.mark.parametrize("platform", ["aliexpress", "alibaba", "1688"])
def test_every_platform_has_copies_and_honest_goods(platform: str) -> None:
    copies = [bool(offer.copies) for offer in STANDING if offer.platform == platform]
    assert sum(copies) >= 4
    assert len(copies) - sum(copies) >= 4


# --- search ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        ("aliexpress", "harvelk"),
        ("aliexpress", "harvelk mug"),
        ("alibaba", "harvelk"),
        ("1688", "harvelk"),
        ("1688", "哈芙鹿"),
        ("1688", "鹿角杯"),
        ("lazada", "harvelk"),
    ],
)
def test_a_search_is_read_back_as_it_was_written(platform: str, words: str) -> None:
    found, total = search(platform, words)
    reading = results(platform, words)
    assert (reading.platform, reading.kind, reading.verdict) == (
        Platform(platform),
        PageKind.SEARCH,
        Verdict.OK,
    )
    assert reading.total == total
    listings = {listing.key.offer_id: listing for listing in reading.listings}
    assert set(listings) == {offer.id for offer in found}
    for offer in found:
        listing = listings[offer.id]
        assert listing.title == offer.title
        assert listing.price is not None
        assert listing.price.maximum == offer.tiers[0][1]
        assert listing.price.currency == offer.currency
        assert listing.seller is not None
        assert listing.seller.name == offer.shop.name
        assert listing.pictures[0] == picture_urls(offer)[0]


def picture_urls(offer: Offer) -> list[str]:
    platform = PLATFORMS[offer.platform]
    return [
        f"https://{platform.PICTURE_HOST}{platform.picture_path(offer, picture)}"
        for picture in offer.pictures
    ]


def test_the_second_page_holds_the_rest() -> None:
    first, second = results("aliexpress", "harvelk"), results("aliexpress", "harvelk", 2)
    keys = [listing.key for reading in (first, second) for listing in reading.listings]
    assert len(keys) == len(set(keys)) == first.total


def test_an_ad_that_comes_again_among_the_results_counts_once() -> None:
    reading = results("aliexpress", "harvelk")
    assert sum(listing.ad for listing in reading.listings) == 1


@pytest.mark.parametrize("platform", ["aliexpress", "alibaba", "1688"])
def test_words_that_nobody_offers_give_the_platforms_own_zero(platform: str) -> None:
    reading = results(platform, "HVK-2207")
    assert (reading.verdict, reading.total) == (Verdict.OK_EMPTY, 0)


def test_a_refused_search_is_a_challenge_under_http_200() -> None:
    url = ali1688.search_url(f"哈芙鹿 {REFUSED_WORD}")
    assert ask(url)[1].status == 200
    assert read(url).verdict is Verdict.BLOCKED_CHALLENGE


@pytest.mark.parametrize("platform", [Platform.TAOBAO, Platform.TMALL])
def test_who_is_not_logged_in_is_sent_to_the_login(platform: Platform) -> None:
    url = marketplaces.search_url(platform, "harvelk")
    assert ask(url)[1].status == 200
    assert read(url).verdict is Verdict.BLOCKED_LOGIN


def test_words_in_utf8_without_saying_so_are_read_as_gbk() -> None:
    path = "/selloffer/offer_search.htm?keywords="
    in_gbk = answer(ali1688.SEARCH_HOST, path + quote("鹿角杯".encode("gb18030")))
    in_utf8 = answer(ali1688.SEARCH_HOST, path + quote("鹿角杯"))
    assert '"totalCount": 5' in in_gbk.body.decode()
    assert '"totalCount": 0' in in_utf8.body.decode()


def test_the_old_search_address_leads_to_the_new_one() -> None:
    reply = answer(aliexpress.HOST, "/wholesale?SearchText=harvelk+mug&page=2")
    assert reply.status == 302
    assert reply.location == "https://www.aliexpress.com/w/wholesale-harvelk-mug.html?page=2"


# --- listings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("offer", STANDING, ids=name)
def test_a_listing_is_read_back_as_it_was_written(offer: Offer) -> None:
    reading = read(PLATFORMS[offer.platform].listing_url(offer))
    assert (reading.kind, reading.verdict) == (PageKind.LISTING, Verdict.OK)
    (listing,) = reading.listings
    assert listing.key == ListingKey(Platform(offer.platform), offer.id)
    assert listing.title == offer.title
    assert listing.price is not None
    assert (listing.price.minimum, listing.price.maximum) == (
        offer.tiers[-1][1],
        offer.tiers[0][1],
    )
    assert listing.price.currency == offer.currency
    assert listing.seller is not None
    assert listing.seller.name == offer.shop.name
    assert list(listing.pictures) == picture_urls(offer)
    assert listing.attributes == offer.attributes
    if offer.platform not in {"aliexpress", "lazada"}:  # single pieces, no minimum is stated
        tiers = tuple((tier.quantity, tier.amount) for tier in listing.price.tiers)
        assert tiers == offer.tiers or len(offer.tiers) == 1
        assert listing.minimum_order is not None
        assert (listing.minimum_order.quantity, listing.minimum_order.unit) == (
            offer.tiers[0][0],
            offer.unit,
        )


@pytest.mark.parametrize("offer", GONE, ids=name)
def test_a_listing_that_was_taken_down_is_gone(offer: Offer) -> None:
    reading = read(PLATFORMS[offer.platform].listing_url(offer))
    assert reading.verdict is Verdict.GONE
    assert not reading.listings


@pytest.mark.parametrize("offer", STANDING, ids=name)
def test_a_page_is_html_with_a_title(offer: Offer) -> None:
    _, reply = ask(PLATFORMS[offer.platform].listing_url(offer))
    page = Selector(text=reply.body.decode())
    assert offer.title in (page.css("title::text").get() or "")


# --- pictures ----------------------------------------------------------------------------------


def test_every_picture_of_every_listing_is_served_or_has_its_fault() -> None:
    for offer in OFFERS:
        for picture, url in zip(offer.pictures, picture_urls(offer), strict=True):
            reply = ask(url)[1]
            if picture.fault is Fault.MISSING:
                assert reply.status == 404
            elif picture.fault is Fault.NO_PICTURE:
                assert reply.body.startswith(b"<html>")
            else:
                assert (reply.status, reply.content_type) == (200, "image/jpeg")
                with Image.open(BytesIO(reply.body)) as image:
                    assert image.width >= 480


@pytest.mark.parametrize(
    ("offer_id", "size", "side"),
    [
        ("1005999000000101", "_350x350xz.jpg", 350),
        ("1005999000000101", "_480x480q75.jpg_.avif", 480),
        ("1699990000201", "_300x300.jpg", 300),
        ("1699990000201", "_80x80.jpg", 80),
        ("999900000301", "_460x460q100.jpg_.webp", 460),
    ],
)
def test_a_size_after_the_name_gives_a_thumbnail(offer_id: str, size: str, side: int) -> None:
    offer = next(offer for offer in OFFERS if offer.id == offer_id)
    reply = ask(picture_urls(offer)[0] + size)[1]
    with Image.open(BytesIO(reply.body)) as image:
        assert image.size == (side, side)


def test_1688_writes_sizes_before_the_ending_too() -> None:
    offer = next(offer for offer in OFFERS if offer.id == "999900000301")
    for size, side in ((".220x220.jpg", 220), (".search.jpg", 150), (".summ.jpg", 64)):
        reply = ask(picture_urls(offer)[0].replace(".jpg", size))[1]
        with Image.open(BytesIO(reply.body)) as image:
            assert image.size == (side, side)


# --- robots.txt and hostile input --------------------------------------------------------------


def test_robots_repeat_the_platforms_rules_and_invite_the_rehearsal() -> None:
    assert "User-agent: *\nDisallow: /trade/\n" in robots(alibaba.HOST)
    assert "User-agent: *\nDisallow: \n" in robots(aliexpress.PICTURE_HOST)
    for host in (alibaba.HOST, aliexpress.HOST, ali1688.HOST, ali1688.SEARCH_HOST):
        assert robots(host).endswith("User-agent: Headwater\nAllow: /\n")


@given(
    host=st.sampled_from([aliexpress.HOST, alibaba.HOST, ali1688.SEARCH_HOST, ali1688.HOST, "x"])
    | st.sampled_from([aliexpress.PICTURE_HOST, ali1688.PICTURE_HOST]),
    path=st.sampled_from(["/", "/w/wholesale-", "/trade/search?SearchText=", "/item/", "/kf/"])
    | st.just("/selloffer/offer_search.htm?keywords="),
    rest=st.text(max_size=30),
)
def test_any_request_gets_an_answer(host: str, path: str, rest: str) -> None:
    assert answer(host, path + rest).status in {200, 302, 404}


# --- the server --------------------------------------------------------------------------------


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_server_plays_the_host_that_is_asked_for_and_writes_it_down() -> None:
    with Marketplace() as marketplace:
        address = urlsplit(marketplace.url).netloc
        connection = http.client.HTTPConnection(address, timeout=10)
        headers = {"Host": "www.alibaba.com", "User-Agent": "Headwater/0"}
        connection.request("GET", "/trade/search?SearchText=harvelk", headers=headers)
        page = connection.getresponse()
        body = page.read()
        connection.request("HEAD", "/robots.txt", headers={"Host": "s.1688.com:80"})
        head = connection.getresponse()
        head.read()
        connection.close()
    assert page.status == head.status == 200
    assert b"_offer_list" in body
    assert marketplace.requests == [
        ("www.alibaba.com", "/trade/search?SearchText=harvelk", "Headwater/0"),
        ("s.1688.com", "/robots.txt", ""),
    ]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_gateway_finds_by_words_by_picture_and_by_link_whoever_signs() -> None:
    copier = "https://detail.1688.com/offer/999900000301.html"
    hero = forged("fell-mug-white", Forgery.NONE)

    def found(query: Query, key: str = ACCESS_KEY) -> PageReading:
        with Marketplace() as marketplace:
            interface = Interface(
                HOST, VisitsInMemory(), contact="m@x.org", gap_seconds=0, rehearsal=marketplace.url
            )
            route = Gateway1688(
                interface,
                key=lambda: key,
                picture=lambda _: hero,
                main_picture=lambda _: read(copier).listings[0].pictures[0],
                clock=lambda: datetime.now(UTC),
            )
            return route.ask(query).reading

    def ids(reading: PageReading) -> set[str]:
        return {listing.key.offer_id for listing in reading.listings}

    asked = Query(platform=Platform.ALI1688, watch="w")
    mug = Reference(id="mug.jpg", product="", sha256="a" * 64)
    by_words = ids(found(replace(asked, text="哈芙鹿")))
    by_picture = ids(found(replace(asked, picture=mug)))
    by_link = ids(found(replace(asked, like=copier)))
    assert "999900000301" in by_words & by_link
    assert "999900000314" in (by_picture & by_link) - by_words  # no word of it names the brand
    assert all(BY_ID[one].copies == "fell-mug" for one in by_picture | by_link)
    other = urlsafe_b64encode(b"x" * 32 + b"rehearsal-1").decode()
    assert "copy it again" in found(replace(asked, text="哈芙鹿"), key=other).reason


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_person_may_look_around_in_the_browser() -> None:
    with Marketplace() as marketplace:
        address = urlsplit(marketplace.url).netloc
        connection = http.client.HTTPConnection(address, timeout=10)
        connection.request("GET", "/")
        index = Selector(text=connection.getresponse().read().decode())
        link = index.css("a::attr(href)").get() or ""
        connection.request("GET", link)
        page = Selector(text=connection.getresponse().read().decode())
        picture = page.css(".search-card-item img::attr(src)").get() or ""
        connection.request("GET", picture)
        answered = connection.getresponse()
        answered.read()
        connection.close()
    assert picture.startswith("/ae-pic-a1.aliexpress-media.com/")
    assert (answered.status, answered.getheader("Content-Type")) == (200, "image/jpeg")
