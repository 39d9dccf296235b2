"""A case: one suspect listing of one brand, from the first suspicion to its end."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from headwater.domain.listings import Listing, ListingKey
from headwater.domain.risk import Risk
from headwater.domain.traces import Alike


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


SETTLED = frozenset({CaseState.DISMISSED, CaseState.AUTHORISED})
"""A person said so: the case notes a further sight and stays as it is."""
_MATCH = "match"
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}


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
    ("product/file.jpg"); regions are fractions (x0, y0, x1, y1) of the two pictures. `listing`
    is the one that showed it, None for the case's first.
    """

    capture_id: str
    part_name: str
    reference_id: str
    probability: float
    relation: str
    explanation: str
    query_region: tuple[float, float, float, float] | None = None
    reference_region: tuple[float, float, float, float] | None = None
    listing: ListingKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """A listing that was removed, and under which other id it came back later.

    `upheld`: a person had held it to be an infringement. `why` says by what it was known again.
    """

    listing: Listing
    left_at: datetime
    upheld: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`id` is deterministic: one case per listing and brand. `version` counts the saved changes.

    A listing that was removed and comes back under another id is the same case: `listing` is the
    one that is up, or was last; `times` counts how often it was put up.
    """

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
    former: tuple[Former, ...] = ()
    times: int = 1
    gone_at: datetime | None = None
    """Since when the listing's page is gone, as far as anybody looked."""
    up_at: datetime | None = None
    """When the listing was last seen up."""
    alike: tuple[Alike, ...] = ()
    """Other listings that were known to show the same picture when this one was looked at."""

    @property
    def keys(self) -> tuple[ListingKey, ...]:
        """Every listing of the case, the first one first."""
        return (*(one.listing.key for one in self.former), self.listing.key)

    @property
    def removed_at(self) -> datetime | None:
        """Since when the listing is down, or a person is done with it; None while it is up.

        A page that nobody ever saw up was not removed: it may be no page at all.
        """
        if self.gone_at is not None and self.up_at is not None:
            return self.gone_at
        return self.decided_on(CaseState.CLOSED) if self.state is CaseState.CLOSED else None

    @property
    def upheld(self) -> bool:
        """Whether a person held the present listing to be an infringement, and still does."""
        since = self.former[-1].left_at if self.former else self.opened_at
        held = False
        for event in self.events:
            if event.at < since or (event.by == _MATCH and event.state is CaseState.OPEN):
                continue
            if event.state is not CaseState.CLOSED:
                held = event.state is CaseState.CONFIRMED
        return held

    @property
    def strikes(self) -> int:
        """How many of its listings a person held to be an infringement."""
        return sum(one.upheld for one in self.former) + self.upheld

    def decided_on(self, state: CaseState) -> datetime:
        """When a person last put it into the state, else when it last changed."""
        said = (e.at for e in reversed(self.events) if e.state is state and e.by != _MATCH)
        return next(said, self.updated_at)

    @property
    def in_times(self) -> str:
        """How often it was put up, in words: "3rd time"; empty while it is the first."""
        ending = "th" if self.times % 100 in {11, 12, 13} else _ORDINALS.get(self.times % 10, "th")
        return f"{self.times}{ending} time" if self.times > 1 else ""

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
