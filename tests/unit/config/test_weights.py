"""The owner may change the points and the bands; a slip is refused with its line."""

from dataclasses import replace
from pathlib import Path

import pytest

from headwater.adapters.configuration import ConfigurationError
from headwater.adapters.records import decode, encode
from headwater.domain.brands import Desk
from headwater.domain.weights import DEFAULT_WEIGHTS, ClaimPoints
from headwater.domain.words import Place, Strength, WordKind
from headwater.matching.lexicon import terms_with
from headwater.matching.words import WordMatcher
from tests.factories import BRAND
from tests.unit.config.test_seller_lists import read

NOBODY = 'list = "deny"\nkind = "phone"\nvalue = "13800138000"\n'


def test_what_is_not_written_keeps_its_default(tmp_path: Path) -> None:
    desk = read(tmp_path, f"{NOBODY}[weights]\nmark = 40\nlook = 25")
    assert desk.weights == replace(DEFAULT_WEIGHTS, mark=40, look=25)
    assert decode(Desk, encode(desk)) == desk
    assert read(tmp_path, NOBODY).weights == DEFAULT_WEIGHTS


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("marks = 40", "no setting that Headwater knows"),
        ("look = 90", "in this order"),
        ('mark = "much"', "valid integer"),
        ("claims_beside = 1", "valid dictionary"),
        ("claims_beside.replica = {weak=1, medium=2, strong=3}", "replica_claim"),
        ("claims_alone.evasion = {weak=3, medium=2, strong=3}", "add less than a weaker one"),
    ],
)
def test_a_slip_is_refused_with_its_line(tmp_path: Path, table: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        read(tmp_path, f"{NOBODY}[weights]\n{table}")
    assert caught.value.problems[0].startswith(f"{tmp_path}/headwater.toml:")


def test_the_points_of_one_kind_of_words_may_be_others(tmp_path: Path) -> None:
    table = "[weights.claims_beside]\nreplica_claim = {weak=1, medium=2, strong=3}"
    weights = read(tmp_path, f"{NOBODY}{table}").weights
    assert weights.claims_beside[WordKind.REPLICA_CLAIM] == ClaimPoints(weak=1, medium=2, strong=3)
    assert weights.claims_beside[WordKind.SUPPLY].strong == 6
    assert weights.claims_alone == DEFAULT_WEIGHTS.claims_alone


WORD = (
    '[[words]]\nterm = "鹿版"\nkind = "replica_claim"\nstrength = "strong"\nunless = ["鹿版画"]\n'
)


def test_the_owners_words_are_read_like_ours(tmp_path: Path) -> None:
    removed = '[[words]]\nterm = "复刻"\nremove = true\n'
    weak = '[[words]]\nterm = "高仿"\nkind = "euphemism"\nstrength = "weak"\n'
    desk = read(tmp_path, f"{NOBODY}{WORD}{removed}{weak}")
    assert decode(Desk, encode(desk)) == desk
    matcher = WordMatcher(BRAND, terms_with(desk.terms))

    def kinds(title: str) -> list[tuple[WordKind, Strength]]:
        return [(hit.kind, hit.strength) for hit in matcher.read(title, Place.TITLE)]

    assert kinds("鹿版 杯子") == [(WordKind.REPLICA_CLAIM, Strength.STRONG)]
    assert kinds("鹿版画 复刻") == []
    assert kinds("高仿") == [(WordKind.EUPHEMISM, Strength.WEAK)]
    assert kinds("精仿") == [(WordKind.REPLICA_CLAIM, Strength.STRONG)]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (WORD.replace("replica_claim", "copy"), "words.1.kind"),
        (WORD.replace("strong", "loud"), "words.1.strength"),
        (WORD + WORD, "words.2.term: '鹿版' stands there twice"),
        (WORD + "remove = true", "words.1: says what the word does"),
        (WORD.replace("replica_claim", "mark"), "words.1: names of the brand"),
        (WORD.replace('鹿版"\n', '!!"\n'), "words.1.term"),
        ('[[words]]\nterm = "鹿版"\nremove = true', "words.1.term: '鹿版' is none of our words"),
    ],
)
def test_a_slip_in_the_words_is_named_with_its_line(
    tmp_path: Path, words: str, problem: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, f"{NOBODY}{words}")
    (said,) = caught.value.problems
    place, _, what = said.partition(": ")
    assert what.startswith(problem)
    assert int(place.rpartition(":")[2]) > 20


def test_a_right_covers_products_that_there_are(tmp_path: Path) -> None:
    right = '[[brand.right]]\nkind = "patent"\nnumber = "ZL1"\ncountry = "CN"\nowner = "me"\n'
    with pytest.raises(ConfigurationError, match=r"right\.1\.products: there is no product .mugs."):
        read(tmp_path, f'{NOBODY}{right}products = ["mugs"]')
