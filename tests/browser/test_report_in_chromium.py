"""The report in a real browser: no attack runs, no other server is asked, nothing spills."""

import functools
import shutil
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Dialog, Page, Response, sync_playwright

from report_site.build import build_site, front_page
from tests.fakes.report import Season, attacked, autumn

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no chromium on the PATH: on Debian, apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


def built(season: Season, out: Path) -> Path:
    """As it is published: the report below its brand's id, the front page above."""
    brand = season.state.brand
    drawing = season.drawing_bytes
    build_site(season.state, season.picture_bytes, out / brand.id, drawing_bytes=drawing)
    (out / "index.html").write_text(front_page([brand]))
    return out


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(autumn(), tmp_path_factory.mktemp("quiet"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(attacked(), tmp_path_factory.mktemp("hostile"))


class Watched:
    """A browser page that remembers everything that must not happen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.dialogs: list[str] = []
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("response", self._response)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    @property
    def elsewhere(self) -> list[str]:
        here = ("file:", "data:", "http://127.0.0.1:")
        return [url for url in self.requests if not url.startswith(here)]


def watched(
    browser: Browser, *, size: dict[str, int] = DESKTOP, policy: bool = True, dark: bool = False
) -> Watched:
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        bypass_csp=not policy,
        color_scheme="dark" if dark else "light",
    )
    return Watched(context.new_page())


def pages(site: Path) -> list[Path]:
    return sorted((site / "harvelk").rglob("*.html"))


@pytest.mark.parametrize("policy", [True, False], ids=["as published", "without its policy"])
def test_no_attack_runs_on_any_page(chromium: Browser, hostile: Path, *, policy: bool) -> None:
    view = watched(chromium, policy=policy)
    for path in pages(hostile):
        view.page.goto(path.as_uri())
        scripts = view.page.evaluate("[...document.scripts].map(s => s.text).join()")
        assert "alert(1)" not in scripts, path
        # Touch everything that a hidden handler could hang on.
        view.page.evaluate(
            "document.querySelectorAll('*').forEach(e => ['mouseover', 'focus', 'click', 'error']"
            ".forEach(n => { if (!e.closest('a,label,form,summary')) e.dispatchEvent("
            "new Event(n, {bubbles: false})) }))"
        )
    assert view.dialogs == []
    assert view.elsewhere == []
    assert view.complaints == []


def test_the_policy_stops_a_script_that_gets_in_all_the_same(
    chromium: Browser, quiet: Path, tmp_path: Path
) -> None:
    shutil.copytree(quiet, tmp_path, dirs_exist_ok=True)

    page = tmp_path / "harvelk" / "cases.html"
    injected = "<script>alert(1)</script><img src=x onerror=alert(1)></body>"
    page.write_text(page.read_text().replace("</body>", injected))
    view = watched(chromium)
    view.page.goto(page.as_uri())
    assert view.dialogs == []
    assert any("Content Security Policy" in complaint for complaint in view.complaints)
    without = watched(chromium, policy=False)
    without.page.goto(page.as_uri())
    assert without.dialogs, "the injected script must be able to run, or this test proves nothing"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_spills_over_the_edge(
    chromium: Browser, quiet: Path, hostile: Path, *, size: dict[str, int], dark: bool
) -> None:
    view = watched(chromium, size=size, dark=dark)
    for path in [*pages(quiet), *pages(hostile)]:
        view.page.goto(path.as_uri())
        wider = view.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, path
    assert view.complaints == []


def test_it_works_from_a_server_below_any_path(chromium: Browser, quiet: Path) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(quiet.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        view = watched(chromium)
        view.page.goto(f"http://127.0.0.1:{server.server_port}/{quiet.name}/index.html")
        view.page.wait_for_url("**/harvelk/index.html")
        view.page.get_by_role("link", name="Cases").first.click()
        view.page.locator("#hw-rows a").nth(1).click()
        view.page.wait_for_url("**/cases/*.html")
        pictures = view.page.locator(".hw-pair img")
        assert pictures.count() == 2
        for number in range(2):
            assert pictures.nth(number).evaluate("i => i.complete && i.naturalWidth > 100")
        assert view.elsewhere == []
        assert view.complaints == []
        view.page.context.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_filter_leaves_the_cases_that_have_every_word(chromium: Browser, quiet: Path) -> None:
    view = watched(chromium)
    view.page.goto((quiet / "harvelk" / "cases.html").as_uri())
    rows = view.page.locator("#hw-rows tbody tr:visible")
    assert rows.count() == 6
    view.page.get_by_role("searchbox").fill("aliexpress LANTERN")
    assert rows.count() == 1
    assert "Vintage Antler Storm Lantern" in rows.first.inner_text()
    assert view.page.locator(".hw-filter output").inner_text() == "1 of 6"


def test_an_overdue_date_is_called_so(chromium: Browser, quiet: Path) -> None:
    view = watched(chromium)
    view.page.clock.set_fixed_time("2026-11-25T10:00:00Z")
    view.page.goto((quiet / "harvelk" / "index.html").as_uri())
    assert view.page.locator(".hw-overdue").inner_text() == "24 hours overdue"
    assert "Nothing was collected for 5 days" in view.page.locator(".hw-stale").inner_text()


def test_without_scripts_everything_can_still_be_read(chromium: Browser, quiet: Path) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto((quiet / "harvelk" / "cases.html").as_uri())
    assert page.locator("#hw-rows tbody tr:visible").count() == 6
    assert "Tue 24 Nov 2026, 18:00 China time" in page.locator("#hw-rows").inner_text()
