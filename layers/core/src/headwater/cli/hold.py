"""`headwater hold`: keep a case's evidence for as long as a dispute lasts."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.stack import StackUnusable, find_stack
from headwater.adapters.store import Bucket
from headwater.usecases.capture import captures_of, pages_of
from headwater.usecases.draw import drawings_of
from headwater.usecases.exhibit import exhibits_of
from headwater.usecases.lock import locked_copy, locked_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE")
    parser.add_argument(
        "--release",
        action="store_true",
        help="the dispute is over (pages of results that other cases may rest on stay held)",
    )
    parser.add_argument("--stack", default="headwater", help="the stack's name (default headwater)")
    parser.add_argument("--brand", help="needed when there are several")


def run(arguments: argparse.Namespace) -> int:
    try:
        stack = find_stack(arguments.stack)
        brand = stack.brand(arguments.brand)
        case = stack.cases.get(brand.id, arguments.case)
        if case is None:
            print(f"headwater hold: brand {brand.id} has no case {arguments.case}", file=sys.stderr)
            return 1
        evidence = Bucket(stack.outputs["EvidenceBucket"])
        sealed = {drawings_of(brand.id, key) for key in case.keys}
        sealed.add(exhibits_of(brand.id, case.id))
        prefixes = sealed | {locked_copy(prefix) for prefix in sealed}
        for key in case.keys:
            prefixes |= {captures_of(brand.id, key), locked_of(brand.id, key)}
        if not arguments.release:
            # Pages of results serve other cases too, so what holds one of them stays.
            captures = Captures(stack.outputs["CapturesTable"])
            looks = [look for key in case.keys for look in captures.of_listing(brand.id, key)]
            stored = {part.stored.key for look in looks for part in look.parts}
            prefixes |= {one for one in stored if one.startswith(pages_of(brand.id))}
        count = sum(evidence.hold(prefix, on=not arguments.release) for prefix in prefixes)
    except (StackUnusable, BotoCoreError, ClientError, PynamoDBException) as error:
        print(f"headwater hold: {error}", file=sys.stderr)
        return 1
    print(f"case {case.id}: {count} objects are {'released' if arguments.release else 'held'}")
    return 0
