"""A table of complaints: what a row says, and every way in which a table can be broken."""

import io
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.complaint_sheet import (
    BadSheet,
    SheetMapping,
    guessed_columns,
    read_sheet,
    read_table,
    rows_of,
    unknown_words,
)
from headwater.domain.complaints import ComplaintState
from headwater.domain.platforms import Platform

SHEET = """platform,number,event,at,right,cases,due,text
alibaba,CN 77,submitted,2026-06-01T10:00:00+08:00,018765432,alibaba-1 alibaba-2,,
Alibaba,CN 77,counter_filed,2026-06-08T10:00:00+08:00,,,2026-06-10,"said: ""genuine"", 真"
,,,,,,,
"""


def test_a_row_is_something_that_happened() -> None:
    filed, countered = read_sheet(SHEET.encode(), {})
    assert (filed.platform, filed.number) == (Platform.ALIBABA, "CN 77")
    assert filed.state is ComplaintState.UNDER_REVIEW
    assert filed.at == datetime(2026, 6, 1, 2, tzinfo=UTC)
    assert filed.cases == ("alibaba-1", "alibaba-2")
    assert countered.state is ComplaintState.COUNTER_FILED
    assert countered.due == datetime(2026, 6, 10, 10, tzinfo=UTC)
    assert countered.text == 'said: "genuine", 真'
    assert countered.line == 3


def test_the_same_words_are_the_same_row_and_others_are_not() -> None:
    first, second = read_sheet(SHEET.encode(), {})
    assert [row.id for row in read_sheet(b"\xef\xbb\xbf" + SHEET.encode(), {})] == [
        first.id,
        second.id,
    ]
    changed = read_sheet(SHEET.replace("genuine", "honest").encode(), {})
    assert changed[0].id == first.id
    assert changed[1].id != second.id


def test_columns_may_have_other_names() -> None:
    theirs = SHEET.replace("number", "Complaint ID", 1).replace("event", "Status", 1)
    names = {"number": "Complaint ID", "event": "Status"}
    assert read_sheet(theirs.encode(), names) == read_sheet(SHEET.encode(), {})
    with pytest.raises(BadSheet, match="no column 'number'; name yours with --column"):
        read_sheet(theirs.encode(), {})


@pytest.mark.parametrize(
    ("was", "broken", "said"),
    [
        ("alibaba,CN", "ebay,CN", "line 2, column platform: 'ebay' is not a valid Platform"),
        ("submitted", "exploded", "line 2, column event"),
        ("2026-06-01T10:00:00+08:00", "1 June", "line 2, column at: '1 June' is not a moment"),
        ("2026-06-10,", "soon,", "line 3, column due"),
        ("alibaba,CN 77", "alibaba,", "line 2, column number: every complaint has a number"),
        ('""genuine""', '"genuine', "after line 2"),
        ("platform,", "", "no column 'platform'"),
    ],
)
def test_a_mistake_is_named_with_its_place(was: str, broken: str, said: str) -> None:
    with pytest.raises(BadSheet, match=said.replace("(", r"\(")):
        read_sheet(SHEET.replace(was, broken, 1).encode(), {})


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"PK\x03\x04" + b"\x00" * 99])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(BadSheet):
        read_sheet(data, {})


def test_a_table_that_is_too_large_is_refused() -> None:
    with pytest.raises(BadSheet, match="at most"):
        read_sheet(b"x" * 10_000_001, {})
    row = SHEET.splitlines()[1]
    with pytest.raises(BadSheet, match="more than 20000 rows"):
        read_sheet("\n".join([SHEET.splitlines()[0], *[row] * 20_001]).encode(), {})


@given(st.binary() | st.text().map(lambda text: (SHEET + text).encode()))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        rows = read_sheet(data, {})
    except BadSheet:
        return
    assert all(row.number for row in rows)


def workbook(rows: list[list[str | datetime]]) -> bytes:
    """As spreadsheet programs write it: a moment is a number of days, and A2 is a link."""
    text = ""
    for y, row in enumerate(rows, start=1):
        text += f'<row r="{y}">'
        for x, cell in enumerate(row):
            place = f"{'ABCDE'[x]}{y}"
            if isinstance(cell, datetime):
                days = (cell - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001
                text += f'<c r="{place}"><v>{days:.10g}</v></c>'
            else:
                text += f'<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>'
        text += "</row>"
    relations = '<Relationships><Relationship Id="r1" Target="https://ipp.example/77"/>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet><sheetData>{text}</sheetData>"
            '<hyperlinks><hyperlink ref="A2" id="r1"/></hyperlinks></worksheet>',
        )
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", f"{relations}</Relationships>")
    return buffer.getvalue()


ROWS: list[list[str | datetime]] = [
    ["Complaint ID", "Status", "Last update", "Deadline", "Remarks"],
    ["CN 77", "Complaint successful", datetime(2026, 6, 9, 10), "", "genuine"],  # noqa: DTZ001
    ["CN 78", "Counter-notice", datetime(2026, 6, 8, 9, 30), datetime(2026, 6, 10), ""],  # noqa: DTZ001
]
MAPPING = SheetMapping(
    columns={"number": "Complaint ID", "event": "Status", "at": "Last update", "due": "Deadline"},
    words={"complaint successful": "upheld", "Counter-notice": "counter_filed"},
    constants={"platform": "alibaba"},
    zone="Asia/Shanghai",
)


def test_a_workbook_says_the_same_as_a_text() -> None:
    won, countered = rows_of(read_table(workbook(ROWS)), MAPPING)
    assert (won.number, won.state) == ("CN 77", ComplaintState.UPHELD)
    assert won.at == datetime(2026, 6, 9, 2, tzinfo=UTC)
    assert countered.at == datetime(2026, 6, 8, 1, 30, tzinfo=UTC)
    assert countered.due == datetime(2026, 6, 10, 10, tzinfo=UTC)
    text = "Complaint ID,Status,Last update,Deadline\nCN 77,Complaint successful,2026-06-09 10:00,"
    assert rows_of(read_table(text.encode()), MAPPING)[0].at == won.at


def test_nothing_is_guessed_in_silence() -> None:
    table = read_table(workbook(ROWS))
    assert guessed_columns(table.heading, {}) == {
        "number": "Complaint ID",
        "event": "Status",
        "at": "Last update",
        "due": "Deadline",
        "text": "Remarks",
    }
    assert unknown_words(table, SheetMapping(columns={"event": "Status"})) == {
        "Complaint successful": 1,
        "Counter-notice": 1,
    }
    with pytest.raises(BadSheet, match=r"2026-06-09 10:00:00 names no time zone; say which"):
        rows_of(table, replace(MAPPING, zone=None))


def test_a_broken_workbook_is_refused_in_words() -> None:
    good = workbook(ROWS)
    with pytest.raises(BadSheet, match="no row could be read in this workbook"):
        read_table(good[: len(good) // 2])
    with pytest.raises(BadSheet, match="two columns are called 'Status'"):
        read_table(workbook([["Status", "Status"], ["a", "b"]]))


@given(st.binary(max_size=400))
def test_a_damaged_workbook_never_breaks_anything_else(damage: bytes) -> None:
    good = workbook(ROWS)
    with suppress(BadSheet):
        read_table(good[:300] + damage + good[300 + len(damage) :])
