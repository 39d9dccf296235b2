"""Calls to the platforms' official interfaces: one fixed host each, through the one door."""

import time
from collections.abc import Callable, Mapping

from headwater.adapters.http import Fetcher
from headwater.adapters.politeness import GivesTurns
from headwater.adapters.warc import record
from headwater.domain.pages import Page

_TIME_CAP = 45.0  # the 1688 gateway takes 4 to 7 s


class Interface:
    """One host, asked at most every `gap_seconds` by all functions together.

    With `rehearsal` ("http://127.0.0.1:PORT") nothing else is ever dialled.
    """

    def __init__(
        self,
        host: str,
        turns: GivesTurns,
        *,
        contact: str,
        gap_seconds: float,
        rehearsal: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._host = host
        self._turns = turns
        self._gap = gap_seconds
        self._sleep = sleep
        self.wire: bytes | None = None
        """What went over the wire at the last call (WARC), without keys."""
        self._door = Fetcher(contact, (host,), rehearsal=rehearsal, time_cap=_TIME_CAP)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Page:
        """The answer whatever its status. Raises FetchFailed, without what was sent."""
        if self._gap:
            self._sleep(self._turns.take_turn(self._host, self._gap))
        fetched = self._door.post(f"https://{self._host}{path}", body, headers)
        self.wire = record(fetched)
        return fetched.page
