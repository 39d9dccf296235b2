"""Made-in-China.com: searches, suppliers' lists and listings, all plain elements."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_plus

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
    texts,
)
from headwater.marketplaces.findings import Findings, unique
from headwater.marketplaces.linked_data import product_of
from headwater.marketplaces.lookup import count, text
from headwater.marketplaces.marketplace import Marketplace
from headwater.marketplaces.origins import carried, told_by
from headwater.marketplaces.pictures import gallery
from headwater.marketplaces.urls import absolute, host_of, path_of

if TYPE_CHECKING:
    from headwater.marketplaces.tree import Tree

_PRODUCT = re.compile(
    r"/product/([A-Za-z]{8,20})(?:/|$)|/product-detail/[^/]{1,300}-([A-Za-z]{8,20})\.html"
)
_SHOP = re.compile(r"^([a-z0-9][a-z0-9-]{0,60})\.(?:[a-z]{2}\.)?made-in-china\.com$")
_NO_SHOP = {"www", "m", "login", "membercenter", "image", "sourcing", "expo", "jp", "de", "es",
            "fr", "it", "kr", "nl", "pt", "ru", "sa", "th", "tr", "vi", "id", "hi", "big5", "cn",
            "insights", "service", "purchase", "video"}  # fmt: skip
_FIND = re.compile(r"/find-china-products/[^/]{1,40}/([^/]{1,200}?)(?:-[0-9]{1,4})?\.html"
                   r"|/hot-china-products/([^/]{1,200}?)\.html")  # fmt: skip


class MadeInChina(Marketplace):
    """made-in-china.com with the suppliers' own hosts. Product ids are case-sensitive letters."""

    platform = Platform.MADE_IN_CHINA
    hosts = ("made-in-china.com", "*.made-in-china.com")
    title_marks = ("Made-in-China",)
    query_parameters = ("word",)
    picture_hosts = ("image.made-in-china.com",)
    marks = ("en.made-in-china.com", "image.made-in-china.com", "www.made-in-china.com",
             "micstatic.com")  # fmt: skip

    def offer_id(self, url: str) -> str | None:
        found = _PRODUCT.search(path_of(url)) if self.serves(url) else None
        return (found[1] or found[2]) if found else None

    def seller_id(self, url: str) -> str | None:
        found = _SHOP.match(host_of(url))
        return found[1] if found and found[1] not in _NO_SHOP else None

    def canonical_url(self, key: ListingKey) -> str:
        return f"https://www.made-in-china.com/product/{key.offer_id}/"

    def search_url(self, query: str, page: int = 1) -> str:
        words = quote_plus(" ".join(query.split()))
        number = f"-{page}" if page > 1 else ""
        return (
            "https://www.made-in-china.com/products-search/find-china-products/0b0nolimit/"
            f"{words}{number}.html"
        )

    def kind(self, url: str) -> PageKind:
        if not self.serves(url):
            return PageKind.OTHER
        if self.identify(url):
            return PageKind.LISTING
        if re.match(r"^/(?:products-search|productdirectory|image-search|search)", path_of(url)):
            return PageKind.SEARCH
        return PageKind.SELLER if self.identify_seller(url) else PageKind.OTHER

    def find(self, document: Document) -> Findings | None:
        if document.is_json:
            return None
        return _shop_list(document, self) or _search(document, self) or _listing(document, self)


def _offer(card: "Tree", market: MadeInChina, seller: Seller | None) -> Listing | None:
    link = card.css("a[href*='/product/'], a[href*='/product-detail/']")
    href = next((own(a, "href") for a in link if market.identify(own(a, "href"))), None)
    key = market.identify(href or "")
    if key is None or href is None:
        return None
    title = text(attribute(card.css(".product-name[title], .prod-title a, .prod-name a"), "title"))
    company = card.css(
        "a.compnay-name, a.company-name, .company-name a, .compnay-name a, .company-name-txt a,"
        "[class*='company'] a[href*='made-in-china.com']"
    )
    host = market.identify_seller(href)
    name = text(attribute(company.css("span[title]"), "title")) or content(company)
    if seller is None and (host or name):
        seller = Seller(
            platform=Platform.MADE_IN_CHINA,
            id=host,
            name=name,
            url=f"https://{host_of(href)}/" if host else None,
            location=content(card.xpath(".//li[i[contains(@class, 'coordinate')]]")),
        )
    figure = content_of(card, ".price", ".prod-price .value", "[class*='price']")
    order = content_of(card, ".min-order .value", ".min-order", "[class*='moq']")
    for line in card.css(".info, .attr-item"):
        words = content([line]) or ""
        if order is None and re.search(r"MOQ|Min\. Order", words):
            order = carried(words.replace("(MOQ)", ""), words)
    tracking = attribute(card.css("[ads-data]"), "ads-data") or ""
    address = absolute(href)
    return Listing(
        key=key,
        url=(address or market.canonical_url(key)).partition("?")[0],
        title=title or content_of(card, ".product-name a", ".prod-title a", ".prod-name", "h2"),
        price=amounts.price(figure, dollar="USD") if figure else None,
        minimum_order=amounts.minimum_order(order) if order else None,
        seller=seller,
        pictures=tuple(
            picture
            for picture in gallery(image_sources(card.css(".prod-img, .prod-image, .img-wrap")))
            if host_of(picture) == "image.made-in-china.com"
        ),
        ad=bool(re.search(r",aid:[A-Za-z]", tracking)) and told_by(tracking),
        attributes=_properties(card),
    )


def _properties(card: "Tree") -> tuple[tuple[str, str], ...]:
    found = []
    for row in card.css(".property-list li")[:40]:
        value = content(row.css(".property-val"))
        label = next((line for line in texts(row) if line.strip()), "")
        name = carried((text(label) or "").rstrip(" :"), label)
        if name and value and name != value:
            found.append((name, value))
    return tuple(found)


def _search(document: Document, market: MadeInChina) -> Findings | None:
    page = document.selector
    cards = page.css(".list-node, .products-item") or page.css(".search-list .prod-list li")
    listings = [listing for card in cards if (listing := _offer(card, market, None))]
    if not listings:
        return None
    query = None
    for url in document.own_addresses:
        found = _FIND.search(path_of(url))
        if found:
            query = unquote_plus(unquote_plus(found[1] or found[2])).replace("_", " ")
    return Findings(kind=PageKind.SEARCH, listings=unique(listings), query=text(query))


def _shop_list(document: Document, market: MadeInChina) -> Findings | None:
    page = document.selector
    cards = page.css(".prod-result-item, .J-prod-result-item")
    company = page.css(".sr-comInfo-title .title-txt a, .sr-comInfo-logo a, .com-name a")
    if not company:
        return None
    host = market.identify_seller(attribute(company, "href") or "")
    name = content(company) or text(attribute(company, "title"))
    if not name:
        return None
    seller = Seller(
        platform=Platform.MADE_IN_CHINA,
        id=host,
        name=name,
        url=f"https://{host}.en.made-in-china.com/" if host else None,
        location=content(page.css(".sr-comInfo .address, .company-address")),
    )
    listings = [listing for card in cards if (listing := _offer(card, market, seller))]
    if not listings and market.identify(document.url):
        return None
    return Findings(kind=PageKind.SELLER, listings=unique(listings), sellers=(seller,))


def _listing(document: Document, market: MadeInChina) -> Findings | None:
    page = document.selector
    key = market.own_listing(document)
    title = content_of(
        page, "h1.sr-proMainInfo-baseInfoH1", "h1.J-baseInfo-name", ".baseInfo h1", "h1"
    )
    if key is None or not title:
        return None
    stated = product_of(document)
    figure = content_of(
        page,
        ".only-one-priceNum-price",
        ".only-one-priceNum",
        ".sr-proMainInfo-price",
        ".baseInfo-price .price",
        "[class*='priceNum']",
    )
    order = content_of(
        page, ".only-one-priceNum-moq", ".baseInfo-moq", "[class*='minOrder']", "[class*='moq']"
    )
    company = page.css(".sr-comInfo-title .title-txt a, .company-name-wrap a, .com-name a")
    own = next((url for url in document.own_addresses if market.identify(url)), "")
    host = market.identify_seller(own)
    name = content(company) or (stated.seller if stated else None)
    if not figure and stated is None:
        return None
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            Listing(
                key=key,
                url=(absolute(own) or market.canonical_url(key)).partition("?")[0],
                title=title,
                price=(amounts.price(figure, dollar="USD") if figure else None)
                or (stated.price if stated else None),
                minimum_order=amounts.minimum_order(order) if order and count(order) else None,
                seller=Seller(platform=Platform.MADE_IN_CHINA, id=host, name=name)
                if host or name
                else None,
                pictures=gallery(
                    image_sources(page.css(".sr-proMainInfo-slide, .swiper-slide, .J-pic-list"))
                )
                or (stated.pictures if stated else ()),
                description=stated.description if stated else None,
            ),
        ),
    )


MADE_IN_CHINA = MadeInChina()
