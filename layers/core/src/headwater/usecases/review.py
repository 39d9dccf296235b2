"""Cases in the order to look at, verdicts by table, and how well the score foretold them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from headwater.domain.brands import Brand
from headwater.domain.cases import Case, CaseState
from headwater.domain.rights import RIGHTS, right_in_words
from headwater.domain.risk import Band
from headwater.domain.strangers import in_one_line
from headwater.domain.weights import DEFAULT_WEIGHTS, Weights
from headwater.usecases.sellers import by_priority

VERDICTS = {
    "confirm": CaseState.CONFIRMED,
    "dismiss": CaseState.DISMISSED,
    "authorise": CaseState.AUTHORISED,
    "watch": CaseState.WATCHING,
}
COLUMNS = (
    *("case", "state", "score", "band", "suggests", "title", "seller", "price", "address"),
    *("picture", "your_picture", "reasons", "verdict", "note"),
)
"""A person fills in the last two."""
ENOUGH = 30
"""Verdicts below which a share says little and no threshold is proposed."""


def to_review(cases: Iterable[Case], weights: Weights = DEFAULT_WEIGHTS) -> list[Case]:
    """What waits for a verdict: the undecided, then the watched, each the most pressing first."""
    order = (CaseState.OPEN, CaseState.WATCHING)
    waiting = [case for case in by_priority(cases, weights) if case.state in order]
    return sorted(waiting, key=lambda case: order.index(case.state))


def case_right(brand: Brand, case: Case) -> str | None:
    """The right that a complaint about the case would rest on, in words, or what is missing."""
    if case.risk.infringement is None:
        return None
    of = {reference.id: reference.product for reference in brand.references}
    shown = {one.reference_id for one in case.pictures}
    return right_in_words(
        brand,
        case.risk.infringement,
        case.listing.key.platform,
        products=frozenset(of[one] for one in shown if one in of),
        today=case.updated_at.date(),
    )


def as_row(case: Case) -> dict[str, str]:
    """The case as one row of COLUMNS, safe to open in a spreadsheet."""
    listing, risk = case.listing, case.risk
    seller = listing.seller
    price = listing.price
    picture = case.pictures[0] if case.pictures else None
    values = {
        "case": case.id,
        "state": case.state.value,
        "score": str(risk.score),
        "band": risk.band.value,
        "suggests": (
            f"{risk.infringement} (your {RIGHTS[risk.infringement]})" if risk.infringement else ""
        ),
        "title": listing.title or "",
        "seller": (seller.name or seller.id or "") if seller else "",
        "price": f"{price.minimum} {price.currency or '?'}" if price else "",
        "address": listing.url,
        "picture": f"{picture.capture_id}/{picture.part_name}" if picture else "",
        "your_picture": picture.reference_id if picture else "",
        "reasons": "; ".join(f"{reason.points:+d} {reason.text}" for reason in risk.reasons),
        "verdict": "",
        "note": "",
    }
    return {column: _harmless(value) for column, value in values.items()}


def _harmless(text: str) -> str:
    """A spreadsheet runs what begins like a formula: "=HYPERLINK(…)" in a seller's title."""
    line = in_one_line(text, most=1000)
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


@dataclass(frozen=True, slots=True, kw_only=True)
class RowVerdict:
    """A verdict that somebody wrote into a row. `seen` is the state that the row showed."""

    case: str
    seen: CaseState
    verdict: CaseState
    note: str


class BadRows(Exception):  # noqa: N818 - says what is the matter
    """Rows that cannot be taken; `problems` has one line each, with the row's number."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_rows(
    rows: Iterable[Mapping[str, str | None]], known: Mapping[str, Case]
) -> list[RowVerdict]:
    """The verdicts in the rows; rows without one are passed over. Raises BadRows: all or none.

    A case whose state changed since the rows were written needs another look, unless it already
    has the verdict.
    """
    found: dict[str, RowVerdict] = {}
    problems = []
    for number, row in enumerate(rows, start=2):  # the first line names the columns
        word = (row.get("verdict") or "").strip().casefold()
        if not word:
            continue
        case = known.get((row.get("case") or "").strip())
        state = (row.get("state") or "").strip()
        if case is None:
            problems.append(f"row {number}: there is no case {row.get('case')!r}")
        elif word not in VERDICTS:
            problems.append(f"row {number}: {word!r} is no verdict; write {', '.join(VERDICTS)}")
        elif state not in set(CaseState):
            problems.append(f"row {number}: {state!r} is no state; leave that column as it was")
        elif case.id in found:
            problems.append(f"row {number}: case {case.id} is there twice")
        elif case.state not in {state, VERDICTS[word]}:
            what = f"case {case.id} has become {case.state} since; look at it again"
            problems.append(f"row {number}: {what}")
        else:
            found[case.id] = RowVerdict(
                case=case.id,
                seen=CaseState(state),
                verdict=VERDICTS[word],
                note=in_one_line(row.get("note") or "", most=500),
            )
    if problems:
        raise BadRows(problems)
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """What became of the cases of one band: how often the suspicion was right.

    `low` and `high` are the 95 % Wilson bounds of the share; both 0 and 1 without any verdict.
    """

    band: Band
    confirmed: int
    dismissed: int
    authorised: int
    undecided: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """Confirmed of the decided; an authorised seller is no mistake of the score."""
        decided = self.confirmed + self.dismissed
        return self.confirmed / decided if decided else None


def reliability(cases: Iterable[Case]) -> tuple[Reliability, ...]:
    """One row for each band, the highest first."""
    by_band: dict[Band, list[Case]] = {band: [] for band in Band}
    for case in cases:
        by_band[case.risk.band].append(case)
    return tuple(_row(band, by_band[band]) for band in reversed(Band))


def _row(band: Band, cases: Sequence[Case]) -> Reliability:
    outcomes = [_outcome(case) for case in cases]
    confirmed, dismissed = outcomes.count(CaseState.CONFIRMED), outcomes.count(CaseState.DISMISSED)
    low, high = _wilson(confirmed, confirmed + dismissed)
    return Reliability(
        band=band,
        confirmed=confirmed,
        dismissed=dismissed,
        authorised=outcomes.count(CaseState.AUTHORISED),
        undecided=outcomes.count(None),
        low=low,
        high=high,
    )


def _outcome(case: Case) -> CaseState | None:
    """The last verdict that a person gave and did not take back; None while there is none."""
    if case.state is CaseState.CLOSED:
        said = [e.state for e in case.events if e.state in _DECIDED]
        return said[-1] if said else None
    return case.state if case.state in _DECIDED else None


_DECIDED = {CaseState.CONFIRMED, CaseState.DISMISSED, CaseState.AUTHORISED}


def _wilson(right: int, decided: int) -> tuple[float, float]:
    """Wilson's score interval for 95 %: honest for few verdicts and for shares near 0 and 1."""
    if not decided:
        return 0.0, 1.0
    z = 1.959964
    share = right / decided
    centre = share + z * z / (2 * decided)
    spread = z * math.sqrt(share * (1 - share) / decided + z * z / (4 * decided**2))
    scale = 1 + z * z / decided
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def proposed_threshold(cases: Iterable[Case], share: float) -> int | None:
    """The lowest score from which on at least `share` of the decided cases were confirmed.

    None while fewer than ENOUGH cases from there on are decided, or no score is good enough.
    """
    judged = sorted(
        (case.risk.score, _outcome(case) is CaseState.CONFIRMED)
        for case in cases
        if _outcome(case) in {CaseState.CONFIRMED, CaseState.DISMISSED}
    )
    for threshold in sorted({score for score, _ in judged}):
        above = [confirmed for score, confirmed in judged if score >= threshold]
        if len(above) < ENOUGH:
            return None
        if sum(above) >= share * len(above):
            return threshold
    return None


def calibration_table(cases: Sequence[Case], weights: Weights = DEFAULT_WEIGHTS) -> list[str]:
    """The table as lines of text, with what it would change about the bands."""
    begins = {
        Band.IGNORE: 0,
        Band.LOOK: weights.look,
        Band.LIKELY: weights.likely,
        Band.NEAR_CERTAIN: weights.near_certain,
    }
    lines = ["band          from  confirmed  dismissed  authorised  undecided  right (95 %)"]
    for row in reliability(cases):
        right = "-" if row.share is None else f"{row.share:.0%} ({row.low:.0%} to {row.high:.0%})"
        lines.append(
            f"{row.band:<12}  {begins[row.band]:>4}  {row.confirmed:>9}  {row.dismissed:>9}"
            f"  {row.authorised:>10}  {row.undecided:>9}  {right}"
        )
    for band, share in ((Band.NEAR_CERTAIN, 0.95), (Band.LIKELY, 0.8)):
        threshold = proposed_threshold(cases, share)
        if threshold is None:
            lines.append(f"{band}: no proposal, it needs {ENOUGH} verdicts from some score on")
        else:
            lines.append(f"{band}: from {threshold} on, {share:.0%} of your verdicts confirmed")
    return lines
