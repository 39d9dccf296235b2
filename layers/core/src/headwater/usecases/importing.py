"""Read what a person brought: saved pages, interface replies, lists of links."""

import hashlib
import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from headwater import marketplaces
from headwater.domain.brands import Brand
from headwater.domain.coverage import Asked, Run
from headwater.domain.listings import CollectedBy, Listing, Seller, Sighting
from headwater.domain.pages import LayoutChanged, Page, PageKind, Verdict
from headwater.domain.platforms import Platform
from headwater.domain.strangers import in_one_line
from headwater.marketplaces import amounts
from headwater.marketplaces.facts import Fact, Facts
from headwater.marketplaces.files import Content, Unread, contents
from headwater.marketplaces.lists import AddressList, Entry
from headwater.marketplaces.urls import host_of
from headwater.usecases.search import KeepsListings, KeepsPages, KeepsRuns, keep_page

IMPORT = "import"
_MOST_ROWS = 300
_SHORT_LINKS = {"a.aliexpress.com", "s.click.aliexpress.com", "qr.1688.com", "m.tb.cn", "e.tb.cn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One thing in a file, and what we understood of it. `name`: the file, member or row."""

    name: str
    platform: Platform
    verdict: Verdict
    reason: str
    listings: tuple[Listing, ...] = ()
    page: Page | None = None


def import_file(
    name: str,
    body: bytes,
    *,
    brand: Brand,
    brought_at: datetime,
    rehearsal: bool,
    listings: KeepsListings,
    runs: KeepsRuns,
    pages: KeepsPages,
    clock: Callable[[], datetime],
    brought_by: str | None = None,
) -> Run:
    """Keep the listings of one file. What cannot be read stops nothing and is said in the run.

    `brought_at` is when the file was handed over: told twice of it, we read it once. `brought_by`
    is by whom, as AWS names them.
    """
    digest = hashlib.sha256(name.encode("utf-8", "replace") + b"\0" + body).hexdigest()
    run_id = f"{brand.id}#{IMPORT}#{digest[:16]}"
    if known := runs.get(brand.id, brought_at, run_id):
        return known
    asked: list[Asked] = []
    for reading in read_file(name, body):
        # A page without listings may be anything that was open in the browser: it is not kept.
        with_listings = reading.page if reading.listings else None
        page_object = keep_page(with_listings, pages) if with_listings else None
        # With its pictures, as the person's browser had it: kept beside the page that we read.
        given = with_listings.given if with_listings else None
        given_object = keep_page(Page(url="", body=given), pages) if given else None
        new = 0
        for rank, listing in enumerate(reading.listings, start=1):
            new += listings.add(
                Sighting(
                    brand=brand.id,
                    listing=listing,
                    run=run_id,
                    watch="",
                    query=name,
                    rank=rank,
                    route=IMPORT,
                    collected_by=CollectedBy.PERSON,
                    seen_at=clock(),
                    page_object=page_object,
                    given_object=given_object,
                    page_url=_where(with_listings),
                    brought_by=brought_by,
                )
            )
        asked.append(_asked(reading, new))
    run = Run(
        brand=brand.id,
        id=run_id,
        started_at=brought_at,
        finished_at=clock(),
        asked=tuple(_short(name, asked)),
        rehearsal=rehearsal,
    )
    runs.add(run)
    return run


_SAVED_FROM = re.compile(rb"<!-- saved from url=\(\d{4}\)(https?://[!-~]{1,1500}) -->")


def _where(page: Page | None) -> str | None:
    """The page's address: as its archive has it, or as the browser noted that saved it."""
    if page is None:
        return None
    noted = _SAVED_FROM.search(page.body, 0, 4096)
    return page.url or (noted[1].decode() if noted else None)


def read_file(name: str, body: bytes) -> Iterator[Reading]:
    """What a file holds, at least one reading. A list of links is one reading per platform."""
    empty = True
    for inside, group in groupby(contents(name, body), key=itemgetter(0)):
        empty = False
        yield from _telling(inside, [content for _, content in group])
    if empty:
        yield _unread(name, "the file holds no page and no link")


def _telling(name: str, found: Sequence[Content]) -> list[Reading]:
    """Of one file's many replies (HAR, WARC) only those that are anything of ours; at least one."""
    readings: list[Reading] = []
    first: Reading | None = None
    for content in found:
        match content:
            case Page():
                reading, telling = _page(name, content)
                first = first or reading
                readings += [reading] if telling else []
            case AddressList():
                readings += _links(name, content)
            case Facts():
                readings += _copied(name, content)
            case Unread():
                readings.append(_unread(name, content.reason))
    return readings or [first or _unread(name, "no link in it leads to a listing")]


def _page(name: str, page: Page) -> tuple[Reading, bool]:
    """The reading, and whether the page is anything that we know."""
    try:
        reading = marketplaces.read(page)
    except LayoutChanged as changed:
        drift = Reading(
            name=name,
            platform=changed.platform or Platform.GENERIC,
            verdict=Verdict.SCHEMA_DRIFT,
            reason=str(changed),
        )
        return drift, True
    understood = Reading(
        name=name,
        platform=reading.platform,
        verdict=reading.verdict,
        reason=reading.reason,
        listings=reading.listings,
        page=page,
    )
    telling = (reading.kind, reading.verdict) != (PageKind.OTHER, Verdict.SHELL_NO_DATA)
    return understood, telling


def _links(name: str, links: AddressList) -> Iterator[Reading]:
    found: dict[Platform, dict[str, Listing]] = {}
    for entry in links.entries:
        key = marketplaces.identify(entry.address)
        if key is None:
            yield _unread(f"{name}, row {entry.row}", _why_not(entry))
            continue
        listing = Listing(key=key, url=marketplaces.canonical_url(key), title=entry.title)
        found.setdefault(key.platform, {}).setdefault(str(key), listing)
    if links.left_out:
        yield _unread(name, f"the last {links.left_out} rows were not read; split the list")
    for platform, listings in found.items():
        yield Reading(
            name=name,
            platform=platform,
            verdict=Verdict.OK,
            reason=f"links from {links.column}",
            listings=tuple(listings.values()),
        )


def _copied(name: str, facts: Facts) -> Iterator[Reading]:
    """What the bookmarklet copied of an open page, judged by that page's address and title."""
    shown = f"<html><head><title>{html.escape(facts.title)}</title></head></html>"
    page, _ = _page(name, Page(url=facts.url, body=shown.encode("utf-8", "replace")))
    if page.verdict.refused:
        yield replace(page, page=None)
        return
    found: dict[Platform, dict[str, Listing]] = {}
    for number, fact in enumerate(facts.listings, start=1):
        listing = _of_fact(fact)
        if listing is None:
            address = fact.addresses[0] if fact.addresses else ""
            reason = _why_not(Entry(row=number, address=address, title=None))
            yield _unread(f"{name}, item {number}", reason)
            continue
        found.setdefault(listing.key.platform, {}).setdefault(str(listing.key), listing)
    if facts.left_out:
        yield _unread(name, f"{facts.left_out} listings were not copied; go to the next page")
    for platform, listings in found.items():
        yield Reading(
            name=name,
            platform=platform,
            verdict=Verdict.OK,
            reason="copied from the open page by a person",
            listings=tuple(listings.values()),
            page=Page(url=facts.url, body=facts.body),
        )


def _of_fact(fact: Fact) -> Listing | None:
    key = next((key for url in fact.addresses if (key := marketplaces.identify(url))), None)
    if key is None:
        return None
    chinese = key.platform in {Platform.ALI1688, Platform.TAOBAO, Platform.TMALL}
    dollar = "USD" if key.platform is Platform.ALIBABA else None
    seller = marketplaces.identify_seller(fact.shop)
    return Listing(
        key=key,
        url=marketplaces.canonical_url(key),
        title=in_one_line(fact.title, most=300) or None,
        price=amounts.price(fact.price, dollar=dollar, yen="CNY" if chinese else None),
        seller=Seller(platform=seller[0], id=seller[1], name=None, url=fact.shop)
        if seller and seller[0] is key.platform
        else None,
        pictures=tuple(filter(None, [_picture(fact.picture)])),
    )


def _picture(address: str) -> str | None:
    return marketplaces.full_size(address) if address.startswith("https://") else None


def _why_not(entry: Entry) -> str:
    if not entry.address:
        return "no link in this row"
    host = host_of(entry.address)
    if host in _SHORT_LINKS:
        return f"{host} hides where it leads: open the link and bring the address it ends at"
    if marketplaces.identify_seller(entry.address):
        return "a seller's address, not a listing's: save the page and import that"
    return f"no listing of a marketplace that Headwater knows: {entry.address[:120]}"


def _unread(name: str, reason: str) -> Reading:
    return Reading(name=name, platform=Platform.GENERIC, verdict=Verdict.ERROR, reason=reason)


def _asked(reading: Reading, new: int) -> Asked:
    return Asked(
        platform=reading.platform,
        watch="",
        query=in_one_line(reading.name),
        route=IMPORT,
        verdict=reading.verdict,
        reason=in_one_line(reading.reason, most=300),
        items=len(reading.listings),
        new=new,
        collected_by=CollectedBy.PERSON,
    )


def _short(name: str, asked: Sequence[Asked]) -> Iterator[Asked]:
    """A run fits into one item of the table (400 kB): of many parts, first those not read."""
    if len(asked) <= _MOST_ROWS:
        yield from asked
        return
    read = [one for one in asked if one.verdict.covers]
    unread = [one for one in asked if not one.verdict.covers]
    yield from unread[:_MOST_ROWS]
    if rest := unread[_MOST_ROWS:]:
        yield replace(rest[0], query=in_one_line(name), reason=f"{len(rest)} more were not read")
    for platform in sorted({one.platform for one in read}):
        same = [one for one in read if one.platform is platform]
        yield replace(
            same[0],
            query=in_one_line(name),
            reason=f"{len(same)} parts were read",
            items=sum(one.items for one in same),
            new=sum(one.new for one in same),
        )
