"""Ask a platform what the watches look for, and keep every listing that is new."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from headwater.domain.brands import Brand, Desk, PlatformAccess
from headwater.domain.captures import StoredObject
from headwater.domain.coverage import CANARY, Asked, Run, field_shares, lost_fields
from headwater.domain.listings import CollectedBy, Sighting
from headwater.domain.pages import Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform, RouteName
from headwater.domain.queries import Plan, Query, plan
from headwater.domain.visits import Lane
from headwater.marketplaces import identify

_HISTORY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a route brought: the page or interface reply, if any came, and its reading."""

    reading: PageReading
    page: Page | None = None

    @classmethod
    def failed(cls, platform: Platform, reason: str, page: Page | None = None) -> "Reply":
        """Nothing that could be read; the reason says why and what to do."""
        return cls(reading=_unread(platform, Verdict.ERROR, reason), page=page)


class Route(Protocol):
    """A way to ask. Answers with a verdict, whatever happens; raises nothing of its own."""

    @property
    def name(self) -> RouteName: ...
    def takes(self, query: Query) -> bool:
        """Whether this way can ask that kind of question at all."""
        ...

    def ask(self, query: Query) -> Reply: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Why a way is not to be used now."""

    verdict: Verdict
    reason: str


class CountsVisits(Protocol):
    """Remembers, between runs, how often a way was used today and whether it was refused.

    `lane` names platform and route.
    """

    def admit(self, lane: str, *, now: datetime, budget: int) -> Closed | None:
        """Count one request; or say why there must be none."""
        ...

    def refused(
        self, lane: str, *, now: datetime, verdict: Verdict, reason: str, retry_after: str
    ) -> None:
        """Close the lane for hours. `retry_after` is the server's header, "" for none."""
        ...

    def answered(self, lane: str) -> None:
        """The lane works: the next refusal is a first one again."""
        ...


class KeepsListings(Protocol):
    """True when the listing was not known yet."""

    def add(self, sighting: Sighting) -> bool: ...


class KeepsRuns(Protocol):
    """Keeps what was asked and answered; a run is known by its brand, start and id."""

    def add(self, run: Run) -> None: ...
    def get(self, brand: str, started_at: datetime, run_id: str) -> Run | None: ...
    def latest(self, brand: str, limit: int) -> list[Run]: ...


class KeepsPages(Protocol):
    """Keeps the raw bytes of a page under a key, once."""

    def put_once(self, key: str, body: bytes, media_type: str) -> StoredObject | None: ...


def hindrance(lane: Lane, now: datetime, budget: int) -> Closed | None:
    """Why a lane must not be used now; None: it may be."""
    if lane.closed(now):
        return Closed(
            verdict=lane.verdict,
            reason=f"not asked: refused before ({lane.reason}); closed until "
            f"{lane.closed_until:%Y-%m-%d %H:%M} UTC",
        )
    if lane.used_up(now, budget):
        return Closed(
            verdict=Verdict.ERROR,
            reason=f"not asked: today's budget of {budget} requests is used up",
        )
    return None


def plan_of(brand: Brand, desk: Desk, platform: Platform, day: date) -> Plan:
    """What a brand asks a platform on a day: its share of the budget, less two canaries."""
    share = desk.access_to(platform).daily_budget // max(len(desk.watching(platform)), 1)
    return plan(brand.watches, platform, day=day, budget=share - 2)


def search(
    platform: Platform,
    *,
    brand: Brand,
    desk: Desk,
    routes: Sequence[Route],
    slot: datetime,
    until: datetime,
    rehearsal: bool,
    visits: CountsVisits,
    listings: KeepsListings,
    runs: KeepsRuns,
    pages: KeepsPages,
    clock: Callable[[], datetime],
) -> Run:
    """One run over the brand's questions of the day. `slot` is the scheduled time.

    Each question goes to the first route that answers it. A refusal closes its route for this run
    and hours after it; what was found is kept, what was not asked is said. A slot that was
    searched already is not searched again: its run is returned as it was.
    """
    run_id = f"{brand.id}#{platform}#{slot:%Y-%m-%dT%H:%MZ}"
    if known := runs.get(brand.id, slot, run_id):
        return known
    session = _Session(
        platform=platform,
        access=desk.access_to(platform),
        visits=visits,
        before=runs.latest(brand.id, _HISTORY),
        until=until,
        clock=clock,
        # What happens in a rehearsal must not keep the real platform closed, nor the next one.
        lanes=[
            _Lane(route=route, name=f"{run_id if rehearsal else platform}#{route.name}")
            for route in routes
        ],
    )
    for query in plan_of(brand, desk, platform, slot.date()).today:
        for lane, reply in session.ask(query):
            new = 0
            page_object = keep_page(reply.page, pages) if reply.page else None
            for rank, listing in enumerate(reply.reading.listings, start=1):
                new += listings.add(
                    Sighting(
                        brand=brand.id,
                        listing=listing,
                        run=run_id,
                        watch=query.watch,
                        query=query.label,
                        rank=rank,
                        route=lane.route.name,
                        collected_by=CollectedBy.SCHEDULE,
                        seen_at=clock(),
                        page_object=page_object,
                    )
                )
            session.asked[-1] = replace(session.asked[-1], new=new)
    run = Run(
        brand=brand.id,
        id=run_id,
        started_at=slot,
        finished_at=clock(),
        asked=tuple(session.asked),
        rehearsal=rehearsal,
        blind="; ".join(lane.blind for lane in session.lanes if lane.blind),
    )
    runs.add(run)
    return run


@dataclass(slots=True, kw_only=True)
class _Lane:
    """One route during one run."""

    route: Route
    name: str
    closed: Closed | None = None
    proven: bool = False
    blind: str = ""


@dataclass(slots=True, kw_only=True)
class _Session:
    """What happens between us and one platform in one run; `asked` is the ledger of it."""

    platform: Platform
    access: PlatformAccess
    visits: CountsVisits
    before: list[Run]
    until: datetime
    clock: Callable[[], datetime]
    lanes: list[_Lane]
    asked: list[Asked] = field(default_factory=list)

    def ask(self, query: Query) -> Iterable[tuple[_Lane, Reply]]:
        """The reply of each route that was asked, until one answered. Each stands in the ledger."""
        lanes = [lane for lane in self.lanes if lane.route.takes(query)]
        if not lanes:
            what = "a picture" if query.picture else "words"
            ways = ", ".join(lane.route.name for lane in self.lanes) or "none"
            title = self.platform.title
            reason = f"not asked: no route of {title} searches for {what} (it has: {ways})"
            self._note(query, ways, _unread(self.platform, Verdict.ERROR, reason))
            return
        for lane in lanes:
            self._prove(lane)
            reply = self._ask(lane, query)
            yield lane, reply
            if reply.reading.verdict.covers:
                return

    def _prove(self, lane: _Lane) -> None:
        """Before its first question a route must find what is known to be there."""
        if lane.proven or self._hindrance(lane):
            return
        lane.proven = True
        canaries = (
            Query(platform=self.platform, watch=CANARY, text=self.access.canary_query),
            Query(platform=self.platform, watch=CANARY, listing=self.access.canary_listing),
        )
        for canary in canaries:
            if canary.label and lane.route.takes(canary) and not self._hindrance(lane):
                reading = self._ask(lane, canary).reading
                if not _found(canary, reading):
                    what = f"{self.platform.title} by {lane.route.name}"
                    lane.blind = f"{what}: {canary.label!r} was not found: {reading.reason}"
                    self._mark_blind()

    def _mark_blind(self) -> None:
        """A zero where there must be something is no answer, whatever the platform says."""
        asked = self.asked[-1]
        if asked.verdict.covers:
            reason = f"must be found and was not: {asked.reason}"
            self.asked[-1] = replace(asked, verdict=Verdict.ERROR, reason=reason)

    def _hindrance(self, lane: _Lane) -> Closed | None:
        """Why a lane must not be used now; None: go on."""
        if lane.closed:
            return lane.closed
        if lane.route.name is RouteName.PAGE_FETCH and not self.access.fetch_pages:
            title = self.platform.title
            return Closed(
                verdict=Verdict.ERROR,
                reason=f"not asked: fetching pages of {title} is switched off in the config; "
                "import saved pages, or allow it after reading the platform's terms",
            )
        if self.clock() >= self.until:
            return Closed(
                verdict=Verdict.ERROR,
                reason="not asked: the time of this run was used up; lower the daily budget",
            )
        return None

    def _ask(self, lane: _Lane, query: Query) -> Reply:
        closed = self._hindrance(lane) or self.visits.admit(
            lane.name, now=self.clock(), budget=self.access.daily_budget
        )
        if closed:
            reply = Reply(reading=_unread(self.platform, closed.verdict, closed.reason))
            self._note(query, lane.route.name, reply.reading)
            return reply
        reply = lane.route.ask(query)
        asked = self._note(query, lane.route.name, reply.reading)
        if asked.verdict.refused:
            title = self.platform.title
            lane.closed = Closed(
                verdict=asked.verdict, reason=f"not asked: {title} refused earlier in this run"
            )
            self.visits.refused(
                lane.name,
                now=self.clock(),
                verdict=asked.verdict,
                reason=asked.reason,
                retry_after=reply.page.headers.get("retry-after", "") if reply.page else "",
            )
        elif asked.verdict.covers:
            self.visits.answered(lane.name)
        return reply

    def _note(self, query: Query, route: str, reading: PageReading) -> Asked:
        asked = Asked(
            platform=self.platform,
            watch=query.watch,
            query=query.label,
            route=route,
            verdict=reading.verdict,
            reason=reading.reason,
            items=len(reading.listings),
            new=0,
            fields=field_shares(reading.listings) if not query.listing else (),
        )
        if asked.verdict is Verdict.OK and (lost := lost_fields(asked, self.before)):
            asked = replace(asked, verdict=Verdict.SCHEMA_DRIFT, reason=lost)
        self.asked.append(asked)
        return asked


def _found(canary: Query, reading: PageReading) -> bool:
    """Whether there are results, or the very listing that was asked for."""
    if reading.verdict is not Verdict.OK:
        return False
    wanted = identify(canary.listing) if canary.listing else None
    return wanted is None or any(listing.key == wanted for listing in reading.listings)


def _unread(platform: Platform, verdict: Verdict, reason: str) -> PageReading:
    return PageReading(platform=platform, kind=PageKind.OTHER, verdict=verdict, reason=reason)


def keep_page(page: Page, pages: KeepsPages) -> str:
    """Where the raw bytes of a page lie: under their own hash."""
    key = f"pages/{hashlib.sha256(page.body).hexdigest()}"
    pages.put_once(key, page.body, "application/octet-stream")
    return key
