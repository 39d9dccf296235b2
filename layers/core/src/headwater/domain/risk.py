"""How likely a listing infringes, as one number with its reasons in words."""

from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """What a score asks of the owner."""

    IGNORE = "ignore"
    LOOK = "look"
    LIKELY = "likely"
    NEAR_CERTAIN = "near_certain"


class Infringement(StrEnum):
    """The kind of infringement that the signals suggest; the right that fits follows from it."""

    COUNTERFEIT = "counterfeit"
    MARK_IN_TEXT = "mark_in_text"
    LOOK_ALIKE = "look_alike"
    STOLEN_PICTURE = "stolen_picture"
    PATENT = "patent"


class Signal(StrEnum):
    """Where a reason comes from."""

    PICTURE = "picture"
    WORDS = "words"
    MONEY = "money"
    SELLER = "seller"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason for the score: its source, the points it adds (may be negative), its words."""

    signal: Signal
    points: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """0 to 100 with the reasons that add up to it (before the cut at 0 and 100)."""

    score: int
    band: Band
    reasons: tuple[Reason, ...]
    infringement: Infringement | None
