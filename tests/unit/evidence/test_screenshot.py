"""The picture of a page shows what the record holds and nothing else, twice the same."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from socket import create_server
from threading import Thread

import pytest
from PIL import Image

from headwater.adapters.screenshot import TALLEST, WIDTH, Answer, Browser, CannotDraw, Drawn
from headwater.marketplaces.pictures import full_size
from tests.factories import NOON

pytestmark = pytest.mark.browser
URL = "https://detail.1688.com/offer/1.html"
RED = "https://cbu01.alicdn.com/img/ibank/red.png"

Draw = Callable[[str | bytes], Drawn]


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

        def draw(html: str | bytes) -> Drawn:
            body = html.encode() if isinstance(html, str) else html
            return browser.draw(body, URL, answers=RECORD, full_size=full_size, captured_at=NOON)

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


@pytest.mark.parametrize("html", [b"", b"\x00\xff\xfe", b"<" * 5000])
def test_a_hopeless_page_is_still_a_picture(drawn: Draw, html: bytes) -> None:
    assert image(drawn(html)).width == WIDTH
