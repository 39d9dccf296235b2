"""Harvelk, a brand that does not exist: what it makes and what it calls itself.

The name was invented for this demo; looked for in public web pages and code on 2026-11-21, it
was not found as a mark. `config/headwater.toml` says the same in the owner's words.
"""

from dataclasses import dataclass
from decimal import Decimal

ID = "harvelk"
NAME = "Harvelk"
CHINESE_NAME = "哈芙鹿"
NICKNAMES = ("鹿角杯", "小鹿灯")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One of the brand's goods; `photographs` are names in `photographs/`, the best one first."""

    id: str
    name: str
    chinese_name: str
    price: Decimal
    currency: str = "EUR"

    @property
    def photographs(self) -> tuple[str, ...]:
        return tuple(f"{self.id}-{view}" for view in ("white", "scene", "detail"))


PRODUCTS = (
    Product(id="fell-mug", name="Fell Mug", chinese_name="搪瓷杯", price=Decimal(24)),
    Product(id="vesper-lantern", name="Vesper Lantern", chinese_name="马灯", price=Decimal(89)),
    Product(id="skerry-bottle", name="Skerry Bottle", chinese_name="保温瓶", price=Decimal(39)),
    Product(id="moor-kettle", name="Moor Kettle", chinese_name="搪瓷壶", price=Decimal(69)),
)
