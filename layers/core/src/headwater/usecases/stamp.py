"""Have somebody outside sign when a manifest existed, and never lose a capture over it."""

from collections.abc import Iterable, Sequence
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
)
from headwater.domain.listings import ListingKey


class Authority(Protocol):
    """A timestamp authority that the owner named."""

    name: str

    def stamp(self, sha256: str) -> Stamp:
        """A checked token over the hash (lower-case hex). Raises StampFailed."""
        ...


class EvidenceStore(Protocol):
    """Objects that nobody can quietly change."""

    def put(self, key: str, body: bytes, media_type: str) -> StoredObject: ...


class CaptureRows(Protocol):
    """The captures that are known."""

    def save_timestamps(self, capture: Capture) -> None: ...


class PendingRows(CaptureRows, Protocol):
    """The captures that are known, and those among them that somebody has still to sign."""

    def pending_stamps(self, brand: str, *, before: datetime) -> Iterable[PendingStamp]: ...
    def get(self, brand: str, key: ListingKey, capture_id: str) -> Capture | None: ...


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
    """How many captures are signed by everybody now, and why the others are not."""

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
