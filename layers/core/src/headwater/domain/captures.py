"""What was kept of a listing: the parts, their hashes, and the manifest that lists them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headwater.domain.listings import CollectedBy, Listing, ListingKey


class PartRole(StrEnum):
    """What a kept file is."""

    PAGE = "page"
    PICTURE = "picture"
    SCREENSHOT = "screenshot"
    GIVEN = "given"
    """A file as a person gave it: what it shows is what that browser made of the page."""
    WARC = "warc"
    FACTS = "facts"


class CaptureOutcome(StrEnum):
    """How much of the listing could be kept."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """Exactly one version of one object: a later version under the same key is another object."""

    key: str
    version_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kept file. `sha256` is lower-case hex over its bytes, `size` counts bytes."""

    name: str
    role: PartRole
    source_url: str | None
    media_type: str
    size: int
    sha256: str
    stored: StoredObject


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPart:
    """Something that should have been kept and could not be, with the reason in plain words."""

    role: PartRole
    source_url: str
    reason: str


class StampFailed(Exception):  # noqa: N818 - says what happened
    """A timestamp authority gave no valid token; the message says why, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What was sent to a timestamp authority and what it answered (DER), checked."""

    request: bytes
    reply: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """A stored token over the manifest: `at` is the authority's time, not ours."""

    authority: str
    at: datetime
    request: StoredObject
    reply: StoredObject


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingStamp:
    """A capture that not every named authority has signed, and since when."""

    brand: str
    key: ListingKey
    capture_id: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsignedManifest:
    """An exhibit's or a drawing's manifest, by its key, that not every authority signed."""

    brand: str
    manifest: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One look at one listing. `id` is deterministic, so looking twice at the same bytes is one.

    `rehearsal` is True when the bytes came from a rehearsal marketplace and not from the platform.
    """

    brand: str
    listing: Listing
    id: str
    captured_at: datetime
    collected_by: CollectedBy
    route: str
    outcome: CaptureOutcome
    parts: tuple[Part, ...]
    missing: tuple[MissingPart, ...]
    manifest: StoredObject
    manifest_sha256: str
    previous_manifest_sha256: str | None
    watch: str
    query: str
    rehearsal: bool = False
    timestamps: tuple[Timestamp, ...] = ()
    awaited: tuple[str, ...] = ()
    """The authorities that were to sign the manifest and have not yet: its timestamp is pending."""
    locked_until: datetime | None = None
    locked: tuple[StoredObject, ...] = ()
    """The copies that nobody at all can delete before `locked_until`, the account's owner neither:
    made when a case was opened, of all parts, the manifest and its timestamps."""

    @property
    def key(self) -> ListingKey:
        return self.listing.key

    @property
    def pictures(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.role is PartRole.PICTURE)
