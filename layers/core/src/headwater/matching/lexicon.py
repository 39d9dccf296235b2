"""The words with which copies are offered, and the ordinary ones, read from `rules/`."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from headwater.domain.words import OwnTerm, Strength, WordKind
from headwater.matching.folding import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry. Inside one of the `unless` phrases the term means something else."""

    text: str
    language: str
    kind: WordKind
    strength: Strength
    meaning: str
    unless: tuple[str, ...]
    source: str
    """Where the term was seen: web address or repository, with its date."""


@cache
def lexicon() -> tuple[Term, ...]:
    """Every term, in the file's order. Raises ValueError or KeyError for a broken file."""
    sources = {row["id"]: f"{row['reference']} ({row['date']})" for row in _rows("lexicon_sources")}
    return tuple(
        Term(
            text=row["term"],
            language=row["language"],
            kind=WordKind(row["kind"]),
            strength=Strength[row["strength"].upper()],
            meaning=row["meaning"],
            unless=tuple(filter(None, row["unless"].split("|"))),
            source=sources[row["source"]],
        )
        for row in _rows("lexicon")
    )


@cache
def terms_with(own: tuple[OwnTerm, ...]) -> tuple[Term, ...]:
    """The lexicon with the owner's terms in the place of those that mean the same."""
    replaced = {fold(term.text).text for term in own}
    kept = tuple(term for term in lexicon() if fold(term.text).text not in replaced)
    return kept + tuple(
        Term(
            text=term.text,
            language="own",
            kind=term.kind,
            strength=term.strength,
            meaning=term.meaning,
            unless=term.unless,
            source="the owner's config",
        )
        for term in own
        if term.kind is not None
    )


@cache
def common_words() -> frozenset[str]:
    """Ordinary English words of titles, in lower case."""
    text = files("headwater.rules").joinpath("common_words.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(word for line in lines for word in line.split())


@cache
def known_brands() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Well-known brands with the names and nicknames under which copies of them are sold."""
    return tuple((row["brand"], tuple(row["names"].split("|"))) for row in _rows("known_brands"))


def _rows(name: str) -> list[dict[str, str]]:
    text = files("headwater.rules").joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
