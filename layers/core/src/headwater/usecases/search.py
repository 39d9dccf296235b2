"""Ask a platform what the watches look for, and keep every listing that is new."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from headwater.domain.brands import Brand, Desk, PlatformAccess
from headwater.domain.captures import StoredObject
from headwater.domain.coverage import (
    CANARY,
    RUNS_COMPARED,
    Asked,
    Run,
    Try,
    field_shares,
    lost_fields,
)
from headwater.domain.listings import CollectedBy, ListingKey, Sighting
from headwater.domain.pages import Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform, RouteName
from headwater.domain.queries import Plan, Query, plan
from headwater.domain.visits import Lane
from headwater.marketplaces import identify, marketplace

_TRIES_READ = 3 * RUNS_COMPARED
"""Enough for 14 runs in which three routes were tried each: a fixed number, however many runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a route brought: the page or interface reply, if any came, and its reading."""

    reading: PageReading
    page: Page | None = None
    wire: bytes | None = None
    """The requests and answers that brought it, byte for byte (WARC), secrets taken out."""

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
    def tries(self, brand: str, platform: Platform, query: str, limit: int) -> list[Try]:
        """The last tries of one question, by whatever route, the newest first."""
        ...


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


def countries_of(access: PlatformAccess, platform: Platform) -> tuple[str, ...]:
    """Where a platform is asked: the owner's choice of its countries; () where it has none."""
    return access.countries or marketplace(platform).countries


def share_of(desk: Desk, platform: Platform) -> int:
    """How many requests a day are one brand's."""
    return desk.access_to(platform).daily_budget // max(len(desk.watching(platform)), 1)


def plan_of(brand: Brand, desk: Desk, platform: Platform, day: date) -> Plan:
    """What a brand asks a platform on a day: its share of the budget, less two canaries."""
    return plan(
        brand.watches,
        platform,
        day=day,
        budget=share_of(desk, platform) - 2,
        countries=countries_of(desk.access_to(platform), platform),
    )


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

    Each question goes to the first route that answers it. When all were asked, what is left of the
    brand's share of the budget goes into further pages, one of each question in turn. A refusal
    closes its route for this run and hours after it; what was found is kept, what was not asked is
    said. A slot that was searched already is not searched again: its run is returned as it was.
    """
    run_id = f"{brand.id}#{platform}#{slot:%Y-%m-%dT%H:%MZ}"
    if known := runs.get(brand.id, slot, run_id):
        return known

    def keep(query: Query, route: RouteName, reply: Reply) -> int:
        """Keep what the reply holds; how much of it is new."""
        page_object = keep_page(reply.page, pages) if reply.page else None
        wire_object = keep_wire(reply.wire, pages) if reply.wire else None
        return sum(
            listings.add(
                Sighting(
                    brand=brand.id,
                    listing=listing,
                    run=run_id,
                    watch=query.watch,
                    query=query.label,
                    rank=rank,
                    route=route,
                    collected_by=CollectedBy.SCHEDULE,
                    seen_at=clock(),
                    page_object=page_object,
                    wire_object=wire_object,
                    page_url=reply.page.url or None if reply.page else None,
                )
            )
            for rank, listing in enumerate(reply.reading.listings, start=1)
        )

    session = _Session(
        brand=brand.id,
        platform=platform,
        access=desk.access_to(platform),
        visits=visits,
        runs=runs,
        until=until,
        clock=clock,
        keep=keep,
        # What happens in a rehearsal must not keep the real platform closed, nor the next one.
        lanes=[
            _Lane(route=route, name=f"{run_id if rehearsal else platform}#{route.name}")
            for route in routes
        ],
    )
    open_ends = [session.ask(query) for query in plan_of(brand, desk, platform, slot.date()).today]
    session.go_deeper([one for one in open_ends if one], most=share_of(desk, platform))
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
class _OpenEnd:
    """A question that was answered and may have more pages. `row`: its place in the ledger."""

    query: Query
    lane: _Lane
    row: int
    seen: set[ListingKey]
    total: int | None
    page_size: int
    pages: int = 1

    @property
    def depth(self) -> str:
        """How far the results were read, in words."""
        if self.total is not None and len(self.seen) >= self.total:
            return f"all {self.total} results"
        read = "page 1" if self.pages == 1 else f"pages 1-{self.pages}"
        if self.total is None:
            return f"{read}; how many there are is not said"
        return f"{read} of about {-(-self.total // max(self.page_size, 1))}"


@dataclass(slots=True, kw_only=True)
class _Session:
    """What happens between us and one platform in one run; `asked` is the ledger of it."""

    brand: str
    platform: Platform
    access: PlatformAccess
    visits: CountsVisits
    runs: KeepsRuns
    until: datetime
    clock: Callable[[], datetime]
    keep: Callable[[Query, RouteName, Reply], int]
    lanes: list[_Lane]
    asked: list[Asked] = field(default_factory=list)
    requests: int = 0

    def ask(self, query: Query) -> _OpenEnd | None:
        """Ask one route after the other until one answers; the question's further pages, if any.

        Each try stands in the ledger.
        """
        lanes = [
            lane
            for lane in self.lanes
            if lane.route.takes(query) and lane.route.name in (query.routes or (lane.route.name,))
        ]
        if not lanes:
            what = "a picture" if query.picture else "the like of a link" if query.like else "words"
            ways = ", ".join(lane.route.name for lane in self.lanes) or "none"
            title = self.platform.title
            reason = f"not asked: no route of {title} searches for {what} (it has: {ways})"
            self._note(query, ways, _unread(self.platform, Verdict.ERROR, reason))
            return None
        for lane in lanes:
            self._prove(lane)
            reply = self._ask(lane, query)
            row = len(self.asked) - 1
            self.asked[row] = replace(self.asked[row], new=self.keep(query, lane.route.name, reply))
            if reply.reading.verdict.covers:
                return self._open_end(query, lane, row, reply.reading)
        return None

    def go_deeper(self, open_ends: Sequence[_OpenEnd], *, most: int) -> None:
        """Further pages of each question in turn, until `most` requests were made in all.

        A question ends where a page brings nothing that the pages before it did not, or fails.
        """
        for page in range(2, self.access.pages + 1):
            open_ends = [
                one
                for one in open_ends
                if self.requests < most and not self._hindrance(one.lane) and self._go_on(one, page)
            ]

    def _open_end(
        self, query: Query, lane: _Lane, row: int, reading: PageReading
    ) -> _OpenEnd | None:
        if reading.verdict is not Verdict.OK:
            return None
        end = _OpenEnd(
            query=query,
            lane=lane,
            row=row,
            seen={listing.key for listing in reading.listings},
            total=reading.total,
            page_size=len(reading.listings),
        )
        if not lane.route.takes(replace(query, page=2)):
            depth = f"the first {len(end.seen)}; this route shows no further page"
            self.asked[row] = _as_deep(self.asked[row], depth)
            return None
        self.asked[row] = _as_deep(self.asked[row], end.depth)
        return end if end.total is None or len(end.seen) < end.total else None

    def _go_on(self, end: _OpenEnd, page: int) -> bool:
        """Read that page; whether the next one is worth asking for."""
        query = replace(end.query, page=page)
        reply, closed = self._request(end.lane, query)
        known = self.asked[end.row]
        reading = reply.reading
        found = {listing.key for listing in reading.listings} - end.seen
        if closed or not reading.verdict.covers:
            reason = f"{known.reason}; page {page}: {reading.verdict}: {reading.reason}"
            self.asked[end.row] = replace(known, reason=reason.removeprefix("; "))
            return False
        end.seen |= found
        end.pages = page
        self.asked[end.row] = replace(
            known,
            items=len(end.seen),
            new=known.new + self.keep(query, end.lane.route.name, reply),
            depth=end.depth,
        )
        return bool(found) and (end.total is None or len(end.seen) < end.total)

    def _prove(self, lane: _Lane) -> None:
        """Before its first question a route must find what is known to be there.

        That is a query, and a listing: opened by its address, or where the route opens none,
        among the query's results.
        """
        if lane.proven or self._hindrance(lane):
            return
        lane.proven = True
        country = next(iter(countries_of(self.access, self.platform)), "")
        words = Query(
            platform=self.platform,
            watch=CANARY,
            text=self.access.canary_words(self.platform),
            country=country,
        )
        reading = self._ask(lane, words).reading
        if self.asked[-1].verdict is not Verdict.OK:
            self._is_blind(lane, words.label, self.asked[-1].reason)
        known = Query(platform=self.platform, watch=CANARY, listing=self.access.canary_listing)
        if not known.listing:
            lane.blind = lane.blind or (
                f"{self.platform.title} by {lane.route.name}: no listing is known that must be "
                "there; name one in the config (canary_listing)"
            )
        elif lane.route.takes(known):
            if not self._hindrance(lane):
                reading = self._ask(lane, known).reading
                if self.asked[-1].verdict is not Verdict.OK or not _holds(reading, known.listing):
                    self._is_blind(lane, known.label, reading.reason)
        elif not _holds(reading, known.listing):
            self._is_blind(lane, known.label, f"it is not among the results for {words.label!r}")

    def _is_blind(self, lane: _Lane, canary: str, why: str) -> None:
        """A zero where there must be something is no answer, whatever the platform says."""
        what = f"{self.platform.title} by {lane.route.name}"
        lane.blind = lane.blind or f"{what}: {canary!r} was not found: {why}"
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
        reply, _ = self._request(lane, query)
        self._note(query, lane.route.name, reply.reading)
        return reply

    def _request(self, lane: _Lane, query: Query) -> tuple[Reply, Closed | None]:
        """The answer, and why nobody was asked, if so. A refusal closes the lane."""
        closed = self._hindrance(lane) or self.visits.admit(
            lane.name, now=self.clock(), budget=self.access.daily_budget
        )
        if closed:
            return Reply(reading=_unread(self.platform, closed.verdict, closed.reason)), closed
        self.requests += 1
        reply = lane.route.ask(query)
        reading = reply.reading
        if reading.verdict.refused:
            title = self.platform.title
            lane.closed = Closed(
                verdict=reading.verdict, reason=f"not asked: {title} refused earlier in this run"
            )
            self.visits.refused(
                lane.name,
                now=self.clock(),
                verdict=reading.verdict,
                reason=reading.reason,
                retry_after=reply.page.headers.get("retry-after", "") if reply.page else "",
            )
        elif reading.verdict.covers:
            self.visits.answered(lane.name)
        return reply, None

    def _note(self, query: Query, route: str, reading: PageReading) -> None:
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
        if asked.verdict is Verdict.OK and not query.listing:
            before = self.runs.tries(self.brand, self.platform, asked.query, _TRIES_READ)
            if lost := lost_fields(asked, before):
                asked = replace(asked, verdict=Verdict.SCHEMA_DRIFT, reason=lost)
        self.asked.append(asked)


def _as_deep(asked: Asked, depth: str) -> Asked:
    """With its depth, which says more than "12 results" does."""
    return replace(asked, depth=depth, reason="" if asked.verdict is Verdict.OK else asked.reason)


def _holds(reading: PageReading, address: str) -> bool:
    """Whether the very listing of that address was found."""
    wanted = identify(address)
    return wanted is not None and any(listing.key == wanted for listing in reading.listings)


def _unread(platform: Platform, verdict: Verdict, reason: str) -> PageReading:
    return PageReading(platform=platform, kind=PageKind.OTHER, verdict=verdict, reason=reason)


def keep_page(page: Page, pages: KeepsPages) -> str:
    """Where the raw bytes of a page lie: under their own hash."""
    key = f"pages/{hashlib.sha256(page.body).hexdigest()}"
    pages.put_once(key, page.body, "application/octet-stream")
    return key


def keep_wire(wire: bytes, pages: KeepsPages) -> str:
    """Where the record of the exchanges that brought a page lies: under its own hash."""
    key = f"pages/{hashlib.sha256(wire).hexdigest()}.warc.gz"
    pages.put_once(key, wire, "application/warc")
    return key
