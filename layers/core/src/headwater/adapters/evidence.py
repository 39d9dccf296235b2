"""Evidence taken out of its bucket, laid out so that anybody can check it offline."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from headwater.adapters.store import NoSuchObject
from headwater.domain.captures import Capture
from headwater.domain.manifests import FILE_NAME, sha256
from headwater.usecases.draw import drawings_of
from headwater.usecases.lock import locked_copy, stored_files


class Versions(Protocol):
    """Objects by key and version."""

    def get(self, key: str, version_id: str | None = None) -> bytes: ...
    def list(self, prefix: str) -> Iterator[str]: ...


DRAWN = "drawn/"
"""The folder of a capture's drawings, below the capture's own."""


def evidence_files(capture: Capture, bucket: Versions) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the capture's parts, its manifest and the timestamps over that; after
    them the pictures that were drawn of its pages, each drawing with a manifest of its own.

    Where an original is gone after its own lock, the locked copy of it.
    """
    copies = {copy.key.rpartition("/")[2]: copy for copy in capture.locked}
    for name, at, _ in stored_files(capture):
        try:
            yield name, bucket.get(at.key, at.version_id)
        except NoSuchObject:
            if name not in copies:
                raise
            yield name, bucket.get(copies[name].key, copies[name].version_id)
    drawings = drawings_of(capture.brand, capture.key, capture.id)
    for name, body in sealed_files(drawings, bucket):
        yield DRAWN + name, body


def sealed_files(prefix: str, bucket: Versions) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of what lies below a prefix of exhibits or drawings.

    Where an original is gone after its own lock, the locked copy of it.
    """
    places = {key.removeprefix(locked_copy("")): key for key in bucket.list(locked_copy(prefix))}
    places |= {key: key for key in bucket.list(prefix)}
    for key, place in sorted(places.items()):
        yield key.removeprefix(prefix), bucket.get(place)


def download_case_evidence(
    captures: Iterable[Capture], bucket: Versions, directory: Path
) -> tuple[str, ...]:
    """One folder per capture, as `headwater verify` reads it.

    Returns what `headwater verify --expect` takes: the manifests' SHA-256 as our table has them,
    then those of the drawings.
    """
    expected: list[str] = []
    drawn: list[str] = []
    for capture in captures:
        folder = directory / capture.id
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in evidence_files(capture, bucket):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
            if name.startswith(DRAWN) and file.name == FILE_NAME:
                drawn.append(sha256(body))
        expected.append(capture.manifest_sha256)
    return (*expected, *drawn)
