"""What earlier cases tell about a new listing: its pictures, its seller, its seller's shop."""

from dataclasses import dataclass
from datetime import date

from headwater.domain.risk import Infringement


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPicture:
    """A picture of the listing (`part_name`) that an earlier case showed too, and its verdict."""

    part_name: str
    case: str
    on: date
    infringement: Infringement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A case against the same seller that a person confirmed."""

    case: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that is known beforehand; empty for the first listing of a stranger."""

    confirmed: tuple[KnownPicture, ...] = ()
    dismissed: tuple[KnownPicture, ...] = ()
    """Pictures that a person saw and dismissed: what they resemble is left out of the score."""
    sources: tuple[KnownPicture, ...] = ()
    """Pictures of wholesale cases that are not decided: this may be a retail copy of one."""
    strikes: tuple[Strike, ...] = ()
    shop_brands: tuple[str, ...] = ()
    """Well-known names of others under which the seller offers goods, here and elsewhere."""


NO_HISTORY = History()
