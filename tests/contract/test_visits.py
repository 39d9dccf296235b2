"""No two get the same turn, a budget ends, a refusal closes for hours: in memory and table."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from headwater.adapters.dynamodb.visits import Visits
from headwater.domain.pages import Verdict
from headwater.domain.visits import Lane
from headwater.usecases.search import CountsVisits
from tests.fakes.search import NOON, VisitsInMemory

LANE = "1688#page_fetch"


@pytest.fixture(params=["memory", pytest.param("table", marks=pytest.mark.local_aws)])
def visits(request: pytest.FixtureRequest) -> Iterator[CountsVisits]:
    if request.param == "memory":
        yield VisitsInMemory()
    else:
        yield Visits(request.getfixturevalue("tables")["VisitsTable"])


def refuse(visits: CountsVisits, at: datetime, retry_after: str = "") -> None:
    visits.refused(
        LANE,
        now=at,
        verdict=Verdict.BLOCKED_CHALLENGE,
        reason="a slider",
        retry_after=retry_after,
    )


def open_at(visits: CountsVisits, at: datetime) -> bool:
    return visits.admit(LANE, now=at, budget=1000) is None


def test_a_budget_lasts_a_day(visits: CountsVisits) -> None:
    answers = [visits.admit(LANE, now=NOON, budget=3) for _ in range(5)]
    assert [answer is None for answer in answers] == [True, True, True, False, False]
    assert answers[-1] is not None
    assert "budget of 3" in answers[-1].reason
    assert visits.admit("other#lane", now=NOON, budget=3) is None
    tomorrow = NOON + timedelta(days=1)
    answers = [visits.admit(LANE, now=tomorrow, budget=3) for _ in range(4)]
    assert [answer is None for answer in answers] == [True, True, True, False]


def test_a_refusal_closes_for_six_hours_and_says_so(visits: CountsVisits) -> None:
    refuse(visits, NOON)
    closed = visits.admit(LANE, now=NOON + timedelta(hours=5, minutes=59), budget=9)
    assert closed is not None
    assert closed.verdict is Verdict.BLOCKED_CHALLENGE
    assert "a slider" in closed.reason
    assert "2026-11-21 18:00 UTC" in closed.reason
    assert open_at(visits, NOON + timedelta(hours=6))


@pytest.mark.parametrize(("refusals", "hours"), [(1, 6), (2, 12), (3, 24), (9, 24)])
def test_one_refusal_after_the_other_closes_for_longer_but_never_for_more_than_a_day(
    visits: CountsVisits, refusals: int, hours: int
) -> None:
    for _ in range(refusals):
        refuse(visits, NOON)
    assert not open_at(visits, NOON + timedelta(hours=hours) - timedelta(seconds=1))
    assert open_at(visits, NOON + timedelta(hours=hours))


def test_an_answer_makes_the_next_refusal_a_first_one(visits: CountsVisits) -> None:
    refuse(visits, NOON)
    refuse(visits, NOON)
    visits.answered(LANE)
    refuse(visits, NOON)
    assert open_at(visits, NOON + timedelta(hours=6))


@pytest.mark.parametrize(
    ("retry_after", "hours"), [("60", 6), ("72000", 20), ("tomorrow", 6), ("9" * 30, 6), ("", 6)]
)
def test_what_the_server_asks_for_is_honoured_if_it_is_longer(
    visits: CountsVisits, retry_after: str, hours: int
) -> None:
    refuse(visits, NOON, retry_after)
    assert not open_at(visits, NOON + timedelta(hours=hours) - timedelta(seconds=1))
    assert open_at(visits, NOON + timedelta(hours=hours))


@pytest.mark.local_aws
def test_functions_that_ask_at_once_get_turns_ten_seconds_apart(tables: dict[str, str]) -> None:
    visits = Visits(tables["VisitsTable"], clock=lambda: NOON)
    with ThreadPoolExecutor(4) as together:
        waits = sorted(together.map(lambda _: visits.take_turn("s.1688.com", 10), range(8)))
    assert waits[0] == 0
    gaps = [later - earlier for earlier, later in pairwise(waits)]
    assert all(10 <= gap <= 15 for gap in gaps)
    assert visits.take_turn("other.1688.com", 10) == 0


@pytest.mark.local_aws
def test_a_turn_that_passed_does_not_keep_anybody_waiting(tables: dict[str, str]) -> None:
    now = [NOON]
    visits = Visits(tables["VisitsTable"], clock=lambda: now[0])
    visits.take_turn("s.1688.com", 10)
    now[0] += timedelta(minutes=1)
    assert visits.take_turn("s.1688.com", 10) == 0


@pytest.mark.local_aws
def test_a_lane_that_nobody_used_is_open(tables: dict[str, str]) -> None:
    assert Visits(tables["VisitsTable"], clock=lambda: datetime.now(UTC)).lane(LANE) == Lane()
