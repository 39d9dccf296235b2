"""Deadlines as an iCalendar file (RFC 5545) for any calendar program."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from headwater.domain.calendars import CHINA
from headwater.domain.strangers import in_one_line
from headwater.usecases.digest import Due


def render(
    due_dates: Iterable[Due], *, page: Callable[[Due], str | None] = lambda _: None
) -> bytes:
    """One event of half an hour before each last moment. The same dates give the same bytes.

    `page` gives the address of the report's page for a date.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Headwater//Deadlines//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Headwater deadlines",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for due in due_dates:
        lines += _event(due, page(due))
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(due: Due, page: str | None) -> list[str]:
    deadline, rule = due.deadline, due.deadline.rule
    end = deadline.act_by_at
    changed = due.complaint.updated_at if due.complaint is not None else deadline.started_at
    provisional = "PROVISIONAL: " if deadline.provisional else ""
    rehearsal = "REHEARSAL: " if due.complaint is not None and due.complaint.rehearsal else ""
    title = f"{rehearsal}{provisional}{rule.who}: {due.subject}"
    words = (
        f"Until {end.astimezone(CHINA):%a %d %b %Y %H:%M} in China. {rule.consequence}"
        f" Rule {rule.id} ({deadline.basis}): {rule.citation}"
    )
    return [
        "BEGIN:VEVENT",
        f"UID:{due.subject.replace(' ', '-')}-{rule.id}@headwater",
        f"DTSTAMP:{_utc(changed)}",
        f"DTSTART:{_utc(end - timedelta(minutes=30))}",
        f"DTEND:{_utc(end)}",
        f"SUMMARY:{_value(title)}",
        f"DESCRIPTION:{_value(words)}",
        *([f"URL:{page}"] if page else []),
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-P1D",
        f"DESCRIPTION:{_value(title)}",
        "END:VALARM",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _value(text: str) -> str:
    line = in_one_line(text, most=1000)
    return line.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> bytes:
    """Lines of at most 75 bytes, cut between characters, continued after a space."""
    rows, row = [], b""
    for character in line:
        encoded = character.encode()
        if len(row) + len(encoded) > 75:
            rows.append(row)
            row = b" "
        row += encoded
    return b"\r\n".join([*rows, row]) + b"\r\n"
