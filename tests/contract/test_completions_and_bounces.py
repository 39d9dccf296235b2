"""What small tables promise, on the local AWS and by the fakes: completions, bounces, unsigned."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from headwater.adapters.dynamodb.bounces import COUNTS, Bounces
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.dynamodb.unsigned import UnsignedManifests
from headwater.domain.captures import UnsignedManifest
from tests.fakes.clock import BouncesInMemory, CompletionsInMemory
from tests.fakes.evidence import UnsignedInMemory

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


@pytest.mark.parametrize("where", BOTH)
def test_what_is_not_signed_waits_since_it_was_first_said(
    where: str, request: pytest.FixtureRequest
) -> None:
    unsigned = (
        UnsignedInMemory()
        if where == "memory"
        else UnsignedManifests(request.getfixturevalue("tables")["RunsTable"])
    )
    one, two = (
        UnsignedManifest(brand="fjellvik", manifest=f"exhibits/{name}", since=NOON + late)
        for name, late in (("b", timedelta(0)), ("a", DAY))
    )
    for row in (two, one, replace(one, since=NOON + DAY), replace(one, brand="other")):
        unsigned.add(row)
    assert unsigned.pending("fjellvik", before=NOON + 2 * DAY) == [one, two]
    assert unsigned.pending("fjellvik", before=NOON + DAY) == [one]
    unsigned.drop(one)
    unsigned.drop(one)
    assert unsigned.pending("fjellvik", before=NOON + 2 * DAY) == [two]


@pytest.mark.local_aws
def test_completions_are_no_runs_of_a_brand(tables: dict[str, str]) -> None:
    Completions(tables["RunsTable"]).done("site", NOON)
    assert Runs(tables["RunsTable"]).latest("fjellvik", 10) == []
