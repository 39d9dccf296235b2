"""Of every field of a listing: from which bytes of the page it was read, proven by reading them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from headwater.domain.listings import Listing, ListingKey
from headwater.domain.pages import LayoutChanged, Page, PageKind, PageReading
from headwater.domain.platforms import Platform
from headwater.domain.sources import FieldSource, ListingSources
from headwater.marketplaces.document import LONGEST, Document, encoding_of
from headwater.marketplaces.marketplace import Marketplace
from headwater.marketplaces.origins import Origin, TracedFlag, origins_of
from headwater.verifier import LONGEST_FACT, says

_LONGEST_READ = 20_000

_MADE = {
    "url": "made from the id",
    "seller.url": "made from what names the seller",
    "price.currency": "what this marketplace, or this country's site, counts in",
    "ad": "nothing on the page marks it as an advertisement",
}
_NOT_TRACED = "worked out from several things on the page"


def sources_of(page: Page, key: ListingKey, market: Marketplace) -> ListingSources | None:
    """The places of all that the page says of the listing; None if it does not show that.

    A page that was kept without its address may be the listing's own all the same.
    """
    found = _sources(page, key, market)
    if found is None and not page.url and market.platform is not Platform.GENERIC:
        return _sources(replace(page, url=market.canonical_url(key)), key, market)
    return found


def _sources(page: Page, key: ListingKey, market: Marketplace) -> ListingSources | None:
    plain = _shown(market.read, page, key)
    if plain is None:
        return None
    document = Document(page, traced=True)
    traced = _shown(lambda _: market.reading(document), page, key)
    places = _Places(page)
    if traced != plain:
        # What was traced is another reading: nothing of it may be said of ours.
        fields = (
            _untraced(name, value, "reading it again with its places came out differently")
            for name, value in values(plain)
        )
        return ListingSources(encoding=places.encoding, fields=tuple(fields))
    return ListingSources(
        encoding=places.encoding,
        fields=tuple(
            source
            for name, value in values(traced)
            for source in _of_field(name, value, places, document)
        ),
    )


def _shown(read: object, page: Page, key: ListingKey) -> Listing | None:
    try:
        reading: PageReading = read(page)  # type: ignore[operator]
    except LayoutChanged:
        return None
    found = next((listing for listing in reading.listings if listing.key == key), None)
    return found if found or reading.kind is not PageKind.LISTING else None


def values(listing: Listing) -> Iterator[tuple[str, object]]:
    """Every field that the page filled, by its name."""
    price, order, seller = listing.price, listing.minimum_order, listing.seller
    found: list[tuple[str, object]] = [
        ("id", listing.key.offer_id),
        ("url", listing.url),
        ("title", listing.title),
    ]
    if price:
        found += [
            ("price.minimum", price.minimum),
            ("price.maximum", price.maximum),
            ("price.currency", price.currency),
        ]
        for number, tier in enumerate(price.tiers):
            found.append((f"price.tiers.{number}.quantity", tier.quantity))
            found.append((f"price.tiers.{number}.amount", tier.amount))
    if order:
        found += [("minimum_order.quantity", order.quantity), ("minimum_order.unit", order.unit)]
    if seller:
        found += [
            (f"seller.{name}", getattr(seller, name))
            for name in ("id", "name", "url", "location", "country", "years")
        ]
        found += [(f"seller.badges.{n}", badge) for n, badge in enumerate(seller.badges)]
        found += [(f"seller.{kind}", value) for kind, value in seller.identifiers]
    found += [(f"pictures.{n}", picture) for n, picture in enumerate(listing.pictures)]
    found += [
        (name, getattr(listing, name))
        for name in ("ad", "ship_from", "sold", "listed_at", "description")
    ]
    for number, (name, value) in enumerate(listing.attributes):
        found += [(f"attributes.{number}.name", name), (f"attributes.{number}.value", value)]
    found += [(f"other_ids.{n}", other) for n, other in enumerate(listing.other_ids)]
    yield from ((name, value) for name, value in found if value is not None)


def _of_field(
    name: str, value: object, places: "_Places", document: Document
) -> Iterator[FieldSource]:
    origins = origins_of(value)
    if not origins:
        reason = _MADE.get(name, _NOT_TRACED)
        if name in {"id", "other_ids.0"} and document.page.url:
            reason = "named by the address of the page, not by its bytes"
        yield _untraced(name, value, reason)
    for origin in origins:
        span = places.proven(origin)
        yield FieldSource(
            field=name,
            value=_text(value),
            container=origin.container,
            path=origin.path[:_LONGEST_READ],
            first=span[0] if span else None,
            end=span[1] if span else None,
            read=origin.read[:_LONGEST_READ],
            reason=None if span else "the place cannot be shown in the page's bytes",
        )


def _untraced(name: str, value: object, reason: str) -> FieldSource:
    return FieldSource(
        field=name, value=_text(value), container=None, path=None, first=None, end=None,
        read=None, reason=reason,
    )  # fmt: skip


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (bool, TracedFlag)):
        return "true" if value else "false"
    return str(value)


class _Places:
    """From characters of a page's text to its bytes."""

    def __init__(self, page: Page) -> None:
        self.body = page.body[:LONGEST]
        self.mark, self.encoding = encoding_of(self.body, page.headers.get("content-type", ""))
        try:
            self.text = self.body[self.mark :].decode(self.encoding, "replace")
        except (LookupError, ValueError):
            self.text = ""
        self._known = {0: self.mark}

    def proven(self, origin: Origin) -> tuple[int, int] | None:
        """The bytes of the place; None unless they decode to its text, and that says `read`."""
        if origin.first is None or origin.end is None or len(origin.read) > _LONGEST_READ:
            return None
        written = self.text[origin.first : origin.end]
        first = self._byte(origin.first)
        if first is None:
            return None
        try:
            end = first + len(written.encode(self.encoding))
            if self.body[first:end].decode(self.encoding) != written:
                return None
        except ValueError:
            return None
        small = end - first <= LONGEST_FACT
        return (first, end) if small and says(written, origin.read) else None

    def _byte(self, character: int) -> int | None:
        """Counted from the nearest character before it that is known."""
        if character in self._known:
            return self._known[character]
        before = max(known for known in self._known if known < character)
        try:
            size = len(self.text[before:character].encode(self.encoding))
        except ValueError:
            return None
        self._known[character] = self._known[before] + size
        return self._known[character]
