"""A complaint: one right against up to 300 listings of a platform, and all that befell it."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from headwater.domain.brands import RightKind
from headwater.domain.cases import NotAllowed
from headwater.domain.deadlines import Clock, Deadline, NoRule
from headwater.domain.platforms import Platform

MOST_CASES = 300
"""The platform's own limit of addresses per complaint (Alibaba IPP, FAQ)."""


class ComplaintState(StrEnum):
    """Where a complaint stands. The values are stored: never rename one."""

    DRAFT = "draft"
    WAITING_IPR = "waiting_ipr"
    """The platform has not approved the right yet."""
    UNDER_REVIEW = "under_review"
    REJECTED = "rejected"
    NOTIFIED = "notified"
    """Accepted; the seller's time to answer runs."""
    COUNTER_FILED = "counter_filed"
    """The seller answered; our time runs."""
    ANSWERED = "answered"
    """We rejected the counter-notice and asked the platform to decide."""
    PLATFORM_DECIDING = "platform_deciding"
    UPHELD = "upheld"
    RESTORED = "restored"
    """Lost: the listing is back."""
    WITHDRAWN = "withdrawn"
    """We accepted the counter-notice, or took the complaint back."""
    MEDIATION = "mediation"
    STATUTORY = "statutory_15d"
    """The law's own route: show a complaint to an authority or a lawsuit within 15 days."""
    REOPENED = "reopened"
    CLOSED = "closed"


_S = ComplaintState
TRANSITIONS: dict[ComplaintState, frozenset[ComplaintState]] = {
    _S.DRAFT: frozenset({_S.WAITING_IPR, _S.UNDER_REVIEW, _S.WITHDRAWN, _S.CLOSED}),
    _S.WAITING_IPR: frozenset({_S.DRAFT, _S.UNDER_REVIEW, _S.WITHDRAWN, _S.CLOSED}),
    # A notice can be missed, so a counter-notice is taken wherever a seller may write one.
    _S.UNDER_REVIEW: frozenset(
        {_S.REJECTED, _S.NOTIFIED, _S.COUNTER_FILED, _S.UPHELD, _S.WITHDRAWN, _S.CLOSED}
    ),
    _S.REJECTED: frozenset({_S.UNDER_REVIEW, _S.CLOSED}),
    _S.NOTIFIED: frozenset(
        {_S.COUNTER_FILED, _S.UPHELD, _S.RESTORED, _S.WITHDRAWN, _S.MEDIATION, _S.CLOSED}
    ),
    _S.COUNTER_FILED: frozenset(
        {
            _S.ANSWERED,
            _S.WITHDRAWN,
            _S.PLATFORM_DECIDING,
            _S.UPHELD,
            _S.RESTORED,
            _S.MEDIATION,
            _S.STATUTORY,
            _S.CLOSED,
        }
    ),
    _S.ANSWERED: frozenset(
        {
            _S.PLATFORM_DECIDING,
            _S.UPHELD,
            _S.RESTORED,
            _S.COUNTER_FILED,
            _S.WITHDRAWN,
            _S.MEDIATION,
            _S.STATUTORY,
            _S.CLOSED,
        }
    ),
    _S.PLATFORM_DECIDING: frozenset(
        {
            _S.UPHELD,
            _S.RESTORED,
            _S.COUNTER_FILED,
            _S.WITHDRAWN,
            _S.MEDIATION,
            _S.STATUTORY,
            _S.CLOSED,
        }
    ),
    # Not final: on Alibaba.com the seller has a second and a third chance.
    _S.UPHELD: frozenset(
        {_S.COUNTER_FILED, _S.REOPENED, _S.RESTORED, _S.MEDIATION, _S.STATUTORY, _S.CLOSED}
    ),
    _S.RESTORED: frozenset({_S.REOPENED, _S.STATUTORY, _S.CLOSED}),
    _S.WITHDRAWN: frozenset({_S.REOPENED, _S.CLOSED}),
    _S.MEDIATION: frozenset(
        {
            _S.COUNTER_FILED,
            _S.ANSWERED,
            _S.PLATFORM_DECIDING,
            _S.UPHELD,
            _S.RESTORED,
            _S.WITHDRAWN,
            _S.STATUTORY,
            _S.CLOSED,
        }
    ),
    _S.STATUTORY: frozenset(
        {
            _S.COUNTER_FILED,
            _S.ANSWERED,
            _S.PLATFORM_DECIDING,
            _S.UPHELD,
            _S.RESTORED,
            _S.WITHDRAWN,
            _S.MEDIATION,
            _S.CLOSED,
        }
    ),
    _S.REOPENED: frozenset(
        {
            _S.NOTIFIED,
            _S.COUNTER_FILED,
            _S.PLATFORM_DECIDING,
            _S.UPHELD,
            _S.RESTORED,
            _S.WITHDRAWN,
            _S.MEDIATION,
            _S.STATUTORY,
            _S.CLOSED,
        }
    ),
    _S.CLOSED: frozenset({_S.COUNTER_FILED, _S.REOPENED}),
}
"""Every allowed change. What was recorded by mistake is undone by a further event."""

_ANSWERS_COUNTER = frozenset(
    {
        _S.ANSWERED,
        _S.PLATFORM_DECIDING,
        _S.UPHELD,
        _S.RESTORED,
        _S.WITHDRAWN,
        _S.REOPENED,
        _S.CLOSED,
    }
)
"""What ends our time to answer. Mediation and the statutory route run beside it and do not."""
_ENDS_STATUTORY = frozenset({_S.UPHELD, _S.RESTORED, _S.WITHDRAWN, _S.CLOSED})
"""An answer on the platform does not show it a lawsuit: it leaves these 15 days running."""


def stops_our_clock(state: ComplaintState) -> bool:
    """Whether a complaint in that state has no counter-notice that waits for us."""
    return state in _ANSWERS_COUNTER


class EventKind(StrEnum):
    """What sort of thing happened."""

    STATE = "state"
    NOTE = "note"
    DATE_TYPED = "date_typed"
    """A person read another date in the platform's notice."""
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintEvent:
    """When something happened, when it was recorded, by whom, through what ("cli", "mail", …).

    `state` is the state after it. `due` is the moment that the platform's notice names. `about` is
    the id of the event that an UNDONE takes back, or whose date a DATE_TYPED corrects.
    """

    id: str
    kind: EventKind
    state: ComplaintState
    at: datetime
    recorded_at: datetime
    by: str
    source: str
    text: str = ""
    due: datetime | None = None
    about: str | None = None

    @property
    def name(self) -> str:
        """The name under which the deadline rules know it."""
        if self.kind is not EventKind.STATE:
            return self.kind
        return "submitted" if self.state is ComplaintState.UNDER_REVIEW else self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """`number` is the platform's own, opaque text; `right` the number of the right.

    `next_alert_at` is when the deadline function has to look at it next; None: nothing of ours is
    running. `version` counts the saved changes.
    """

    brand: str
    id: str
    platform: Platform
    number: str | None
    right: str
    right_kind: RightKind
    cases: tuple[str, ...]
    state: ComplaintState
    opened_at: datetime
    updated_at: datetime
    events: tuple[ComplaintEvent, ...]
    next_alert_at: datetime | None = None
    rehearsal: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.cases) <= MOST_CASES:
            raise ValueError(
                f"a complaint covers 1 to {MOST_CASES} listings, this one {len(self.cases)}"
            )
        if len(set(self.cases)) < len(self.cases):
            raise ValueError(f"complaint {self.id} names a case twice")

    @property
    def effective_events(self) -> tuple[ComplaintEvent, ...]:
        """What happened, without what was taken back."""
        undone = {event.about for event in self.events if event.kind is EventKind.UNDONE}
        return tuple(
            event
            for event in self.events
            if event.id not in undone and event.kind is not EventKind.UNDONE
        )

    @property
    def round(self) -> int:
        """How many counter-notices there were."""
        return sum(event.name == ComplaintState.COUNTER_FILED for event in self.effective_events)

    @property
    def waiting_counter(self) -> ComplaintEvent | None:
        """The counter-notice that still wants our answer."""
        return self._open_since(ComplaintState.COUNTER_FILED, _ANSWERS_COUNTER)

    def typed_date(self, event: ComplaintEvent) -> datetime | None:
        """The moment that a person read in the notice of that event: the last one typed."""
        typed = [e.due for e in self.effective_events if event.id in {e.id, e.about} and e.due]
        return typed[-1] if typed else None

    def record(
        self,
        kind: EventKind,
        *,
        at: datetime,
        recorded_at: datetime,
        by: str,
        source: str,
        state: ComplaintState | None = None,
        text: str = "",
        due: datetime | None = None,
        event_id: str | None = None,
        about: str | None = None,
    ) -> "Complaint":
        """The complaint with the event added; itself when it holds the event already.

        An `event_id` from outside is taken once and for all. Without one the same saying about
        the same moment is the same event, unless it was taken back in between. Raises NotAllowed
        for a change that the table of transitions does not hold, ValueError for a moment in the
        future or without a zone.
        """
        if at.tzinfo is None or recorded_at.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be recorded")
        if at > recorded_at + timedelta(minutes=5):
            raise ValueError(f"{at.isoformat()} is in the future; record it when it has happened")
        to = self.state if state is None else state
        if event_id is None:
            said = "\x00".join([text, due.isoformat() if due else "", about or ""])
            digest = hashlib.sha256(said.encode()).hexdigest()[:8]
            event_id = self._free_id(f"{kind}#{to}#{at.isoformat()}#{digest}")
        event = ComplaintEvent(
            id=event_id,
            kind=kind,
            state=to,
            at=at,
            recorded_at=recorded_at,
            by=by,
            source=source,
            text=text,
            due=due,
            about=about,
        )
        if any(event.id == known.id for known in self.events):
            return self
        if kind is EventKind.STATE and to not in TRANSITIONS[self.state]:
            allowed = ", ".join(sorted(TRANSITIONS[self.state]))
            raise NotAllowed(
                f"complaint {self.id} is {self.state} and cannot become {to};"
                f" from there it can become {allowed}"
            )
        return replace(self, state=to, updated_at=recorded_at, events=(*self.events, event))

    def undo(self, *, recorded_at: datetime, by: str, source: str, text: str = "") -> "Complaint":
        """Take back the last change of state (or typed date). Raises NotAllowed."""
        changes = [event for event in self.effective_events if event.kind is not EventKind.NOTE]
        if len(changes) < 2:
            raise NotAllowed(f"complaint {self.id} has nothing to take back but its beginning")
        before, last = list(pairwise(changes))[-1]
        return self.record(
            EventKind.UNDONE,
            state=before.state,
            at=recorded_at,
            recorded_at=recorded_at,
            by=by,
            source=source,
            text=text,
            about=last.id,
        )

    def own_deadlines(self, clock: Clock) -> tuple[Deadline, ...]:
        """The time limits that we must not miss, the nearest first. Raises NoRule."""
        counter = self.waiting_counter
        statutory = self._open_since(ComplaintState.STATUTORY, _ENDS_STATUTORY)
        running = [self._deadline(event, clock) for event in (counter, statutory) if event]
        return tuple(sorted(running, key=lambda deadline: deadline.act_by_at))

    def deadline_of_state(self, clock: Clock) -> Deadline | None:
        """What follows in time from the last change, whoever has to act; None without a rule."""
        last = [event for event in self.effective_events if event.kind is EventKind.STATE][-1]
        try:
            return self._deadline(last, clock)
        except NoRule:
            return None

    def alert_from(self, now: datetime, clock: Clock) -> "Complaint":
        """The complaint with its next look set: now while time of ours runs, else never.

        What was sent already is not sent again: the ledger knows. Raises NoRule.
        """
        return replace(self, next_alert_at=now if self.own_deadlines(clock) else None)

    def _deadline(self, event: ComplaintEvent, clock: Clock) -> Deadline:
        return clock.deadline(self.platform, event.name, event.at, typed=self.typed_date(event))

    def _free_id(self, event_id: str) -> str:
        """The id, numbered on when the event of that id was taken back."""
        taken_back = {event.id for event in self.events} - {e.id for e in self.effective_events}
        if event_id not in taken_back:
            return event_id
        return self._free_id(f"{event_id}+")

    def _open_since(
        self, state: ComplaintState, ended_by: frozenset[ComplaintState]
    ) -> ComplaintEvent | None:
        """The event that began the present time of that state, if nothing ended it since.

        The first one counts: a notice that comes twice does not give more time.
        """
        found = None
        for event in self.effective_events:
            if event.kind is EventKind.STATE:
                if event.state is state:
                    found = found or event
                elif event.state in ended_by:
                    found = None
        return found


def complaint_id(platform: Platform, number: str) -> str:
    """The complaint's id, usable in file names, keys and URLs, whatever the number looks like."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", number):
        return f"{platform}-{number}"
    return f"{platform}-x{hashlib.sha256(number.encode()).hexdigest()[:16]}"
