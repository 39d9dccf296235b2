"""What the report says of the evidence of a case: each look, who signed it, and what changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from headwater.domain.captures import Capture, CaptureOutcome, PartRole, StoredObject
from headwater.domain.changes import changes
from headwater.domain.listings import ListingKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    name: str
    role: PartRole
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCapture:
    """A capture as its case shows it, with the commands that check it."""

    id: str
    at: datetime
    collected_by: str
    route: str
    outcome: CaptureOutcome
    files: tuple[KeptFile, ...]
    missing: tuple[tuple[str, str], ...]
    """What could not be kept, and why."""
    manifest: StoredObject
    manifest_sha256: str
    previous_manifest_sha256: str | None
    signed: tuple[tuple[str, datetime], ...]
    """Who signed the manifest, and when by their own clock."""
    awaited: tuple[str, ...]
    """Who has still to sign it."""
    locked_until: datetime | None
    """Until when nobody at all can delete the copy that was made for the case."""
    changed: tuple[str, ...] | None
    """What is different from the look before; None when there is none before it."""


def kept_captures(captures: Iterable[Capture]) -> Iterator[KeptCapture]:
    """Each look, the oldest first, compared with the look at the same listing before it."""
    before: dict[ListingKey, Capture] = {}
    for capture in sorted(captures, key=lambda one: (one.captured_at, one.id)):
        earlier = before.get(capture.key)
        yield KeptCapture(
            id=capture.id,
            at=capture.captured_at,
            collected_by=capture.collected_by.value,
            route=capture.route.replace("_", " "),
            outcome=capture.outcome,
            files=tuple(
                KeptFile(name=part.name, role=part.role, size=part.size, sha256=part.sha256)
                for part in capture.parts
            ),
            missing=tuple((part.role.value, part.reason) for part in capture.missing),
            manifest=capture.manifest,
            manifest_sha256=capture.manifest_sha256,
            previous_manifest_sha256=capture.previous_manifest_sha256,
            signed=tuple((stamp.authority, stamp.at) for stamp in capture.timestamps),
            awaited=capture.awaited,
            locked_until=capture.locked_until,
            changed=None if earlier is None else changes(earlier, capture),
        )
        before[capture.key] = capture
