"""Alibaba.com: searches since 2022, listings, supplier stores and the supplier search."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from headwater.domain.listings import Listing, ListingKey, Seller
from headwater.domain.money import MinimumOrder, Price
from headwater.domain.pages import LayoutChanged, PageKind, Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces import amounts
from headwater.marketplaces.document import Document, embedded
from headwater.marketplaces.elements import (
    attribute,
    content,
    image_sources,
    own,
    present,
    texts,
)
from headwater.marketplaces.findings import Findings, unique
from headwater.marketplaces.linked_data import product_of
from headwater.marketplaces.lookup import (
    Json,
    advertised,
    badges_said,
    count,
    dig,
    first,
    group_of,
    identifier,
    joined,
    objects,
    text,
    yes,
)
from headwater.marketplaces.marketplace import Marketplace
from headwater.marketplaces.origins import carried
from headwater.marketplaces.pictures import gallery
from headwater.marketplaces.urls import host_of, parameters, path_of

if TYPE_CHECKING:
    from headwater.marketplaces.tree import Tree

_PRODUCT = re.compile(
    r"/(?:product-detail|p-detail|product|offer|pla)/(?:[^?#]*[_/-])?([0-9]{6,20})(?:\.html?|/|$)"
)
_OLD_PRODUCT = re.compile(r"^/product-gs/([0-9]{6,20})/|^/product/([0-9]{6,20})-")
_STORE = re.compile(r"^([a-z0-9][a-z0-9-]{0,62})(?:\.m)?\.(?:[a-z]{2}|[a-z]{5,10})\.alibaba\.com$")
_NO_STORE = {"www", "m", "message", "login", "sale", "sourcing", "offer", "verified", "passport"}
_SUPPLIER_YEARS = re.compile(r"([0-9]{1,2})\s*(?:yrs?|years?|年)\b", re.IGNORECASE)
_DOLLAR = "USD"
"""Alibaba.com writes "$890" for US dollars; other dollars are "CA$", "A$", …"""


class Alibaba(Marketplace):
    """alibaba.com with its language hosts and the suppliers' own sub-sites."""

    platform = Platform.ALIBABA
    hosts = ("alibaba.com", "*.alibaba.com")
    title_marks = ("Alibaba.com",)
    query_parameters = ("SearchText", "keywords")
    picture_hosts = ("*.alicdn.com",)
    marks = (
        "__page__data", "offerResultData", "www.alibaba.com/product-detail/", "en.alibaba.com",
        "icbu-pc-", "supplierTextSearch", 'data-module-name="module_', "window.detailData",
        "alibaba.com/trade/search", "sc04.alicdn.com", "s.alicdn.com/@sc",
    )  # fmt: skip

    def offer_id(self, url: str) -> str | None:
        if not self.serves(url):
            return None
        path = path_of(url)
        found = _PRODUCT.search(path)
        product_id = found[1] if found else None
        if product_id is None and (old := _OLD_PRODUCT.match(path)):
            product_id = old[1] or old[2]
        if product_id is None:
            named = parameters(url)
            if re.search(r"(?i)detail|product", path):
                product_id = identifier(named.get("productId") or named.get("id"))
        return product_id

    def seller_id(self, url: str) -> str | None:
        found = _STORE.match(host_of(url))
        if found and found[1] not in _NO_STORE:
            return found[1]
        if not self.serves(url):
            return None
        named = parameters(url)
        return next((named[n] for n in ("companyId", "aliId") if identifier(named.get(n))), None)

    def canonical_url(self, key: ListingKey) -> str:
        return f"https://www.alibaba.com/product-detail/_{key.offer_id}.html"

    def search_url(self, query: str, page: int = 1) -> str:
        words = quote_plus(" ".join(query.split()))
        address = f"https://www.alibaba.com/trade/search?SearchText={words}"
        return address + (f"&page={page}" if page > 1 else "")

    def kind(self, url: str) -> PageKind:
        if not self.serves(url):
            return PageKind.OTHER
        if self.identify(url):
            return PageKind.LISTING
        if re.match(r"^/(?:trade/search|products/|showroom/|search/|corporations/)", path_of(url)):
            return PageKind.SEARCH
        return PageKind.SELLER if _STORE.match(host_of(url)) else PageKind.OTHER

    def find(self, document: Document) -> Findings | None:
        if document.is_json:
            return _in_json(document.json)
        if "_offer_list" in document.text:
            found = _search(document.variable("_offer_list"))
            if found:
                return found
        if "__page__data" in document.text:
            data = document.variable("__page__data", r"(?:__config|_sse\d*(?:\._\w+)?)?\s*=")
            found = _search(data) if data else None
            if found:
                return found
        if "detailData" in document.text:
            data = document.variable("detailData")
            found = _listing_data(data) if data else None
            if found:
                return found
        return (
            _listing_elements(document, self)
            or _store(document, self)
            or _cards(document)
            or _no_match(document)
        )


def _in_json(data: Json) -> Findings | None:
    return _suppliers(data) or _search(data) or _listing_data(data)


# --- searches ---------------------------------------------------------------------------------

_OFFERS = (
    "offerResultData.offers", "offerResultData.offerList", "props.offerResultData.offerList",
    "props.offerResultData.offers", "_offer_list.offerResultData.offers",
    "data.offerResultData.offers",
)  # fmt: skip
_EXTRACTS = ("data.offers", "offers", "offerList", "")
"""Where a cut-out holds them: names that others use too, so the offers must look like these."""
_OFFER_MARKS = ("companyName", "productUrl", "supplierHref", "moqV2", "tradePrice", "action")
_RESULT = ("offerResultData", "props.offerResultData", "_offer_list.offerResultData",
           "data.offerResultData", "data")  # fmt: skip


def _search(data: Json) -> Findings | None:
    offers = first(data, *_OFFERS) or _extract(data)
    result = first(data, *_RESULT)
    total = count(
        first(
            {"result": result, "page": data},
            "result.totalCount",
            "result.offerTotalCount",
            "result.paginationData.totalCount",
            "page.offerTotalCount",
            "page.props.offerTotalCount",
            "page.totalCount",
        )
    )
    query = text(
        first(data, "keyword", "props.keyword", "pageCommonData.keyword", "snData.keyword",
              "props.snData.keyword", "offerResultData.keyword", "requestData.SearchText")
    )  # fmt: skip
    if not isinstance(offers, list):
        if not isinstance(first(data, *_RESULT[:4]), dict):
            return None
        if total == 0 or dig(result, "offers") == [] == dig(result, "offerList"):
            return Findings(
                kind=PageKind.SEARCH,
                total=0,
                query=query,
                verdict=Verdict.OK_EMPTY,
                reason="Alibaba.com itself counts 0 results",
            )
        if total is None and "offers" not in result and "offerList" not in result:
            raise LayoutChanged("Alibaba.com: offerResultData holds no list of offers")
        return None
    listings = [listing for offer in objects(offers) if (listing := _offer(offer))]
    if not listings:
        if any(isinstance(dig(data, path), dict) for path in _RESULT[:4]):
            raise LayoutChanged("Alibaba.com: none of the offers carries a product id")
        return None
    return Findings(kind=PageKind.SEARCH, listings=unique(listings), total=total, query=query)


def _extract(data: Json) -> Json:
    for path in _EXTRACTS:
        offers = dig(data, path)
        if isinstance(offers, list) and any(
            identifier(first(offer, "productId", "information.id", "id"))
            and any(mark in offer for mark in _OFFER_MARKS)
            and "aliTalk" not in offer
            for offer in objects(offers)
        ):
            return offers
    return None


def _offer(offer: dict[str, Json]) -> Listing | None:
    url = text(first(offer, "productUrl", "information.productUrl", "action", "url")) or ""
    product_id = identifier(
        first(offer, "productId", "information.id", "id", "information.productId")
    )
    key = ListingKey(Platform.ALIBABA, product_id) if product_id else ALIBABA.identify(url)
    if key is None:
        return None
    order = first(offer, "moqV2", "moq", "tradePrice.minOrder", "minOrderQuality", "halfTrustMoq")
    return Listing(
        key=key,
        url=ALIBABA.canonical_url(key),
        title=text(first(offer, "title", "information.puretitle", "information.title", "subject",
                         "enPureTitle")),
        price=_first_price(
            first(offer, "price"),
            first(offer, "tradePrice.price", "promotionPrice"),
            first(offer, "originalMinPrice", "fobPrice"),
        ),
        minimum_order=_order(order, first(offer, "minOrderUnit", "unit", "tradePrice.unit")),
        seller=_offer_seller(offer),
        pictures=gallery(
            first(offer, "mainImage", "image.mainImage", "productImg", "imageUrl"),
            first(offer, "multiImage", "image.multiImage", "imageUrls"),
        ),
        ad=advertised(
            offer.get("adInfo"),
            *(first(offer, name) for name in
              ("isNewAd", "isP4P", "isP4p", "isShowAd", "information.p4p", "newAd"))
        ),
        sold=count(first(offer, "soldOrder", "prodSold180", "soldNum")),
    )  # fmt: skip


def _first_price(*candidates: Json) -> Price | None:
    for candidate in candidates:
        found = amounts.price(candidate, dollar=_DOLLAR) if candidate else None
        if found:
            return found
    return None


def _order(stated: Json, unit: Json) -> MinimumOrder | None:
    return amounts.minimum_order(text(stated), unit=text(unit)) if stated is not None else None


def _offer_seller(offer: dict[str, Json]) -> Seller | None:
    name = text(first(offer, "companyName", "supplier.supplierName", "supplierName"))
    company = identifier(first(offer, "companyId", "supplier.supplierId", "supplier.companyId"))
    home = text(
        first(offer, "supplierHomeHref", "supplierHref", "supplier.supplierHref",
              "supplier.supplierHomeHref", "companyUrl")
    )  # fmt: skip
    subdomain = ALIBABA.identify_seller(home) if home else None
    if not (name or company or subdomain):
        return None
    badges = {
        "verified": first(
            offer, "verifiedSupplier", "supplier.assessedSupplier", "assessedSupplier"
        ),
        "verified pro": first(offer, "verifiedSupplierPro", "verifiedPro"),
        "trade assurance": first(offer, "tradeProduct", "supplier.tradeAssurance"),
        "factory": first(offer, "isFactory", "isManufacture"),
    }
    return _make_seller(
        name=name,
        company=company,
        subdomain=subdomain,
        country=text(first(offer, "countryCode", "supplier.supplierCountry.id", "country")),
        location=text(first(offer, "city", "supplier.province", "province")),
        years=count(first(offer, "goldSupplierYears", "supplier.supplierYear", "goldYearsNumber",
                          "goldYears")),
        badges=badges_said(badges),
    )  # fmt: skip


def _make_seller(
    *,
    name: str | None,
    company: str | None,
    subdomain: str | None,
    country: str | None = None,
    location: str | None = None,
    years: int | None = None,
    badges: tuple[str, ...] = (),
    more: tuple[tuple[str, str], ...] = (),
) -> Seller:
    named = (("company_id", company), ("subdomain", subdomain))
    return Seller(
        platform=Platform.ALIBABA,
        id=company or subdomain,
        name=name,
        url=f"https://{subdomain}.en.alibaba.com/" if subdomain else None,
        country=country,
        location=location,
        years=years,
        badges=badges,
        identifiers=tuple((kind, value) for kind, value in named if value) + more,
    )


def _suppliers(data: Json) -> Findings | None:
    """The supplier search's reply: companies, each with some of its products."""
    offers = dig(data, "model.offers")
    if not isinstance(offers, list) or not any("companyName" in offer for offer in objects(offers)):
        return None
    sellers: list[Seller] = []
    listings: list[Listing] = []
    for offer in objects(offers):
        seller = _offer_seller({**offer, "supplierHomeHref": offer.get("action")})
        if seller is None:
            continue
        sellers.append(seller)
        for product in objects(offer.get("productList")):
            listing = _offer({**product, "companyName": seller.name,
                              "companyId": offer.get("companyId"),
                              "supplierHomeHref": offer.get("action"),
                              "newAd": offer.get("newAd")})  # fmt: skip
            if listing:
                listings.append(replace(listing, seller=seller))
    total = count(first(data, "model.paginationData.totalCount")) or count(
        dig(data, "model.globalCommonTrace.total_count")
    )
    return Findings(
        kind=PageKind.SEARCH,
        listings=unique(listings),
        sellers=tuple(sellers),
        total=total,
        verdict=Verdict.OK if sellers else None,
    )


def _cards(document: Document) -> Findings | None:
    """Rendered result cards; their class names carry a year (fy23, fy26)."""
    cards = document.selector.css(
        "[class*='product-card-wrapper'], .m-gallery-product-item-v2, .organic-list .search-card,"
        ".J-offer-wrapper, .organic-gallery-offer-outter, .gallery-offer"
    )
    listings: list[Listing] = []
    for card in cards:
        link = card.css("a[href*='/product-detail/']")
        key = ALIBABA.identify(attribute(link, "href") or "")
        number = identifier(own(card, "data-pid"))
        key = key or (ListingKey(Platform.ALIBABA, number) if number else None)
        if key is None:
            continue
        name = content(card.css("[data-component='SupplierNameLink'], .search-card-e-company,"
                                "a[href*='.en.alibaba.com']"))  # fmt: skip
        store = attribute(card.css("a[href*='.en.alibaba.com']"), "href") or ""
        figure = content(card.css("[data-component='ProductPrice'], .search-card-e-price-main,"
                                  "[class*='price-main'], [class*='offer-price']"))  # fmt: skip
        order = content(
            card.css(
                "[data-component='ProductMoq'], [class*='moq'], [class*='minorder'],"
                ".search-card-m-sale-features__item"
            )
        )
        supplier = identifier(own(card, "data-supplierid"))
        listings.append(
            Listing(
                key=key,
                url=ALIBABA.canonical_url(key),
                title=content(card.css("[data-component='ProductTitle'], h2, [class*='-title']")),
                price=_first_price(figure),
                minimum_order=_order(order, None),
                seller=_make_seller(
                    name=name, company=supplier, subdomain=ALIBABA.identify_seller(store)
                )
                if name
                else None,
                pictures=gallery(image_sources(card)),
            )
        )
    if not listings:
        return None
    return Findings(kind=PageKind.SEARCH, listings=unique(listings))


def _no_match(document: Document) -> Findings | None:
    if "did not match any products" not in document.text:
        return None
    if "did not match any products" not in document.visible_text:
        return None
    return Findings(
        kind=PageKind.SEARCH,
        total=0,
        verdict=Verdict.OK_EMPTY,
        reason="Alibaba.com itself says that the words did not match any products",
    )


# --- listings ---------------------------------------------------------------------------------


def _listing_data(data: Json) -> Findings | None:
    """`window.detailData`: globalData.product and its neighbours."""
    world = first(data, "globalData", "data.globalData", "detailData.globalData")
    product = dig(world, "product")
    if not isinstance(product, dict):
        return None
    product_id = identifier(first(product, "productId", "id")) or identifier(
        first(world, "productId", "base.productId")
    )
    if product_id is None:
        raise LayoutChanged("Alibaba.com: globalData.product has no product id")
    key = ListingKey(Platform.ALIBABA, product_id)
    price = first(product, "price", "productPrice")
    unit = text(first(price, "unitEven", "unit", "unitOdd") or first(product, "unit", "unitEven"))
    found = _detail_price(price, text(dig(world, "global.productPriceCurrencySimpleName")))
    order = first(product, "moq", "minOrderQuantity") or first(price, "minOrderQuantity", "moq")
    if order is None and found and found.tiers:
        order = found.tiers[0].quantity
    seller = first(world, "seller", "supplier", "company")
    home = text(first(seller, "subDomain", "homeUrl", "companyProfileUrl", "url")) or ""
    media = [
        first(item, "imageUrl.big", "imageUrl.normal", "imageUrl", "url")
        for item in objects(first(product, "mediaItems", "images"))
    ]
    listing = Listing(
        key=key,
        url=ALIBABA.canonical_url(key),
        title=text(first(product, "subject", "title")),
        price=found,
        minimum_order=amounts.minimum_order(order, unit=unit),
        seller=_make_seller(
            name=text(first(seller, "companyName", "name")),
            company=identifier(first(seller, "companyId")),
            subdomain=ALIBABA.identify_seller(home),
            country=text(first(seller, "companyRegisterCountry", "countryCode")),
            location=text(first(seller, "companyLocation", "city")),
            years=count(first(seller, "companyJoinYears", "joinYears")),
        )
        if isinstance(seller, dict)
        else None,
        pictures=gallery(media),
        sold=count(dig(world, "trade.salesVolume")),
        attributes=tuple(
            (name, value)
            for group in _DETAIL_PROPERTIES
            for item in objects(product.get(group))
            if (name := text(first(item, "attrName", "name")))
            and (value := text(first(item, "attrValue", "value")))
        )[:100],
    )
    return Findings(kind=PageKind.LISTING, listings=(listing,))


_DETAIL_PROPERTIES = (
    "productKeyIndustryProperties", "productBasicProperties", "productOtherProperties",
    "attributes",
)  # fmt: skip


def _detail_price(price: Json, sign: str | None) -> Price | None:
    """The quantity tiers in the visitor's currency, or the range, or else the dollar figures."""
    tiers = list(objects(first(price, "productLadderPrices", "ladderPrices")))
    currency = amounts.currency_of(sign, dollar=_DOLLAR) if sign else None
    pairs: list[tuple[Json, Json]] = []
    dollars: list[tuple[Json, Json]] = []
    for tier in tiers:
        quantity = first(tier, "min", "minQuantity", "beginAmount")
        shown = amounts.price(text(dig(tier, "formatPrice")), dollar=_DOLLAR)
        pairs.append((quantity, shown.minimum if shown else dig(tier, "price")))
        dollars.append((quantity, dig(tier, "dollarPrice")))
        currency = (shown.currency if shown else None) or currency
    span = first(price, "productRangePrices", "rangePrices")
    return (
        amounts.price_from_tiers(pairs, currency)
        or amounts.price_from_tiers(dollars, "USD")
        or _first_price(
            text(dig(span, "priceRangeText")),
            text(first(price, "formatLadderPrice", "formatPrice", "priceText")),
        )
        or amounts.price_between(
            dig(span, "dollarPriceRangeLow"), dig(span, "dollarPriceRangeHigh"), "USD"
        )
    )


def _listing_elements(document: Document, market: Alibaba) -> Findings | None:
    """A rendered listing of 2025/26, its parts named by data-testid and data-module-name."""
    page = document.selector
    place = page.css("[data-module-name='module_title'], [data-testid='ladder-price'],"
                     "[data-module-name='module_price'], .product-title-container")  # fmt: skip
    key = market.own_listing(document)
    stated = product_of(document)
    if not place and stated is None:
        return None
    if key is None:
        for link in page.css("a[href*='/product-detail/'], a[href*='productId=']"):
            href = own(link, "href")
            named = carried(identifier(parameters(href).get("productId")), href)
            key = market.identify(href) or (
                ListingKey(Platform.ALIBABA, named) if named and market.serves(href) else None
            )
            if key:
                break
    title = text(attribute(page.css("h1[title]"), "title")) or content(page.css("h1"))
    if key is None or not title:
        return None
    tiers: list[tuple[Json, Json]] = []
    currency: str | None = None
    order: MinimumOrder | None = None
    figures = page.css("[data-testid='ladder-price'] .price-item, .product-price .price-item,"
                       "[data-testid='fixed-price'], [data-testid='range-price']")  # fmt: skip
    single: Price | None = None
    for item in figures:
        pieces = texts(item)
        at = next((i for i, p in enumerate(pieces) if amounts.currency_of(p, dollar=_DOLLAR)), None)
        if at is None:
            continue
        found = amounts.price(joined(*pieces[at:]), dollar=_DOLLAR)
        smallest = amounts.minimum_order(joined(*pieces[:at]))
        if found is None:
            continue
        if smallest:
            currency = currency or found.currency
            tiers.append((smallest.quantity, found.minimum))
            order = order or smallest
        else:
            single = single or found
    seller_link = page.css(
        ".company-name a, [data-testid='company-name'] a, a[href*='.en.alibaba.com'],"
        "a[href*='.alibaba.com/company_profile']"
    )
    name = text(attribute(seller_link, "title")) or content(seller_link)
    company_line = content(page.css(".product-company, [data-module-name='module_company']")) or ""
    years = _SUPPLIER_YEARS.search(company_line)
    country = re.search(r"\b(?:yrs?|years?)\s*\W*\s*([A-Z]{2})\b", company_line)
    stated_order = content(page.css("[data-testid*='moq'], [class*='moq']"))
    listing = Listing(
        key=key,
        url=market.canonical_url(key),
        title=title,
        price=amounts.price_from_tiers(tiers, currency) or single
        or (stated.price if stated else None),
        minimum_order=order or _order(stated_order, None),
        seller=_make_seller(
            name=name,
            company=None,
            subdomain=market.identify_seller(attribute(seller_link, "href") or ""),
            years=count(group_of(years, company_line)),
            country=group_of(country, company_line),
            badges=badges_said({"verified": present(page.css("a.verify-icon, .verify-icon"))}),
        )
        if name
        else None,
        pictures=gallery(
            image_sources(page.css("[data-testid='product-image-list'], "
                                   "[data-testid='media-image'], "
                                   "[data-module-name='module_productImage']"))
        )
        or (stated.pictures if stated else ()),
        description=stated.description if stated else None,
        attributes=_attribute_rows(page),
    )  # fmt: skip
    return Findings(kind=PageKind.LISTING, listings=(listing,))


def _attribute_rows(page: "Tree") -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for row in page.css("[data-testid*='module-attribute'] div[class*='grid-cols-[2fr_3fr]']"):
        cells = [text(own(cell, "title")) for cell in row.xpath("./div[@title]")]
        if len(cells) == 2 and cells[0] and cells[1]:
            found.append((cells[0], cells[1]))
    return tuple(found[:100])


# --- supplier stores --------------------------------------------------------------------------


def _store(document: Document, market: Alibaba) -> Findings | None:
    """A supplier's sub-site: each module's data is URL-encoded JSON in an attribute."""
    modules: dict[str, Json] = {}
    for module in document.selector.css("[module-name][module-data]")[:60]:
        try:
            modules[own(module, "module-name")] = embedded(module, "module-data", percent=True)
        except (ValueError, RecursionError):
            continue
    sign = _module_data(modules, "shopSign")
    context = next((m["gdc"] for m in objects(modules) if isinstance(m.get("gdc"), dict)), None)
    if sign is None and context is None:
        return None
    host = text(first(context, "esiteSubDomain.value", "esiteSubDomain")) or ""
    company = identifier(
        first(context, "companyId", "companyId.value")
        or first(sign, "companyId", "companyId.value")
    )
    ali_id = identifier(first(context, "aliId.value", "aliId"))
    seller = _make_seller(
        name=text(first(sign, "companyName.value", "companyName")),
        company=company,
        subdomain=market.identify_seller(carried(f"https://{host}/", host)) if host else None,
        location=text(first(sign, "companyLocation.value", "companyLocation")),
        country=text(first(sign, "companyRegisterCountry.value", "companyRegisterCountry")),
        years=count(first(sign, "companyJoinYears.value", "companyJoinYears",
                          "accountJoinYears.value")),
        badges=_store_badges(sign),
        more=tuple(
            (kind, value)
            for kind, value in (
                ("ali_id", ali_id),
                ("business_type", text(first(context, "companyBusinessType.value")
                                       or first(sign, "companyBusinessType.value"))),
            )
            if value
        ),
    )  # fmt: skip
    goods = _module_data(modules, "productListPc") or _module_data(modules, "productList")
    listings = [
        listing
        for item in objects(first(goods, "productList", "products"))
        if (listing := _store_offer(item, seller, market))
    ]
    if not listings:
        listings = list(_store_cards(document.selector, seller, market))
    return Findings(
        kind=PageKind.SELLER,
        listings=unique(listings),
        sellers=(seller,),
        total=count(first(goods, "pageNavView.displayTotalLines", "pageNavView.totalLines")),
    )


def _module_data(modules: dict[str, Json], name: str) -> Json:
    for module, data in modules.items():
        if name.lower() in module.lower():
            found = first(data, "mds.moduleData.data", "moduleData.data", "data")
            if isinstance(found, dict):
                return found
    return None


def _store_badges(sign: Json) -> tuple[str, ...]:
    badges = []
    assessed = dig(sign, "companyHasPassAssessment")
    if yes(assessed):
        badges.append(carried("verified", assessed))
    identity = text(first(sign, "authIdentityInfo.value.identityName"))
    if identity:
        badges.append(identity)
    return tuple(badges)


def _store_offer(item: dict[str, Json], seller: Seller, market: Alibaba) -> Listing | None:
    url = text(first(item, "url", "productUrl", "detailUrl", "pcDetailUrl")) or ""
    product_id = identifier(first(item, "id", "productId"))
    key = market.identify(url) or (ListingKey(Platform.ALIBABA, product_id) if product_id else None)
    if key is None:
        return None
    return Listing(
        key=key,
        url=market.canonical_url(key),
        title=text(first(item, "subject", "title")),
        price=_first_price(
            first(item, "fobPrice", "price", "priceText"), first(item, "fobPriceWithoutUnit")
        ),
        minimum_order=_order(first(item, "moq", "minOrder"), None),
        seller=seller,
        pictures=gallery(
            first(item, "imageUrls.original", "imageUrl", "imageUrls.x350", "image"),
            [first(image, "original", "x350") for image in objects(item.get("imageUrls"))],
        ),
    )


def _store_cards(page: "Tree", seller: Seller, market: Alibaba) -> "list[Listing]":
    listings = []
    for card in page.css(".icbu-product-card"):
        key = market.identify(attribute(card.css("a[href]"), "href") or "")
        if key is None:
            continue
        listings.append(
            Listing(
                key=key,
                url=market.canonical_url(key),
                title=text(attribute(card.css(".title-link"), "title"))
                or content(card.css(".title-link, .title")),
                price=_first_price(content(card.css(".price"))),
                minimum_order=_order(content(card.css(".moq")), None),
                seller=seller,
                pictures=gallery(image_sources(card)),
            )
        )
    return listings


ALIBABA = Alibaba()
