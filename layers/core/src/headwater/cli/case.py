"""headwater case: look at the cases and give a verdict."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters.stack import StackUnusable, find_stack
from headwater.domain.brands import Brand
from headwater.domain.cases import Case, CaseState, Conflict, NotAllowed
from headwater.domain.strangers import defanged, in_one_line
from headwater.domain.weights import Weights
from headwater.usecases.cases import CasesStore, NoSuchCase, give_verdict
from headwater.usecases.review import case_right
from headwater.usecases.sellers import (
    Dossier,
    by_priority,
    dossiers,
    retail_copies,
    supplier_ties,
)

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
            _list(list(stack.cases.of_brand(brand.id)), arguments.state, stack.desk.weights)
            return 0
        if arguments.verb == "show":
            case = _case(stack.cases, brand, arguments.case)
            around = Surroundings(brand, list(stack.cases.of_brand(brand.id)))
            print("\n".join((in_words(case), *around.lines(case))))
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


def _list(cases: list[Case], state: CaseState | None, weights: Weights) -> None:
    """The most pressing first: by score, and a source by what it feeds."""
    fed = retail_copies(cases)
    shown = [case for case in by_priority(cases, weights) if state is None or case.state is state]
    for case in shown:
        title = in_one_line(case.listing.title or "(no title)", most=60)
        copies = len(fed.get(case.id, ()))
        remarks = (case.in_times, f"feeds {copies} retail" if copies else "")
        more = "".join(f"  [{remark}]" for remark in remarks if remark)
        print(f"{case.risk.score:>3}  {case.state:<10}  {case.id:<32}  {title}{more}")
    print(f"{len(shown)} case(s)")


class Surroundings:
    """What the other cases say of one: its seller, its copies, its right. For the owner's eyes."""

    def __init__(self, brand: Brand, known: list[Case]) -> None:
        self._brand = brand
        self._fed = retail_copies(known)
        self._sellers = {case: seller for seller in dossiers(known) for case in seller.cases}
        self._ties = supplier_ties(known, brand.sellers, datetime.now(UTC).date())

    def lines(self, case: Case) -> list[str]:
        return [f"  {in_one_line(line, most=300)}" for line in self._said(case)]

    def _said(self, case: Case) -> Iterator[str]:
        if right := case_right(self._brand, case):
            yield f"{case.risk.infringement}; the right that fits: {right}"
        for former in case.former:
            left = f"{former.left_at:%Y-%m-%d}"
            yield f"was up before as {former.listing.key} until {left}: {former.why}"
        for alike in case.alike:
            whose = ", it is your own photograph" if alike.own else ""
            yield f"the picture {alike.part_name} is also in {alike.listing}{whose}"
        for source, copies in self._fed.items():
            for copy in copies:
                if source == case.id:
                    yield f"feeds {copy.case}: {', '.join(copy.ties)}"
                elif copy.case == case.id:
                    yield f"seems to come from {source}: {', '.join(copy.ties)}"
        if seller := self._sellers.get(case.id):
            yield from _of_seller(seller)
        for tie in self._ties.get(case.id, ()):
            yield f"for your eyes only: {tie}"


def _of_seller(seller: Dossier) -> Iterator[str]:
    if len(seller.cases) > 1 or seller.strikes:
        repeat = ", a repeat offender" if seller.repeat_offender else ""
        count = f"cases {len(seller.cases)}, strikes {len(seller.strikes)}{repeat}"
        yield f"the seller: {count}; sells for {', '.join(seller.products) or '?'}"
    yield from (f"the seller: {said}" for said in (*seller.links, *seller.trade))


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
        f"case {case.id}: {case.state}, risk {case.risk.score} ({case.risk.band})"
        + (f", up for the {case.in_times}" if case.in_times else ""),
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
