"""What the report shows: the state of one brand, read once, and the views that its pages print."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from headwater.domain.brands import Brand
from headwater.domain.captures import Capture, CaptureOutcome, PartRole, StoredObject
from headwater.domain.cases import Case, CaseEvent, CaseState, PictureEvidence
from headwater.domain.complaints import Complaint, ComplaintEvent, ComplaintState, EventKind
from headwater.domain.coverage import Asked, Run
from headwater.domain.deadlines import Basis, Clock, Deadline, NoRule
from headwater.domain.listings import Listing, ListingKey, Sighting
from headwater.domain.money import Price
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.domain.risk import Band, Infringement, Reason
from headwater.usecases import metrics

LISTINGS_SHOWN = 500
RUNS_SHOWN = 30


class CasesOfBrand(Protocol):
    def of_brand(self, brand: str) -> Iterable[Case]: ...


class ComplaintsOfBrand(Protocol):
    def of_brand(self, brand: str) -> Iterable[Complaint]: ...


class CapturesOfListing(Protocol):
    def of_listing(self, brand: str, key: ListingKey) -> Sequence[Capture]:
        """Newest first."""
        ...


class LatestListings(Protocol):
    def latest(self, brand: str, limit: int) -> Sequence[Sighting]:
        """Newest first."""
        ...


class LatestRuns(Protocol):
    def latest(self, brand: str, limit: int) -> Sequence[Run]:
        """Newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportState:
    """Everything that the report of one brand is made of. The same state gives the same pages."""

    brand: Brand
    cases: tuple[Case, ...]
    complaints: tuple[Complaint, ...]
    captures: Mapping[ListingKey, tuple[Capture, ...]]
    """The captures of each listing, newest first."""
    sightings: tuple[Sighting, ...]
    runs: tuple[Run, ...]
    clock: Clock
    """What the complaints' dates are counted with."""

    @property
    def as_of(self) -> datetime | None:
        """The time of the latest thing that is known; None when nothing is."""
        return max(
            (
                *(case.updated_at for case in self.cases),
                *(complaint.updated_at for complaint in self.complaints),
                *(one.captured_at for captures in self.captures.values() for one in captures),
                *(sighting.seen_at for sighting in self.sightings),
                *(run.finished_at for run in self.runs),
            ),
            default=None,
        )

    @property
    def rehearsal(self) -> bool:
        """Whether anything here came from a rehearsal marketplace instead of a real one."""
        return (
            any(case.rehearsal for case in self.cases)
            or any(complaint.rehearsal for complaint in self.complaints)
            or any(run.rehearsal for run in self.runs)
            or any(one.rehearsal for captures in self.captures.values() for one in captures)
        )


def read_state(
    brand: Brand,
    *,
    cases: CasesOfBrand,
    complaints: ComplaintsOfBrand,
    captures: CapturesOfListing,
    listings: LatestListings,
    runs: LatestRuns,
    clock: Clock,
) -> ReportState:
    """Read what the report needs: all cases and complaints, the latest listings and runs."""
    all_cases = tuple(sorted(cases.of_brand(brand.id), key=_most_urgent_first))
    sightings = tuple(listings.latest(brand.id, LISTINGS_SHOWN))
    keys = {case.listing.key for case in all_cases} | {one.listing.key for one in sightings}
    return ReportState(
        brand=brand,
        cases=all_cases,
        complaints=tuple(sorted(complaints.of_brand(brand.id), key=lambda one: one.id)),
        captures={key: tuple(captures.of_listing(brand.id, key)) for key in sorted(keys)},
        sightings=sightings,
        runs=tuple(runs.latest(brand.id, RUNS_SHOWN)),
        clock=clock,
    )


def _most_urgent_first(case: Case) -> tuple[bool, int, str]:
    return (not case.state.needs_attention, -case.risk.score, case.id)


# --- what the pages print ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture by the hash of its original; `stored` is None for one of the brand's own."""

    sha256: str
    stored: StoredObject | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The listing's picture beside the brand's own, with the regions that agree."""

    found: Picture | None
    own: Picture | None
    product: str
    file: str
    probability: float
    relation: str
    explanation: str
    found_region: tuple[float, float, float, float] | None
    own_region: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as a line of a table."""

    id: str
    page: str
    platform: str
    title: str | None
    price: str | None
    seller: str | None
    score: int
    band: Band
    state: CaseState
    picture: Picture | None
    opened_at: datetime
    due: datetime | None
    """The next date that is the brand's own; None where no clock runs."""
    rehearsal: bool


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintView:
    """A complaint as the page of each of its cases shows it."""

    number: str
    platform: str
    right: str
    state: str
    listings: int
    due: tuple[DueDate, ...]
    events: tuple[Happening, ...]
    rehearsal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything that the page of one case says."""

    row: CaseRow
    next_step: str
    reasons: tuple[Reason, ...]
    infringement: str | None
    pairs: tuple[Pair, ...]
    other_pictures: tuple[Picture, ...]
    address: str
    """The address of the listing, defanged: nobody opens it by accident."""
    listing_facts: tuple[tuple[str, str], ...]
    seller_facts: tuple[tuple[str, str], ...]
    complaints: tuple[ComplaintView, ...]
    timeline: tuple[Happening, ...]
    captures: tuple[KeptCapture, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRow:
    """A listing that was seen. `case_page` is None where it is not suspect."""

    platform: str
    offer_id: str
    title: str | None
    price: str | None
    seller: str | None
    query: str
    seen_at: datetime
    kept: str
    picture: Picture | None
    case_page: str | None
    score: int | None
    band: Band | None
    rehearsal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """One question of a run and what became of it, in words."""

    platform: str
    query: str
    route: str
    covers: bool
    refused: bool
    verdict: str
    reason: str
    items: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    id: str
    started_at: datetime
    finished_at: datetime
    covered: bool
    rehearsal: bool
    answers: tuple[AnswerRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Where we could not look."""

    platform: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Whether "nothing new" may be said, the sentence that may, and what was not looked at."""

    proven: bool
    headline: str
    sentence: str
    asked: int
    answered: int
    new: int
    gaps: tuple[Gap, ...]


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


_SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def page_name(case: str) -> str:
    """The case's page below the report's address: "cases/aliexpress-1005009446764602.html".

    An id that could mean something to a file system or a browser is replaced by its hash.
    """
    if not _SAFE_NAME.fullmatch(case):
        case = f"case-{sha256(case.encode(errors='surrogatepass')).hexdigest()[:20]}"
    return f"cases/{case}.html"


def case_row(state: ReportState, case: Case) -> CaseRow:
    listing = case.listing
    return CaseRow(
        id=case.id,
        page=page_name(case.id),
        platform=listing.key.platform.title,
        title=listing.title,
        price=price_words(listing.price),
        seller=listing.seller.name if listing.seller else None,
        score=case.risk.score,
        band=case.risk.band,
        state=case.state,
        picture=_case_picture(state, case),
        opened_at=case.opened_at,
        due=min(
            (
                due.at
                for complaint in _complaints_of(state, case)
                for due in _due_dates(state, complaint)
                if due.ours
            ),
            default=None,
        ),
        rehearsal=case.rehearsal,
    )


def case_page(state: ReportState, case: Case) -> CasePage:
    captures = _captures_of_case(state, case)
    pairs = tuple(_pair(state, captures, evidence) for evidence in case.pictures)
    paired = {pair.found for pair in pairs}
    others = {
        picture: None
        for capture in captures
        for picture in _pictures(capture)
        if picture not in paired
    }
    return CasePage(
        row=case_row(state, case),
        next_step=_next_step(state, case),
        reasons=tuple(sorted(case.risk.reasons, key=lambda reason: -abs(reason.points))),
        infringement=_INFRINGEMENTS[case.risk.infringement] if case.risk.infringement else None,
        pairs=pairs,
        other_pictures=tuple(others)[:12],
        address=defanged(case.listing.url),
        listing_facts=tuple(_listing_facts(case.listing)),
        seller_facts=tuple(_seller_facts(case.listing)),
        complaints=tuple(_complaint_view(state, one) for one in _complaints_of(state, case)),
        timeline=tuple(_timeline(case, captures)),
        captures=tuple(_kept(capture) for capture in captures),
    )


def listing_rows(state: ReportState) -> tuple[ListingRow, ...]:
    """The listings seen, newest first, each once."""
    cases = {case.listing.key: case for case in state.cases}
    first_sightings = {one.listing.key: one for one in state.sightings}
    newest_first = sorted(first_sightings.values(), key=lambda one: one.seen_at, reverse=True)
    return tuple(_listing_row(state, one, cases.get(one.listing.key)) for one in newest_first)


def _listing_row(state: ReportState, sighting: Sighting, case: Case | None) -> ListingRow:
    listing = sighting.listing
    captures = state.captures.get(listing.key, ())
    pictures = [picture for capture in captures for picture in _pictures(capture)]
    return ListingRow(
        platform=listing.key.platform.title,
        offer_id=listing.key.offer_id,
        title=listing.title,
        price=price_words(listing.price),
        seller=listing.seller.name if listing.seller else None,
        query=sighting.query,
        seen_at=sighting.seen_at,
        kept=_OUTCOMES[captures[0].outcome] if captures else "not kept yet",
        picture=(_case_picture(state, case) if case else None) or next(iter(pictures), None),
        case_page=page_name(case.id) if case else None,
        score=case.risk.score if case else None,
        band=case.risk.band if case else None,
        rehearsal=any(capture.rehearsal for capture in captures),
    )


def run_views(state: ReportState) -> tuple[RunView, ...]:
    """The last runs, newest first, every question with what became of it."""
    return tuple(
        RunView(
            id=run.id,
            started_at=run.started_at,
            finished_at=run.finished_at,
            covered=run.covered,
            rehearsal=run.rehearsal,
            answers=tuple(
                AnswerRow(
                    platform=asked.platform.title,
                    query=asked.query,
                    route=asked.route,
                    covers=asked.verdict.covers,
                    refused=asked.verdict.refused,
                    verdict=VERDICTS[asked.verdict],
                    reason=asked.reason,
                    items=asked.items,
                    new=asked.new,
                )
                for asked in run.asked
            ),
        )
        for run in state.runs
    )


def coverage(state: ReportState) -> Coverage:
    """What the latest answer to every question says, and the watched platforms never asked."""
    latest: dict[tuple[Platform, str, str, str], Asked] = {}
    for run in state.runs:
        for asked in run.asked:
            latest.setdefault((asked.platform, asked.watch, asked.query, asked.route), asked)
    gaps = [
        Gap(
            platform=asked.platform.title,
            what=asked.query,
            reason=f"{VERDICTS[asked.verdict]} ({asked.reason})"
            if asked.reason
            else VERDICTS[asked.verdict],
        )
        for asked in latest.values()
        if not asked.verdict.covers
    ]
    watched = {platform for watch in state.brand.watches for platform in watch.platforms}
    never = sorted(watched - {asked.platform for asked in latest.values()})
    gaps += [
        Gap(platform=platform.title, what="everything", reason="watched, but no run asked it yet")
        for platform in never
    ]
    answered = sum(asked.verdict.covers for asked in latest.values())
    new = sum(asked.new for asked in latest.values())
    return Coverage(
        proven=bool(latest) and not gaps,
        headline=_coverage_headline(len(latest), gaps),
        sentence=_coverage_sentence(len(latest), answered, new, gaps),
        asked=len(latest),
        answered=answered,
        new=new,
        gaps=tuple(gaps),
    )


def _coverage_headline(asked: int, gaps: Sequence[Gap]) -> str:
    if not asked:
        return "We have not looked yet"
    return "We could not look everywhere" if gaps else "Every question was answered"


def _coverage_sentence(asked: int, answered: int, new: int, gaps: Sequence[Gap]) -> str:
    listings = f"{new} new listing{'' if new == 1 else 's'}"
    if not asked:
        return "No run is recorded, so nothing can be said about new listings."
    if not gaps:
        return f"{answered} of {asked} questions answered: {listings}."
    where = ", ".join(sorted({gap.platform for gap in gaps}))
    if not answered:
        return f"0 of {asked} questions answered (not {where}): nothing can be said about new ones."
    return f"{answered} of {asked} questions answered, not {where}; {listings} in what was."


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
            for due in _due_dates(state, complaint)
            if due.ours
        ]
    complained = {case for complaint in state.complaints for case in complaint.cases}
    undated = [
        Todo(
            due=None,
            provisional=False,
            what=_TODO[case.state],
            subject=case.listing.title,
            case=rows[case.id],
        )
        for case in state.cases
        if case.state in _TODO
        and case.risk.band is not Band.IGNORE
        and not (case.state is CaseState.CONFIRMED and case.id in complained)
    ]
    return (*sorted(dated, key=lambda todo: (todo.due, todo.what)), *undated)


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
            definition="Listings removed out of those decided. Pending and withdrawn ones are out.",
        ),
        KeyNumber(
            name="counter-notices missed",
            value=str(_missed(state)),
            definition="Counter-notices without your answer in time, out of those that are over.",
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


def defanged(url: str) -> str:
    """An address that reads well and cannot be clicked: "hxxps://shop[.]example/item/1"."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url.replace(".", "[.]").replace(":", "[:]")
    host, slash, path = rest.partition("/")
    return f"{scheme.replace('tt', 'xx', 1)}://{host.replace('.', '[.]')}{slash}{path}"


def price_words(price: Price | None) -> str | None:
    """A price as people write it: "CNY 12.50 - 18.00"; a missing currency is said, not guessed."""
    if price is None:
        return None
    amounts = f"{price.minimum:,.2f}"
    if price.maximum != price.minimum:
        amounts += f" – {price.maximum:,.2f}"
    return f"{price.currency} {amounts}" if price.currency else f"{amounts} (no currency stated)"


VERDICTS: dict[Verdict, str] = {
    Verdict.OK: "answered",
    Verdict.OK_EMPTY: "answered: the platform itself says there is nothing",
    Verdict.BLOCKED_CHALLENGE: "refused: the platform asked for a puzzle",
    Verdict.BLOCKED_LOGIN: "refused: the platform asked for a login",
    Verdict.RATE_LIMITED: "refused: too many questions",
    Verdict.SHELL_NO_DATA: "no answer: a page without data",
    Verdict.SCHEMA_DRIFT: "not understood: the page is built differently now",
    Verdict.IRRELEVANT_FALLBACK: "no answer: it showed other things instead",
    Verdict.GONE: "gone: the page does not exist any more",
    Verdict.ERROR: "no answer",
}
"""Every verdict in words that the owner of a brand understands."""

_OUTCOMES = {
    CaptureOutcome.COMPLETE: "kept in full",
    CaptureOutcome.PARTIAL: "kept in part",
    CaptureOutcome.REFUSED: "could not be kept: refused",
    CaptureOutcome.GONE: "gone before it was kept",
}

_INFRINGEMENTS = {
    Infringement.COUNTERFEIT: "Counterfeit goods: your trademark on goods that are not yours",
    Infringement.MARK_IN_TEXT: "Your mark in the words of the listing",
    Infringement.LOOK_ALIKE: "A look-alike: the design of your product",
    Infringement.STOLEN_PICTURE: "Your photograph, used without you (copyright)",
}


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


def _complaints_of(state: ReportState, case: Case) -> list[Complaint]:
    return [complaint for complaint in state.complaints if case.id in complaint.cases]


def _due_dates(state: ReportState, complaint: Complaint) -> tuple[DueDate, ...]:
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
    if deadline.basis is Basis.TYPED:
        origin = "the date that the platform’s notice names"
    else:
        assumed = (
            " (our assumption: no source states it)" if deadline.basis is Basis.DEFAULT else ""
        )
        origin = f"{rule.limit_in_words} from {rule.counts_from}{assumed}; rule {rule.id}"
    return DueDate(
        ours=deadline.ours,
        what=what,
        at=deadline.act_by_at,
        provisional=deadline.provisional,
        origin=origin,
    )


def _complaint_view(state: ReportState, complaint: Complaint) -> ComplaintView:
    undone = {event.about for event in complaint.events if event.kind is EventKind.UNDONE}
    return ComplaintView(
        number=complaint.number or "(no number yet)",
        platform=complaint.platform.title,
        right=f"{complaint.right_kind.value} {complaint.right}",
        state=_COMPLAINT_STATES[complaint.state],
        listings=len(complaint.cases),
        due=_due_dates(state, complaint),
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


def _next_step(state: ReportState, case: Case) -> str:
    for complaint in _complaints_of(state, case):
        ours = [due for due in _due_dates(state, complaint) if due.ours]
        if ours:
            return (
                f"{ours[0].what} in the platform’s portal, then record it. If nothing happens in"
                " time, the complaint is lost and the listing comes back."
            )
    if case.state is CaseState.CONFIRMED and _complaints_of(state, case):
        return "Nothing to do now: the complaint is on its way (see below)."
    match case.state:
        case CaseState.OPEN:
            return (
                "Compare the pictures and read the reasons. Then say what it is: confirmed,"
                " authorised (one of your own partners) or dismissed."
            )
        case CaseState.WATCHING:
            return "Nothing to do now. The listing is looked at again; decide when it changes."
        case CaseState.CONFIRMED:
            return (
                "File the complaint with the platform while the listing is up, then record it here"
                " with its number: from then on the clock runs for you."
            )
        case CaseState.DISMISSED:
            return "Nothing to do: it was looked at and is not an infringement."
        case CaseState.AUTHORISED:
            return "Nothing to do: the seller may sell this."
        case CaseState.CLOSED:
            return "Nothing to do: the case is closed."


def _captures_of_case(state: ReportState, case: Case) -> list[Capture]:
    """Oldest first. A case of which no capture was read shows none rather than a stranger's."""
    captures = state.captures.get(case.listing.key, ())
    return sorted(captures, key=lambda capture: (capture.captured_at, capture.id))


def _pictures(capture: Capture) -> Iterator[Picture]:
    for part in capture.pictures:
        yield Picture(sha256=part.sha256, stored=part.stored)


def _case_picture(state: ReportState, case: Case) -> Picture | None:
    """The picture that matched best, else the first that was kept."""
    captures = _captures_of_case(state, case)
    for evidence in sorted(case.pictures, key=lambda one: -one.probability):
        if found := _found_picture(captures, evidence):
            return found
    return next((picture for capture in captures for picture in _pictures(capture)), None)


def _found_picture(captures: Iterable[Capture], evidence: PictureEvidence) -> Picture | None:
    for capture in captures:
        if capture.id == evidence.capture_id:
            for part in capture.parts:
                if part.name == evidence.part_name:
                    return Picture(sha256=part.sha256, stored=part.stored)
    return None


def _pair(state: ReportState, captures: Iterable[Capture], evidence: PictureEvidence) -> Pair:
    product_id, _, file = evidence.reference_id.partition("/")
    names = {product.id: product.name for product in state.brand.products}
    hashes = {reference.id: reference.sha256 for reference in state.brand.references}
    own = hashes.get(evidence.reference_id)
    return Pair(
        found=_found_picture(captures, evidence),
        own=Picture(sha256=own, stored=None) if own else None,
        product=names.get(product_id, product_id),
        file=file,
        probability=evidence.probability,
        relation=evidence.relation,
        explanation=evidence.explanation,
        found_region=evidence.query_region,
        own_region=evidence.reference_region,
    )


def _listing_facts(listing: Listing) -> Iterator[tuple[str, str]]:
    yield "Platform", listing.key.platform.title
    yield "Offer", listing.key.offer_id
    if price := price_words(listing.price):
        yield "Price", price
    if listing.price and listing.price.tiers:
        tiers = (f"from {tier.quantity}: {tier.amount:,.2f}" for tier in listing.price.tiers)
        yield "Price by quantity", "; ".join(tiers)
    if order := listing.minimum_order:
        yield "Smallest order", f"{order.quantity} {order.unit or ''}".strip()
    if listing.sold is not None:
        yield "Sold, as stated", f"{listing.sold:,}"
    if listing.ship_from:
        yield "Ships from", listing.ship_from
    if listing.listed_at:
        yield "Listed, as stated", listing.listed_at
    yield from listing.attributes[:12]


def _seller_facts(listing: Listing) -> Iterator[tuple[str, str]]:
    seller = listing.seller
    if seller is None:
        return
    place = ", ".join(part for part in (seller.location, seller.country) if part)
    facts = (
        ("Name", seller.name),
        ("Id on the platform", seller.id),
        ("Address of the shop", defanged(seller.url) if seller.url else None),
        ("Place", place),
        ("Years on the platform", str(seller.years) if seller.years is not None else None),
        ("Badges", ", ".join(seller.badges)),
        *seller.identifiers,
    )
    yield from ((name, value) for name, value in facts if value)


def _timeline(case: Case, captures: Iterable[Capture]) -> Iterator[Happening]:
    happened = [
        Happening(at=event.at, by=event.by, what=_event_words(event)) for event in case.events
    ]
    happened += [
        Happening(
            at=capture.captured_at,
            by=capture.collected_by.value,
            what=f"Page and pictures {_OUTCOMES[capture.outcome]} ({len(capture.parts)} files)",
        )
        for capture in captures
    ]
    yield from sorted(happened, key=lambda one: one.at)


def _event_words(event: CaseEvent) -> str:
    return f"{event.what} ({event.state})" if event.state.value not in event.what else event.what


def _kept(capture: Capture) -> KeptCapture:
    return KeptCapture(
        id=capture.id,
        at=capture.captured_at,
        collected_by=capture.collected_by.value,
        route=capture.route,
        outcome=capture.outcome,
        files=tuple(
            KeptFile(name=part.name, role=part.role, size=part.size, sha256=part.sha256)
            for part in capture.parts
        ),
        missing=tuple((part.role.value, part.reason) for part in capture.missing),
        manifest=capture.manifest,
        manifest_sha256=capture.manifest_sha256,
        previous_manifest_sha256=capture.previous_manifest_sha256,
    )
