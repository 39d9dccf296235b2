"""AliExpress as rehearsed: search pages as of 2025, listing pages as of 2023, in our own words.

Only the structure (variable names, field names, nesting) is the platform's.
"""

import json
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from headwater_demo.offers import Offer, Picture

HOST = "www.aliexpress.com"
PICTURE_HOST = "ae-pic-a1.aliexpress-media.com"
_SECOND_ID = 2**51
"""What the site for the United States adds to an item's id."""


def picture_path(offer: Offer, picture: Picture) -> str:
    token = picture.token(offer.shop)
    return f"/kf/S{token}{token[7]}.jpg"


def listing_url(offer: Offer) -> str:
    return f"https://{HOST}/item/{offer.id}.html"


def search_url(query: str) -> str:
    return f"https://{HOST}/w/wholesale-{quote('-'.join(query.split()))}.html"


def second_id(offer: Offer) -> str:
    """The id under which the site for the United States shows the offer."""
    return str(int(offer.id) + _SECOND_ID)


def search_page(
    offers: Sequence[Offer], *, query: str, total: int, page: int, page_size: int
) -> str:
    """A page of results: all in the data, only the first eight as cards, as the platform does."""
    data = {
        "hierarchy": {"root": "root", "structure": {"root": ["main2023"]}},
        "data": {
            "root": {
                "fields": {
                    "mods": {"itemList": {"content": [_item(offer) for offer in offers]}},
                    "pageInfo": {
                        "searchResultType": "normal_result" if offers else "zero_result",
                        "totalResults": total,
                        "page": page,
                        "pageSize": page_size,
                        "success": True,
                        "finished": page * page_size >= total,
                        "trace": {"utLogMap": {"query": query, "hitDocs": total}},
                    },
                    "runConfigs": {"searchQuery": {"SearchText": query}},
                }
            }
        },
    }
    if offers:
        body = f'<div id="card-list">{"".join(_card(offer) for offer in offers[:8])}</div>'
    else:
        shown = escape(query)
        body = f'<p>Sorry, your search "{shown}" did not match any products. Please try again.</p>'
    canonical = escape(search_url(query))
    # The last script and the frame are on good pages too: a blocked background call, no block.
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{escape(query)} - Buy {escape(query)} on AliExpress</title>
<link rel="canonical" href="{canonical}">
<script>window._dida_config_ = {{"pageName":"search-pc"}};/*!-->init-data-start--*/
window._dida_config_._init_data_= {{ data: {_script(data)} }}/*!-->init-data-end--*/</script>
</head><body data-spm="productlist">
<div id="root">{body}</div>
<script>window.__baxia__ = {{"options":{{"paramsType":["uab"]}}}};
var frame = "//acs.aliexpress.com/h5/rehearsal/1.0/_____tmd_____/punish?x5secdata=none";</script>
</body></html>
"""


def _item(offer: Offer) -> dict[str, object]:
    amount = offer.tiers[0][1]
    # Both ids are in use: every third item comes under its global one.
    shown_id = offer.id if int(offer.id) % 3 == 0 else second_id(offer)
    detail = {"itemId": shown_id, "fromPage": "search", "shipFrom": "CN"}
    images = [
        {"imgUrl": f"//{PICTURE_HOST}{picture_path(offer, picture)}_350x350xz.jpg", "imgType": "0"}
        for picture in offer.pictures
    ]
    return {
        "itemType": "productV3",
        "productType": "ad" if offer.ad else "natural",
        "productId": shown_id,
        "redirectedId": shown_id,
        "lunchTime": "2026-06-02 00:00:00",
        "image": images[0],
        "title": {"displayTitle": offer.title},
        "prices": {
            "currencySymbol": "$",
            "salePrice": {
                "priceType": "sale_price",
                "currencyCode": offer.currency,
                "minPrice": float(amount),
                "formattedPrice": f"US ${amount}",
                "cent": int(amount * 100),
            },
        },
        "trade": {"tradeDesc": f"{offer.sold} sold"},
        "evaluation": {"starRating": 4.6},
        "store": {
            "storeId": int(offer.shop.id),
            "aliMemberId": int(offer.shop.member),
            "storeName": offer.shop.name,
            "storeUrl": f"//{HOST}/store/{offer.shop.id}",
        },
        "trace": {
            "pdpParams": {"pdp_cdi": quote(json.dumps(detail))},
            "utLogMap": {"x_object_id": offer.id, "x_object_type": "productV3"},
        },
        "images": images,
    }


def _card(offer: Offer) -> str:
    first = f"//{PICTURE_HOST}{picture_path(offer, offer.pictures[0])}"
    return (
        f'<div class="search-item-card-wrapper-gallery"><a class="search-card-item"'
        f' href="//{HOST}/item/{second_id(offer)}.html?algo_pvid=rehearsal" target="_blank">'
        f'<img src="{first}_480x480q75.jpg_.avif" alt="{escape(offer.title)}">'
        f"<h3>{escape(offer.title)}</h3><div>US ${offer.tiers[0][1]}</div>"
        f"<span>{escape(offer.shop.name)}</span></a></div>"
    )


def listing_page(offer: Offer) -> str:
    """A listing with its data in `window.runParams`, in components (2023 to mid-2024)."""
    amount = offer.tiers[0][1]
    price = {"currency": offer.currency, "value": float(amount), "formatedAmount": f"US ${amount}"}
    list_price = {
        "currency": offer.currency,
        "value": float(amount * 2),
        "formatedAmount": f"US ${amount * 2}",
    }
    images = [f"https://{PICTURE_HOST}{picture_path(offer, one)}" for one in offer.pictures]
    data = {
        "productInfoComponent": {"id": int(offer.id), "idStr": offer.id, "subject": offer.title},
        "priceComponent": {
            "discountPrice": {"minActivityAmount": price, "maxActivityAmount": price},
            "origPrice": {"minAmount": list_price, "maxAmount": list_price},
            "skuPriceList": [
                {"skuId": 1, "skuVal": {"skuActivityAmount": price, "skuAmount": list_price}}
            ],
        },
        "imageComponent": {
            "imagePathList": images,
            "summImagePathList": [f"{image}_50x50.jpg" for image in images],
        },
        "sellerComponent": {
            "storeName": offer.shop.name,
            "storeNum": int(offer.shop.id),
            "adminSeq": int(offer.shop.member),
            "storeURL": f"//{HOST}/store/{offer.shop.id}",
            "countryCompleteName": "China",
            "openTime": 1780000000000 - offer.shop.years * 31_557_600_000,
            "openedYear": offer.shop.years,
        },
        "productPropComponent": {
            "props": [{"attrName": name, "attrValue": value} for name, value in offer.attributes]
        },
        "tradeComponent": {"formatTradeCount": str(offer.sold), "tradeCountUnit": "sold"},
        "currencyComponent": {"currencyCode": offer.currency},
    }
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(offer.title)} - AliExpress</title>
<link rel="canonical" href="{listing_url(offer)}">
<meta property="og:type" content="product">
<meta property="og:title" content="{escape(offer.title)}| | - AliExpress">
<meta property="og:image" content="{images[0]}">
<script>
window.runParams = {{
    data: {_script(data)},
    csrfToken: '',
    abVersion: '',
}};
</script></head><body><div id="root"><h1>{escape(offer.title)}</h1></div></body></html>
"""


def missing_page() -> str:
    """What a listing shows that was taken down: HTTP 200 and a kind word."""
    return """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>AliExpress</title></head>
<body><h1>Sorry, the page you requested can not be found:(</h1>
<a href="//www.aliexpress.com/">Back to the home page</a></body></html>
"""


def _script(data: object) -> str:
    """JSON that may stand in a script element."""
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
