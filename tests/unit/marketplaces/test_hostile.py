"""Whatever the bytes are, reading them ends in a reading or in LayoutChanged, and soon.

`make fuzz` (FUZZ_MUTATIONS=10000) damages the recordings of each platform ten thousand times; here
it is a few hundred. A failure names the case and the seed: `damaged(case, seed)` gives the bytes.
"""

import contextlib
import json
import os
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.cli.parse import as_json
from headwater.domain.pages import LayoutChanged, Page, PageReading, Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces import MARKETPLACES, _read, elements
from headwater.marketplaces.document import Document

RECORDINGS = Path(__file__).parents[2] / "recordings"
MUTATIONS = int(os.environ.get("FUZZ_MUTATIONS", "120"))
TOKENS = [
    b"NaN", b"Infinity", b"-1", b"1e999999", b"9" * 400, b"null", b"true", b"[]", b"{}", b'""',
    b"[" * 300, b'{"a":' * 200, b"\\ud800", b"\\u0000", b"\x00", b"\xff", b"\xe4\xbd", b"<", b"</",
    b"&#x202e;", b"]]>", b"<!--", b"<script>", b"</script>", b"'",
    b'"', b"\\", b"0", b"\xef\xbb\xbf",
]  # fmt: skip


def bodies(platform: str) -> list[tuple[str, Page]]:
    found = []
    for case in sorted((RECORDINGS / platform).iterdir()):
        page = json.loads((case / "page.json").read_text("utf-8"))
        body = (case / page["body"]).read_bytes()
        found.append((f"{platform}/{case.name}", Page(url=page["url"], body=body)))
    return found


def damaged(body: bytes, seed: int) -> bytes:
    """The bytes with one to six accidents, always the same for the same seed."""
    chance = random.Random(seed)
    out = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(out) + 1)
        span = chance.choice((1, 1, 2, 8, 60, 400))
        match chance.randrange(6):
            case 0:
                out[at : at + span] = bytes(chance.randrange(256) for _ in range(span))
            case 1:
                del out[at : at + span]
            case 2:
                out[at:at] = chance.choice(TOKENS)
            case 3:
                out[at : at + span] = chance.choice(TOKENS)
            case 4:
                source = chance.randrange(len(out) + 1)
                out[at:at] = out[source : source + span]
            case _:
                if chance.random() < 0.2:
                    del out[at:]
    return bytes(out)


def _holds(reading: PageReading) -> None:
    json.dumps(as_json("x", reading)).encode("ascii")
    if reading.verdict.refused or reading.verdict in {Verdict.GONE, Verdict.SHELL_NO_DATA}:
        assert reading.listings == ()
    for listing in reading.listings:
        assert listing.key.offer_id.isascii()
        if listing.price:
            assert listing.price.minimum.is_finite()
            assert len(format(listing.price.maximum, "f")) < 60
        if listing.title:
            listing.title.encode("utf-8")
            assert not any(ord(character) < 32 for character in listing.title)


@pytest.mark.parametrize("platform", sorted(path.name for path in RECORDINGS.iterdir()))
def test_damaged_pages_are_read_or_reported(platform: str) -> None:
    pages = bodies(platform)
    for seed in range(MUTATIONS):
        name, page = pages[seed % len(pages)]
        body = damaged(page.body, seed)
        try:
            reading = _read(Page(url=page.url if seed % 3 else "", body=body), None)
        except LayoutChanged:
            continue
        except Exception as problem:
            raise AssertionError(f"{name}, seed {seed}: {problem!r}") from problem
        _holds(reading)


ODD: list[object] = [
    None, True, False, 0, -1, 10**25, 0.5, "", "x", "0", "-", "<b>", "\ud800", "9" * 50, [], {},
    [[]], [None], [{}], {"": None}, {"a": [1]}, [[[["x"]]]], "//[", "https://[::1", "//x",
    "a" * 9000,
]  # fmt: skip


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) in a decoded document."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from _places(inner)


def retyped(body: str, seed: int) -> str:
    """The page with one to four values of its data replaced by values of other types."""
    chance = random.Random(seed)
    literals = [m.end() for m in re.finditer(r"[=(:,]\s*(?=\{\"|\[\{)|^(?=\s*\{)", body)]
    chance.shuffle(literals)
    for start in literals:
        try:
            data, end = json.JSONDecoder().raw_decode(body, start)
        except ValueError:
            continue
        places = list(_places(data))
        if len(places) < 5:
            continue
        for container, key in chance.sample(places, min(len(places), chance.randint(1, 4))):
            container[key] = chance.choice(ODD)
        return body[:start] + json.dumps(data) + body[end:]
    return body


@pytest.mark.parametrize("platform", sorted(path.name for path in RECORDINGS.iterdir()))
def test_values_of_other_types_are_read_or_reported(platform: str) -> None:
    pages = bodies(platform)
    for seed in range(MUTATIONS * 2):
        name, page = pages[seed % len(pages)]
        body = retyped(page.body.decode("utf-8", "replace"), seed).encode("utf-8", "replace")
        try:
            reading = _read(Page(url=page.url, body=body), None)
        except LayoutChanged:
            continue
        except Exception as problem:
            raise AssertionError(f"{name}, seed {seed}: {problem!r}") from problem
        _holds(reading)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 100,
        b"\xff\xfe" + b"<html>".decode().encode("utf-16-le"),
        b"\xff\xfe\x00",
        bytes(range(256)) * 20,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"offerResultData":{"offers":' + b"[" * 50_000,
        b"<div>" * 50_000,
        b"<script>window.runParams = {data: " + b"[" * 50_000 + b"</script>",
        b"<script>window.__INIT_DATA={globalData:" + b"{a:" * 50_000 + b"</script>",
        b"window.context=(function(" + b"x" * 100_000,
        b'{"productId": ' + b"9" * 10_000 + b"}",
        b'{"itemList":{"content":[{"productId":NaN},{"productId":Infinity},{"productId":-1}]}}',
        b'{"ret":[{"a":1}],"data":[]}',
        b'{"itemList":{"content":[{"productId":1e99999999999999999999}]}}',
        b'{"error_response": [[[]]]}',
        b"<title>" * 10_000,
        b"<meta charset='nonsense-1'>\xe9\xe9",
        b"<meta charset='utf-7'>+ADw-script+AD4-\xe9",
        b"<!-- saved from url=(9999)" + b"h" * 5000 + b" -->",
        b'<link rel="canonical" href="https://[::1">' * 50,
        b"mtopjsonp1(" * 5000,
        b"<a " * 300_000,
        b"src=" * 300_000,
        b'_config_={"' * 50_000,
        b"window.context=(function" * 20_000,
        b"<script>runParams = {data:" * 50_000,
        b"<script>window.g_page_config={a:'" + b"\\'" * 300_000,
        b"<script>window.g_page_config={a:/*" + b"/*" * 300_000,
        b"<script>window.__INIT_DATA={a:[" + b"x," * 200_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_bombs_are_read_or_reported_in_reasonable_time(body: bytes) -> None:
    told: list[Platform | None] = [None]
    if len(body) < 200_000:
        told += [market.platform for market in MARKETPLACES]
    for platform in told:
        begun = time.process_time()
        with contextlib.suppress(LayoutChanged):
            _holds(_read(Page(url="", body=body), platform))
        assert time.process_time() - begun < 5


def test_figures_that_are_no_figures_become_none() -> None:
    body = (
        b'{"itemList":{"content":[{"productId":"1005006123456001","title":{"displayTitle":"A"},'
        b'"prices":{"salePrice":{"minPrice":NaN,"currencyCode":"USD","formattedPrice":""}}},'
        b'{"productId":"1005006123456002","title":{"displayTitle":"B"},'
        b'"prices":{"salePrice":{"minPrice":1e400,"currencyCode":"USD"}}}]}}'
    )
    reading = _read(Page(url="", body=body), None)
    assert [listing.price for listing in reading.listings] == [None, None]


def test_half_a_character_does_not_break_the_output() -> None:
    body = (
        b'{"itemList":{"content":[{"productId":"1005006123456001",'
        b'"title":{"displayTitle":"A \\ud83d lamp\\u0000\\u001b[31m"}}]}}'
    )
    (listing,) = _read(Page(url="", body=body), None).listings
    assert listing.title == "A lamp [31m"


NESTED = {
    Platform.ALI1688: b'<div class="search-offer-item desc-text title-text">x ',
    Platform.ALIBABA: b'<div class="organic-list search-card gallery-offer">x ',
    Platform.ALIEXPRESS: b'<div class="search-card-item title--a price--b">x ',
    Platform.TAOBAO: b'<div class="doubleCardWrapper title--a priceInt">x ',
    Platform.LAZADA: b'<div data-qa-locator="product-item" class="RfADt ooOxS">x ',
    Platform.MADE_IN_CHINA: b'<div class="list-node info property-list">x ',
}


@pytest.mark.parametrize("platform", NESTED)
def test_cards_inside_each_other_are_not_read_over_and_over(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice as deep a page is at most about twice the work; counted in texts that are read."""
    read_texts = elements._texts()
    seen: list[int] = []

    def counted(element: object) -> list[str]:
        found = read_texts(element)
        seen.append(len(found))
        return found

    monkeypatch.setattr(elements, "_texts", lambda: counted)
    work = []
    for depth in (120, 240, 1000):
        seen.clear()
        page = Page(url="", body=b"<html><body>" + NESTED[platform] * depth)
        with contextlib.suppress(LayoutChanged):
            _read(page, platform)
        work.append(sum(seen) + 1)
    assert work[1] <= 2.5 * work[0]
    assert work[2] <= 12 * work[0]


def test_literals_that_are_none_are_rewritten_only_so_far() -> None:
    for part in (b'runParams = {data:{"a":1', b"__INIT_DATA={a:{b:'", b"iDetailData={a:b,"):
        document = Document(Page(url="", body=b"<script>" + part * 250_000))
        for name in ("runParams", "__INIT_DATA", "iDetailData"):
            document.variable(name)
            document.variable(name, r"\s*=\s*\{\s*data\s*:")
        assert document._left_to_rewrite >= -1


def test_a_page_that_is_too_long_is_not_read_and_that_is_said() -> None:
    reading = _read(Page(url="", body=b"<div>" * 3_000_000), Platform.ALIBABA)
    assert (reading.verdict, reading.listings) == (Verdict.ERROR, ())
    assert "more than 12 MB" in reading.reason
