"""Is a captured listing the brand's, and does it infringe? Open one case for it, or join it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from headwater.domain.assessment import assess
from headwater.domain.brands import Brand
from headwater.domain.captures import Capture, CaptureOutcome, Part
from headwater.domain.cases import (
    Case,
    CaseEvent,
    CaseState,
    Conflict,
    PictureEvidence,
    case_id,
)
from headwater.domain.listings import Listing
from headwater.domain.pictures import PictureMatch, UnreadablePicture
from headwater.domain.risk import Band, Risk
from headwater.domain.weights import DEFAULT_WEIGHTS, Weights
from headwater.domain.words import WordHit

KEPT_PICTURES = 12
"""Picture matches that a case carries, the surest first: a row has to stay far below 400 KB."""
_ATTEMPTS = 5
_SETTLED = {CaseState.DISMISSED, CaseState.AUTHORISED}
"""A person said so: the case notes a further sight and stays as it is."""
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


class CaseRows(Protocol):
    """The cases that are known."""

    def get(self, brand: str, case: str) -> Case | None: ...
    def open(self, case: Case) -> bool:
        """Keep it with version 1; False when the case is there already."""
        ...

    def save(self, case: Case) -> Case:
        """The case with its new version. Raises Conflict when somebody else saved first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Findings:
    risk: Risk
    pictures: tuple[PictureEvidence, ...]
    remarks: tuple[str, ...]

    def said(self) -> str:
        score = f"score {self.risk.score} ({self.risk.band.replace('_', ' ')})"
        return "; ".join((score, *self.remarks))


def match(
    capture: Capture,
    *,
    brand: Brand,
    words: WordReader,
    pictures: PictureFinder,
    evidence: EvidenceReader,
    cases: CaseRows,
    now: Callable[[], datetime],
    weights: Weights = DEFAULT_WEIGHTS,
) -> Case | None:
    """The listing's case as it stands now, None when there is nothing to look at.

    A case is opened from the band `look` on; a further capture joins it, and the same capture
    again changes nothing. A case that a person dismissed or authorised stays so; one that was
    closed opens again when the listing is back. Raises Conflict when the case changes all the time.
    """
    findings = _findings(
        capture,
        brand=brand,
        words=words,
        pictures=pictures,
        evidence=evidence,
        today=now().date(),
        weights=weights,
    )
    for _ in range(_ATTEMPTS):
        known = cases.get(capture.brand, case_id(capture.key))
        if known is None:
            if findings.risk.band is Band.IGNORE:
                return None
            case = _opened(capture, findings, now())
            if cases.open(case):
                return replace(case, version=1)
            continue
        joined = _joined(known, capture, findings, now())
        if joined is known:
            return known
        try:
            return cases.save(joined)
        except Conflict:
            continue
    raise Conflict(f"case {case_id(capture.key)} is being changed by others all the time")


def _findings(
    capture: Capture,
    *,
    brand: Brand,
    words: WordReader,
    pictures: PictureFinder,
    evidence: EvidenceReader,
    today: date,
    weights: Weights,
) -> _Findings:
    found: list[PictureMatch] = []
    shown: list[PictureEvidence] = []
    remarks = [_OUTCOMES[capture.outcome]] if capture.outcome in _OUTCOMES else []
    for part in capture.pictures:
        body = evidence.get(part.stored.key, part.stored.version_id)
        try:
            matches = pictures.find(body)
        except UnreadablePicture as refusal:
            remarks.append(f"{part.name} could not be compared: {refusal.reason}")
            continue
        found += matches
        shown += [_evidence(capture, part, match) for match in matches]
    risk = assess(
        capture.listing,
        brand=brand,
        pictures=found,
        words=words.find(capture.listing),
        today=today,
        weights=weights,
    )
    return _Findings(risk=risk, pictures=tuple(shown), remarks=tuple(remarks))


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
    )


def _joined(case: Case, capture: Capture, findings: _Findings, at: datetime) -> Case:
    """The case with the capture added; the case itself when it was part of it already."""
    if capture.id in case.capture_ids:
        return case
    seen = replace(
        case, updated_at=at, capture_ids=(*case.capture_ids, capture.id), listing=capture.listing
    )
    if case.state in _SETTLED:
        return _noted(seen, f"seen again, {findings.said()}; still {case.state}", at)
    # What was seen once stays true after the seller has changed the page: the worst look counts.
    worst = max(case.risk, findings.risk, key=lambda risk: risk.score)
    seen = replace(seen, risk=worst, pictures=_surest((*case.pictures, *findings.pictures)))
    if _is_back(case, capture, findings):
        what = f"the listing is back: {findings.said()}"
        return seen.move(CaseState.OPEN, at=at, by="match", what=what)
    return _noted(seen, f"looked again: {findings.said()}", at)


def _noted(case: Case, what: str, at: datetime) -> Case:
    event = CaseEvent(at=at, by="match", what=what, state=case.state)
    return replace(case, events=(*case.events, event))


def _is_back(case: Case, capture: Capture, findings: _Findings) -> bool:
    """Whether a closed case's listing was seen alive after it had been closed."""
    return (
        case.state is CaseState.CLOSED
        and capture.outcome in {CaptureOutcome.COMPLETE, CaptureOutcome.PARTIAL}
        and findings.risk.band is not Band.IGNORE
        and capture.captured_at > max(event.at for event in case.events)
    )


def _surest(pictures: Iterable[PictureEvidence]) -> tuple[PictureEvidence, ...]:
    """The surest match of each picture with each reference, up to a bound."""
    ordered = sorted(
        pictures, key=lambda p: (-p.probability, p.reference_id, p.capture_id, p.part_name)
    )
    return tuple(ordered[:KEPT_PICTURES])
