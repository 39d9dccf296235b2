"""RFC 3161 timestamps: asking an authority over HTTP and checking its answer before it is kept."""

import secrets
import time
from collections.abc import Callable, Sequence

import httpx

from headwater.adapters.http import loopback
from headwater.domain.brands import TimestampAuthority
from headwater.domain.captures import Stamp, StampFailed
from headwater.verifier import Trust, Verdict, check_timestamp

_REPLY_CAP = 100_000
_SECONDS = 15.0
_SHA256 = bytes.fromhex("300d06096086480165030402010500")
"""AlgorithmIdentifier of SHA-256 in DER."""
_CERTIFICATE_REQUESTED = b"\x01\x01\xff"


GAP_SECONDS = 15.0
"""Between two questions of one process to one authority: what Sectigo asks of scripts
(sectigo.com, "Time Stamping Server", read in November 2026)."""

_asked_at: dict[str, float] = {}


class Authority:
    """One authority. With root and signer pinned, another's signature is no timestamp.

    Not pinned, any answer to the question is kept, and nobody calls it ok: to verify it, the reader
    has to know the certificates from elsewhere.
    """

    def __init__(
        self,
        authority: TimestampAuthority,
        *,
        client: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = authority.name
        self._url = authority.url
        self._trust = Trust(authority.certificates.encode())
        self._gap = 0.0 if _is_loopback(authority.url) else GAP_SECONDS
        self._sleep = sleep
        # One question every now and then: a connection kept open would only be left lying about.
        self._client = client or httpx.Client(
            trust_env=False, timeout=_SECONDS, limits=httpx.Limits(max_keepalive_connections=0)
        )

    def stamp(self, sha256: str) -> Stamp:
        """A checked token over the hash. Raises StampFailed."""
        request = timestamp_request(sha256, secrets.randbits(63))
        reply = self._ask(request)
        verdict, detail, at = check_timestamp(reply, request, sha256, None, self._trust)
        pinned = bool(self._trust.pem.strip())
        good = {Verdict.OK} if pinned else {Verdict.OK, Verdict.UNVERIFIABLE}
        if verdict not in good or at is None:
            raise StampFailed(f"its answer is {verdict}: {detail}")
        return Stamp(request=request, reply=reply, at=at)

    def _ask(self, request: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        reply = bytearray()
        before = _asked_at.get(self._url)
        if before is not None and (wait := before + self._gap - time.monotonic()) > 0:
            self._sleep(wait)
        _asked_at[self._url] = time.monotonic()
        try:
            with self._client.stream("POST", self._url, content=request, headers=headers) as answer:
                if answer.status_code != 200:
                    raise StampFailed(f"it answered HTTP {answer.status_code}")
                for piece in answer.iter_raw():
                    reply += piece
                    if len(reply) > _REPLY_CAP:
                        raise StampFailed(f"its answer is larger than {_REPLY_CAP} bytes")
        except httpx.HTTPError as error:
            raise StampFailed(f"it did not answer: {error}") from None
        return bytes(reply)


def authorities(
    configured: Sequence[TimestampAuthority], *, rehearsal: str | None
) -> tuple[Authority, ...]:
    """Those that may be asked: in a rehearsal only such as run on this machine."""
    return tuple(
        Authority(authority)
        for authority in configured
        if not rehearsal or _is_loopback(authority.url)
    )


def timestamp_request(sha256: str, nonce: int) -> bytes:
    """TimeStampReq in DER: version 1, the hash, the nonce, and please send the certificate."""
    imprint = _tagged(0x30, _SHA256 + _tagged(0x04, bytes.fromhex(sha256)))
    number = _tagged(0x02, nonce.to_bytes(nonce.bit_length() // 8 + 1, "big"))
    return _tagged(0x30, b"\x02\x01\x01" + imprint + number + _CERTIFICATE_REQUESTED)


def _tagged(tag: int, body: bytes) -> bytes:
    assert len(body) < 128, "only short forms occur here"
    return bytes([tag, len(body)]) + body


def _is_loopback(url: str) -> bool:
    try:
        loopback(url)
    except ValueError:
        return False
    return True
