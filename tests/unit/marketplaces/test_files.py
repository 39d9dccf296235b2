"""Whatever a person saved: the pages in it, and nothing that was sent to the server."""

import base64
import contextlib
import gzip
import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.pages import Page
from headwater.marketplaces.files import LARGEST, BadFile, pages_in

HTML = "<html><title>键盘</title></html>"
URL = "https://item.taobao.com/item.htm?id=562283240178"


def _pages(body: bytes) -> list[Page]:
    return list(pages_in("saved", body))


def _mhtml(html: bytes, encoding: str = "quoted-printable") -> bytes:
    import quopri

    packed = {"quoted-printable": quopri.encodestring, "base64": base64.encodebytes}[encoding](html)
    return (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: " + URL.encode() + b"\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n'
        b'\tboundary="----B"\r\n\r\n------B\r\nContent-Type: text/html\r\n'
        b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\nContent-Location: "
        + URL.encode() + b"\r\n\r\n" + packed + b"\r\n------B\r\nContent-Type: text/html\r\n"
        b"Content-Location: https://ads.example/frame.html\r\n\r\n<p>an advertisement</p>\r\n"
        b"------B\r\nContent-Type: image/png\r\n\r\nx\r\n------B--\r\n"
    )  # fmt: skip


def test_html_and_json_are_one_page() -> None:
    for body in (HTML.encode(), HTML.encode("gb18030"), b'{"a": 1}', b"\xff\xfe\x00"):
        assert _pages(body) == [Page(url="", body=body)]


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_mhtml_gives_the_page_with_its_address_and_not_its_frames(encoding: str) -> None:
    (page,) = _pages(_mhtml(HTML.encode(), encoding))
    assert page.url == URL
    assert page.body.decode().strip() == HTML


def test_a_frameset_in_mhtml_gives_its_frames_too() -> None:
    pages = _pages(_mhtml(b"<frameset><frame src='cid:1'></frameset>"))
    assert [page.url for page in pages] == [URL, "https://ads.example/frame.html"]


def _har(*entries: tuple[str, dict[str, Any]]) -> bytes:
    return json.dumps(
        {
            "log": {
                "entries": [
                    {
                        "request": {
                            "url": url,
                            "headers": [{"name": "Cookie", "value": "SECRET"}],
                            "cookies": [{"name": "t", "value": "SECRET"}],
                        },
                        "response": {
                            "status": 200,
                            "headers": [{"name": "Set-Cookie", "value": "SECRET"}],
                            "content": content,
                        },
                    }
                    for url, content in entries
                ]
            }
        }
    ).encode()


def test_a_har_gives_pages_and_replies_and_leaves_cookies_behind() -> None:
    pages = _pages(
        _har(
            (URL, {"mimeType": "text/html; charset=utf-8", "text": HTML}),
            ("https://h5api.m.1688.com/h5/x/", {"mimeType": "application/json", "text": '{"a":1}'}),
            (
                "https://acs.aliexpress.com/h5/y/",
                {
                    "mimeType": "text/html",
                    "encoding": "base64",
                    "text": base64.b64encode(HTML.encode("gb18030")).decode(),
                },
            ),
            ("https://x.example/a.png", {"mimeType": "image/png", "text": "iVBOR"}),
            ("https://x.example/a.js", {"mimeType": "application/javascript", "text": "var a"}),
            ("https://x.example/none", {"mimeType": "text/html"}),
        )
    )
    assert [page.url for page in pages] == [
        URL,
        "https://h5api.m.1688.com/h5/x/",
        "https://acs.aliexpress.com/h5/y/",
    ]
    assert pages[2].body == HTML.encode("gb18030")
    assert "SECRET" not in repr(pages)
    assert not any("cookie" in name for page in pages for name in page.headers)


def _record(kind: str, media_type: str, block: bytes) -> bytes:
    head = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        "WARC-Record-ID: <urn:uuid:12345678-feed-4b00-8bad-123456789012>",
        "WARC-Date: 2026-11-01T10:00:00Z",
        f"WARC-Target-URI: {URL}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def _warc(*, packed: bool, http_headers: list[tuple[str, str]], body: bytes) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in http_headers)
    records = [
        _record("warcinfo", "application/warc-fields", b"software: a test\r\n"),
        _record(
            "response",
            "application/http; msgtype=response",
            f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + body,
        ),
        _record(
            "request",
            "application/http; msgtype=request",
            b"GET / HTTP/1.1\r\nCookie: SECRET\r\n\r\n",
        ),
    ]
    return b"".join(gzip.compress(record, mtime=0) if packed else record for record in records)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("coding", ["", "gzip", "chunked"])
def test_a_warc_gives_the_answers_as_the_server_meant_them(packed: bool, coding: str) -> None:
    headers = [("Content-Type", "text/html; charset=gbk"), ("Set-Cookie", "SECRET")]
    body = HTML.encode("gbk")
    if coding == "gzip":
        headers.append(("Content-Encoding", "gzip"))
        sent = gzip.compress(body)
    elif coding == "chunked":
        headers.append(("Transfer-Encoding", "chunked"))
        sent = b"5\r\n" + body[:5] + b"\r\n%x\r\n" % len(body[5:]) + body[5:] + b"\r\n0\r\n\r\n"
    else:
        sent = body
    (page,) = _pages(_warc(packed=packed, http_headers=headers, body=sent))
    assert (page.url, page.status, page.body) == (URL, 200, body)
    assert "SECRET" not in repr(page)


def test_zip_and_wacz_give_what_is_in_them() -> None:
    out = io.BytesIO()
    warc = _warc(packed=True, http_headers=[("Content-Type", "text/html")], body=HTML.encode())
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.warc.gz", warc)
        archive.writestr("../../etc/page.html", HTML)
        archive.writestr("pages/screen.png", b"no page")
    pages = _pages(out.getvalue())
    assert [page.url for page in pages] == [URL, ""]


def test_packed_pages_are_unpacked() -> None:
    assert _pages(gzip.compress(HTML.encode()))[0].body == HTML.encode()


@pytest.mark.parametrize("body", [b"", b"  \n", b"\x1f\x8bnonsense", b"PK\x03\x04nonsense"])
def test_an_unreadable_file_is_said_to_be_one(body: bytes) -> None:
    with pytest.raises(BadFile, match="saved: "):
        _pages(body)


def test_a_har_that_is_cut_off_is_said_to_be_broken() -> None:
    with pytest.raises(BadFile, match="HAR"):
        _pages(_har((URL, {"mimeType": "text/html", "text": HTML}))[:-40])


def test_bombs_are_refused() -> None:
    bomb = gzip.compress(b"<p>" + b"0" * LARGEST)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.html", b"0" * (LARGEST + 1))
    for body in (bomb, out.getvalue()):
        with pytest.raises(BadFile, match="unfolds to more than 64 MB"):
            _pages(body)
    nested = HTML.encode()
    for _ in range(4):
        nested = gzip.compress(nested)
    with pytest.raises(BadFile, match="archives inside archives"):
        _pages(nested)


def _zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.html"), HTML)
    return out.getvalue()


_CHUNKED = [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")]
_WHOLE = {
    "mhtml": _mhtml(HTML.encode()),
    "har": _har((URL, {"mimeType": "text/html", "text": HTML})),
    "warc": _warc(packed=False, http_headers=_CHUNKED, body=b"5\r\n<p>ab\r\n0\r\n\r\n"),
    "warc.gz": _warc(packed=True, http_headers=_CHUNKED, body=b"5\r\n<p>ab\r\n0\r\n\r\n"),
    "zip": _zipped(),
}


@given(st.sampled_from(sorted(_WHOLE)), st.data())
def test_a_damaged_archive_never_breaks_more_than_itself(kind: str, data: st.DataObject) -> None:
    whole = _WHOLE[kind]
    damaged = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    for _ in range(data.draw(st.integers(0, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BadFile):
        assert all(isinstance(page, Page) for page in pages_in("saved", bytes(damaged)))
