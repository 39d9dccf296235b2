"""The replay file around an archive: valid, the same every time, and free of secrets."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
import zipfile
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator

from headwater.adapters.wacz import sort_key, wacz
from headwater.domain.exchanges import Fetched
from tests.conftest import PROJECT
from tests.unit.evidence.test_warc import ANSWERS, archive, exchanged

HTML = b"<!doctype html><h1>mug</h1>"
PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff"


def answered(url: str, media_type: str, body: bytes) -> Fetched:
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nSet-Cookie: sid=secret\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    request = b"GET / HTTP/1.1\r\nCookie: sid=secret\r\n\r\n"
    return exchanged(url=url, response=head.encode() + body, request=request)


PAGE = answered("https://detail.x.example/Offer/1.html", "text/html; charset=gbk", HTML)
IMAGE = answered("https://img.x.example/A.png?z=1&b=2", "image/png", PICTURE)
BODY = wacz(archive(PAGE, IMAGE), title="capture 1", software="headwater/1")


def member(name: str) -> bytes:
    return zipfile.ZipFile(BytesIO(BODY)).read(name)


def index() -> list[tuple[str, str, dict[str, str]]]:
    lines = member("indexes/index.cdx").decode().splitlines()
    return [(key, at, json.loads(rest)) for key, at, rest in (x.split(" ", 2) for x in lines)]


def test_the_same_archive_gives_the_same_file() -> None:
    assert wacz(archive(PAGE, IMAGE), title="capture 1", software="headwater/1") == BODY


def test_every_file_is_listed_with_its_hash() -> None:
    package = json.loads(member("datapackage.json"))
    names = {resource["path"] for resource in package["resources"]}
    assert names == {"archive/data.warc.gz", "indexes/index.cdx", "pages/pages.jsonl"}
    for resource in package["resources"]:
        body = member(resource["path"])
        assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
        assert resource["bytes"] == len(body)
    digest = json.loads(member("datapackage-digest.json"))
    assert digest["hash"] == f"sha256:{hashlib.sha256(member('datapackage.json')).hexdigest()}"


def test_the_index_leads_to_the_record() -> None:
    warc = member("archive/data.warc.gz")
    for _, at, entry in index():
        start, length = int(entry["offset"]), int(entry["length"])
        record = next(iter(ArchiveIterator(BytesIO(warc[start : start + length]))))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]
        assert record.content_stream().read() in {HTML, PICTURE}
        assert at == "20261121120000"


def test_the_page_is_listed_with_the_very_second_of_its_record() -> None:
    lines = [json.loads(line) for line in member("pages/pages.jsonl").splitlines()]
    assert lines[0]["format"] == "json-pages-1.0"
    assert [(page["url"], page["ts"]) for page in lines[1:]] == [
        ("https://detail.x.example/Offer/1.html", "2026-11-21T12:00:00Z")
    ]


def test_no_cookie_is_in_the_index_or_the_lists() -> None:
    for name in zipfile.ZipFile(BytesIO(BODY)).namelist():
        if not name.startswith("archive/"):
            assert b"secret" not in member(name)


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_of_answer_is_indexed(kind: str) -> None:
    assert wacz(archive(exchanged(response=ANSWERS[kind])), title="x", software="y")


@pytest.mark.parametrize("wire", [b"", b"no gzip", archive(PAGE)[:-9]])
def test_what_is_no_archive_is_refused(wire: bytes) -> None:
    with pytest.raises(ValueError, match="archive"):
        wacz(wire, title="x", software="y")


@pytest.mark.parametrize(
    ("url", "key"),
    [  # as the reference library surt 0.3.1 gives them
        ("https://www.x.example/Item/1.html", "example,x)/item/1.html"),
        ("https://cbu01.alicdn.com/img/a.jpg?b=2&a=1", "com,alicdn,cbu01)/img/a.jpg?a=1&b=2"),
        ("http://x.example:8080/a/", "example,x:8080)/a"),
        ("https://x.example/a?", "example,x)/a"),
        ("https://s.alicdn.com/@sc04/kf/H1.jpg", "com,alicdn,s)/@sc04/kf/h1.jpg"),
    ],
)
def test_addresses_sort_as_replay_tools_look_them_up(url: str, key: str) -> None:
    assert sort_key(url) == key


def tool(name: str) -> str:
    """A reference tool, as `make test` brings it."""
    places = f"{PROJECT / '.local' / 'replay' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"needs the {name} command: make .local/replay/ready")
    return found


def test_the_reference_validator_accepts_it(tmp_path: Path) -> None:
    command = tool("wacz")
    (tmp_path / "x.wacz").write_bytes(BODY)
    done = subprocess.run(
        [command, "validate", "-f", "x.wacz"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is valid" in done.stdout


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_replay_gives_back_the_original_bytes(tmp_path: Path) -> None:
    manager, wayback = tool("wb-manager"), tool("wayback")
    (tmp_path / "x.wacz").write_bytes(BODY)
    for command in (["init", "kept"], ["add", "--unpack-wacz", "kept", "x.wacz"]):
        subprocess.run([manager, *command], cwd=tmp_path, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [wayback, "-p", str(port), "-b", "127.0.0.1"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            for url, body in ((PAGE.page.url, HTML), (IMAGE.page.url, PICTURE)):
                replayed = f"http://127.0.0.1:{port}/kept/20261121120000id_/{url}"
                assert patiently(replayed).content == body
        finally:
            server.terminate()


def patiently(url: str) -> httpx.Response:
    """Ask until the server is up."""
    for _ in range(100):
        try:
            return httpx.get(url, trust_env=False, timeout=20)
        except httpx.ConnectError:
            time.sleep(0.3)
    pytest.fail("the replay server did not start")
