"""What the report leads with: what has to be done, and the numbers with their definitions."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from headwater.domain.cases import Case, CaseState
from headwater.domain.risk import Band
from headwater.usecases.report import metrics
from headwater.usecases.report.cases import CaseRow, case_row
from headwater.usecases.report.complaints import due_dates
from headwater.usecases.report.state import LISTINGS_SHOWN, ReportState


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """Something that the owner has to do. `due` is None where no date forces it."""

    due: datetime | None
    provisional: bool
    what: str
    subject: str | None
    case: CaseRow | None
    """None for a complaint about listings that are no cases here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNumber:
    """A number with its definition: no number of the report stands without one."""

    name: str
    value: str
    definition: str


def todos(state: ReportState) -> tuple[Todo, ...]:
    """What the owner has to do: what has a date first, then the strongest suspicions."""
    rows = {case.id: case_row(state, case) for case in state.cases}
    dated = []
    for complaint in state.complaints:
        case = next((rows[one] for one in complaint.cases if one in rows), None)
        dated += [
            Todo(
                due=due.at,
                provisional=due.provisional,
                what=due.what,
                subject=case.title if case else f"Complaint {complaint.number or complaint.id}",
                case=case,
            )
            for due in due_dates(state, complaint)
            if due.ours
        ]
    complained = {case for complaint in state.complaints for case in complaint.cases}
    undated = [
        Todo(
            due=None,
            provisional=False,
            what=_asked(case),
            subject=case.listing.title,
            case=rows[case.id],
        )
        for case in state.cases
        if case.state in _TODO
        and case.risk.band is not Band.IGNORE
        and not (case.state is CaseState.CONFIRMED and case.id in complained)
    ]
    return (*sorted(dated, key=lambda todo: (todo.due, todo.what)), *undated)


def _asked(case: Case) -> str:
    if case.state is CaseState.OPEN and case.in_times:
        return f"Back for the {case.in_times}: look and decide"
    return _TODO[case.state]


_TODO = {
    CaseState.CONFIRMED: "File the complaint",
    CaseState.OPEN: "Look and decide",
}


def key_numbers(state: ReportState) -> tuple[KeyNumber, ...]:
    suspect = [case for case in state.cases if case.state.needs_attention]
    bands = Counter(case.risk.band for case in suspect)
    seen = len({one.listing.key for one in state.sightings})
    return (
        KeyNumber(
            name="suspect listings",
            value=str(len(suspect)),
            definition="Cases that are open, watched or confirmed. One case is one listing.",
        ),
        KeyNumber(
            name="near certain",
            value=str(bands[Band.NEAR_CERTAIN]),
            definition="Of the suspect listings, those in the highest band of the score.",
        ),
        KeyNumber(
            name="takedown success",
            value=str(metrics.takedown_success(state.complaints)),
            definition=(
                "Listings removed ÷ listings decided (removed, restored or rejected). Pending and"
                " withdrawn ones are in neither."
            ),
        ),
        KeyNumber(
            name="counter-notices missed",
            value=str(_missed(state)),
            definition=(
                "Counter-notices without your answer before the date to act by ÷ those answered or"
                " over."
            ),
        ),
        KeyNumber(
            name="time to a decision",
            value=_span_words(metrics.time_to_decision(state.complaints)),
            definition="Median from submission to the platform’s decision, of the decided ones.",
        ),
        KeyNumber(
            name="listings seen",
            value=f"{seen}+" if seen >= LISTINGS_SHOWN else str(seen),
            definition=f"Different listings among the last {LISTINGS_SHOWN} sightings.",
        ),
    )


def _missed(state: ReportState) -> metrics.Rate:
    if state.as_of is None:
        return metrics.Rate(part=0, whole=0)
    return metrics.counter_notices_missed(state.complaints, clock=state.clock, now=state.as_of)


def _span_words(span: timedelta | None) -> str:
    if span is None:
        return "none yet"
    days = span / timedelta(days=1)
    return f"{days:.1f} days" if days >= 2 else f"{span / timedelta(hours=1):.0f} hours"


def suspects_by_platform(state: ReportState) -> Mapping[str, Counter[Band]]:
    """Suspect listings per platform and band, the platform with the most first."""
    table: dict[str, Counter[Band]] = {}
    for case in state.cases:
        if case.state.needs_attention:
            table.setdefault(case.listing.key.platform.title, Counter())[case.risk.band] += 1
    return dict(sorted(table.items(), key=lambda row: (-row[1].total(), row[0])))
