"""Reads the pages and addresses of every marketplace that Headwater knows.

`read` takes any bytes and says what they are; `identify` gives a listing one key, whatever
address led to it. No network, no clock.
"""

import re
from collections import Counter
from collections.abc import Iterable

from headwater.domain.listings import ListingKey
from headwater.domain.pages import LayoutChanged, Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform
from headwater.domain.sources import ListingSources
from headwater.marketplaces.ali1688 import ALI1688
from headwater.marketplaces.alibaba import ALIBABA
from headwater.marketplaces.aliexpress import ALIEXPRESS
from headwater.marketplaces.amazon import AMAZON
from headwater.marketplaces.document import LONGEST, Document
from headwater.marketplaces.generic import GENERIC
from headwater.marketplaces.lazada import LAZADA
from headwater.marketplaces.made_in_china import MADE_IN_CHINA
from headwater.marketplaces.marketplace import Marketplace
from headwater.marketplaces.pictures import full_size
from headwater.marketplaces.taobao import TAOBAO, TMALL, TMALL_GLOBAL

__all__ = [
    "MARKETPLACES",
    "LayoutChanged",
    "Marketplace",
    "canonical_url",
    "full_size",
    "identify",
    "identify_seller",
    "marketplace",
    "older_search_url",
    "read",
    "search_url",
    "sources_of",
]

MARKETPLACES: tuple[Marketplace, ...] = (
    ALIBABA,
    ALI1688,
    ALIEXPRESS,
    TAOBAO,
    TMALL,
    TMALL_GLOBAL,
    LAZADA,
    MADE_IN_CHINA,
    AMAZON,
    GENERIC,
)

_HOST = re.compile(
    r"(?:www|detail|item|s|m|search|list|world)\.(?:1688|alibaba|aliexpress|taobao|tmall|lazada"
    r"|made-in-china|amazon)\.(?:com?\.)?[a-z]{2,3}\b"
)
"""Hosts of listings and searches: a blocked page without an address still names the one asked."""

_HEAD = 200_000

_BY_PLATFORM = {market.platform: market for market in MARKETPLACES}


def marketplace(platform: Platform) -> Marketplace:
    """The marketplace of that platform."""
    return _BY_PLATFORM[platform]


def identify(url: str) -> ListingKey | None:
    """The listing that an address leads to; None if it leads to none of a known platform."""
    found = (market.identify(url) for market in MARKETPLACES if market is not GENERIC)
    return next((key for key in found if key), None)


def canonical_url(key: ListingKey) -> str:
    """The one address of a listing. Raises ValueError for a generic shop's."""
    return marketplace(key.platform).canonical_url(key)


def identify_seller(url: str) -> tuple[Platform, str] | None:
    """The seller whom an address names, by platform and stable id; None if it names none."""
    for market in MARKETPLACES:
        seller = market.identify_seller(url) if market is not GENERIC else None
        if seller:
            return market.platform, seller
    return None


def sources_of(page: Page, key: ListingKey) -> ListingSources | None:
    """From which bytes of the page each fact of that listing was read.

    None where the page does not show it. Takes several times as long as `read`. Never raises.
    """
    from headwater.marketplaces.sources import (  # noqa: PLC0415 - searches never need it
        sources_of as places_of,
    )

    try:
        market = _recognised(Document(page))
        if market.key_space is not key.platform:
            market = marketplace(key.platform)
        return places_of(page, key, market)
    except (*_UNEXPECTED, MemoryError):
        return None


def search_url(platform: Platform, query: str, page: int = 1, country: str = "") -> str:
    """The address of a page of results, newest first where the platform can.

    `country` is one of Lazada's six; others have none.
    """
    if country:
        return LAZADA.country_search_url(country, query, page)
    return marketplace(platform).search_url(query, page)


def older_search_url(platform: Platform, query: str) -> str:
    """Another address of the same search, for a person to whom the first shows nonsense; or ""."""
    return ALI1688.older_search_url(query) if platform is Platform.ALI1688 else ""


def read(page: Page, *, platform: Platform | None = None) -> PageReading:
    """What a page is and holds. The platform is recognised by address, then by content.

    A page of no known platform without product markup is Platform.GENERIC, PageKind.OTHER.
    Raises LayoutChanged, and nothing else on any bytes, where a page of a known kind no longer
    holds its data where it was.
    """
    try:
        return _read(page, platform)
    except _UNEXPECTED as problem:
        raise LayoutChanged(f"the page breaks our reader: {problem!r}"[:300]) from problem


_UNEXPECTED = (RecursionError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
"""What only a mistake of ours raises. The fuzzing looks past this net, at `_read`."""


def _read(page: Page, platform: Platform | None) -> PageReading:
    if len(page.body) > LONGEST:
        return PageReading(
            platform=platform or Platform.GENERIC,
            kind=PageKind.OTHER,
            verdict=Verdict.ERROR,
            reason=f"a page of more than {LONGEST >> 20} MB is no marketplace's: it was not read",
        )
    document = Document(page)
    market = marketplace(platform) if platform is not None else _recognised(document)
    return market.reading(document)


def _recognised(document: Document) -> Marketplace:
    """By the page's own addresses; a reply of an interface by its shape; else by its marks."""
    by_address = _by_address([document.url])
    if by_address:
        return by_address
    if document.is_json:
        for market in MARKETPLACES:
            try:
                if market.find(document) is not None:
                    return market
            except LayoutChanged:
                return market
    elif found := _by_address((*document.own_addresses, document.interrupted_address)):
        return found
    elif document.own_addresses and GENERIC.find(document) is not None:
        return GENERIC  # a shop of its own that shows a marketplace's pictures
    for part in (document.page.body[:_HEAD], document.page.body):
        marked = {market: _marks(market, part, document.title) for market in MARKETPLACES}
        best = max(marked, key=lambda market: marked[market])
        if marked[best]:
            return best
    hosts = (_by_address([host]) for host in _HOST.findall(document.text))
    named = Counter(market for market in hosts if market is not None)
    return named.most_common(1)[0][0] if named else GENERIC


def _marks(market: Marketplace, part: bytes, title: str) -> int:
    found = sum(mark.encode() in part for mark in market.marks)
    titled = any(mark in title for mark in market.title_marks)
    return found + 5 * titled if found else 0


def _by_address(urls: Iterable[str]) -> Marketplace | None:
    for url in urls:
        for market in MARKETPLACES:
            if market.serves(url):
                return market
    return None
