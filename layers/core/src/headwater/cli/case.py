"""headwater case: look at the cases and give a verdict."""

import argparse
import getpass
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters.stack import StackUnusable, find_stack
from headwater.domain.brands import Brand
from headwater.domain.cases import Case, CaseState, Conflict, NotAllowed
from headwater.domain.strangers import defanged, in_one_line
from headwater.usecases.cases import CasesStore, NoSuchCase, give_verdict

_VERDICTS = {
    "confirm": (CaseState.CONFIRMED, "it is an infringement"),
    "dismiss": (CaseState.DISMISSED, "it is none"),
    "authorise": (CaseState.AUTHORISED, "the seller may sell it"),
    "watch": (CaseState.WATCHING, "not clear yet"),
    "close": (CaseState.CLOSED, "done with"),
    "reopen": (CaseState.OPEN, "take the verdict back"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--stack", default="headwater", help="the stack's name (default headwater)")
    common.add_argument("--brand", help="needed when there are several")
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", parents=[common], help="the cases, the riskiest first")
    listing.add_argument("--state", type=CaseState, choices=list(CaseState))
    show = verbs.add_parser("show", parents=[common], help="everything about one case")
    show.add_argument("case")
    for verb, (_, meaning) in _VERDICTS.items():
        verdict = verbs.add_parser(verb, parents=[common], help=meaning)
        verdict.add_argument("case", nargs="+")
        verdict.add_argument("--note", default=meaning, help="why")
        verdict.add_argument("--by", default=None, help="who says so (default: you)")


def run(arguments: argparse.Namespace) -> int:
    try:
        stack = find_stack(arguments.stack)
        brand = stack.brand(arguments.brand)
        if arguments.verb == "list":
            _list(stack.cases.of_brand(brand.id), arguments.state)
            return 0
        if arguments.verb == "show":
            print(in_words(_case(stack.cases, brand, arguments.case)))
            return 0
        return _give_verdicts(arguments, brand, stack.cases)
    except (StackUnusable, NoSuchCase, BotoCoreError, ClientError, PynamoDBException) as error:
        print(f"headwater case: {error}", file=sys.stderr)
        return 1


def _case(cases: CasesStore, brand: Brand, case_id: str) -> Case:
    case = cases.get(brand.id, case_id)
    if case is None:
        raise NoSuchCase(f"brand {brand.id} has no case {case_id}")
    return case


def _list(cases: Iterable[Case], state: CaseState | None) -> None:
    shown = [case for case in cases if state is None or case.state is state]
    for case in sorted(shown, key=lambda one: (-one.risk.score, one.id)):
        title = in_one_line(case.listing.title or "(no title)", most=60)
        print(f"{case.risk.score:>3}  {case.state:<10}  {case.id:<32}  {title}")
    print(f"{len(shown)} case(s)")


def _give_verdicts(arguments: argparse.Namespace, brand: Brand, cases: CasesStore) -> int:
    failed = 0
    for case_id in arguments.case:
        try:
            case = give_verdict(
                brand.id,
                case_id,
                _VERDICTS[arguments.verb][0],
                cases=cases,
                at=datetime.now(UTC),
                by=arguments.by or getpass.getuser(),
                what=arguments.note,
            )
        except (NoSuchCase, NotAllowed, Conflict) as error:
            print(f"headwater case: {error}", file=sys.stderr)
            failed += 1
        else:
            print(f"case {case.id} is {case.state}")
    return 1 if failed else 0


def in_words(case: Case) -> str:
    """What is known of the case; a seller's words on one line each, the address defanged."""
    listing = case.listing
    seller = listing.seller
    lines = [
        f"case {case.id}: {case.state}, risk {case.risk.score} ({case.risk.band})",
        f"  title    {in_one_line(listing.title or '(none)')}",
        f"  seller   {in_one_line((seller.name or seller.id or '?') if seller else '?')}",
        f"  address  {in_one_line(defanged(listing.url))}",
    ]
    if case.rehearsal:
        lines.append("  rehearsal: this is invented data")
    lines += [f"  {r.points:+4d}  {r.signal}: {in_one_line(r.text)}" for r in case.risk.reasons]
    lines += [
        f"  {event.at:%Y-%m-%d %H:%M} UTC  {event.state}, by {in_one_line(event.by)}:"
        f" {in_one_line(event.what)}"
        for event in case.events
    ]
    return "\n".join(lines)
