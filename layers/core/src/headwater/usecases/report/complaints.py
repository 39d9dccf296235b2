"""What the report says of a complaint: where it stands, and who has to act by when."""

from dataclasses import dataclass
from datetime import datetime

from headwater.domain.complaints import Complaint, ComplaintEvent, ComplaintState, EventKind
from headwater.domain.deadlines import Basis, Deadline, NoRule
from headwater.usecases.report.state import ReportState


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of a timeline."""

    at: datetime
    by: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDate:
    """A date that follows from a complaint's last change, and how it was found."""

    ours: bool
    what: str
    at: datetime
    provisional: bool
    origin: str
    otherwise: str | None
    """The dates by each way of counting the days, where they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintView:
    """A complaint as the pages show it."""

    id: str
    number: str
    platform: str
    right: str
    state: str
    cases: tuple[str, ...]
    due: tuple[DueDate, ...]
    """The brand's own dates first, the nearest before the others."""
    events: tuple[Happening, ...]
    rehearsal: bool


def due_dates(state: ReportState, complaint: Complaint) -> tuple[DueDate, ...]:
    """Our own dates, the nearest first, then whatever else follows from the last change."""
    try:
        ours = complaint.own_deadlines(state.clock)
    except NoRule:
        ours = ()
    other = complaint.deadline_of_state(state.clock)
    dates = [*ours, other] if other and not other.ours else ours
    return tuple(_due_date(deadline) for deadline in dates)


def _due_date(deadline: Deadline) -> DueDate:
    rule = deadline.rule
    if deadline.ours:
        what = _DUE_WORDS.get(deadline.event, "Act")
    else:
        what = f"The {rule.who.value} has until"
    dates = deadline.calendars
    return DueDate(
        ours=deadline.ours,
        what=what,
        at=deadline.act_by_at,
        provisional=deadline.provisional,
        origin=_origin(deadline),
        otherwise=(
            f"China’s official calendar: {dates.official}; Monday to Friday: {dates.mon_fri};"
            f" without the make-up days: {dates.holidays_only}"
            if dates.differ
            else None
        ),
    )


def _origin(deadline: Deadline) -> str:
    rule = deadline.rule
    if deadline.basis is Basis.TYPED:
        return "The date that the platform’s own notice names, typed in by a person."
    whose = "our assumption" if deadline.basis is Basis.DEFAULT else "as a source states it"
    if deadline.basis is Basis.OVERRIDE:
        whose = "your own number"
    return (
        f"{rule.limit_in_words} from {rule.counts_from}. Rule {rule.id}, {whose},"
        f" {rule.confidence.value} confidence: {rule.citation}"
    )


def complaint_views(state: ReportState) -> tuple[ComplaintView, ...]:
    """All complaints: what the brand has to answer first, then the latest change first."""
    latest_first = sorted(state.complaints, key=lambda one: one.updated_at, reverse=True)
    views = [complaint_view(state, complaint) for complaint in latest_first]
    ours = [view for view in views if any(date.ours for date in view.due)]
    ours.sort(key=lambda view: view.due[0].at)
    return (*ours, *(view for view in views if view not in ours))


def complaint_view(state: ReportState, complaint: Complaint) -> ComplaintView:
    undone = {event.about for event in complaint.events if event.kind is EventKind.UNDONE}
    return ComplaintView(
        id=complaint.id,
        number=complaint.number or "(no number yet)",
        platform=complaint.platform.title,
        right=f"{complaint.right_kind.value} {complaint.right}",
        state=_COMPLAINT_STATES[complaint.state],
        cases=complaint.cases,
        due=due_dates(state, complaint),
        events=tuple(
            Happening(
                at=event.at,
                by=f"{event.by}, {event.source}",
                what=_complaint_event_words(event, taken_back=event.id in undone),
            )
            for event in complaint.events
        ),
        rehearsal=complaint.rehearsal,
    )


def _complaint_event_words(event: ComplaintEvent, *, taken_back: bool) -> str:
    stands = _COMPLAINT_STATES[event.state]
    words = {
        EventKind.STATE: stands,
        EventKind.NOTE: "note",
        EventKind.DATE_TYPED: "another date was read in the notice",
        EventKind.UNDONE: f"taken back, so again: {stands}",
    }[event.kind]
    said = f"{words}: {event.text}" if event.text else words
    return f"{said} (taken back later)" if taken_back else said


_COMPLAINT_STATES = {
    ComplaintState.DRAFT: "a draft",
    ComplaintState.WAITING_IPR: "waits for the platform to approve the right",
    ComplaintState.UNDER_REVIEW: "the platform examines it",
    ComplaintState.REJECTED: "rejected by the platform",
    ComplaintState.NOTIFIED: "accepted: the seller may answer",
    ComplaintState.COUNTER_FILED: "the seller answered: your time runs",
    ComplaintState.ANSWERED: "you rejected the seller’s answer",
    ComplaintState.PLATFORM_DECIDING: "the platform decides",
    ComplaintState.UPHELD: "won: the listing was taken down",
    ComplaintState.RESTORED: "lost: the listing is back",
    ComplaintState.WITHDRAWN: "withdrawn",
    ComplaintState.MEDIATION: "in mediation",
    ComplaintState.STATUTORY: "with the authorities: the 15 days of the law run",
    ComplaintState.REOPENED: "open again",
    ComplaintState.CLOSED: "closed",
}


_DUE_WORDS = {
    ComplaintState.COUNTER_FILED.value: "Accept or reject the seller’s counter-notice",
    ComplaintState.STATUTORY.value: "Show the platform a complaint to an authority or a lawsuit",
}
