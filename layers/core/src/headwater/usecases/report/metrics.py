"""How enforcement goes: every rate with its formula and both its numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from headwater.domain.complaints import Complaint, ComplaintEvent, ComplaintState, EventKind
from headwater.domain.deadlines import Clock, NoRule

_S = ComplaintState
_DECIDED = frozenset({_S.UPHELD, _S.RESTORED, _S.REJECTED, _S.WITHDRAWN})
_OUR_ANSWERS = frozenset({_S.ANSWERED, _S.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share with both its numbers: 3 of 4 is not 300 of 400."""

    part: int
    whole: int

    def __str__(self) -> str:
        if not self.whole:
            return "none yet"
        return f"{100 * self.part / self.whole:.0f} % ({self.part} of {self.whole})"


def outcome(complaint: Complaint) -> ComplaintState | None:
    """How it ended: upheld, restored, rejected or withdrawn; None while it is undecided."""
    changes = _changes(complaint)
    if changes and changes[-1].state is _S.CLOSED:
        changes = [event for event in changes if event.state in _DECIDED]
    if not changes or changes[-1].state not in _DECIDED:
        return None
    return changes[-1].state


def takedown_success(complaints: Iterable[Complaint]) -> Rate:
    """Listings removed / listings decided; pending and withdrawn ones are in neither.

    The name is that of Alibaba's good-faith programme, which states no formula.
    """
    outcomes = [(outcome(one), len(one.cases)) for one in complaints]
    removed = sum(listings for state, listings in outcomes if state is _S.UPHELD)
    lost = sum(listings for state, listings in outcomes if state in {_S.RESTORED, _S.REJECTED})
    return Rate(part=removed, whole=removed + lost)


def counter_notices_missed(complaints: Iterable[Complaint], *, clock: Clock, now: datetime) -> Rate:
    """Counter-notices without our answer in time / counter-notices answered or over.

    In time is before the moment to act by. One whose time still runs is in neither number.
    """
    answered = missed = 0
    for complaint in complaints:
        changes = _changes(complaint)
        for place, event in enumerate(changes):
            if event.state is not _S.COUNTER_FILED:
                continue
            due = _act_by(complaint, event, clock)
            follow = changes[place + 1] if place + 1 < len(changes) else None
            if follow and follow.state in _OUR_ANSWERS and (due is None or follow.at <= due):
                answered += 1
            elif follow or (due is not None and due < now):
                missed += 1
    return Rate(part=missed, whole=answered + missed)


def time_to_decision(complaints: Iterable[Complaint]) -> timedelta | None:
    """The median time from submission to the decision, of the decided; None when none is."""
    seconds = [
        (decided.at - submitted.at).total_seconds()
        for complaint in complaints
        if outcome(complaint) in {_S.UPHELD, _S.RESTORED, _S.REJECTED}
        and (submitted := _first(_changes(complaint), {_S.UNDER_REVIEW}))
        and (decided := _first(_changes(complaint), {_S.UPHELD, _S.RESTORED, _S.REJECTED}))
    ]
    return timedelta(seconds=median(seconds)) if seconds else None


def _changes(complaint: Complaint) -> list[ComplaintEvent]:
    return [event for event in complaint.effective_events if event.kind is EventKind.STATE]


def _first(events: Sequence[ComplaintEvent], states: set[ComplaintState]) -> ComplaintEvent | None:
    return next((event for event in events if event.state in states), None)


def _act_by(complaint: Complaint, event: ComplaintEvent, clock: Clock) -> datetime | None:
    typed = complaint.typed_date(event)
    try:
        return clock.deadline(complaint.platform, event.name, event.at, typed=typed).act_by_at
    except NoRule:
        return None
