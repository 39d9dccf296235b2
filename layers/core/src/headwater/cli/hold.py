"""`headwater hold`: keep a case's evidence for as long as a dispute lasts."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters.stack import StackUnusable, find_stack
from headwater.adapters.store import Bucket
from headwater.usecases.capture import captures_of
from headwater.usecases.draw import drawings_of
from headwater.usecases.exhibit import exhibits_of
from headwater.usecases.lock import locked_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("--release", action="store_true", help="the dispute is over")
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
        prefixes = {
            folder(brand.id, key)
            for key in case.keys
            for folder in (captures_of, drawings_of, locked_of)
        } | {exhibits_of(brand.id, case.id)}
        count = sum(evidence.hold(prefix, on=not arguments.release) for prefix in prefixes)
    except (StackUnusable, BotoCoreError, ClientError, PynamoDBException) as error:
        print(f"headwater hold: {error}", file=sys.stderr)
        return 1
    print(f"case {case.id}: {count} objects are {'released' if arguments.release else 'held'}")
    return 0
