"""A fetched or imported page, and the verdict on whether it answered what was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from headwater.domain.listings import Listing, Seller
from headwater.domain.platforms import Platform


class PageKind(StrEnum):
    """What sort of page it is."""

    SEARCH = "search"
    LISTING = "listing"
    SELLER = "seller"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Bytes as they came. `headers` has lower-case names; `status` is None for a saved file.

    `given`: the file that it was taken from, where that shows more than the page (MHTML).
    """

    url: str
    body: bytes = field(repr=False)
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    given: bytes | None = field(default=None, repr=False, compare=False)


class Verdict(StrEnum):
    """What a page turned out to be. Only OK and OK_EMPTY count as coverage."""

    OK = "ok"
    OK_EMPTY = "ok_empty"
    BLOCKED_CHALLENGE = "blocked_challenge"
    BLOCKED_LOGIN = "blocked_login"
    RATE_LIMITED = "rate_limited"
    SHELL_NO_DATA = "shell_no_data"
    SCHEMA_DRIFT = "schema_drift"
    IRRELEVANT_FALLBACK = "irrelevant_fallback"
    GONE = "gone"
    ERROR = "error"

    @property
    def covers(self) -> bool:
        """Whether the question that the page answers may be called "looked at"."""
        return self in {Verdict.OK, Verdict.OK_EMPTY}

    @property
    def refused(self) -> bool:
        """Whether the platform turned us away: stop asking it, do not retry."""
        return self in {Verdict.BLOCKED_CHALLENGE, Verdict.BLOCKED_LOGIN, Verdict.RATE_LIMITED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """Everything that was read in one page: the verdict with its reason, and the listings.

    `total` is the platform's own count of results (None where it states none). A listing page
    has one listing. A page that is refused, a shell or gone has none. `sellers` are those whom a
    seller's page or a search for suppliers shows by themselves; `query` is what was searched for,
    as the page repeats it.
    """

    platform: Platform
    kind: PageKind
    verdict: Verdict
    reason: str
    total: int | None = None
    listings: tuple[Listing, ...] = ()
    sellers: tuple[Seller, ...] = ()
    query: str | None = None


class LayoutChanged(Exception):  # noqa: N818 - says what happened, not that it is an error
    """The page is of a known kind but its data is not where it was: a person must look."""

    platform: Platform | None = None
    kind: PageKind = PageKind.OTHER
