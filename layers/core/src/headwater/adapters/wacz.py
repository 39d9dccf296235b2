"""WACZ 1.1.1 around one WARC, so that replay tools open a capture; the same input, the same bytes.

It adds no proof: whoever can write a WACZ can write another one. What is signed is the manifest.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit

VERSION = "1.1.1"
_WARC = "data.warc.gz"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One response record and where its gzip member lies."""

    url: str
    date: str
    status: str
    media_type: str
    digest: str
    offset: int
    length: int


def wacz(wire: bytes, *, title: str, software: str) -> bytes:
    """Wrap an archive of ours. Raises ValueError when it is none or holds no answer."""
    answers = list(_answers(wire))
    if not answers:
        raise ValueError("an archive without answers has nothing to replay")
    documents = [a for a in answers if a.media_type == "text/html" and a.status == "200"]
    pages = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}]
    for number, answer in enumerate(documents or answers):
        pages.append({"id": str(number), "url": answer.url, "ts": answer.date, "title": title})
    files = {
        f"archive/{_WARC}": wire,
        "indexes/index.cdx": "".join(sorted(_index_line(answer) for answer in answers)).encode(),
        "pages/pages.jsonl": "".join(f"{_json(page)}\n" for page in pages).encode(),
    }
    package = _json(
        {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": title,
            "software": software,
            "created": answers[0].date,
            "resources": [
                {
                    "name": path.rpartition("/")[2],
                    "path": path,
                    "hash": _sha256(body),
                    "bytes": len(body),
                }
                for path, body in files.items()
            ],
        }
    ).encode()
    files["datapackage.json"] = package
    digest = {"path": "datapackage.json", "hash": _sha256(package)}
    files["datapackage-digest.json"] = _json(digest).encode()
    return stored_zip(files)


def stored_zip(files: dict[str, bytes]) -> bytes:
    """An uncompressed zip in the given order, without times or owners: equal input, equal bytes."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body)
    return packed.getvalue()


def _answers(wire: bytes) -> Iterator[_Answer]:
    offset = 0
    while offset < len(wire):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            text = unpacker.decompress(wire[offset:])
        except zlib.error as error:
            raise ValueError(f"no archive: {error}") from None
        if not unpacker.eof:
            raise ValueError("the archive ends in the middle of a record")
        length = len(wire) - offset - len(unpacker.unused_data)
        head, _, block = text.partition(b"\r\n\r\n")
        fields = _fields(head)
        if fields.get("warc-type") == "response":
            http_head, _, _ = block.partition(b"\r\n\r\n")
            status = re.match(rb"HTTP/\S+ (\d{3})", http_head)
            media_type = _fields(http_head).get("content-type", "application/octet-stream")
            yield _Answer(
                url=fields["warc-target-uri"],
                date=re.sub(r"\.\d+Z$", "Z", fields["warc-date"]),
                status=status[1].decode() if status else "-",
                media_type=media_type.partition(";")[0].strip().lower(),
                digest=fields["warc-payload-digest"],
                offset=offset,
                length=length,
            )
        offset += length


def _fields(head: bytes) -> dict[str, str]:
    lines = head.decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _index_line(answer: _Answer) -> str:
    """CDXJ. Request headers stay out of it: that is how cookies get into other tools' indexes."""
    entry = {
        "url": answer.url,
        "mime": answer.media_type,
        "status": answer.status,
        "digest": answer.digest,
        "length": str(answer.length),
        "offset": str(answer.offset),
        "filename": _WARC,
    }
    moment = re.sub(r"\D", "", answer.date)[:14]
    return f"{sort_key(answer.url)} {moment} {_json(entry)}\n"


def sort_key(url: str) -> str:
    """The address as indexes sort it (SURT): "com,alicdn,cbu01)/img/a.jpg?a=1&b=2"."""
    parts = urlsplit(url.lower())
    host = re.sub(r"^www\d*\.", "", parts.hostname or "")
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    path = parts.path.rstrip("/") or "/"
    query = f"?{'&'.join(sorted(parts.query.split('&')))}" if parts.query else ""
    return f"{','.join(reversed(host.split('.')))}{port}){path}{query}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sha256(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
