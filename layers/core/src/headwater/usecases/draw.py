"""Keep the pictures that were drawn of a capture's pages, sealed beside the capture."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from headwater.domain.captures import Capture, StoredObject
from headwater.domain.listings import ListingKey
from headwater.domain.manifests import FILE_NAME, sha256
from headwater.usecases.stamp import Authority, sign_beside

_MEDIA_TYPES = {"json": "application/json", "png": "image/png"}


class EvidenceStore(Protocol):
    """Objects that nobody can quietly change."""

    def list(self, prefix: str) -> Iterator[str]: ...
    def put(self, key: str, body: bytes, media_type: str) -> StoredObject: ...
    def put_once(self, key: str, body: bytes, media_type: str) -> StoredObject | None: ...


def drawings_of(brand: str, key: ListingKey, capture_id: str = "") -> str:
    """The prefix under which the drawings of a listing, or of one capture of it, lie."""
    return f"drawings/{brand}/{key.platform}/{key.offer_id}/" + (
        f"{capture_id}/" if capture_id else ""
    )


def is_drawn(
    capture: Capture, *, evidence: EvidenceStore, authorities: Sequence[Authority]
) -> bool:
    """Whether a drawing of the capture is kept that every authority has signed."""
    there = set(evidence.list(drawings_of(capture.brand, capture.key, capture.id)))
    return any(
        all(f"{name}.{authority.name}.tsr" in there for authority in authorities)
        for name in there
        if name.endswith(f"/{FILE_NAME}")
    )


def keep_drawing(
    capture: Capture,
    identifier: str,
    files: Mapping[str, bytes],
    *,
    evidence: EvidenceStore,
    authorities: Sequence[Authority],
) -> tuple[str, dict[str, str]]:
    """Store the pictures and last their manifest, and have that signed. Doing it again is harmless.

    Returns the manifest's key and who has still to sign it, and why.
    """
    prefix = f"{drawings_of(capture.brand, capture.key, capture.id)}{identifier}/"
    for name in sorted(files, key=lambda name: (name == FILE_NAME, name)):
        evidence.put_once(prefix + name, files[name], _MEDIA_TYPES[name.rpartition(".")[2]])
    manifest = f"{prefix}{FILE_NAME}"
    there = set(evidence.list(prefix))
    missing = [one for one in authorities if f"{manifest}.{one.name}.tsr" not in there]
    digest = sha256(files[FILE_NAME])
    return manifest, sign_beside(manifest, digest, authorities=missing, evidence=evidence)
