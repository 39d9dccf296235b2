"""The runs, in memory and in the table: searches stay apart from imports, questions have a past."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from headwater.adapters.dynamodb.runs import Runs
from headwater.domain.coverage import Run
from headwater.domain.listings import CollectedBy
from headwater.domain.platforms import Platform
from headwater.usecases.search import KeepsRuns
from tests.factories import ANSWER, BRAND, NOON, RUN
from tests.fakes.search import RunsInMemory

pytestmark = pytest.mark.local_aws


class Room(KeepsRuns, Protocol):
    def latest(self, brand: str, limit: int) -> list[Run]: ...
    def searches_since(self, brand: str, moment: datetime) -> list[Run]: ...


@pytest.fixture(params=["memory", "table"])
def runs(request: pytest.FixtureRequest) -> Room:
    if request.param == "memory":
        return RunsInMemory()
    return Runs(request.getfixturevalue("tables")["RunsTable"])


def search(days: int, route: str = "page_fetch", **changes: object) -> Run:
    asked = replace(ANSWER, route=route, **changes)  # type: ignore[arg-type]
    at = NOON + timedelta(days=days)
    return replace(RUN, id=f"{BRAND.id}#1688#{days}", started_at=at, asked=(asked,))


def imported(number: int) -> Run:
    asked = replace(ANSWER, watch="", route="import", collected_by=CollectedBy.PERSON)
    at = NOON + timedelta(minutes=number)
    return replace(RUN, id=f"{BRAND.id}#import#{number}", started_at=at, asked=(asked,))


def test_a_run_is_found_again_and_written_once(runs: Room) -> None:
    for run in (search(0), imported(1)):
        runs.add(run)
        runs.add(run)
        assert runs.get(BRAND.id, run.started_at, run.id) == run
    assert runs.get(BRAND.id, NOON, "other") is None
    assert len(runs.latest(BRAND.id, 10)) == 2


def test_many_imports_hide_no_search(runs: Room) -> None:
    runs.add(search(-1))
    for number in range(20):
        runs.add(imported(number))
    latest = runs.latest(BRAND.id, 5)
    assert [run.id for run in latest if "#import#" not in run.id] == [search(-1).id]
    assert len(latest) == 6
    assert runs.searches_since(BRAND.id, NOON - timedelta(days=2)) == [search(-1)]
    assert runs.searches_since(BRAND.id, NOON) == []


def test_a_question_has_its_own_past_the_newest_first(runs: Room) -> None:
    runs.add(replace(search(0), blind="the canary was not found"))
    runs.add(search(2, route="1688_gateway"))
    runs.add(search(1, query="other"))
    runs.add(search(3, platform=Platform.TAOBAO))
    tries = runs.tries(BRAND.id, Platform.ALI1688, ANSWER.query, 10)
    assert [one.asked.route for one in tries] == ["1688_gateway", "page_fetch"]
    assert [bool(one.blind) for one in tries] == [False, True]
    assert tries[0].at == NOON + timedelta(days=2)
    assert len(runs.tries(BRAND.id, Platform.ALI1688, ANSWER.query, 1)) == 1
    assert runs.tries("nobody", Platform.ALI1688, ANSWER.query, 10) == []
