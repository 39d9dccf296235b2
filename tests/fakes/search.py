"""The search's surroundings in memory, and the rehearsal marketplace without a socket."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from headwater.domain.captures import StoredObject
from headwater.domain.coverage import Run
from headwater.domain.exchanges import Exchange, Fetched, FetchFailed
from headwater.domain.listings import Sighting
from headwater.domain.pages import Page
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


class RunsInMemory:
    def __init__(self) -> None:
        self.kept: list[Run] = []

    def add(self, run: Run) -> None:
        self.kept = [known for known in self.kept if _key(known) != _key(run)] + [run]

    def get(self, brand: str, started_at: datetime, run_id: str) -> Run | None:
        wanted = (brand, started_at, run_id)
        return next((run for run in self.kept if _key(run) == wanted), None)


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
