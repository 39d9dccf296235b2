"""Record what happens to a complaint: filed, countered, answered, decided, and taken back."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from headwater.domain.brands import RightKind
from headwater.domain.cases import Conflict, NotAllowed
from headwater.domain.complaints import (
    Complaint,
    ComplaintEvent,
    ComplaintState,
    EventKind,
    complaint_id,
)
from headwater.domain.deadlines import Clock
from headwater.domain.platforms import Platform

_TRIES = 5


class ComplaintsStore(Protocol):
    """Where complaints are kept."""

    def get(self, brand: str, complaint_id: str) -> Complaint | None: ...

    def open(self, complaint: Complaint) -> bool:
        """Keep a new one; False when the id is taken."""
        ...

    def save(self, complaint: Complaint) -> Complaint:
        """The complaint with its new version. Raises Conflict when somebody else saved first."""
        ...


class NoSuchComplaint(LookupError):  # noqa: N818 - says what is the matter
    """There is no complaint under the id; the message names both."""


class DifferentComplaint(ValueError):  # noqa: N818 - says what is the matter
    """Another complaint was filed under the same number."""


def file_complaint(
    *,
    complaints: ComplaintsStore,
    brand: str,
    platform: Platform,
    number: str,
    right: str,
    right_kind: RightKind,
    cases: Iterable[str],
    at: datetime,
    now: datetime,
    by: str,
    source: str,
    state: ComplaintState = ComplaintState.UNDER_REVIEW,
    rehearsal: bool = False,
) -> Complaint:
    """Record a complaint as submitted (or, by `state`, as a draft or waiting for the right).

    Filing the same again returns what is kept. Raises DifferentComplaint when the number is taken
    by another right or other listings, ValueError for anything that cannot be a complaint.
    """
    if at.tzinfo is None or at > now:
        raise ValueError(f"{at.isoformat()} is no moment that has been")
    event = ComplaintEvent(
        id="filed",
        kind=EventKind.STATE,
        state=state,
        at=at,
        recorded_at=now,
        by=by,
        source=source,
    )
    complaint = Complaint(
        brand=brand,
        id=complaint_id(platform, number),
        platform=platform,
        number=number,
        right=right,
        right_kind=right_kind,
        cases=tuple(dict.fromkeys(cases)),
        state=state,
        opened_at=at,
        updated_at=now,
        events=(event,),
        rehearsal=rehearsal,
    )
    if complaints.open(complaint):
        return complaint
    known = _get(complaints, brand, complaint.id)
    if (known.right, set(known.cases)) != (complaint.right, set(complaint.cases)):
        raise DifferentComplaint(
            f"complaint {known.id} is known already, on the right {known.right} against"
            f" {', '.join(known.cases)}; give this one its own number"
        )
    return known


def counter_filed(
    brand: str,
    complaint_id: str,
    *,
    complaints: ComplaintsStore,
    clock: Clock,
    at: datetime | None,
    now: datetime,
    by: str,
    source: str,
    due_typed: datetime | None = None,
    text: str = "",
    event_id: str | None = None,
) -> Complaint:
    """The seller answered at `at`; from now on our time runs and alerts are due.

    `at` None is the counter-notice that waits already, or else now.

    `due_typed` is the moment that the platform's notice names: it beats every rule. Said again
    with another date while the counter-notice waits, it corrects the date and nothing else.
    """

    def change(complaint: Complaint) -> Complaint:
        waiting = complaint.waiting_counter
        if waiting is not None and at in {None, waiting.at} and event_id in {None, waiting.id}:
            if due_typed is None or due_typed == complaint.typed_date(waiting):
                return complaint
            return complaint.record(
                EventKind.DATE_TYPED,
                at=now,
                recorded_at=now,
                by=by,
                source=source,
                due=due_typed,
                about=waiting.id,
            )
        return complaint.record(
            EventKind.STATE,
            state=ComplaintState.COUNTER_FILED,
            at=at or now,
            recorded_at=now,
            by=by,
            source=source,
            text=text,
            due=due_typed,
            event_id=event_id,
        )

    return _change(brand, complaint_id, change, complaints=complaints, clock=clock, now=now)


def move(
    brand: str,
    complaint_id: str,
    to: ComplaintState,
    *,
    complaints: ComplaintsStore,
    clock: Clock,
    at: datetime,
    now: datetime,
    by: str,
    source: str,
    text: str = "",
    due_typed: datetime | None = None,
    event_id: str | None = None,
    only_while_waiting: bool = False,
) -> Complaint:
    """The complaint in its new state. Where it stands there already, nothing happens.

    `ANSWERED` is our rejection of the counter-notice, `WITHDRAWN` our acceptance; with
    `only_while_waiting` they are taken only while a counter-notice waits. Raises NotAllowed.
    """

    def change(complaint: Complaint) -> Complaint:
        if only_while_waiting and complaint.waiting_counter is None:
            raise NotAllowed(f"no counter-notice to complaint {complaint.id} waits for an answer")
        if complaint.state is to:
            return complaint
        return complaint.record(
            EventKind.STATE,
            state=to,
            at=at,
            recorded_at=now,
            by=by,
            source=source,
            text=text,
            due=due_typed,
            event_id=event_id,
        )

    return _change(brand, complaint_id, change, complaints=complaints, clock=clock, now=now)


def note(
    brand: str,
    complaint_id: str,
    text: str,
    *,
    complaints: ComplaintsStore,
    clock: Clock,
    at: datetime,
    by: str,
    source: str,
    event_id: str | None = None,
) -> Complaint:
    """Something worth remembering that changes no state. Said twice in a row it is said once."""

    def change(complaint: Complaint) -> Complaint:
        last = complaint.events[-1]
        if (last.kind, last.text, last.by) == (EventKind.NOTE, text, by):
            return complaint
        return complaint.record(
            EventKind.NOTE,
            at=at,
            recorded_at=at,
            by=by,
            source=source,
            text=text,
            event_id=event_id,
        )

    return _change(brand, complaint_id, change, complaints=complaints, clock=clock, now=at)


def undo(
    brand: str,
    complaint_id: str,
    *,
    complaints: ComplaintsStore,
    clock: Clock,
    now: datetime,
    by: str,
    source: str,
    text: str = "",
) -> Complaint:
    """Take the last change back, by an event that says so."""

    def change(complaint: Complaint) -> Complaint:
        return complaint.undo(recorded_at=now, by=by, source=source, text=text)

    return _change(brand, complaint_id, change, complaints=complaints, clock=clock, now=now)


def _change(
    brand: str,
    complaint_id: str,
    change: Callable[[Complaint], Complaint],
    *,
    complaints: ComplaintsStore,
    clock: Clock,
    now: datetime,
) -> Complaint:
    """Read, change, save; again from the start when somebody else saved in between."""
    for _ in range(_TRIES):
        complaint = _get(complaints, brand, complaint_id)
        changed = change(complaint)
        if changed == complaint:
            return complaint
        try:
            return complaints.save(changed.alert_from(now, clock))
        except Conflict:
            continue
    raise Conflict(f"complaint {complaint_id} is being changed by others all the time; try again")


def _get(complaints: ComplaintsStore, brand: str, complaint_id: str) -> Complaint:
    complaint = complaints.get(brand, complaint_id)
    if complaint is None:
        raise NoSuchComplaint(f"brand {brand} has no complaint {complaint_id}")
    return complaint
