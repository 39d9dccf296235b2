"""A table of complaints, as people keep it beside the platform: each row something happened."""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from headwater.adapters.records import decode, encode
from headwater.adapters.store import Bucket, NoSuchObject
from headwater.domain.complaints import ComplaintState
from headwater.domain.deadlines import instant, typed_moment
from headwater.domain.platforms import Platform
from headwater.marketplaces.lists import read_workbook

COLUMNS = ("platform", "number", "event", "at", "right", "cases", "due", "text")
_NEEDED = ("platform", "number", "event", "at")
_USUAL = {
    "platform": {"marketplace", "site", "channel", "平台", "站点"},
    "number": {
        "complaint id", "complaint no", "complaint number", "case id", "case number", "id",
        "投诉编号", "投诉单号", "投诉id", "单号", "编号",
    },
    "event": {
        "status", "state", "result", "complaint status", "状态", "投诉状态", "处理结果", "结果",
    },
    "at": {
        "date", "time", "updated", "update time", "status date", "last update", "submitted on",
        "时间", "日期", "更新时间", "处理时间", "投诉时间", "提交时间",
    },
    "right": {
        "ipr", "ip right", "ipr number", "registration number", "trademark", "right number",
        "知识产权", "知识产权编号", "注册号", "权利编号",
    },
    "cases": {"case", "listings", "listing", "案件"},
    "due": {"deadline", "respond by", "due date", "截止时间", "截止日期", "响应截止时间"},
    "text": {"note", "notes", "remark", "remarks", "reason", "comment", "备注", "原因", "说明"},
}  # fmt: skip
"""Usual headings. No export of a platform is documented, so these are a guess, shown as one."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMapping:
    """How somebody's table says what ours says.

    `columns` maps our column names to theirs, `words` their words for an event to ours, both in
    the words of the table; `constants` stand for columns that it does not have; `zone` is the time
    zone of moments that name none.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it came: its heading, and each row with its number in the file."""

    heading: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]

    @property
    def id(self) -> str:
        """The same for every table with this heading."""
        return hashlib.sha256("\x00".join(self.heading).encode()).hexdigest()[:16]


def read_table(data: bytes) -> Table:
    """A CSV (UTF-8) or XLSX file. Raises BadSheet at the first thing that cannot be read."""
    if len(data) > _MOST_BYTES:
        raise BadSheet(f"the table has {len(data)} bytes; at most {_MOST_BYTES} are read")
    table = _workbook(data) if data.startswith(b"PK\x03\x04") else _text(data)
    twice = [name for name in table.heading if name and table.heading.count(name) > 1]
    if twice:
        raise BadSheet(f"two columns are called {twice[0]!r}: name them apart")
    return table


def guessed_columns(heading: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Our columns to theirs, where a heading is a usual word for it and only one is."""
    found = dict(known)
    for ours in COLUMNS:
        usual = {ours, *_USUAL[ours]}
        theirs = [one for one in heading if _plain(one) in usual and one not in found.values()]
        if ours not in found and len(theirs) == 1:
            found[ours] = theirs[0]
    return found


def unknown_words(table: Table, mapping: SheetMapping) -> dict[str, int]:
    """What the column of events says that is no event of ours, and how often."""
    column = mapping.columns.get("event", "event")
    words = Counter(row.get(column, "").strip() for _, row in table.rows)
    known = {_plain(one) for one in (*mapping.words, *_STATES, *(s.value for s in ComplaintState))}
    return {
        word: count for word, count in words.most_common() if word and _plain(word) not in known
    }


def read_sheet(data: bytes, columns: Mapping[str, str]) -> tuple[SheetRow, ...]:
    """Every row of a CSV or XLSX file, or none: raises BadSheet at the first that cannot be read.

    `columns` maps our column names to those of the file where they differ. `event` is a state of a
    complaint ("submitted" is under_review); `cases` are ids with spaces in between.
    """
    return rows_of(read_table(data), SheetMapping(columns=columns))


def rows_of(table: Table, mapping: SheetMapping) -> tuple[SheetRow, ...]:
    """What each row of the table says. Raises BadSheet at the first that cannot be read."""
    names = {ours: mapping.columns.get(ours, ours) for ours in COLUMNS}
    given = {ours for ours in COLUMNS if names[ours] in table.heading} | set(mapping.constants)
    missing = [names[ours] for ours in _NEEDED if ours not in given]
    if missing:
        raise BadSheet(f"there is no column {missing[0]!r}; name yours with --column")
    words = {_plain(theirs): ours for theirs, ours in mapping.words.items()}
    read = []
    for line, row in table.rows:
        said = {ours: row.get(theirs, "").strip() for ours, theirs in names.items()}
        if not any(said.values()):
            continue
        for ours, constant in mapping.constants.items():
            said[ours] = said[ours] or constant
        said["event"] = words.get(_plain(said["event"]), said["event"])
        for ours in ("at", "due"):
            said[ours] = _moment(said[ours], mapping.zone, line=line, column=ours)
        read.append(_row(line, said))
    return tuple(read)


_REMEMBERED = "config/complaint-tables.json"


def remembered(work: Bucket, table: Table) -> SheetMapping:
    """How a table of this heading was read the last time; an empty mapping without one."""
    try:
        known = json.loads(work.get(_REMEMBERED))
        return decode(SheetMapping, known[table.id])
    except (NoSuchObject, KeyError):
        return SheetMapping()
    except ValueError as error:
        raise BadSheet(f"{_REMEMBERED} in the work bucket is damaged: {error}") from None


def remember(work: Bucket, table: Table, mapping: SheetMapping) -> None:
    """Beside the others, by the heading."""
    try:
        known = json.loads(work.get(_REMEMBERED))
    except (NoSuchObject, ValueError):
        known = {}
    known[table.id] = encode(mapping)
    text = json.dumps(known, ensure_ascii=False, indent=1)
    work.put(_REMEMBERED, text.encode(), "application/json")


def _text(data: bytes) -> Table:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSheet(f"byte {error.start} is not UTF-8: save the table as CSV UTF-8") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, Mapping[str, str]]] = []
    try:
        heading = tuple(reader.fieldnames or ())
        for row in reader:
            if len(rows) == _MOST_ROWS:
                raise BadSheet(f"more than {_MOST_ROWS} rows")
            cells = {name: value or "" for name, value in row.items() if isinstance(name, str)}
            rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise BadSheet(f"after line {reader.line_num}: {error}") from None
    return Table(heading=heading, rows=tuple(rows))


def _workbook(data: bytes) -> Table:
    """The first row that is not empty is the heading; a cell counts by its text, not its link."""
    cells = [(at, row) for at, row in enumerate(read_workbook(data, links=False), start=1)]
    filled = [(at, row) for at, row in cells if any(cell.strip() for cell in row)]
    if not filled:
        raise BadSheet("no row could be read in this workbook: save it anew as XLSX, or as CSV")
    if len(filled) > _MOST_ROWS:
        raise BadSheet(f"more than {_MOST_ROWS} rows")
    heading = tuple(cell.strip() for cell in filled[0][1])
    rows = tuple((at, dict(zip(heading, row, strict=False))) for at, row in filled[1:])
    return Table(heading=heading, rows=rows)


_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_NAIVE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?")


def _moment(text: str, zone: str | None, *, line: int, column: str) -> str:
    """As ISO 8601 with its zone: workbooks count days since 1899-12-30, and know no zone."""
    serial = _SERIAL.fullmatch(text)
    if serial:
        naive = datetime(1899, 12, 30) + timedelta(days=float(text))  # noqa: DTZ001 - made aware below
        naive = (naive + timedelta(milliseconds=500)).replace(microsecond=0)
        if column == "due" and "." not in text:
            return naive.date().isoformat()
    elif _NAIVE.fullmatch(text):
        naive = datetime.fromisoformat(text)
    else:
        return text
    if zone is None:
        raise BadSheet(
            f"line {line}, column {column}: {naive.isoformat(' ')} names no time zone; say which"
            " with --zone, for example --zone Asia/Shanghai"
        )
    return naive.replace(tzinfo=ZoneInfo(zone)).isoformat()


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[_\-.:#()（）]", " ", text.casefold()).split())


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
