"""Any other shop: JSON-LD Product, product microdata and Open Graph, one listing a page."""

import hashlib

from headwater.domain.listings import Listing, ListingKey, Seller
from headwater.domain.pages import PageKind
from headwater.domain.platforms import Platform
from headwater.marketplaces import amounts
from headwater.marketplaces.document import Document
from headwater.marketplaces.findings import Findings
from headwater.marketplaces.linked_data import product_of
from headwater.marketplaces.lookup import text
from headwater.marketplaces.marketplace import Marketplace
from headwater.marketplaces.pictures import gallery
from headwater.marketplaces.urls import absolute, host_of


class Generic(Marketplace):
    """A shop that has no module of its own. It serves no host: it is asked last."""

    platform = Platform.GENERIC
    hosts = ()
    picture_hosts = ()
    marks = ()

    def offer_id(self, url: str) -> str | None:
        """The id of any web page: its address, hashed, because keys hold no slashes."""
        address = absolute(url)
        if address is None:
            return None
        digest = hashlib.sha256(address.encode()).hexdigest()[:20]
        return f"{host_of(address)}-{digest}"

    def seller_id(self, url: str) -> str | None:
        return host_of(url).removeprefix("www.") or None

    def canonical_url(self, key: ListingKey) -> str:
        raise ValueError(f"the address of {key} cannot be told from its key")

    def search_url(self, query: str, page: int = 1) -> str:  # noqa: ARG002
        raise ValueError("an unknown shop has no known search")

    def kind(self, url: str) -> PageKind:  # noqa: ARG002
        return PageKind.OTHER

    def find(self, document: Document) -> Findings | None:
        if document.is_json:
            return None
        product = product_of(document)
        own = next(iter(document.own_addresses), None)
        url = absolute((product and product.url) or "") or absolute(own or "")
        kind = document.meta("og:type") or ""
        if product is None and "product" not in kind:
            return None
        name = product.name if product else text(document.meta("og:title"))
        if url is None or name is None:
            return None
        key = self.identify(url)
        if key is None:
            return None
        stated = amounts.price_between(
            document.meta("product:price:amount") or document.meta("og:price:amount"),
            None,
            document.meta("product:price:currency") or document.meta("og:price:currency"),
        )
        host = host_of(url).removeprefix("www.")
        listing = Listing(
            key=key,
            url=url,
            title=name,
            price=(product.price if product else None) or stated,
            seller=Seller(
                platform=Platform.GENERIC,
                id=host,
                name=(product.seller if product else None) or text(document.meta("og:site_name")),
            ),
            pictures=(product.pictures if product else ()) or gallery(document.meta("og:image")),
            description=product.description if product else None,
            attributes=(("Brand", product.brand),) if product and product.brand else (),
        )
        return Findings(kind=PageKind.LISTING, listings=(listing,))


GENERIC = Generic()
