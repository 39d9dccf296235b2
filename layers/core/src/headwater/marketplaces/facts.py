"""What the bookmarklet copied of an open page: its address and facts, or those of its results."""

import json
from dataclasses import dataclass

MARK = b'{"headwater":"facts/1"'
MOST_CARDS = 500
_LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One listing as the page showed it; "" for what it did not show. Its addresses, best first."""

    addresses: tuple[str, ...]
    title: str
    picture: str
    price: str
    shop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The page that was open, and the listings on it: itself, or its results."""

    url: str
    title: str
    listings: tuple[Fact, ...]
    left_out: int
    body: bytes


def read_facts(body: bytes) -> Facts | None:
    """None for anything else. What is not as the bookmarklet writes it is left out."""
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(MARK):
        return None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    cards = said.get("cards")
    shown = [card for card in cards if isinstance(card, dict)] if isinstance(cards, list) else []
    left_out = _text(said, "left_out")
    page = _fact(said, _text(said, "url"), _text(said, "canonical"))
    return Facts(
        url=_text(said, "url"),
        title=page.title,
        listings=tuple(_fact(card, _text(card, "url")) for card in shown[:MOST_CARDS]) or (page,),
        left_out=max(len(shown) - MOST_CARDS, 0)
        + (int(left_out) if left_out.isascii() and left_out.isdecimal() else 0),
        body=body,
    )


def _fact(said: dict[str, object], *addresses: str) -> Fact:
    return Fact(
        addresses=tuple(filter(None, addresses)),
        title=_text(said, "title"),
        picture=_text(said, "image"),
        price=_text(said, "price"),
        shop=_text(said, "shop"),
    )


def _text(said: dict[str, object], name: str) -> str:
    value = said.get(name)
    return value[:_LONGEST].strip() if isinstance(value, str) else ""
