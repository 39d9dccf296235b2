"""What was asked and answered: whether "nothing new" may be said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from headwater.domain.coverage import Asked, field_coverage, field_words
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.usecases.report.state import ReportState
from headwater.usecases.report.words import VERDICTS

DAYS_SHOWN = 14
RUNS_SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """One question of a run and what became of it, in words; `canary`: it only proves our sight."""

    platform: str
    query: str
    route: str
    covers: bool
    refused: bool
    verdict: str
    reason: str
    items: int
    new: int
    depth: str
    canary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """`blind` says why nothing follows from the run; "" when something does."""

    id: str
    started_at: datetime
    finished_at: datetime
    covered: bool
    rehearsal: bool
    blind: str
    answers: tuple[AnswerRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Where we could not look: the questions (none: all of them) that had the same reason."""

    platform: str
    what: tuple[str, ...]
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


def run_views(state: ReportState) -> tuple[RunView, ...]:
    """The last runs, newest first, every question with what became of it."""
    return tuple(
        RunView(
            id=run.id,
            started_at=run.started_at,
            finished_at=run.finished_at,
            covered=run.covered,
            rehearsal=run.rehearsal,
            blind=run.blind,
            answers=tuple(
                AnswerRow(
                    platform=asked.platform.title,
                    query=asked.query,
                    route=asked.route.replace("_", " "),
                    covers=asked.verdict.covers,
                    refused=asked.verdict.refused,
                    verdict=VERDICTS[asked.verdict],
                    reason=asked.reason,
                    items=asked.items,
                    new=asked.new,
                    depth=asked.depth,
                    canary=asked.canary,
                )
                for asked in run.asked
            ),
        )
        for run in state.runs[:RUNS_SHOWN]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What became of a question on one day: the last answer of the day; None: it was not asked."""

    verdict: Verdict | None
    words: str
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Every question on each of the last days, the newest first; a day without a run is there."""

    days: tuple[date, ...]
    rows: tuple[tuple[str, str, tuple[Cell, ...]], ...]
    """Platform, question, and a cell per day."""


def calendar(state: ReportState) -> Calendar:
    """The days (UTC) of the runs that are known; an import is no question, nor is a canary."""
    answers: dict[tuple[str, str], dict[date, Asked]] = {}
    for run in state.runs:
        for asked in run.asked:
            if asked.watch and not asked.canary:
                row = answers.setdefault((asked.platform.title, asked.query), {})
                row.setdefault(run.started_at.date(), asked)
    asked_on = {day for row in answers.values() for day in row}
    span = (max(asked_on) - min(asked_on)).days + 1 if asked_on else 0
    days = tuple(max(asked_on) - timedelta(days=ago) for ago in range(min(span, DAYS_SHOWN)))
    rows = tuple(
        (platform, query, tuple(_cell(row.get(day)) for day in days))
        for (platform, query), row in sorted(answers.items(), key=lambda item: item[0])
    )
    return Calendar(days=days, rows=rows)


def _cell(asked: Asked | None) -> Cell:
    if asked is None:
        return Cell(verdict=None, words="not asked", new=0)
    return Cell(verdict=asked.verdict, words=VERDICTS[asked.verdict], new=asked.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """What is not read in every listing of a platform by one way; `drifts`: more was, usually."""

    platform: str
    route: str
    words: str
    drifts: bool


def field_rows(state: ReportState) -> tuple[FieldRow, ...]:
    """By platform and way, as the newest run read them that found listings by it."""
    found = []
    for platform in Platform:
        runs = ([one for one in run.asked if one.platform is platform] for run in state.runs)
        for route, shares in field_coverage(runs).items():
            row = FieldRow(
                platform=platform.title,
                route=route.replace("_", " "),
                words=field_words(shares),
                drifts=any(one.drifts for one in shares),
            )
            found.append(row)
    return tuple(found)


def coverage(state: ReportState) -> Coverage:
    """What the latest answer to every question says, and the watched platforms never asked.

    A page that a person brought (for no watch) is no question; one that could not be read is a
    gap all the same.
    """
    latest = _latest(state)
    reasons: dict[tuple[str, str], list[str]] = {}
    for asked, blind in latest.values():
        if not asked.verdict.covers:
            why = f"{VERDICTS[asked.verdict]} ({asked.reason})" if asked.reason else ""
            key = (asked.platform.title, why or VERDICTS[asked.verdict])
            reasons.setdefault(key, []).append(asked.query)
        elif blind:
            key = (asked.platform.title, f"the search could not prove that it sees ({blind})")
            reasons.setdefault(key, []).append(asked.query)
    watched = {platform for watch in state.brand.watches for platform in watch.platforms}
    for platform in sorted(watched - {platform for platform, watch, _ in latest if watch}):
        only_people = "watched, but nothing asks it by itself; only a person can search there"
        why = only_people if platform in state.by_hand else "watched, but no run asked it yet"
        reasons[platform.title, why] = []
    gaps = [
        Gap(platform=platform, what=tuple(queries), reason=reason)
        for (platform, reason), queries in reasons.items()
    ]
    questions = [(asked, blind) for asked, blind in latest.values() if asked.watch]
    answered = sum(asked.verdict.covers and not blind for asked, blind in questions)
    new = sum(asked.new for asked, _ in latest.values())
    return Coverage(
        proven=bool(questions) and not gaps,
        headline=_coverage_headline(len(questions), gaps),
        sentence=_coverage_sentence(len(questions), answered, new, gaps),
        asked=len(questions),
        answered=answered,
        new=new,
        gaps=tuple(gaps),
    )


def _latest(state: ReportState) -> dict[tuple[Platform, str, str], tuple[Asked, str]]:
    """Every question's latest answer, and why that run was blind ("" when it was not).

    Where one route did not answer in a run and the next one did, the answer counts.
    """
    latest: dict[tuple[Platform, str, str], tuple[Asked, str]] = {}
    for run in state.runs:
        # A canary is no question of the brand; where it is not found, the run says so itself.
        answers: dict[tuple[Platform, str, str], Asked] = {}
        for asked in (one for one in run.asked if not one.canary):
            question = (asked.platform, asked.watch, asked.query)
            if question not in answers or asked.verdict.covers:
                answers[question] = asked
        for question, asked in answers.items():
            latest.setdefault(question, (asked, run.blind))
    return latest


def _coverage_headline(asked: int, gaps: Sequence[Gap]) -> str:
    if not asked:
        return "We have not looked yet"
    return "We could not look everywhere" if gaps else "Every question was answered"


def _coverage_sentence(asked: int, answered: int, new: int, gaps: Sequence[Gap]) -> str:
    listings = f"{new} new listing{'' if new == 1 else 's'}"
    if not asked:
        brought = f" Pages that were brought by hand held {listings}." if new else ""
        return f"No search is recorded, so nothing can be said about new listings.{brought}"
    if not gaps:
        return f"{answered} of {asked} questions answered: {listings}."
    where = ", ".join(sorted({gap.platform for gap in gaps}))
    if not answered:
        return f"0 of {asked} questions answered (not {where}): nothing can be said about new ones."
    return f"{answered} of {asked} questions answered, not {where}; {listings} in what was."
