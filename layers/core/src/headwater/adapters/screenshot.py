"""A picture of a kept page, drawn from the kept bytes alone: the browser reaches no network.

It adds no evidence of its own: anybody can draw it again from the sealed files, with the same
result on the same browser. First without scripts; what a page draws by script is on a second
picture, whose clock begins at the time of the capture and whose random numbers are always the same.
"""

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, Self
from urllib.parse import urlsplit

from PIL import Image, ImageDraw, ImageFont

from headwater.adapters.chromium import FLAGS, CannotDraw, Chromium, installed
from headwater.adapters.recorded import Answer, RecordedPage

__all__ = ["TALLEST", "WIDTH", "Browser", "CannotDraw", "Drawn"]

WIDTH = 1280
TALLEST = 16_000
"""Pixels. A longer page is cut there, and the strip on top says so."""
_HEIGHT = 900
_SECONDS = 30
"""Of our clock, for everything that is done with one page."""
_PAGE_MILLISECONDS = 10_000
"""Of the page's clock, which stands still while it waits for an answer."""
_STRIP_LINE = 24
_LETTERS = 118
"""Of an address, in one line of the strip."""
_EVEN = """
(() => {
  let state = 0x9e3779b9;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  Math.random = next;
  if (globalThis.Crypto) {
    Crypto.prototype.getRandomValues = function (into) {
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      for (let i = 0; i < bytes.length; i++) bytes[i] = next() * 256;
      return into;
    };
    Crypto.prototype.randomUUID = function () {
      const hex = n => Array.from({length: n}, () => (next() * 16 | 0).toString(16)).join("");
      return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
    };
  }
  // Its origin is rounded from the wall clock, so its tenths differ between two runs.
  const begun = Date.now();
  Performance.prototype.now = () => Date.now() - begun;
  Object.defineProperty(Performance.prototype, "timeOrigin", {get: () => begun});
  // Frames come by the wall clock; timers by the page's own.
  globalThis.requestAnimationFrame = f => setTimeout(() => f(performance.now()), 16);
  globalThis.cancelAnimationFrame = clearTimeout;
  globalThis.requestIdleCallback =
    f => setTimeout(() => f({didTimeout: false, timeRemaining: () => 10}), 16);
  globalThis.open = () => null;
  globalThis.print = () => {};
  for (const name of ["RTCPeerConnection", "WebTransport", "SharedWorker", "Worker"])
    delete globalThis[name];
  if (globalThis.Navigator) delete Navigator.prototype.serviceWorker;
})();
"""
_TO_THE_END_AND_BACK = f"""
(async () => {{
  for (const image of document.images) image.loading = "eager";
  const end = Math.min(document.documentElement.scrollHeight, {TALLEST});
  for (let y = {_HEIGHT}; y < end + {_HEIGHT}; y += {_HEIGHT}) {{
    scrollTo(0, y < end ? y : 0);
    await new Promise(shown => requestAnimationFrame(() => requestAnimationFrame(shown)));
  }}
}})()
"""
_AT_REST = """
(async () => {
  for (const animation of document.getAnimations()) {
    try { animation.finish(); } catch { animation.cancel(); }
  }
  await document.fonts.ready;
  await Promise.all(Array.from(document.images)
    .filter(image => image.complete).map(image => image.decode().catch(() => {})));
  return {
    text: (document.body ? document.body.innerText : "").slice(0, 200000),
    scripts: document.scripts.length,
  };
})()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The picture, and what every request of the page was answered with."""

    png: bytes
    scripts: bool
    served: tuple[str, ...]
    substituted: tuple[str, ...]
    """Thumbnails in whose place the recorded full-size picture is shown."""
    refused: tuple[str, ...]
    text: str
    """What can be read on it."""
    has_scripts: bool


class Browser:
    """Draws pages, one after the other, each in a fresh profile. Raises CannotDraw on entry.

    `start` gives a browser; one that a page has defeated is thrown away.
    """

    def __init__(self, start: Callable[[], Chromium] | None = None) -> None:
        self._start = start or _of_this_machine
        self._browser: Chromium | None = None
        self.version = ""
        self.flags = FLAGS

    def __enter__(self) -> Self:
        self._browser = self._start()
        self.version = f"Chromium {self._browser.version}"
        return self

    def __exit__(self, *failure: object) -> None:
        self._end()

    def _end(self) -> None:
        if self._browser is not None:
            self._browser.close()
            self._browser = None

    def draw(
        self,
        page: RecordedPage,
        *,
        answers: Mapping[str, Answer],
        full_size: Callable[[str], str],
        captured_at: datetime,
        scripts: bool = False,
    ) -> Drawn:
        """Draw the page as if it came from its address. Raises CannotDraw.

        `answers` is the record by address; `full_size` gives the original's address for a
        thumbnail's.
        """
        self._browser = self._browser or self._start()
        record = _Record(page, answers, full_size)
        try:
            shot, found = _shot(self._browser, record, captured_at, scripts=scripts)
        except CannotDraw as failure:
            self._end()
            raise CannotDraw(f"{page.url[:200]}: {failure}") from None
        return Drawn(
            png=_with_strip(shot, page, captured_at, scripts=scripts),
            scripts=scripts,
            served=tuple(sorted(record.served)),
            substituted=tuple(sorted(record.substituted)),
            refused=tuple(sorted(record.refused)),
            text=str(found["text"]),
            has_scripts=bool(found["scripts"]),
        )


def _of_this_machine() -> Chromium:
    return Chromium(installed(), sandbox=os.geteuid() != 0)


def _shot(
    browser: Chromium, record: "_Record", captured_at: datetime, *, scripts: bool
) -> tuple[bytes, dict[str, Any]]:
    """The page as PNG, and what is found on it."""
    context = browser.call("Target.createBrowserContext", seconds=_SECONDS)["browserContextId"]
    browser.call(
        "Browser.setDownloadBehavior", behavior="deny", browserContextId=context, seconds=_SECONDS
    )
    target = browser.call(
        "Target.createTarget",
        url="about:blank",
        browserContextId=context,
        width=WIDTH,
        height=_HEIGHT,
        seconds=_SECONDS,
    )["targetId"]
    session = browser.call(
        "Target.attachToTarget", targetId=target, flatten=True, seconds=_SECONDS
    )["sessionId"]
    tab = _Tab(browser, session, record)
    browser.listen(tab.on_event)
    try:
        return tab.draw(captured_at, scripts=scripts)
    finally:
        browser.listen(None)
        browser.call("Target.disposeBrowserContext", browserContextId=context, seconds=_SECONDS)


@dataclass
class _Tab:
    """One page in the browser."""

    browser: Chromium
    session: str
    record: "_Record"
    came_to_rest: bool = False

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self.browser.call(method, session=self.session, seconds=_SECONDS, **parameters)

    def draw(self, captured_at: datetime, *, scripts: bool) -> tuple[bytes, dict[str, Any]]:
        for domain in ("Page", "Network"):
            self.call(f"{domain}.enable")
        self.call("Network.setBypassServiceWorker", bypass=True)
        self.call("Fetch.enable", patterns=[{"urlPattern": "*"}])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Emulation.setTimezoneOverride", timezoneId="UTC")
        self.call("Emulation.setLocaleOverride", locale="en-US")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=WIDTH,
            height=_HEIGHT,
            deviceScaleFactor=1,
            mobile=False,
        )
        if scripts:
            self.call("Page.addScriptToEvaluateOnNewDocument", source=_EVEN, runImmediately=True)
        self.call(
            "Emulation.setVirtualTimePolicy",
            policy="pause",
            initialVirtualTime=captured_at.timestamp(),
        )
        frame = self.call("Page.navigate", url=self.record.url)["frameId"]
        self.let_run(_PAGE_MILLISECONDS)
        world = self.call("Page.createIsolatedWorld", frameId=frame)["executionContextId"]
        if scripts:
            self.evaluate(_TO_THE_END_AND_BACK, world)
            self.let_run(_PAGE_MILLISECONDS)
        found = self.evaluate(_AT_REST, world)
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        height = min(max(int(size["height"]), _HEIGHT), TALLEST)
        shot = self.call(
            "Page.captureScreenshot",
            format="png",
            captureBeyondViewport=True,
            optimizeForSpeed=True,  # packed again with the strip
            clip={"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1},
        )
        return base64.b64decode(shot["data"]), found

    def let_run(self, milliseconds: int) -> None:
        """Let the page's clock go on that far; it stands still while something is not answered."""
        self.came_to_rest = False
        self.call(
            "Emulation.setVirtualTimePolicy",
            policy="pauseIfNetworkFetchesPending",
            budget=milliseconds,
        )
        self.browser.wait(
            lambda: self.came_to_rest, seconds=_SECONDS, what="its scripts do not come to rest"
        )

    def evaluate(self, expression: str, world: int) -> Any:
        answer = self.call(
            "Runtime.evaluate",
            expression=expression,
            contextId=world,
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in answer:
            raise CannotDraw("the page cannot be looked at")
        return answer["result"].get("value")

    def on_event(self, method: str, parameters: dict[str, Any]) -> None:
        match method:
            case "Fetch.requestPaused":
                self.browser.tell(
                    **self.record.answer(parameters),
                    session=self.session,
                    requestId=parameters["requestId"],
                )
            case "Emulation.virtualTimeBudgetExpired":
                self.came_to_rest = True
            case "Page.javascriptDialogOpening":
                self.browser.tell("Page.handleJavaScriptDialog", session=self.session, accept=False)
            case "Network.webSocketCreated":
                self.record.refused.add(str(parameters["url"]))


@dataclass
class _Record:
    """Answers a page's requests from what was kept, and remembers how."""

    page: RecordedPage
    answers: Mapping[str, Answer]
    full_size: Callable[[str], str]
    served: set[str] = field(default_factory=set)
    substituted: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    begun: bool = False

    @property
    def url(self) -> str:
        return self.page.url

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What to tell the browser: method and parameters."""
        request = asked["request"]
        url = str(request["url"])
        document = asked["resourceType"] == "Document"
        if document and not self.begun and _same(url, self.url):
            self.begun = True
            return _fulfilled(self.page.answer, request)
        if (found := self.answers.get(url)) is not None:
            self.served.add(url)
            return _fulfilled(found, request)
        if (found := self.answers.get(self.full_size(url))) is not None:
            self.substituted.add(url)
            return _fulfilled(found, request)
        if asked["resourceType"] == "Other" and urlsplit(url).path == "/favicon.ico":
            return {"method": "Fetch.failRequest", "errorReason": "Aborted"}  # the browser's wish
        self.refused.add(url)
        if document:
            # "No content" leaves the page where it is; an error would take its place.
            return {"method": "Fetch.fulfillRequest", "responseCode": 204}
        return {"method": "Fetch.failRequest", "errorReason": "BlockedByClient"}


def _same(url: str, other: str) -> bool:
    return url.partition("#")[0] == other.partition("#")[0]


def _fulfilled(answer: Answer, request: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"content-type": answer.media_type}
    if answer.location is not None:
        headers["location"] = answer.location
    sent = {str(name).lower(): str(value) for name, value in request["headers"].items()}
    if "origin" in sent:
        headers["access-control-allow-origin"] = sent["origin"]
        headers["access-control-allow-credentials"] = "true"
    return {
        "method": "Fetch.fulfillRequest",
        "responseCode": answer.status,
        "responseHeaders": [{"name": name, "value": text} for name, text in headers.items()],
        "body": base64.b64encode(answer.body).decode(),
    }


def _with_strip(shot: bytes, page: RecordedPage, captured_at: datetime, *, scripts: bool) -> bytes:
    """The picture below a strip that says what it is of, of when, and how it was made."""
    drawn = Image.open(BytesIO(shot)).convert("RGB")
    cut = drawn.height >= TALLEST
    address = "".join(c if 32 <= ord(c) < 127 else "?" for c in page.shown_as)
    lines = [address[start : start + _LETTERS] for start in range(0, len(address), _LETTERS)]
    if len(lines) > 3:
        lines = [*lines[:2], lines[2][:-3] + "..."]
    how = (
        f"kept {captured_at:%Y-%m-%d %H:%M:%S} UTC - drawn from the kept bytes, "
        + ("WITH THE PAGE'S SCRIPTS, " if scripts else "scripts off, ")
        + "no network"
        + (f" - cut after {TALLEST} pixels" if cut else "")
    )
    top = _STRIP_LINE * (len(lines) + 1) + 16
    sheet = Image.new("RGB", (drawn.width, drawn.height + top), "#1f2933")
    sheet.paste(drawn, (0, top))
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(18)
    for number, line in enumerate(lines):
        pen.text((16, 8 + number * _STRIP_LINE), line, fill="white", font=font)
    pen.text((16, 8 + len(lines) * _STRIP_LINE), how, fill="#cbd2d9", font=font)
    out = BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()
