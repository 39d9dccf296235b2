"""Listings and their sellers: one key per offer, whatever URL led to it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from headwater.domain.money import MinimumOrder, Price
from headwater.domain.platforms import Platform


@dataclass(frozen=True, slots=True, order=True)
class ListingKey:
    """The identity of an offer. `offer_id` is opaque text, unique on its platform.

    Lazada's ids repeat between countries, so theirs carry the country: "sg-123".
    """

    platform: Platform
    offer_id: str

    def __post_init__(self) -> None:
        if not self.offer_id or "#" in self.offer_id or "/" in self.offer_id:
            raise ValueError(f"not an offer id: {self.offer_id!r}")

    def __str__(self) -> str:
        return f"{self.platform}#{self.offer_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "platform#offer-id" back. Raises ValueError for anything else."""
        platform, separator, offer_id = text.partition("#")
        if not separator:
            raise ValueError(f"not a listing key: {text!r}")
        return cls(Platform(platform), offer_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who offers it, as far as the page says. `id` is the platform's own stable key.

    `id`: 1688 memberId, AliExpress store number, Alibaba companyId or subdomain, …
    """

    platform: Platform
    id: str | None
    name: str | None
    url: str | None = None
    location: str | None = None
    country: str | None = None
    years: int | None = None
    badges: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    """Further identifiers by kind, e.g. ("company_id", "281906743"), ("login_id", "…")."""


class CollectedBy(StrEnum):
    """Whether a person or a schedule brought the page."""

    PERSON = "person"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An offer as one page showed it. What the page does not hold is None, never guessed."""

    key: ListingKey
    url: str
    title: str | None
    price: Price | None = None
    minimum_order: MinimumOrder | None = None
    seller: Seller | None = None
    pictures: tuple[str, ...] = ()
    """Absolute https URLs of the full-size originals, in the page's order, without repeats."""
    ad: bool = False
    ship_from: str | None = None
    sold: int | None = None
    listed_at: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    description: str | None = None
    """What the page says of the goods at length, in one line, as far as it holds that itself."""
    other_ids: tuple[str, ...] = ()
    """Ids under which the platform shows the same offer elsewhere (AliExpress' + 2^51)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A listing together with how it was found: which brand's watch, which run, where on it."""

    brand: str
    listing: Listing
    run: str
    watch: str
    query: str
    rank: int
    route: str
    collected_by: CollectedBy
    seen_at: datetime
    page_object: str | None = field(default=None)
    """Where the raw page lies: "s3 key" in the work bucket, None for an API reply not kept."""
    look: str | None = None
    """None for the first sight; a later look at a case is named by its time."""
    wire_object: str | None = None
    """Where the requests and answers that brought the page lie (WARC), None if they are not had."""
    given_object: str | None = None
    """Where the file lies that a person gave (MHTML), with the pictures of its page in it."""
    page_url: str | None = None
    """Where the page was, as the answer or the file of it says; None where neither does."""
    brought_by: str | None = None
    """Who handed the file over, by the identity that AWS knew them by; None for a schedule."""
