"""What keeping evidence costs: time, bytes and memory per capture, bundle and check.

    python -m benchmarks.capture [NAME OF A MEASUREMENT…]

A page of 1 MB and twelve photographs of 1000 pixels are served on loopback, so that only our work
is measured. Beside it: a plain download of the same, and that with a live browser screenshot.
Each measurement runs in a process of its own, so that its peak memory is its own.
"""

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from PIL import Image

PICTURES = 12
RUNS = 5
PHOTOGRAPHS = Path(__file__).parents[1] / "demo" / "headwater_demo" / "photographs"


def served() -> dict[str, tuple[str, bytes]]:
    """Path to media type and body."""
    files: dict[str, tuple[str, bytes]] = {}
    photographs = sorted(PHOTOGRAPHS.glob("*.jpg"))
    for number in range(PICTURES):
        out = io.BytesIO()
        with Image.open(photographs[number % len(photographs)]) as photograph:
            # Each is another file, as a seller's are.
            photograph.resize((1000 + number, 1000)).save(out, "JPEG", quality=92)
        files[f"/img/ibank/{number}.jpg"] = ("image/jpeg", out.getvalue())
    filler = "<!-- " + "x" * 1_000_000 + " -->"
    for page, host in (("/offer/1.html", "https://cbu01.alicdn.com"), ("/live.html", "")):
        tags = "".join(f"<img src={host}{path}>" for path in files if path.endswith(".jpg"))
        files[page] = ("text/html", f"<meta charset=utf-8><h1>峡湾</h1>{tags}{filler}".encode())
    return files


@contextmanager
def marketplace(files: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, body = files.get(self.path, ("text/plain", b""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def keep_it(address: str, number: int) -> tuple[object, object]:
    """One capture with everything but AWS: the fetcher, the archive, hashes, the manifest."""
    from dataclasses import replace

    from headwater.adapters.http import Fetcher
    from headwater.adapters.warc import Archive
    from headwater.domain.brands import PlatformAccess
    from headwater.domain.pages import PageKind, PageReading, Verdict
    from headwater.marketplaces import sources_of
    from headwater.usecases.capture import capture
    from tests.factories import LISTING, SIGHTING
    from tests.fakes.evidence import BucketInMemory, CapturesInMemory

    pictures = tuple(f"https://cbu01.alicdn.com/img/ibank/{n}.jpg" for n in range(PICTURES))
    listing = replace(
        LISTING, url="https://detail.1688.com/offer/1.html", title=f"{number}", pictures=pictures
    )
    door = Fetcher("benchmark", ["*.alicdn.com", "*.1688.com"], rehearsal=address)
    evidence = BucketInMemory()
    kept = capture(
        replace(SIGHTING, listing=listing),
        access=PlatformAccess(fetch_pages=True),
        read=lambda _page: PageReading(
            platform=listing.key.platform, kind=PageKind.LISTING, verdict=Verdict.OK, reason=""
        ),
        sources=sources_of,
        pages=BucketInMemory(),
        evidence=evidence,
        captures=CapturesInMemory(),
        listing_pages=door,
        pictures=door,
        new_archive=lambda capture_id: Archive(capture_id, "headwater/benchmark"),
        now=lambda: datetime.now(UTC),
        made_by={},
        timestamp_authorities=(),
        rehearsal=True,
    )
    assert len(kept.pictures) == PICTURES
    return kept, evidence


def capture(address: str) -> None:
    for number in range(RUNS):
        keep_it(address, number)


def plain(address: str) -> None:
    import httpx

    for _ in range(RUNS):
        httpx.get(f"{address}/offer/1.html")
        for number in range(PICTURES):
            httpx.get(f"{address}/img/ibank/{number}.jpg")


def plain_and_live_screenshot(address: str) -> None:
    from playwright.sync_api import sync_playwright

    plain(address)
    for _ in range(RUNS):
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
            page = browser.new_page()
            page.goto(f"{address}/live.html")
            page.screenshot(full_page=True)
            browser.close()


def bundle_and_check(address: str) -> None:
    from headwater.adapters.bundle import bundle
    from headwater.verifier import Verdict, verify
    from tests.factories import CASE

    sizes, times = [], []
    for number in range(RUNS):
        kept, evidence = keep_it(address, number)
        body, digest = bundle(
            CASE,
            [kept],  # type: ignore[list-item]
            exhibits={},
            evidence=evidence,  # type: ignore[arg-type]
            reference=lambda _reference_id: b"",
            trusted=(),
            signers=(),
            browser=None,
            made_at=datetime.now(UTC),
            software="headwater/benchmark",
        )
        with tempfile.NamedTemporaryFile(suffix=".zip") as file:
            file.write(body)
            file.flush()
            start = time.perf_counter()
            report = verify(Path(file.name), expected=[digest])
            times.append(time.perf_counter() - start)
        assert report.verdict is Verdict.OK, report.as_text()
        sizes.append(len(body))
    print(json.dumps({"bundle_bytes": sizes[0], "check_seconds": min(times)}))


def draw(address: str) -> None:
    """The captured page from its record: 12 pictures at full size on it."""
    from headwater.adapters.drawing import draw_capture
    from headwater.adapters.screenshot import Browser

    kept, evidence = keep_it(address, 0)
    files = {
        part.name: evidence.get(part.stored.key, part.stored.version_id)
        for part in kept.parts  # type: ignore[attr-defined]
    }
    for _ in range(RUNS):
        with Browser() as browser:  # as the function does: one browser for a capture
            made = draw_capture(
                kept,  # type: ignore[arg-type]
                files,
                browser=browser,
                made_by={},
                timestamp_authorities=(),
            )
        assert made is not None
    pictures = sum(len(body) for body in made[1].values())
    print(json.dumps({"drawing_bytes": pictures}))


MEASURED: dict[str, Callable[[str], None]] = {
    "capture": capture,
    "plain download": plain,
    "plain download, live screenshot": plain_and_live_screenshot,
    "capture, bundle, check": bundle_and_check,
    "screenshot from the kept bytes": draw,
}


def main() -> None:
    files = served()
    weight = sum(len(body) for path, (_, body) in files.items() if path != "/live.html")
    print(
        f"one listing: a page and {PICTURES} pictures, {weight / 1e6:.1f} MB; mean of {RUNS} runs"
    )
    with marketplace(files) as address:
        for name in sys.argv[1:] or MEASURED:
            start = time.perf_counter()
            command = [sys.executable, "-m", "benchmarks.capture", name, address]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds = (time.perf_counter() - start) / RUNS
            *said, peak = done.stdout.splitlines()
            print(f"{name:34} {seconds:6.2f} s  {peak:>18}  {' '.join(said)}", flush=True)


if __name__ == "__main__":
    if sys.argv[2:] and sys.argv[2].startswith("http"):
        MEASURED[sys.argv[1]](sys.argv[2])
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"{own / 1024:.0f} MB" + (f" + {child / 1024:.0f} MB" if child else ""))
    else:
        main()
