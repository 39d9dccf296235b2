"""Is a captured listing the brand's, and does it infringe? Open one case for it, or join it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from headwater.domain.assessment import assess, products_shown
from headwater.domain.brands import Brand
from headwater.domain.captures import Capture, CaptureOutcome, Part
from headwater.domain.cases import (
    SETTLED,
    Case,
    CaseEvent,
    CaseState,
    Conflict,
    Former,
    PictureEvidence,
    case_id,
)
from headwater.domain.fingerprints import Fingerprint
from headwater.domain.listings import Listing
from headwater.domain.pictures import PictureMatch, UnreadablePicture
from headwater.domain.risk import Band, Risk
from headwater.domain.sellers import identifiers_of
from headwater.domain.traces import Alike, PictureTrace, SellerTrace
from headwater.domain.weights import DEFAULT_WEIGHTS, Weights
from headwater.domain.words import WordHit
from headwater.usecases.known_again import (
    Around,
    KnownCases,
    Shown,
    TraceRows,
    alike_of,
    came_back,
    cases_around,
    dismissed_in,
    history_of,
    nearest_of_each,
)

KEPT_PICTURES = 12
"""Picture matches that a case carries, the surest first: a row has to stay far below 400 KB."""
_ATTEMPTS = 5
_UP = {CaptureOutcome.COMPLETE, CaptureOutcome.PARTIAL}
_OUTCOMES = {
    CaptureOutcome.GONE: "the page was gone",
    CaptureOutcome.REFUSED: "the platform refused the page",
}


class PictureFinder(Protocol):
    """Which of the brand's pictures a picture shows. Raises UnreadablePicture."""

    def find(self, query: bytes) -> Sequence[PictureMatch]: ...


class WordReader(Protocol):
    """The words of a listing that say something about the brand."""

    def find(self, listing: Listing) -> Sequence[WordHit]: ...


class EvidenceReader(Protocol):
    """The kept bytes, by key and version."""

    def get(self, key: str, version_id: str | None = None) -> bytes: ...


class CaseRows(KnownCases, Protocol):
    """The cases that are known, and how they change."""

    def open(self, case: Case) -> bool:
        """Keep it with version 1; False when the case is there already."""
        ...

    def save(self, case: Case) -> Case:
        """The case with its new version. Raises Conflict when somebody else saved first."""
        ...

    def join(self, brand: str, case: str, joined: str) -> None:
        """From now on `case`, of which there is none, means the case `joined`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Findings:
    risk: Risk
    pictures: tuple[PictureEvidence, ...]
    remarks: tuple[str, ...]
    alike: tuple[Alike, ...]
    products: frozenset[str]

    def said(self) -> str:
        score = f"score {self.risk.score} ({self.risk.band.replace('_', ' ')})"
        return "; ".join((score, *self.remarks))


def match(
    capture: Capture,
    *,
    brand: Brand,
    words: WordReader,
    pictures: PictureFinder,
    fingerprint: Callable[[bytes], Fingerprint],
    brands_named: Callable[[Listing], tuple[str, ...]],
    evidence: EvidenceReader,
    cases: CaseRows,
    traces: TraceRows,
    now: Callable[[], datetime],
    weights: Weights = DEFAULT_WEIGHTS,
) -> Case | None:
    """The listing's case as it stands now, None when there is nothing to look at.

    A case is opened from the band `look` on; a further capture joins it, and the same capture
    again changes nothing. A removed listing that is back under another id joins its old case. A
    case that a person dismissed or authorised stays so; one that was closed opens again when the
    listing is back. Raises Conflict when the case changes all the time.
    """
    shown, remarks = _looked_at(
        capture, pictures=pictures, fingerprint=fingerprint, evidence=evidence, traces=traces
    )
    identifiers = {i for i in identifiers_of(capture.listing) if i.kind.proves}
    others = brands_named(capture.listing)
    around = cases_around(capture, shown, identifiers, others, cases=cases, traces=traces)
    findings = _findings(
        capture,
        shown,
        remarks,
        around,
        brand=brand,
        words=words.find(capture.listing),
        at=now(),
        weights=weights,
    )
    case = _settle(capture, shown, findings, around, cases=cases, now=now)
    seller = SellerTrace(listing=capture.key, brands=others, case=case.id if case else None)
    traces.keep_seller(capture.brand, identifiers, seller)
    return case


def _settle(
    capture: Capture,
    shown: Sequence[Shown],
    findings: _Findings,
    around: Around,
    *,
    cases: CaseRows,
    now: Callable[[], datetime],
) -> Case | None:
    """Find the case, or open it, and save what the capture adds to it."""
    own_id = case_id(capture.key)
    for _ in range(_ATTEMPTS):
        known = cases.get(capture.brand, own_id)
        if known is None:
            if findings.risk.band is Band.IGNORE:
                return None
            old, why = came_back(capture, shown, findings.products, around, cases)
            if old is None:
                case = _opened(capture, findings, now())
                if cases.open(case):
                    return replace(case, version=1)
                continue
            known = old
            if capture.key != old.listing.key:
                try:
                    known = cases.save(_back_under_a_new_id(old, capture, findings, why, now()))
                except Conflict:
                    continue
            cases.join(capture.brand, own_id, known.id)
        joined = _joined(known, capture, findings, now())
        if joined is known:
            return known
        try:
            return cases.save(joined)
        except Conflict:
            continue
    raise Conflict(f"case {own_id} is being changed by others all the time")


def _looked_at(
    capture: Capture,
    *,
    pictures: PictureFinder,
    fingerprint: Callable[[bytes], Fingerprint],
    evidence: EvidenceReader,
    traces: TraceRows,
) -> tuple[list[Shown], list[str]]:
    """Every picture of the capture compared and kept as a trace; what could not be is a remark."""
    shown = []
    remarks = [_OUTCOMES[capture.outcome]] if capture.outcome in _OUTCOMES else []
    for part in capture.pictures:
        body = evidence.get(part.stored.key, part.stored.version_id)
        try:
            matches = tuple(pictures.find(body))
            taken = fingerprint(body)
        except UnreadablePicture as refusal:
            remarks.append(f"{part.name} could not be compared: {refusal.reason}")
            continue
        before: tuple[tuple[int, PictureTrace], ...] = ()
        if taken.telling:
            before = tuple(traces.pictures_like(capture.brand, taken))
            if not any((t.listing, t.sha256) == (capture.key, part.sha256) for _, t in before):
                trace = PictureTrace(
                    listing=capture.key,
                    sha256=part.sha256,
                    fingerprint=taken,
                    capture_id=capture.id,
                    part_name=part.name,
                )
                traces.keep_picture(capture.brand, trace)
        elsewhere = tuple(pair for pair in before if pair[1].listing != capture.key)
        shown.append(Shown(part=part, matches=matches, before=elsewhere))
    return shown, remarks


def _findings(
    capture: Capture,
    shown: Sequence[Shown],
    remarks: Sequence[str],
    around: Around,
    *,
    brand: Brand,
    words: Sequence[WordHit],
    at: datetime,
    weights: Weights,
) -> _Findings:
    dismissed = {one.part.name: case for one in shown if (case := dismissed_in(one, around))}
    counted = [one for one in shown if one.part.name not in dismissed]
    matches = [match for one in counted for match in one.matches]
    risk = assess(
        capture.listing,
        brand=brand,
        pictures=matches,
        words=words,
        today=at.date(),
        weights=weights,
        history=history_of(capture, counted, dismissed, around),
    )
    return _Findings(
        risk=risk,
        pictures=tuple(
            _evidence(capture, one.part, match) for one in counted for match in one.matches
        ),
        remarks=tuple(remarks),
        alike=alike_of(capture, shown),
        products=products_shown(brand, matches),
    )


def _back_under_a_new_id(
    case: Case, capture: Capture, findings: _Findings, why: str, at: datetime
) -> Case:
    former = Former(listing=case.listing, left_at=at, upheld=case.upheld, why=why)
    back = replace(
        case,
        listing=capture.listing,
        former=(*case.former, former),
        times=case.times + 1,
        gone_at=None,
        up_at=capture.captured_at,
        capture_ids=(*case.capture_ids, capture.id),
        risk=max(case.risk, findings.risk, key=lambda risk: risk.score),
        pictures=_surest((*case.pictures, *findings.pictures)),
        alike=nearest_of_each((*case.alike, *findings.alike)),
        updated_at=at,
    )
    what = f"back under a new id, {capture.key}, for the {back.in_times}: {why}"
    return _reopened(back, f"{what}; {findings.said()}", at)


def _reopened(case: Case, what: str, at: datetime) -> Case:
    if case.state is CaseState.OPEN:
        return _noted(case, what, at)
    return case.move(CaseState.OPEN, at=at, by="match", what=what)


def _evidence(capture: Capture, part: Part, match: PictureMatch) -> PictureEvidence:
    return PictureEvidence(
        capture_id=capture.id,
        part_name=part.name,
        reference_id=match.reference_id,
        probability=match.probability,
        relation=match.relation,
        explanation=match.transform,
        query_region=match.query_region,
        reference_region=match.reference_region,
        listing=capture.key,
    )


def _opened(capture: Capture, findings: _Findings, at: datetime) -> Case:
    event = CaseEvent(at=at, by="match", what=f"opened: {findings.said()}", state=CaseState.OPEN)
    return Case(
        brand=capture.brand,
        id=case_id(capture.key),
        listing=capture.listing,
        state=CaseState.OPEN,
        risk=findings.risk,
        opened_at=at,
        updated_at=at,
        capture_ids=(capture.id,),
        pictures=_surest(findings.pictures),
        events=(event,),
        rehearsal=capture.rehearsal,
        gone_at=capture.captured_at if capture.outcome is CaptureOutcome.GONE else None,
        up_at=capture.captured_at if capture.outcome in _UP else None,
        alike=findings.alike,
    )


def _joined(case: Case, capture: Capture, findings: _Findings, at: datetime) -> Case:
    """The case with the capture added; the case itself when it was part of it already."""
    if capture.id in case.capture_ids:
        return case
    seen = replace(case, updated_at=at, capture_ids=(*case.capture_ids, capture.id))
    if capture.key != case.listing.key:
        return _noted(seen, f"the former listing {capture.key} was seen: {findings.said()}", at)
    seen = replace(seen, listing=capture.listing)
    if case.state in SETTLED:
        return _noted(seen, f"seen again, {findings.said()}; still {case.state}", at)
    # What was seen once stays true after the seller has changed the page: the worst look counts.
    worst = max(case.risk, findings.risk, key=lambda risk: risk.score)
    seen = replace(
        seen,
        risk=worst,
        pictures=_surest((*case.pictures, *findings.pictures)),
        alike=nearest_of_each((*case.alike, *findings.alike)),
    )
    if _is_back(case, capture, findings):
        back = replace(seen, gone_at=None, up_at=capture.captured_at, times=case.times + 1)
        what = f"the listing is back, for the {back.in_times}: {findings.said()}"
        return _reopened(back, what, at)
    return _noted(_up_or_gone(seen, capture), f"looked again: {findings.said()}", at)


def _up_or_gone(case: Case, capture: Capture) -> Case:
    """Whether the listing is up, as the latest look says, in whatever order looks arrive."""
    at = capture.captured_at
    if capture.outcome is CaptureOutcome.GONE and (case.up_at is None or at > case.up_at):
        return replace(case, gone_at=min(at, case.gone_at or at))
    if capture.outcome in _UP and (case.up_at is None or at > case.up_at):
        return replace(case, up_at=at)
    return case


def _noted(case: Case, what: str, at: datetime) -> Case:
    event = CaseEvent(at=at, by="match", what=what, state=case.state)
    return replace(case, events=(*case.events, event))


def _is_back(case: Case, capture: Capture, findings: _Findings) -> bool:
    """Whether a listing that was gone, or whose case was closed, was seen up after that."""
    if capture.outcome not in _UP or findings.risk.band is Band.IGNORE:
        return False
    if case.gone_at is not None:
        return capture.captured_at > case.gone_at
    return case.state is CaseState.CLOSED and capture.captured_at > max(e.at for e in case.events)


def _surest(pictures: Iterable[PictureEvidence]) -> tuple[PictureEvidence, ...]:
    """The surest match of each picture with each reference, up to a bound."""
    ordered = sorted(
        pictures, key=lambda p: (-p.probability, p.reference_id, p.capture_id, p.part_name)
    )
    return tuple(ordered[:KEPT_PICTURES])
