"""WARC/1.1 of what went over the wire: every request and answer byte for byte, with SHA-256.

warcio reads the result, but does not write it: its writer spells HTTP headers anew, and digests
with SHA-1. Evidence has to hold the very bytes that came.
"""

import base64
import hashlib
import json
import zlib
from datetime import UTC, datetime
from io import BytesIO
from uuid import NAMESPACE_URL, uuid5

from headwater.adapters.software import software
from headwater.domain.exchanges import Exchange, Fetched


class Archive:
    """Collects the exchanges of one capture. The same exchanges give the same bytes."""

    def __init__(self, capture_id: str, software: str) -> None:
        self._capture_id = capture_id
        self._software = software
        self._out = BytesIO()
        self._records = 0

    def add(self, fetched: Fetched) -> None:
        for exchange in fetched.exchanges:
            if not self._records:
                self._begin(exchange.started_at)
            self._exchange(exchange)

    def body(self) -> bytes | None:
        """The gzip-compressed archive, one member per record; None if nothing was exchanged."""
        return self._out.getvalue() if self._records else None

    def _begin(self, at: datetime) -> None:
        fields = (
            f"software: {self._software}\r\n"
            "format: WARC File Format 1.1\r\n"
            "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/"
            "warc-1.1/\r\n"
            f"isPartOf: urn:headwater:capture:{self._capture_id}\r\n"
        )
        self._write("warcinfo", at, "application/warc-fields", fields.encode())

    def _exchange(self, exchange: Exchange) -> None:
        """The answer, the request and what is known of the connection, each naming the answer."""
        url, at = _one_line(exchange.url), exchange.started_at
        host, _, _ = exchange.address.rpartition(":")
        common = {"WARC-Target-URI": url, "WARC-IP-Address": host.strip("[]")}
        _, _, payload = exchange.response.partition(b"\r\n\r\n")
        answer = self._write(
            "response",
            at,
            "application/http; msgtype=response",
            exchange.response,
            {**common, "WARC-Payload-Digest": _digest(payload)},
        )
        self._write(
            "request",
            at,
            "application/http; msgtype=request",
            exchange.request,
            {**common, "WARC-Concurrent-To": answer},
        )
        connection: dict[str, str] = {"address": exchange.address}
        if exchange.tls:
            connection |= {
                "tls_version": exchange.tls.version,
                "tls_cipher": exchange.tls.cipher,
                "certificate_der_base64": base64.b64encode(exchange.tls.certificate).decode(),
            }
        self._write(
            "metadata",
            at,
            "application/json",
            json.dumps(connection, sort_keys=True).encode(),
            {"WARC-Target-URI": url, "WARC-Refers-To": answer},
        )

    def _write(
        self,
        kind: str,
        at: datetime,
        content_type: str,
        block: bytes,
        more: dict[str, str] | None = None,
    ) -> str:
        """Append one record; returns its id, which follows from the capture and the position."""
        name = f"urn:headwater:{self._capture_id}:{self._records}"
        record_id = f"<urn:uuid:{uuid5(NAMESPACE_URL, name)}>"
        self._records += 1
        headers = {
            "WARC-Type": kind,
            "WARC-Record-ID": record_id,
            "WARC-Date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            **(more or {}),
            "WARC-Block-Digest": _digest(block),
            "Content-Type": content_type,
            "Content-Length": str(len(block)),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        # No time and no file name in the gzip header: nothing that differs between two runs.
        packer = zlib.compressobj(6, wbits=31)
        for piece in (f"WARC/1.1\r\n{lines}\r\n".encode(), block, b"\r\n\r\n"):
            self._out.write(packer.compress(piece))
        self._out.write(packer.flush())
        return record_id


def record(fetched: Fetched) -> bytes | None:
    """The archive of one fetch by itself, such as of a page of results."""
    said = software()
    page = hashlib.sha256(fetched.page.body).hexdigest()
    archive = Archive(f"page-{page}", f"headwater/{said['version']}")
    archive.add(fetched)
    return archive.body()


def _digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _one_line(text: str) -> str:
    """Nothing in an address may begin a header of its own."""
    return "".join(character for character in text if character.isprintable())
