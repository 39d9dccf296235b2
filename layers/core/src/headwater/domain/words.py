"""What a listing's words say about a brand: which words, where, and how they are disguised."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class WordKind(StrEnum):
    """What the words do. The values are stored and stand in the lexicon: never rename one."""

    MARK = "mark"
    """They name the brand."""
    REPLICA_CLAIM = "replica_claim"
    EUPHEMISM = "euphemism"
    FACTORY_CLAIM = "factory_claim"
    PRIVATE_LABEL = "private_label"
    AUTHENTICITY_CLAIM = "authenticity_claim"
    EVASION = "evasion"
    OFF_PLATFORM_CONTACT = "off_platform_contact"
    SUPPLY = "supply"

    @property
    def in_words(self) -> str:
        """The kind as a reader sees it."""
        return _KINDS_IN_WORDS[self]


_KINDS_IN_WORDS = {
    WordKind.MARK: "brand name",
    WordKind.REPLICA_CLAIM: "replica claim",
    WordKind.EUPHEMISM: "euphemism for a copy",
    WordKind.FACTORY_CLAIM: "factory claim",
    WordKind.PRIVATE_LABEL: "private label offer",
    WordKind.AUTHENTICITY_CLAIM: "claim to be genuine",
    WordKind.EVASION: "evasion",
    WordKind.OFF_PLATFORM_CONTACT: "contact outside the platform",
    WordKind.SUPPLY: "stock that is ready to go",
}


class Strength(IntEnum):
    """How telling the words are together with the brand. Weak words never speak alone."""

    WEAK = 1
    MEDIUM = 2
    STRONG = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTerm:
    """A word of the owner's trade; it replaces the lexicon's, `kind` None takes that out."""

    text: str
    kind: WordKind | None
    strength: Strength = Strength.MEDIUM
    meaning: str = ""
    unless: tuple[str, ...] = ()


class Place(StrEnum):
    """Which text of the listing holds the words."""

    TITLE = "title"
    ATTRIBUTE = "attribute"
    DESCRIPTION = "description"
    SELLER = "seller"


class Disguise(StrEnum):
    """How the brand's name was changed, in words that fit after "written"."""

    NONE = "as it is"
    HIDDEN_CHARACTERS = "with invisible characters"
    LOOK_ALIKE = "with look-alike characters"
    DIGITS = "with digits or signs for letters"
    APART = "with its letters apart"
    MASKED = "with masked letters"
    WITHIN = "inside a longer word"
    DOUBLED = "with a doubled letter"
    DROPPED = "with a letter dropped"
    SWAPPED = "with letters swapped"
    MISSPELT = "misspelt"
    SOUNDS_ALIKE = "with characters that sound the same"
    PINYIN = "in pinyin"
    INITIALS = "by its pinyin initials"


DELIBERATE = frozenset(
    {Disguise.HIDDEN_CHARACTERS, Disguise.LOOK_ALIKE, Disguise.DIGITS, Disguise.MASKED}
)
"""Nobody writes so by accident."""


class MarkUse(StrEnum):
    """What the sentence does with the brand's name."""

    NAMED = "named"
    """The goods are called by it."""
    LOOKS_LIKE = "looks_like"
    """The goods are said to be like it: "Nordwind style", "Nordwind同款"."""
    FITS = "fits"
    """The goods are said to go with it: "compatible with Nordwind", "适用于"."""
    COMPARED = "compared"
    """The goods are set against it: "better than Nordwind"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordHit:
    """Words that were found. `start` and `end` count characters of the raw text of `place`.

    `term` is the brand's name or the lexicon's term; `where` the attribute's name. `use` and
    `disguise` say something only of the kind MARK.
    """

    kind: WordKind
    place: Place
    start: int
    end: int
    text: str
    term: str
    strength: Strength
    meaning: str = ""
    where: str = ""
    disguise: Disguise = Disguise.NONE
    use: MarkUse = MarkUse.NAMED

    @property
    def misuse(self) -> bool:
        """Whether the goods themselves are sold under the brand's name, or as like it.

        Who hides the name means it, even in "for N0rdwind".
        """
        return (
            self.kind is WordKind.MARK
            and self.strength >= Strength.MEDIUM
            and (self.use in {MarkUse.NAMED, MarkUse.LOOKS_LIKE} or self.disguised)
        )

    @property
    def disguised(self) -> bool:
        """Whether the name is written so that a search misses it, and not by accident."""
        return self.disguise in DELIBERATE


def names_brand(hits: Iterable[WordHit]) -> bool:
    """Whether at least one hit sells the goods under the brand's name or as like it."""
    return any(hit.misuse for hit in hits)
