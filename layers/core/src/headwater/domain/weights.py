"""The points of every signal, and from which score on which band begins."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from headwater.domain.risk import Band
from headwater.domain.words import Strength, WordKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPoints:
    """What a weak, a medium and a strong claim of one kind add."""

    weak: int
    medium: int
    strong: int

    def of(self, strength: Strength) -> int:
        return (self.weak, self.medium, self.strong)[strength - 1]


_BESIDE = {
    WordKind.REPLICA_CLAIM: ClaimPoints(weak=8, medium=20, strong=35),
    WordKind.EUPHEMISM: ClaimPoints(weak=4, medium=12, strong=20),
    WordKind.FACTORY_CLAIM: ClaimPoints(weak=4, medium=10, strong=20),
    WordKind.PRIVATE_LABEL: ClaimPoints(weak=5, medium=10, strong=15),
    WordKind.AUTHENTICITY_CLAIM: ClaimPoints(weak=2, medium=5, strong=10),
    WordKind.EVASION: ClaimPoints(weak=5, medium=10, strong=15),
    WordKind.OFF_PLATFORM_CONTACT: ClaimPoints(weak=4, medium=8, strong=12),
    WordKind.SUPPLY: ClaimPoints(weak=2, medium=4, strong=6),
}
_ALONE = {
    WordKind.REPLICA_CLAIM: ClaimPoints(weak=0, medium=5, strong=12),
    WordKind.EUPHEMISM: ClaimPoints(weak=0, medium=2, strong=6),
    WordKind.EVASION: ClaimPoints(weak=0, medium=3, strong=6),
    WordKind.OFF_PLATFORM_CONTACT: ClaimPoints(weak=0, medium=3, strong=6),
}
"""Factories and private labels are every second wholesaler: alone they say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The points of every signal and where the bands begin. Chosen by judgement, not fitted."""

    same_picture: int = 70
    """Times the probability of the match."""
    further_pictures: int = 5
    related_picture: int = 22
    logo: int = 35
    """The brand's logo inside a picture counts as its name in the title does."""
    mark: int = 35
    uncertain_mark: int = 25
    """A misspelling, a short name, a name inside a longer word."""
    faint_mark: int = 10
    """Initials or a near sound, beside a strong replica claim only."""
    like_mark: int = 30
    fitting_mark: int = 5
    disguised_mark: int = 15
    mark_in_seller: int = 8
    claims_beside: Mapping[WordKind, ClaimPoints] = field(default_factory=lambda: _BESIDE)
    """Where the brand's mark or picture is there as well."""
    claims_alone: Mapping[WordKind, ClaimPoints] = field(default_factory=lambda: _ALONE)
    below_half_price: int = 10
    below_quarter_price: int = 20
    wholesale: int = 5
    wholesale_quantity: int = 50
    """A smallest order that no private buyer wants: the goods are made here, not resold."""
    source_platform: int = 3
    """Offered where goods are made and wholesaled."""
    known_picture: int = 60
    """A picture that an earlier case showed, which was confirmed."""
    source_picture: int = 30
    """A retail listing with the picture of a wholesale case that is not decided yet."""
    struck_seller: int = 10
    """The seller had one case that was confirmed."""
    repeat_offender: int = 20
    """The seller had several."""
    many_brands: int = 8
    many_brands_from: int = 3
    """So many well-known names of others in one shop are no coincidence."""
    retail_copy: int = 4
    """What each retail copy adds to a source's place in the order, not to its score."""
    retail_copies_most: int = 20
    denied_seller: int = 25
    watched_seller: int = 10
    allowed_seller: int = -100
    look: int = 30
    likely: int = 60
    near_certain: int = 85

    def __post_init__(self) -> None:
        if not 0 < self.look <= self.likely <= self.near_certain <= 100:
            raise ValueError(
                "the bands begin at look, likely and near_certain, in this order, from 1 to 100:"
                f" not at {self.look}, {self.likely} and {self.near_certain}"
            )

    def band(self, score: int) -> Band:
        if score >= self.near_certain:
            return Band.NEAR_CERTAIN
        if score >= self.likely:
            return Band.LIKELY
        return Band.LOOK if score >= self.look else Band.IGNORE


DEFAULT_WEIGHTS = Weights()
