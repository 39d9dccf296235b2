"""Which questions a platform is asked on a day, so that each has its turn within the budget."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from headwater.domain.brands import Reference, Watch
from headwater.domain.platforms import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question to one platform: for words, for a picture, or for a listing by its address."""

    platform: Platform
    watch: str
    text: str = ""
    picture: Reference | None = None
    listing: str = ""

    @property
    def label(self) -> str:
        """What is asked, as it stands in the ledger."""
        return f"picture {self.picture.id}" if self.picture else self.text or self.listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The questions of a day, and those whose turn comes within `period`, with their day."""

    today: tuple[Query, ...]
    later: tuple[tuple[Query, date], ...]
    period: timedelta


def plan(watches: Iterable[Watch], platform: Platform, *, day: date, budget: int) -> Plan:
    """What the owner wrote is asked daily if the budget allows; the rest of it goes round.

    Deterministic: the same watches, day and budget give the same questions. On every day of the
    period other ones follow, until each was asked.
    """
    own, made = _questions(watches, platform)
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
    watches: Iterable[Watch], platform: Platform
) -> tuple[tuple[Query, ...], tuple[Query, ...]]:
    """The owner's and ours. Asked for by two watches, a question is the first one's."""
    own: dict[str, Query] = {}
    made: dict[str, Query] = {}
    watching = [watch for watch in watches if platform in watch.platforms]
    for watch in watching:
        for text in watch.words:
            query = Query(platform=platform, watch=watch.id, text=text)
            own.setdefault(text.casefold(), query)
        for picture in watch.pictures:
            query = Query(platform=platform, watch=watch.id, picture=picture)
            own.setdefault(picture.sha256, query)
    for watch in watching:
        for text, chinese in watch.variants:
            if chinese in {None, platform.chinese} and text.casefold() not in own:
                query = Query(platform=platform, watch=watch.id, text=text)
                made.setdefault(text.casefold(), query)
    return tuple(own.values()), tuple(made.values())
