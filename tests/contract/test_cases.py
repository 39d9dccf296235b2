"""The cases table and its stand-in keep the same promises."""

from dataclasses import replace

import pytest

from headwater.adapters.dynamodb.cases import Cases
from headwater.domain.cases import CaseState, Conflict
from tests.factories import CASE, NOON
from tests.fakes.match import CasesInMemory


@pytest.fixture(params=["fake", pytest.param("local AWS", marks=pytest.mark.local_aws)])
def cases(request: pytest.FixtureRequest) -> Cases | CasesInMemory:
    if request.param == "fake":
        return CasesInMemory()
    return Cases(request.getfixturevalue("tables")["CasesTable"])


def test_an_opened_case_comes_back_as_it_was(cases: Cases | CasesInMemory) -> None:
    assert cases.get(CASE.brand, CASE.id) is None
    assert cases.open(CASE)
    assert cases.get(CASE.brand, CASE.id) == replace(CASE, version=1)


def test_a_case_is_opened_once(cases: Cases | CasesInMemory) -> None:
    cases.open(CASE)
    assert not cases.open(replace(CASE, capture_ids=("another",)))
    assert cases.get(CASE.brand, CASE.id) == replace(CASE, version=1)


def test_every_save_is_a_new_version(cases: Cases | CasesInMemory) -> None:
    cases.open(CASE)
    read = cases.get(CASE.brand, CASE.id)
    assert read is not None
    moved = read.move(CaseState.CONFIRMED, at=NOON, by="owner", what="ours")
    saved = cases.save(moved)
    assert saved == replace(moved, version=2)
    assert cases.get(CASE.brand, CASE.id) == saved
    assert cases.save(saved).version == 3


def test_who_saves_second_is_told(cases: Cases | CasesInMemory) -> None:
    cases.open(CASE)
    first = cases.get(CASE.brand, CASE.id)
    assert first is not None
    saved = cases.save(first.move(CaseState.DISMISSED, at=NOON, by="owner", what="not ours"))
    with pytest.raises(Conflict):
        cases.save(first.move(CaseState.CONFIRMED, at=NOON, by="other", what="ours"))
    assert cases.get(CASE.brand, CASE.id) == saved


def test_a_case_that_was_never_opened_cannot_be_saved(cases: Cases | CasesInMemory) -> None:
    for version in (0, 1):
        with pytest.raises(Conflict):
            cases.save(replace(CASE, version=version))
    assert cases.get(CASE.brand, CASE.id) is None


def test_the_cases_of_a_brand_come_by_id_and_of_no_other(cases: Cases | CasesInMemory) -> None:
    for brand, case in (("a", "2"), ("a", "1"), ("b", "3")):
        cases.open(replace(CASE, brand=brand, id=case))
    assert [case.id for case in cases.of_brand("a")] == ["1", "2"]
    assert list(cases.of_brand("c")) == []


def test_a_listing_that_joined_leads_to_the_case_and_is_none_itself(
    cases: Cases | CasesInMemory,
) -> None:
    cases.open(CASE)
    for _ in range(2):
        cases.join(CASE.brand, "1688-new", CASE.id)
    assert cases.get(CASE.brand, "1688-new") == cases.get(CASE.brand, CASE.id)
    assert not cases.open(replace(CASE, id="1688-new"))
    assert [case.id for case in cases.of_brand(CASE.brand)] == [CASE.id]
    cases.join(CASE.brand, CASE.id, "another")
    known = cases.get(CASE.brand, CASE.id)
    assert known is not None
    assert known.id == CASE.id
