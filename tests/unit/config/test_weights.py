"""The owner may change the points and the bands; a slip is refused with its line."""

from dataclasses import replace
from pathlib import Path

import pytest

from headwater.adapters.configuration import ConfigurationError
from headwater.adapters.records import decode, encode
from headwater.domain.brands import Desk
from headwater.domain.weights import DEFAULT_WEIGHTS
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
        ("claims_beside = 1", "no setting that Headwater knows"),
    ],
)
def test_a_slip_is_refused_with_its_line(tmp_path: Path, table: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        read(tmp_path, f"{NOBODY}[weights]\n{table}")
    assert caught.value.problems[0].startswith(f"{tmp_path}/headwater.toml:")
