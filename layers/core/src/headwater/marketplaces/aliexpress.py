"""AliExpress and aliexpress.ru: searches since 2018, listings since 2020, its API replies."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_plus

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
    texts,
)
from headwater.marketplaces.findings import Findings, unique
from headwater.marketplaces.linked_data import product_of
from headwater.marketplaces.lookup import (
    Json,
    badges_said,
    count,
    dig,
    first,
    group_of,
    identifier,
    joined,
    objects,
    search,
    text,
)
from headwater.marketplaces.marketplace import Marketplace
from headwater.marketplaces.origins import carried, told_by
from headwater.marketplaces.pictures import gallery
from headwater.marketplaces.urls import host_of, parameters, path_of

if TYPE_CHECKING:
    from headwater.marketplaces.tree import Tree

SECOND_ID = 1 << 51
"""The US site shows the global id plus 2^51 (3256807990906987 is 1005008177221739): the DS API's
`product_id_converter_result` and the canonical links of aliexpress.us pages state such pairs."""

_ITEM = re.compile(
    r"^/(?:[a-z]{1,2}/)?(?:item|i|_p/item)/(?:[^/]{1,300}/)?([0-9]{6,20})(?:\.html?|/|$)"
)
_OLD_ITEM = re.compile(r"^/(?:store/product|item)/[^/]{1,300}/[0-9]+_([0-9]{6,20})\.html")
_STORE = re.compile(r"^/(?:[a-z]{2}/)?store/(?:[a-z-]+/)?([0-9]{4,15})(?:[/_.]|$)")
_SEARCH = re.compile(
    r"^/(?:[a-z]{2}/)?(?:w/)?(?:wholesale|popular|premium|category|af|search|glosearch|p/)"
)
_FIGURE = re.compile(
    r"^(?:[^\d%(+-]{1,6}[0-9][0-9\s.,]*|[0-9][0-9\s.,]*\s?(?:[A-Z]{3}|[₽₾$€₸]|руб\.?))$"
)
_SLUG = re.compile(r"/(?:wholesale|af|popular|premium)[-/](.+?)(?:\.html?)?$")


def canonical_id(product_id: str) -> str:
    """The global id behind either of an item's two ids."""
    number = int(product_id)
    if SECOND_ID <= number < 2 * SECOND_ID and number - SECOND_ID >= 10**9:
        number -= SECOND_ID
    return carried(str(number), product_id)


_DATA_INSIDE = r"\s*=\s*\{\s*[\"']?data[\"']?\s*:"
"""Around the data stands JavaScript, "= { data: {…} }", the data itself is JSON."""


class AliExpress(Marketplace):
    """aliexpress.com, .us and .ru with their country hosts; one id space."""

    platform = Platform.ALIEXPRESS
    hosts = (
        "aliexpress.com", "*.aliexpress.com", "aliexpress.us", "*.aliexpress.us",
        "aliexpress.ru", "*.aliexpress.ru",
    )  # fmt: skip
    title_marks = ("AliExpress",)
    query_parameters = ("SearchText",)
    picture_hosts = ("*.alicdn.com", "*.aliexpress-media.com")
    marks = (
        "_dida_config_", "window._d_c_", "ae-pic-a1.aliexpress-media.com", "__AER_DATA__",
        "aliexpress.com/item/", "aliexpress.us/item/", "aliexpress_ds_", "aliexpress_affiliate_",
        "mtop.aliexpress.", "ae_item_base_info_dto", "window.runParams",
    )  # fmt: skip

    def offer_id(self, url: str) -> str | None:
        if not self.serves(url):
            return None
        path = path_of(url)
        found = _OLD_ITEM.match(path) or _ITEM.match(path)
        product_id = found[1] if found else None
        if product_id is None:
            named = parameters(url)
            asked = named.get("productIds", "")  # "3256807913926615:12000043743330728,…"
            if not asked and "/item" in path:
                asked = named.get("productId") or named.get("itemId") or ""
            product_id = identifier(re.split(r"[:,]", asked)[0])
        if product_id is None or len(product_id) < 8:
            return None
        return canonical_id(product_id)

    def seller_id(self, url: str) -> str | None:
        if not self.serves(url):
            return None
        found = _STORE.match(path_of(url))
        if found:
            return found[1]
        named = parameters(url)
        for name in ("storeNum", "storeId", "storeNo"):
            if identifier(named.get(name)):
                return named[name]
        return None

    def canonical_url(self, key: ListingKey) -> str:
        return f"https://www.aliexpress.com/item/{key.offer_id}.html"

    def search_url(self, query: str, page: int = 1) -> str:
        slug = quote("-".join(query.split()), safe="-")
        words = quote("+".join(query.split()), safe="+")
        newest = f"https://www.aliexpress.com/w/wholesale-{slug}.html?SearchText={words}"
        return f"{newest}&SortType=latest_desc" + (f"&page={page}" if page > 1 else "")

    def kind(self, url: str) -> PageKind:
        if not self.serves(url):
            return PageKind.OTHER
        if self.identify(url):
            return PageKind.LISTING
        if _SEARCH.match(path_of(url)):
            return PageKind.SEARCH
        return PageKind.SELLER if self.identify_seller(url) else PageKind.OTHER

    def find(self, document: Document) -> Findings | None:
        if document.is_json:
            return _in_json(document.json, document.url)
        data = document.variable("_init_data_", _DATA_INSIDE)
        found = _search(data, document) if data else None
        if found is None and "runParams" in document.text:
            params = document.variable("runParams", _DATA_INSIDE)
            found = _listing(params) if params else None
            if found is None:
                params = document.variable("runParams")
                found = (_search(params, document) or _listing(params)) if params else None
        if found is not None:
            return found
        return _in_elements(document, self)


def _in_json(data: Json, url: str) -> Findings | None:
    return _search(data, None) or _api(data) or _listing(data, asked=_asked(url))


def _asked(url: str) -> str | None:
    """The product that a call of the mobile interface asks for, in its `data` parameter."""
    found = re.search(
        r"[\"']productId[\"']\s*:\s*[\"']?([0-9]{8,20})", parameters(url).get("data", "")
    )
    return found[1] if found else None


# --- searches ---------------------------------------------------------------------------------

_ITEM_LISTS = (
    "data.root.fields.mods.itemList.content",
    "root.fields.mods.itemList.content",
    "data.result.mods.itemList.content",
    "result.mods.itemList.content",
    "data.mods.itemList.content",
    "mods.itemList.content",
    "itemList.content",
    "mods.list.content",
)
_EXTRACTS = ("data.root.fields.items", "content", "items", "")
"""Where a cut-out holds them: names that others use too, so the items must look like these."""
_ITEM_MARKS = (
    "lunchTime", "itemCardType", "prices", "trace", "displayTitle", "productTitle",
    "productDetailUrl", "tradeDesc",
)  # fmt: skip
_PAGE_INFO = ("data.root.fields.pageInfo", "root.fields.pageInfo", "data.result.pageInfo",
              "result.pageInfo", "data.pageInfo", "pageInfo")  # fmt: skip


def _search(data: Json, document: Document | None) -> Findings | None:
    items = first(data, *_ITEM_LISTS) or _extract(data)
    info = first(data, *_PAGE_INFO)
    fields = first(data, "data.root.fields", "root.fields", "data.result", "result")
    if not isinstance(items, list):
        if isinstance(dig(fields, "mods"), dict) and not dig(fields, "mods.itemList"):
            if count(dig(info, "totalResults")) == 0:
                return _no_results(info, document)
            raise LayoutChanged("AliExpress: the result list is not at mods.itemList.content")
        if isinstance(dig(fields, "mods.itemList"), dict) and count(dig(info, "totalResults")) == 0:
            return _no_results(info, document)
        return None
    if not any(isinstance(item, dict) and _item_id(item) for item in items):
        if items and isinstance(info, dict):
            raise LayoutChanged("AliExpress: none of the results carries a product id")
        return None
    listings = [listing for item in objects(items) if (listing := _result(item))]
    return Findings(
        kind=PageKind.SEARCH,
        listings=unique(listings),
        total=count(
            first(
                {"info": info, "page": data}, "info.totalResults", "info.total", "page.resultCount"
            )
        ),
        query=_query(info, document),
    )


def _extract(data: Json) -> Json:
    for path in _EXTRACTS:
        items = dig(data, path)
        if isinstance(items, list) and any(
            identifier(first(item, "productId", "redirectedId"))
            and any(mark in item for mark in _ITEM_MARKS)
            for item in objects(items)
        ):
            return items
    return None


def _no_results(info: Json, document: Document | None) -> Findings:
    return Findings(
        kind=PageKind.SEARCH,
        total=0,
        query=_query(info, document),
        verdict=Verdict.OK_EMPTY,
        reason="AliExpress itself counts 0 results",
    )


def _query(info: Json, document: Document | None) -> str | None:
    stated = text(
        first(info, "trace.page.translsateTrace.keywords", "trace.translsateTrace.keywords",
              "trace.utLogMap.query", "keyword", "searchText")
    )  # fmt: skip
    if stated or document is None:
        return stated
    for url in document.own_addresses:
        asked = parameters(url).get("SearchText")
        if asked:
            return text(asked)
        slug = _SLUG.search(path_of(url))
        if slug and host_of(url):
            return text(unquote_plus(unquote(slug[1])).replace("-", " "))
    return None


def _item_id(item: dict[str, Json]) -> str | None:
    found = identifier(first(item, "productId", "redirectedId", "itemId", "product_id"))
    return found if found and len(found) >= 8 else None


def _result(item: dict[str, Json]) -> Listing | None:
    product_id = _item_id(item)
    if product_id is None:
        return None
    key = ListingKey(Platform.ALIEXPRESS, canonical_id(product_id))
    store = first(item, "store", "storeInfo", "seller")
    advert = first(item, "trace.custom.p4pExtendParam")
    kind = text(first(item, "productType", "type")) or ""
    return Listing(
        key=key,
        url=ALIEXPRESS.canonical_url(key),
        title=text(first(item, "title.displayTitle", "title.seoTitle", "title", "productTitle")),
        price=_result_price(item),
        seller=_seller(store) or _advertised(advert),
        pictures=gallery(
            dig(item, "image.imgUrl"),
            [image.get("imgUrl") for image in objects(dig(item, "images"))],
            first(item, "imageUrl", "productImage"),
        ),
        ad=(kind.lower() in {"ad", "p4p"} and told_by(kind))
        or (bool(paid := first(item, "p4p.clickUrl", "p4p.p4pId")) and told_by(paid)),
        sold=count(first(item, "trade.tradeDesc", "tradeDesc", "trade.realTradeCount")),
        ship_from=_ship_from(dig(item, "trace.pdpParams.pdp_cdi")),
        listed_at=_day(text(first(item, "lunchTime", "launchTime"))),
        other_ids=_other_ids(key, product_id, identifier(dig(item, "redirectedId"))),
    )


_SHIP_FROM = re.compile(
    r"shipFrom(?:%22|\")(?:%3A|:)\s*(?:%22|\")([A-Za-z][A-Za-z0-9 %+]{1,40}?)(?:%22|\")"
)


def _ship_from(tracking: Json) -> str | None:
    """From what the page hands on to the listing's own: percent-encoded JSON."""
    if not isinstance(tracking, str):
        return None
    found = group_of(_SHIP_FROM.search(tracking), tracking)
    return text(carried(unquote_plus(found), found)) if found else None


def _day(moment: str | None) -> str | None:
    """A moment at midnight ("2024-05-29 00:00:00") is a day."""
    day = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?= 00:00:00$)", moment or "")
    return group_of(day, moment, 0) or moment


def _result_price(item: dict[str, Json]) -> Price | None:
    sale = first(item, "prices.salePrice", "prices.originalPrice", "prices")
    currency = first(sale, "currencyCode", "currency")
    low, high = first(sale, "minPrice"), first(sale, "maxPrice", "minPrice")
    if isinstance(low, (int, Decimal, str)) and currency:
        found = amounts.price_between(low, high, currency)
        if found:
            return found
    stated = first(sale, "formattedPrice") or first(item, "price.formattedPrice", "price")
    return amounts.price(text(stated), currency=currency, dollar=None)


def _other_ids(key: ListingKey, *seen: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(i for i in seen if i and i != key.offer_id))


def _seller(store: Json) -> Seller | None:
    if not isinstance(store, dict):
        return None
    url = text(first(store, "storeURL", "storeUrl", "store_url", "url"))
    number = identifier(first(store, "storeNum", "storeId", "store_id", "storeNo", "id"))
    number = number or (ALIEXPRESS.identify_seller(url) if url else None)
    name = text(first(store, "storeName", "store_name", "name"))
    if not name and not number:
        return None
    admin = identifier(first(store, "sellerAdminSeq", "sellerId", "aliMemberId", "adminSeq"))
    company = identifier(first(store, "companyId"))
    return Seller(
        platform=Platform.ALIEXPRESS,
        id=number,
        name=name,
        url=f"https://www.aliexpress.com/store/{number}" if number else None,
        location=text(first(store, "province", "location")),
        country=text(first(store, "countryCompleteName", "country",
                           "sellerInfo.countryCompleteName", "store_country_code", "country_name")),
        years=count(first(store, "openedYear")),
        badges=badges_said({"top-rated seller": store.get("isTopRatedSeller")}),
        identifiers=tuple(
            (kind, value)
            for kind, value in (("admin_seq", admin), ("company_id", company))
            if value
        ),
    )  # fmt: skip


def _advertised(parameters_text: Json) -> Seller | None:
    """The seller whom an advertisement's tracking names ("…store_name=Foo Store&…")."""
    if not isinstance(parameters_text, str):
        return None
    found = re.search(r"[\"']?store_name[\"']?\s*[:=]\s*[\"']?([^\"'&,}]{1,120})", parameters_text)
    name = text(carried(unquote(found[1]), parameters_text)) if found else None
    if not name:
        return None
    return Seller(platform=Platform.ALIEXPRESS, id=None, name=name)


# --- listings ---------------------------------------------------------------------------------


def _modules(data: Json) -> dict[str, Json]:
    """A listing's parts by name, whichever of the page generations it is.

    2020: "titleModule"; 2023: "productInfoComponent"; 2022's hierarchy: "titleBanner_2440" with
    its content under "fields"; the interface of 2025: "PRODUCT_TITLE".
    """
    for path in ("data.data", "data.result", "result", "data", ""):
        inner = dig(data, path)
        if not isinstance(inner, dict):
            continue
        if any(name.endswith(("Module", "Component")) for name in inner):
            return inner
        if any(name in inner for name in ("PRODUCT_TITLE", "PRICE", "SHOP_CARD_PC")):
            return inner
        parts = {
            name.rsplit("_", 1)[0]: part["fields"]
            for name, part in inner.items()
            if isinstance(part, dict) and isinstance(part.get("fields"), dict)
        }
        if parts:
            return parts
    return {}


def _listing(data: Json, *, asked: str | None = None) -> Findings | None:
    said = (text(dig(data, path)) or "" for path in ("data.code", "data.msg", "data.result.code",
            "data.result.msg", "data.data.code", "data.errorCode"))  # fmt: skip
    if any("ITEM_NOT_EXIST" in answer for answer in said):
        return Findings(
            kind=PageKind.LISTING, verdict=Verdict.GONE, reason="AliExpress says SITEM_NOT_EXIST"
        )
    parts = _modules(data)
    if not parts:
        return None
    product_id = identifier(
        first(parts, "productInfoComponent.idStr", "productInfoComponent.id",
              "commonModule.productIdStr", "commonModule.productId", "actionModule.productId",
              "storeModule.productId", "titleModule.productId", "imageView.productId",
              "seoTdk.productId", "actionButtons.productId", "GLOBAL_DATA.globalData.productId",
              "PRODUCT_TITLE.productId", "webGeneralFreightCalculateComponent.productId",
              "categoryComponent.productId", "productDescComponent.productId",
              "descriptionModule.productId", "feedbackComponent.productId",
              "HEADER_IMAGE_PC.productId", "itemStatusComponent.productId")
    )  # fmt: skip
    product_id = product_id or asked
    title = text(
        first(parts, "productInfoComponent.subject", "titleModule.subject", "titleBanner.subject",
              "PRODUCT_TITLE.text", "GLOBAL_DATA.globalData.subject",
              "metaDataComponent.ogTitle", "seoTdk.title")
    )  # fmt: skip
    if product_id is None or title is None:
        if title is None and product_id is None:
            return None
        what = "title" if title is None else "product id"
        raise LayoutChanged(f"AliExpress: the listing's data has no {what} where it used to be")
    key = ListingKey(Platform.ALIEXPRESS, canonical_id(product_id))
    store = _merged(
        first(parts, "sellerComponent", "storeModule", "headerInfo._for_header_info.storeModule",
              "SHOP_CARD_PC", "storeHeaderComponent.storeHeaderResult"),
        first(parts, "storeRecommend"),
        dig(parts, "SHOP_CARD_PC.sellerInfo"),
        _named(dig(parts, "GLOBAL_DATA.globalData"), "storeName", "storeId", "sellerId"),
    )  # fmt: skip
    listing = Listing(
        key=key,
        url=ALIEXPRESS.canonical_url(key),
        title=title,
        price=_listing_price(parts),
        seller=_seller(store),
        pictures=gallery(
            first(parts, "imageModule.imagePathList", "imageComponent.imagePathList",
                  "imageView.imagePathList", "HEADER_IMAGE_PC.imgList",
                  "HEADER_IMAGE_PC.imagePathList", "productInfoComponent.imagePathList")
        ),
        ship_from=text(next(search(first(parts, "SHIPPING", "shippingModule", "shipping",
                            "webGeneralFreightCalculateComponent"), "shipFrom"), None)),
        sold=count(first(parts, "titleModule.tradeCount", "titleModule.formatTradeCount",
                         "tradeComponent.formatTradeCount", "PC_RATING.otherText",
                         "GLOBAL_DATA.globalData.sales",
                         "titleBanner.formatTradeCount")),
        attributes=_attributes(
            first(parts, "specsModule.props", "productPropComponent.props", "specsInfo.specs",
                  "PRODUCT_PROP_PC.showedProps", "PRODUCT_PROP.showedProps")
        ),
        other_ids=_other_ids(key, product_id),
    )  # fmt: skip
    return Findings(kind=PageKind.LISTING, listings=(listing,))


def _named(part: Json, *names: str) -> dict[str, Json]:
    """Only these of an object's values: it holds others under names that mean other things."""
    return {name: dig(part, name) for name in names}


def _merged(*parts: Json) -> dict[str, Json]:
    merged: dict[str, Json] = {}
    for part in parts:
        if isinstance(part, dict):
            merged = {**part, **{k: v for k, v in merged.items() if v not in (None, "")}}
    return merged


def _listing_price(parts: dict[str, Json]) -> Price | None:
    """The price that a buyer pays now: the campaign's, else the usual one."""
    place = first(parts, "priceModule", "priceComponent", "price", "PRICE")
    by_sku = first(place, "skuPriceInfoMap", "skuIdStrPriceInfoMap")
    if by_sku and (span := _cheapest_to_dearest(by_sku, parts)):
        return span
    for low, high, stated in (
        ("minActivityAmount", "maxActivityAmount", "formatedActivityPrice"),
        ("discountPrice.minActivityAmount", "discountPrice.maxActivityAmount",
         "discountPrice.formatedActivityPrice"),
        ("targetSkuPriceInfo.salePrice", "targetSkuPriceInfo.salePrice",
         "targetSkuPriceInfo.salePriceString"),
        ("minAmount", "maxAmount", "formatedPrice"),
        ("origPrice.minAmount", "origPrice.maxAmount", "origPrice.formatedPrice"),
    ):  # fmt: skip
        lowest, highest = dig(place, low), dig(place, high)
        if isinstance(lowest, dict):
            currency = first(lowest, "currency", "currencyCode")
            top = highest if isinstance(highest, dict) else lowest
            found = amounts.price_between(lowest.get("value"), top.get("value"), currency)
            if found:
                return found
        figure = text(dig(place, stated))
        found = amounts.price(figure, currency=_currency(parts)) if figure else None
        if found:
            return found
    return _cheapest_to_dearest(first(place, "skuPriceList"), parts) or (
        _cheapest_to_dearest(first(parts, "skuModule.skuPriceList", "SKU.skuPriceList"), parts)
    )


def _cheapest_to_dearest(skus: Json, parts: dict[str, Json]) -> Price | None:
    found: list[Price] = []
    for sku in objects(skus):
        figure = first(sku, "skuVal.skuActivityAmount", "skuVal.skuAmount", "salePrice")
        currency = first(figure, "currency", "currencyCode") or _currency(parts)
        single = amounts.price_between(dig(figure, "value"), None, currency) or amounts.price(
            text(first(sku, "salePriceString", "salePriceLocal", "formatedAmount"))
        )
        if single:
            found.append(single)
    if not found or len({price.currency for price in found}) > 1:
        return None
    return Price(
        minimum=min(price.minimum for price in found),
        maximum=max(price.maximum for price in found),
        currency=found[0].currency,
    )


def _currency(parts: dict[str, Json]) -> str | None:
    return amounts.code(
        first(parts, "currencyComponent.currencyCode", "commonModule.currencyCode",
              "webEnv.currency", "GLOBAL_DATA.globalData.currencyCode",
              "shippingModule.currencyCode")
    )  # fmt: skip


def _attributes(props: Json) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for prop in objects(props):
        name = text(first(prop, "attrName", "attr_name", "name"))
        value = text(first(prop, "attrValue", "attr_value", "value"))
        if name and value:
            found.append((name, value))
    return tuple(found[:100])


# --- the dropshipping and affiliate interfaces ------------------------------------------------


def _api(data: Json) -> Findings | None:
    """Replies of the DS and Affiliate interfaces (field names of 2024 to 2026)."""
    answer = next(
        (
            value
            for name, value in (data.items() if isinstance(data, dict) else ())
            if name.startswith(("aliexpress_ds_", "aliexpress_affiliate_"))
        ),
        data if isinstance(dig(data, "result.ae_item_base_info_dto"), dict) else None,
    )
    if answer is None:
        return None
    inner = first(answer, "resp_result.result", "result", "data") or answer
    if isinstance(dig(inner, "ae_item_base_info_dto"), dict):
        return _api_product(inner)
    products = first(
        inner, "products.selection_search_product", "products.product", "products",
        "products.traffic_product_d_t_o", "products.traffic_image_product_d_t_o", "data",
    )  # fmt: skip
    total = count(first(inner, "totalCount", "total_record_count", "total_count"))
    if isinstance(products, list) and products:
        listings = [listing for item in objects(products) if (listing := _api_result(item))]
        return Findings(kind=PageKind.SEARCH, listings=unique(listings), total=total)
    if total == 0:
        return Findings(
            kind=PageKind.SEARCH,
            total=0,
            verdict=Verdict.OK_EMPTY,
            reason="the interface itself counts 0 results",
        )
    if text(first(answer, "rsp_code", "resp_result.resp_code", "code", "result.code")) not in {
        None, "00", "0", "200",
    }:  # fmt: skip
        said = text(first(answer, "rsp_msg", "resp_result.resp_msg", "msg", "result.msg"))
        return Findings(
            kind=PageKind.OTHER,
            verdict=Verdict.ERROR,
            reason=f"the interface answered with an error ({said})",
        )
    return None


def _api_product(inner: Json) -> Findings:
    base = dig(inner, "ae_item_base_info_dto")
    product_id = identifier(first(base, "product_id"))
    if product_id is None:
        raise LayoutChanged("AliExpress DS: ae_item_base_info_dto has no product_id")
    key = ListingKey(Platform.ALIEXPRESS, canonical_id(product_id))
    skus = list(objects(first(inner, "ae_item_sku_info_dtos.ae_item_sku_info_d_t_o",
                              "ae_item_sku_info_dtos")))  # fmt: skip
    figures = [
        price
        for sku in skus
        if (
            price := amounts.price_between(
                first(sku, "offer_sale_price", "sku_price"), None, dig(sku, "currency_code")
            )
        )
    ]
    one_currency = len({price.currency for price in figures}) == 1
    pictures = first(inner, "ae_multimedia_info_dto.image_urls")
    store = _merged(dig(inner, "ae_store_info"), {})
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            Listing(
                key=key,
                url=ALIEXPRESS.canonical_url(key),
                title=text(first(base, "subject")),
                price=Price(
                    minimum=min(price.minimum for price in figures),
                    maximum=max(price.maximum for price in figures),
                    currency=figures[0].currency,
                )
                if one_currency
                else None,
                seller=_seller(store),
                pictures=gallery(
                    [carried(one, pictures) for one in pictures.split(";")]
                    if isinstance(pictures, str)
                    else pictures
                ),
                sold=count(first(base, "sales_count", "order_count")),
                attributes=_attributes(
                    first(inner, "ae_item_properties.ae_item_property", "ae_item_properties")
                ),
                other_ids=_other_ids(key, product_id),
            ),
        ),
    )


def _api_result(item: dict[str, Json]) -> Listing | None:
    product_id = identifier(first(item, "itemId", "product_id", "productId"))
    if product_id is None:
        return None
    key = ListingKey(Platform.ALIEXPRESS, canonical_id(product_id))
    for figure, currency in (
        ("targetSalePrice", "targetOriginalPriceCurrency"),
        ("target_sale_price", "target_sale_price_currency"),
        ("target_app_sale_price", "target_app_sale_price_currency"),
        ("salePrice", "salePriceCurrency"),
        ("sale_price", "sale_price_currency"),
        ("app_sale_price", "app_sale_price_currency"),
    ):
        price = amounts.price(item.get(figure), currency=item.get(currency))
        if price:
            break
    small = first(item, "product_small_image_urls.string", "product_small_image_urls")
    return Listing(
        key=key,
        url=ALIEXPRESS.canonical_url(key),
        title=text(first(item, "title", "product_title", "productTitle")),
        price=price,
        seller=_seller(
            {
                "storeNum": first(item, "shop_id", "shopId"),
                "storeName": first(item, "shop_name", "shopName"),
                "storeUrl": first(item, "shop_url", "shopUrl"),
            }
        ),
        pictures=gallery(first(item, "itemMainPic", "product_main_image_url"), small),
        sold=count(first(item, "orders", "lastest_volume", "latest_volume")),
        other_ids=_other_ids(key, product_id),
    )


# --- rendered pages ---------------------------------------------------------------------------


def _in_elements(document: Document, market: AliExpress) -> Findings | None:
    return _cards(document) or _rendered_listing(document, market) or _store(document, market)


def _cards(document: Document) -> Findings | None:
    """Result cards: 2018's li.list-item, today's .search-card-item, aliexpress.ru's snippets."""
    page = document.selector
    found: list[Listing] = []
    for card in page.css("li.list-item, .list-items .product-container, .JIIxO, ._1OUGS"):
        link = card.css("a.product, h3 a, a[href*='/item/']")
        found.extend(_card(card, attribute(link, "href"), attribute(link, "title")))
    if not found:
        for card in page.css(
            ".search-card-item, a.search-card-item, .search-item-card-wrapper-gallery"
        ):
            href = own(card, "href") or attribute(card.css("a[href*='/item/']"), "href")
            found.extend(_card(card, href, content(card.css("h3, [class*='title'], h1"))))
    if not found:
        for card in page.css("[data-product-id]"):
            found.extend(_snippet(card))
    if not found:
        return None
    return Findings(
        kind=PageKind.SEARCH,
        listings=unique(found),
        total=count(content(page.css(".search-count, .result-overview .bold"))),
        query=_query(None, document),
    )


def _card(card: "Tree", href: str | None, title: str | None) -> Iterator[Listing]:
    key = ALIEXPRESS.identify(href) if href else None
    if key is None or href is None:
        return
    store = card.css(".store-name a, a.store, a[href*='/store/']")
    store_url = attribute(store, "href") or ""
    store_name = text(attribute(store, "title")) or content(store)
    seller = None
    if store_name:
        seller = Seller(
            platform=Platform.ALIEXPRESS,
            id=ALIEXPRESS.identify_seller(store_url),
            name=store_name,
        )
    figure = content(card.css(".price .value, [class*='price-sale'], [class*='price--']"))
    if figure is None:  # class names without meaning: "$", "261", ".", "56", each in a <span>
        pieces = (_compact(content([place]) or "") for place in card.css("div, span")[:80])
        figure = next((piece for piece in pieces if _FIGURE.match(piece)), None)
    raw_id = group_of(re.search(r"([0-9]{8,20})(?:\.html|:)", href), href)
    yield Listing(
        key=key,
        url=ALIEXPRESS.canonical_url(key),
        title=text(title) or content(card.css("a[title]")),
        price=amounts.price(figure) if figure else None,
        seller=seller,
        pictures=gallery(image_sources(card)),
        sold=count(content(card.css(".order-num a, [class*='trade'], [class*='sold']"))),
        ad=present(card.css(".p4p-icon, [class*='sponsor'], .adTag")),
        other_ids=_other_ids(key, raw_id),
    )


def _compact(shown: str) -> str:
    return carried(shown.replace(" ", ""), shown)


def _snippet(card: "Tree") -> Iterator[Listing]:
    """A card of aliexpress.ru: the class names change, data-product-id and the alt text stay."""
    product_id = identifier(own(card, "data-product-id"))
    if product_id is None:
        return
    key = ListingKey(Platform.ALIEXPRESS, canonical_id(product_id))
    words = [carried(word.strip(), word) for word in texts(card)]
    figures = [word for word in words if _FIGURE.match(word)]
    cut = next(
        (i for i, word in enumerate(words) if re.fullmatch(r"[-–−][0-9]{1,2}\s*%", word)), None
    )
    if cut is not None:  # "10.88 GEL", "-57%", "4.68 GEL": the price now stands after the cut
        figures = [word for word in words[cut + 1 :] if _FIGURE.match(word)]
    yield Listing(
        key=key,
        url=ALIEXPRESS.canonical_url(key),
        title=text(attribute(card.css("img[alt]:not([alt=''])"), "alt"))
        or content(card.css("[class*='title'], [class*='name']")),
        price=amounts.price(figures[0]) if figures else None,
        pictures=gallery(image_sources(card)),
        sold=count(next((word for word in words if re.search(r"\bsold\b|прод|купил", word)), None)),
        other_ids=_other_ids(key, product_id),
    )


_OWN_ID = re.compile(r"[\"']?productId[\"']?\s*[:=]\s*[\"']?([0-9]{8,20})\b")
_ORDER = re.compile(r"(?i)\bmin(?:\.|imum)?\s*(?:order)?:?\s*([0-9]{1,6}\s*[^\W\d_]{1,10}\.?)")

_BULK_PRICE = re.compile(r"(?i)[0-9]\D{1,40}\bmin\b")
"""'PKR1,457 each, min. 10 pcs': what many cost, not how many one must take."""


def _rendered_listing(document: Document, market: AliExpress) -> Findings | None:
    """A listing of 2024 or later: the HTML is a shell unless a browser saved it rendered."""
    page = document.selector
    key = market.own_listing(document)
    facts = document.variable("DCData") if "DCData" in document.text else None
    shell = facts is not None or "isCSR" in document.text
    title = content_of(
        page, "[data-pl='product-title']", "h1.product-title-text", "h1[class*='title--']"
    )
    if key is None and (title or shell):
        seen = document.found(_OWN_ID)
        key = ListingKey(Platform.ALIEXPRESS, canonical_id(seen)) if seen else None
    if key is None or not title:
        if not shell:
            return None
        notices = [text(value) for name, value in (dig(facts, "i18nMap") or {}).items()
                   if "NOT_FOUND" in name]  # fmt: skip
        shown = next((n for n in notices if n and len(n) > 10 and n in document.visible_text), None)
        return Findings(
            kind=PageKind.LISTING,
            verdict=Verdict.GONE if shown else Verdict.SHELL_NO_DATA,
            reason=f"AliExpress shows {shown!r}"
            if shown
            else "an AliExpress shell: the listing's data is loaded by scripts later",
        )
    stated = product_of(document)
    figure = content_of(
        page,
        "[class*='price-default--current']",
        "[class*='price--current']",
        ".product-price-value",
        ".uniform-banner-box-price",
    )
    store_link = page.css("a[data-pl='store-name'], .store-name a, [data-pl='store-name'] a")
    store_url = attribute(store_link, "href") or attribute(page.css("a[href*='/store/']"), "href")
    store_name = content(store_link) or content_of(
        page, "[data-pl='store-name']", "span[class*='store-detail--storeName--']"
    )
    lines = [
        content([line])
        for line in page.css(
            "[class*='quantity'], [class*='extra-info'], [class*='-enhance--text']"
        )[:20]
    ]
    hints = joined(*(line for line in lines if not _BULK_PRICE.search(line or "")))
    order = group_of(_ORDER.search(hints or ""), hints)
    pictures = gallery(dig(facts, "imagePathList"))
    listing = Listing(
        key=key,
        url=market.canonical_url(key),
        title=title,
        price=(amounts.price(figure) if figure else None) or (stated.price if stated else None),
        minimum_order=amounts.minimum_order(order),
        seller=_seller({"storeName": store_name, "storeURL": store_url}),
        pictures=pictures
        or gallery(image_sources(page.css("[class*='slider--img']")))
        or (stated.pictures if stated else ()),
        description=stated.description if stated else None,
        attributes=tuple(
            (name, value)
            for row in page.css("[class*='specification--prop']")
            if (name := content(row.css("[class*='--title']")))
            and (value := content(row.css("[class*='--desc']")))
        ),
    )
    return Findings(kind=PageKind.LISTING, listings=(listing,))  # fmt: skip


def _store(document: Document, market: AliExpress) -> Findings | None:
    """A shop's home page: a shell whose <title> names the shop."""
    numbers = (market.identify_seller(url) for url in document.own_addresses)
    number = next((number for number in numbers if number), None)
    if number is None:
        return None
    name = re.split(r"\s+[-–|]\s+", document.title)[0].strip() or None
    seller = Seller(
        platform=Platform.ALIEXPRESS,
        id=number,
        name=text(name),
        url=f"https://www.aliexpress.com/store/{number}",
    )
    return Findings(
        kind=PageKind.SELLER,
        sellers=(seller,) if name else (),
        verdict=Verdict.SHELL_NO_DATA,
        reason="a shop's shell: its offers are loaded by scripts later",
    )


ALIEXPRESS = AliExpress()
