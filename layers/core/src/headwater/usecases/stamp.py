"""Have somebody outside sign when a manifest existed, and never lose a capture over it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Protocol

from headwater.domain.captures import (
    Capture,
    PendingStamp,
    Stamp,
    StampFailed,
    StoredObject,
    Timestamp,
    UnsignedManifest,
)
from headwater.domain.listings import ListingKey
from headwater.domain.manifests import sha256


class Authority(Protocol):
    """A timestamp authority that the owner named."""

    name: str

    def stamp(self, sha256: str) -> Stamp:
        """A checked token over the hash (lower-case hex). Raises StampFailed."""
        ...


class EvidenceStore(Protocol):
    """Objects that nobody can quietly change."""

    def put(self, key: str, body: bytes, media_type: str) -> StoredObject: ...


class SignedStore(EvidenceStore, Protocol):
    """The same, where what lies there can be read."""

    def get(self, key: str) -> bytes: ...
    def list(self, prefix: str) -> Iterator[str]: ...


class CaptureRows(Protocol):
    """The captures that are known."""

    def save_timestamps(self, capture: Capture) -> None: ...


class PendingRows(CaptureRows, Protocol):
    """The captures that are known, and those among them that somebody has still to sign."""

    def pending_stamps(self, brand: str, *, before: datetime) -> Iterable[PendingStamp]: ...
    def get(self, brand: str, key: ListingKey, capture_id: str) -> Capture | None: ...


class UnsignedRows(Protocol):
    """The manifests of exhibits and drawings that somebody has still to sign."""

    def add(self, one: UnsignedManifest) -> None:
        """Known already: it stays unsigned since when it was first."""
        ...

    def pending(self, brand: str, *, before: datetime) -> Iterable[UnsignedManifest]:
        """Those of before then, the longest waiting first."""
        ...

    def drop(self, one: UnsignedManifest) -> None: ...


def stamp(
    capture: Capture,
    *,
    authorities: Sequence[Authority],
    evidence: EvidenceStore,
    captures: CaptureRows,
) -> tuple[Capture, tuple[str, ...]]:
    """The capture with a token of every authority that answers, and why the others have none.

    Those that it has stay as they are. Who did not answer stays in `awaited`, and is asked again
    by `stamp_pending`; who is no longer named by the owner is not waited for.
    """
    have = {timestamp.authority for timestamp in capture.timestamps}
    gained: list[Timestamp] = []
    silent: dict[str, str] = {}
    for authority in authorities:
        if authority.name in have:
            continue
        try:
            made = authority.stamp(capture.manifest_sha256)
        except StampFailed as failure:
            silent[authority.name] = f"{authority.name}: {failure}"
            continue
        stem = f"{capture.manifest.key}.{authority.name}"
        gained.append(
            Timestamp(
                authority=authority.name,
                at=made.at,
                request=evidence.put(f"{stem}.tsq", made.request, "application/timestamp-query"),
                reply=evidence.put(f"{stem}.tsr", made.reply, "application/timestamp-reply"),
            )
        )
    if gained or tuple(silent) != capture.awaited:
        capture = replace(capture, timestamps=(*capture.timestamps, *gained), awaited=tuple(silent))
        captures.save_timestamps(capture)
    return capture, tuple(silent.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAgain:
    """How many manifests are signed by everybody now, and why the others are not."""

    signed: int
    pending: tuple[str, ...]


def stamp_pending(
    brand: str,
    *,
    authorities: Sequence[Authority],
    evidence: EvidenceStore,
    captures: PendingRows,
    now: datetime,
    most: int = 200,
) -> AskedAgain:
    """Ask again those that have not signed yet, the longest waiting capture first.

    An authority that does not answer is not asked for the captures behind it: it is asked again
    at the next call. At most `most` captures are looked at.
    """
    signed, pending = 0, []
    answering = {authority.name: authority for authority in authorities}
    for one in islice(captures.pending_stamps(brand, before=now), most):
        capture = captures.get(brand, one.key, one.capture_id)
        if capture is None or not capture.awaited:
            continue  # the index lags behind the table
        named = [authority for authority in authorities if authority.name in capture.awaited]
        if named and not any(authority.name in answering for authority in named):
            pending.append(f"{one.key}, capture {one.capture_id}: not asked, see above")
            continue
        capture, reasons = stamp(capture, authorities=named, evidence=evidence, captures=captures)
        if reasons:
            pending.append(f"{one.key}, capture {one.capture_id}: {'; '.join(reasons)}")
            for name in capture.awaited:
                answering.pop(name, None)
        else:
            signed += 1
    return AskedAgain(signed=signed, pending=tuple(pending))


def sign_beside(
    manifest: str, digest: str, *, authorities: Iterable[Authority], evidence: EvidenceStore
) -> dict[str, str]:
    """Put a token of each authority beside the manifest of that SHA-256; who gave none, and why."""
    silent = {}
    for authority in authorities:
        try:
            made = authority.stamp(digest)
        except StampFailed as failure:
            silent[authority.name] = str(failure)
            continue
        stem = f"{manifest}.{authority.name}"
        evidence.put(f"{stem}.tsq", made.request, "application/timestamp-query")
        evidence.put(f"{stem}.tsr", made.reply, "application/timestamp-reply")
    return silent


def sign_waiting(
    brand: str,
    *,
    found: Iterable[str],
    authorities: Sequence[Authority],
    evidence: SignedStore,
    unsigned: UnsignedRows,
    now: datetime,
    most: int = 200,
) -> AskedAgain:
    """Ask again for exhibits and drawings: those that are known to wait and those just `found`.

    As `stamp_pending` does: who does not answer is not asked for the next, `most` are looked at.
    What is still unsigned is known to wait from then on.
    """
    known = [one.manifest for one in unsigned.pending(brand, before=now)]
    silent: set[str] = set()
    signed, pending = 0, []
    for manifest in islice(dict.fromkeys([*known, *found]), most):
        there = set(evidence.list(f"{manifest}."))
        missing = [one for one in authorities if f"{manifest}.{one.name}.tsr" not in there]
        asked = [one for one in missing if one.name not in silent]
        refused: dict[str, str] = {}
        if asked:
            digest = sha256(evidence.get(manifest))
            refused = sign_beside(manifest, digest, authorities=asked, evidence=evidence)
        row = UnsignedManifest(brand=brand, manifest=manifest, since=now)
        left = [
            f"{one.name}: {refused.get(one.name, 'not asked, see above')}"
            for one in missing
            if one.name in silent or one.name in refused
        ]
        silent |= set(refused)
        if left:
            unsigned.add(row)
            pending.append(f"{manifest}: {'; '.join(left)}")
        else:
            unsigned.drop(row)
            signed += 1
    return AskedAgain(signed=signed, pending=tuple(pending))
