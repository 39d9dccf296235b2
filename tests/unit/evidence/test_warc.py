"""The archive holds the very bytes that came, and the reference reader accepts it."""

import gzip
import json
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from headwater.adapters.http import Fetcher
from headwater.adapters.warc import Archive
from headwater.domain.exchanges import Exchange, Fetched, Tls
from headwater.domain.pages import Page
from tests.factories import NOON
from tests.fakes.evidence import DialledElsewhere, raw_server

PACKED = gzip.compress("仿冒".encode(), mtime=0)
ANSWERS = {
    "plain": b"HTTP/1.1 200 OK\r\nX-Odd:   two  \r\nX-odd:x\r\nContent-Length: 5\r\n\r\nhello",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
    % (len(PACKED), PACKED),
    "old": b"HTTP/1.0 200 OK\r\n\r\nhello",
    "refused": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
}
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /2\r\nSet-Cookie: sid=1\r\nContent-Length: 0\r\n\r\n"


def fetch(*answers: bytes) -> Fetched:
    with raw_server(*answers) as server:
        backend = DialledElsewhere(server.port)
        door = Fetcher(
            "c", ["x.example"], backend=backend, resolve=lambda host, port: ["47.246.146.1"]
        )
        return door.fetch("http://x.example/1")


def archive(*all_fetched: Fetched) -> bytes:
    archive = Archive("0" * 32, "headwater/1")
    for fetched in all_fetched:
        archive.add(fetched)
    body = archive.body()
    assert body is not None
    return body


def blocks(body: bytes) -> list[tuple[str, bytes]]:
    """Type and raw block of every record, as the reference reader sees them."""
    records = ArchiveIterator(BytesIO(body), no_record_parse=True)
    return [(record.rec_type, record.raw_stream.read()) for record in records]


def problems(body: bytes) -> list[str]:
    """What the reference reader has to say against the digests."""
    found: list[str] = []
    for record in ArchiveIterator(BytesIO(body), check_digests=True):
        record.content_stream().read()
        found += record.digest_checker.problems
        if record.digest_checker.passed is None:
            found.append("not checked")
    return found


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_of_answer_is_kept_byte_for_byte(kind: str) -> None:
    fetched = fetch(ANSWERS[kind])
    body = archive(fetched)
    kept = blocks(body)
    assert [name for name, _ in kept] == ["warcinfo", "response", "request", "metadata"]
    assert kept[1][1] == ANSWERS[kind]
    assert kept[2][1] == fetched.exchanges[0].request
    assert problems(body) == []


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_redirect_is_kept_with_the_page_it_led_to() -> None:
    fetched = fetch(REDIRECT, ANSWERS["plain"])
    body = archive(fetched)
    responses = [block for name, block in blocks(body) if name == "response"]
    assert responses == [REDIRECT, ANSWERS["plain"]]
    targets = [
        record.rec_headers.get_header("WARC-Target-URI")
        for record in ArchiveIterator(BytesIO(body))
        if record.rec_type == "response"
    ]
    assert targets == ["http://x.example/1", "http://x.example/2"]


def exchanged(**changes: object) -> Fetched:
    exchange = Exchange(
        url="https://x.example/1",
        address="47.246.146.1:443",
        started_at=NOON,
        request=b"GET /1 HTTP/1.1\r\nHost: x.example\r\n\r\n",
        response=ANSWERS["plain"],
    )
    exchange = replace(exchange, **changes)  # type: ignore[arg-type]
    page = Page(url=exchange.url, body=b"hello", status=200)
    return Fetched(page=page, exchanges=(exchange,), fetched_at=NOON, server_date=None)


def test_the_reader_sees_where_it_came_from_and_what_it_is() -> None:
    body = archive(exchanged(tls=Tls(version="TLSv1.3", cipher="X", certificate=b"der")))
    record = next(r for r in ArchiveIterator(BytesIO(body)) if r.rec_type == "response")
    header = record.rec_headers.get_header
    assert header("WARC-IP-Address") == "47.246.146.1"
    assert header("WARC-Date") == "2026-11-21T12:00:00.000000Z"
    assert record.http_headers.get_statuscode() == "200"
    assert record.content_stream().read() == b"hello"
    (connection,) = [json.loads(block) for name, block in blocks(body) if name == "metadata"]
    assert connection == {
        "address": "47.246.146.1:443",
        "tls_version": "TLSv1.3",
        "tls_cipher": "X",
        "certificate_der_base64": "ZGVy",
    }


def test_the_same_exchanges_give_the_same_bytes() -> None:
    assert archive(exchanged(), exchanged()) == archive(exchanged(), exchanged())


def test_nothing_exchanged_is_no_archive() -> None:
    assert Archive("0" * 32, "headwater/1").body() is None


def test_an_address_cannot_write_headers_of_its_own() -> None:
    body = archive(exchanged(url="https://x.example/1\r\nWARC-Type: warcinfo\r\n\r\nHTTP"))
    assert [name for name, _ in blocks(body)] == ["warcinfo", "response", "request", "metadata"]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_answer_is_read_back_as_it_was(response: bytes) -> None:
    assert blocks(archive(exchanged(response=response)))[1] == ("response", response)


def test_a_changed_byte_is_seen_by_the_reader_only_through_the_digest() -> None:
    body = archive(exchanged())
    plain = gzip.decompress(body).replace(b"hello", b"hullo")
    assert "block digest" in " ".join(problems(plain))
