"""Lazada as rehearsed, in Singapore: the search with `pageData`, a listing with `__moduleData__`.

Only the structure (variable names, field names, nesting) is the platform's.
"""

import json
import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote_plus

from headwater_demo.offers import Offer, Picture

HOST = "www.lazada.sg"
PICTURE_HOST = "sg-test-11.slatic.net"


def item_id(offer: Offer) -> str:
    return offer.id.removeprefix("sg-")


def picture_path(offer: Offer, picture: Picture) -> str:
    return f"/p/{picture.token(offer.shop)}.jpg"


def listing_url(offer: Offer) -> str:
    slug = "-".join(re.findall(r"[a-z0-9]+", offer.title.lower())[:6])
    return f"https://{HOST}/products/{slug}-i{item_id(offer)}-s{item_id(offer)}.html"


def search_url(query: str) -> str:
    return f"https://{HOST}/catalog/?q={quote_plus(query)}"


def search_page(
    offers: Sequence[Offer], *, query: str, total: int, page: int, page_size: int
) -> str:
    """A page of results with its data in `window.pageData` (2024)."""
    info = {
        "totalResults": str(total),
        "pageSize": str(page_size),
        "noMorePages": page * page_size >= total,
        "q": query,
    }
    mods = {"listItems": [_found(offer) for offer in offers]}
    data = json.dumps({"mods": mods, "mainInfo": info}, ensure_ascii=False).replace("</", "<\\/")
    return (
        f"<!DOCTYPE html><html><head><title>{escape(query)} | Lazada Singapore</title>"
        f'<link rel="canonical" href="{escape(search_url(query))}"></head>'
        f"<body><script>window.pageData={data};</script></body></html>"
    )


def _found(offer: Offer) -> dict[str, object]:
    _, price = offer.tiers[0]
    return {
        "name": offer.title,
        "nid": item_id(offer),
        "itemId": item_id(offer),
        "itemUrl": listing_url(offer).removeprefix("https:") + "?search=1",
        "image": f"https://{PICTURE_HOST}{picture_path(offer, offer.pictures[0])}",
        "priceShow": f"${price}",
        "price": str(price),
        "location": offer.shop.place,
        "sellerName": offer.shop.name,
        "sellerId": offer.shop.member,
        "itemSoldCntShow": f"{offer.sold} sold",
    }


def listing_page(offer: Offer) -> str:
    """A listing with its data in `__moduleData__` (2023)."""
    sku = item_id(offer)
    _, price = offer.tiers[0]
    gallery = [
        {"type": "img", "src": f"//{PICTURE_HOST}{picture_path(offer, one)}"}
        for one in offer.pictures
    ]
    fields = {
        "product": {"title": offer.title, "link": listing_url(offer)},
        "seller": {"name": offer.shop.name, "sellerId": offer.shop.member},
        "primaryKey": {"itemId": sku, "skuId": sku, "sellerId": offer.shop.member},
        "skuInfos": {sku: {"price": {"salePrice": {"text": f"${price}", "value": float(price)}}}},
        "skuGalleries": {sku: gallery},
        "tracking": {"core": {"country": "SG"}},
        "specifications": {sku: {"features": dict(offer.attributes)}},
    }
    data = json.dumps({"data": {"root": {"fields": fields}}}, ensure_ascii=False)
    data = data.replace("</", "<\\/")
    return (
        f"<!DOCTYPE html><html><head><title>{escape(offer.title)} | Lazada Singapore</title>"
        f'<link rel="canonical" href="{escape(listing_url(offer))}"></head>'
        f"<body><h1>{escape(offer.title)}</h1>"
        f"<script>var __moduleData__ = {data};</script></body></html>"
    )


def missing_page() -> str:
    return "<title>404 | Lazada Singapore</title><h1>The page you requested was not found</h1>"
