"""Keep what a listing shows: its page, its pictures, and a manifest that names every byte."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from headwater.domain.brands import PlatformAccess
from headwater.domain.captures import (
    Capture,
    CaptureOutcome,
    MissingPart,
    Part,
    PartRole,
    StoredObject,
)
from headwater.domain.exchanges import Fetched, FetchFailed
from headwater.domain.listings import Listing, ListingKey, Sighting
from headwater.domain.manifests import (
    FILE_NAME,
    capture_id,
    describe_fetch,
    describe_sources,
    manifest,
    sha256,
)
from headwater.domain.pages import LayoutChanged, Page, PageReading, Verdict
from headwater.domain.sources import ListingSources

MAX_PICTURES = 12
PICTURE_BYTES = 60_000_000
"""What all pictures of one capture may weigh together: what fits a small function's memory."""


_WARC = ("application/warc", "warc.gz")


class SeenPages(Protocol):
    """The raw pages that the search or an import left behind."""

    def get(self, key: str) -> bytes: ...


class EvidenceStore(Protocol):
    """Objects that nobody can quietly change."""

    def put(self, key: str, body: bytes, media_type: str) -> StoredObject: ...
    def put_once(self, key: str, body: bytes, media_type: str) -> StoredObject | None: ...
    def put_shared(self, key: str, body: bytes, media_type: str) -> StoredObject:
        """The version under the key that holds these bytes, written if there is none yet."""
        ...


class CaptureRows(Protocol):
    """The captures that are known."""

    def add(self, capture: Capture) -> bool: ...
    def of_listing(self, brand: str, key: ListingKey) -> list[Capture]: ...


class Fetches(Protocol):
    """Fetches an address. Raises FetchFailed."""

    def fetch(self, url: str) -> Fetched: ...


class Archive(Protocol):
    """Collects what went over the wire, and gives it as one file; None if nothing did."""

    def add(self, fetched: Fetched) -> None: ...
    def body(self) -> bytes | None: ...


def capture(
    sighting: Sighting,
    *,
    access: PlatformAccess,
    read: Callable[[Page], PageReading],
    sources: Callable[[Page, ListingKey], ListingSources | None],
    pages: SeenPages,
    evidence: EvidenceStore,
    captures: CaptureRows,
    listing_pages: Fetches,
    pictures: Fetches,
    new_archive: Callable[[str], Archive],
    now: Callable[[], datetime],
    made_by: Mapping[str, str],
    timestamp_authorities: tuple[str, ...],
    rehearsal: bool,
) -> Capture:
    """Keep the listing as far as it can be had, once; the same message again changes nothing.

    `listing_pages` and `pictures` fetch from the platform's page and picture hosts,
    `new_archive` begins the record of the wire for a capture's id, `read` judges a page that
    was fetched, `sources` says where in a page each fact stands, `made_by` names tool and call,
    `timestamp_authorities` those that are to sign. What cannot be had is named in `missing` and
    never stops the rest; a refusal is kept as that and not asked again.
    """
    seen = pages.get(sighting.page_object) if sighting.page_object else None
    seen_wire = pages.get(sighting.wire_object) if sighting.wire_object else None
    identifier = capture_id(sighting, sha256(seen) if seen is not None else None)
    earlier = captures.of_listing(sighting.brand, sighting.listing.key)
    for known in earlier:
        if known.id == identifier:
            return known

    key = sighting.listing.key
    kept = _Kept(
        evidence,
        f"{captures_of(sighting.brand, key)}{identifier}",
        new_archive(identifier),
        pages_of(sighting.brand),
    )
    if seen is not None:
        kept.keep_page("seen", Page(url=sighting.page_url or "", body=seen), shared=True)
        if sighting.given_object:
            given = pages.get(sighting.given_object)
            kept.keep("given", PartRole.GIVEN, None, given, _page_type(given), shared=True)
        if seen_wire is not None:
            kept.keep("seen-wire", PartRole.WARC, None, seen_wire, _WARC, shared=True)
    listing, gone, refused = sighting.listing, False, False
    if access.fetch_pages:
        reading = _keep_page(listing.url, kept, listing_pages, read)
        if reading is not None:
            gone, refused = reading.verdict is Verdict.GONE, reading.verdict.refused
            own = (found for found in reading.listings if found.key == key)
            listing = with_details(listing, next(own, listing), again=sighting.look is not None)
    elif seen is None:
        kept.miss(
            PartRole.PAGE,
            sighting.listing.url,
            f"no page was handed in, and fetching pages of {key.platform.title} is not switched on",
        )
    if not (gone and sighting.look):
        _keep_pictures(listing, kept, pictures, access)
    wire = kept.archive.body()
    if wire is not None:
        kept.keep("wire", PartRole.WARC, None, wire, _WARC)
    if kept.pages:
        facts = describe_sources((name, sources(page, key)) for name, page in kept.pages)
        kept.keep("fields", PartRole.FACTS, None, facts, ("application/json", "json"))

    has_page = any(part.role is PartRole.PAGE for part in kept.parts)
    if gone:
        outcome = CaptureOutcome.GONE
    elif refused and not has_page:
        outcome = CaptureOutcome.REFUSED
    else:
        outcome = CaptureOutcome.PARTIAL if kept.missing else CaptureOutcome.COMPLETE
    captured_at = now()
    previous = earlier[0].manifest_sha256 if earlier else None
    text = manifest(
        sighting,
        listing,
        capture=identifier,
        captured_at=captured_at,
        outcome=outcome,
        parts=tuple(kept.parts),
        missing=tuple(kept.missing),
        fetches=tuple(kept.fetches),
        previous_manifest_sha256=previous,
        made_by=made_by,
        options={
            "fetch_pages": access.fetch_pages,
            "fetch_pictures": access.fetch_pictures,
            "most_pictures": MAX_PICTURES,
            "most_picture_bytes": PICTURE_BYTES,
        },
        timestamp_authorities=timestamp_authorities,
        rehearsal=rehearsal,
    )
    record = Capture(
        brand=sighting.brand,
        listing=listing,
        id=identifier,
        captured_at=captured_at,
        collected_by=sighting.collected_by,
        route=sighting.route,
        outcome=outcome,
        parts=tuple(kept.parts),
        missing=tuple(kept.missing),
        manifest=kept.store(FILE_NAME, text, "application/json"),
        manifest_sha256=sha256(text),
        previous_manifest_sha256=previous,
        watch=sighting.watch,
        query=sighting.query,
        rehearsal=rehearsal,
        awaited=timestamp_authorities,
    )
    captures.add(record)
    return record


@dataclass
class _Kept:
    """What was kept of one listing so far, and what could not be."""

    evidence: EvidenceStore
    prefix: str
    archive: Archive
    shared_prefix: str
    parts: list[Part] = field(default_factory=list)
    missing: list[MissingPart] = field(default_factory=list)
    fetches: list[dict[str, Any]] = field(default_factory=list)
    pages: list[tuple[str, Page]] = field(default_factory=list)
    """The pages among the parts, by the part's name."""

    def keep_page(self, stem: str, page: Page, *, shared: bool = False) -> str:
        kind = _page_type(page.body)
        name = self.keep(stem, PartRole.PAGE, page.url or None, page.body, kind, shared=shared)
        self.pages.append((name, page))
        return name

    def keep(
        self,
        stem: str,
        role: PartRole,
        url: str | None,
        body: bytes,
        kind: tuple[str, str],
        *,
        shared: bool = False,
    ) -> str:
        """Store the bytes under their hash; returns the part's name. `kind`: media type, ending.

        `shared`: what brought sixty listings is kept once, and each manifest names that version.
        """
        media_type, ending = kind
        digest = sha256(body)
        stored = next((part.stored for part in self.parts if part.sha256 == digest), None)
        if shared:
            stored = self.evidence.put_shared(f"{self.shared_prefix}{digest}", body, media_type)
        part = Part(
            name=f"{stem}.{ending}",
            role=role,
            source_url=url,
            media_type=media_type,
            size=len(body),
            sha256=digest,
            stored=stored or self.store(digest, body, media_type),
        )
        self.parts.append(part)
        return part.name

    def store(self, name: str, body: bytes, media_type: str) -> StoredObject:
        """Exactly this version. A call that broke off left the key behind: write a further one."""
        key = f"{self.prefix}/{name}"
        stored = self.evidence.put_once(key, body, media_type)
        return stored or self.evidence.put(key, body, media_type)

    def record(self, part: str | None, asked: str, fetched: Fetched) -> None:
        """Remember the exchange, whatever it brought."""
        self.archive.add(fetched)
        self.fetches.append(describe_fetch(part, asked, fetched))

    def miss(self, role: PartRole, url: str, reason: str) -> None:
        self.missing.append(MissingPart(role=role, source_url=url, reason=reason))


def captures_of(brand: str, key: ListingKey) -> str:
    """The prefix under which a listing's captures lie."""
    return f"captures/{brand}/{key.platform}/{key.offer_id}/"


def pages_of(brand: str) -> str:
    """The prefix under which the pages lie on which a brand's listings were seen."""
    return f"captures/{brand}/pages/"


_SAID_OF_LISTING = (
    *("title", "price", "minimum_order", "seller", "ship_from", "sold", "listed_at"),
    "description",
)


def with_details(seen: Listing, own: Listing, *, again: bool = False) -> Listing:
    """The listing as its own page shows it; what that does not say stays as it was seen.

    The pictures are those of both, the seen ones first: they are why it was found. At a later look
    (`again`) they are the page's alone: one that was taken off it is no longer shown.
    """
    pictures = own.pictures if again and own.pictures else (*seen.pictures, *own.pictures)
    said = {name: value for name in _SAID_OF_LISTING if (value := getattr(own, name)) is not None}
    return replace(
        seen,
        **said,
        pictures=tuple(dict.fromkeys(pictures)),
        attributes=own.attributes or seen.attributes,
        other_ids=tuple(dict.fromkeys((*seen.other_ids, *own.other_ids))),
    )


def _keep_page(
    url: str, kept: _Kept, listing_pages: Fetches, read: Callable[[Page], PageReading]
) -> PageReading | None:
    """Fetch the listing's own page and keep it; what was read in it, None when it was not had."""
    try:
        fetched = listing_pages.fetch(url)
    except FetchFailed as failure:
        kept.miss(PartRole.PAGE, url, failure.reason)
        return None
    try:
        reading = read(fetched.page)
    except LayoutChanged:
        reading = None  # kept all the same: a person can read what our parser cannot
    name = None
    if reading is not None and reading.verdict.refused:
        kept.miss(PartRole.PAGE, url, f"the platform refused: {reading.reason}")
    elif reading is not None and reading.verdict is Verdict.ERROR:
        kept.miss(PartRole.PAGE, url, reading.reason)
    else:
        name = kept.keep_page("fetched", fetched.page)
    kept.record(name, url, fetched)
    return reading


def _keep_pictures(
    listing: Listing, kept: _Kept, pictures: Fetches, access: PlatformAccess
) -> None:
    budget = PICTURE_BYTES
    for number, url in enumerate(listing.pictures[:MAX_PICTURES], start=1):
        if not access.fetch_pictures:
            platform = listing.key.platform.title
            kept.miss(
                PartRole.PICTURE, url, f"fetching pictures from {platform} is not switched on"
            )
            continue
        if budget <= 0:
            kept.miss(
                PartRole.PICTURE,
                url,
                f"the pictures before it weigh more than {PICTURE_BYTES} bytes together",
            )
            continue
        try:
            fetched = pictures.fetch(url)
        except FetchFailed as failure:
            kept.miss(PartRole.PICTURE, url, failure.reason)
            continue
        page = fetched.page
        kind = picture_type(page.body)
        budget -= len(page.body)
        name = None
        if page.status != 200:
            kept.miss(PartRole.PICTURE, url, f"the answer was HTTP {page.status}")
        elif kind is None:
            said = page.headers.get("content-type", "nothing")
            kept.miss(PartRole.PICTURE, url, f"the answer is no picture; it calls itself {said}")
        else:
            name = kept.keep(f"picture-{number:02}", PartRole.PICTURE, url, page.body, kind)
        kept.record(name, url, fetched)
    left_out = listing.pictures[MAX_PICTURES:]
    if left_out and access.fetch_pictures:
        # One line for all of them: a seller may name thousands.
        kept.miss(
            PartRole.PICTURE,
            left_out[0],
            f"only the first {MAX_PICTURES} pictures are kept; {len(left_out)} further, "
            "of which this is the first, were not asked for",
        )


def picture_type(body: bytes) -> tuple[str, str] | None:
    """Media type and file ending by the first bytes; what a server calls it proves nothing."""
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", "jpg"
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", "png"
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif", "gif"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp", "webp"
    if body[4:12] in {b"ftypavif", b"ftypavis"}:
        return "image/avif", "avif"
    return None


def _page_type(body: bytes) -> tuple[str, str]:
    """Media type and file ending of a page as a browser, an app or a person saved it."""
    start = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in {b"{", b"["}:
        return "application/json", "json"
    headers = start.partition(b"\r\n\r\n")[0].lower()
    if start[:1] != b"<" and b"mime-version:" in headers and b"multipart/related" in start.lower():
        return "multipart/related", "mhtml"
    return "text/html", "html"
