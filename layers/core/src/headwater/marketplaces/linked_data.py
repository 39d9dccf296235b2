"""What a shop's page says about its product in JSON-LD, microdata and Open Graph."""

from dataclasses import dataclass
from decimal import Decimal

from headwater.domain.money import Price
from headwater.marketplaces import amounts
from headwater.marketplaces.document import Document
from headwater.marketplaces.lookup import Json, dig, first, objects, text
from headwater.marketplaces.origins import carried
from headwater.marketplaces.pictures import gallery

_PRODUCTS = {"Product", "ProductGroup", "IndividualProduct"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as machine-readable markup states it."""

    name: str | None
    url: str | None
    sku: str | None
    brand: str | None
    seller: str | None
    description: str | None
    price: Price | None
    pictures: tuple[str, ...]


def product_of(document: Document) -> Product | None:
    """The page's first JSON-LD Product; None where it states none."""
    for node in _nodes(document):
        kinds = node.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(kind, str) and kind in _PRODUCTS for kind in kinds):
            return _product(node)
    return None


def _nodes(document: Document) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = []
    for value in document.linked_data():
        level = value if isinstance(value, list) else [value]
        for node in objects(level):
            found.append(node)
            found.extend(objects(node.get("@graph")))
            main = node.get("mainEntity")
            found.extend([main] if isinstance(main, dict) else [])
    return found


def _product(node: dict[str, Json]) -> Product:
    offers = node.get("offers") or dig(node, "hasVariant.0.offers")
    offer = offers if isinstance(offers, dict) else next(objects(offers), {})
    seller = first(offer, "seller.name", "offers.0.seller.name", "offeredBy.name")
    images = node.get("image")
    images = images if isinstance(images, list) else [images]
    return Product(
        name=text(node.get("name")),
        url=text(first(node, "url", "@id") or first(offer, "url")),
        sku=text(first(node, "sku", "productID", "mpn", "gtin13")),
        brand=text(first(node, "brand.name", "brand.0.name", "brand")),
        seller=text(seller),
        description=text(node.get("description")),
        price=_price(offers),
        pictures=gallery(
            [first(i, "url", "contentUrl") if isinstance(i, dict) else i for i in images]
        ),
    )


def _price(offers: Json) -> Price | None:
    single = [offers] if isinstance(offers, dict) else list(objects(offers))
    found: list[Price] = []
    for offer in single:
        currency = first(offer, "priceCurrency", "priceSpecification.priceCurrency",
                         "priceSpecification.0.priceCurrency")  # fmt: skip
        low = _figure(first(offer, "lowPrice", "price", "priceSpecification.price",
                            "priceSpecification.0.price"))  # fmt: skip
        high = _figure(first(offer, "highPrice")) or low
        price = amounts.price_between(low, high, currency)
        if price:
            found.append(price)
    if not found or len({price.currency for price in found}) > 1:
        return None
    return Price(
        minimum=min(price.minimum for price in found),
        maximum=max(price.maximum for price in found),
        currency=found[0].currency,
    )


def _figure(value: Json) -> Json:
    """A schema.org price is a plain decimal with a point, even as a text ("1542.")."""
    if isinstance(value, str):
        try:
            return carried(Decimal(value.strip().rstrip(".")), value)
        except ArithmeticError:
            return value
    return value
