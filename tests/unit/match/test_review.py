"""Verdicts by key and by table, and the table of how well the score foretold them."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.cli.review import picture_lines, review, take_table, write_table
from headwater.domain.cases import Case, CaseEvent, CaseState
from headwater.domain.risk import Band
from headwater.usecases.review import (
    COLUMNS,
    ENOUGH,
    BadRows,
    as_row,
    calibration_table,
    proposed_threshold,
    read_rows,
    reliability,
    to_review,
)
from tests.factories import CASE, LISTING, NOON
from tests.fakes.match import CasesInMemory


def a_case(number: int, score: int = 50, state: CaseState = CaseState.OPEN) -> Case:
    risk = replace(CASE.risk, score=score, band=_band(score))
    return replace(CASE, id=f"1688-{number}", risk=risk, state=state)


def _band(score: int) -> Band:
    return Band.NEAR_CERTAIN if score >= 85 else Band.LIKELY if score >= 60 else Band.LOOK


def kept(*cases: Case) -> CasesInMemory:
    store = CasesInMemory()
    for case in cases:
        store.open(case)
    return store


def states(store: CasesInMemory) -> list[CaseState]:
    return [case.state for case in store.of_brand(CASE.brand)]


def test_the_riskiest_undecided_case_comes_first_and_the_decided_do_not() -> None:
    cases = [
        a_case(1, 40),
        a_case(2, 90, CaseState.WATCHING),
        a_case(3, 80),
        a_case(4, 99, CaseState.DISMISSED),
        a_case(5, 80),
    ]
    assert [case.id for case in to_review(cases)] == ["1688-3", "1688-5", "1688-1", "1688-2"]


def pressed(keys: str, store: CasesInMemory) -> int:
    waiting = to_review(store.of_brand(CASE.brand))
    return review(waiting, iter(keys), show=lambda case: case.id, cases=store, by="Ada")


def test_a_key_is_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    store = kept(*(a_case(n) for n in range(1, 7)))
    assert pressed("cdaw x", store) == 0
    assert states(store) == [
        CaseState.CONFIRMED,
        CaseState.DISMISSED,
        CaseState.AUTHORISED,
        CaseState.WATCHING,
        CaseState.OPEN,
        CaseState.OPEN,
    ]
    assert "[6 of 6] 1688-6" in capsys.readouterr().out
    first = store.get(CASE.brand, "1688-1")
    assert first is not None
    assert (first.events[-1].by, first.events[-1].what) == ("Ada", "reviewed: confirmed")


def test_going_back_and_quitting(capsys: pytest.CaptureFixture[str]) -> None:
    store = kept(a_case(1), a_case(2))
    pressed("cbdq", store)
    assert states(store)[1] is CaseState.OPEN
    assert "confirmed" in capsys.readouterr().out


def test_the_input_may_end_at_any_time() -> None:
    store = kept(a_case(1), a_case(2))
    assert pressed("c", store) == 0
    assert states(store) == [CaseState.CONFIRMED, CaseState.OPEN]
    assert pressed("", kept()) == 0


def test_both_pictures_are_named() -> None:
    listing, own = picture_lines(CASE, {"mug/front.jpg": "ab" * 32}, "proof", "desk")
    capture = CASE.pictures[0].capture_id
    name = f"captures/fjellvik/1688/{LISTING.key.offer_id}/{capture}/picture-01.jpg"
    assert listing.endswith(f"s3://proof/{name}")
    assert f"s3://desk/config/references/fjellvik/{'ab' * 32}" in own
    assert picture_lines(replace(CASE, pictures=()), {}, "", "") == [
        "  pictures: none of yours was recognised"
    ]


def fill_in(file: Path, **verdicts: str) -> None:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["verdict"] = verdicts.get(row["case"].replace("-", "_"), "")
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, COLUMNS)
        table.writeheader()
        table.writerows(rows)


def test_a_table_goes_out_and_comes_back(tmp_path: Path) -> None:
    hostile = replace(LISTING, title='=HYPERLINK("http://evil")\n,"杯"')
    store = kept(replace(a_case(1), listing=hostile), a_case(2), a_case(3))
    file = tmp_path / "cases.csv"
    known = list(store.of_brand(CASE.brand))
    assert write_table(to_review(known), file) == 0
    fill_in(file, **{"1688_1": "Dismiss", "1688_3": "confirm"})
    assert take_table(file, known, store, "Ada") == 0
    assert states(store) == [CaseState.DISMISSED, CaseState.OPEN, CaseState.CONFIRMED]
    again = list(store.of_brand(CASE.brand))
    assert take_table(file, again, store, "Ada") == 0
    assert list(store.of_brand(CASE.brand)) == again


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"case": "1688-9", "state": "open", "verdict": "confirm"}, "there is no case '1688-9'"),
        ({"case": "1688-1", "state": "open", "verdict": "sue"}, "'sue' is no verdict"),
        ({"case": "1688-1", "state": "", "verdict": "confirm"}, "'' is no state"),
        ({"case": "1688-2", "state": "open", "verdict": "confirm"}, "become dismissed since"),
        ({"verdict": "confirm"}, "there is no case None"),
    ],
)
def test_one_bad_row_and_nothing_is_taken(row: dict[str, str | None], problem: str) -> None:
    known = {c.id: c for c in (a_case(1), a_case(2, state=CaseState.DISMISSED), a_case(3))}
    good = {"case": "1688-3", "state": "open", "verdict": "confirm"}
    assert len(read_rows([good], known)) == 1
    with pytest.raises(BadRows, match=problem) as raised:
        read_rows([good, row, good], known)
    assert raised.value.problems[0].startswith("row 3: ")
    assert raised.value.problems[1] == "row 4: case 1688-3 is there twice"


def test_a_file_that_is_no_table_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.csv"
    assert take_table(file, [], CasesInMemory(), "Ada") == 1
    file.write_bytes(b"\xff\xfe\x00c")
    assert take_table(file, [], CasesInMemory(), "Ada") == 1
    assert capsys.readouterr().err.count(str(file)) == 2


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_cell_begins_a_formula_or_breaks_its_line(title: str, note: str) -> None:
    row = as_row(replace(CASE, listing=replace(LISTING, title=title, url=note or "https://x")))
    for cell in row.values():
        assert not cell.startswith(("=", "+", "-", "@"))
        assert "\n" not in cell
        assert "\r" not in cell


def decided(scores_confirmed: list[tuple[int, bool]]) -> Iterator[Case]:
    for number, (score, confirmed) in enumerate(scores_confirmed):
        state = CaseState.CONFIRMED if confirmed else CaseState.DISMISSED
        yield a_case(number, score, state)


def test_the_reliability_of_each_band() -> None:
    won = CaseEvent(at=NOON, by="owner", what="ours", state=CaseState.CONFIRMED)
    cases = [
        *decided([(90, True), (90, True), (90, False), (40, False)]),
        replace(a_case(8, 90, CaseState.CLOSED), events=(*CASE.events, won)),
        a_case(9, 90, CaseState.AUTHORISED),
        a_case(10, 90),
        a_case(11, 65, CaseState.CLOSED),
    ]
    near_certain, likely, look, ignore = reliability(cases)
    assert (near_certain.confirmed, near_certain.dismissed) == (3, 1)
    assert (near_certain.authorised, near_certain.undecided) == (1, 1)
    assert near_certain.share == 0.75
    assert 0.29 < near_certain.low < 0.31
    assert 0.95 < near_certain.high < 0.96
    assert (likely.share, likely.undecided) == (None, 1)
    assert look.share == 0
    assert (ignore.share, ignore.low, ignore.high) == (None, 0, 1)


def test_a_threshold_is_proposed_only_from_enough_verdicts() -> None:
    good = [(score, True) for score in range(70, 70 + ENOUGH)]
    bad = [(score, False) for score in range(40, 60)]
    assert proposed_threshold(decided(good + bad), 1) == 70
    assert proposed_threshold(decided(good + bad), 0.95) == 59
    assert proposed_threshold(decided(good + bad), 0.75) == 50
    assert proposed_threshold(decided(good[1:]), 0.95) is None
    assert proposed_threshold(decided([(90, False)] * 50), 0.5) is None


def test_the_table_says_when_it_knows_too_little() -> None:
    lines = calibration_table([a_case(1)])
    assert sum("no proposal" in line for line in lines) == 2
    assert any(line.startswith("look") and line.endswith("-") for line in lines)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=80))
def test_bounds_hold_the_share(judged: list[tuple[int, bool]]) -> None:
    for row in reliability(decided(judged)):
        assert 0 <= row.low <= (0.5 if row.share is None else row.share) + 1e-9
        assert (0.5 if row.share is None else row.share) - 1e-9 <= row.high <= 1
