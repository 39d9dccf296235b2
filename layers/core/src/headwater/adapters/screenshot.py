"""A picture of a kept page, drawn from the kept bytes alone: the browser reaches no network.

It adds no evidence of its own: anybody can draw it again from the sealed files, with the same
result on the same browser. Scripts do not run, so what a page draws by script is not on it.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Self

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from playwright.sync_api import Route

WIDTH = 1280
TALLEST = 16_000
"""Pixels. A longer page is cut there, and the strip on top says so."""
_SECONDS = 30
_STRIP = 64
_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_NO_NETWORK = (
    # Everything that slips past the interception (preconnect, prefetch) finds no name and a dead
    # proxy, on loopback addresses too.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--disable-background-networking",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--hide-scrollbars",
)


class CannotDraw(Exception):  # noqa: N818 - says what is the matter
    """No browser, or a page that defeats it; the message says which, and what to install."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the record holds for an address."""

    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The picture, and what every request of the page was answered with."""

    png: bytes
    browser: str
    served: tuple[str, ...]
    substituted: tuple[str, ...]
    """Thumbnails in whose place the recorded full-size picture is shown."""
    refused: tuple[str, ...]

    def as_json(self) -> bytes:
        said = {
            "drawn_by": self.browser,
            "scripts": "off",
            "served_from_the_record": self.served,
            "full_size_shown_for": self.substituted,
            "refused_as_not_recorded": self.refused,
        }
        return json.dumps(said, ensure_ascii=False, indent=1).encode()


class Browser:
    """A browser without a network, kept open for several pages. Raises CannotDraw on entry."""

    def __enter__(self) -> Self:
        try:
            from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra
        except ImportError:
            raise CannotDraw("screenshots need Playwright: pip install playwright") from None
        path = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
        if path is None:
            raise CannotDraw("screenshots need Chromium: apt-get install chromium fonts-noto-cjk")
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=path, args=_NO_NETWORK)
        return self

    def __exit__(self, *failure: object) -> None:
        self._browser.close()
        self._playwright.stop()

    def draw(
        self,
        html: bytes,
        url: str,
        *,
        answers: Mapping[str, Answer],
        full_size: Callable[[str], str],
        captured_at: datetime,
    ) -> Drawn:
        """Draw the page as if it came from `url`. Raises CannotDraw.

        `answers` is the record by address; `full_size` gives the original's address for a
        thumbnail's.
        """
        from playwright.sync_api import Error  # noqa: PLC0415

        record = _Record(html, url, answers, full_size)
        context = self._browser.new_context(
            java_script_enabled=False,
            viewport={"width": WIDTH, "height": 900},
            locale="en-US",
            timezone_id="UTC",
            service_workers="block",
            accept_downloads=False,
        )
        try:
            context.set_default_timeout(_SECONDS * 1000)
            context.route("**/*", record.answer)
            page = context.new_page()
            page.goto(url, wait_until="load")
            shot = page.screenshot(
                full_page=True,
                clip={"x": 0, "y": 0, "width": WIDTH, "height": TALLEST},
                animations="disabled",
                caret="hide",
            )
        except Error as error:
            raise CannotDraw(f"the browser gave up on {url}: {error.message[:200]}") from None
        finally:
            context.close()
        return Drawn(
            png=_with_strip(shot, url, captured_at),
            browser=f"Chromium {self._browser.version}",
            served=tuple(sorted(record.served)),
            substituted=tuple(sorted(record.substituted)),
            refused=tuple(sorted(record.refused)),
        )


class _Record:
    """Answers a page's requests from what was kept, and remembers how."""

    def __init__(
        self,
        html: bytes,
        url: str,
        answers: Mapping[str, Answer],
        full_size: Callable[[str], str],
    ) -> None:
        self._html = html
        self._url = url
        self._answers = answers
        self._full_size = full_size
        self.served: set[str] = set()
        self.substituted: set[str] = set()
        self.refused: set[str] = set()

    def answer(self, route: "Route") -> None:
        asked = route.request.url
        if asked == self._url and route.request.is_navigation_request():
            route.fulfill(status=200, content_type=_html_type(self._html), body=self._html)
        elif (found := self._answers.get(asked)) is not None:
            self.served.add(asked)
            route.fulfill(status=200, content_type=found.media_type, body=found.body)
        elif (found := self._answers.get(self._full_size(asked))) is not None:
            self.substituted.add(asked)
            route.fulfill(status=200, content_type=found.media_type, body=found.body)
        else:
            self.refused.add(asked)
            route.abort()


def _html_type(html: bytes) -> str:
    """Without a charset of its own the page is taken for UTF-8 unless it is not."""
    start = html[:4096].lower()
    if b"charset" in start:
        return "text/html"
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        return "text/html; charset=gb18030"
    return "text/html; charset=utf-8"


def _with_strip(shot: bytes, url: str, captured_at: datetime) -> bytes:
    """The picture below a strip that says what it is of, of when, and how it was made."""
    page = Image.open(BytesIO(shot)).convert("RGB")
    cut = page.height >= TALLEST
    sheet = Image.new("RGB", (page.width, page.height + _STRIP), "#1f2933")
    sheet.paste(page, (0, _STRIP))
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(18)
    shown = "".join(c if 32 <= ord(c) < 127 else "?" for c in url)
    pen.text((16, 8), shown[:130], fill="white", font=font)
    how = (
        f"kept {captured_at:%Y-%m-%d %H:%M:%S} UTC - drawn from the kept bytes, scripts off, "
        "no network" + (f" - cut after {TALLEST} pixels" if cut else "")
    )
    pen.text((16, 34), how, fill="#cbd2d9", font=font)
    out = BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()
