"""1688: searches of 2020 and 2026, listings since 2018, shops, its interfaces' replies."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_to_bytes

from headwater.domain.listings import Listing, ListingKey, Seller
from headwater.domain.money import MinimumOrder, Price
from headwater.domain.pages import LayoutChanged, PageKind, Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces import amounts
from headwater.marketplaces.document import Document, embedded
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
    search,
    text,
    yes,
)
from headwater.marketplaces.marketplace import Marketplace
from headwater.marketplaces.origins import carried, told_by
from headwater.marketplaces.pictures import gallery
from headwater.marketplaces.urls import host_of, parameters, path_of

if TYPE_CHECKING:
    from headwater.marketplaces.tree import Tree

_OFFER = re.compile(r"/offer/(?:[^/]*[-_])?([0-9]{6,20})(?:\.html?|/|$)")
_MEMBER = re.compile(r"^(?:b2b-[a-z0-9]{4,40}|[a-z0-9][a-z0-9_-]{2,60})$", re.IGNORECASE)
_WINPORT = re.compile(r"/winport/(b2b-[a-z0-9]{4,40})(?:[/.]|$)", re.IGNORECASE)
_NO_SHOP = {
    "www", "detail", "s", "winport", "work", "air", "dj", "m", "page", "login", "sale", "search",
    "offer", "show", "view", "me", "trade", "member", "cart", "order", "gateway", "open", "xinyong",
    "rongzi", "peixun", "h5api", "account", "club", "company", "widget", "cybert", "jie", "plus",
    "rule", "clawhub", "purchase", "factory", "huopin", "global", "go", "114", "data", "img",
    "style", "message", "report", "levit", "laputa", "cn", "home", "sousuo", "security",
}  # fmt: skip
_TYPES = {"p4p", "bid", "ad", "cpc", "cpm", "brand_ad"}
_CURRENCY = "CNY"


class Ali1688(Marketplace):
    """1688.com: its listing host, the mobile forms and the shops' own hosts."""

    platform = Platform.ALI1688
    hosts = ("1688.com", "*.1688.com")
    title_marks = ("阿里巴巴", "1688")
    query_parameters = ("keywords",)
    picture_hosts = ("*.alicdn.com",)
    marks = (
        "__INIT_DATA", "iDetailConfig", "iDetailData", "offerresultData", "detail.1688.com/offer/",
        "detail.m.1688.com", "cbu01.alicdn.com", ".1688.com/page/", "mtop.alibaba.alisite.cbu",
        "winport.m.1688.com", "s.1688.com/", "@ali/tdmod-", "1688offer",
    )  # fmt: skip

    def offer_id(self, url: str) -> str | None:
        if not self.serves(url):
            return None
        found = _OFFER.search(path_of(url))
        named = parameters(url)
        offer_id = found[1] if found else None
        for name in ("offerId", "offerid", "offer_id"):
            offer_id = offer_id or identifier(named.get(name))
        return offer_id

    def seller_id(self, url: str) -> str | None:
        if not self.serves(url):
            return None
        found = _WINPORT.search(path_of(url))
        if found:
            return found[1]
        named = parameters(url)
        member = named.get("memberId") or named.get("memberid")
        if member and _MEMBER.match(member):
            return member
        shop = host_of(url).removesuffix(".1688.com").removesuffix(".cn").removesuffix(".m")
        return shop if shop not in _NO_SHOP and "." not in shop and shop != "1688" else None

    def canonical_url(self, key: ListingKey) -> str:
        return f"https://detail.1688.com/offer/{key.offer_id}.html"

    def search_url(self, query: str, page: int = 1) -> str:
        words = quote(" ".join(query.split()), safe="")
        address = f"https://s.1688.com/selloffer/offer_search.htm?charset=utf8&keywords={words}"
        return address + (f"&beginPage={page}" if page > 1 else "")

    def older_search_url(self, query: str) -> str:
        """The same search in GBK, as the site's own pages ask; "" for words that GBK has not."""
        try:
            words = quote(" ".join(query.split()).encode("gbk"), safe="")
        except UnicodeEncodeError:
            return ""
        return f"https://s.1688.com/selloffer/offer_search.htm?keywords={words}"

    def kind(self, url: str) -> PageKind:
        if not self.serves(url):
            return PageKind.OTHER
        if self.identify(url):
            return PageKind.LISTING
        path = path_of(url)
        if re.search(r"/(?:selloffer/)?(?:offer_search|offerlist\.htm|similar_search)|"
                     r"/service/marketOfferResult|_search\.htm", path) and (
            host_of(url) in {"s.1688.com", "m.1688.com", "search.1688.com"}
        ):  # fmt: skip
            return PageKind.SEARCH
        return PageKind.SELLER if self.identify_seller(url) else PageKind.OTHER

    def find(self, document: Document) -> Findings | None:
        if document.is_json:
            return _in_json(document.json)
        body = document.text
        if "offerresultData" in body:
            data = document.variable("offerresultData", r"\s*=\s*(?:successDataCheck\s*\()?")
            found = _search(data) if data else None
            if found:
                return found
        if "__INIT_DATA" in body:
            data = document.variable("__INIT_DATA", r"(?:__)?\s*=")
            found = _listing_modules(data) if data else None
            if found:
                return _with_shop(found, document)
        if "window.context" in body:
            data = document.variable(
                "window.context",
                r"\s*=\s*(?:\(function[\s\S]{0,2000}?\}\)\s*\(\s*window\.contextPath\s*,)?",
            )
            found = _listing_context(data) if data else None
            if found:
                return found
        if "iDetailConfig" in body or "iDetailData" in body:
            return _listing_classic(document)
        return (
            _cards(document)
            or _listing_elements(document, self)
            or _shop(document, self)
            or _shell(document)
        )


def _in_json(data: Json) -> Findings | None:
    return (
        _search(data)
        or _listing_modules(data)
        or _listing_context(data)
        or _mobile_search(data)
        or _gateway(data)
        or _shop_modules(data)
    )


def _listing(offer_id: str, **fields: object) -> Listing:
    key = ListingKey(Platform.ALI1688, offer_id)
    return Listing(key=key, url=ALI1688.canonical_url(key), **fields)  # type: ignore[arg-type]


def _seller(
    *,
    member: Json,
    name: Json,
    login: Json = None,
    shop_url: Json = None,
    user_id: Json = None,
    location: str | None = None,
    years: int | None = None,
    badges: tuple[str, ...] = (),
    business: Json = None,
) -> Seller | None:
    """A seller by memberId; where that is not known by the shop's own host."""
    member_id = text(member)
    if member_id and not _MEMBER.match(member_id):
        member_id = None
    address = text(shop_url) or ""
    shop = ALI1688.identify_seller(address) if address else None
    if shop and shop.startswith("b2b-"):
        member_id, shop = member_id or shop, None
    title = text(name)
    if not (member_id or shop or title):
        return None
    named = (
        ("shop", shop),
        ("login_id", text(login)),
        ("user_id", identifier(user_id)),
        ("business_type", text(business)),
    )
    return Seller(
        platform=Platform.ALI1688,
        id=member_id or shop,
        name=title,
        url=f"https://{shop}.1688.com/"
        if shop
        else (f"https://winport.m.1688.com/page/index.html?memberId={member_id}"
              if member_id and member_id.startswith("b2b-") else None),
        location=location,
        years=years,
        badges=badges,
        identifiers=tuple((kind, value) for kind, value in named if value),
    )  # fmt: skip


# --- searches ---------------------------------------------------------------------------------


def _search(data: Json) -> Findings | None:
    """The result lists of 2020 (in the page and in its asynchronous chunks)."""
    if isinstance(data, list) and any("aliTalk" in offer for offer in objects(data)):
        data = {"offerList": data, "offerSize": len(data)}
    for path in ("data.data", "data", ""):
        result = dig(data, path)
        if isinstance(result, dict) and isinstance(result.get("offerList"), list):
            break
    else:
        if isinstance(dig(data, "data.totalCount"), int) and isinstance(
            dig(data, "data.trace"), dict
        ):
            if dig(data, "data.totalCount") == 0:
                return _zero(dig(data, "data"))
            raise LayoutChanged("1688: the search data holds no offerList")
        return None
    offers = result["offerList"]
    total = count(first(result, "totalCount"))
    if not offers:
        if (
            first(result, "totalCount", "offerSize", "pageCount") is None
            and "totalCount" not in result
        ):
            return None
        if total == 0:
            return _zero(result)
        behind = count(dig(result, "asyncConfig.offset"))
        if total is not None and behind is not None and behind >= total:
            return Findings(
                kind=PageKind.SEARCH,
                total=total,
                query=_query(result),
                verdict=Verdict.OK_EMPTY,
                reason=f"1688 itself says that this part begins behind the last of {total} results",
            )
        return Findings(
            kind=PageKind.SEARCH,
            verdict=Verdict.SHELL_NO_DATA,
            reason=f"1688 counts {total} results but sends none of them",
        )
    listings = [listing for offer in objects(offers) if (listing := _offer(offer))]
    if not listings:
        raise LayoutChanged("1688: none of the offers carries an id")
    return Findings(
        kind=PageKind.SEARCH, listings=unique(listings), total=total, query=_query(result)
    )


def _zero(result: Json) -> Findings:
    return Findings(
        kind=PageKind.SEARCH,
        total=0,
        query=_query(result),
        verdict=Verdict.OK_EMPTY,
        reason="1688 itself counts 0 results",
    )


def _query(result: Json) -> str | None:
    """The words asked for: percent-encoded GBK in the page's own trace."""
    encoded = first(result, "trace.keywords", "keywords")
    if not isinstance(encoded, str):
        return None
    if not encoded.isascii():
        return text(encoded)
    raw = unquote_to_bytes(encoded.replace("+", " ")[:600])
    for codec in ("gb18030", "utf-8"):
        try:
            return text(raw.decode(codec))
        except UnicodeDecodeError:
            continue
    return None


def _offer(offer: dict[str, Json]) -> Listing | None:
    offer_id = identifier(
        first(offer, "id", "offerId", "information.id", "aliTalk.infoId", "information.offerId")
    )
    if offer_id is None:
        found = ALI1688.identify(text(first(offer, "information.detailUrl", "detailUrl")) or "")
        offer_id = found.offer_id if found else None
    if offer_id is None:
        return None
    figures = first(offer, "tradePrice.offerPrice", "priceInfo", "tradePrice")
    unit = text(first(offer, "tradeQuantity.unit", "unit"))
    tiers = [
        (amounts.amount(first(tier, "quantity")), first(tier, "valueString", "price"))
        for tier in objects(first(figures, "quantityPrices", "priceRanges"))
    ]
    price = amounts.price_from_tiers(tiers, _CURRENCY)
    lowest = amounts.price(
        text(first(figures, "valueString", "price", "priceString")), currency=_CURRENCY
    )
    smallest = (
        price.tiers[0].quantity if price else count(first(offer, "tradeQuantity.quantityBegin"))
    )
    company = first(offer, "company", "companyInfo") or {}
    service = first(offer, "tradeService") or {}
    badges = {
        "factory inspection": dig(service, "factoryInspection"),
        "business inspection": dig(service, "businessInspection"),
        "super factory": first(offer, "superFactory", "company.superFactory"),
    }
    kind = text(first(offer, "aliTalk.type", "information.algoResultType", "offerType")) or ""
    return _listing(
        offer_id,
        title=text(first(offer, "information.simpleSubject", "information.subject", "subject",
                         "title", "simpleSubject")),
        price=price or lowest,
        minimum_order=amounts.minimum_order(smallest, unit=unit) if smallest else None,
        seller=_seller(
            member=first(company, "memberId") or first(offer, "memberId"),
            name=first(company, "name", "companyName") or first(offer, "shop.text"),
            login=first(offer, "aliTalk.loginId", "loginId"),
            shop_url=first(company, "url", "shopUrl") or first(offer, "shopAddition.shopLinkUrl"),
            location=joined(dig(company, "province"), dig(company, "city")),
            years=count(first(service, "tpYear")),
            badges=badges_said(badges),
            business=first(company, "bizTypeName") or first(offer, "bizTypeName"),
        ),
        pictures=gallery(first(offer, "image.imgUrl", "image.imgUrlOf290x290", "imgUrl",
                               "offerPicUrl")),
        ad=kind.lower() in _TYPES and told_by(kind),
        ship_from=joined(dig(offer, "information.sendProvince"),
                         dig(offer, "information.sendCity")),
        sold=count(first(offer, "tradeQuantity.saleQuantity", "tradeQuantity.quantitySumMonth")),
    )  # fmt: skip


def _mobile_search(data: Json) -> Findings | None:
    """The mobile interface's reply: data.data.OFFER.items[].data."""
    block = first(data, "data.data.OFFER", "data.OFFER", "OFFER")
    if not isinstance(block, dict):
        return None
    found = count(dig(block, "found"))
    items = [
        first(item, "data") if isinstance(item.get("data"), dict) else item
        for item in objects(block.get("items"))
    ]
    if not items:
        if found == 0:
            return _zero(block)
        return None
    listings = [listing for item in items if (listing := _mobile_offer(item))]
    if not listings:
        raise LayoutChanged("1688: none of OFFER.items carries an offerId")
    return Findings(kind=PageKind.SEARCH, listings=unique(listings), total=found)


def _mobile_offer(item: dict[str, Json]) -> Listing | None:
    offer_id = identifier(first(item, "offerId", "id"))
    if offer_id is None:
        return None
    badges = {
        "factory inspection": first(item, "factoryInspection"),
        "business inspection": first(item, "businessInspection"),
        "super factory": first(item, "superFactory"),
    }
    return _listing(
        offer_id,
        title=text(first(item, "title", "subject", "simpleSubject")),
        price=amounts.price(text(first(item, "priceInfo.price", "price", "salePrice")),
                            currency=_CURRENCY),
        minimum_order=amounts.minimum_order(
            first(item, "quantityBegin", "minOrderQuantity"), unit=text(item.get("unit"))
        ),
        seller=_seller(
            member=item.get("memberId"),
            name=first(item, "shop.text", "companyName", "shopName"),
            login=item.get("loginId"),
            shop_url=first(item, "shopAddition.shopLinkUrl", "shopUrl"),
            user_id=first(item, "userId", "sellerUserId"),
            location=joined(item.get("province"), item.get("city")),
            years=count(first(item, "shop.tpYear", "tpYear")),
            badges=badges_said(badges),
        ),
        pictures=gallery(first(item, "offerPicUrl", "imageUrl", "image")),
        ad=advertised(first(item, "isP4P", "isP4p")),
        sold=count(first(item, "saleQuantity", "bookedCount", "orderCount", "soldOut")),
    )  # fmt: skip


_OFFER_MARKS = ("company", "companyName", "memberId", "loginId", "sellerDataInfo", "offerId")


def _gateway(data: Json) -> Findings | None:
    """The official search interfaces' replies: the gateway and the cross-border family."""
    for path in ("result.result.data", "result.data", "data.data", "data", "result", "model.data"):
        items = dig(data, path)
        if isinstance(items, list) and any(
            any(mark in item for mark in _OFFER_MARKS) and _gateway_offer(item)
            for item in objects(items)
        ):
            listings = [listing for item in objects(items) if (listing := _gateway_offer(item))]
            parent = dig(data, path.rpartition(".")[0])
            total = count(first(parent, "totalRecords", "total", "totalCount"))
            return Findings(kind=PageKind.SEARCH, listings=unique(listings), total=total)
    answer = dig(data, "data")
    if (
        yes(dig(data, "success"))
        and dig(answer, "data") == []
        and count(first(answer, "count", "totalRecords", "total", "totalCount")) == 0
    ):
        return _zero(answer)
    return None


def _gateway_offer(item: dict[str, Json]) -> Listing | None:
    offer_id = identifier(first(item, "offerId", "itemId", "id"))
    if offer_id is None:
        return None
    figure = first(item, "priceInfo.price", "currentPrice", "price", "priceInfo.consignPrice")
    unit = text(item.get("unit"))
    return _listing(
        offer_id,
        title=text(first(item, "title", "subject")),
        price=amounts.price(text(figure), currency=_CURRENCY),
        minimum_order=amounts.minimum_order(
            first(item, "minOrderQuantity", "quantityBegin", "moq", "beginAmount"), unit=unit
        ),
        seller=_seller(
            member=first(item, "memberId", "sellerMemberId"),
            name=first(item, "company", "companyName", "shopName"),
            login=item.get("loginId"),
            user_id=first(item, "userId", "sellerUserId"),
        ),
        pictures=gallery(first(item, "imageUrl", "mainImage", "image", "picUrl", "offerPicUrl")),
        ad=advertised(item.get("isYuanbaoadOffer")),
        sold=count(first(item, "monthSold", "soldOut", "soldCount", "saleQuantity")),
        listed_at=text(item.get("createDate")),
    )


def _cards(document: Document) -> Findings | None:
    """A search of 2026, saved rendered by a browser."""
    page = document.selector
    cards = page.css(".search-offer-item, .sm-offer-item, .space-offer-card-box")
    if not cards:
        return None
    listings: list[Listing] = []
    query = None
    for card in cards:
        offer_id = _card_id(card)
        report = own(card, "data-aplus-report")
        tracking = carried(report[:3000], report)
        keyword = re.search(r"\^se_keyword@([^^]{1,120})\^", tracking)
        query = query or (text(keyword[1]) if keyword else None)
        if offer_id is None:
            continue
        member = re.search(r"object_member_id@(b2b-[a-z0-9]{4,40})", tracking)
        rows = card.css(".offer-shop-row, .company-name")
        nick = attribute(card.css("[data-nick]"), "data-nick") or ""
        lines = [line for part in card.css(".desc-text") if (line := content([part]))]
        figure = content_of(card, ".price-item", ".price") or ""
        order = _order_in(lines) or _order_in([content(card.css(".offer-hover-wrapper")) or ""])
        listings.append(
            _listing(
                offer_id,
                title=content(card.css(".title-text, .offer-title, .mojar-element-title")),
                price=amounts.price(carried(figure.replace(" ", ""), figure), currency=_CURRENCY),
                minimum_order=amounts.minimum_order(order),
                seller=_seller(
                    member=group_of(member, tracking),
                    name=content(rows.css(".desc-text, .company-name")),
                    login=carried(unquote(nick), nick) or None,
                    shop_url=attribute(rows.css("a[href]"), "href"),
                    badges=tuple(dict.fromkeys(line for line in lines if line in _CARD_BADGES)),
                ),
                pictures=gallery(image_sources(card.css(".main-img, .mojar-element-image"))),
                ad=present(card.css(".adTag"))
                or ("_p_isad@1" in tracking and told_by(tracking))
                or ("_p4p_" in (key := own(card, "data-renderkey")) and told_by(key)),
                sold=count(next(filter(_SOLD.match, lines), None)),
            )
        )
    if not listings:
        raise LayoutChanged("1688: none of the result cards carries an offer id")
    return Findings(kind=PageKind.SEARCH, listings=unique(listings), query=query)


_SOLD = re.compile(r"(?:已售|成交|全网)\s*[0-9.]+\s*万?\+?\s*(?:件|笔|个)?")
_ORDER_HINT = re.compile(r"≥\s*[0-9]+\s*\w?|[0-9]+\s*[^\W\d_]{1,3}\s*起批")


def _order_in(lines: list[str]) -> str | None:
    found = (group_of(_ORDER_HINT.search(line), line, 0) for line in lines)
    return next(filter(None, found), None)


_CARD_BADGES = ("验厂报告", "深度验厂", "源头工厂", "实力工厂", "超级工厂", "实力商家")


def _card_id(card: "Tree") -> str | None:
    found = ALI1688.identify(own(card, "href"))
    if found:
        return found.offer_id
    for name, pattern in (
        ("data-renderkey", r"_([0-9]{9,20})$"),
        ("data-aplus-report", r"\^object_id@([0-9]{9,20})\^"),
        ("data-offer-id", r"^([0-9]{9,20})$"),
        ("data-offerid", r"^([0-9]{9,20})$"),
    ):
        stated = own(card, name)
        seen = group_of(re.search(pattern, stated[:3000]), stated)
        if seen:
            return seen
    links = (ALI1688.identify(own(link, "href")) for link in card.css("a[href]")[:10])
    return next((key.offer_id for key in links if key), None)


def _shell(document: Document) -> Findings | None:
    if "window.data.abResultData" in document.text or "offer_search" in path_of(document.url):
        return Findings(
            kind=PageKind.SEARCH,
            verdict=Verdict.SHELL_NO_DATA,
            reason="a 1688 search shell: the results are loaded by scripts later",
        )
    return None


# --- listings ---------------------------------------------------------------------------------


def _tiers(*models: Json) -> Price | None:
    """The first readable price model: current prices by quantity, or a range."""
    for model in models:
        ranges = first(model, "priceModel.currentPrices", "offerPriceModel.currentPrices",
                       "finalPriceModel.tradeWithoutPromotion.offerPriceRanges",
                       "currentPrices", "offerPriceRanges", "disPriceRanges")  # fmt: skip
        pairs = [
            (
                first(step, "beginAmount", "begin", "startQuantity"),
                first(step, "price", "discountPrice"),
            )
            for step in objects(ranges)
        ]
        found = amounts.price_from_tiers(pairs, _CURRENCY)
        if found:
            return found
        shown = [amounts.price(text(first(step, "price")), currency=_CURRENCY)
                 for step in objects(ranges)]  # fmt: skip
        known = [price for price in shown if price]
        if known:
            return Price(
                minimum=min(price.minimum for price in known),
                maximum=max(price.maximum for price in known),
                currency=_CURRENCY,
            )
    return None


def _minimum(price: Price | None, unit: Json, *stated: Json) -> MinimumOrder | None:
    for value in stated:
        found = amounts.minimum_order(value, unit=text(unit)) if value is not None else None
        if found:
            return found
    if price and price.tiers:
        return amounts.minimum_order(price.tiers[0].quantity, unit=text(unit))
    return None


def _attributes(*lists: Json) -> tuple[tuple[str, str], ...]:
    for rows in lists:
        found = [
            (name, value)
            for row in objects(rows)
            if (name := text(first(row, "name", "attributeName")))
            and (value := text(first(row, "value", "attributeValue", "values.0")))
        ]
        if found:
            return tuple(found[:100])
    return ()


def _listing_modules(data: Json) -> Findings | None:
    """`window.__INIT_DATA` of 2024/25: globalData and the modules by number."""
    world = dig(data, "globalData")
    if not isinstance(world, dict) or not isinstance(dig(data, "data"), dict):
        return None
    model = first(world, "tempModel", "offerBaseInfo")
    offer_id = identifier(first(world, "tempModel.offerId", "offerBaseInfo.offerId"))
    if offer_id is None:
        if model is None:
            return None
        raise LayoutChanged("1688: __INIT_DATA.globalData.tempModel has no offerId")
    modules = list(objects(data["data"]))
    contents = [part["data"] for part in modules if isinstance(part.get("data"), dict)]
    price = _tiers(*contents)
    scale = text(first(world, "skuModel.skuPriceScale"))
    price = price or amounts.price(scale, currency=_CURRENCY)
    unit = first(world, "tempModel.offerUnit") or next(
        (part["unit"] for part in contents if part.get("unit")), None
    )
    pictures = [
        first(image, "fullPathImageURI", "originalImageURI", "searchImageURI")
        for image in objects(world.get("images"))
    ] or first({"parts": contents}, *(f"parts.{i}.offerImgList" for i in range(len(contents))))
    begin = dig(world, "orderParamModel.orderParam.beginNum")
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            _listing(
                offer_id,
                title=text(first(world, "tempModel.offerTitle"))
                or text(next(search(contents, "title"), None)),
                price=price,
                minimum_order=_minimum(None, unit, begin) or _minimum(price, unit),
                seller=_seller(
                    member=first(world, "tempModel.sellerMemberId", "offerBaseInfo.sellerMemberId"),
                    name=first(world, "tempModel.companyName"),
                    login=first(world, "tempModel.sellerLoginId", "offerBaseInfo.sellerLoginId"),
                    shop_url=first(world, "offerBaseInfo.sellerWinportUrl", "tempModel.winportUrl"),
                    user_id=first(world, "tempModel.sellerUserId", "offerBaseInfo.sellerUserId"),
                ),
                pictures=gallery(pictures),
                ship_from=text(next(search(contents, "location"), None)),
                sold=count(first(world, "tempModel.saledCount")),
                attributes=_attributes(
                    *(part.get("data") for part in modules
                      if "attribute" in str(part.get("componentType"))
                      or "cpv" in str(part.get("componentType")))
                ),
            ),
        ),
    )  # fmt: skip


def _with_shop(found: Findings, document: Document) -> Findings:
    """The years from the shop's header, which stands beside the listing's data."""
    if "__STORE_DATA" not in document.text or not found.listings[0].seller:
        return found
    header = document.variable("__STORE_DATA", r"(?:__)?\s*=")
    years = next((count(value) for value in search(header, "tpYear")), None)
    if years is None:
        return found
    listing = found.listings[0]
    seller = replace(listing.seller, years=years) if listing.seller else None
    return replace(found, listings=(replace(listing, seller=seller),))


def _listing_context(data: Json) -> Findings | None:
    """`window.context` of 2025: result.data by module, result.global.globalData.model."""
    parts = first(data, "result.data", "data.result.data")
    model = first(data, "result.global.globalData.model", "data.result.global.globalData.model")
    root = dig(parts, "Root.fields.dataJson")
    if not isinstance(model, dict) and not isinstance(root, dict):
        return None
    model = model or {}
    offer_id = identifier(
        first(model, "offerDetail.offerId", "tradeModel.offerId")
        or first(root, "tempModel.offerId", "offerBaseInfo.offerId")
    )
    if offer_id is None:
        raise LayoutChanged("1688: window.context has no offerDetail.offerId")
    price = _tiers(dig(parts, "mainPrice.fields"), model.get("tradeModel"))
    trade = model.get("tradeModel")
    if price is None:
        price = amounts.price(
            text(first(trade, "priceDisplay") or first(root, "skuModel.skuPriceScale")),
            currency=_CURRENCY,
        )
    unit = first(trade, "unit") or first(parts, "mainPrice.fields.unit", "productTitle.fields.unit")
    seller = model.get("sellerModel")
    pictures = gallery(first(parts, "gallery.fields.offerImgList", "gallery.fields.mainImage"))
    if not pictures:
        pictures = gallery(
            [first(i, "fullPathImageURI", "imageURI") for i in objects(
                first(model, "offerDetail.imageList") or first(root, "images"))]
        )  # fmt: skip
    listing = _listing(
        offer_id,
        title=text(first(model, "offerDetail.subject")
                   or first(parts, "productTitle.fields.title", "gallery.fields.subject")
                   or first(root, "tempModel.offerTitle")),
        price=price,
        minimum_order=_minimum(None, unit, dig(trade, "beginAmount")) or _minimum(price, unit),
        seller=_seller(
            member=first(seller, "memberId") or first(root, "tempModel.sellerMemberId",
                                                      "offerBaseInfo.sellerMemberId"),
            name=first(seller, "companyName") or first(root, "tempModel.companyName"),
            login=first(seller, "loginId") or first(root, "tempModel.sellerLoginId"),
            shop_url=first(seller, "winportUrl", "sellerWinportUrlMap.defaultUrl",
                           "sellerWinportUrlMap.indexUrl"),
            user_id=first(seller, "userId") or first(root, "tempModel.sellerUserId"),
        ),
        pictures=pictures,
        ship_from=text(first(model, "detailDescription.freightInfo.location")
                       or first(parts, "shippingServices.fields.location")),
        sold=count(first(trade, "saleCount")),
        listed_at=_date(dig(model, "offerDetail.offerSystemAttributes.createDate")),
        attributes=_attributes(
            first(model, "offerDetail.featureAttributes"),
            first(parts, "productAttributes.fields.dataJson"),
        ),
    )  # fmt: skip
    return Findings(kind=PageKind.LISTING, listings=(listing,))


def _date(milliseconds: Json) -> str | None:
    if not isinstance(milliseconds, int) or not 10**12 <= milliseconds < 10**13:
        return None
    day = datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
    return carried(day, milliseconds)


def _listing_classic(document: Document) -> Findings | None:
    """The page of 2018 to 2020: iDetailConfig, iDetailData and the elements around them."""
    page = document.selector
    config = document.variable("iDetailConfig")
    data = document.variable("iDetailData")
    offer_id = identifier(first(config, "offerid", "offerId"))
    if offer_id is None:
        found = ALI1688.own_listing(document)
        offer_id = found.offer_id if found else None
    title = content(page.css("h1.d-title, .mod-detail-title h1, h1"))
    title = title or text(document.meta("og:title"))
    if offer_id is None:
        raise LayoutChanged("1688: iDetailConfig has no offerid")
    unit = text(dig(config, "unit")) or content(page.css("tr.amount .unit"))
    pairs: list[tuple[Json, Json]] = [
        (step[0], step[1])
        for step in (first(data, "sku.priceRange", "priceRange") or [])
        if isinstance(step, list) and len(step) > 1
    ]
    rows = page.css("tr.price td[data-range]")
    for row in rows[:10] if not pairs else []:
        try:
            step = embedded(row, "data-range")
        except (ValueError, RecursionError):
            continue
        pairs.append((first(step, "begin"), first(step, "price")))
    price = amounts.price_from_tiers(pairs, _CURRENCY)
    price = price or amounts.price(
        text(first(data, "sku.discountPrice", "sku.price", "price")), currency=_CURRENCY
    )
    if price is None:
        shown = content(page.css("tr.price td:not(.price-title)"))
        price = amounts.price(shown, currency=_CURRENCY) if shown else None
    price = price or amounts.price(text(dig(config, "refPrice")), currency=_CURRENCY)
    amount_line = content(page.css("tr.amount td:not(.amount-title)"))
    begin = text(dig(config, "beginAmount"))
    company = page.css(".company-name a.name, a.company-name, div.company-name, .company-name")
    shop_link = attribute(page.css(".company-name a[href*='.1688.com']"), "href")
    nick = document.meta("og:product:nick") or ""
    shop_link = shop_link or group_of(re.search(r"url=\s*(\S+)", nick), nick)
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            _listing(
                offer_id,
                title=title,
                price=price,
                minimum_order=_minimum(price, unit, begin)
                or (amounts.minimum_order(amount_line, unit=unit) if amount_line else None),
                seller=_seller(
                    member=first(config, "memberid", "memberId", "feedbackUid"),
                    name=text(attribute(company, "title"))
                    or content(company)
                    or group_of(re.search(r"name=([^;]{1,120})", nick), nick),
                    login=dig(config, "loginId"),
                    shop_url=shop_link,
                ),
                pictures=gallery(_tab_pictures(page)) or gallery(document.meta("og:image")),
                ship_from=content(page.css(".delivery-addr, .parcel-addr")),
                sold=count(dig(data, "sku.saleCount")),
                attributes=_attribute_cells(page),
            ),
        ),
    )


def _tab_pictures(page: "Tree") -> list[Json]:
    found: list[Json] = []
    for tab in page.css("#dt-tab li[data-imgs], .tab-trigger[data-imgs]")[:40]:
        try:
            pair = embedded(tab, "data-imgs")
        except (ValueError, RecursionError):
            continue
        found.append(first(pair, "original", "preview"))
    return found or list(image_sources(page.css("#dt-tab, .tab-content-container")))


def _attribute_cells(page: "Tree") -> tuple[tuple[str, str], ...]:
    names = page.css("td.de-feature")
    found = []
    for cell in names[:100]:
        name = content([cell])
        value = content(cell.xpath("following-sibling::td[1]"))
        if name and value:
            found.append((name, value))
    return tuple(found)


def _listing_elements(document: Document, market: Ali1688) -> Findings | None:
    """A listing without its data: only what <meta> and headings say about it."""
    key = market.own_listing(document)
    title = text(document.meta("og:title")) if key else None
    figure = document.meta("og:product:price") if key else None
    if key is None or not title or not figure:
        return None
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            _listing(
                key.offer_id,
                title=title,
                price=amounts.price(figure, currency=_CURRENCY),
                pictures=gallery(document.meta("og:image")),
            ),
        ),
    )


# --- shops ------------------------------------------------------------------------------------


_BADGES = {
    "superFactory": "super factory",
    "isShili": "strong merchant",
    "shili_factory": "strong merchant",
    "slsj": "strong merchant",
}


def _shop_modules(data: Json) -> Findings | None:
    """A shop's modules: the page's own data and the replies of its interfaces."""
    components = first(data, "result.pageData.components", "pageData.components", "components")
    places = [
        part["moduleData"]
        for part in objects(components)
        if isinstance(part.get("moduleData"), dict)
    ]
    if not places:
        answer = text(dig(data, "api")) or ""
        if "1688" not in answer and ".cbu." not in answer:
            return None
        found = (dig(data, path) for path in ("data.model", "data.data", "data.content", "data"))
        places = [place for place in found if isinstance(place, dict)]
    seller = _shop_seller(places)
    offers = _shop_offers(data)
    if seller is None and not offers:
        return None
    listings = [listing for item in offers if (listing := _shop_offer(item, seller))]
    stated = next(
        (count(dig(place, "offerCount")) for place in places if "offerCount" in place), None
    )
    return Findings(
        kind=PageKind.SELLER,
        listings=unique(listings),
        sellers=(seller,) if seller else (),
        total=stated,
    )


def _shop_seller(places: list[dict[str, Json]]) -> Seller | None:
    def stated(*paths: str) -> Json:
        return next(filter(None, (first(place, *paths) for place in places)), None)

    if not stated("companyName", "shopName"):
        return None
    kinds = {text(stated("sellerType")) or "", text(stated("shopType")) or ""}
    kinds |= {flag for flag in _BADGES if (said := stated(flag)) == "true" or yes(said)}
    certificate = text(stated("certInfo.certType"))
    badges = dict.fromkeys(badge for kind, badge in _BADGES.items() if kind in kinds)
    seller = _seller(
        member=stated("memberId", "sellerMemberId"),
        name=stated("companyName", "shopName"),
        shop_url=stated("shopUrl", "commonUrl.shopUrl", "winportUrl", "domain"),
        location=text(stated("addr.entAddress", "detailAddress", "location")),
        years=count(stated("tpYear")),
        badges=(*badges, *([certificate] if certificate else [])),
    )
    licence = text(stated("businessInfo.socialCreditCode"))
    if seller and licence:
        return replace(seller, identifiers=(*seller.identifiers, ("licence", licence)))
    return seller


def _shop_offers(data: Json) -> list[dict[str, Json]]:
    for name in ("offerList", "offers", "offerModuleList", "itemList", "dataList"):
        for value in search(data, name):
            found = [
                item
                for item in objects(value)
                if identifier(first(item, "id", "offerId", "itemId"))
            ]
            if found:
                return found
    return []


def _shop_offer(item: dict[str, Json], seller: Seller | None) -> Listing | None:
    offer_id = identifier(first(item, "offerId", "id", "itemId"))
    if offer_id is None:
        return None
    figure = first(item, "offerPrice", "priceInfo.price", "price", "salePrice")
    return _listing(
        offer_id,
        title=text(first(item, "subject", "title", "offerTitle")),
        price=amounts.price(text(figure), currency=_CURRENCY),
        minimum_order=amounts.minimum_order(
            first(item, "quantityBegin", "minOrderQuantity"), unit=text(item.get("unit"))
        ),
        seller=seller or _seller(member=item.get("memberId"), name=None),
        pictures=gallery(
            first(item, "imageUrl", "image", "imgUrl", "picUrl", "offerPicUrl"),
            [first(i, "fullPathImageURI", "imageURI") for i in objects(item.get("offerImages"))],
        ),
        sold=count(first(item, "thirtySaleQuantity", "vagueSaleQuantity", "saleQuantity",
                         "soldCount")),
    )  # fmt: skip


_MEMBER_IN_PAGE = re.compile(
    r"(?:memberId|member_id|sellerMemberId|feedbackUid)(?:&quot;|[\"'])?\s*[:=]\s*(?:&quot;|[\"'])"
    r"(b2b-[a-z0-9]{4,40})"
)


def _shop(document: Document, market: Ali1688) -> Findings | None:
    """A shop's home or contact page (2019)."""
    page = document.selector
    member = document.found(_MEMBER_IN_PAGE)
    own = map(market.identify_seller, document.own_addresses)
    shop = next(filter(None, own), None) or _home(page, market)
    name = content_of(
        page, ".contact-info h4", ".chinaname", "a.company-name", "h1.company-name", ".companyName"
    )
    if name is None and document.title.endswith("_阿里巴巴旺铺"):
        found = re.search(
            r"([^\s\-_]{4,40}?)(?:联系方式|首页|公司档案)?_阿里巴巴旺铺", document.title
        )
        name = found[1] if found else None
    if not name or not (shop or member):
        return None
    address = next(
        (
            joined(*(line for cell in row.css("dd") for line in texts(cell)))
            for row in page.css(".contact-info dl, dl")
            if re.match(r"\s*地\s*址", content(row.css("dt")) or "")
        ),
        None,
    )
    seller = _seller(
        member=member,
        name=name,
        shop_url=f"https://{shop}.1688.com/" if shop and not shop.startswith("b2b-") else None,
        location=text(address),
    )
    return Findings(kind=PageKind.SELLER, sellers=(seller,) if seller else ())


def _home(page: "Tree", market: Ali1688) -> str | None:
    """The shop whose host most of the page's links lead to."""
    links = (own(link, "href") for link in page.css("a[href*='.1688.com']")[:300])
    shops = Counter(filter(None, map(market.identify_seller, links)))
    return shops.most_common(1)[0][0] if shops else None


ALI1688 = Ali1688()
