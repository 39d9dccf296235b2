"""Stand-ins for the outside world of the evidence room: a scripted server, tables, buckets."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpcore


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
def raw_server(*answers: bytes | Sequence[bytes | float]) -> Iterator[RawServer]:
    """Serve the answers, one per connection, then refuse."""
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
            with connection:
                connection.settimeout(10)
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
