"""Which questions a platform is asked on a day, so that each has its turn within the budget."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from headwater.domain.brands import Reference, Watch
from headwater.domain.platforms import Platform, RouteName


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question to one platform: for words, a picture, a listing, or what is like a listing.

    `listing` and `like` are addresses. `country` is one of Lazada's, "" elsewhere. `page` counts
    from 1: the same question goes on there. `routes`: only by these (() for all).
    """

    platform: Platform
    watch: str
    text: str = ""
    picture: Reference | None = None
    listing: str = ""
    like: str = ""
    country: str = ""
    page: int = 1
    routes: tuple[RouteName, ...] = ()

    @property
    def label(self) -> str:
        """What is asked, as it stands in the ledger; the same for all its pages."""
        if self.picture:
            return f"picture {self.picture.id}"
        if self.like:
            return f"like {self.like}"
        return f"{self.text} ({self.country})" if self.country else self.text or self.listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The questions of a day, and those whose turn comes within `period`, with their day."""

    today: tuple[Query, ...]
    later: tuple[tuple[Query, date], ...]
    period: timedelta


def plan(
    watches: Iterable[Watch],
    platform: Platform,
    *,
    day: date,
    budget: int,
    countries: Sequence[str] = (),
) -> Plan:
    """What the owner wrote is asked daily if the budget allows; the rest of it goes round.

    Words are asked in each of the countries. Deterministic: the same watches, day and budget give
    the same questions. On every day of the period other ones follow, until each was asked.
    """
    own, made = _questions(watches, platform, countries or ("",))
    budget = max(budget, 1)
    if len(own) > budget or (made and len(own) == budget):
        own, made = (), own + made
    room = budget - len(own)
    if not made or room >= len(made):
        return Plan(today=own + made, later=(), period=timedelta(days=1))
    period = -(-len(made) // room)
    start = day.toordinal() * room % len(made)
    turned = made[start:] + made[:start]
    return Plan(
        today=own + turned[:room],
        later=tuple(
            (query, day + timedelta(days=1 + place // room))
            for place, query in enumerate(turned[room:])
        ),
        period=timedelta(days=period),
    )


def _questions(
    watches: Iterable[Watch], platform: Platform, countries: Sequence[str]
) -> tuple[tuple[Query, ...], tuple[Query, ...]]:
    """The owner's and ours. Asked for by two watches, a question is the first one's."""
    own: dict[str, Query] = {}
    made: dict[str, Query] = {}
    watching = [watch for watch in watches if platform in watch.platforms]
    for watch in watching:
        base = Query(platform=platform, watch=watch.id, routes=watch.routes)
        for text in watch.words:
            for country in countries:
                query = replace(base, text=text, country=country)
                own.setdefault(query.label.casefold(), query)
        for picture in watch.pictures:
            own.setdefault(picture.sha256, replace(base, picture=picture))
        for like in watch.links:
            query = replace(base, like=like)
            own.setdefault(query.label, query)
    for watch in watching:
        base = Query(platform=platform, watch=watch.id, routes=watch.routes)
        for text, chinese in watch.variants:
            for country in countries if chinese in {None, platform.chinese} else ():
                query = replace(base, text=text, country=country)
                if query.label.casefold() not in own:
                    made.setdefault(query.label.casefold(), query)
    return tuple(own.values()), tuple(made.values())
