"""What a watch was asked, what was answered and what was not covered; and what a person adds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from headwater import marketplaces
from headwater.domain.brands import Brand, Desk, PlatformAccess, Watch
from headwater.domain.coverage import PERSON, Asked, Run
from headwater.domain.listings import CollectedBy
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.domain.queries import Query
from headwater.usecases.search import KeepsRuns, plan_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The last try of one question; None where it never was asked. `turn`: its next day."""

    query: Query
    turn: date
    asked: Asked | None = None
    at: datetime | None = None

    @property
    def covered(self) -> bool:
        return self.asked is not None and self.asked.verdict.covers


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One platform of a watch: the last run, its canaries, and every question of the watch."""

    platform: Platform
    access: PlatformAccess
    last: Run | None
    canaries: tuple[Asked, ...]
    answers: tuple[Answer, ...]
    period_days: int

    @property
    def gaps(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if not answer.covered)


def explain(
    watch: Watch, *, brand: Brand, desk: Desk, runs: Sequence[Run], day: date
) -> tuple[Explained, ...]:
    """One entry per platform of the watch. `runs`: the brand's, the newest first."""
    return tuple(
        _explain(watch, platform, brand=brand, desk=desk, runs=runs, day=day)
        for platform in watch.platforms
    )


def _explain(
    watch: Watch, platform: Platform, *, brand: Brand, desk: Desk, runs: Sequence[Run], day: date
) -> Explained:
    plan = plan_of(brand, desk, platform, day)
    turns = [(query, day) for query in plan.today] + list(plan.later)
    searches = [
        run
        for run in runs
        if any(one.platform is platform and one.watch and one.route != PERSON for one in run.asked)
    ]
    last = searches[0] if searches else None
    return Explained(
        platform=platform,
        access=desk.access_to(platform),
        last=last,
        canaries=tuple(one for one in last.asked if one.canary) if last else (),
        answers=tuple(
            _answer(query, turn, runs) for query, turn in turns if query.watch == watch.id
        ),
        period_days=plan.period.days,
    )


def _answer(query: Query, turn: date, runs: Sequence[Run]) -> Answer:
    """From the newest run that asked it; of several routes the one that answered counts."""
    for run in runs:
        tries = [
            one for one in run.asked if one.platform is query.platform and one.query == query.label
        ]
        if tries:
            told = next((one for one in tries if one.verdict.covers), tries[-1])
            return Answer(query=query, turn=turn, asked=told, at=run.started_at)
    return Answer(query=query, turn=turn)


def links(brand: Brand, desk: Desk, *, day: date, all_days: bool) -> Iterator[tuple[Query, str]]:
    """Search links for a person: the questions of the day, or of all days, on every platform."""
    for platform in Platform:
        if platform is Platform.GENERIC:
            continue
        plan = plan_of(brand, desk, platform, day)
        later = tuple(query for query, _ in plan.later) if all_days else ()
        for query in plan.today + later:
            if query.text:
                yield query, marketplaces.search_url(platform, query.text)


class NotOurLink(Exception):  # noqa: N818 - says what is the matter
    """No watch leads to that address; the message says what to do."""


def nothing_found(link: str, *, brand: Brand, desk: Desk, runs: KeepsRuns, now: datetime) -> Asked:
    """Keep that a person opened one of our links and found nothing. Raises NotOurLink."""
    query = next(
        (query for query, url in links(brand, desk, day=now.date(), all_days=True) if url == link),
        None,
    )
    if query is None:
        raise NotOurLink(f"no watch of {brand.name} has this link; `headwater links` prints them")
    asked = Asked(
        platform=query.platform,
        watch=query.watch,
        query=query.label,
        route=PERSON,
        verdict=Verdict.OK_EMPTY,
        reason="a person searched and found nothing",
        items=0,
        new=0,
        collected_by=CollectedBy.PERSON,
    )
    runs.add(
        Run(
            brand=brand.id,
            id=f"{brand.id}#{PERSON}#{query.platform}#{query.label}#{now:%Y-%m-%dT%H:%MZ}",
            started_at=now,
            finished_at=now,
            asked=(asked,),
        )
    )
    return asked
