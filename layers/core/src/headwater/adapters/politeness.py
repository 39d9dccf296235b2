"""Asking politely: robots.txt is read live and obeyed, and a host is left alone between asks."""

import time
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from protego import Protego

from headwater.domain.exchanges import Fetched, FetchFailed

AGENT = "Headwater"
GAP_SECONDS = 10.0
"""The least time between two requests to one host (research: practice of careful collectors)."""


class Fetches(Protocol):
    """Fetches a URL. Raises FetchFailed."""

    def fetch(self, url: str) -> Fetched: ...


class GivesTurns(Protocol):
    """Hands out turns at a host, to all who ask."""

    def take_turn(self, host: str, gap_seconds: float) -> float:
        """Reserve the next turn; the seconds until it comes."""
        ...


class PoliteFetcher:
    """A fetcher that first asks the host's robots.txt and keeps a distance between requests.

    A robots.txt that cannot be had for a server's fault forbids everything, one that does not
    exist (4xx) forbids nothing (RFC 9309, 2.3.1).
    """

    def __init__(
        self,
        fetcher: Fetches,
        turns: GivesTurns,
        *,
        gap_seconds: float = GAP_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._fetcher = fetcher
        self._turns = turns
        self._gap = gap_seconds
        self._sleep = sleep
        self._robots: dict[str, Protego] = {}

    def fetch(self, url: str) -> Fetched:
        """Raises FetchFailed, also when robots.txt asks machines to stay away."""
        parts = urlsplit(url)
        host = parts.netloc
        if host not in self._robots:
            self._robots[host] = self._read_robots(parts.scheme, host)
        if not self._robots[host].can_fetch(url, AGENT):
            raise FetchFailed(
                f"not asked: robots.txt of {host} asks machines not to fetch this page; "
                "a person can save it and import it"
            )
        return self._paced(host, url)

    def _read_robots(self, scheme: str, host: str) -> Protego:
        fetched = self._paced(host, f"{scheme}://{host}/robots.txt")
        status = fetched.page.status or 0
        if status >= 500 or status == 429:
            return Protego.parse("User-agent: *\nDisallow: /")
        if status >= 400:
            return Protego.parse("")
        return Protego.parse(fetched.page.body.decode("utf-8", "replace"))

    def _paced(self, host: str, url: str) -> Fetched:
        if self._gap:
            wait = self._turns.take_turn(host, self._gap)
            if wait > 0:
                self._sleep(wait)
        return self._fetcher.fetch(url)
