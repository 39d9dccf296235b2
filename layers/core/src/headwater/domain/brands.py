"""The brand that is watched for: its products, names, rights, watches and who gets mail."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from headwater.domain.platforms import Platform, RouteName
from headwater.domain.sellers import ListedSeller
from headwater.domain.weights import DEFAULT_WEIGHTS, Weights
from headwater.domain.words import OwnTerm


class ReferenceKind(StrEnum):
    """What one of the brand's own pictures shows. The values are stored: never rename one."""

    PRODUCT = "product"
    LOGO = "logo"
    """The mark alone: it is looked for inside other pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One of the brand's own pictures. `id` is "product-id/file-name"; "logo/file-name"."""

    id: str
    product: str
    sha256: str
    kind: ReferenceKind = ReferenceKind.PRODUCT


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product of the brand; `price` is the brand's own retail price.

    `other_prices` are the same by further currencies, as the owner sells there: nothing is ever
    converted.
    """

    id: str
    name: str
    references: tuple[Reference, ...]
    price: Decimal | None = None
    currency: str | None = None
    other_prices: tuple[tuple[str, Decimal], ...] = ()

    @property
    def prices(self) -> dict[str, Decimal]:
        """Every own price by its currency."""
        main = {self.currency: self.price} if self.currency and self.price else {}
        return dict(self.other_prices) | main


class RightKind(StrEnum):
    """What a complaint can rest on."""

    TRADEMARK = "trademark"
    COPYRIGHT = "copyright"
    DESIGN = "design"
    PATENT = "patent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A registered (or, for copyright, claimed) right. `country` is ISO 3166 alpha-2.

    `products` are the ids of those that it covers; none written: all.
    """

    kind: RightKind
    number: str
    country: str
    owner: str
    classes: tuple[int, ...] = ()
    expires: date | None = None
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What to look for, and where. `pictures` are searched for where a route can do that.

    `links` are listings (by address) whose like is looked for. `words`, `pictures` and `links`
    are what the owner wrote; `variants` is what we made of the brand's names, each with whether
    it is for platforms in Chinese (None: for all). `routes`: only by these of the platform's (()
    for all).
    """

    id: str
    platforms: tuple[Platform, ...]
    words: tuple[str, ...]
    pictures: tuple[Reference, ...] = ()
    links: tuple[str, ...] = ()
    variants: tuple[tuple[str, bool | None], ...] = ()
    routes: tuple[RouteName, ...] = ()


class RecipientRole(StrEnum):
    """When somebody is written to."""

    OWNER = "owner"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who gets alert mails. `timezone` is an IANA name, used for the text and the quiet hours.

    `quiet_hours` (from, until; in that zone, may span midnight) hold back what can wait: never a
    warning of a deadline that ends within a day.
    """

    email: str
    timezone: str
    role: RecipientRole
    quiet_hours: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Everything that the owner told us about one brand."""

    id: str
    name: str
    names: tuple[str, ...]
    chinese_names: tuple[str, ...]
    ordinary_words: tuple[str, ...]
    products: tuple[Product, ...]
    rights: tuple[Right, ...]
    watches: tuple[Watch, ...]
    recipients: tuple[Recipient, ...]
    sellers: tuple[ListedSeller, ...] = ()
    """Whom the owner allows to sell, watches or denies."""
    logos: tuple[Reference, ...] = ()

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every picture of the products, then the logos."""
        shown = tuple(reference for product in self.products for reference in product.references)
        return shown + self.logos


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformAccess:
    """What the owner allows us to ask a platform by ourselves, how, and how often.

    `routes` are tried in this order. `daily_budget` counts each route's requests, of all brands
    together; `pages` is how many pages of a question are read at most, `countries` where Lazada
    is asked (() for all). The canaries are a query that must always give results and a listing (by
    address) that must always be there: without them a run is blind.
    """

    fetch_pages: bool = False
    fetch_pictures: bool = True
    routes: tuple[RouteName, ...] = (RouteName.PAGE_FETCH,)
    daily_budget: int = 40
    pages: int = 3
    countries: tuple[str, ...] = ()
    canary_query: str = ""
    canary_listing: str = ""

    @property
    def by_itself(self) -> bool:
        """Whether any of its routes may be used at all; else only a person asks that platform."""
        return self.fetch_pages or any(route is not RouteName.PAGE_FETCH for route in self.routes)

    def canary_words(self, platform: Platform) -> str:
        """The owner's query that must find something, or "usb cable" in the platform's language."""
        return self.canary_query or ("数据线" if platform.chinese else "usb cable")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampAuthority:
    """Who signs when evidence existed.

    `certificates` is PEM: its root and its signer, pinned; empty until the owner has pinned them,
    and until then its tokens are kept and nobody calls them ok.
    """

    name: str
    url: str
    certificates: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """Mail that comes in: under which domain, from whom it may be acted on.

    `forwarders` are addresses; `platforms` are domains of platforms beyond those that we know.
    """

    domain: str = ""
    forwarders: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondChannel:
    """How warnings travel besides mail: `sms` through the stack's topic, `webhook` to an address.

    The webhook's host is the only one that is ever called; "" where there is none.
    """

    sms: bool = False
    webhook: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The whole configuration: all brands, and what may be fetched where.

    `deadlines` is the owner's file of own time limits and newly published holidays, as TOML text.
    With `heartbeat` the watchdog calls a secret address outside AWS whenever all is well.
    """

    contact: str
    brands: tuple[Brand, ...]
    access: tuple[tuple[Platform, PlatformAccess], ...]
    deadlines: str = ""
    timestamp_authorities: tuple[TimestampAuthority, ...] = ()
    weights: Weights = DEFAULT_WEIGHTS
    terms: tuple[OwnTerm, ...] = ()
    inbox: InboxSettings = InboxSettings()
    second_channel: SecondChannel = SecondChannel()
    heartbeat: bool = False

    def brand(self, brand_id: str) -> Brand:
        """Raises KeyError with the ids that exist."""
        for brand in self.brands:
            if brand.id == brand_id:
                return brand
        raise KeyError(f"no brand {brand_id!r}; there is {[brand.id for brand in self.brands]}")

    def watching(self, platform: Platform) -> tuple[Brand, ...]:
        """The brands that look for something there."""
        return tuple(
            brand
            for brand in self.brands
            if any(platform in watch.platforms for watch in brand.watches)
        )

    def searched(self, platform: Platform) -> tuple[Brand, ...]:
        """The brands for which a schedule asks it: they watch it, and a way to ask it is open."""
        return self.watching(platform) if self.access_to(platform).by_itself else ()

    def access_to(self, platform: Platform) -> PlatformAccess:
        return dict(self.access).get(platform, PlatformAccess())
