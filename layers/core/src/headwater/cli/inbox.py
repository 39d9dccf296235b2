"""`headwater inbox`: the mails that came in, what they leave open, and how they are read."""

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters.deadline_rules import BadRules, read_clock
from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.adapters.inbox_mail import SesInboxMail
from headwater.adapters.letter_files import KeptExhibits, given_key, raw_mail
from headwater.adapters.mail import commands
from headwater.adapters.mime import read_mail
from headwater.adapters.notice_patterns import (
    BadPatterns,
    Learnt,
    built_in,
    forgotten,
    learnt_with,
    read_learnt,
    read_patterns,
    with_learnt,
    write_learnt,
)
from headwater.adapters.stack import Stack, StackUnusable, find_stack
from headwater.adapters.store import Bucket, NoSuchObject
from headwater.adapters.timestamping import authorities
from headwater.domain.cases import Conflict, NotAllowed
from headwater.domain.complaints import Complaint, ComplaintState
from headwater.domain.deadlines import NoRule, instant, typed_moment
from headwater.domain.letters import Letter, LetterState, Mail, Trust
from headwater.domain.notices import EVENTS, Patterns, Reading, sentences, understand
from headwater.domain.strangers import in_one_line
from headwater.usecases.inbox import Inbox, answer, dismiss, read_only
from headwater.usecases.teach import CannotTeach, Lesson, learn

_WRONG = (
    BadRules,
    BadPatterns,
    StackUnusable,
    NoSuchObject,
    NotAllowed,
    NoRule,
    Conflict,
    CannotTeach,
    BotoCoreError,
    ClientError,
    PynamoDBException,
    OSError,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--stack", default="headwater", help="the stack's name (default headwater)")
    common.add_argument("--brand", help="needed when there are several")
    verbs = parser.add_subparsers(dest="verb", required=True)

    listing = verbs.add_parser("list", parents=[common], help="the mails that wait for a person")
    listing.add_argument("--all", action="store_true", help="the others too, the newest first")
    show = verbs.add_parser("show", parents=[common], help="one mail: what it says, what to do")
    show.add_argument("letter")

    answering = verbs.add_parser(
        "answer", parents=[common], help="say what a mail says: it is recorded and sealed"
    )
    answering.add_argument("letter")
    answering.add_argument("--complaint", help="its id (default: the one that was guessed)")
    answering.add_argument(
        "--event", type=ComplaintState, choices=sorted(EVENTS), help="what happened"
    )
    answering.add_argument("--at", help="when it happened: 2026-02-11T09:30:00+08:00")
    answering.add_argument("--due", help="the date or moment that the notice names: it wins")
    answering.add_argument("--by", default=None, help="who says so (default: you)")
    dismissing = verbs.add_parser("dismiss", parents=[common], help="a mail says nothing")
    dismissing.add_argument("letter")
    dismissing.add_argument("--by", default=None, help="who says so (default: you)")

    adding = verbs.add_parser("add", parents=[common], help="give mails to the stack (.eml)")
    adding.add_argument("file", nargs="+", type=Path, metavar="FILE.eml")
    adding.add_argument("--by", default=None, help="who gives them (default: you)")
    reading = verbs.add_parser(
        "read",
        parents=[common],
        help="what would be understood of a mail, and why; nothing is recorded",
    )
    reading.add_argument("file", type=Path, metavar="FILE.eml")
    reading.add_argument("--json", action="store_true", help="as one JSON object")
    reading.add_argument("--sentences", action="store_true", help="its sentences as they are read")

    teaching = verbs.add_parser(
        "teach",
        parents=[common],
        help="make a pattern of a mail: the next such mail is read by it",
        description="Without --event and --sentence it asks, sentence by sentence.",
    )
    teaching.add_argument("file", type=Path, metavar="FILE.eml")
    teaching.add_argument(
        "--event", type=ComplaintState, choices=sorted(EVENTS), help="what the mail reports"
    )
    teaching.add_argument("--sentence", help="the words that say so, as they stand in the mail")
    teaching.add_argument("--number", help="the complaint's number, as it stands in the mail")
    teaching.add_argument("--due", help="the date for our answer, as it stands in the mail")
    teaching.add_argument("--by", default=None, help="who teaches (default: you)")
    teaching.add_argument("--dry-run", action="store_true", help="show it, keep nothing")
    verbs.add_parser("patterns", parents=[common], help="what was taught")
    forgetting = verbs.add_parser("forget", parents=[common], help="take back what was taught")
    forgetting.add_argument("words", help="the pattern's words, as `patterns` prints them")


def run(arguments: argparse.Namespace) -> int:
    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "list": _list,
        "show": _show,
        "answer": _answer,
        "dismiss": _dismiss,
        "add": _add,
        "read": _read,
        "teach": _teach,
        "patterns": _patterns,
        "forget": _forget,
    }
    try:
        return verbs[arguments.verb](arguments)
    except _WRONG as error:
        print(f"headwater inbox: {error}", file=sys.stderr)
        return 1
    except ValueError as error:
        print(f"headwater inbox: {error}", file=sys.stderr)
        return 2


# --- the questions ---------------------------------------------------------------------------


def _list(arguments: argparse.Namespace) -> int:
    stack = find_stack(arguments.stack)
    brand = stack.brand(arguments.brand)
    if arguments.all:
        letters = sorted(stack.letters.of_brand(brand.id), key=lambda one: one.received_at)[::-1]
    else:
        letters = list(stack.letters.asked(brand.id))
    for letter in letters:
        urgent = "  MAY BE A COUNTER-NOTICE" if letter.urgent else ""
        print(
            f"{letter.id}  {letter.received_at:%Y-%m-%d %H:%M}  {letter.state:<10}"
            f"  {letter.sender[:30]:<30}  {in_one_line(letter.subject, most=50)}{urgent}"
        )
    what = "mail(s)" if arguments.all else "mail(s) wait for a person"
    print(f"{len(letters)} {what}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    stack, letter = _found(arguments)
    print("\n".join(_described(letter)))
    body = Bucket(stack.outputs["WorkBucket"]).get(letter.key)
    print("\nThe mail, without what is quoted in it:")
    for layer in read_mail(body).layers[:5]:
        print(f"  From: {in_one_line(layer.sender)}   Subject: {in_one_line(layer.subject)}")
        for line in layer.body.splitlines()[:40]:
            if line.strip():
                print(f"    {in_one_line(line)}")
    if letter.state is LetterState.ASKED:
        print("\nTo answer:")
        print("\n".join(f"  {command}" for command in commands(letter)))
    return 0


def _described(letter: Letter) -> Iterator[str]:
    yield f"mail {letter.id} of {letter.received_at:%Y-%m-%d %H:%M} UTC is {letter.state}"
    yield f"  from {letter.sender}: {letter.trust}"
    yield f"  subject: {letter.subject}"
    if letter.complaint or letter.event:
        guess = "" if letter.state is LetterState.RECORDED else " (a guess)"
        yield f"  about: {letter.complaint or 'no known complaint'}, {letter.event or '?'}{guess}"
    if letter.sentence:
        yield f'  it says: "{letter.sentence}"'
    if letter.at:
        yield f"  happened: {letter.at:%Y-%m-%d %H:%M} UTC"
    if letter.due:
        yield f"  answer by: {letter.due:%Y-%m-%d %H:%M} UTC"
    for reason in letter.reasons:
        yield f"  - {in_one_line(reason, most=300)}"
    for exhibit in letter.exhibits:
        yield f"  sealed: exhibit {exhibit}"
    if letter.closed_by and letter.closed_at:
        yield f"  closed by {in_one_line(letter.closed_by)}, {letter.closed_at:%Y-%m-%d %H:%M} UTC"
    yield f"  kept under {letter.key} in the work bucket"


def _answer(arguments: argparse.Namespace) -> int:
    stack, letter = _found(arguments)
    by = arguments.by or getpass.getuser()
    wanted = arguments.complaint or letter.complaint
    if wanted is None:
        raise StackUnusable("which complaint? Say --complaint; `headwater complaint list` has them")
    brand = arguments.brand or letter.brand
    complaint = stack.complaints.get(brand, wanted)
    if complaint is None:
        raise StackUnusable(f"brand {brand} has no complaint {wanted}")
    event = arguments.event or letter.event
    if event is None:
        raise StackUnusable(f"what happened? Say --event, one of {', '.join(sorted(EVENTS))}")
    at = instant(arguments.at) if arguments.at else letter.at
    if at is None:
        raise StackUnusable("when did it happen? Say --at, like 2026-02-11T09:30:00+08:00")
    due = typed_moment(arguments.due) if arguments.due else letter.due
    if letter.state is not LetterState.ASKED:
        print(f"this mail is {letter.state} already; nothing was changed", file=sys.stderr)
        return 1
    body = Bucket(stack.outputs["WorkBucket"]).get(letter.key)
    closed = answer(
        letter,
        complaint=complaint,
        event=ComplaintState(event),
        at=at,
        due=due,
        by=by,
        raw=raw_mail(letter.key, body),
        inbox=_wired(stack, by),
    )
    print("\n".join(_described(closed)))
    print("It is recorded.")
    return 0


def _dismiss(arguments: argparse.Namespace) -> int:
    stack, letter = _found(arguments)
    if letter.state is not LetterState.ASKED:
        print(f"this mail is {letter.state} already; nothing was changed", file=sys.stderr)
        return 1
    by = arguments.by or getpass.getuser()
    dismiss(letter, by=by, inbox=_wired(stack, by))
    print(f"mail {letter.id} says nothing, says {by}")
    return 0


def _add(arguments: argparse.Namespace) -> int:
    stack = find_stack(arguments.stack)
    work = Bucket(stack.outputs["WorkBucket"])
    by = arguments.by or getpass.getuser()
    failed = 0
    for file in arguments.file:
        try:
            body = file.read_bytes()
        except OSError as error:
            print(f"{file}: cannot be read ({error.strerror}); the others go on", file=sys.stderr)
            failed += 1
            continue
        if work.put_once(given_key(by, body), body, "message/rfc822"):
            print(f"{file}: handed over as mail {read_mail(body).id}")
        else:
            print(f"{file}: was given before, byte for byte; nothing was sent")
    print("`headwater inbox list --all` shows what became of them, in a few seconds.")
    return 1 if failed else 0


def _found(arguments: argparse.Namespace) -> tuple[Stack, Letter]:
    stack = find_stack(arguments.stack)
    brand = stack.brand(arguments.brand)
    letter = stack.letters.get(brand.id, arguments.letter)
    if letter is None:
        raise StackUnusable(
            f"brand {brand.id} has no mail {arguments.letter}; `headwater inbox list --all` has all"
        )
    return stack, letter


def _wired(stack: Stack, by: str) -> Inbox:
    desk = stack.desk
    work = Bucket(stack.outputs["WorkBucket"])

    def look_at_deadlines() -> None:
        function = stack.outputs.get("DeadlinesFunction")
        if function is None:
            return  # a stack of before the inbox: its next scheduled run does it
        try:
            boto3.client("lambda").invoke(FunctionName=function, InvocationType="Event")
        except ClientError as error:
            print(f"the warning goes out with the next scheduled run ({error})", file=sys.stderr)

    return Inbox(
        desk=desk,
        patterns=read_patterns(work),
        clock=read_clock(desk.deadlines),
        letters=stack.letters,
        complaints=stack.complaints,
        cases=stack.cases,
        ledger=AlertLedger(stack.outputs["AlertsTable"]),
        mail=SesInboxMail(""),
        seal=KeptExhibits(
            Bucket(stack.outputs["EvidenceBucket"]),
            desk,
            by=by,
            authorities=authorities(desk.timestamp_authorities, rehearsal=None),
        ),
        drop=lambda key, file, kind: work.put_once(key, file, kind) is not None,
        wake=look_at_deadlines,
        now=lambda: datetime.now(UTC),
    )


# --- reading and teaching --------------------------------------------------------------------


def _read(arguments: argparse.Namespace) -> int:
    mail = read_mail(arguments.file.read_bytes())
    if arguments.sentences:
        for line in _sentences(mail):
            print(line)
        return 0
    now = datetime.now(UTC)
    by = getpass.getuser()
    try:
        reading, trust = read_only(
            mail, given_by=by, received_at=now, inbox=_wired(find_stack(arguments.stack), by)
        )
    except StackUnusable as error:
        print(f"Without a stack no complaint is known ({error}).", file=sys.stderr)
        reading = understand(mail.layers, patterns=built_in(), complaints=(), received_at=now)
        trust = Trust(ok=True, why="read on this machine only")
    if arguments.json:
        print(json.dumps(_as_json(mail, reading, trust), ensure_ascii=False))
    else:
        print("\n".join(_in_words(mail, reading)))
    return 0 if reading.sure else 1


def _as_json(mail: Mail, reading: Reading, trust: Trust) -> dict[str, object]:
    return {
        "letter": mail.id,
        "sender": mail.sender,
        "verdicts": {m: getattr(mail.verdicts, m) or None for m in ("spf", "dkim", "dmarc")},
        "trusted": trust.ok,
        "complaint": reading.complaint.id if reading.complaint else None,
        "event": reading.event,
        "at": reading.at.isoformat() if reading.at else None,
        "due": reading.due.isoformat() if reading.due else None,
        "sentence": reading.sentence or None,
        "pattern": reading.pattern or None,
        "sure": reading.sure,
        "doubts": list(reading.doubts),
        "assumptions": list(reading.assumptions),
        "may_be_counter_notice": reading.maybe_counter,
        "attachments": [one.name for one in mail.attachments],
        "problems": list(mail.problems),
    }


def _in_words(mail: Mail, reading: Reading) -> Iterator[str]:
    complaint: Complaint | None = reading.complaint
    yield f"{'UNDERSTOOD' if reading.sure else 'NOT SURE: a person would be asked'}"
    yield f"  complaint  {complaint.id if complaint else 'none that is known'}"
    yield f"  event      {reading.event or 'none'}"
    if reading.sentence:
        sentence = in_one_line(reading.sentence, most=300)
        yield f'  says so    "{sentence}" (pattern {reading.pattern})'
    yield f"  happened   {reading.at.isoformat() if reading.at else '?'}"
    due = reading.due.isoformat() if reading.due else "no date read: the rule counts"
    yield f"  answer by  {due}"
    for assumption in reading.assumptions:
        yield f"  assumed    {in_one_line(assumption)}"
    for doubt in reading.doubts:
        yield f"  doubt      {in_one_line(doubt, most=300)}"
    if not reading.sure and reading.maybe_counter:
        yield "  It may be a counter-notification: it would be mailed about at once."
    for problem in mail.problems:
        yield f"  unread     {in_one_line(problem)}"
    for one in mail.attachments:
        yield f"  attached   {in_one_line(one.name)} ({len(one.body)} bytes)"


def _sentences(mail: Mail) -> list[str]:
    return [
        line
        for layer in mail.layers
        for line in (in_one_line(layer.subject, most=600), *sentences(layer.body))
        if line
    ]


def _teach(arguments: argparse.Namespace) -> int:
    mail = read_mail(arguments.file.read_bytes())
    work: Bucket | None = None
    learnt = Learnt()
    if not arguments.dry_run:
        work = Bucket(find_stack(arguments.stack).outputs["WorkBucket"])
        learnt = read_learnt(work)
    before = with_learnt(learnt)
    marked = _marked(arguments, mail)
    lesson = learn(
        mail.layers,
        event=marked.event,
        sentence=marked.sentence,
        number=marked.number,
        date=marked.due,
        patterns=before,
    )
    taught = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": arguments.by or getpass.getuser(),
        "mail": mail.id,
        "event": lesson.event.value,
        "words": lesson.words,
    }
    after = learnt_with(
        learnt,
        event=lesson.event,
        words=lesson.words,
        labels=lesson.labels,
        due=lesson.due,
        due_after=lesson.due_after,
        taught=taught,
    )
    ours = with_learnt(after)
    _tell_lesson(lesson, mail, ours)
    if work is None:
        print("Nothing was kept (--dry-run).")
        return 0
    write_learnt(work, after)
    print("Kept. The next such mail is read by it; `headwater inbox forget` takes it back.")
    return 0


def _tell_lesson(lesson: Lesson, mail: Mail, patterns: Patterns) -> None:
    print(f"Every sentence with these words will mean {lesson.event}:")
    print(f"  {lesson.words}")
    for label in lesson.labels:
        print(f'  a complaint\'s number is taken behind "{label}"')
    for due in lesson.due:
        print(f'  the date for our answer is taken behind "{due}"')
    reading = understand(
        mail.layers, patterns=patterns, complaints=(), received_at=datetime.now(UTC)
    )
    rest = [d for d in reading.doubts if not d.startswith("it names no complaint")]
    print(f"Tried on this mail: {reading.event or 'nothing'}", end="")
    print(f"; still in doubt: {'; '.join(rest)}" if rest else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    """What a person marked in a mail."""

    event: ComplaintState
    sentence: str
    number: str | None
    due: str | None


def _marked(arguments: argparse.Namespace, mail: Mail) -> _Marks:
    """What a person marked, by flags or, where those are missing, by answering questions."""
    event, sentence = arguments.event, arguments.sentence
    number, due = arguments.number, arguments.due
    if event is None or sentence is None:
        if not sys.stdin.isatty():
            raise CannotTeach("say --event and --sentence, or answer the questions in a terminal")
        lines = _sentences(mail)
        for at, line in enumerate(lines, start=1):
            print(f"{at:3d}  {in_one_line(line, most=300)}")
        chosen = input("Which line says what happened? Its number: ").strip()
        if not chosen.isdecimal() or not 1 <= int(chosen) <= len(lines):
            raise CannotTeach(f"{chosen!r} is no line of the mail")
        sentence = lines[int(chosen) - 1]
        event = ComplaintState(input(f"What happened? ({', '.join(sorted(EVENTS))}): ").strip())
        number = input("The complaint's number as it stands there (empty: none): ").strip() or None
        due = input("The date for our answer as it stands there (empty: none): ").strip() or None
    return _Marks(event=event, sentence=sentence, number=number, due=due)


def _patterns(arguments: argparse.Namespace) -> int:
    work = Bucket(find_stack(arguments.stack).outputs["WorkBucket"])
    learnt = read_learnt(work)
    for one in learnt.taught:
        print(f"{one.get('at', '')[:10]}  {one.get('event', ''):<18}  {one.get('words', '')}")
    print(f"{len(learnt.taught)} taught, beside {len(built_in().events)} of our own")
    return 0


def _forget(arguments: argparse.Namespace) -> int:
    work = Bucket(find_stack(arguments.stack).outputs["WorkBucket"])
    learnt = read_learnt(work)
    left = forgotten(learnt, arguments.words)
    if left == learnt:
        raise CannotTeach(f"nothing was taught as {arguments.words!r}; `patterns` lists what was")
    write_learnt(work, left)
    print("forgotten")
    return 0
