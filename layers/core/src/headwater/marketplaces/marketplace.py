"""What every marketplace can do: name its addresses, and find the listings in its pages."""

from abc import ABC, abstractmethod
from dataclasses import replace

from headwater.domain.listings import ListingKey
from headwater.domain.pages import LayoutChanged, Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces.document import Document
from headwater.marketplaces.findings import Findings
from headwater.marketplaces.lookup import text
from headwater.marketplaces.origins import carried
from headwater.marketplaces.refusals import judge
from headwater.marketplaces.urls import host_matches, host_of, parameters


class Marketplace(ABC):
    """One platform. Stateless; nothing here touches the network or the clock."""

    platform: Platform
    hosts: tuple[str, ...]
    """Hosts whose pages may be read; "*.example.com" stands for everything below it."""
    picture_hosts: tuple[str, ...]
    """Hosts from which its pictures may be fetched."""
    marks: tuple[str, ...]
    """Strings that only its pages contain: they tell a saved page that names no address."""
    title_marks: tuple[str, ...] = ()
    """What its pages' titles end in; among platforms that link to each other it decides."""
    countries: tuple[str, ...] = ()
    """The countries that are searched one by one, by their two-letter codes; mostly none."""
    query_parameters: tuple[str, ...] = ()
    """Under which names its search addresses carry the words asked for."""

    def serves(self, url: str) -> bool:
        """Whether the address is one of this platform's pages."""
        return host_matches(host_of(url), self.hosts)

    @property
    def key_space(self) -> Platform:
        """The platform whose ids its listings have."""
        return self.platform

    def identify(self, url: str) -> ListingKey | None:
        """The listing that the address leads to; None if it is not a listing of this platform."""
        offer_id = self.offer_id(url)
        return ListingKey(self.key_space, carried(offer_id, url)) if offer_id else None

    def identify_seller(self, url: str) -> str | None:
        """The seller's stable id that the address names; None if it names none."""
        return carried(self.seller_id(url), url)

    def own_listing(self, document: Document) -> ListingKey | None:
        """The listing that a page's own addresses name."""
        keys = (self.identify(url) for url in document.own_addresses)
        return next((key for key in keys if key), None)

    @abstractmethod
    def offer_id(self, url: str) -> str | None:
        """The id, as keys hold it, of the listing that the address leads to."""

    @abstractmethod
    def seller_id(self, url: str) -> str | None:
        """The id of the seller whom the address names."""

    @abstractmethod
    def canonical_url(self, key: ListingKey) -> str:
        """The one address of a listing."""

    @abstractmethod
    def search_url(self, query: str, page: int = 1) -> str:
        """The address of a page of results, newest first where the platform can."""

    @abstractmethod
    def kind(self, url: str) -> PageKind:
        """What sort of page the address promises."""

    @abstractmethod
    def find(self, document: Document) -> Findings | None:
        """The data of a page; None where it holds none of a known kind. Raises LayoutChanged."""

    def read(self, page: Page) -> PageReading:
        """Read a page that is known to be this platform's. Raises nothing but LayoutChanged."""
        return self.reading(Document(page))

    def reading(self, document: Document) -> PageReading:
        """Find the listings and judge whether the page answered what was asked."""
        addresses = (*document.own_addresses, document.interrupted_address)
        kinds = (self.kind(url) for url in addresses)
        kind = next((kind for kind in kinds if kind is not PageKind.OTHER), PageKind.OTHER)
        try:
            findings = self.find(document)
            if findings is None:
                self._must_be_readable(document)
            elif findings.kind is PageKind.SEARCH and findings.query is None:
                findings = replace(findings, query=self._asked_for(document))
        except LayoutChanged as changed:
            changed.platform, changed.kind = self.platform, kind
            raise
        return judge(document, findings, platform=self.platform, kind=kind)

    def _asked_for(self, document: Document) -> str | None:
        """The words in the page's own address, where the page does not repeat them."""
        for url in document.own_addresses:
            named = parameters(url) if self.serves(url) else {}
            for name in self.query_parameters:
                words = text(named.get(name))
                if words and "\N{REPLACEMENT CHARACTER}" not in words:  # not the bytes of GBK
                    return words
        return None

    def _must_be_readable(self, document: Document) -> None:
        """A script's data that is no literal, and nothing else says what the page is."""
        if self.platform is Platform.GENERIC:
            return  # any text may begin with a bracket
        reading = judge(document, None, platform=self.platform, kind=PageKind.OTHER)
        if reading.verdict is Verdict.SHELL_NO_DATA and document.broken:
            raise LayoutChanged(
                f"{self.platform.title}: the page's data is no longer readable"
                f" ({document.broken[0]})"
            )
