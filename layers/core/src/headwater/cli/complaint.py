"""headwater complaint: record what was filed, what the seller answered, and what came of it."""

import argparse
import getpass
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters import answer_page
from headwater.adapters.complaint_sheet import (
    COLUMNS,
    SheetMapping,
    SheetRow,
    Table,
    guessed_columns,
    read_table,
    remember,
    remembered,
    rows_of,
    unknown_words,
)
from headwater.adapters.deadline_rules import BadRules, read_clock
from headwater.adapters.secrets import NoSecret, Secrets
from headwater.adapters.stack import Stack, StackUnusable, find_stack
from headwater.adapters.store import Bucket
from headwater.domain.brands import Brand, Right
from headwater.domain.calendars import CHINA
from headwater.domain.cases import Case, Conflict, NotAllowed
from headwater.domain.complaints import (
    MOST_CASES,
    Complaint,
    ComplaintState,
    EventKind,
    complaint_id,
)
from headwater.domain.deadlines import Clock, Deadline, NoRule, instant, typed_moment
from headwater.domain.platforms import Platform
from headwater.domain.strangers import in_one_line
from headwater.usecases.complaints import (
    DifferentComplaint,
    NoSuchComplaint,
    counter_filed,
    file_complaint,
    move,
    note,
    undo,
)

_FILED_AS = (ComplaintState.UNDER_REVIEW, ComplaintState.DRAFT, ComplaintState.WAITING_IPR)
_DECISIONS = [state for state in ComplaintState if state is not ComplaintState.COUNTER_FILED]


class NotUnderstood(ValueError):  # noqa: N818 - says what is the matter
    """The call names something that there is not; the message says what there is."""


_WRONG = (
    BadRules,
    StackUnusable,
    NoSuchComplaint,
    DifferentComplaint,
    NotAllowed,
    NoRule,
    Conflict,
    NoSecret,
    BotoCoreError,
    ClientError,
    PynamoDBException,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--stack", default="headwater", help="the stack's name (default headwater)")
    common.add_argument("--brand", help="needed when there are several")
    change = argparse.ArgumentParser(add_help=False, parents=[common])
    change.add_argument("--at", help="when it happened: 2026-02-11T09:30:00+08:00 (default: now)")
    change.add_argument("--by", default=None, help="who says so (default: you)")
    change.add_argument("--text", default="", help="what else is worth remembering")
    verbs = parser.add_subparsers(dest="verb", required=True)

    filing = verbs.add_parser("file", parents=[change], help="a complaint was filed")
    filing.add_argument("--platform", required=True, type=Platform, choices=list(Platform))
    filing.add_argument("--number", required=True, help="the platform's own number, as it stands")
    filing.add_argument("--right", required=True, help="the number of the right it rests on")
    filing.add_argument(
        "--as", dest="state", type=ComplaintState, default=_FILED_AS[0], choices=_FILED_AS
    )
    filing.add_argument("case", nargs="+", help="the cases that it covers, 1 to 300")

    counter = _on_complaint(verbs, change, "counter", "the seller answered: the clock runs")
    counter.add_argument("--due", help="the date or moment that the notice names: it wins")
    _on_complaint(verbs, change, "accept", "we accepted the seller's answer and gave up")
    _on_complaint(verbs, change, "reject", "we rejected the seller's answer")
    decide = _on_complaint(verbs, change, "decide", "the complaint came into another state")
    decide.add_argument("state", type=ComplaintState, choices=_DECISIONS)
    decide.add_argument("--due", help="the date or moment that the notice names: it wins")
    noting = _on_complaint(verbs, common, "note", "something worth remembering")
    noting.add_argument("text")
    noting.add_argument("--by", default=None, help="who says so (default: you)")
    _on_complaint(verbs, change, "undo", "take the last change back")
    _on_complaint(verbs, common, "show", "everything about one complaint")
    importing = verbs.add_parser(
        "import",
        parents=[common],
        help="a table of what happened, one row each (CSV, XLSX)",
        description="How a table is to be read is remembered by its heading: the next one needs"
        " no flags. A guess is only shown, with its first rows, until you say --yes.",
    )
    importing.add_argument("sheet", type=Path, help=f"with the columns {', '.join(COLUMNS)}")
    importing.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help='where yours are called otherwise: --column number="Complaint ID"',
    )
    importing.add_argument(
        "--word",
        action="append",
        default=[],
        metavar="THEIRS=EVENT",
        help='what a status of yours means: --word "Complaint successful"=upheld',
    )
    importing.add_argument(
        "--set",
        action="append",
        default=[],
        dest="constants",
        metavar="OURS=VALUE",
        help="for a column that the table does not have: --set platform=alibaba",
    )
    importing.add_argument("--zone", help="of moments that name none: --zone Asia/Shanghai")
    importing.add_argument("--preview", action="store_true", help="show it, record nothing")
    importing.add_argument("--yes", action="store_true", help="the guess that was shown is right")
    importing.add_argument("--by", default=None, help="who says so (default: you)")
    verbs.add_parser("list", parents=[common], help="the complaints, the most urgent first")
    verbs.add_parser(
        "feed", parents=[common], help="the private address of the calendar of every open deadline"
    )


def _on_complaint(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    parent: argparse.ArgumentParser,
    name: str,
    meaning: str,
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, parents=[parent], help=meaning)
    parser.add_argument("complaint")
    return parser


def run(arguments: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    try:
        stack = find_stack(arguments.stack)
        brand = stack.brand(arguments.brand)
        clock = read_clock(stack.desk.deadlines)
        if arguments.verb == "feed":
            key = Secrets(f"/{stack.name}").key(answer_page.KEY)
            print(answer_page.feed_address(brand.id, stack.outputs["AnswerUrl"], key))
        elif arguments.verb == "list":
            _list(stack.complaints.of_brand(brand.id), clock)
        elif arguments.verb == "show":
            complaint = stack.complaints.get(brand.id, arguments.complaint)
            if complaint is None:
                raise NoSuchComplaint(f"brand {brand.id} has no complaint {arguments.complaint}")
            print(in_words(complaint, clock))
        elif arguments.verb == "import":
            return _import(arguments, stack, brand, clock, now)
        else:
            complaint = _record(arguments, stack, brand, clock, now)
            print("\n".join(_summary(complaint, clock)))
    except _WRONG as error:
        print(f"headwater complaint: {error}", file=sys.stderr)
        return 1
    except (ValueError, OSError) as error:
        print(f"headwater complaint: {error}", file=sys.stderr)
        return 2
    return 0


def _record(
    arguments: argparse.Namespace, stack: Stack, brand: Brand, clock: Clock, now: datetime
) -> Complaint:
    by = arguments.by or getpass.getuser()
    complaints = stack.complaints
    if arguments.verb == "note":
        return note(
            brand.id,
            arguments.complaint,
            arguments.text,
            complaints=complaints,
            clock=clock,
            at=now,
            by=by,
            source="cli",
        )
    at = now if arguments.at is None else instant(arguments.at)
    if arguments.verb == "file":
        right = _right(brand, arguments.right)
        cases = _cases(stack, brand, arguments.platform, arguments.case)
        return file_complaint(
            complaints=complaints,
            brand=brand.id,
            platform=arguments.platform,
            number=arguments.number,
            right=right.number,
            right_kind=right.kind,
            cases=[case.id for case in cases],
            state=arguments.state,
            at=at,
            now=now,
            by=by,
            source="cli",
            rehearsal=any(case.rehearsal for case in cases),
        )
    if arguments.verb == "undo":
        return undo(
            brand.id,
            arguments.complaint,
            complaints=complaints,
            clock=clock,
            now=now,
            by=by,
            source="cli",
            text=arguments.text,
        )
    due = getattr(arguments, "due", None)
    due_typed = None if due is None else typed_moment(due)
    if arguments.verb == "counter":
        return counter_filed(
            brand.id,
            arguments.complaint,
            complaints=complaints,
            clock=clock,
            at=None if arguments.at is None else at,
            now=now,
            by=by,
            source="cli",
            text=arguments.text,
            due_typed=due_typed,
        )
    states = {"accept": ComplaintState.WITHDRAWN, "reject": ComplaintState.ANSWERED}
    return move(
        brand.id,
        arguments.complaint,
        states.get(arguments.verb) or arguments.state,
        complaints=complaints,
        clock=clock,
        at=at,
        now=now,
        by=by,
        source="cli",
        text=arguments.text,
        due_typed=due_typed,
    )


def _import(
    arguments: argparse.Namespace, stack: Stack, brand: Brand, clock: Clock, now: datetime
) -> int:
    """Read the whole table before anything is recorded; what cannot be recorded is said."""
    said = _flags(arguments)
    table = read_table(arguments.sheet.read_bytes())
    work = Bucket(stack.outputs["WorkBucket"])
    mapping, guessed = _mapping(said, table, remembered(work, table))
    unknown = unknown_words(table, mapping)
    if arguments.preview or unknown or (guessed and not arguments.yes):
        print("\n".join(_preview(table, mapping, guessed, unknown)))
        return 0 if arguments.preview and not unknown else 1
    rows = rows_of(table, mapping)
    remember(work, table, mapping)
    by = arguments.by or getpass.getuser()
    recorded = refused = 0
    for row in rows:
        try:
            recorded += _import_row(row, stack, brand, clock, now=now, by=by)
        except (*_WRONG, ValueError) as error:
            print(f"{arguments.sheet}, line {row.line}: {error}", file=sys.stderr)
            refused += 1
    known = len(rows) - recorded - refused
    print(f"{len(rows)} rows: {recorded} recorded, {known} known already, {refused} refused")
    return 1 if refused else 0


def _flags(arguments: argparse.Namespace) -> SheetMapping:
    """What was said now. Raises NotUnderstood."""
    said = {name: _pairs(getattr(arguments, name)) for name in ("column", "word", "constants")}
    for ours in (*said["column"], *said["constants"]):
        if ours not in COLUMNS:
            raise NotUnderstood(f"{ours!r} is no column of ours; there is {', '.join(COLUMNS)}")
    for meant in said["word"].values():
        if meant != "submitted" and meant not in set(ComplaintState):
            raise NotUnderstood(f"{meant!r} is no event; there is {', '.join(ComplaintState)}")
    if arguments.zone and arguments.zone not in available_timezones():
        raise NotUnderstood(
            f"--zone {arguments.zone}: is no time zone; write one like Asia/Shanghai"
        )
    return SheetMapping(
        columns=said["column"],
        words=said["word"],
        constants=said["constants"],
        zone=arguments.zone,
    )


def _mapping(
    said: SheetMapping, table: Table, before: SheetMapping
) -> tuple[SheetMapping, dict[str, str]]:
    """What was said now, over what was said before; and the columns that are only guessed."""
    columns = {**before.columns, **said.columns}
    exact = {ours: ours for ours in COLUMNS if ours in table.heading and ours not in columns}
    sure = {**exact, **columns}
    wanted = {*COLUMNS} - {*said.constants, *before.constants}
    every = guessed_columns(table.heading, sure)
    guessed = {ours: every[ours] for ours in every if ours not in sure and ours in wanted}
    mapping = SheetMapping(
        columns={**sure, **guessed},
        words={**before.words, **said.words},
        constants={**before.constants, **said.constants},
        zone=said.zone or before.zone,
    )
    return mapping, guessed


def _pairs(written: list[str]) -> dict[str, str]:
    """THEIRS may hold an equals sign: the last one parts."""
    pairs = {}
    for one in written:
        left, equals, right = one.rpartition("=") if one.count("=") > 1 else one.partition("=")
        if not (equals and left.strip() and right.strip()):
            raise NotUnderstood(f"{one!r} is no pair; write it as NAME=VALUE")
        pairs[left.strip()] = right.strip()
    return pairs


def _preview(
    table: Table, mapping: SheetMapping, guessed: Mapping[str, str], unknown: Mapping[str, int]
) -> Iterator[str]:
    yield f"{len(table.rows)} rows. How they would be read:"
    for ours in COLUMNS:
        if ours in mapping.constants:
            yield f"  {ours:<9} always {in_one_line(mapping.constants[ours])}"
        elif mapping.columns.get(ours) in table.heading:
            how = "   (a GUESS)" if ours in guessed else ""
            examples = [row.get(mapping.columns[ours], "").strip() for _, row in table.rows[:3]]
            shown = " | ".join(in_one_line(one, most=30) for one in examples)
            yield f"  {ours:<9} from {mapping.columns[ours]!r}: {shown}{how}"
        else:
            yield f"  {ours:<9} not in the table"
    for word, count in unknown.items():
        yield f'  What does {word!r} mean ({count} rows)? Say --word "{in_one_line(word)}"=EVENT'
    if unknown:
        yield f"  EVENT is one of {', '.join(ComplaintState)}"
    if guessed:
        yield "If the guess is right, give the command again with --yes; else name --column."
    yield "Nothing was recorded."


def _import_row(
    row: SheetRow, stack: Stack, brand: Brand, clock: Clock, *, now: datetime, by: str
) -> bool:
    """Whether the row said anything new."""
    complaints = stack.complaints
    own_id = complaint_id(row.platform, row.number)
    before = complaints.get(brand.id, own_id)
    if before is None and row.state in _FILED_AS:
        right = _right(brand, row.right)
        cases = _cases(stack, brand, row.platform, list(row.cases))
        file_complaint(
            complaints=complaints,
            brand=brand.id,
            platform=row.platform,
            number=row.number,
            right=right.number,
            right_kind=right.kind,
            cases=[case.id for case in cases],
            state=row.state,
            at=row.at,
            now=now,
            by=by,
            source="sheet",
            rehearsal=any(case.rehearsal for case in cases),
        )
        return True
    if before is not None and row.at == before.events[0].at and row.state is before.events[0].state:
        return False
    if row.state is ComplaintState.COUNTER_FILED:
        after = counter_filed(
            brand.id,
            own_id,
            complaints=complaints,
            clock=clock,
            at=row.at,
            now=now,
            by=by,
            source="sheet",
            text=row.text,
            due_typed=row.due,
            event_id=row.id,
        )
    else:
        after = move(
            brand.id,
            own_id,
            row.state,
            complaints=complaints,
            clock=clock,
            at=row.at,
            now=now,
            by=by,
            source="sheet",
            text=row.text,
            due_typed=row.due,
            event_id=row.id,
        )
    return after != before


def _right(brand: Brand, number: str) -> Right:
    rights = {right.number: right for right in brand.rights}
    if number not in rights:
        there_is = ", ".join(rights) or "none in the configuration"
        raise NotUnderstood(f"brand {brand.id} has no right {number!r}; there is {there_is}")
    return rights[number]


def _cases(stack: Stack, brand: Brand, platform: Platform, case_ids: list[str]) -> list[Case]:
    """The cases themselves: a complaint is about listings of one platform that we know."""
    if len(set(case_ids)) > MOST_CASES:
        raise NotUnderstood(
            f"a complaint covers 1 to {MOST_CASES} listings, this one {len(set(case_ids))};"
            " file the others as a complaint of their own"
        )
    if len(case_ids) > 30:
        print(f"looking up {len(case_ids)} cases …", file=sys.stderr)
    cases = []
    for case_id in dict.fromkeys(case_ids):
        case = stack.cases.get(brand.id, case_id)
        if case is None:
            raise NotUnderstood(f"brand {brand.id} has no case {case_id}")
        if case.listing.key.platform is not platform:
            raise NotUnderstood(f"case {case_id} is not on {platform.title}")
        cases.append(case)
    return cases


def _list(complaints: Iterable[Complaint], clock: Clock) -> None:
    rows = []
    for complaint in complaints:
        own = complaint.own_deadlines(clock)
        rows.append((own[0].act_by_at if own else datetime.max.replace(tzinfo=UTC), complaint, own))
    for _, complaint, own in sorted(rows, key=lambda row: (row[0], row[1].id)):
        act = f"act by {_moment(own[0])}" if own else ""
        print(f"{complaint.id:<32}  {complaint.state:<18}  {len(complaint.cases):>3}  {act}")
    print(f"{len(rows)} complaint(s)")


def _summary(complaint: Complaint, clock: Clock) -> list[str]:
    lines = [f"complaint {complaint.id} is {complaint.state}"]
    own = complaint.own_deadlines(clock)
    for deadline in own:
        provisional = ", provisional" if deadline.provisional else ""
        lines.append(
            f"  act by {_moment(deadline)} (rule {deadline.rule.id}, {deadline.basis}{provisional})"
        )
    awaited = complaint.deadline_of_state(clock)
    if awaited is not None and not awaited.ours:
        lines.append(f"  the {awaited.rule.who} has until {awaited.latest:%a %d %b %Y} at most")
    return lines


def in_words(complaint: Complaint, clock: Clock) -> str:
    """What is known of the complaint, event by event."""
    lines = _summary(complaint, clock)
    lines += [
        f"  on {complaint.platform.title}, number {in_one_line(complaint.number or '?')}",
        f"  right {in_one_line(complaint.right)} ({complaint.right_kind})",
        f"  {len(complaint.cases)} case(s): {', '.join(complaint.cases)}",
    ]
    if complaint.rehearsal:
        lines.append("  rehearsal: this is invented data")
    for event in complaint.events:
        what = event.name if event.kind is EventKind.STATE else f"{event.kind} ({event.state})"
        due = f", due {event.due:%Y-%m-%d %H:%M} UTC" if event.due else ""
        text = f": {in_one_line(event.text)}" if event.text else ""
        by = f"{in_one_line(event.by)} through {in_one_line(event.source)}"
        lines.append(f"  {event.at:%Y-%m-%d %H:%M} UTC  {what}{due}, by {by}{text}")
    return "\n".join(lines)


def _moment(deadline: Deadline) -> str:
    return f"{deadline.act_by_at.astimezone(CHINA):%a %d %b %Y %H:%M} in China"
