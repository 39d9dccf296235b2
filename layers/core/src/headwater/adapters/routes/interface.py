"""Calls to the platforms' official interfaces: fixed hosts, no redirects, hard caps."""

import time
from collections.abc import Callable, Mapping

import httpx

from headwater.adapters.http import loopback
from headwater.adapters.politeness import GivesTurns
from headwater.domain.exchanges import FetchFailed
from headwater.domain.pages import Page

_TIMEOUT = httpx.Timeout(45.0, connect=10.0)  # the 1688 gateway takes 4 to 7 s
_MOST_BYTES = 8_000_000


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
        self._contact = contact
        self._base = f"https://{host}"
        if rehearsal:
            address, port = loopback(rehearsal)
            self._base = f"http://{address}:{port}"

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Page:
        """The answer whatever its status. Raises FetchFailed, without what was sent."""
        if self._gap:
            self._sleep(self._turns.take_turn(self._host, self._gap))
        sent = {"Host": self._host, "User-Agent": f"Headwater (+{self._contact})", **headers}
        try:
            with (
                httpx.Client(timeout=_TIMEOUT, trust_env=False, follow_redirects=False) as client,
                client.stream("POST", self._base + path, content=body, headers=sent) as answer,
            ):
                received = bytearray()
                for piece in answer.iter_bytes(65536):
                    received += piece
                    if len(received) > _MOST_BYTES:
                        raise FetchFailed(f"{self._host} sent more than {_MOST_BYTES} bytes")
                return Page(
                    url=f"https://{self._host}{path}",
                    body=bytes(received),
                    status=answer.status_code,
                    headers={
                        name.lower(): value
                        for name, value in answer.headers.items()
                        if name.lower() != "set-cookie"
                    },
                )
        except httpx.TimeoutException:
            raise FetchFailed(f"{self._host} did not answer in time") from None
        except httpx.HTTPError as error:
            raise FetchFailed(f"{self._host}: {type(error).__name__}") from None
