"""Amazon: listings and searches, so that a retail copy can be tied to its source."""

import re
from urllib.parse import quote_plus

from headwater.domain.listings import Listing, ListingKey, Seller
from headwater.domain.pages import PageKind
from headwater.domain.platforms import Platform
from headwater.marketplaces import amounts
from headwater.marketplaces.document import Document
from headwater.marketplaces.elements import (
    attribute,
    content,
    content_of,
    image_sources,
    own,
    present,
)
from headwater.marketplaces.findings import Findings, unique
from headwater.marketplaces.lookup import count, first, group_of, joined, objects
from headwater.marketplaces.marketplace import Marketplace
from headwater.marketplaces.origins import carried
from headwater.marketplaces.pictures import gallery
from headwater.marketplaces.urls import host_matches, host_of, parameters, path_of

_SITES = {
    "com": "USD", "ca": "CAD", "com.mx": "MXN", "com.br": "BRL", "co.uk": "GBP", "de": "EUR",
    "fr": "EUR", "it": "EUR", "es": "EUR", "nl": "EUR", "se": "SEK", "pl": "PLN", "com.be": "EUR",
    "ie": "EUR", "com.tr": "TRY", "ae": "AED", "sa": "SAR", "eg": "EGP", "in": "INR",
    "co.jp": "JPY", "sg": "SGD", "com.au": "AUD", "co.za": "ZAR",
}  # fmt: skip
_ASIN = re.compile(
    r"/(?:dp|gp/product|gp/aw/d|exec/obidos/asin|product|o/asin)/([A-Z0-9]{10})(?:[/?]|$)",
    re.IGNORECASE,
)


class Amazon(Marketplace):
    """Amazon's country sites. An ASIN nearly always names the same goods in each of them."""

    platform = Platform.AMAZON
    hosts = tuple(pattern for site in _SITES for pattern in (f"amazon.{site}", f"*.amazon.{site}"))
    title_marks = ("Amazon",)
    query_parameters = ("k",)
    picture_hosts = ("*.media-amazon.com", "*.ssl-images-amazon.com")
    marks = ("media-amazon.com/images", "ssl-images-amazon.com", 'id="productTitle"', "ue_mid")

    def offer_id(self, url: str) -> str | None:
        found = _ASIN.search(path_of(url)) if self.serves(url) else None
        return found[1].upper() if found else None

    def seller_id(self, url: str) -> str | None:
        named = parameters(url) if self.serves(url) else {}
        seller = named.get("seller") or named.get("me") or named.get("merchant")
        return seller if seller and re.fullmatch(r"A[A-Z0-9]{9,20}", seller) else None

    def canonical_url(self, key: ListingKey) -> str:
        return f"https://www.amazon.com/dp/{key.offer_id}"

    def search_url(self, query: str, page: int = 1) -> str:
        words = quote_plus(" ".join(query.split()))
        address = f"https://www.amazon.com/s?k={words}&s=date-desc-rank"
        return address + (f"&page={page}" if page > 1 else "")

    def kind(self, url: str) -> PageKind:
        if not self.serves(url):
            return PageKind.OTHER
        if self.identify(url):
            return PageKind.LISTING
        if re.match(r"^/s(?:/|$)", path_of(url)):
            return PageKind.SEARCH
        return PageKind.SELLER if self.identify_seller(url) else PageKind.OTHER

    def find(self, document: Document) -> Findings | None:
        if document.is_json:
            return None
        site = next((url for url in document.own_addresses if self.serves(url)), "")
        return _listing(document, self, site) or _search(document, self, site)


def _key(asin: str) -> ListingKey | None:
    known = re.fullmatch(r"[A-Za-z0-9]{10}", asin)
    return ListingKey(Platform.AMAZON, carried(asin.upper(), asin)) if known else None


def _currency(site: str) -> str | None:
    """What a lone "$" or "¥" means on the site."""
    host = host_of(site)
    return next(
        (c for s, c in _SITES.items() if host_matches(host, (f"amazon.{s}", f"*.amazon.{s}"))), None
    )


def _address(site: str, key: ListingKey, market: Amazon) -> str:
    host = host_of(site)
    return f"https://{host}/dp/{key.offer_id}" if host else market.canonical_url(key)


def _listing(document: Document, market: Amazon, site: str) -> Findings | None:
    page = document.selector
    title = content_of(page, "#productTitle", "#ebooksProductTitle", "#title")
    if not title:
        return None
    asin = attribute(page.css("input#ASIN, input[name='ASIN']"), "value") or ""
    key = _key(asin)
    key = key or market.own_listing(document)
    if key is None:
        return None
    currency = _currency(site)
    figure = content_of(
        page,
        "#corePrice_feature_div .a-offscreen",
        "#corePriceDisplay_desktop_feature_div .priceToPay .a-offscreen",
        "#corePriceDisplay_desktop_feature_div .a-offscreen",
        "#price_inside_buybox",
        "#priceblock_ourprice",
        "#priceblock_dealprice",
        ".swatchElement.selected .a-color-price",
    )
    seller_link = page.css("#sellerProfileTriggerId, #merchant-info a[href*='seller=']")
    seller_link_to = attribute(seller_link, "href")
    seller_id = market.identify_seller(carried(_on_site(site, seller_link_to), seller_link_to))
    seller_name = content(seller_link)
    pictures = document.variable("colorImages", r"[\"']\s*:\s*\{\s*[\"']initial[\"']\s*:")
    brand = content(page.css("#bylineInfo")) or ""
    named = group_of(re.match(r"(?:Brand|Marca|Marke|Marque)\s*:\s*(.{1,80})$", brand), brand)
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            Listing(
                key=key,
                url=_address(site, key, market),
                title=title,
                price=amounts.price(figure, dollar=currency, yen=currency) if figure else None,
                seller=Seller(platform=Platform.AMAZON, id=seller_id, name=seller_name)
                if seller_id or seller_name
                else None,
                pictures=gallery([first(p, "hiRes", "large") for p in objects(pictures)])
                or gallery(
                    attribute(page.css("#landingImage"), "data-old-hires"),
                    image_sources(page.css("#landingImage, #imgBlkFront")),
                ),
                attributes=(("Brand", named),) if named else (),
                description=joined(
                    content(page.css("#feature-bullets")), content(page.css("#productDescription"))
                ),
            ),
        ),
    )


def _on_site(site: str, href: str | None) -> str:
    """An address of the page's own host, where it is given as a path."""
    if not href:
        return ""
    return f"https://{host_of(site) or 'www.amazon.com'}{href}" if href.startswith("/") else href


def _search(document: Document, market: Amazon, site: str) -> Findings | None:
    listings: list[Listing] = []
    currency = _currency(site)
    for card in document.selector.css("[data-component-type='s-search-result'][data-asin]"):
        key = _key(own(card, "data-asin"))
        if key is None:
            continue
        figure = content(card.css(".a-price .a-offscreen"))
        listings.append(
            Listing(
                key=key,
                url=_address(site, key, market),
                title=content_of(card, "h2 span", "h2"),
                price=amounts.price(figure, dollar=currency, yen=currency) if figure else None,
                pictures=gallery(image_sources(card.css("img.s-image"))),
                ad=present(
                    card.css(
                        ".puis-sponsored-label-text, [class*='AdHolder'], .s-sponsored-label-text"
                    )
                ),
                sold=count(content(card.xpath(".//span[contains(., 'bought in past month')]"))),
            )
        )
    if not listings:
        return None
    return Findings(kind=PageKind.SEARCH, listings=unique(listings))


AMAZON = Amazon()
