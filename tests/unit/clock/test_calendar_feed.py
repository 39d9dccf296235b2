"""The calendar file: what RFC 5545 asks of every line, and what the events say."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from headwater.adapters.calendar_feed import _folded, _value, render
from headwater.usecases.digest import Due, upcoming
from tests.fakes.clock import ComplaintsInMemory
from tests.unit.clock.desk import CLOCK, OWNER, RECEIVED, brand, waiting_complaint


def due_dates(*, rehearsal: bool = False) -> tuple[Due, ...]:
    store = ComplaintsInMemory()
    waiting_complaint(store, rehearsal=rehearsal)
    waiting_complaint(store, number="0002", at=RECEIVED.replace(month=12, day=30))
    complaints = store.of_brand("fjellvik")
    return upcoming(brand(OWNER), complaints, CLOCK, RECEIVED, within=None)


def unfolded(feed: bytes) -> list[str]:
    return feed.decode().replace("\r\n ", "").split("\r\n")


def test_a_deadline_is_an_event_that_ends_with_it() -> None:
    lines = unfolded(render(due_dates(), page=lambda _: "https://report.example/"))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2
    assert "DTEND:20260604T100000Z" in lines
    assert "DTSTART:20260604T093000Z" in lines
    assert "UID:complaint-alibaba-0001-CMP-GENERIC@headwater" in lines
    assert "SUMMARY:complainant: complaint alibaba-0001" in lines
    assert "SUMMARY:PROVISIONAL: complainant: complaint alibaba-0002" in lines
    assert "URL:https://report.example/" in lines


def test_the_same_dates_give_the_same_bytes_and_no_dates_an_empty_calendar() -> None:
    assert render(due_dates()) == render(due_dates())
    assert unfolded(render(())).count("BEGIN:VEVENT") == 0


def test_a_rehearsal_is_marked() -> None:
    assert "SUMMARY:REHEARSAL: complainant" in render(due_dates(rehearsal=True)).decode()


def test_every_line_is_short_and_ends_as_it_must() -> None:
    feed = render(due_dates())
    assert feed.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in feed.split(b"\r\n"))
    assert b"\n" not in feed.replace(b"\r\n", b"")


@given(st.text())
def test_any_text_survives_escaping_and_folding(text: str) -> None:
    value = _value(text)
    rows = _folded(f"SUMMARY:{value}").split(b"\r\n")
    assert all(len(row) <= 75 for row in rows)
    assert rows[-1] == b""
    together = b"".join(row if n == 0 else row[1:] for n, row in enumerate(rows))
    assert together.decode() == f"SUMMARY:{value}"
    unescaped = value.replace("\\\\", "\0").replace("\\;", ";").replace("\\,", ",")
    assert not set(unescaped.replace("\0", "")) & {"\\", "\n", "\r"}


def test_another_programs_reader_finds_every_date_in_it() -> None:
    dates = due_dates(rehearsal=True)
    calendar = Calendar.from_ical(render(dates))
    assert isinstance(calendar, Calendar)
    events = calendar.events
    assert [event.end for event in events] == [due.deadline.act_by_at for due in dates]
    assert len({event["UID"] for event in events}) == len(events) == 2
    for event, due in zip(events, dates, strict=True):
        assert due.complaint is not None
        assert due.complaint.updated_at == event.DTSTAMP
        assert due.deadline.rule.consequence.split(";")[0] in str(event["DESCRIPTION"])


def test_a_calendar_program_is_warned_a_day_ahead() -> None:
    assert "TRIGGER:-P1D" in unfolded(render(due_dates()))
    assert timedelta(days=1) < timedelta(hours=48)
