"""Alibaba.com as rehearsed: search pages as of 2025-12, listing pages as a browser renders them.

Only the structure (variable names, field names, class names, nesting) is the platform's.
"""

import json
import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote_plus

from headwater_demo.offers import Offer, Picture

HOST = "www.alibaba.com"
PICTURE_HOST = "s.alicdn.com"


def picture_path(offer: Offer, picture: Picture) -> str:
    token = picture.token(offer.shop)
    return f"/@sc04/kf/H{token}{token[5]}.jpg"


def listing_url(offer: Offer) -> str:
    slug = "-".join(re.findall(r"[A-Za-z0-9]+", offer.title)[:6])
    return f"https://{HOST}/product-detail/{slug}_{offer.id}.html"


def search_url(query: str) -> str:
    return f"https://{HOST}/trade/search?tab=all&SearchText={quote_plus(query)}"


def search_page(
    offers: Sequence[Offer], *, query: str, total: int, page: int, page_size: int
) -> str:
    """A page of results, as data and as cards."""
    result = {
        "adCount": sum(offer.ad for offer in offers),
        "firstScreen": True,
        "offers": [_offer(offer, query) for offer in offers],
        "paginationData": {"beginPage": page, "pageCount": -(-total // page_size)},
        "resultCount": f"{total:,}",
        "totalCount": total,
    }
    data = {
        "pageCommonData": {"dir": "ltr", "locale": "en_US"},
        "offerResultData": result,
        "keyword": query,
        "requestData": {"charset": "UTF-8", "servletPath": "/trade/search", "tab": "all"},
    }
    cards = "".join(_card(offer) for offer in offers)
    if not offers:
        cards = f"<p>No results found for {escape(query)}</p>"
    script = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return f"""<!DOCTYPE html>
<html class="rwd" dir="ltr" lang="en_US"><head><meta charset="utf-8">
<title>{escape(query)} - Alibaba.com</title>
<link rel="canonical" href="{escape(search_url(query))}">
</head><body>
<script>window.__page__data_sse10 = window.__page__data_sse10 || {{}};</script>
<script>
window.__page__data_sse10._offer_list = {script}
</script>
<div class="organic-list app-organic-search-mb-20 viewtype-list">{cards}</div>
</body></html>
"""


def _offer(offer: Offer, query: str) -> dict[str, object]:
    least, dearest = offer.tiers[0]
    cheapest = offer.tiers[-1][1]
    price = f"${dearest}" if cheapest == dearest else f"${cheapest}-{dearest}"
    images = [
        f"https://{PICTURE_HOST}{picture_path(offer, picture)}_300x300.jpg"
        for picture in offer.pictures
    ]
    fields: dict[str, object] = {
        "id": int(offer.id),
        "productId": offer.id,
        "title": _marked(offer.title, query),
        "price": price,
        "moq": f"Min. order: {least} {offer.unit}",
        "moqV2": f"Min. order: {least} {offer.unit}",
        "companyId": offer.shop.id,
        "companyName": offer.shop.name,
        "countryCode": offer.shop.place,
        "goldSupplierYears": f"{offer.shop.years} yr{'s' if offer.shop.years > 1 else ''}",
        "supplierHref": f"//{offer.shop.subdomain}.en.alibaba.com/company_profile.html",
        "supplierHomeHref": f"//{offer.shop.subdomain}.en.alibaba.com/",
        "mainImage": images[0],
        "multiImage": images,
        "productUrl": f"{listing_url(offer).removeprefix('https:')}?priceId=rehearsal",
        "reviewCount": "7",
        "reviewScore": "4.8",
        "tradeProduct": False,
    }
    if offer.ad:
        fields |= {"isP4P": True, "isShowAd": True, "adInfo": {"campaignType": "50"}}
    return fields


def _marked(title: str, query: str) -> str:
    """The title as the platform sends it: with the words of the query in bold."""
    for word in query.split():
        title = re.sub(rf"(?i)\b({re.escape(word)})\b", r"<strong>\1</strong>", title)
    return title


def _card(offer: Offer) -> str:
    image = f"https://{PICTURE_HOST}{picture_path(offer, offer.pictures[0])}_300x300.jpg"
    link = f"{escape(listing_url(offer).removeprefix('https:'))}?priceId=rehearsal"
    return (
        f'<div class="fy26-product-card-wrapper list-card" data-ctrdot="{offer.id}">'
        f'<a class="searchx-product-e-slider__link" href="{link}">'
        f'<img class="searchx-product-e-slider__img" src="{image}"></a>'
        f'<h2 class="searchx-product-e-title"><a href="{link}">{escape(offer.title)}</a></h2>'
        f'<a class="searchx-product-e-company" href="//{offer.shop.subdomain}.en.alibaba.com/">'
        f"{escape(offer.shop.name)}</a></div>"
    )


def listing_page(offer: Offer) -> str:
    """A listing as it stands in the browser: no data variable, only elements."""
    shop, shown = offer.shop, escape(offer.title)
    images = [f"//{PICTURE_HOST}{picture_path(offer, one)}" for one in offer.pictures]
    thumbnails = "".join(
        f'<div role="group"><div style="background-image: url(&quot;{image}_80x80.jpg&quot;);">'
        f'<img src="{image}_80x80.jpg" alt=""></div></div>'
        for image in images
    )
    store = f"https://{shop.subdomain}.en.alibaba.com/index.html?from=detail&productId={offer.id}"
    return f"""<!DOCTYPE html>
<html lang="en" class="rwd" dir="ltr"><head><meta charset="utf-8">
<title>{shown} - Buy on Alibaba.com</title>
<link rel="canonical" href="{escape(listing_url(offer))}"></head>
<body data-spm="details" class="details-page" data-pdp="true">
<div data-module-name="module_title" class="module_title"><div class="product-title-container">
<h1 title="{shown}">{shown}</h1></div></div>
<div data-module-name="module_company" class="module_company"><div class="product-company">
<div class="product-company-info"><span class="company-name">
<a href="{escape(store)}" target="_blank" title="{escape(shop.name)}">{escape(shop.name)}</a></span>
<span class="id-truncate">Custom Manufacturer</span>
<span class="company-life">{shop.years} yr{"s" if shop.years > 1 else ""}</span>
<span class="register-country">{shop.place}</span></div></div></div>
<div data-module-name="module_image" class="module_image">
<div data-testid="product-image-list" role="region">{thumbnails}</div>
<div data-testid="media-image"><div class="current-main-image">
<img src="https:{images[0]}_960x960q80.jpg"></div></div></div>
<div data-module-name="module_price" class="module_price">
<div data-testid="ladder-price">{_ladder(offer)}</div></div>
<div data-module-name="module_attribute" class="module_attribute">
<div data-testid="module-attribute" id="key-attributes"><h2>Key attributes</h2>
<div class="id-grid">{_attributes(offer)}</div></div></div>
</body></html>
"""


def _ladder(offer: Offer) -> str:
    rows = []
    for (least, amount), following in zip(offer.tiers, [*offer.tiers[1:], None], strict=True):
        span = f"{least} - {following[0] - 1}" if following else f">= {least}"
        rows.append(
            f'<div class="price-item"><div>{escape(span)} {offer.unit}</div>'
            f"<div><span>${amount}</span></div></div>"
        )
    return "".join(rows)


def _attributes(offer: Offer) -> str:
    return "".join(
        f'<div class="id-grid id-grid-cols-[2fr_3fr]">'
        f'<div title="{escape(name)}"><div>{escape(name)}</div></div>'
        f'<div title="{escape(value)}"><div>{escape(value)}</div></div></div>'
        for name, value in offer.attributes
    )


def missing_page() -> str:
    return """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Page not found - Alibaba.com</title></head>
<body><h1>Sorry, this product is no longer available</h1></body></html>
"""
