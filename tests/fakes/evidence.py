"""Stand-ins for the outside world of the evidence room: a scripted server, tables, buckets."""

import builtins
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpcore

from headwater.domain.captures import Capture, PendingStamp, StoredObject, UnsignedManifest
from headwater.domain.exchanges import Exchange, Fetched, FetchFailed
from headwater.domain.listings import ListingKey
from headwater.domain.manifests import sha256
from headwater.domain.pages import Page

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class RawServer:
    """Answers each connection on loopback with the next scripted bytes, exactly as written.

    A float in a script is a pause in seconds. What clients sent is in `requests`.
    """

    answers: list[Sequence[bytes | float]]
    requests: list[bytes] = field(default_factory=list)
    port: int = 0

    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def raw_server(
    *answers: bytes | Sequence[bytes | float], tls: Path | None = None
) -> Iterator[RawServer]:
    """Serve the answers, one per connection, then refuse. `tls`: a file of key and certificate."""
    server = RawServer([[answer] if isinstance(answer, bytes) else answer for answer in answers])
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    server.port = listener.getsockname()[1]

    def serve() -> None:
        for answer in server.answers:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(10)
            if tls is not None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(tls)
                try:
                    connection = context.wrap_socket(connection, server_side=True)
                except OSError:
                    connection.close()
                    continue
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    received = connection.recv(65536)
                    if not received:
                        break
                    request += received
                server.requests.append(request)
                try:
                    for piece in answer:
                        if isinstance(piece, bytes):
                            connection.sendall(piece)
                        else:
                            time.sleep(piece)
                except OSError:
                    pass
        listener.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        # Wakes a thread that still waits in accept(); closing alone does not on Linux.
        if listener.fileno() != -1:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        thread.join(timeout=10)


class DialledElsewhere(httpcore.NetworkBackend):
    """Remembers which address was to be dialled, and connects to a port on loopback instead."""

    def __init__(self, port: int | None) -> None:
        self._port = port
        self.dialled: list[tuple[str, int]] = []
        self.dead: str | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.dialled.append((host, port))
        if host == self.dead:
            raise httpcore.ConnectError("connection refused")
        if self._port is None:
            raise AssertionError(f"dialled {host}:{port}")
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self._port, timeout)


class BucketInMemory:
    """Every version of every object, as a versioned bucket keeps them."""

    def __init__(self, objects: dict[str, bytes] | None = None) -> None:
        self.versions: dict[str, builtins.list[bytes]] = {
            k: [v] for k, v in (objects or {}).items()
        }

    def get(self, key: str, version_id: str | None = None) -> bytes:
        versions = self.versions[key]
        return versions[-1 if version_id is None else int(version_id.removeprefix("v"))]

    def list(self, prefix: str) -> Iterator[str]:
        return iter(sorted(key for key in self.versions if key.startswith(prefix)))

    def put(self, key: str, body: bytes, media_type: str) -> StoredObject:
        self.versions.setdefault(key, []).append(body)
        return StoredObject(key=key, version_id=f"v{len(self.versions[key]) - 1}")

    def put_shared(self, key: str, body: bytes, media_type: str) -> StoredObject:
        for number, known in enumerate(self.versions.get(key, ())):
            if known == body:
                return StoredObject(key=key, version_id=f"v{number}")
        return self.put(key, body, media_type)

    def put_once(self, key: str, body: bytes, media_type: str) -> StoredObject | None:
        return None if key in self.versions else self.put(key, body, media_type)


class CapturesInMemory:
    """The captures table's promises without the table."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str], Capture] = {}

    def add(self, capture: Capture) -> bool:
        row_key = (capture.brand, str(capture.key), capture.id)
        return self.rows.setdefault(row_key, capture) is capture

    def save_timestamps(self, capture: Capture) -> None:
        row_key = (capture.brand, str(capture.key), capture.id)
        if row_key not in self.rows:
            raise KeyError(row_key)
        self.rows[row_key] = replace(
            self.rows[row_key], timestamps=capture.timestamps, awaited=capture.awaited
        )

    def save_lock(
        self, capture: Capture, locked: tuple[StoredObject, ...], until: datetime
    ) -> None:
        row_key = (capture.brand, str(capture.key), capture.id)
        self.rows[row_key] = replace(self.rows[row_key], locked=locked, locked_until=until)

    def pending_stamps(self, brand: str, *, before: datetime) -> Iterator[PendingStamp]:
        found = [
            PendingStamp(brand=brand, key=row.key, capture_id=row.id, since=row.captured_at)
            for row in self.rows.values()
            if row.brand == brand and row.awaited and row.captured_at < before
        ]
        return iter(sorted(found, key=lambda one: one.since))

    def get(self, brand: str, key: ListingKey, capture_id: str) -> Capture | None:
        return self.rows.get((brand, str(key), capture_id))

    def of_listing(self, brand: str, key: ListingKey) -> list[Capture]:
        found = [row for row in self.rows.values() if (row.brand, row.key) == (brand, key)]
        return sorted(found, key=lambda capture: capture.captured_at, reverse=True)


class UnsignedInMemory:
    """The rows of manifests that wait to be signed, without the table."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], UnsignedManifest] = {}

    def add(self, one: UnsignedManifest) -> None:
        self.rows.setdefault((one.brand, one.manifest), one)

    def pending(self, brand: str, *, before: datetime) -> builtins.list[UnsignedManifest]:
        found = [one for one in self.rows.values() if one.brand == brand and one.since < before]
        return sorted(found, key=lambda one: one.since)

    def drop(self, one: UnsignedManifest) -> None:
        self.rows.pop((one.brand, one.manifest), None)


class DoorInMemory:
    """Answers by address; an address that is not there fails as an unknown name does."""

    def __init__(self, answers: dict[str, Page | FetchFailed]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def fetch(self, url: str) -> Fetched:
        self.asked.append(url)
        answer = self.answers.get(url, FetchFailed("the name does not resolve"))
        if isinstance(answer, FetchFailed):
            raise answer
        exchange = Exchange(
            url=url,
            address="47.246.146.1:443",
            started_at=NOON,
            request=f"GET {url} HTTP/1.1\r\n\r\n".encode(),
            response=b"HTTP/1.1 200 OK\r\n\r\n" + answer.body,
        )
        return Fetched(
            page=answer, exchanges=(exchange,), fetched_at=NOON, server_date="Sat, 21 Nov 2026"
        )


def answer(url: str, body: bytes, status: int = 200, media_type: str = "text/html") -> Page:
    return Page(url=url, body=body, status=status, headers={"content-type": media_type})


def page_key(body: bytes) -> str:
    """Where a seen page lies in the work bucket."""
    return f"pages/{sha256(body)}"
