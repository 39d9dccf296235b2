"""What a watch was asked, what was answered and what was not covered; and what a person adds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from headwater import marketplaces
from headwater.domain.brands import Brand, Desk, PlatformAccess, Watch
from headwater.domain.coverage import (
    CANARY,
    PERSON,
    RUNS_COMPARED,
    Asked,
    FieldShare,
    Run,
    Try,
    field_coverage,
)
from headwater.domain.listings import CollectedBy
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.domain.queries import Query
from headwater.usecases.search import KeepsRuns, countries_of, plan_of

_TRIES = 4 + RUNS_COMPARED
"""One question can have four tries in the last run, with a person's; and those to compare with."""


class KnowsTries(Protocol):
    """The past of each question."""

    def tries(self, brand: str, platform: Platform, query: str, limit: int) -> list[Try]:
        """The last tries, by whatever route, the newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The last try of one question; None where it never was asked. `turn`: its next day."""

    query: Query
    turn: date
    last: Try | None = None

    @property
    def covered(self) -> bool:
        return self.last is not None and self.last.asked.verdict.covers


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One platform of a watch: its last search, the canaries of that, and the watch's questions.

    `fields`: by way, in what share of the watch's listings each field was last read.
    """

    platform: Platform
    access: PlatformAccess
    last: Try | None
    canaries: tuple[Asked, ...]
    answers: tuple[Answer, ...]
    period_days: int
    fields: Mapping[str, tuple[FieldShare, ...]]

    @property
    def gaps(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if not answer.covered)

    @property
    def blind(self) -> str:
        """Why nothing follows from the last search; "" when something does."""
        return self.last.blind if self.last else ""


def explain(
    watch: Watch, *, brand: Brand, desk: Desk, runs: KnowsTries, day: date
) -> tuple[Explained, ...]:
    """One entry per platform of the watch."""
    return tuple(
        _explain(watch, platform, brand=brand, desk=desk, runs=runs, day=day)
        for platform in watch.platforms
    )


def _explain(
    watch: Watch, platform: Platform, *, brand: Brand, desk: Desk, runs: KnowsTries, day: date
) -> Explained:
    plan = plan_of(brand, desk, platform, day)
    access = desk.access_to(platform)

    def tries(query: Query) -> list[Try]:
        return runs.tries(brand.id, platform, query.label, _TRIES)

    turns = [(query, day) for query in plan.today] + list(plan.later)
    past = [(query, turn, tries(query)) for query, turn in turns if query.watch == watch.id]
    answers = tuple(
        Answer(query=query, turn=turn, last=_told(tried)) for query, turn, tried in past
    )
    canaries = [one for query in _canaries(platform, access) for one in tries(query)]
    asked = [one.last for one in answers if one.last and one.last.asked.route != PERSON]
    last = max([*canaries, *asked], key=lambda one: one.at, default=None)
    return Explained(
        platform=platform,
        access=access,
        last=last,
        canaries=tuple(
            one.asked for one in canaries if last and one.run == last.run and one.asked.canary
        ),
        answers=answers,
        period_days=plan.period.days,
        fields=field_coverage(_by_run(one for _, _, tried in past for one in tried)),
    )


def _canaries(platform: Platform, access: PlatformAccess) -> Iterator[Query]:
    country = next(iter(countries_of(access, platform)), "")
    words = access.canary_words(platform)
    yield Query(platform=platform, watch=CANARY, text=words, country=country)
    if access.canary_listing:
        yield Query(platform=platform, watch=CANARY, listing=access.canary_listing)


def _by_run(tries: Iterable[Try]) -> Iterator[list[Asked]]:
    """The questions of each run, the newest run first."""
    runs: dict[str, list[Asked]] = {}
    for one in sorted(tries, key=lambda one: one.at, reverse=True):
        runs.setdefault(one.run, []).append(one.asked)
    yield from runs.values()


def _told(tries: Sequence[Try]) -> Try | None:
    """Of the newest run's tries the one that answered, else the last."""
    newest = [one for one in tries if one.run == tries[0].run]
    answered = (one for one in newest if one.asked.verdict.covers)
    return next(answered, newest[0] if newest else None)


def links(brand: Brand, desk: Desk, *, day: date, all_days: bool) -> Iterator[tuple[Query, str]]:
    """Search links for a person: the questions of the day, or of all days, on every platform."""
    for platform in Platform:
        if platform is Platform.GENERIC:
            continue
        plan = plan_of(brand, desk, platform, day)
        later = tuple(query for query, _ in plan.later) if all_days else ()
        for query in plan.today + later:
            if query.text:
                yield query, marketplaces.search_url(platform, query.text, country=query.country)


class NotOurLink(Exception):  # noqa: N818 - says what is the matter
    """No watch leads to that address; the message says what to do."""


def nothing_found(link: str, *, brand: Brand, desk: Desk, runs: KeepsRuns, now: datetime) -> Asked:
    """Keep that a person opened one of our links and found nothing. Raises NotOurLink."""
    query = next(
        (
            query
            for query, url in links(brand, desk, day=now.date(), all_days=True)
            if link in {url, marketplaces.older_search_url(query.platform, query.text)}
        ),
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
