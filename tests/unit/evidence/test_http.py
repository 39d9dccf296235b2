"""The door to the internet: what passes, what is refused, and in which words."""

import gzip
import ssl
import subprocess
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpcore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.adapters.http import (
    DECODED_CAP,
    WIRE_CAP,
    Fetcher,
    is_allowed,
    is_public,
    loopback,
)
from headwater.domain.exchanges import FetchFailed
from tests.fakes.evidence import DialledElsewhere, RawServer, raw_server

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

HOSTS = ("www.aliexpress.com", "*.alicdn.com")
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"


def public(host: str, port: int) -> Sequence[str]:
    return ["47.246.146.1"]


def fetcher(server: RawServer | None, **options: object) -> tuple[Fetcher, DialledElsewhere]:
    backend = DialledElsewhere(server.port if server else None)
    settings = {"resolve": public, "backend": backend} | options
    return Fetcher("mail@example.com", HOSTS, **settings), backend  # type: ignore[arg-type]


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


def redirect(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_page_arrives_with_its_bytes_its_address_and_its_headers() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 20:00:00 GMT\r\nContent-Type: text/html\r\n"
        b"X-Two: a\r\nX-Two: b\r\nContent-Length: 5\r\n\r\nhello"
    )
    with raw_server(answer) as server:
        door, backend = fetcher(server)
        fetched = door.fetch("http://www.aliexpress.com/item/1.html?a=b#fragment")
    assert fetched.page.body == b"hello"
    assert fetched.page.status == 200
    assert fetched.page.url == "http://www.aliexpress.com/item/1.html?a=b"
    assert fetched.page.headers["content-type"] == "text/html"
    assert fetched.page.headers["x-two"] == "a, b"
    assert fetched.server_date == "Sat, 21 Nov 2026 20:00:00 GMT"
    assert fetched.resolved_address == "47.246.146.1:80"
    assert fetched.redirects == ()
    assert fetched.exchanges[0].response == answer
    assert fetched.exchanges[0].request == server.requests[0]
    assert backend.dialled == [("47.246.146.1", 80)]


def test_it_says_who_asks_and_sends_no_cookie() -> None:
    with raw_server(
        redirect("/2\r\nSet-Cookie: sid=secret"),
        PAGE,
    ) as server:
        door, _ = fetcher(server)
        fetched = door.fetch("http://www.aliexpress.com/1")
    request = server.requests[1].decode()
    assert "user-agent: headwater/" in request.lower()
    assert "(+mail@example.com)" in request
    assert "host: www.aliexpress.com\r\n" in request.lower()
    assert "cookie" not in request.lower()
    assert "set-cookie" not in fetched.page.headers
    assert fetched.redirects == ("http://www.aliexpress.com/1",)
    assert fetched.page.url == "http://www.aliexpress.com/2"
    assert len(fetched.exchanges) == 2


def test_a_refusal_of_the_platform_is_an_answer() -> None:
    with raw_server(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno") as server:
        door, _ = fetcher(server)
        assert door.fetch("http://www.aliexpress.com/").page.status == 403


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("gopher://www.aliexpress.com/", "only http and https"),
        ("ftp://www.aliexpress.com/", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("//www.aliexpress.com/x", "only http and https"),
        ("", "only http and https"),
        ("http://127.0.0.1/", "not one that may be fetched"),
        ("http://127.1/", "not one that may be fetched"),
        ("http://0x7f000001/", "not one that may be fetched"),
        ("http://2130706433/", "not one that may be fetched"),
        ("http://0177.0.0.1/", "not an address"),
        ("http://[::]/", "not one that may be fetched"),
        ("http://[::ffff:127.0.0.1]/", "not one that may be fetched"),
        ("http://①②⑦.⓪.⓪.①/", "not an address|not one that"),
        ("http://169.254.169.254/latest/meta-data/", "not one that may be fetched"),
        ("http://www.aliexpress.com@127.0.0.1/", "user name"),
        ("http://user:pw@www.aliexpress.com/", "user name"),
        ("http://127.0.0.1\\@www.aliexpress.com/", "not "),
        ("http://www.aliexpress.com:22/", "only ports 80 and 443"),
        ("http://www.aliexpress.com:9001/2018-06-01/runtime/", "only ports 80 and 443"),
        ("http://www.aliexpress.com.evil.example/", "not one that may be fetched"),
        ("http://evilalicdn.com/", "not one that may be fetched"),
        ("http://alicdn.com/", "not one that may be fetched"),
        ("http://www.aliexpress.com./", "not one that may be fetched"),
        ("http://www.aliexpress.com\r\nX: y/", "not an address"),
        ("http://www.aliexpress.com:99999/", "only ports 80 and 443"),
    ],
)
def test_a_trick_reaches_nothing(url: str, words: str) -> None:
    door, backend = fetcher(None)
    with pytest.raises(FetchFailed, match=words):
        door.fetch(url)
    assert backend.dialled == []


NOWHERE, NOWHERE_BACKEND = fetcher(None)


@settings(deadline=None)
@given(st.text() | st.from_regex(r"https?://[a-z@:.\[\]\\/%0-9]{0,40}", fullmatch=True))
def test_no_text_is_dialled_unless_its_host_is_allowed(url: str) -> None:
    with pytest.raises(FetchFailed):
        NOWHERE.fetch(url)
    assert NOWHERE_BACKEND.dialled == []


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["47.246.146.1", "10.0.0.1"],
        ["::1"],
        ["::ffff:10.1.2.3"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["::127.0.0.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["224.0.0.1"],
        ["fd00:ec2::254"],
        ["fe80::1%eth0"],
        ["2001:0:53aa:64c:0:1:b8b1:1"],
        ["not an address"],
        [],
    ],
)
def test_a_name_with_one_inner_address_is_not_dialled_at_all(answers: list[str]) -> None:
    door, backend = fetcher(None, resolve=lambda host, port: answers)
    with pytest.raises(FetchFailed, match=r"not a public address|has no address"):
        door.fetch("http://www.aliexpress.com/")
    assert backend.dialled == []


@pytest.mark.parametrize(
    "address", ["47.246.146.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_is_public_in_each_of_its_forms(address: str) -> None:
    assert is_public(address)


@settings(deadline=None)
@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_an_inner_address_is_inner_in_each_of_its_forms(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    pairs = f"{number >> 16:x}:{number & 0xFFFF:x}"
    for form in (str(address), f"::ffff:{pairs}", f"64:ff9b::{pairs}", f"::{pairs}"):
        assert not is_public(form)
    assert not is_public(f"2002:{pairs}::1")


def test_a_name_that_changes_its_address_between_two_questions_gains_nothing() -> None:
    answers = iter([["47.246.146.1"], ["127.0.0.1"]])
    with raw_server(redirect("/2")) as server:
        door, backend = fetcher(server, resolve=lambda host, port: next(answers))
        with pytest.raises(FetchFailed, match=r"leads to 127\.0\.0\.1"):
            door.fetch("http://www.aliexpress.com/1")
    assert backend.dialled == [("47.246.146.1", 80)]


def test_an_unknown_name_is_said_to_be_unknown() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError(-2, "Name or service not known")

    door, _ = fetcher(None, resolve=unknown)
    with pytest.raises(FetchFailed, match="does not resolve"):
        door.fetch("http://www.aliexpress.com/")


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://evil.example/",
        "file:///etc/passwd",
        "http://[::1",
        "//10.0.0.1",
    ],
)
def test_a_redirect_passes_the_same_door(location: str) -> None:
    with raw_server(redirect(location)) as server:
        door, backend = fetcher(server)
        with pytest.raises(FetchFailed):
            door.fetch("http://www.aliexpress.com/1")
    assert len(backend.dialled) == 1


def test_an_endless_redirect_ends() -> None:
    with raw_server(*[redirect("/again")] * 6) as server:
        door, _ = fetcher(server)
        with pytest.raises(FetchFailed, match="more than 5 redirects"):
            door.fetch("http://www.aliexpress.com/1")
    assert len(server.requests) == 6


def test_a_packed_page_is_unpacked_and_its_raw_bytes_are_kept() -> None:
    packed = gzip.compress("仿冒 hoodie".encode())
    answer = head("Content-Encoding: gzip", f"Content-Length: {len(packed)}") + packed
    with raw_server(answer) as server:
        door, _ = fetcher(server)
        fetched = door.fetch("http://www.aliexpress.com/1")
    assert fetched.page.body.decode() == "仿冒 hoodie"
    assert fetched.exchanges[-1].response == answer


def test_a_chunked_page_is_put_together() -> None:
    with raw_server(
        head("Transfer-Encoding: chunked") + b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
    ) as server:
        door, _ = fetcher(server)
        assert door.fetch("http://www.aliexpress.com/1").page.body == b"hello"


def test_an_old_server_that_ends_its_page_by_hanging_up_is_understood() -> None:
    with raw_server(b"HTTP/1.0 200 OK\r\n\r\nhello") as server:
        door, _ = fetcher(server)
        assert door.fetch("http://www.aliexpress.com/1").page.body == b"hello"


def test_a_gzip_bomb_stops_at_the_cap() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(100)) + packer.flush()
    assert len(bomb) < 110_000
    with raw_server(
        head("Content-Encoding: gzip", f"Content-Length: {len(bomb)}") + bomb
    ) as server:
        door, _ = fetcher(server)
        with pytest.raises(FetchFailed, match=f"unpacks to more than {DECODED_CAP}"):
            door.fetch("http://www.aliexpress.com/1")


def test_a_flood_stops_at_the_cap() -> None:
    flood = [head("Content-Type: text/html"), *[bytes(1 << 20)] * (WIRE_CAP // (1 << 20) + 3)]
    with raw_server(flood) as server:
        door, _ = fetcher(server)
        with pytest.raises(FetchFailed, match=f"more than {WIRE_CAP} bytes"):
            door.fetch("http://www.aliexpress.com/1")


def test_a_drip_stops_at_the_time_cap() -> None:
    drip: list[bytes | float] = [head("Content-Length: 100")]
    for _ in range(40):
        drip += [b"x", 0.05]
    with raw_server(drip) as server:
        door, _ = fetcher(server, time_cap=0.4)
        with pytest.raises(FetchFailed, match=r"in time|not finished after 0\.4 seconds"):
            door.fetch("http://www.aliexpress.com/1")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "broke off"),
        (b"not http at all\r\n\r\n", "broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "broke off"),
        (head("Content-Encoding: gzip", "Content-Length: 5") + b"hello", "gzip and is not"),
        (
            head("Content-Encoding: gzip", "Content-Length: 20") + gzip.compress(b"hello")[:20],
            "ends too early",
        ),
        (head("Content-Encoding: br", "Content-Length: 5") + b"hello", "packed as 'br'"),
    ],
)
def test_a_broken_answer_is_no_page(answer: bytes, words: str) -> None:
    with raw_server(answer) as server:
        door, _ = fetcher(server)
        with pytest.raises(FetchFailed, match=words):
            door.fetch("http://www.aliexpress.com/1")


def test_the_next_address_is_tried_when_the_first_is_dead() -> None:
    with raw_server(PAGE) as server:
        door, backend = fetcher(server, resolve=lambda host, port: ["2606:4700::1", "47.246.146.1"])
        backend.dead = "2606:4700::1"
        fetched = door.fetch("http://www.aliexpress.com/1")
    assert backend.dialled == [("2606:4700::1", 80), ("47.246.146.1", 80)]
    assert fetched.resolved_address == "47.246.146.1:80"


def test_a_host_where_nothing_answers_is_named() -> None:
    door, backend = fetcher(None)
    backend.dead = "47.246.146.1"
    with pytest.raises(FetchFailed, match=r"no connection to 'www\.aliexpress\.com'"):
        door.fetch("http://www.aliexpress.com/1")


def test_a_rehearsal_dials_only_its_own_address_and_keeps_the_name() -> None:
    def never(host: str, port: int) -> Sequence[str]:
        raise AssertionError(host)

    with raw_server(PAGE) as server:
        door = Fetcher("c", HOSTS, rehearsal=server.address(), resolve=never)
        fetched = door.fetch("https://ae01.alicdn.com/kf/1.jpg")
    assert b"host: ae01.alicdn.com\r\n" in server.requests[0].lower()
    assert fetched.page.url == "https://ae01.alicdn.com/kf/1.jpg"
    assert fetched.resolved_address == f"127.0.0.1:{server.port}"
    assert fetched.exchanges[0].tls is None


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.1:80",
        "https://127.0.0.1:80",
        "http://127.0.0.1",
        "http://evil.example:80",
        "x",
    ],
)
def test_a_rehearsal_is_held_on_loopback_or_not_at_all(address: str) -> None:
    with pytest.raises(ValueError, match="a rehearsal goes to"):
        loopback(address)


def test_a_suffix_allows_what_lies_below_it_only() -> None:
    assert is_allowed("ae01.alicdn.com", HOSTS)
    assert not is_allowed("alicdn.com", HOSTS)
    assert not is_allowed("xalicdn.com", HOSTS)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of www.aliexpress.com by nobody in particular, with its key in one file."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-keyout key.pem -out cert.pem -subj /CN=www.aliexpress.com "
        "-addext subjectAltName=DNS:www.aliexpress.com"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return both


def test_the_certificate_of_this_very_connection_is_kept(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    with raw_server(PAGE, tls=certificate) as server:
        door, backend = fetcher(server, ssl_context=trusting)
        fetched = door.fetch("https://www.aliexpress.com/1")
    tls = fetched.exchanges[0].tls
    assert tls is not None
    assert tls.version == "TLSv1.3"
    _, _, pem = certificate.read_text().partition("-----END PRIVATE KEY-----\n")
    assert tls.certificate == ssl.PEM_cert_to_DER_cert(pem)
    assert fetched.exchanges[0].response == PAGE
    assert backend.dialled == [("47.246.146.1", 443)]


def test_a_server_without_a_trusted_certificate_is_not_spoken_to(certificate: Path) -> None:
    with raw_server(PAGE, tls=certificate) as server:
        door, _ = fetcher(server)
        with pytest.raises(FetchFailed, match="no connection"):
            door.fetch("https://www.aliexpress.com/1")
    assert server.requests == []


def test_a_trusted_certificate_of_another_name_is_refused(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    with raw_server(PAGE, tls=certificate) as server:
        door, _ = fetcher(server, ssl_context=trusting)
        with pytest.raises(FetchFailed, match="no connection"):
            door.fetch("https://ae01.alicdn.com/1")
    assert server.requests == []


UNUSED = ssl.create_default_context()


def answered(*pieces: bytes) -> None:
    """Fetch from a server that says exactly this; anything but FetchFailed comes through."""
    backend = httpcore.MockBackend(list(pieces))
    door = Fetcher("c", HOSTS, resolve=public, backend=backend, ssl_context=UNUSED)
    with suppress(FetchFailed):
        door.fetch("http://www.aliexpress.com/1")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_whatever_a_server_says_is_an_answer_or_a_failure_in_words(raw: bytes) -> None:
    answered(raw)


@settings(deadline=None)
@given(
    st.sampled_from([200, 204, 301, 302, 304, 307, 404, 503]),
    st.dictionaries(
        st.sampled_from(["Location", "Content-Length", "Content-Encoding", "Transfer-Encoding"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
        | st.sampled_from(
            ["chunked", "gzip", "3", "http://[", "//", "http://www.aliexpress.com:x/"]
        ),
        max_size=3,
    ),
    st.binary(max_size=60),
)
def test_whatever_its_headers_claim_is_an_answer_or_a_failure_in_words(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    answered(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1") + body)
