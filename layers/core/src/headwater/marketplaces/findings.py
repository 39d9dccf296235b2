"""What a platform's parser found in a page, before anyone judges whether it was answered."""

from dataclasses import dataclass

from headwater.domain.listings import Listing, Seller
from headwater.domain.pages import PageKind, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """A page's data. `verdict` only where the page itself states it (gone, empty, an error)."""

    kind: PageKind
    listings: tuple[Listing, ...] = ()
    sellers: tuple[Seller, ...] = ()
    total: int | None = None
    query: str | None = None
    verdict: Verdict | None = None
    reason: str = ""


def unique(listings: "list[Listing]") -> tuple[Listing, ...]:
    """One listing per key, in order; of a repeated one the first that is no ad, else the first."""
    kept: dict[object, Listing] = {}
    for listing in listings:
        known = kept.get(listing.key)
        if known is None or (known.ad and not listing.ad):
            kept[listing.key] = listing
    return tuple(kept.values())
