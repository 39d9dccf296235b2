"""What went over the wire when a page or picture was asked for, byte for byte."""

from dataclasses import dataclass, field
from datetime import datetime

from headwater.domain.pages import Page


class FetchFailed(Exception):  # noqa: N818 - says what happened
    """Nothing usable came back; `reason` says in plain words why, and names the host or cap."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """The encryption of one connection and the certificate that was shown on it (DER)."""

    version: str
    cipher: str
    certificate: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer as sent and received (TLS removed, nothing else changed).

    `address` is the IP address and port that were dialled.
    """

    url: str
    address: str
    started_at: datetime
    request: bytes = field(repr=False)
    response: bytes = field(repr=False)
    tls: Tls | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer, whatever its status, and every exchange that led to it; the last one gave it.

    `page.url` is the address after redirects. `server_date` is the server's `Date` header
    as it stands, None when there was none.
    """

    page: Page
    exchanges: tuple[Exchange, ...]
    fetched_at: datetime
    server_date: str | None

    @property
    def resolved_address(self) -> str:
        return self.exchanges[-1].address

    @property
    def redirects(self) -> tuple[str, ...]:
        """The addresses that sent us on, first asked first."""
        return tuple(exchange.url for exchange in self.exchanges[:-1])
