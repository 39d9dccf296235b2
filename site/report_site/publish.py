"""Bring a built site into the bucket: write what changed, remove what we once wrote, no more."""

import json
import mimetypes
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

_LEDGER = "published.json"
"""Below the prefix: the name and SHA-256 of every file that we wrote."""
_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class SiteBucket(Protocol):
    """The part of a bucket that publishing needs. `get` of a listed key finds it."""

    def get(self, key: str) -> bytes: ...

    def put(self, key: str, body: bytes, media_type: str) -> object: ...

    def list(self, prefix: str) -> Iterable[str]: ...

    def delete(self, key: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    written: int
    unchanged: int
    removed: int


def published_files(bucket: SiteBucket, prefix: str) -> dict[str, str]:
    """What we published below the prefix ("brand/") and is still there: name -> SHA-256."""
    present = {key.removeprefix(prefix) for key in bucket.list(prefix)}
    if _LEDGER not in present:
        return {}
    ledger: dict[str, str] = json.loads(bucket.get(prefix + _LEDGER))
    return {name: digest for name, digest in ledger.items() if name in present}


def publish(folder: Path, bucket: SiteBucket, prefix: str, *, names: Collection[str]) -> Published:
    """Make the files below `prefix` those of `names`; the ones not in `folder` are there already.

    Pages come after what they show, and the ledger last: a run that was cut off is made good by
    the next one.
    """
    before = published_files(bucket, prefix)
    now = {name: before[name] for name in names if name in before}
    written = 0
    for path in sorted(_files(folder), key=lambda path: (path.suffix == ".html", path)):
        name = path.relative_to(folder).as_posix()
        body = path.read_bytes()
        now[name] = sha256(body).hexdigest()
        if before.get(name) != now[name]:
            bucket.put(prefix + name, body, media_type(name))
            written += 1
    gone = sorted(before.keys() - now.keys())
    for name in gone:
        bucket.delete(prefix + name)
    if now != before:
        ledger = json.dumps(now, sort_keys=True, indent=0).encode()
        bucket.put(prefix + _LEDGER, ledger, "application/json")
    return Published(written=written, unchanged=len(now) - written, removed=len(gone))


def media_type(name: str) -> str:
    """What a browser is told that the file is."""
    known = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    return known or "application/octet-stream"


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
