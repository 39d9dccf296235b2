"""Evidence taken out of its bucket, laid out so that anybody can check it offline."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from headwater.domain.captures import Capture
from headwater.domain.manifests import FILE_NAME


class Versions(Protocol):
    """Objects by key and version."""

    def get(self, key: str, version_id: str | None = None) -> bytes: ...


def evidence_files(capture: Capture, bucket: Versions) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the capture's parts, its manifest and the timestamps over that."""
    stored = {part.name: part.stored for part in capture.parts}
    stored[FILE_NAME] = capture.manifest
    for timestamp in capture.timestamps:
        stored[f"{FILE_NAME}.{timestamp.authority}.tsq"] = timestamp.request
        stored[f"{FILE_NAME}.{timestamp.authority}.tsr"] = timestamp.reply
    for name, at in stored.items():
        yield name, bucket.get(at.key, at.version_id)


def download_case_evidence(
    captures: Iterable[Capture], bucket: Versions, directory: Path
) -> tuple[str, ...]:
    """One folder per capture, as `headwater verify` reads it.

    Returns the manifests' SHA-256 as our table has them: what `headwater verify --expect` takes.
    """
    expected = []
    for capture in captures:
        folder = directory / capture.id
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in evidence_files(capture, bucket):
            (folder / name).write_bytes(body)
        expected.append(capture.manifest_sha256)
    return tuple(expected)
