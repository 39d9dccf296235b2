"""Ask a platform what the watches look for, and keep every listing that is new."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from headwater import marketplaces
from headwater.domain.brands import Brand, PlatformAccess
from headwater.domain.captures import StoredObject
from headwater.domain.coverage import Asked, Run
from headwater.domain.exchanges import Fetched, FetchFailed
from headwater.domain.listings import CollectedBy, Listing, Sighting
from headwater.domain.pages import LayoutChanged, Page, PageReading, Verdict
from headwater.domain.platforms import Platform

PAGE_FETCH = "page_fetch"


class Fetches(Protocol):
    """Fetches a page. Raises FetchFailed, also when the site's robots.txt says no."""

    def fetch(self, url: str) -> Fetched: ...


class KeepsListings(Protocol):
    """True when the listing was not known yet."""

    def add(self, sighting: Sighting) -> bool: ...


class KeepsRuns(Protocol):
    """Keeps what was asked and answered; a run is known by its brand, start and id."""

    def add(self, run: Run) -> None: ...
    def get(self, brand: str, started_at: datetime, run_id: str) -> Run | None: ...


class KeepsPages(Protocol):
    """Keeps the raw bytes of a page under a key, once."""

    def put_once(self, key: str, body: bytes, media_type: str) -> StoredObject | None: ...


def search(
    platform: Platform,
    *,
    brand: Brand,
    access: PlatformAccess,
    slot: datetime,
    rehearsal: bool,
    fetches: Fetches,
    listings: KeepsListings,
    runs: KeepsRuns,
    pages: KeepsPages,
    clock: Callable[[], datetime],
) -> Run:
    """One run over all of the brand's watches on a platform. `slot` is the scheduled time.

    A refusal ends the run: what was found is kept, what was not asked any more is said. A slot
    that was searched already is not searched again: its run is returned as it was.
    """
    run_id = f"{brand.id}#{platform}#{slot:%Y-%m-%dT%H:%MZ}"
    if known := runs.get(brand.id, slot, run_id):
        return known
    asked: list[Asked] = []
    refusal: Asked | None = None
    for watch in brand.watches:
        if platform not in watch.platforms:
            continue
        for query in watch.words:
            question = _Question(platform=platform, watch=watch.id, query=query, route=PAGE_FETCH)
            if not access.fetch_pages:
                reason = (
                    f"not asked: fetching pages of {platform.title} is switched off in the config; "
                    "import saved pages, or allow it after reading the platform's terms"
                )
                asked.append(question.not_answered(Verdict.ERROR, reason))
                continue
            if refusal is not None:
                reason = f"not asked: {platform.title} refused earlier in this run"
                asked.append(question.not_answered(refusal.verdict, reason))
                continue
            answer = _ask(question, fetches)
            if isinstance(answer, Asked):
                asked.append(answer)
                continue
            fetched, reading = answer
            page_object = keep_page(fetched.page, pages)
            new = keep_listings(
                reading.listings,
                listings,
                lambda listing, rank, q=question, key=page_object: Sighting(  # type: ignore[misc]
                    brand=brand.id,
                    listing=listing,
                    run=run_id,
                    watch=q.watch,
                    query=q.query,
                    rank=rank,
                    route=PAGE_FETCH,
                    collected_by=CollectedBy.SCHEDULE,
                    seen_at=clock(),
                    page_object=key,
                ),
            )
            asked.append(question.answered(reading, new))
            if reading.verdict.refused:
                refusal = asked[-1]
    run = Run(
        brand=brand.id,
        id=run_id,
        started_at=slot,
        finished_at=clock(),
        asked=tuple(asked),
        rehearsal=rehearsal,
    )
    runs.add(run)
    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    platform: Platform
    watch: str
    query: str
    route: str

    def answered(self, reading: PageReading, new: int) -> Asked:
        return Asked(
            platform=self.platform,
            watch=self.watch,
            query=self.query,
            route=self.route,
            verdict=reading.verdict,
            reason=reading.reason,
            items=len(reading.listings),
            new=new,
        )

    def not_answered(self, verdict: Verdict, reason: str) -> Asked:
        return Asked(
            platform=self.platform,
            watch=self.watch,
            query=self.query,
            route=self.route,
            verdict=verdict,
            reason=reason,
            items=0,
            new=0,
        )


def _ask(question: _Question, fetches: Fetches) -> Asked | tuple[Fetched, PageReading]:
    url = marketplaces.search_url(question.platform, question.query)
    try:
        fetched = fetches.fetch(url)
    except FetchFailed as error:
        return question.not_answered(Verdict.ERROR, error.reason)
    try:
        return fetched, marketplaces.read(fetched.page, platform=question.platform)
    except LayoutChanged as error:
        return question.not_answered(Verdict.SCHEMA_DRIFT, str(error))


def keep_page(page: Page, pages: KeepsPages) -> str:
    key = f"pages/{hashlib.sha256(page.body).hexdigest()}"
    pages.put_once(key, page.body, "application/octet-stream")
    return key


def keep_listings(
    found: Iterable[Listing],
    listings: KeepsListings,
    sighting: Callable[[Listing, int], Sighting],
) -> int:
    return sum(listings.add(sighting(listing, rank)) for rank, listing in enumerate(found, start=1))
