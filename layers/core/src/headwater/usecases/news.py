"""After the searches: what is new, in one mail, grouped, and each search told once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from headwater.domain.alerts import Claim, Level, NotSent, quiet_until, told
from headwater.domain.brands import Brand, Recipient
from headwater.domain.coverage import Run
from headwater.domain.listings import Sighting
from headwater.domain.platforms import Platform
from headwater.usecases.deadlines import Ledger

LOOKED_BACK = timedelta(hours=48)
"""A search that is older is not told any more: it stands in the report."""
ONE_ROUND = timedelta(hours=1)
"""The searches of a night do not begin in the same second."""
SHOWN = 8
"""Listings of each group; the report has all."""
_MOST_READ = 500


class KnowsSearches(Protocol):
    def searches_since(self, brand: str, moment: datetime) -> Sequence[Run]: ...


class KnowsListings(Protocol):
    def seen_since(self, brand: str, moment: datetime, limit: int) -> Sequence[Sighting]:
        """The listings seen for the first time then or later, the newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one watch found on one platform: how many new ones, and the first of them."""

    watch: str
    platform: Platform
    new: int
    shown: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A platform of which these searches do not say everything: blind, or not all was answered."""

    platform: Platform
    asked: int
    answered: int
    blind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One mail to one person. `gaps` keeps it honest: what is not in it may still be there."""

    brand: Brand
    recipient: Recipient
    now: datetime
    groups: tuple[Group, ...]
    gaps: tuple[Gap, ...]
    rehearsal: bool = False
    possible_repeat: bool = False

    @property
    def new(self) -> int:
        return sum(group.new for group in self.groups)


class NewsMail(Protocol):
    def send_news(self, news: News) -> None:
        """Raises NotSent when it certainly did not go; any other error leaves that open."""
        ...


@dataclass(slots=True)
class Reported:
    """What a round did."""

    sent: int = 0
    failures: list[str] = field(default_factory=list)


def tell_news(
    brand: Brand,
    *,
    runs: KnowsSearches,
    listings: KnowsListings,
    ledger: Ledger,
    mail: NewsMail,
    now: datetime,
) -> Reported:
    """Mail what the searches of the last two days found that nobody was told; nothing new, no mail.

    Each search is claimed for each person, so that whoever comes twice, late or after a crash
    tells it at least once, and a possible repeat is marked as one.
    """
    done = Reported()
    recent = runs.searches_since(brand.id, now - LOOKED_BACK)
    with_news = [run for run in recent if any(one.new for one in run.asked if not one.canary)]
    if not with_news:
        return done
    first = min(run.started_at for run in with_news)
    sightings = listings.seen_since(brand.id, first, _MOST_READ)
    for recipient in told(brand.recipients, Level.AT_ONCE):
        if quiet_until(recipient, Level.AT_ONCE, now):
            continue  # the next round comes after the quiet hours
        claims = {run.id: ledger.claim(_key(run, recipient), brand.id, now) for run in with_news}
        mine = [run for run in with_news if claims[run.id] in {Claim.SEND, Claim.REPEAT}]
        if not mine:
            continue
        news = News(
            brand=brand,
            recipient=recipient,
            now=now,
            groups=_groups(mine, sightings),
            gaps=_gaps(recent, mine),
            rehearsal=any(run.rehearsal for run in mine),
            possible_repeat=any(claims[run.id] is Claim.REPEAT for run in mine),
        )
        try:
            mail.send_news(news)
        except NotSent as error:
            for run in mine:
                ledger.release(_key(run, recipient))
            done.failures.append(f"{recipient.email}: {error}")
        else:
            for run in mine:
                ledger.confirm(_key(run, recipient), now)
            done.sent += 1
    return done


def _key(run: Run, recipient: Recipient) -> str:
    return f"{run.id}#news#{recipient.email}"


def _groups(runs: Sequence[Run], sightings: Iterable[Sighting]) -> tuple[Group, ...]:
    """By watch and platform, the one with the most first."""
    counts: dict[tuple[str, Platform], int] = {}
    for run in runs:
        for asked in run.asked:
            if asked.new and not asked.canary:
                group = (asked.watch, asked.platform)
                counts[group] = counts.get(group, 0) + asked.new
    told_now = {run.id for run in runs}
    shown: dict[tuple[str, Platform], list[Sighting]] = {}
    for one in sightings:
        if one.run in told_now:
            shown.setdefault((one.watch, one.listing.key.platform), []).append(one)
    return tuple(
        Group(
            watch=watch,
            platform=platform,
            new=new,
            shown=tuple(_first(shown.get((watch, platform), ()))),
        )
        for (watch, platform), new in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _first(sightings: Iterable[Sighting]) -> list[Sighting]:
    return sorted(sightings, key=lambda one: (one.query, one.rank))[:SHOWN]


def _gaps(recent: Sequence[Run], mine: Sequence[Run]) -> tuple[Gap, ...]:
    """Of the searches since the first of those, the ones that do not say everything."""
    first = min(run.started_at for run in mine) - ONE_ROUND
    found = []
    for run in recent:
        questions = {one.query for one in run.asked if not one.canary}
        answered = {one.query for one in run.asked if not one.canary and one.verdict.covers}
        if run.started_at >= first and questions and not run.covered:
            gap = Gap(
                platform=run.asked[0].platform,
                asked=len(questions),
                answered=len(answered),
                blind=bool(run.blind),
            )
            found.append(gap)
    return tuple(found)
