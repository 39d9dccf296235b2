"""What a run asked and what was answered: the proof, or the lack of it, behind "nothing new"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from headwater.domain.listings import CollectedBy, Listing
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform

CANARY = "canary"
"""Stands in the place of the watch's id where a question only proves that we can see."""
PERSON = "person"
"""The route of a question that a person asked in a browser."""
RUNS_COMPARED = 14
_FEWEST_ITEMS = 5
_FEWEST_RUNS = 3
_USUAL = 0.5
_LOST = 0.7
_DRIFTS = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One query of a run and its answer. `new` counts listings never seen before.

    `depth` says in words how far the results were read ("pages 1-2 of about 14"), never more than
    was. `fields`: the share (0 to 1) of its first page's listings that have each field, by name.
    """

    platform: Platform
    watch: str
    query: str
    route: str
    verdict: Verdict
    reason: str
    items: int
    new: int
    depth: str = ""
    fields: tuple[tuple[str, float], ...] = ()
    collected_by: CollectedBy = CollectedBy.SCHEDULE

    @property
    def canary(self) -> bool:
        return self.watch == CANARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One search run, or one imported file. `id` is deterministic: "source#query#slot".

    `blind` says why nothing may be concluded from it: a canary was not found. "" otherwise.
    """

    brand: str
    id: str
    started_at: datetime
    finished_at: datetime
    asked: tuple[Asked, ...]
    rehearsal: bool = False
    blind: str = ""

    @property
    def covered(self) -> bool:
        """Whether every question of the run was answered. Only then may "nothing new" be said.

        A question that one route did not answer and the next one did is answered.
        """
        questions = {(asked.platform, asked.watch, asked.query) for asked in self.asked}
        answered = {
            (asked.platform, asked.watch, asked.query)
            for asked in self.asked
            if asked.verdict.covers
        }
        return bool(questions) and questions == answered and not self.blind


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One question of one run, as the ledger keeps it by question: what may follow from it."""

    run: str
    at: datetime
    asked: Asked
    rehearsal: bool = False
    blind: str = ""


def field_shares(listings: Sequence[Listing]) -> tuple[tuple[str, float], ...]:
    """How many of the listings have a title, a price, …: the first sign of a changed layout."""
    if not listings:
        return ()
    filled = {
        "title": sum(listing.title is not None for listing in listings),
        "price": sum(listing.price is not None for listing in listings),
        "seller": sum(listing.seller is not None for listing in listings),
        "pictures": sum(bool(listing.pictures) for listing in listings),
        "minimum order": sum(listing.minimum_order is not None for listing in listings),
    }
    return tuple((name, round(count / len(listings), 3)) for name, count in filled.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShare:
    """In what share (0 to 1) of the listings of one run and way a field was read.

    `usual`: the median of the runs before, at most 14; None where they were too few to say.
    """

    name: str
    share: float
    usual: float | None

    @property
    def drifts(self) -> bool:
        """Whether it is read in clearly fewer listings than usual: a layout may be changing."""
        return self.usual is not None and self.share < self.usual * _DRIFTS


def field_coverage(runs: Iterable[Iterable[Asked]]) -> dict[str, tuple[FieldShare, ...]]:
    """By way, the fields of the newest run that read listings by it. `runs`: the newest first,
    each with its questions to one platform, which count as much as they had listings.
    """
    by_way: dict[str, list[dict[str, float]]] = {}
    for questions in runs:
        ways: dict[str, list[Asked]] = {}
        for asked in questions:
            if asked.fields and asked.items:
                ways.setdefault(asked.route, []).append(asked)
        for way, answers in ways.items():
            seen = by_way.setdefault(way, [])
            told = [one for one in answers if one.verdict.covers] if seen else answers
            if told:
                seen.append(_mean_shares(told))
    return {way: _beside_usual(*shares[: RUNS_COMPARED + 1]) for way, shares in by_way.items()}


def _mean_shares(answers: Iterable[Asked]) -> dict[str, float]:
    counts: dict[str, tuple[float, int]] = {}
    for asked in answers:
        for name, share in asked.fields:
            found, of = counts.get(name, (0.0, 0))
            counts[name] = found + share * asked.items, of + asked.items
    return {name: found / of for name, (found, of) in counts.items()}


def _beside_usual(newest: dict[str, float], *before: dict[str, float]) -> tuple[FieldShare, ...]:
    found = []
    for name, share in newest.items():
        past = [shares[name] for shares in before if name in shares]
        usual = median(past) if len(past) >= _FEWEST_RUNS else None
        found.append(FieldShare(name=name, share=share, usual=usual))
    return tuple(found)


def field_words(shares: Iterable[FieldShare]) -> str:
    """What is not read in every listing: "seller 30% (usually 95%), minimum order 0%"."""
    few = [one for one in shares if one.share < 1]
    return ", ".join(
        f"{one.name} {min(one.share, 0.99):.0%}"
        + (f" (usually {one.usual:.0%})" if one.drifts else "")
        for one in few
    )


def lost_fields(asked: Asked, before: Iterable[Try]) -> str:
    """In words, the fields that became rare; "" for none. `before`: its tries, the newest first.

    A field is lost when its share is under 70 % of its median over the last 14 runs of the same
    question by the same route that had at least five items, and the median says that it was usual.
    """
    if asked.items < _FEWEST_ITEMS:
        return ""
    same = [
        one.asked
        for one in before
        if one.asked.route == asked.route
        and one.asked.verdict.covers
        and one.asked.items >= _FEWEST_ITEMS
    ]
    shares: dict[str, list[float]] = {}
    for one in same[:RUNS_COMPARED]:
        for name, share in one.fields:
            shares.setdefault(name, []).append(share)
    lost = []
    for name, share in asked.fields:
        usual = median(shares[name]) if len(shares.get(name, ())) >= _FEWEST_RUNS else 0.0
        if usual >= _USUAL and share < usual * _LOST:
            lost.append(f"{name} in {share:.0%} of the listings, usually in {usual:.0%}")
    return "; ".join(lost)
