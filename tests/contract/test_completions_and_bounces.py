"""What is promised of completions and bounces, by the table on the local AWS and by the fake."""

from datetime import UTC, datetime, timedelta

import pytest

from headwater.adapters.dynamodb.bounces import COUNTS, Bounces
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.dynamodb.runs import Runs
from tests.fakes.clock import BouncesInMemory, CompletionsInMemory

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BOTH = ["memory", pytest.param("table", marks=pytest.mark.local_aws)]


@pytest.fixture(params=BOTH)
def completions(request: pytest.FixtureRequest) -> Completions | CompletionsInMemory:
    if request.param == "memory":
        return CompletionsInMemory()
    return Completions(request.getfixturevalue("tables")["RunsTable"])


@pytest.fixture(params=BOTH)
def bounces(request: pytest.FixtureRequest) -> Bounces | BouncesInMemory:
    if request.param == "memory":
        return BouncesInMemory()
    return Bounces(request.getfixturevalue("tables")["AlertsTable"])


def test_the_last_completion_is_remembered(
    completions: Completions | CompletionsInMemory,
) -> None:
    assert completions.last("site") is None
    completions.done("site", NOON)
    completions.done("site", NOON + DAY)
    assert completions.last("site") == NOON + DAY
    assert completions.last("search") is None


def test_a_schedule_is_known_since_it_was_first_asked_about(
    completions: Completions | CompletionsInMemory,
) -> None:
    assert completions.expected_since("site", "rate(1 day)", NOON) == NOON
    assert completions.expected_since("site", "rate(1 day)", NOON + DAY) == NOON
    assert completions.expected_since("site", "rate(2 days)", NOON + DAY) == NOON + DAY
    assert completions.last("site") is None


def test_an_address_bounces_for_two_weeks_however_it_is_written(
    bounces: Bounces | BouncesInMemory,
) -> None:
    assert not bounces.bounced("owner@brand.example", NOON)
    bounces.mark("Owner@Brand.example", NOON, "550 no such mailbox")
    assert bounces.bounced("owner@brand.example", NOON + COUNTS - DAY)
    assert not bounces.bounced("owner@brand.example", NOON + COUNTS)
    assert not bounces.bounced("other@brand.example", NOON)


@pytest.mark.local_aws
def test_completions_are_no_runs_of_a_brand(tables: dict[str, str]) -> None:
    Completions(tables["RunsTable"]).done("site", NOON)
    assert Runs(tables["RunsTable"]).latest("fjellvik", 10) == []
