"""What an offer costs and how little of it one can buy."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTier:
    """A unit price that holds from `quantity` pieces on."""

    quantity: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The unit price as the page shows it: lowest, highest, ISO 4217 currency, quantity tiers.

    `currency` is None where the page names none; it is never guessed.
    """

    minimum: Decimal
    maximum: Decimal
    currency: str | None
    tiers: tuple[PriceTier, ...] = ()

    def __post_init__(self) -> None:
        if self.minimum < 0 or self.maximum < self.minimum:
            raise ValueError(f"not a price range: {self.minimum} to {self.maximum}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumOrder:
    """The smallest order that the seller takes; `unit` as the page writes it ("pieces", "件")."""

    quantity: int
    unit: str | None
