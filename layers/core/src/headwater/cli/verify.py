"""`headwater verify`: check a capture, a case's folder or a bundle, offline and without AWS."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from headwater import verifier
from headwater.verifier import Files, Verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verifier.add_arguments(parser)
    parser.add_argument(
        "--draw",
        action="store_true",
        help="draw the kept pages again, without a network, and compare (needs Chromium)",
    )


def run(arguments: argparse.Namespace) -> int:
    if not getattr(arguments, "draw", False):
        return verifier.run(arguments)
    with ExitStack() as cleanup:
        return verifier.run(arguments, redraw=lambda kept, drawn: _again(kept, drawn, cleanup))


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
