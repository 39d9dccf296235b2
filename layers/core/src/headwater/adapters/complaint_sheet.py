"""A table of complaints, as people keep it beside the platform: each row something happened."""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from headwater.domain.complaints import ComplaintState
from headwater.domain.deadlines import instant, typed_moment
from headwater.domain.platforms import Platform

COLUMNS = ("platform", "number", "event", "at", "right", "cases", "due", "text")
_NEEDED = ("platform", "number", "event", "at")
_MOST_BYTES = 10_000_000
_MOST_ROWS = 20_000


class BadSheet(ValueError):  # noqa: N818 - says what is the matter
    """The table cannot be used; the message names row and column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """What one row says. `id` is the same for the same words: the row is taken once."""

    line: int
    id: str
    platform: Platform
    number: str
    state: ComplaintState
    at: datetime
    right: str
    cases: tuple[str, ...]
    due: datetime | None
    text: str


def read_sheet(data: bytes, columns: Mapping[str, str]) -> tuple[SheetRow, ...]:
    """Every row of a CSV file, or none: raises BadSheet at the first that cannot be read.

    `columns` maps our column names to those of the file where they differ. `event` is a state of a
    complaint ("submitted" is under_review); `cases` are ids with spaces in between.
    """
    if len(data) > _MOST_BYTES:
        raise BadSheet(f"the table has {len(data)} bytes; at most {_MOST_BYTES} are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSheet(f"byte {error.start} is not UTF-8: save the table as CSV UTF-8") from None
    names = {ours: columns.get(ours, ours) for ours in COLUMNS}
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    read = []
    try:
        missing = [names[one] for one in _NEEDED if names[one] not in (rows.fieldnames or ())]
        if missing:
            raise BadSheet(f"there is no column {missing[0]!r}; name yours with --column")
        for number, row in enumerate(rows):
            if number == _MOST_ROWS:
                raise BadSheet(f"more than {_MOST_ROWS} rows")
            said = {ours: (row.get(theirs) or "").strip() for ours, theirs in names.items()}
            if any(said.values()):
                read.append(_row(rows.line_num, said))
    except csv.Error as error:
        raise BadSheet(f"after line {rows.line_num}: {error}") from None
    return tuple(read)


def _row(line: int, said: Mapping[str, str]) -> SheetRow:
    if not said["number"]:
        raise BadSheet(f"line {line}, column number: every complaint has a number")
    column = "platform"
    try:
        platform = Platform(said[column].lower())
        column = "event"
        state = ComplaintState(_STATES.get(said[column].lower(), said[column].lower()))
        column = "at"
        at = instant(said[column])
        column = "due"
        due = typed_moment(said[column]) if said[column] else None
    except ValueError as error:
        raise BadSheet(f"line {line}, column {column}: {error}") from None
    digest = hashlib.sha256("\x00".join(said[one] for one in COLUMNS).encode()).hexdigest()
    return SheetRow(
        line=line,
        id=f"sheet#{digest[:24]}",
        platform=platform,
        number=said["number"],
        state=state,
        at=at,
        right=said["right"],
        cases=tuple(said["cases"].split()),
        due=due,
        text=said["text"],
    )


_STATES = {"submitted": ComplaintState.UNDER_REVIEW.value}
