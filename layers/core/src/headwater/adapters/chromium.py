"""Chromium as a child process that can reach nothing, spoken to over two pipes.

The same few lines drive Debian's Chromium on a laptop and the one in the function's layer, so
what is tested is what runs. Protocol: https://chromedevtools.github.io/devtools-protocol/
"""

import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_START_SECONDS = 30
_LONGEST_FOLDER = 40
LARGEST_MESSAGE = 400_000_000
FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    # Everything that slips past the interception (preconnect, prefetch, sockets of scripts) finds
    # no name and a dead proxy, on loopback addresses too.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-dev-shm-usage",  # Lambda has no /dev/shm to write to
    # One process for a page with its frames: one place to intercept all that it asks for.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process,MediaRouter,OptimizationHints,Translate",
    # The same pixels every time.
    "--disable-gpu",
    "--disable-3d-apis",
    "--disable-checker-imaging",
    "--disable-partial-raster",
    "--disable-lcd-text",
    "--disable-skia-runtime-opts",
    "--force-color-profile=srgb",
    "--force-device-scale-factor=1",
    "--font-render-hinting=none",
    "--hide-scrollbars",
    "--mute-audio",
    "--autoplay-policy=user-gesture-required",
    "--blink-settings=imageAnimationPolicy=2",
    "--js-flags=--max-old-space-size=512",
)

Event = Callable[[str, dict[str, Any]], None]


class CannotDraw(Exception):  # noqa: N818 - says what is the matter
    """No browser, or a page that defeats it; the message says which, and what to install."""


def installed() -> Path:
    """The Chromium of this machine. Raises CannotDraw."""
    path = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if path is None:
        raise CannotDraw("screenshots need Chromium: apt-get install chromium fonts-noto-cjk")
    return Path(path)


def _short_folder() -> str:
    """Chromium makes a socket in its folder and ends where that name is longer than 107 bytes."""
    usual = tempfile.gettempdir()
    return usual if len(usual) < _LONGEST_FOLDER else "/tmp"  # noqa: S108 - a fresh folder in it


class Chromium:
    """A running browser. It ends with this process, whatever ends that: its pipe closes.

    `environment` is all that it is told of ours (no credentials); `sandbox` is False where the
    system allows none: for root, and in Lambda.
    """

    def __init__(
        self, path: Path, *, sandbox: bool, environment: Mapping[str, str] | None = None
    ) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="headwater-chromium-", dir=_short_folder())
        self._said = Path(self._home.name) / "stderr.txt"
        self._received = bytearray()
        self._searched = 0
        self._last = 0
        self._events: Event | None = None
        flags = [*FLAGS, f"--user-data-dir={self._home.name}/profile"]
        if not sandbox:
            flags += ["--no-sandbox", "--no-zygote"]
        told = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": self._home.name,
            "TMPDIR": self._home.name,
            "LANG": "C.UTF-8",
            **(environment or {}),
        }
        theirs_in, self._write_to = os.pipe()
        self._read_from, theirs_out = os.pipe()
        try:
            self._pid: int | None = _spawn(
                [str(path), *flags], told, pipes=(theirs_in, theirs_out), said=self._said
            )
        except OSError as error:
            self.close()
            raise CannotDraw(f"{path} does not start: {error.strerror}") from None
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        os.set_blocking(self._write_to, False)
        try:
            about = self.call("Browser.getVersion", seconds=_START_SECONDS)
        except CannotDraw:
            self.close()
            raise
        self.version: str = about["product"].rpartition("/")[2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it and its children now, and forget what it wrote."""
        pid, self._pid = getattr(self, "_pid", None), None
        if pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(self._write_to)
            os.close(self._read_from)
        self._home.cleanup()

    def listen(self, events: Event | None) -> None:
        """Who is told of events, while a call waits for its answer. It may `tell`, not `call`."""
        self._events = events

    def call(
        self, method: str, *, session: str | None = None, seconds: float, **parameters: Any
    ) -> dict[str, Any]:
        """The answer. Raises CannotDraw when there is none in time."""
        deadline = time.monotonic() + seconds
        number = self._send(method, session, parameters, deadline)
        while True:
            message = self._receive(deadline, method)
            if message.get("id") == number:
                if "error" in message:
                    reason = str(message["error"].get("message"))[:200]
                    raise CannotDraw(f"the browser refused {method}: {reason}")
                return dict(message["result"])

    def tell(self, method: str, *, session: str, **parameters: Any) -> None:
        """Without waiting for an answer."""
        self._send(method, session, parameters, time.monotonic() + _START_SECONDS)

    def wait(self, until: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Handle events until it is so. Raises CannotDraw when it is not in time."""
        deadline = time.monotonic() + seconds
        while not until():
            self._receive(deadline, what)

    def _send(
        self, method: str, session: str | None, parameters: dict[str, Any], deadline: float
    ) -> int:
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        left = memoryview(json.dumps(message).encode() + b"\0")
        while left:
            _, ready, _ = select.select([], [self._write_to], [], _left(deadline))
            if not ready:
                raise CannotDraw(f"the browser does not listen any more ({method})")
            try:
                left = left[os.write(self._write_to, left) :]
            except BrokenPipeError:
                raise CannotDraw(f"the browser ended: {self._last_words()}") from None
        return self._last

    def _receive(self, deadline: float, what: str) -> dict[str, Any]:
        """The next message, told to the listener if it is an event."""
        while (end := self._received.find(b"\0", self._searched)) < 0:
            self._searched = len(self._received)
            ready, _, _ = select.select([self._read_from], [], [], _left(deadline))
            if not ready:
                raise CannotDraw(f"the browser did not come to an end in time ({what})")
            piece = os.read(self._read_from, 1 << 20)
            if not piece:
                raise CannotDraw(f"the browser ended: {self._last_words()}")
            self._received += piece
            if len(self._received) > LARGEST_MESSAGE:
                raise CannotDraw("the browser says more than can be held")
        message: dict[str, Any] = json.loads(self._received[:end])
        del self._received[: end + 1]
        self._searched = 0
        if "method" in message and self._events is not None:
            self._events(message["method"], message["params"])
        return message

    def _last_words(self) -> str:
        lines = self._said.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0)


def _spawn(
    command: list[str], environment: Mapping[str, str], *, pipes: tuple[int, int], said: Path
) -> int:
    """Chromium reads from descriptor 3 and writes to 4; it leads a process group of its own."""
    # Copies far away: closing or overwriting one of 3 and 4 must not take the other.
    far = [os.dup(pipe) for pipe in pipes]
    while min(far[-2:]) < 5:
        far += [os.dup(pipe) for pipe in pipes]
    try:
        return os.posix_spawn(
            command[0],
            command,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, str(said), os.O_WRONLY | os.O_CREAT, 0o600),
                (os.POSIX_SPAWN_DUP2, far[-2], 3),
                (os.POSIX_SPAWN_DUP2, far[-1], 4),
            ],
            setpgroup=0,
        )
    finally:
        for descriptor in far:
            os.close(descriptor)
