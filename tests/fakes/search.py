"""The search's surroundings in memory, and the rehearsal marketplace without a socket."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from headwater.domain.captures import StoredObject
from headwater.domain.coverage import Run, Try
from headwater.domain.exchanges import Exchange, Fetched, FetchFailed
from headwater.domain.listings import Sighting
from headwater.domain.pages import Page, Verdict
from headwater.domain.platforms import Platform
from headwater.domain.visits import Lane
from headwater.usecases.search import Closed, hindrance
from headwater_demo.marketplace import answer

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class ListingsInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, Sighting] = {}

    def add(self, sighting: Sighting) -> bool:
        key = f"{sighting.brand}#{sighting.listing.key}"
        new = key not in self.kept
        self.kept.setdefault(key, sighting)
        return new

    def seen_since(self, brand: str, moment: datetime, limit: int) -> list[Sighting]:
        seen = [one for one in self.kept.values() if one.brand == brand and one.seen_at >= moment]
        return sorted(seen, key=lambda one: one.seen_at, reverse=True)[:limit]


class RunsInMemory:
    def __init__(self) -> None:
        self.kept: list[Run] = []

    def add(self, run: Run) -> None:
        self.kept = [known for known in self.kept if _key(known) != _key(run)] + [run]

    def get(self, brand: str, started_at: datetime, run_id: str) -> Run | None:
        wanted = (brand, started_at, run_id)
        return next((run for run in self.kept if _key(run) == wanted), None)

    def latest(self, brand: str, limit: int) -> list[Run]:
        searches = [run for run in self._of(brand) if "#import#" not in run.id]
        imports = [run for run in self._of(brand) if "#import#" in run.id]
        both = searches[:limit] + imports[:limit]
        return sorted(both, key=lambda run: (run.started_at, run.id), reverse=True)

    def searches_since(self, brand: str, moment: datetime) -> list[Run]:
        return [
            run for run in self._of(brand) if "#import#" not in run.id and run.started_at >= moment
        ]

    def _of(self, brand: str) -> list[Run]:
        kept = [run for run in self.kept if run.brand == brand]
        return sorted(kept, key=lambda run: (run.started_at, run.id), reverse=True)

    def tries(self, brand: str, platform: Platform, query: str, limit: int) -> list[Try]:
        return [
            Try(
                run=run.id,
                at=run.started_at,
                asked=asked,
                rehearsal=run.rehearsal,
                blind=run.blind,
            )
            for run in self._of(brand)
            for asked in run.asked
            if asked.watch and (asked.platform, asked.query) == (platform, query)
        ][:limit]


def _key(run: Run) -> tuple[str, datetime, str]:
    return run.brand, run.started_at, run.id


class PagesInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put_once(self, key: str, body: bytes, media_type: str) -> StoredObject | None:
        if key in self.kept:
            return None
        self.kept[key] = body
        return StoredObject(key=key, version_id=None)


class VisitsInMemory:
    """As the visits table keeps them; every turn comes at once."""

    def __init__(self) -> None:
        self.lanes: dict[str, Lane] = {}

    def lane(self, name: str) -> Lane:
        return self.lanes.get(name, Lane())

    def admit(self, lane: str, *, now: datetime, budget: int) -> Closed | None:
        closed = hindrance(self.lane(lane), now, budget)
        if closed is None:
            self.lanes[lane] = self.lane(lane).counted(now)
        return closed

    def refused(
        self, lane: str, *, now: datetime, verdict: Verdict, reason: str, retry_after: str
    ) -> None:
        self.lanes[lane] = self.lane(lane).refused(now, verdict, reason, retry_after)

    def answered(self, lane: str) -> None:
        self.lanes[lane] = self.lane(lane).answered()

    def take_turn(self, host: str, gap_seconds: float) -> float:
        return 0


def fetched(url: str, status: int, body: bytes, content_type: str = "text/html") -> Fetched:
    page = Page(url=url, status=status, body=body, headers={"content-type": content_type})
    exchange = Exchange(url=url, address="127.0.0.1:80", started_at=NOON, request=b"", response=b"")
    return Fetched(page=page, exchanges=(exchange,), fetched_at=NOON, server_date=None)


class RehearsedWeb:
    """Answers as the rehearsal marketplace does; `down` hosts do not answer."""

    def __init__(self, *, down: tuple[str, ...] = ()) -> None:
        self.asked: list[str] = []
        self._down = down

    def fetch(self, url: str) -> Fetched:
        self.asked.append(url)
        parts = urlsplit(url)
        if parts.netloc in self._down:
            raise FetchFailed(f"{parts.netloc} did not answer within 30 s")
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        reply = answer(parts.netloc, target)
        return fetched(url, reply.status, reply.body, reply.content_type)
