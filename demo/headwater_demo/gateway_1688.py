"""The official search gateway of 1688 as rehearsed: by words, by picture, by a picture's address.

It checks the signature of every call with the key that the demo gives to the stack. Which offers
show a picture it decides by a coarse comparison of its own, not by ours.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from headwater_demo import ali1688
from headwater_demo.forgeries import forged
from headwater_demo.offers import ALI1688, OFFERS, Offer

HOST = "gateway.1688.com"
_SECRET, _KEY_ID = "rehearsal-secret-of-32-character", "rehearsal-1"
ACCESS_KEY = base64.urlsafe_b64encode((_SECRET + _KEY_ID).encode()).decode().rstrip("=")
_ALIKE = 12.0
"""Mean difference in brightness (of 255) of two thumbnails of one photograph, at most."""


def answer(path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    """Status and JSON reply. `headers` have lower-case names."""
    if not _signed(path, headers, body):
        return 401, _reply({"success": False, "code": "SignatureInvalid", "codeType": "ISV"})
    asked: dict[str, Any] = json.loads(body)
    found = [_found(offer) for offer in _search(asked)[: int(asked["pageSize"])]]
    return 200, _reply({"success": True, "data": {"data": found, "count": len(found)}})


def _reply(said: Mapping[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()


def _signed(path: str, headers: Mapping[str, str], body: bytes) -> bool:
    names = ("ak", "content-md5", "nonce", "time", "version")
    signed = {f"x-csk-{name}": headers.get(f"x-csk-{name}", "") for name in names}
    digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    lines = ["POST", digest, "application/json", signed["x-csk-time"]]
    lines += [f"{name}:{value}" for name, value in signed.items()]
    mac = hmac.digest(_SECRET.encode(), "\n".join([*lines, path]).encode(), "sha256")
    return hmac.compare_digest(base64.b64encode(mac).decode(), headers.get("x-csk-sign", ""))


def _search(asked: Mapping[str, Any]) -> Sequence[Offer]:
    standing = [offer for offer in OFFERS if offer.platform == ALI1688 and not offer.gone]
    if "query" in asked:
        return [offer for offer in standing if offer.answers(asked["query"])]
    if "imageUrl" in asked:
        path = urlsplit(asked["imageUrl"]).path
        shown = {
            one.photograph
            for offer in standing
            for one in offer.pictures
            if ali1688.picture_path(offer, one) == path
        }
        return [offer for offer in standing if shown & {one.photograph for one in offer.pictures}]
    try:
        thumbnail = _thumbnail(base64.b64decode(asked["imgBase64"]))
    except (KeyError, binascii.Error, OSError):
        return []
    return [
        offer
        for offer in standing
        if any(
            _difference(thumbnail, _thumbnail(forged(one.photograph, one.forgery))) < _ALIKE
            for one in offer.pictures
            if one.fault is None
        )
    ]


@cache
def _thumbnail(jpeg: bytes) -> bytes:
    """The brightness of 16 by 16 points."""
    with Image.open(BytesIO(jpeg)) as image:
        return image.convert("L").resize((16, 16)).tobytes()


def _difference(one: bytes, other: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


def _found(offer: Offer) -> dict[str, object]:
    quantity, price = offer.tiers[0]
    return {
        "itemId": int(offer.id),
        "title": offer.title,
        "imageUrl": f"https://{ali1688.PICTURE_HOST}"
        f"{ali1688.picture_path(offer, offer.pictures[0])}",
        "detailUrl": ali1688.listing_url(offer),
        "currentPrice": str(price),
        "quantityBegin": quantity,
        "unit": offer.unit,
        "company": offer.shop.name,
        "memberId": offer.shop.member,
        "soldOut": offer.sold,
    }
