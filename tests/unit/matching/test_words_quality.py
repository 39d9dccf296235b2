"""How well names and claims are told from ordinary words, held by titles labelled by hand.

The titles were written by the authors of the matcher: the numbers say that it does what it was
built for, not how it does on a stranger's titles.
"""

import pytest

from tests.unit.matching.words_labelled import (
    BRANDS,
    judge_claims,
    judge_misuse,
    labelled_titles,
)

TITLES = labelled_titles()


def test_the_set_is_large_and_holds_both_sides() -> None:
    assert len(TITLES) >= 400
    assert len({title.title for title in TITLES}) == len(TITLES)
    assert min(sum(t.misuse for t in TITLES), sum(not t.misuse for t in TITLES)) >= 200


def test_misused_names_are_found_with_few_false_alarms() -> None:
    quality = judge_misuse(TITLES)
    assert quality.precision >= 0.98, quality.false_alarms
    assert quality.recall >= 0.99, quality.missed


def test_claims_are_found_with_few_false_alarms() -> None:
    quality = judge_claims(TITLES)
    assert quality.precision >= 0.98, quality.false_alarms
    assert quality.recall >= 0.99, quality.missed


@pytest.mark.parametrize("brand", BRANDS)
def test_no_brand_is_left_behind(brand: str) -> None:
    quality = judge_misuse(title for title in TITLES if title.brand.id == brand)
    assert quality.precision >= 0.9, quality.false_alarms
    assert quality.recall >= 0.95, quality.missed
