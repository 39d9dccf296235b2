"""Signatures of the platforms' official interfaces.

Checked in November 2026 against published known answers (1688 gateway) and clients in use
(AliExpress). Both put everything that is sent, and the secret only as a key, into one HMAC.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

_SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What the 1688 gateway issues. Neither `repr` nor an error ever shows the secret."""

    id: str
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Base64url of 32 characters of secret and the key's id. Raises ValueError."""
        packed = "".join(text.split()).rstrip("=")
        try:
            plain = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode("ascii")
        except (binascii.Error, ValueError):
            raise ValueError("this is no access key of the 1688 gateway") from None
        if len(plain) <= _SECRET_LENGTH or not plain.isprintable():
            raise ValueError("this is no access key of the 1688 gateway: it is too short")
        return cls(id=plain[_SECRET_LENGTH:], secret=plain[:_SECRET_LENGTH])


def csk_headers(
    key: AccessKey, *, version: str, method: str, target: str, body: bytes, time: int, nonce: str
) -> dict[str, str]:
    """The 1688 gateway's signature. `target` is path and query, `time` in Unix seconds.

    An empty body has no digest. The query's pairs are signed in their order by name and value.
    """
    digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    signed = {
        "x-csk-ak": key.id,
        "x-csk-content-md5": digest if body else "",
        "x-csk-nonce": nonce,
        "x-csk-time": str(time),
        "x-csk-version": version,
    }
    path, mark, query = target.partition("?")
    lines = [method.upper(), signed["x-csk-content-md5"], "application/json", str(time)]
    lines += [f"{name}:{signed[name]}" for name in sorted(signed)]
    lines.append(path + mark + "&".join(sorted(query.split("&"))))
    mac = hmac.new(key.secret.encode(), "\n".join(lines).encode(), hashlib.sha256)
    return signed | {"x-csk-sign": base64.b64encode(mac.digest()).decode()}


def top_signature(secret: str, parameters: Mapping[str, str]) -> str:
    """AliExpress' `sign` (sign_method=sha256) over all other parameters, sorted by name."""
    text = "".join(f"{name}{parameters[name]}" for name in sorted(parameters) if name != "sign")
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()
