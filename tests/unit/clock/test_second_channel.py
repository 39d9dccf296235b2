"""The webhook and the SMS: signed, short, without a seller's word, and honest about what went."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from headwater.adapters.second_channel import Webhook, facts, short_text
from headwater.domain.alerts import Level, NotSent
from tests.unit.clock.desk import case
from tests.unit.clock.test_mail import alert

KEY = b"the key of the webhook"
pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


@dataclass
class Hook:
    """Somebody's server on loopback."""

    url: str = ""
    status: int = 204
    location: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def hook() -> Iterator[Hook]:
    state = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append((dict(self.headers), body))
            self.send_response(state.status)
            if state.location:
                self.send_header("Location", state.location)
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the base's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/headwater?x=1"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_arrives_is_signed_and_says_what_the_subject_says(hook: Hook) -> None:
    Webhook(hook.url, lambda: KEY, "https://report.example/").send(alert(Level.SIX_HOURS, 5))
    ((headers, body),) = hook.got
    at, _, signature = headers["Headwater-Signature"].partition(",")
    expected = hmac.new(KEY, at[2:].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert signature == f"v1={expected}"
    assert json.loads(body) == {
        "brand": "fjellvik",
        "complaint": "alibaba-0001",
        "platform": "alibaba",
        "event": "counter_filed",
        "happened_at": "2026-06-01T02:00:00+00:00",
        "level": "6h",
        "act_by": "2026-06-04T10:00:00+00:00",
        "rule": "CMP-GENERIC",
        "basis": "default",
        "provisional": False,
        "case_page": "https://report.example/fjellvik/cases/alibaba-1.html",
        "possible_repeat": False,
        "rehearsal": False,
    }


@pytest.mark.parametrize("status", [301, 400, 404])
def test_a_refusal_is_one_and_a_redirect_is_not_followed(hook: Hook, status: int) -> None:
    hook.status, hook.location = status, hook.url
    with pytest.raises(NotSent, match=f"the webhook answered {status}"):
        Webhook(hook.url, lambda: KEY).send(alert())
    assert len(hook.got) == 1


def test_after_a_server_error_nobody_knows(hook: Hook) -> None:
    hook.status = 502
    with pytest.raises(OSError, match="502"):
        Webhook(hook.url, lambda: KEY).send(alert())


def test_who_cannot_be_reached_was_not_told(hook: Hook) -> None:
    with pytest.raises(NotSent, match="cannot be reached"):
        Webhook("http://127.0.0.1:1/", lambda: KEY).send(alert())


@pytest.mark.parametrize("level", list(Level))
def test_an_sms_is_one_sms_and_plain(level: Level) -> None:
    text = short_text(alert(level, number="1" * 30))
    assert len(text) <= 160
    assert text.isascii()
    assert text.endswith("act by Thu 04 Jun 18:00 China time")


def test_no_second_channel_carries_a_word_of_the_seller() -> None:
    hostile = case(1, title="DROP 水杯", seller="EVIL SHOP")
    warning = alert(cases=(hostile,))
    said = short_text(warning) + json.dumps(facts(warning, "https://report.example"))
    assert not any(word in said for word in ("DROP", "EVIL", "product-detail"))
    marked = replace(warning, possible_repeat=True)
    assert short_text(marked).startswith("[repeat?] ")
