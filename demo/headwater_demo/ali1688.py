"""1688 as rehearsed: search as of 2020 (data) and 2026 (rendered), both listing templates of 2025.

Only the structure (variable names, field names, class names, nesting) is the platform's.
"""

import json
import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from headwater_demo.offers import Offer, Picture

HOST = "detail.1688.com"
SEARCH_HOST = "s.1688.com"
MISSING_HOST = "page.1688.com"
MISSING_PATH = "/shtml/static/wrongpage.html"
PICTURE_HOST = "cbu01.alicdn.com"


def user_id(offer: Offer) -> str:
    """The seller's number, the digits of the member id; it stands in every picture's name."""
    return re.sub(r"\D", "", offer.shop.member.removeprefix("b2b-"))


def picture_path(offer: Offer, picture: Picture) -> str:
    token = picture.token(offer.shop)
    return f"/img/ibank/O1CN01{token[:8]}1{token[8:20]}_!!{user_id(offer)}-0-cib.jpg"


def listing_url(offer: Offer) -> str:
    return f"https://{HOST}/offer/{offer.id}.html"


def search_url(query: str) -> str:
    return f"https://{SEARCH_HOST}/selloffer/offer_search.htm?charset=utf8&keywords={quote(query)}"


def _shop_url(offer: Offer) -> str:
    return f"https://{offer.shop.subdomain}.1688.com"


def search_page(
    offers: Sequence[Offer], *, query: str, total: int, page: int, page_size: int
) -> str:
    """A page of results with its data in `window.data.offerresultData` (2020)."""
    answer = {
        "encode": "UTF-8",
        "code": 200,
        "msg": "OK",
        "data": {
            "offerList": [_found(offer) for offer in offers],
            "offerSize": len(offers),
            "totalCount": total,
            "pageCount": -(-total // page_size),
            "emptyOfferType": 0 if offers else 1,
        },
    }
    config = {"code": 200, "data": {"keywords": query, "beginPage": page}}
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{escape(query)}_批发_供应_阿里巴巴</title></head><body>
<div id="sm-offer-list"></div>
<script>
window.data = window.data || {{}};
function successDataCheck(data) {{ return data; }}
window.data.offerresultData=successDataCheck({_script(answer)});
window.data.pageConfigData=successDataCheck({_script(config)});
</script></body></html>
"""


def _found(offer: Offer) -> dict[str, object]:
    province, _, city = offer.shop.place.partition(" ")
    picture = f"https://{PICTURE_HOST}{picture_path(offer, offer.pictures[0])}"
    return {
        "id": int(offer.id),
        "information": {"subject": escape(offer.title), "simpleSubject": offer.title},
        "tradePrice": {
            "offerPrice": {
                "valueString": str(offer.tiers[0][1]),
                "quantityPrices": [
                    {"quantity": _span(offer, number), "valueString": str(amount)}
                    for number, (_, amount) in enumerate(offer.tiers)
                ],
            }
        },
        "tradeQuantity": {"quantityBegin": offer.tiers[0][0], "unit": offer.unit},
        "company": {
            "name": offer.shop.name,
            "memberId": offer.shop.member,
            "province": province,
            "city": city,
            "url": _shop_url(offer),
            "bizTypeName": "生产厂家",
        },
        "image": {
            "imgUrl": picture.replace(".jpg", ".search.jpg"),
            "imgUrlOf220x220": picture.replace(".jpg", ".220x220.jpg"),
        },
        "aliTalk": {"type": "p4p" if offer.ad else "normal", "loginId": offer.shop.name[:8]},
        "eurl": listing_url(offer),
    }


def _span(offer: Offer, number: int) -> str:
    least = offer.tiers[number][0]
    if number + 1 == len(offer.tiers):
        return f"≥{least}"
    return f"{least}~{offer.tiers[number + 1][0] - 1}"


def rendered_search_page(offers: Sequence[Offer], *, query: str) -> str:
    """The same results as a browser shows them (2026): cards only, and an ad's card has no id."""
    cards = "".join(_card(number, offer) for number, offer in enumerate(offers))
    return f"""<!DOCTYPE html>
<html lang="zh-cmn-Hans"><head><meta charset="utf-8">
<title>{escape(query)}_批发_供应_阿里巴巴</title></head><body>
<div class="space-common-offerlist"><div class="feeds-wrapper">{cards}</div></div>
</body></html>
"""


def _card(number: int, offer: Offer) -> str:
    picture = f"https://{PICTURE_HOST}{picture_path(offer, offer.pictures[0])}"
    whole, _, fraction = str(offer.tiers[0][1]).partition(".")
    tag = '<div class="adTag"></div>' if offer.ad else ""
    inside = (
        f'<div class="ad-offer-img-wrapper"><img class="main-img"'
        f' src="{picture}_460x460q100.jpg_.webp">{tag}</div>'
        f'<div class="offer-title-row"><div class="title-text"><div>{escape(offer.title)}</div>'
        f'</div></div><div class="offer-price-row"><div class="price-item"><div>¥</div>'
        f'<div class="text-main">{whole}</div><div>.{fraction}</div></div>'
        f'<div class="desc-text">已售{offer.sold}+件</div></div>'
        f'<div class="offer-shop-row"><div class="col-left"><a class="offer-desc-item"'
        f' href="{_shop_url(offer)}"><div class="desc-text">{escape(offer.shop.name)}</div></a>'
        f"</div></div>"
    )
    if offer.ad:
        return f'<div class="search-offer-item">{inside}</div>'
    link = f"http://detail.m.1688.com/page/index.html?offerId={offer.id}&amp;sortType="
    key = f"1_{number}_normal_{offer.shop.member}_{offer.id}"
    return (
        f'<a href="{link}" target="_blank" data-renderkey="{key}" data-index="{number}"'
        f' class="search-offer-wrapper search-offer-item major-offer">{inside}</a>'
    )


def listing_page(offer: Offer) -> str:
    """A listing in the template that its seller still has."""
    return _init_data_page(offer) if offer.older_template else _context_page(offer)


def _pictures(offer: Offer) -> list[str]:
    return [f"https://{PICTURE_HOST}{picture_path(offer, one)}" for one in offer.pictures]


def _prices(offer: Offer) -> list[dict[str, object]]:
    return [{"price": str(amount), "beginAmount": least} for least, amount in offer.tiers]


def _features(offer: Offer) -> list[dict[str, object]]:
    return [{"name": name, "value": value, "values": [value]} for name, value in offer.attributes]


def _context_page(offer: Offer) -> str:
    unit, title, pictures = offer.unit, offer.title, _pictures(offer)
    prices = _prices(offer)
    model = {
        "offerDetail": {
            "offerId": int(offer.id),
            "subject": title,
            "status": "PUBLISHED",
            "imageList": [
                {
                    "fullPathImageURI": one,
                    "size220x220ImageURI": one.replace(".jpg", ".220x220.jpg"),
                }
                for one in pictures
            ],
            "featureAttributes": _features(offer),
            "offerSystemAttributes": {"createDate": 1780000000000},
        },
        "sellerModel": {
            "companyName": offer.shop.name,
            "loginId": offer.shop.name[:8],
            "memberId": offer.shop.member,
            "userId": int(user_id(offer)),
            "winportUrl": _shop_url(offer),
        },
        "tradeModel": {
            "beginAmount": offer.tiers[0][0],
            "maxPrice": str(offer.tiers[0][1]),
            "minPrice": str(offer.tiers[-1][1]),
            "offerPriceModel": {"currentPrices": prices, "priceDisplayType": "rangePrice"},
            "saleCount": offer.sold,
            "unit": unit,
        },
        "detailDescription": {"freightInfo": {"location": offer.shop.place.replace(" ", "省")}},
    }
    data = {
        "productTitle": {"fields": {"title": title, "unit": unit, "saleNum": f"{offer.sold}+"}},
        "gallery": {
            "fields": {"offerId": int(offer.id), "subject": title, "offerImgList": pictures}
        },
        "mainPrice": {
            "fields": {
                "unit": unit,
                "priceModel": {"currentPrices": prices, "priceDisplayType": "rangePrice"},
            }
        },
        "productPackInfo": {"fields": {"skuWeight": "WEIGHTS"}},
        "Root": {
            "fields": {
                "dataJson": {
                    "offerBaseInfo": {
                        "offerId": int(offer.id),
                        "sellerMemberId": offer.shop.member,
                        "sellerUserId": int(user_id(offer)),
                    }
                }
            }
        },
    }
    context = {
        "result": {"data": data, "global": {"globalData": {"model": model}, "name": "default"}},
        "version": "0.0.37",
    }
    # The platform's object is JavaScript, not JSON: the keys of this one stand without quotes.
    script = _script(context).replace('"WEIGHTS"', "{6065900000001:0.31,6065900000002:0.33}")
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)} - 阿里巴巴</title>
<link rel="canonical" href="{listing_url(offer)}"></head><body>
<div id="app"><div class="title-content"><h1>{escape(title)}</h1></div></div>
<script>
window.contextPath = "/default";
window.context=(function(b,d){{return Object.assign(d,{{module:b}})}})(window.contextPath,{script});
</script></body></html>
"""


def _init_data_page(offer: Offer) -> str:
    shop, number = offer.shop, int(user_id(offer))
    pictures = [
        {
            "fullPathImageURI": one,
            "imageURI": one.removeprefix(f"https://{PICTURE_HOST}/"),
            "size220x220ImageURI": one.replace(".jpg", ".220x220.jpg"),
        }
        for one in _pictures(offer)
    ]
    data = {
        "data": {
            "137725730001": {
                "componentType": "@ali/tdmod-od-pc-offer-title",
                "data": {"title": offer.title},
            },
            "137725730002": {
                "componentType": "@ali/tdmod-od-pc-offer-price",
                "data": {
                    "displayType": "normal-range",
                    "priceModel": {
                        "currentPrices": _prices(offer),
                        "priceDisplayType": "rangePrice",
                    },
                },
            },
            "137725730003": {
                "componentType": "@ali/tdmod-od-pc-attribute-new",
                "data": _features(offer),
            },
            "137725730004": {
                "componentType": "@ali/tdmod-od-pc-offer-logistics",
                "data": {"location": offer.shop.place.replace(" ", "省"), "unit": offer.unit},
            },
        },
        "globalData": {
            "tempModel": {
                "offerId": int(offer.id),
                "offerTitle": offer.title,
                "offerUnit": offer.unit,
                "companyName": shop.name,
                "sellerLoginId": shop.name[:8],
                "sellerMemberId": shop.member,
                "sellerUserId": number,
                "saledCount": offer.sold,
            },
            "images": pictures,
            "skuModel": {"skuPriceScale": str(offer.tiers[0][1]), "skuProps": []},
            "offerBaseInfo": {"offerId": int(offer.id), "sellerMemberId": shop.member},
        },
    }
    store = {"components": {"1": {"moduleData": {"companyName": shop.name}}}}
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(offer.title)} - 阿里巴巴</title>
<link rel="canonical" href="{listing_url(offer)}"></head><body>
<script>window.__STORE_DATA={_script(store)}</script>
<script>
window.__GLOBAL_DADA={{"isLogin":false}}; window.__INIT_DATA={_script(data)}
</script></body></html>
"""


def missing_page() -> str:
    return """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>页面不存在 - 阿里巴巴</title></head>
<body><h1>很抱歉，您查看的商品不存在，可能已下架或者被转移。</h1></body></html>
"""


def _script(data: object) -> str:
    """JSON that may stand in a script element."""
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
