"""The lexicon is complete, cited and free of doubles."""

from headwater.domain.words import Strength, WordKind
from headwater.matching.folding import fold
from headwater.matching.lexicon import lexicon


def test_every_term_is_explained_and_cited() -> None:
    terms = lexicon()
    assert len(terms) > 150
    for term in terms:
        assert term.text.strip() == term.text != ""
        assert term.meaning
        assert term.source


def test_no_term_stands_twice_also_not_in_traditional_characters() -> None:
    folded = [fold(term.text).text for term in lexicon()]
    assert len(folded) == len(set(folded))


def test_every_kind_but_the_mark_has_terms() -> None:
    assert {term.kind for term in lexicon()} == set(WordKind) - {WordKind.MARK}


def test_an_exception_contains_its_term_or_stands_around_it() -> None:
    for term in lexicon():
        for phrase in term.unless:
            folded = fold(phrase).text
            words = fold(term.text).text.rstrip("s")
            assert words[:2] in folded, (term.text, phrase)


def test_bare_characters_and_initials_are_weak() -> None:
    for term in lexicon():
        if len(term.text) == 1 or (
            term.text.isascii() and term.text.isupper() and len(term.text) < 3
        ):
            assert term.strength is Strength.WEAK, term.text
