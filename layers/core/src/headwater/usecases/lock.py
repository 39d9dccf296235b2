"""A case was opened: copy its evidence to where nobody at all can delete it for a while."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from headwater.domain.captures import Capture, StoredObject
from headwater.domain.cases import Case
from headwater.domain.listings import ListingKey
from headwater.domain.manifests import FILE_NAME, sha256
from headwater.usecases.draw import drawings_of
from headwater.usecases.exhibit import exhibits_of

_KIND = "application/octet-stream"


class EvidenceStore(Protocol):
    """Objects by key and version."""

    def get(self, key: str, version_id: str | None = None) -> bytes: ...
    def list(self, prefix: str) -> Iterator[str]: ...
    def put_locked(self, key: str, body: bytes, media_type: str, until: datetime) -> StoredObject:
        """Write it so that nobody can delete it before `until`, the account's owner neither."""
        ...


class NotWhatWasKept(Exception):  # noqa: N818 - says what is the matter
    """An original no longer has the hash that it was kept with; the message names it."""


class CaptureRows(Protocol):
    """The captures that are known."""

    def of_listing(self, brand: str, key: ListingKey) -> list[Capture]: ...
    def save_lock(
        self, capture: Capture, locked: tuple[StoredObject, ...], until: datetime
    ) -> None: ...


def lock_case(
    case: Case, *, days: int, evidence: EvidenceStore, captures: CaptureRows, now: datetime
) -> int:
    """Copy what is kept of the case and is not locked yet; how many files that were.

    The captures of its listings, the pictures drawn of them, its exhibits. Only of a case that is
    open, and for so many days from a capture's first lock, or from a file's own: the end is
    bounded, whatever becomes of the case. A second call copies only what came since (a late token,
    a further look, a receipt). `days` 0 locks nothing. Raises NotWhatWasKept.
    """
    if not days or not case.state.needs_attention:
        return 0
    until = now + timedelta(days=days)
    looks = (look for key in case.keys for look in captures.of_listing(case.brand, key))
    count = sum(_lock(look, until, evidence, captures, now) for look in looks)
    beside = [drawings_of(case.brand, key) for key in case.keys]
    beside.append(exhibits_of(case.brand, case.id))
    return count + sum(_lock_sealed(prefix, until, evidence) for prefix in beside)


def _lock(
    capture: Capture,
    until: datetime,
    evidence: EvidenceStore,
    captures: CaptureRows,
    now: datetime,
) -> int:
    until = capture.locked_until or until
    prefix = f"{locked_of(capture.brand, capture.key)}{capture.id}/"
    there = {copy.key for copy in capture.locked}
    made = [
        evidence.put_locked(prefix + name, _checked(at, known, evidence), _KIND, until)
        for name, at, known in stored_files(capture)
        if prefix + name not in there and until > now
    ]
    if made:
        captures.save_lock(capture, (*capture.locked, *made), until)
    return len(made)


def _lock_sealed(prefix: str, until: datetime, evidence: EvidenceStore) -> int:
    """Lock the folders below the prefix that have a manifest: its parts, itself, its tokens."""
    there = set(evidence.list(prefix))
    locked = set(evidence.list(locked_copy(prefix)))
    count = 0
    for manifest in sorted(key for key in there if key.endswith(f"/{FILE_NAME}")):
        folder = manifest.removesuffix(FILE_NAME)
        tokens = sorted(key for key in there if key.startswith(f"{manifest}."))
        said = json.loads(evidence.get(manifest))
        parts = {f"{folder}{part['name']}": part for part in said["parts"]}
        for key in (*parts, manifest, *tokens):
            if locked_copy(key) not in locked:
                part = parts.get(key, {})
                version = part.get("stored", {}).get("version_id")  # a drawing's is not recorded
                at = StoredObject(key=key, version_id=version)
                body = _checked(at, part.get("sha256"), evidence)
                evidence.put_locked(locked_copy(key), body, _KIND, until)
                count += 1
    return count


def _checked(at: StoredObject, known: str | None, evidence: EvidenceStore) -> bytes:
    """Read through here and not copied by the store: what is locked has been looked at."""
    body = evidence.get(at.key, at.version_id)
    if known is not None and (found := sha256(body)) != known:
        version = at.version_id or "the newest"
        raise NotWhatWasKept(f"{at.key} (version {version}) has SHA-256 {found}, not {known}")
    return body


def locked_of(brand: str, key: ListingKey) -> str:
    """The prefix under which the locked copies of a listing's captures lie."""
    return f"locked/{brand}/{key.platform}/{key.offer_id}/"


def locked_copy(key: str) -> str:
    """Where the locked copy of an exhibit's or a drawing's file lies, or of all below a prefix."""
    return f"locked/{key}"


def stored_files(capture: Capture) -> Iterator[tuple[str, StoredObject, str | None]]:
    """Name, place and SHA-256 (None: not recorded) of everything that is kept of a capture."""
    for part in capture.parts:
        yield part.name, part.stored, part.sha256
    yield FILE_NAME, capture.manifest, capture.manifest_sha256
    for timestamp in capture.timestamps:
        yield f"{FILE_NAME}.{timestamp.authority}.tsq", timestamp.request, None
        yield f"{FILE_NAME}.{timestamp.authority}.tsr", timestamp.reply, None
