"""`headwater bundle CASE`: one zip for a lawyer, a platform or customs, checkable by anybody."""

import argparse
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters.bundle import bundle
from headwater.adapters.desk import reference_key
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.evidence import sealed_files
from headwater.adapters.screenshot import Browser, CannotDraw
from headwater.adapters.software import software
from headwater.adapters.stack import StackUnusable, find_stack
from headwater.adapters.store import Bucket, NoSuchObject
from headwater.adapters.timestamping import authorities
from headwater.domain.brands import Brand, Desk
from headwater.domain.cases import Case
from headwater.usecases.exhibit import exhibits_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("--out", type=Path, metavar="FILE.zip", help="default: CASE.zip")
    parser.add_argument("--stack", default="headwater", help="the stack's name (default headwater)")
    parser.add_argument("--brand", help="needed when there are several")


def run(arguments: argparse.Namespace) -> int:
    try:
        stack = find_stack(arguments.stack)
        brand = stack.brand(arguments.brand)
        case = stack.cases.get(brand.id, arguments.case)
        if case is None:
            print(
                f"headwater bundle: brand {brand.id} has no case {arguments.case}", file=sys.stderr
            )
            return 1
        out = arguments.out or Path(f"{case.id}.zip")
        digest = write_bundle(
            case,
            brand=brand,
            desk=stack.desk,
            captures=Captures(stack.outputs["CapturesTable"]),
            evidence=Bucket(stack.outputs["EvidenceBucket"]),
            work=Bucket(stack.outputs["WorkBucket"]),
            out=out,
        )
    except (
        StackUnusable,
        NoSuchObject,
        BotoCoreError,
        ClientError,
        PynamoDBException,
        OSError,
    ) as error:
        print(f"headwater bundle: {error}", file=sys.stderr)
        return 1
    print(f"{out}: {out.stat().st_size} bytes. Hand it over, and by another way this line:")
    print(f"  headwater verify {out} --expect {digest}")
    return 0


def write_bundle(
    case: Case,
    *,
    brand: Brand,
    desk: Desk,
    captures: Captures,
    evidence: Bucket,
    work: Bucket,
    out: Path,
) -> str:
    """Write the case's bundle; the SHA-256 that `headwater verify --expect` takes."""
    hashes = {reference.id: reference.sha256 for reference in brand.references}
    exhibits = dict(sealed_files(exhibits_of(case.brand, case.id), evidence))
    said = software()
    with ExitStack() as cleanup:
        body, digest = bundle(
            case,
            [one for key in case.keys for one in captures.of_listing(case.brand, key)],
            exhibits=exhibits,
            evidence=evidence,
            reference=lambda reference_id: work.get(reference_key(brand.id, hashes[reference_id])),
            trusted=desk.timestamp_authorities,
            signers=authorities(desk.timestamp_authorities, rehearsal=None),
            browser=_browser(cleanup),
            made_at=datetime.now(UTC),
            software=f"headwater/{said['version']} (commit {said['commit']})",
        )
    out.write_bytes(body)
    return digest


def _browser(cleanup: ExitStack) -> Browser | None:
    try:
        return cleanup.enter_context(Browser())
    except CannotDraw as why:
        print(f"without screenshots: {why}", file=sys.stderr)
        return None
