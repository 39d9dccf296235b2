"""Links in a mail by which its reader says what was done: signed, for one deadline, for a time."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Answer(StrEnum):
    """What the reader of the mail did, or found out."""

    REJECTED = "rejected"
    ACCEPTED = "accepted"
    OTHER_DATE = "other_date"


class BadLink(Exception):  # noqa: N818 - says what is the matter
    """The link is forged, cut off, too old or used; the message may be shown to anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLink:
    """Whoever holds it may answer that deadline of that complaint until then, in that name.

    `deadline` is the deadline's id: once it is answered or moved, the link does nothing.
    """

    brand: str
    complaint: str
    deadline: str
    recipient: str
    expires: datetime


def seal(link: AnswerLink, key: bytes) -> str:
    """The link as a word for an address, signed."""
    said = {
        "brand": link.brand,
        "complaint": link.complaint,
        "deadline": link.deadline,
        "recipient": link.recipient,
        "expires": int(link.expires.timestamp()),
    }
    body = _encoded(json.dumps(said, separators=(",", ":")).encode())
    return f"{body}.{_signature(body, key)}"


def unseal(token: str, key: bytes, now: datetime) -> AnswerLink:
    """The link, if we signed it and it is not too old. Raises BadLink."""
    body, _, signature = token.partition(".")
    genuine = token.isascii() and hmac.compare_digest(
        signature.encode(), _signature(body, key).encode()
    )
    if not genuine:
        raise BadLink("This link is not complete. Copy it whole from the mail.")
    said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    link = AnswerLink(
        brand=said["brand"],
        complaint=said["complaint"],
        deadline=said["deadline"],
        recipient=said["recipient"],
        expires=datetime.fromtimestamp(said["expires"], tz=UTC),
    )
    if now >= link.expires:
        raise BadLink("This link is too old. Record the answer with `headwater complaint`.")
    return link


def calendar_word(brand: str, key: bytes) -> str:
    """The word in the address of a brand's private calendar: who does not know it cannot guess."""
    return _signature(f"calendar of {brand}", key)


def opens_calendar(word: str, brand: str, key: bytes) -> bool:
    expected = calendar_word(brand, key)
    return word.isascii() and hmac.compare_digest(word, expected)


def _signature(body: str, key: bytes) -> str:
    return _encoded(hmac.digest(key, body.encode(), hashlib.sha256))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
