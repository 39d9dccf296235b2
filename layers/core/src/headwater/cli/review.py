"""headwater review: one case after the other, a key for each verdict; or all as a table."""

import argparse
import csv
import getpass
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters.stack import StackUnusable, find_stack
from headwater.cli.case import Surroundings, in_words
from headwater.domain.cases import Case, CaseState, Conflict, NotAllowed
from headwater.usecases.cases import CasesStore, NoSuchCase, give_verdict
from headwater.usecases.review import (
    COLUMNS,
    VERDICTS,
    BadRows,
    as_row,
    calibration_table,
    read_rows,
    to_review,
)

KEYS = {"c": "confirm", "d": "dismiss", "a": "authorise", "w": "watch"}
_HELP = "c confirm   d dismiss   a authorise   w watch   space next   b back   q quit"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stack", default="headwater", help="the stack's name (default headwater)")
    parser.add_argument("--brand", help="needed when there are several")
    parser.add_argument("--by", default=None, help="who says so (default: you)")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--csv-out", type=Path, metavar="FILE", help="write what waits as a table")
    other.add_argument("--csv-in", type=Path, metavar="FILE", help="take the table's verdicts")
    other.add_argument("--calibration", action="store_true", help="how well the score foretold")


def run(arguments: argparse.Namespace) -> int:
    try:
        stack = find_stack(arguments.stack)
        brand = stack.brand(arguments.brand)
        known = list(stack.cases.of_brand(brand.id))
        by = arguments.by or getpass.getuser()
        if arguments.calibration:
            print("\n".join(calibration_table(known, stack.desk.weights)))
            return 0
        weights = stack.desk.weights
        if arguments.csv_out:
            return write_table(to_review(known, weights), arguments.csv_out)
        if arguments.csv_in:
            return take_table(arguments.csv_in, known, stack.cases, by)
        evidence, work = stack.outputs.get("EvidenceBucket", "?"), stack.outputs["WorkBucket"]
        sha256 = {reference.id: reference.sha256 for reference in brand.references}
        around = Surroundings(brand, known)

        def show(case: Case) -> str:
            pictures = picture_lines(case, sha256, evidence, work)
            return "\n".join((in_words(case), *around.lines(case), *pictures))

        return review(to_review(known, weights), _keys(), show=show, cases=stack.cases, by=by)
    except (StackUnusable, BotoCoreError, ClientError, PynamoDBException) as error:
        print(f"headwater review: {error}", file=sys.stderr)
        return 1


def review(
    waiting: list[Case],
    keys: Iterator[str],
    *,
    show: Callable[[Case], str],
    cases: CasesStore,
    by: str,
) -> int:
    """Show one case after the other and do what the keys say, until `q` or the last case."""
    at = 0
    while 0 <= at < len(waiting):
        print(f"\n[{at + 1} of {len(waiting)}] {show(waiting[at])}\n{_HELP}")
        key = next(keys, "q")
        if key == "q":
            return 0
        if key == "b":
            at = max(0, at - 1)
        elif key in KEYS:
            waiting[at] = _decide(waiting[at], VERDICTS[KEYS[key]], "", cases, by) or waiting[at]
            at += 1
        elif key in {" ", "\n", "\r"}:
            at += 1
    print("nothing waits for a verdict" if not waiting else "that was the last one")
    return 0


def picture_lines(case: Case, sha256: dict[str, str], evidence: str, work: str) -> list[str]:
    """Where the two pictures of the surest match lie."""
    if not case.pictures:
        return ["  pictures: none of yours was recognised"]
    best = case.pictures[0]
    key = best.listing or case.keys[0]
    folder = f"captures/{case.brand}/{key.platform}/{key.offer_id}/{best.capture_id}"
    own = f"config/references/{case.brand}/{sha256.get(best.reference_id, '(no longer yours)')}"
    return [
        f"  picture  s3://{evidence}/{folder}/{best.part_name}",
        f"  yours    s3://{work}/{own}  ({best.reference_id}, {best.relation}, {best.explanation})",
    ]


def write_table(waiting: Iterable[Case], file: Path) -> int:
    rows = [as_row(case) for case in waiting]
    # The mark at the start tells spreadsheets that this is UTF-8.
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.DictWriter(stream, COLUMNS)
        table.writeheader()
        table.writerows(rows)
    print(f"{len(rows)} case(s) in {file}; write {', '.join(VERDICTS)} into `verdict`")
    return 0


def take_table(file: Path, known: list[Case], cases: CasesStore, by: str) -> int:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            verdicts = read_rows(csv.DictReader(stream), {case.id: case for case in known})
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        print(f"headwater review: {file} cannot be read: {why}", file=sys.stderr)
        return 1
    except BadRows as error:
        for problem in error.problems:
            print(f"{file}: {problem}", file=sys.stderr)
        print("nothing was taken; correct the rows and try again", file=sys.stderr)
        return 1
    by_id = {case.id: case for case in known}
    done = [_decide(by_id[v.case], v.verdict, v.note, cases, by) for v in verdicts]
    print(f"{sum(case is not None for case in done)} verdict(s) taken from {file}")
    return 0 if all(done) else 1


def _decide(case: Case, verdict: CaseState, note: str, cases: CasesStore, by: str) -> Case | None:
    try:
        decided = give_verdict(
            case.brand,
            case.id,
            verdict,
            cases=cases,
            at=datetime.now(UTC),
            by=by,
            what=note or f"reviewed: {verdict}",
        )
    except (NoSuchCase, NotAllowed, Conflict) as error:
        print(f"headwater review: {error}", file=sys.stderr)
        return None
    print(f"case {decided.id} is {decided.state}")
    return decided


def _keys() -> Iterator[str]:
    """Single keys from a terminal, until it ends or Ctrl-C; from a pipe one key in each line."""
    if not sys.stdin.isatty():
        for line in sys.stdin:
            yield line[:1].casefold()
        return
    import termios  # noqa: PLC0415 - not on Windows
    import tty  # noqa: PLC0415

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    while True:
        try:
            tty.setcbreak(terminal, termios.TCSANOW)  # what was typed ahead is not thrown away
            key = sys.stdin.read(1)
        except KeyboardInterrupt:
            return
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        if not key:
            return
        yield key.casefold()
