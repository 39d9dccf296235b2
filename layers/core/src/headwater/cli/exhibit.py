"""`headwater exhibit`: add chats, receipts, screenshots, photographs to a case, sealed."""

import argparse
import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters.software import software
from headwater.adapters.stack import StackUnusable, find_stack
from headwater.adapters.store import Bucket
from headwater.adapters.timestamping import authorities
from headwater.domain.manifests import FILE_NAME
from headwater.domain.strangers import in_one_line
from headwater.usecases.exhibit import ExhibitKind, add_exhibit, exhibits_of

LARGEST = 100_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("case", metavar="CASE")
    common.add_argument("--stack", default="headwater", help="the stack's name (default headwater)")
    common.add_argument("--brand", help="needed when there are several")
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", parents=[common], help="seal a file and add it to the case")
    add.add_argument("file", type=Path)
    add.add_argument("--kind", type=ExhibitKind, choices=list(ExhibitKind), required=True)
    add.add_argument("--note", required=True, help="what it shows, from whom, how you got it")
    add.add_argument("--by", default=None, help="who brings it (default: you)")
    verbs.add_parser("list", parents=[common], help="what was added to the case")


def run(arguments: argparse.Namespace) -> int:
    try:
        return _run(arguments)
    except (StackUnusable, BotoCoreError, ClientError, PynamoDBException, OSError) as error:
        print(f"headwater exhibit: {error}", file=sys.stderr)
        return 1


def _run(arguments: argparse.Namespace) -> int:
    stack = find_stack(arguments.stack)
    brand = stack.brand(arguments.brand)
    if stack.cases.get(brand.id, arguments.case) is None:
        raise StackUnusable(f"brand {brand.id} has no case {arguments.case}")
    evidence = Bucket(stack.outputs["EvidenceBucket"])
    if arguments.verb == "list":
        _list(evidence, brand.id, arguments.case)
        return 0
    if arguments.file.stat().st_size > LARGEST:
        raise StackUnusable(f"{arguments.file} is larger than {LARGEST} bytes; cut it in parts")
    identifier, silent = add_exhibit(
        arguments.file.read_bytes(),
        file_name=arguments.file.name,
        brand=brand.id,
        case=arguments.case,
        kind=arguments.kind,
        note=arguments.note,
        by=arguments.by or getpass.getuser(),
        evidence=evidence,
        authorities=authorities(stack.desk.timestamp_authorities, rehearsal=None),
        now=lambda: datetime.now(UTC),
        made_by=software(),
    )
    print(f"exhibit {identifier} is with case {arguments.case}")
    if silent:
        print(f"not signed by {', '.join(silent)} yet: the stack asks again every hour")
    return 0


def _list(evidence: Bucket, brand: str, case: str) -> None:
    for key in evidence.list(exhibits_of(brand, case)):
        if key.endswith(f"/{FILE_NAME}"):
            said = json.loads(evidence.get(key))
            name, note = in_one_line(said["original_name"], most=40), in_one_line(said["note"])
            print(f"{said['captured_at'][:16]}  {said['kind']:<10} {name}: {note}")
