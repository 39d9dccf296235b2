"""The one door to the open internet: allow-listed hosts, checked addresses, hard caps.

Sellers write the URLs that we ask for, so each is treated as an attempt to reach something inside
our own network, or to exhaust us. Names are resolved once, every answer has to be public, and the
very address that was checked is dialled; a redirect passes the same door again.
"""

import hashlib
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from typing_extensions import override

from headwater.domain.exchanges import Exchange, Fetched, FetchFailed, Tls
from headwater.domain.pages import Page

WIRE_CAP = 15_000_000
"""Bytes that one fetch may receive, over all its redirects."""
DECODED_CAP = 30_000_000
"""Bytes that one answer may unpack to."""
TIME_CAP = 30.0
"""Seconds that one fetch may take, over all its redirects."""
CONNECT_CAP = 10.0
"""Seconds that one address may take to answer the call."""
MAX_REDIRECTS = 5

_WITHOUT_KEYS = {
    b"host",
    b"user-agent",
    b"accept",
    b"accept-encoding",
    b"connection",
    b"content-type",
    b"content-length",
}
_REDIRECTS = {301, 302, 303, 307, 308}
_PORTS = {80, 443}
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_TEREDO = IPv6Network("2001::/32")
_NAT64 = IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE = IPv6Network("::/96")

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port to IP addresses. Raises OSError when the name is unknown."""


class Fetcher:
    """Fetches from allow-listed marketplace hosts and keeps the raw bytes of every exchange.

    `allowed_hosts` holds exact names or "*.suffix". With `rehearsal` ("http://127.0.0.1:PORT")
    every request goes to that address over plain HTTP under its original Host header, and nothing
    else is ever dialled.
    """

    def __init__(
        self,
        contact: str,
        allowed_hosts: Sequence[str],
        *,
        rehearsal: str | None = None,
        resolve: Resolve | None = None,
        backend: httpcore.NetworkBackend | None = None,
        ssl_context: ssl.SSLContext | None = None,
        time_cap: float = TIME_CAP,
    ) -> None:
        self._user_agent = f"Headwater/{version('headwater')} (+{contact})"
        self._allowed_hosts = tuple(host.lower() for host in allowed_hosts)
        self._rehearsal = loopback(rehearsal) if rehearsal else None
        self._resolve = resolve or _resolve
        self._backend = backend or httpcore.SyncBackend()
        self._ssl_context = ssl_context or _trusted_roots()
        self._time_cap = time_cap

    def fetch(self, url: str) -> Fetched:
        """Ask once and follow at most five redirects. Raises FetchFailed, never anything else."""
        budget = _Budget(self._time_cap)
        exchanges: list[Exchange] = []
        while True:
            target = self._admit(url)
            exchange, response = self._ask(target, budget)
            exchanges.append(exchange)
            headers = _headers(response.headers)
            location = headers.get("location")
            if response.status not in _REDIRECTS or location is None:
                page = Page(
                    url=exchange.url,
                    body=_unpacked(response.content, headers.get("content-encoding", "")),
                    status=response.status,
                    headers=headers,
                )
                return Fetched(
                    page=page,
                    exchanges=tuple(exchanges),
                    fetched_at=datetime.now(UTC),
                    server_date=headers.get("date"),
                )
            if len(exchanges) > MAX_REDIRECTS:
                raise FetchFailed(f"more than {MAX_REDIRECTS} redirects, the last to {location!r}")
            try:
                url = str(target.join(location))
            except httpx.InvalidURL as error:
                raise FetchFailed(f"redirected to {location!r}, no address: {error}") from None

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Fetched:
        """Send a body to an interface. Raises FetchFailed, never anything else.

        A redirect is its answer and is not followed. The answer is kept as it came; of what was
        sent, which has keys in it, only what has none, and the hash of the body.
        """
        exchange, response = self._ask(self._admit(url), _Budget(self._time_cap), body, headers)
        answered = _headers(response.headers)
        page = Page(
            url=url,
            body=_unpacked(response.content, answered.get("content-encoding", "")),
            status=response.status,
            headers=answered,
        )
        return Fetched(
            page=page,
            exchanges=(replace(exchange, request=_without_keys(exchange.request)),),
            fetched_at=datetime.now(UTC),
            server_date=answered.get("date"),
        )

    def _admit(self, url: str) -> httpx.URL:
        """The URL, if it may be asked for at all."""
        try:
            target = httpx.URL(url).copy_with(fragment=None)
        except (httpx.InvalidURL, ValueError) as error:
            raise FetchFailed(f"not an address: {url!r} ({error})") from None
        if target.scheme not in {"http", "https"}:
            raise FetchFailed(f"only http and https are fetched, not {url!r}")
        if target.userinfo:
            raise FetchFailed(f"an address with a user name is not fetched: {url!r}")
        if (target.port or 443) not in _PORTS:
            raise FetchFailed(f"only ports 80 and 443 are fetched, not {url!r}")
        if not is_allowed(target.host, self._allowed_hosts):
            raise FetchFailed(f"the host {target.host!r} is not one that may be fetched from")
        return target

    def _ask(
        self,
        target: httpx.URL,
        budget: "_Budget",
        body: bytes | None = None,
        further: Mapping[str, str] | None = None,
    ) -> tuple[Exchange, httpcore.Response]:
        """GET, or POST where there is a body."""
        wire = _Wire(self._backend, self._dial_addresses, budget)
        started_at = datetime.now(UTC)
        scheme = "http" if self._rehearsal else target.scheme
        origin = httpcore.URL(
            scheme=scheme,
            host=target.raw_host,
            port=target.port or {"http": 80, "https": 443}[scheme],
            target=target.raw_path,
        )
        headers: dict[bytes | str, bytes | str] = {
            "Host": target.netloc,
            "User-Agent": self._user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        headers.update((further or {}).items())
        host = target.host
        with (
            _failures_in_words(host),
            httpcore.ConnectionPool(
                network_backend=wire,
                ssl_context=self._ssl_context,
                max_keepalive_connections=0,
                http2=False,
            ) as pool,
        ):
            method = "GET" if body is None else "POST"
            response = pool.request(method, origin, headers=headers, content=body)
        exchange = Exchange(
            url=str(target),
            address=wire.address,
            started_at=started_at,
            request=b"".join(wire.sent),
            response=b"".join(wire.received),
            tls=wire.tls,
        )
        return exchange, response

    def _dial_addresses(self, host: str, port: int) -> Sequence[tuple[str, int]]:
        if self._rehearsal:
            return [self._rehearsal]
        try:
            addresses = self._resolve(host, port)
        except OSError as error:
            raise FetchFailed(f"the name {host!r} does not resolve: {error}") from None
        if not addresses:
            raise FetchFailed(f"the name {host!r} has no address")
        for address in addresses:
            if not is_public(address):
                raise FetchFailed(f"{host!r} leads to {address}, which is not a public address")
        return [(address, port) for address in addresses]


def _without_keys(request: bytes) -> bytes:
    """The request with every header that may carry a key, and its body, said to be withheld."""
    head, _, body = request.partition(b"\r\n\r\n")
    start, *fields = head.split(b"\r\n")
    kept = [
        field
        if field.partition(b":")[0].strip().lower() in _WITHOUT_KEYS
        else field.partition(b":")[0] + b": (withheld)"
        for field in fields
    ]
    digest = hashlib.sha256(body).hexdigest()
    said = f"(withheld: {len(body)} bytes, SHA-256 {digest})".encode()
    return b"\r\n".join([start, *kept]) + b"\r\n\r\n" + said


def is_allowed(host: str, allowed_hosts: Sequence[str]) -> bool:
    """Whether the lower-case host is one of the names, or lies below a "*.suffix"."""
    return any(
        host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed
        for allowed in allowed_hosts
    )


def is_public(address: str) -> bool:
    """Whether the address is one of the open internet, seen through every IPv4-in-IPv6 form.

    Python's `is_global` alone says True for 64:ff9b::7f00:1, 2002:7f00:1::, ::127.0.0.1 (3.11).
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        embedded = _embedded(ip)
        if embedded is None:
            return ip in _GLOBAL_UNICAST and ip not in _TEREDO and ip.is_global
        ip = embedded
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def loopback(address: str) -> tuple[str, int]:
    """Host and port of "http://127.0.0.1:PORT". Raises ValueError for anything but loopback."""
    parts = urlsplit(address)
    try:
        is_loopback = ip_address(parts.hostname or "").is_loopback
        port = parts.port
    except ValueError:
        is_loopback, port = False, None
    if parts.scheme != "http" or not is_loopback or not port or not parts.hostname:
        raise ValueError(f"a rehearsal goes to http://127.0.0.1:PORT, not to {address!r}")
    return parts.hostname, port


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in _NAT64 or ip in _V4_COMPATIBLE:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return None


@cache
def _trusted_roots() -> ssl.SSLContext:
    """Once per process: reading the roots takes a tenth of a second on a small function."""
    return httpx.create_ssl_context(trust_env=False)


def _resolve(host: str, port: int) -> Sequence[str]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Lower-case names; repeated ones are joined. Cookies are not kept: they are secrets."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name != "set-cookie":
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its content encoding, never more than the cap."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "x-gzip"}:
        raise FetchFailed(f"the answer is packed as {encoding[:40]!r}, only gzip was asked for")
    unpacked = bytearray()
    while body:
        decoder = zlib.decompressobj(wbits=31)
        try:
            unpacked += decoder.decompress(body, DECODED_CAP + 1 - len(unpacked))
        except zlib.error:
            raise FetchFailed("the answer is said to be gzip and is not") from None
        if len(unpacked) > DECODED_CAP:
            raise FetchFailed(f"the answer unpacks to more than {DECODED_CAP} bytes")
        if not decoder.eof:
            raise FetchFailed("the packed answer ends too early")
        body = decoder.unused_data
    return bytes(unpacked)


@contextmanager
def _failures_in_words(host: str) -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException:
        raise FetchFailed(f"{host!r} did not answer in time") from None
    except httpcore.ConnectError as error:
        raise FetchFailed(f"no connection to {host!r}: {error}") from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise FetchFailed(f"the answer of {host!r} broke off: {error}") from None


class _Budget:
    """What is left of one fetch's time and bytes."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._bytes = 0

    def seconds(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise FetchFailed(f"not finished after {self._seconds:g} seconds")
        return left

    def take(self, size: int) -> None:
        self._bytes += size
        if self._bytes > WIRE_CAP:
            raise FetchFailed(f"more than {WIRE_CAP} bytes were sent")


class _Wire(httpcore.NetworkBackend):
    """Dials only the addresses that the door names, and remembers all that is said."""

    def __init__(
        self,
        backend: httpcore.NetworkBackend,
        addresses: Callable[[str, int], Sequence[tuple[str, int]]],
        budget: _Budget,
    ) -> None:
        self._backend = backend
        self._addresses = addresses
        self.budget = budget
        self.address = ""
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self.tls: Tls | None = None

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("no address answered")
        for ip, dialled_port in self._addresses(host, port):
            try:
                patience = min(CONNECT_CAP, self.budget.seconds())
                stream = self._backend.connect_tcp(ip, dialled_port, patience)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            self.address = f"[{ip}]:{dialled_port}" if ":" in ip else f"{ip}:{dialled_port}"
            return _Recorded(stream, self)
        raise failure


class _Recorded(httpcore.NetworkStream):
    """A connection that counts and keeps what passes."""

    def __init__(self, stream: httpcore.NetworkStream, wire: _Wire) -> None:
        self._stream = stream
        self._wire = wire

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._wire.budget.seconds())
        self._wire.budget.take(len(data))
        self._wire.received.append(data)
        return data

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._wire.sent.append(buffer)
        self._stream.write(buffer, self._wire.budget.seconds())

    @override
    def close(self) -> None:
        self._stream.close()

    @override
    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._wire.budget.seconds())
        connection = stream.get_extra_info("ssl_object")
        self._wire.tls = Tls(
            version=connection.version() or "unknown",
            cipher=(connection.cipher() or ("unknown",))[0],
            certificate=connection.getpeercert(True) or b"",  # noqa: FBT003 - ssl's own signature
        )
        return _Recorded(stream, self._wire)

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
