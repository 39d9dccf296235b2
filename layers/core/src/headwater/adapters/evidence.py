"""Evidence taken out of its bucket, laid out so that anybody can check it offline."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from headwater.domain.captures import Capture
from headwater.domain.manifests import FILE_NAME


class Versions(Protocol):
    """Objects by key and version."""

    def get(self, key: str, version_id: str | None = None) -> bytes: ...


def download_case_evidence(
    captures: Iterable[Capture], bucket: Versions, directory: Path
) -> tuple[str, ...]:
    """One folder per capture: the manifest, its parts under their names, its timestamps.

    Returns the manifests' SHA-256 as our table has them: what `headwater verify --expect` takes.
    """
    expected = []
    for capture in captures:
        folder = directory / capture.id
        folder.mkdir(parents=True, exist_ok=True)
        manifest = bucket.get(capture.manifest.key, capture.manifest.version_id)
        for part in capture.parts:
            body = bucket.get(part.stored.key, part.stored.version_id)
            (folder / part.name).write_bytes(body)
        (folder / FILE_NAME).write_bytes(manifest)
        for timestamp in capture.timestamps:
            stem = f"{FILE_NAME}.{timestamp.authority}"
            for stored, ending in ((timestamp.request, "tsq"), (timestamp.reply, "tsr")):
                body = bucket.get(stored.key, stored.version_id)
                (folder / f"{stem}.{ending}").write_bytes(body)
        expected.append(capture.manifest_sha256)
    return tuple(expected)
