"""The letters table keeps its promises; the fake of the unit tests keeps the same."""

from dataclasses import replace
from typing import Any

import pytest

from headwater.adapters.dynamodb.letters import Letters
from headwater.domain.complaints import ComplaintState
from headwater.domain.letters import Letter, LetterState, Purpose
from tests.factories import NOON
from tests.fakes.inbox import LettersInMemory

LETTER = Letter(
    brand="fjellvik",
    id="a" * 24,
    key="mail/ses/notices/x",
    received_at=NOON,
    purpose=Purpose.NOTICE,
    state=LetterState.ASKED,
    sender="a@b.example",
    subject="关于投诉",
    trust="nothing proves it",
    reasons=("it names no complaint that is known",),
    event=ComplaintState.COUNTER_FILED,
    at=NOON,
)


@pytest.fixture(params=["fake", pytest.param("table", marks=pytest.mark.local_aws)])
def letters(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return LettersInMemory()
    tables: dict[str, str] = request.getfixturevalue("tables")
    return Letters(tables["LettersTable"])


def test_a_letter_is_kept_once_and_comes_back_as_it_was(letters: Letters) -> None:
    assert letters.get("fjellvik", LETTER.id) is None
    assert letters.add(LETTER)
    assert not letters.add(replace(LETTER, subject="another"))
    assert letters.get("fjellvik", LETTER.id) == LETTER
    assert letters.get("other", LETTER.id) is None
    assert list(letters.of_brand("fjellvik")) == [LETTER]


def test_only_a_letter_that_waits_can_be_closed(letters: Letters) -> None:
    letters.add(LETTER)
    closed = replace(LETTER, state=LetterState.DISMISSED, closed_by="owner", closed_at=NOON)
    assert letters.close(closed)
    assert not letters.close(replace(LETTER, state=LetterState.ANSWERED))
    assert letters.get("fjellvik", LETTER.id) == closed


def test_the_urgent_ones_wait_first(letters: Letters) -> None:
    urgent = replace(LETTER, id="b" * 24, urgent=True)
    for one in (LETTER, urgent, replace(LETTER, id="c" * 24, state=LetterState.RECORDED)):
        letters.add(one)
    assert letters.asked("fjellvik") == (urgent, LETTER)
