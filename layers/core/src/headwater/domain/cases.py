"""A case: one suspect listing of one brand, from the first suspicion to its end."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from headwater.domain.listings import Listing, ListingKey
from headwater.domain.risk import Risk


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    WATCHING = "watching"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    AUTHORISED = "authorised"
    CLOSED = "closed"

    @property
    def needs_attention(self) -> bool:
        """Whether the case still asks something of the owner."""
        return self in {CaseState.OPEN, CaseState.WATCHING, CaseState.CONFIRMED}


TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset(CaseState) - {CaseState.OPEN},
    CaseState.WATCHING: frozenset(CaseState) - {CaseState.WATCHING},
    CaseState.CONFIRMED: frozenset(CaseState) - {CaseState.CONFIRMED},
    CaseState.DISMISSED: frozenset({CaseState.OPEN}),
    CaseState.AUTHORISED: frozenset({CaseState.OPEN}),
    CaseState.CLOSED: frozenset({CaseState.OPEN}),
}
"""Every allowed change. A verdict is taken back by a further event, never by deletion."""


class NotAllowed(Exception):  # noqa: N818 - reads as the sentence that it is
    """The change is not allowed from the present state; the message says what is."""


class Conflict(Exception):  # noqa: N818 - says what happened
    """Somebody else saved the record since it was read: read it again, then decide again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """What happened to the case: when, by whom ("match", "owner", a mail address), through what."""

    at: datetime
    by: str
    what: str
    state: CaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureEvidence:
    """The picture of the listing that looks like one of the brand's, and how it does.

    `capture_id` and `part_name` name the listing's picture, `reference_id` the brand's own
    ("product/file.jpg"); regions are fractions (x0, y0, x1, y1) of the two pictures.
    """

    capture_id: str
    part_name: str
    reference_id: str
    probability: float
    relation: str
    explanation: str
    query_region: tuple[float, float, float, float] | None = None
    reference_region: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`id` is deterministic: one case per listing and brand. `version` counts the saved changes."""

    brand: str
    id: str
    listing: Listing
    state: CaseState
    risk: Risk
    opened_at: datetime
    updated_at: datetime
    capture_ids: tuple[str, ...]
    pictures: tuple[PictureEvidence, ...]
    events: tuple[CaseEvent, ...]
    rehearsal: bool = False
    version: int = 0

    def move(self, to: CaseState, *, at: datetime, by: str, what: str) -> "Case":
        """The case in its new state with the event added. Raises NotAllowed."""
        if to is self.state:
            return self
        if to not in TRANSITIONS[self.state]:
            allowed = ", ".join(sorted(TRANSITIONS[self.state]))
            raise NotAllowed(f"case {self.id} is {self.state}; from there it can become {allowed}")
        event = CaseEvent(at=at, by=by, what=what, state=to)
        return replace(self, state=to, updated_at=at, events=(*self.events, event))


def case_id(key: ListingKey) -> str:
    """The case of a listing, usable in file names and URLs: "aliexpress-1005009446764602"."""
    return f"{key.platform}-{key.offer_id}"
