"""Taobao, Tmall and Tmall Global: one space of item ids, three channels."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from headwater.domain.listings import Listing, ListingKey, Seller
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
    texts,
)
from headwater.marketplaces.findings import Findings, unique
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
from headwater.marketplaces.urls import host_matches, host_of, parameters, path_of

if TYPE_CHECKING:
    from headwater.marketplaces.tree import Tree

_CURRENCY = "CNY"
_TAOBAO = ("taobao.com", "*.taobao.com")
_TMALL = ("tmall.com", "*.tmall.com")
_TMALL_GLOBAL = ("tmall.hk", "*.tmall.hk")
_ALL = (*_TAOBAO, *_TMALL, *_TMALL_GLOBAL)
_ITEM_PATH = re.compile(
    r"^/(?:list/)?item/(?:wap/)?([0-9]{6,20})\.html?|^/i([0-9]{6,20})\.html?|^/item/([0-9]{6,20})/?$"
)
_ITEM_PAGE = re.compile(
    r"(?i)^/(?:hk/)?(?:item|detail|itemdetail|item_detail)\b|/detail(?:/|\.htm)|/core/detail|/app/.*detail"
)
_SHOP = re.compile(
    r"^([a-z0-9][a-z0-9-]{1,60})\.(?:m\.)?(?:world\.)?(taobao\.com|tmall\.com|tmall\.hk)$"
)
_NO_SHOP = {
    "www", "item", "detail", "s", "list", "search", "login", "world", "store", "shop", "h5", "m",
    "market", "click", "buy", "cart", "reg", "passport", "chaoshi", "rate", "uz", "guang", "ju",
    "pages", "main", "survey", "i", "trade", "img", "member", "brand", "a", "new", "huodong", "ai",
    "simba", "tw", "hk", "service", "consumerservice", "favorite", "amos", "error", "err",
    "import", "food", "3c", "nvzhuang", "ipp", "qn", "work", "open", "eco", "api", "h5api",
}  # fmt: skip


class Taobao(Marketplace):
    """One channel. A listing's key is Taobao's in all three: the same id may show in each."""

    query_parameters = ("q",)
    picture_hosts = ("*.alicdn.com", "*.tbcdn.cn")

    def __init__(
        self,
        platform: Platform,
        hosts: tuple[str, ...],
        *,
        item: str,
        search: str,
        marks: tuple[str, ...],
        title_marks: tuple[str, ...],
    ) -> None:
        self.platform = platform
        self.hosts = hosts
        self.marks = marks
        self.title_marks = title_marks
        self._item = item
        self._search = search

    @property
    def key_space(self) -> Platform:
        return Platform.TAOBAO

    def offer_id(self, url: str) -> str | None:
        if not self.serves(url):
            return None
        path = path_of(url)
        found = _ITEM_PATH.match(path)
        item_id = next(filter(None, found.groups()), None) if found else None
        if item_id is None and _ITEM_PAGE.search(path):
            named = parameters(url)
            item_id = next(
                filter(None, (identifier(named.get(n)) for n in ("id", "itemId", "item_id"))), None
            )
        return item_id

    def seller_id(self, url: str) -> str | None:
        if not self.serves(url):
            return None
        named = parameters(url)
        for name in ("user_number_id", "user_id", "sellerId", "seller_id"):
            if identifier(named.get(name)):
                return named[name]
        found = _SHOP.match(host_of(url))
        if found and found[1] not in _NO_SHOP:
            return found[1]
        shop = named.get("shop_id") or named.get("shopId")
        return f"shop{shop}" if shop and identifier(shop) else None

    def canonical_url(self, key: ListingKey) -> str:
        return f"{self._item}?id={key.offer_id}"

    def search_url(self, query: str, page: int = 1) -> str:
        words = quote(" ".join(query.split()), safe="")
        address = self._search + words
        if "s.taobao.com" in address:
            address += "&sort=_oldstart"
        return address + (f"&page={page}" if page > 1 else "")

    def kind(self, url: str) -> PageKind:
        if not self.serves(url):
            return PageKind.OTHER
        if self.identify(url):
            return PageKind.LISTING
        if re.match(r"^/(?:search|list)\b|^/search_product|/newsearch", path_of(url)):
            return PageKind.SEARCH
        return PageKind.SELLER if self.identify_seller(url) else PageKind.OTHER

    def find(self, document: Document) -> Findings | None:
        if document.is_json:
            return _in_json(document.json)
        if "g_page_config" in document.text:
            data = document.variable("g_page_config")
            found = _search_config(data) if data else None
            if found:
                return found
        return (
            _listing_classic(document, self)
            or _listing_rendered(document, self)
            or _cards(document)
            or _shell(document)
        )


def _channel(url: str, *, tmall: bool = False) -> Taobao:
    """The channel that an address, or a platform's own flag, names."""
    host = host_of(url)
    if host_matches(host, _TMALL_GLOBAL):
        return TMALL_GLOBAL
    return TMALL if tmall or host_matches(host, _TMALL) else TAOBAO


def _key(value: Json) -> ListingKey | None:
    item_id = identifier(value)
    return ListingKey(Platform.TAOBAO, item_id) if item_id else None


def _seller(
    channel: Taobao,
    *,
    user: Json,
    name: Json,
    nick: Json = None,
    url: Json = None,
    place: Json = None,
) -> Seller | None:
    """A seller by the numeric user id, else by the shop's host."""
    address = text(url) or ""
    shop = channel.identify_seller(address) if address else None
    shop = None if shop and shop.isdecimal() else shop
    user_id = identifier(user)
    title = text(name)
    login = text(nick)
    if not (user_id or shop or title or login):
        return None
    named = (("shop", shop), ("login_id", login))
    return Seller(
        platform=channel.platform,
        id=user_id or shop,
        name=title or login,
        url=f"https://{host_of(address)}/" if shop else None,
        location=text(place),
        identifiers=tuple((kind, value) for kind, value in named if value),
    )


def _in_json(data: Json) -> Findings | None:
    return _search_config(data) or _affiliate(data) or _interface_search(data) or _detail(data)


# --- searches ---------------------------------------------------------------------------------


def _search_config(data: Json) -> Findings | None:
    """`g_page_config` (2018)."""
    mods = dig(data, "mods")
    block = dig(mods, "itemlist")
    if not isinstance(mods, dict) or not isinstance(block, dict):
        return None
    items = dig(block, "data.auctions")
    total = count(first(mods, "pager.data.totalCount", "sortbar.data.pager.totalCount"))
    query = text(first(data, "mainInfo.srpGlobal.q"))
    if not isinstance(items, list) or not items:
        if dig(mods, "noresult.status") == "show" or total == 0:
            return Findings(
                kind=PageKind.SEARCH,
                total=0,
                query=query,
                verdict=Verdict.OK_EMPTY,
                reason="Taobao itself says that there are no results",
            )
        if dig(block, "status") == "show":
            raise LayoutChanged("Taobao: mods.itemlist.data holds no auctions")
        return Findings(
            kind=PageKind.SEARCH,
            verdict=Verdict.SHELL_NO_DATA,
            reason="Taobao's search page came without its result list",
        )
    listings = [listing for item in objects(items) if (listing := _auction(item))]
    if not listings:
        raise LayoutChanged("Taobao: none of the auctions carries an nid")
    return Findings(kind=PageKind.SEARCH, listings=unique(listings), total=total, query=query)


def _auction(item: dict[str, Json]) -> Listing | None:
    key = _key(first(item, "nid", "item_id", "itemId", "id"))
    if key is None:
        return None
    url = text(first(item, "detail_url", "auctionURL", "url", "clickUrl")) or ""
    tmall = yes(dig(item, "shopcard.isTmall")) or first(item, "isTmall") in (True, "true", "1")
    channel = _channel(url, tmall=tmall)
    shop = first(item, "shopLink", "shopInfo.url")
    return Listing(
        key=key,
        url=channel.canonical_url(key),
        title=text(first(item, "raw_title", "title")),
        price=amounts.price(
            text(first(item, "view_price", "priceShow.price", "price", "priceWap")),
            currency=_CURRENCY,
        ),
        seller=_seller(
            channel,
            user=first(item, "user_id", "userId", "sellerId"),
            name=first(item, "shopInfo.title", "shopTitle") or item.get("nick"),
            nick=item.get("nick"),
            url=shop,
            place=first(item, "item_loc", "procity", "provcity"),
        ),
        pictures=gallery(first(item, "pic_url", "pic_path", "picPath"), item.get("pics")),
        ad=advertised(first(item, "p4p", "isP4P", "isp4p")),
        ship_from=text(first(item, "item_loc", "procity", "provcity")),
        sold=count(first(item, "view_sales", "realSales", "sold")),
    )


def _interface_search(data: Json) -> Findings | None:
    """The mtop search reply of the React page: data.itemsArray."""
    items = first(data, "data.itemsArray", "itemsArray", "data.data.itemsArray")
    if not isinstance(items, list):
        return None
    total = count(
        first(data, "data.mainInfo.totalResults", "data.totalResults", "data.mainInfo.total")
    )
    listings = [listing for item in objects(items) if (listing := _auction(item))]
    if not listings and total == 0:
        return Findings(
            kind=PageKind.SEARCH, total=0, verdict=Verdict.OK_EMPTY, reason="Taobao itself counts 0"
        )
    return (
        Findings(kind=PageKind.SEARCH, listings=unique(listings), total=total) if listings else None
    )


def _affiliate(data: Json) -> Findings | None:
    """Replies of the Taobao affiliate interface (taobao.tbk.*)."""
    if not isinstance(data, dict):
        return None
    answer = next(
        (v for k, v in data.items() if k.startswith("tbk_") and isinstance(v, dict)), None
    )
    if answer is None:
        return None
    items = first(answer, "result_list.map_data", "results.n_tbk_item", "results.tbk_item")
    total = count(first(answer, "total_results", "total_count"))
    if not isinstance(items, list):
        if total == 0:
            return Findings(
                kind=PageKind.SEARCH,
                total=0,
                verdict=Verdict.OK_EMPTY,
                reason="the interface itself counts 0 results",
            )
        return None
    listings = [listing for item in objects(items) if (listing := _affiliate_item(item))]
    return Findings(kind=PageKind.SEARCH, listings=unique(listings), total=total)


def _affiliate_item(item: dict[str, Json]) -> Listing | None:
    facts = {
        **item,
        **(item.get("item_basic_info") or {}),
        **(item.get("price_promotion_info") or {}),
    }
    key = _key(first(facts, "num_iid", "item_id"))
    if key is None:
        return None
    channel = _channel("", tmall=first(facts, "user_type") in (1, "1"))
    small = first(facts, "small_images.string", "small_images")
    return Listing(
        key=key,
        url=channel.canonical_url(key),
        title=text(first(facts, "title", "short_title")),
        price=amounts.price(
            text(first(facts, "zk_final_price", "final_promotion_price", "reserve_price")),
            currency=_CURRENCY,
        ),
        seller=_seller(
            channel,
            user=facts.get("seller_id"),
            name=first(facts, "shop_title", "nick"),
            nick=facts.get("nick"),
            place=facts.get("provcity"),
        ),
        pictures=gallery(first(facts, "pict_url", "white_image"), small),
        ship_from=text(facts.get("provcity")),
        sold=count(facts.get("volume")),
    )


def _cards(document: Document) -> Findings | None:
    """A search of 2024 or later, saved rendered by a browser: class names end in a hash."""
    page = document.selector
    listings: list[Listing] = []
    for card in page.css("a[id^='item_id_'], [class*='doubleCardWrapper'], [class*='contentInner'],"
                         ".J_MouserOnverReq, #J_ItemList .product"):  # fmt: skip
        href = own(card, "href") or attribute(card.css("a[href*='item.htm']"), "href") or ""
        channel = _channel(href)
        key = channel.identify(href) or _key(
            (own(card, "id") or "").removeprefix("item_id_") or own(card, "data-id")
        )
        title = content_of(
            card, "[class*='title--'], [class*='Title--']", ".title a", ".productTitle"
        )
        if key is None or not title:
            continue
        pieces = [
            piece
            for place in card.css(
                "[class*='priceInt'], [class*='priceFloat'], .price strong, .productPrice em"
            )
            for piece in texts(place)
        ]
        figure = carried("".join(piece.strip() for piece in pieces), *pieces)
        shop = card.css("[class*='shopName'], [class*='ShopInfo'] a, .shopname, .productShop-name")
        listings.append(
            Listing(
                key=key,
                url=channel.canonical_url(key),
                title=title,
                price=amounts.price(figure, currency=_CURRENCY),
                seller=_seller(channel, user=None, name=content(shop), url=attribute(shop, "href")),
                pictures=gallery(image_sources(card)),
                ship_from=content(card.css("[class*='procity'], .location")),
                sold=count(content(card.css("[class*='realSales'], .deal-cnt"))),
            )
        )
    if not listings:
        return None
    return Findings(kind=PageKind.SEARCH, listings=unique(listings))


def _shell(document: Document) -> Findings | None:
    if "main-search/pc-search" in document.text or document.title == "淘宝搜索":
        return Findings(
            kind=PageKind.SEARCH,
            verdict=Verdict.SHELL_NO_DATA,
            reason="a Taobao search shell: the results are loaded by scripts later",
        )
    return None


# --- listings ---------------------------------------------------------------------------------

_FACTS = {
    "user": re.compile(r"(?:sellerId|userid|userId)[\"']?\s*[:=]\s*[\"']?([0-9]{5,20})"),
    "shop": re.compile(r"shopId[\"']?\s*[:=]\s*[\"']?([0-9]{5,20})"),
    "nick": re.compile(r"(?:sellerNick|sellerNickName)[\"']?\s*[:=]\s*[\"']([^\"']{1,120})[\"']"),
    "item": re.compile(
        r"(?:itemId|item_id|itemNumId|auctionNumId|num_iid)[\"']?\s*[:=]\s*[\"']?([0-9]{6,20})"
    ),
}


_DEFAULT_PRICE = re.compile(r"[\"']?defaultItemPrice[\"']?\s*:\s*[\"']([0-9.\s-]{1,40})[\"']")


def _fact(document: Document, name: str) -> str | None:
    found = document.found(_FACTS[name])
    return carried(unquote(found), found) if found else None


def _own_key(document: Document) -> tuple[ListingKey | None, Taobao]:
    for url in document.own_addresses:
        channel = _channel(url)
        key = channel.identify(url)
        if key:
            return key, channel
    return None, TAOBAO


def _listing_classic(document: Document, market: Taobao) -> Findings | None:
    """The pages of 2017 to 2020: Taobao's tb-*, Tmall's tm-* elements."""
    page = document.selector
    title = text(attribute(page.css(".tb-main-title[data-title]"), "data-title")) or content_of(
        page, ".tb-main-title", ".tb-detail-hd h1 a", ".tb-detail-hd h1"
    )
    if not title:
        return None
    key, channel = _own_key(document)
    key = key or _key(attribute(page.css("input[name='item_id'], input[name='itemId']"), "value"))
    key = key or _key(_fact(document, "item"))
    if key is None:
        raise LayoutChanged("Taobao: the listing names no item id")
    if channel is TAOBAO and market is not TAOBAO:
        channel = market
    figure = content_of(
        page, "#J_PromoPriceNum", "#J_StrPrice .tb-rmb-num", ".tb-rmb-num", ".tm-price"
    )
    # Tmall fills the price by script; its first script data holds the usual one.
    default = document.found(_DEFAULT_PRICE)
    price = amounts.price(figure, currency=_CURRENCY) if figure else None
    if price is None and default:
        price = amounts.price(default, currency=_CURRENCY)
    shop = page.css(".tb-shop-name a, a.slogo-shopname, .shop-name a, .shop-intro .shopLink,"
                    ".hd-shop-name a, .tb-seller-name")  # fmt: skip
    seller_name = text(attribute(page.css(".tb-shop-name a"), "title")) or content(shop)
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            Listing(
                key=key,
                url=channel.canonical_url(key),
                title=title,
                price=price,
                seller=_seller(
                    channel,
                    user=_fact(document, "user"),
                    name=seller_name,
                    nick=_fact(document, "nick") or content(page.css(".tb-seller-name")),
                    url=attribute(shop, "href"),
                ),
                pictures=gallery(image_sources(page.css("#J_UlThumb"))),
                ship_from=content(page.css("#J_deliveryAdd, .tb-deliveryAdd")),
                attributes=_attribute_lines(page.css("#J_AttrUL li, .attributes-list li")),
            ),
        ),
    )


def _attribute_lines(lines: "list[Tree]") -> tuple[tuple[str, str], ...]:
    found = []
    for line in lines[:100]:
        shown = content([line]) or ""
        name, separator, value = re.sub("：", ":", shown, count=1).partition(":")
        if separator and name.strip() and value.strip():
            found.append((carried(name.strip(), shown), carried(value.strip(), shown)))
    return tuple(dict.fromkeys(found))


def _listing_rendered(document: Document, market: Taobao) -> Findings | None:
    """A listing of 2023 or later, saved rendered: class names end in a hash."""
    page = document.selector
    key, channel = _own_key(document)
    title = text(attribute(page.css("[class*='mainTitle--'][title]"), "title")) or content_of(
        page, "[class*='mainTitle--']", "[class*='ItemTitle--']", "[class*='mainTitle']"
    )
    if not title:
        return None
    key = key or _key(_fact(document, "item"))
    if key is None:
        raise LayoutChanged("Taobao: the rendered listing names no item id")
    if channel is TAOBAO and market is not TAOBAO:
        channel = market
    figure = content_of(
        page,
        "[class*='highlightPrice'] [class*='text--']",
        "[class*='highlightPrice']",
        "[class*='Price--extraPriceText']",
        "[class*='Price--priceText']",
        "[class*='priceWrap'] [class*='text']",
        "[class*='priceWrap']",
    )
    shop = page.css("[class*='shopName'], [class*='ShopHeader--title'], [data-spm='shop_block'] a")
    shop_url = attribute(page.css("a[class*='shop'][href], a[class*='Shop'][href]"), "href")
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            Listing(
                key=key,
                url=channel.canonical_url(key),
                title=title,
                price=amounts.price(figure, currency=_CURRENCY) if figure else None,
                seller=_seller(
                    channel,
                    user=_fact(document, "user"),
                    name=content(shop),
                    nick=_fact(document, "nick"),
                    url=shop_url,
                ),
                pictures=gallery(
                    image_sources(page.css("[class*='thumbnail'], [class*='picGallery'],"
                                           "[class*='PicGallery'], [class*='mainPic']"))
                ),
                ship_from=content(page.css("[class*='deliveryAddr'], [class*='delivery-from']")),
                attributes=_parameter_pairs(page),
            ),
        ),
    )  # fmt: skip


def _parameter_pairs(page: "Tree") -> tuple[tuple[str, str], ...]:
    found = []
    for row in page.css("[class*='emphasisParamsInfoItem--'], [class*='generalParamsInfoItem--'],"
                        "[class*='infoItem--']")[:100]:  # fmt: skip
        name = content(row.css("[class*='SubTitle'], [class*='ItemTitle'], [class*='Title']"))
        lines = [content([part]) for part in row.xpath("./*")]
        value = next((line for line in lines if line and line != name), None)
        if name and value:
            found.append((name, value))
    return tuple(dict.fromkeys(found))


def _detail(data: Json) -> Findings | None:
    """The mtop detail reply (data.item, data.seller), as a person's HAR may hold it."""
    item = dig(data, "data.item")
    key = _key(first(item, "itemId", "item_id")) if isinstance(item, dict) else None
    if key is None:
        return None
    seller = dig(data, "data.seller")
    tmall = (text(first(seller, "shopType", "type")) or "") in {"B", "tmall"}
    channel = _channel(text(first(seller, "pcShopUrl", "shopUrl")) or "", tmall=tmall)
    figure = first(data, "data.price.price.priceText", "data.componentsVO.priceVO.price.priceText",
                   "data.price.extraPrices.0.priceText")  # fmt: skip
    return Findings(
        kind=PageKind.LISTING,
        listings=(
            Listing(
                key=key,
                url=channel.canonical_url(key),
                title=text(first(item, "title")),
                price=amounts.price(text(figure), currency=_CURRENCY),
                seller=_seller(
                    channel,
                    user=first(seller, "userId", "sellerId"),
                    name=first(seller, "shopName", "sellerNick"),
                    nick=first(seller, "sellerNick"),
                    url=first(seller, "pcShopUrl", "shopUrl"),
                ),
                pictures=gallery(first(item, "images")),
            ),
        ),
    )


TAOBAO = Taobao(
    Platform.TAOBAO,
    _TAOBAO,
    item="https://item.taobao.com/item.htm",
    search="https://s.taobao.com/search?q=",
    marks=("g_page_config", "item.taobao.com/item.htm", "s.taobao.com/search", "tbk_", "J_UlThumb",
           "main-search/pc-search", "login.taobao.com/member"),
    title_marks=("淘宝网", "淘宝搜索"),
)  # fmt: skip
TMALL = Taobao(
    Platform.TMALL,
    _TMALL,
    item="https://detail.tmall.com/item.htm",
    search="https://list.tmall.com/search_product.htm?q=",
    marks=("detail.tmall.com/item.htm", "tmallConfig", "TShop.Setup", "list.tmall.com"),
    title_marks=("天猫", "tmall.com"),
)
TMALL_GLOBAL = Taobao(
    Platform.TMALL_GLOBAL,
    _TMALL_GLOBAL,
    item="https://detail.tmall.hk/hk/item.htm",
    search="https://list.tmall.hk/search_product.htm?q=",
    marks=("detail.tmall.hk", "list.tmall.hk"),
    title_marks=("天猫国际", "tmall.hk"),
)
