"""Lazada in its six countries: searches and product pages, as data and rendered."""

import re
from urllib.parse import quote_plus

from headwater.domain.listings import Listing, ListingKey, Seller
from headwater.domain.money import Price
from headwater.domain.pages import LayoutChanged, PageKind, Verdict
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
from headwater.marketplaces.linked_data import product_of
from headwater.marketplaces.lookup import (
    Json,
    advertised,
    count,
    dig,
    first,
    identifier,
    objects,
    text,
    yes,
)
from headwater.marketplaces.marketplace import Marketplace
from headwater.marketplaces.origins import carried
from headwater.marketplaces.pictures import gallery
from headwater.marketplaces.urls import host_of, parameters, path_of

_DOMAINS = {
    "sg": "lazada.sg",
    "my": "lazada.com.my",
    "ph": "lazada.com.ph",
    "id": "lazada.co.id",
    "th": "lazada.co.th",
    "vn": "lazada.vn",
}
_CURRENCIES = {"sg": "SGD", "my": "MYR", "ph": "PHP", "id": "IDR", "th": "THB", "vn": "VND"}
_ITEM = re.compile(r"-?\bi([0-9]{5,16})(?:-s[0-9]{1,20})?\.html?")


def country_of(url: str) -> str | None:
    """The country code of a Lazada host; None for any other."""
    host = host_of(url)
    return next(
        (code for code, name in _DOMAINS.items() if host == name or host.endswith("." + name)), None
    )


class Lazada(Marketplace):
    """Item ids repeat between countries, so the key carries the country: "sg-123"."""

    platform = Platform.LAZADA
    hosts = tuple(pattern for name in _DOMAINS.values() for pattern in (name, f"*.{name}"))
    title_marks = ("Lazada", "lazada")
    countries = tuple(_DOMAINS)
    query_parameters = ("q",)
    picture_hosts = ("*.slatic.net", "*.alicdn.com")
    marks = ("slatic.net", "lazada.sg/", "lazada.com.", "lazada.co.", "lazada.vn/",
             'data-qa-locator="product-item"', "lzd-", "lazadacom")  # fmt: skip

    def offer_id(self, url: str) -> str | None:
        country = country_of(url)
        if country is None:
            return None
        found = _ITEM.search(path_of(url)) if "/products/" in path_of(url) else None
        item_id = found[1] if found else None
        if item_id is None and re.search(r"/(?:products?|pdp|item)\b", path_of(url)):
            item_id = identifier(parameters(url).get("itemId"))
        return f"{country}-{item_id}" if item_id else None

    def seller_id(self, url: str) -> str | None:
        country = country_of(url)
        found = re.match(r"^/shop/([A-Za-z0-9_.-]{1,80})/?$", path_of(url)) if country else None
        if found:
            return f"{country}-{found[1]}"
        seller = parameters(url).get("sellerId") if country else None
        return f"{country}-{seller}" if seller and identifier(seller) else None

    def canonical_url(self, key: ListingKey) -> str:
        country, _, item_id = key.offer_id.partition("-")
        return f"https://www.{_DOMAINS[country]}/products/pdp-i{item_id}.html"

    def search_url(self, query: str, page: int = 1) -> str:
        return self.country_search_url("sg", query, page)

    def country_search_url(self, country: str, query: str, page: int = 1) -> str:
        """A search in one of the six countries, by its two-letter code."""
        words = quote_plus(" ".join(query.split()))
        address = f"https://www.{_DOMAINS[country]}/catalog/?q={words}"
        return address + (f"&page={page}" if page > 1 else "")

    def kind(self, url: str) -> PageKind:
        if country_of(url) is None:
            return PageKind.OTHER
        if self.identify(url):
            return PageKind.LISTING
        if re.match(r"^/(?:catalog|tag)/?", path_of(url)):
            return PageKind.SEARCH
        return PageKind.SELLER if self.identify_seller(url) else PageKind.OTHER

    def find(self, document: Document) -> Findings | None:
        asked = next(filter(None, map(country_of, document.own_addresses)), None)
        if document.is_json:
            return _search(document.json, asked) or _product(document.json, asked)
        if "pageData" in document.text:
            data = document.variable("pageData")
            found = _search(data, asked) if data else None
            if found:
                return found
        if "__moduleData__" in document.text:
            data = document.variable("__moduleData__")
            found = _product(data, asked) if data else None
            if found:
                return found
        return _cards(document, asked) or _product_elements(document, self)


def _key(country: str | None, item_id: str | None) -> ListingKey | None:
    if not (country and item_id):
        return None
    return ListingKey(Platform.LAZADA, carried(f"{country}-{item_id}", item_id))


def _seller(
    country: str, *, number: Json, name: Json, url: Json = None, place: Json = None
) -> Seller | None:
    seller_id = identifier(number)
    title = text(name)
    if not (seller_id or title):
        return None
    shop = LAZADA.identify_seller(text(url) or "")
    return Seller(
        platform=Platform.LAZADA,
        id=carried(f"{country}-{seller_id}", seller_id) if seller_id else shop,
        name=title,
        url=f"https://www.{_DOMAINS[country]}/shop/{shop.partition('-')[2]}/" if shop else None,
        location=text(place),
        country=country.upper(),
    )


def _search(data: Json, asked: str | None) -> Findings | None:
    mods = first(data, "mods", "data.mods", "data.data.mods")
    if not isinstance(mods, dict) or not ("listItems" in mods or "resultTips" in mods):
        return None
    info = first(data, "mainInfo", "data.mainInfo", "data.data.mainInfo")
    total = count(first(info, "totalResults", "pageNavi.total"))
    query = text(first(info, "q", "dataLayer.internal_search_term", "keyword"))
    items = mods.get("listItems")
    if not isinstance(items, list) or not items:
        if total == 0 or (yes(dig(info, "noMorePages")) and total is not None):
            return Findings(
                kind=PageKind.SEARCH,
                total=total,
                query=query,
                verdict=Verdict.OK_EMPTY,
                reason=f"Lazada itself counts {total} results and lists none",
            )
        return None
    listings = [listing for item in objects(items) if (listing := _item(item, asked))]
    if not listings:
        raise LayoutChanged("Lazada: none of mods.listItems carries an item id and a country")
    return Findings(kind=PageKind.SEARCH, listings=unique(listings), total=total, query=query)


def _item(item: dict[str, Json], asked: str | None) -> Listing | None:
    url = text(first(item, "itemUrl", "productUrl")) or ""
    key = LAZADA.identify(url) or _key(asked, identifier(first(item, "itemId", "nid")))
    if key is None:
        return None
    country = key.offer_id[:2]
    return Listing(
        key=key,
        url=LAZADA.canonical_url(key),
        title=text(first(item, "name", "title")),
        price=amounts.price(text(first(item, "priceShow")), currency=_CURRENCIES[country])
        or amounts.price(item.get("price"), currency=_CURRENCIES[country]),
        seller=_seller(
            country, number=item.get("sellerId"), name=item.get("sellerName"),
            place=item.get("location"),
        ),
        pictures=gallery(
            item.get("image"), [first(thumb, "image") for thumb in objects(item.get("thumbs"))]
        ),
        ad=advertised(first(item, "isSponsored", "isAd")),
        ship_from=text(item.get("location")),
        sold=count(first(item, "itemSoldCntShow", "sold")),
    )  # fmt: skip


def _cards(document: Document, asked: str | None) -> Findings | None:
    page = document.selector
    listings: list[Listing] = []
    for card in page.css("[data-qa-locator='product-item'], [data-item-id][data-tracking]"):
        link = card.css("a[href*='/products/']")
        key = LAZADA.identify(attribute(link, "href") or "")
        key = key or _key(asked, identifier(own(card, "data-item-id")))
        if key is None:
            continue
        country = key.offer_id[:2]
        title = text(attribute(card.css("a[title]"), "title")) or content_of(card, ".RfADt", "a")
        figure = content_of(card, ".ooOxS", "[class*='price'] span", "[class*='price']")
        if figure is None:
            shown = (content([span]) or "" for span in card.css("span"))
            figure = next((t for t in shown if amounts.currency_of(t, dollar="SGD")), None)
        place = content_of(card, ".oa6ri", "[class*='location']")
        listings.append(
            Listing(
                key=key,
                url=LAZADA.canonical_url(key),
                title=title or text(attribute(card.css("img[alt]"), "alt")),
                price=amounts.price(figure, currency=_CURRENCIES[country]) if figure else None,
                pictures=gallery(image_sources(card)),
                ship_from=place,
                sold=count(content_of(card, "._1cEkb")),
                ad=present(card.css("[class*='sponsor']")),
            )
        )
    if not listings:
        return None
    shown_total = re.search(r"([0-9][0-9,.]*)\s+items? found", document.visible_text)
    return Findings(
        kind=PageKind.SEARCH,
        listings=unique(listings),
        total=count(shown_total[1]) if shown_total else None,
    )


def _product(data: Json, asked: str | None) -> Findings | None:
    fields = first(data, "data.root.fields", "fields", "data.fields", "module", "data", "")
    product = dig(fields, "product")
    if not isinstance(product, dict) or not ("skuInfos" in fields or "skuGalleries" in fields):
        return None
    link = text(first(product, "link")) or ""
    skus = dig(fields, "skuInfos")
    chosen = text(first(fields, "primaryKey.skuId", "primaryKey.defaultSkuId")) or "0"
    sku = dig(skus, chosen) or dig(skus, "0") or next(objects(skus), {})
    country = country_of(link) or asked
    stated = text(first(fields, "tracking.core.country") or first(sku, "dataLayer.core.country"))
    if country is None and stated and stated.lower() in _DOMAINS:
        country = stated.lower()
    item_id = identifier(
        first(fields, "primaryKey.itemId", "tracking.pdt_sku") or first(sku, "itemId")
    )
    key = _key(country, item_id) or LAZADA.identify(link)
    if key is None or country is None:
        raise LayoutChanged("Lazada: the product's data names no item id or no country")
    galleries = dig(fields, "skuGalleries")
    images = (
        dig(galleries, chosen)
        or dig(galleries, "0")
        or next(iter(galleries.values() if isinstance(galleries, dict) else []), None)
    )
    seller = dig(fields, "seller")
    features = dig(fields, f"specifications.{chosen}.features")
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            Listing(
                key=key,
                url=LAZADA.canonical_url(key),
                title=text(first(product, "title")),
                price=_span(skus, country),
                seller=_seller(
                    country,
                    number=first(seller, "sellerId") or first(fields, "primaryKey.sellerId"),
                    name=first(seller, "name"),
                    url=first(seller, "url"),
                ),
                pictures=gallery(
                    [first(image, "src", "poster") for image in objects(images)]
                    or first(product, "imageUrls", "imageUrl")
                ),
                attributes=tuple(
                    (name, value)
                    for name, raw in (features.items() if isinstance(features, dict) else ())
                    if (value := text(raw))
                ),
            ),
        ),
    )


def _sku_price(sku: Json, country: str) -> Price | None:
    figure = first(sku, "price.salePrice.value", "price.originalPrice.value")
    currency = _CURRENCIES[country]
    exact = amounts.price_between(figure, None, currency)
    shown = text(first(sku, "price.salePrice.text", "dataLayer.pdt_price"))
    return exact or (amounts.price(shown, currency=currency) if shown else None)


def _span(skus: Json, country: str) -> Price | None:
    found = [price for sku in objects(skus) if (price := _sku_price(sku, country))]
    if not found:
        return None
    return Price(
        minimum=min(price.minimum for price in found),
        maximum=max(price.maximum for price in found),
        currency=_CURRENCIES[country],
    )


def _product_elements(document: Document, market: Lazada) -> Findings | None:
    key = market.own_listing(document)
    title = content(document.selector.css(".pdp-mod-product-badge-title, h1[class*='title'], h1"))
    if key is None or not title:
        return None
    country = key.offer_id[:2]
    stated = product_of(document)
    page = document.selector
    figure = content_of(
        page, ".pdp-price_type_normal", ".pdp-v2-product-price-content-salePrice-amount"
    )
    shop = page.css(".seller-name__detail-name, .seller-name__detail a, a.seller-link")
    if not figure and stated is None and not shop:
        return None
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            Listing(
                key=key,
                url=market.canonical_url(key),
                title=title,
                price=(amounts.price(figure, currency=_CURRENCIES[country]) if figure else None)
                or (stated.price if stated else None),
                seller=_seller(
                    country, number=None, name=content(shop) or (stated.seller if stated else None),
                    url=attribute(shop, "href"),
                ),
                pictures=gallery(image_sources(page.css(".item-gallery, .gallery-preview-panel,"
                                                        "[class*='gallery']")))
                or (stated.pictures if stated else ()),
                description=stated.description if stated else None,
            ),
        ),
    )  # fmt: skip


LAZADA = Lazada()
