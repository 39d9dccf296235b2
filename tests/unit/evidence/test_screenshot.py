"""The picture of a page shows what the record holds and nothing else, twice the same."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from io import BytesIO
from socket import create_server
from threading import Thread
from typing import Protocol

import pytest
from PIL import Image

from headwater.adapters.chromium import FLAGS, installed
from headwater.adapters.recorded import Answer, recorded
from headwater.adapters.screenshot import TALLEST, WIDTH, Browser, CannotDraw, Drawn
from headwater.domain.captures import PartRole
from headwater.domain.manifests import sha256
from headwater.marketplaces.pictures import full_size
from tests.factories import CAPTURE, LISTING, NOON

pytestmark = pytest.mark.browser
URL = "https://detail.1688.com/offer/1.html"
PAGE = replace(
    CAPTURE.parts[0],
    name="seen.html",
    role=PartRole.PAGE,
    source_url=URL,
    media_type="text/html",
)
RED = "https://cbu01.alicdn.com/img/ibank/red.png"


class Draw(Protocol):
    def __call__(self, html: str | bytes, *, scripts: bool = False) -> Drawn: ...


def red() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 200), (255, 0, 0)).save(out, "PNG")
    return out.getvalue()


RECORD = {RED: Answer(media_type="image/png", body=red())}


@pytest.fixture(scope="module")
def drawn() -> Iterator[Draw]:
    """Draws a page from the record above."""
    try:
        browser = Browser().__enter__()
    except CannotDraw as missing:
        pytest.skip(str(missing))
    with ExitStack() as cleanup:
        cleanup.push(browser)

        def draw(html: str | bytes, *, scripts: bool = False) -> Drawn:
            body = html.encode() if isinstance(html, str) else html
            kept = {"seen.html": body}
            (page,) = recorded([replace(PAGE, sha256=sha256(body))], kept, LISTING.url).pages
            return browser.draw(
                page, answers=RECORD, full_size=full_size, captured_at=NOON, scripts=scripts
            )

        yield draw


def image(picture: Drawn) -> Image.Image:
    return Image.open(BytesIO(picture.png)).convert("RGB")


def dark_pixels(picture: Drawn) -> int:
    """Pixels of text below the strip, on a white page."""
    page = image(picture).crop((0, 70, WIDTH, 400)).convert("L")
    return sum(page.histogram()[:100])


def reds(picture: Drawn) -> int:
    found = image(picture).getcolors(1 << 24) or []
    return sum(count for count, colour in found if colour == (255, 0, 0))


@contextmanager
def listening() -> Iterator[tuple[int, list[object]]]:
    """A port on loopback that remembers who came."""
    callers: list[object] = []
    server = create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    going = True

    def accept() -> None:
        while going:
            try:
                connection, caller = server.accept()
            except TimeoutError:
                continue
            callers.append(caller)
            connection.close()

    thread = Thread(target=accept)
    thread.start()
    try:
        yield server.getsockname()[1], callers
    finally:
        going = False
        thread.join()
        server.close()


def test_a_recorded_picture_is_shown_and_the_rest_is_listed(drawn: Draw) -> None:
    picture = drawn(f"<img src={RED}><img src=https://x.example/other.png>")
    assert reds(picture) == 300 * 200
    assert picture.served == (RED,)
    assert picture.refused == ("https://x.example/other.png",)


def test_a_thumbnail_is_shown_by_its_original_and_said_so(drawn: Draw) -> None:
    thumbnail = RED.replace("red.png", "red.png_220x220.png")
    picture = drawn(f"<img src={thumbnail}>")
    assert reds(picture) == 300 * 200
    assert picture.substituted == (thumbnail,)
    assert picture.refused == ()


def test_two_runs_give_the_same_picture(drawn: Draw) -> None:
    html = f"<h1>峡湾 户外搪瓷杯</h1><img src={RED}><p>¥2.30"
    assert drawn(html).png == drawn(html).png


def test_chinese_is_drawn_with_its_own_shapes(drawn: Draw) -> None:
    one, other = drawn("<h1>峡湾搪瓷杯</h1>"), drawn("<h1>仿冒品批发</h1>")
    assert dark_pixels(one) > 500
    if one.png == other.png:
        pytest.skip("no CJK font here: apt-get install fonts-noto-cjk")
    assert dark_pixels(drawn("")) == 0


def test_a_driver_that_is_not_ours_draws_the_same_pixels(drawn: Draw) -> None:
    """Playwright answers with the same record: our own few lines change nothing on the page."""
    from playwright.sync_api import sync_playwright

    html = f"<h1>峡湾 户外搪瓷杯</h1><img src={RED}><img src=https://x.example/a.png><p>¥2.30"
    ours = image(drawn(html))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed(),
            args=[flag for flag in FLAGS if "remote-debugging" not in flag],
        )
        page = browser.new_page(
            java_script_enabled=False, viewport={"width": WIDTH, "height": 900}, locale="en-US"
        )
        known = {URL: ("text/html; charset=utf-8", html.encode()), RED: ("image/png", red())}
        page.route(
            "**/*",
            lambda route: (
                route.fulfill(
                    content_type=known[route.request.url][0], body=known[route.request.url][1]
                )
                if route.request.url in known
                else route.abort()
            ),
        )
        page.goto(URL)
        theirs = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
        browser.close()
    strip = ours.height - theirs.height
    assert strip == 64
    assert ours.crop((0, strip, WIDTH, ours.height)).tobytes() == theirs.tobytes()


def test_a_page_in_an_old_chinese_encoding_is_read(drawn: Draw) -> None:
    text = "<h1>峡湾搪瓷杯</h1>"
    assert drawn(text.encode("gb18030")).png == drawn(text).png


def test_scripts_do_not_run(drawn: Draw) -> None:
    picture = drawn("<script>document.write('<h1>drawn by script</h1>')</script>")
    assert dark_pixels(picture) == 0


def test_nothing_is_dialled_whatever_the_page_tries(drawn: Draw) -> None:
    with listening() as (port, callers):
        there = f"http://127.0.0.1:{port}"
        picture = drawn(
            f"<link rel=preconnect href={there}><link rel=dns-prefetch href={there}>"
            f"<link rel=prefetch href={there}/a><link rel=stylesheet href={there}/b.css>"
            f"<img src={there}/c.png><iframe src={there}/d></iframe><video src={there}/e></video>"
            f"<object data={there}/f></object><style>@import url({there}/g.css);</style>"
            f"<meta http-equiv=refresh content='0;url={there}/h'><iframe src=file:///etc/passwd>"
        )
    assert callers == []
    assert f"{there}/c.png" in picture.refused


def test_an_endless_page_is_cut_and_said_so(drawn: Draw) -> None:
    tall = image(drawn("<div style='height:60000px;width:60000px;background:#eee'></div>"))
    assert tall.size == (WIDTH, TALLEST + 64)


CLOCK = """<h1 id=a></h1><canvas id=c width=300 height=100></canvas><script>
  const draw = () => {
    a.textContent = [Date.now(), Math.random(), crypto.randomUUID(), performance.now()].join(" ");
    const pen = c.getContext("2d");
    for (let i = 0; i < 50; i++) pen.fillRect(Math.random() * 300, Math.random() * 100, 9, 9);
  };
  let n = 0;
  const frame = () => { draw(); if (n++ < 100) requestAnimationFrame(frame); };
  setTimeout(frame, 500); setInterval(draw, 777);
</script>"""


def test_a_page_that_draws_itself_is_drawn_with_its_scripts_twice_the_same(drawn: Draw) -> None:
    one, other = drawn(CLOCK, scripts=True), drawn(CLOCK, scripts=True)
    assert dark_pixels(one) > 500
    assert one.png == other.png
    milliseconds = int(one.text.split()[0]) - NOON.timestamp() * 1000
    assert 0 <= milliseconds <= 20_000


def test_a_script_gets_what_was_recorded_and_nothing_else(drawn: Draw) -> None:
    picture = drawn(
        f"<p id=a></p><script>const show = t => a.textContent += t + ' ';"
        f"fetch('{RED}').then(r => r.blob()).then(b => show(b.size));"
        f"fetch('/api').catch(() => show('refused'));"
        f"new WebSocket('wss://x.example/live').onerror = () => show('no socket');"
        f"location = 'https://x.example/away';</script>",
        scripts=True,
    )
    assert str(len(red())) in picture.text
    assert "refused" in picture.text
    assert picture.refused == (
        "https://detail.1688.com/api",
        "https://x.example/away",
        "wss://x.example/live",
    )


@pytest.mark.parametrize(
    "script",
    [
        "alert(1); confirm(2); prompt(3); print(); open('https://x.example')",
        "navigator.serviceWorker && navigator.serviceWorker.register('/sw.js')",
        "Document.prototype.getAnimations = null; Array.from = null; Promise.all = null",
        "location.href = 'file:///etc/passwd'; location.href = 'data:text/html,gone'",
        "document.body.innerHTML += '<a id=b href=data:application/zip,1 download=x>'; b.click()",
        "onbeforeunload = () => 'stay'; location.reload()",
    ],
)
def test_what_a_script_tries_ends_in_a_picture_of_the_page(drawn: Draw, script: str) -> None:
    picture = drawn(f"<h1>搪瓷杯 mug</h1><script>{script}</script>", scripts=True)
    assert "mug" in picture.text


def test_a_script_that_never_ends_is_given_up_and_the_next_page_is_drawn(
    drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headwater.adapters.screenshot._SECONDS", 3)
    with pytest.raises(CannotDraw, match="in time"):
        drawn("<script>while (true) {}</script>", scripts=True)
    assert dark_pixels(drawn("<h1>mug</h1>")) > 0


def test_lazy_pictures_are_there_with_and_without_scripts(drawn: Draw) -> None:
    html = f"<script></script><div style='height:9000px'></div><img loading=lazy src={RED}>"
    assert reds(drawn(html)) == reds(drawn(html, scripts=True)) == 300 * 200


def test_an_animation_is_shown_at_its_end(drawn: Draw) -> None:
    html = (
        "<style>@keyframes in {from {opacity: 0} to {opacity: 1}}"
        "h1 {animation: in 60s both}</style><h1>峡湾 mug</h1>"
    )
    assert dark_pixels(drawn(html)) == dark_pixels(drawn("<h1>峡湾 mug</h1>")) > 0


MHTML = """MIME-Version: 1.0
Content-Type: multipart/related; boundary=b
Snapshot-Content-Location: {url}

--b
Content-Type: text/html; charset=utf-8
Content-Location: {url}

<link rel=stylesheet href="cid:style@mhtml.blink"><img src="{red}"><i id=x>mug</i>
--b
Content-Type: text/css
Content-Location: cid:style@mhtml.blink

#x {{ display: none }}
--b
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Location: {red}

{body}
--b--
"""


def test_what_an_mhtml_file_holds_is_drawn_from_it_alone(drawn: Draw) -> None:
    elsewhere = "https://x.example/red.png"
    text = MHTML.format(url=URL, red=elsewhere, body=base64.b64encode(red()).decode())
    part = replace(
        PAGE,
        name="given.mhtml",
        role=PartRole.GIVEN,
        media_type="multipart/related",
        source_url=None,
    )
    kept = recorded([part], {"given.mhtml": text.replace("\n", "\r\n").encode()}, LISTING.url)
    with Browser() as browser:
        picture = browser.draw(
            kept.pages[0], answers=kept.answers, full_size=full_size, captured_at=NOON
        )
    assert kept.pages[0].shown_as == f"as a person saved it: {URL}"
    assert reds(picture) == 300 * 200
    assert (picture.text.strip(), picture.refused) == ("", ())


@pytest.mark.parametrize(
    "body", [b"", b"\xff" * 99, b"Content-Type: multipart/related; boundary=b\n\n--b\n\xff: =?x?="]
)
def test_a_broken_mhtml_file_is_no_page_or_an_empty_one(body: bytes) -> None:
    part = replace(PAGE, name="given.mhtml", role=PartRole.GIVEN, media_type="multipart/related")
    assert len(recorded([part], {"given.mhtml": body}, LISTING.url).pages) <= 1


@pytest.mark.parametrize("html", [b"", b"\x00\xff\xfe", b"<" * 5000])
def test_a_hopeless_page_is_still_a_picture(drawn: Draw, html: bytes) -> None:
    assert image(drawn(html)).width == WIDTH
