"""`headwater verify`: check a capture, a case or a bundle offline; or a case of a stack."""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headwater import verifier
from headwater.verifier import Files, Redraw, Verdict

if TYPE_CHECKING:
    from headwater.adapters.stack import Stack
    from headwater.domain.cases import Case


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verifier.add_arguments(parser)
    parser.epilog = (
        "Instead of a file, the id of a case (headwater case list) fetches its evidence from the "
        "stack and checks that, with the stack's own hashes and authorities. A stranger trusts "
        "neither: give him the bundle, and the hash by another way."
    )
    parser.add_argument(
        "--draw",
        action="store_true",
        help="draw the kept pages again, without a network, and compare (needs Chromium)",
    )
    parser.add_argument("--stack", default="headwater", help="of a case (default headwater)")
    parser.add_argument("--brand", help="of a case: needed when there are several")


def run(arguments: argparse.Namespace) -> int:
    with ExitStack() as cleanup:
        redraw: Redraw | None = None
        if getattr(arguments, "draw", False):

            def redraw(kept: Files, drawn: Files) -> Iterator[tuple[str, Verdict, str]]:
                return _again(kept, drawn, cleanup)

        named = str(arguments.path)
        if not arguments.path.exists() and re.fullmatch(r"[a-z0-9]+-[^/\\]+", named):
            folder = Path(cleanup.enter_context(TemporaryDirectory()))
            if not _fetched(arguments, folder / "case", folder):
                return 1
        return verifier.run(arguments, redraw=redraw)


def _fetched(arguments: argparse.Namespace, folder: Path, pins: Path) -> bool:
    """Bring the case's evidence into the folder, and have that checked in place of its name."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - AWS only here
    from pynamodb.exceptions import PynamoDBException  # noqa: PLC0415

    from headwater.adapters.stack import StackUnusable, find_stack  # noqa: PLC0415
    from headwater.adapters.store import NoSuchObject  # noqa: PLC0415

    try:
        stack = find_stack(arguments.stack)
        brand = stack.brand(arguments.brand)
        case = stack.cases.get(brand.id, str(arguments.path))
        if case is not None:
            sys.stderr.write(f"fetching the evidence of case {case.id} …\n")
            arguments.expect += _download(stack, case, folder)
    except (
        StackUnusable,
        NoSuchObject,
        BotoCoreError,
        ClientError,
        PynamoDBException,
        OSError,
    ) as error:
        sys.stderr.write(f"headwater verify: {error}\n")
        return False
    if case is None:
        what = f"there is no file {arguments.path}, and brand {brand.id} has no such case"
        sys.stderr.write(f"headwater verify: {what}\n")
        return False
    if not arguments.trust:
        for authority in stack.desk.timestamp_authorities:
            if not authority.certificates:
                continue
            pinned = pins / f"{authority.name}.pem"
            pinned.write_text(authority.certificates)
            arguments.trust.append(pinned)
    arguments.path = folder
    return True


def _download(stack: "Stack", case: "Case", folder: Path) -> tuple[str, ...]:
    """Captures and exhibits of the case; the hashes that the stack's table has of the captures.

    No table has the exhibits' hashes: their timestamps alone speak for them.
    """
    from headwater.adapters.dynamodb.captures import Captures  # noqa: PLC0415
    from headwater.adapters.evidence import download_case_evidence, sealed_files  # noqa: PLC0415
    from headwater.adapters.store import Bucket  # noqa: PLC0415
    from headwater.usecases.exhibit import exhibits_of  # noqa: PLC0415

    evidence = Bucket(stack.outputs["EvidenceBucket"])
    captures = Captures(stack.outputs["CapturesTable"])
    looks = [look for key in case.keys for look in captures.of_listing(case.brand, key)]
    expected = download_case_evidence(looks, evidence, folder / "captures")
    for name, body in sealed_files(exhibits_of(case.brand, case.id), evidence):
        file = folder / "exhibits" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    return expected


def _again(kept: Files, drawn: Files, cleanup: ExitStack) -> Iterator[tuple[str, Verdict, str]]:
    """Each picture of a drawing, and whether the kept files give it once more."""
    from headwater.adapters.drawing import capture_of, draw_capture  # noqa: PLC0415 - Pillow
    from headwater.adapters.screenshot import Browser, CannotDraw  # noqa: PLC0415

    said = json.loads(drawn[verifier.MANIFEST])
    names = [str(part["name"]) for part in said["parts"]]
    try:
        capture = capture_of(kept[verifier.MANIFEST], kept)
        browser = cleanup.enter_context(Browser())
        sys.stderr.write(f"drawing {len(names)} pictures of capture {capture.id} again …\n")
        made = draw_capture(capture, kept, browser=browser, made_by={}, timestamp_authorities=())
    except (CannotDraw, ValueError, KeyError, TypeError) as failure:
        yield "all", Verdict.UNVERIFIABLE, f"cannot be drawn here: {failure}"[:300]
        return
    again = made[1] if made else {}
    for name in names:
        if again.get(name) == drawn.get(name):
            yield name, Verdict.OK, f"{browser.version} draws it byte for byte the same"
        elif browser.version != said.get("browser"):
            detail = f"{browser.version} draws it otherwise than {said.get('browser')} did"
            yield name, Verdict.UNVERIFIABLE, detail
        else:
            detail = "is drawn otherwise here: by other fonts, or it is not of these files"
            yield name, Verdict.UNVERIFIABLE, detail
