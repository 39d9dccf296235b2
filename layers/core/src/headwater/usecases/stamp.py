"""Have somebody outside sign when a manifest existed, and never lose a capture over it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from headwater.domain.captures import Capture, Stamp, StampFailed, StoredObject, Timestamp


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


class TimestampPending(Exception):  # noqa: N818 - says how things stand
    """No authority answered. The capture is kept; the caller tries again later."""


def stamp(
    capture: Capture,
    *,
    authorities: Sequence[Authority],
    evidence: EvidenceStore,
    captures: CaptureRows,
) -> Capture:
    """The capture with a token of every authority that answers; those it has stay as they are.

    Raises TimestampPending with the reasons when it has none of any; without authorities it
    does nothing.
    """
    have = {timestamp.authority for timestamp in capture.timestamps}
    gained: list[Timestamp] = []
    reasons: list[str] = []
    for authority in authorities:
        if authority.name in have:
            continue
        try:
            made = authority.stamp(capture.manifest_sha256)
        except StampFailed as failure:
            reasons.append(f"{authority.name}: {failure}")
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
    if gained:
        capture = replace(capture, timestamps=(*capture.timestamps, *gained))
        captures.save_timestamps(capture)
    if authorities and not capture.timestamps:
        raise TimestampPending(f"{capture.key}, capture {capture.id}: " + "; ".join(reasons))
    return capture
