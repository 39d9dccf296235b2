"""`headwater import`: put saved pages and lists of links where the stack reads them."""

import argparse
import hashlib
import mimetypes
import sys
from pathlib import Path

from headwater.adapters.stack import StackUnusable, find_stack
from headwater.adapters.store import Bucket
from headwater.domain.strangers import in_one_line
from headwater.marketplaces.files import PICTURE, BadFile, is_picture
from headwater.usecases.importing import Reading, read_file

PASTED = Path("-")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="saved pages (HTML, MHTML), HAR, WARC, WACZ, replies (JSON), lists of links "
        "(text, CSV, TSV, XLSX), what the bookmarklet copied, or a zip of those; - reads what "
        "you paste",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--stack", default="headwater", help="the stack's name (default headwater)")
    where.add_argument("--bucket", help="or its work bucket (the output WorkBucket)")
    where.add_argument(
        "--preview", action="store_true", help="only show what would be read; nothing is sent"
    )
    parser.add_argument("--brand", default="", help="for this brand only (its id in the config)")


def run(arguments: argparse.Namespace) -> int:
    failed = 0
    work = None
    if not arguments.preview:
        try:
            named = arguments.bucket
            work = Bucket(named) if named else find_stack(arguments.stack).work
        except StackUnusable as error:
            print(f"headwater import: {error}", file=sys.stderr)
            return 1
    for file in arguments.files:
        try:
            if work is None:
                failed += preview(file)
            elif import_file(file, work, brand=arguments.brand):
                print(f"{file}: handed over")
            else:
                print(
                    f"{file}: was imported before, byte for byte; nothing was sent. "
                    "Save the page anew when it has changed",
                    file=sys.stderr,
                )
                failed += 1
        except OSError as error:
            print(f"{file}: cannot be read ({error.strerror}); the others go on", file=sys.stderr)
            failed += 1
        except BadFile as problem:
            print(f"{file}: {problem}; the others go on", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


def import_file(file: Path, work: Bucket, *, brand: str = "") -> str | None:
    """Put one file below `import/`; its key there, None when the same bytes came before.

    The bytes' hash is part of the key: two files of one name do not take each other's place.
    Raises OSError when the file cannot be read, BadFile for a picture.
    """
    body = _bytes_of(file)
    if is_picture(body):
        raise BadFile(PICTURE)
    folder = f"{brand}/" if brand else ""
    key = f"import/{folder}{hashlib.sha256(body).hexdigest()[:12]}/{_name_of(file)}"
    media_type = mimetypes.guess_type(_name_of(file))[0] or "application/octet-stream"
    return key if work.put_once(key, body, media_type) else None


def _bytes_of(file: Path) -> bytes:
    if file != PASTED:
        return file.read_bytes()
    if sys.stdin.isatty():
        print("paste, then press Enter and Ctrl+D", file=sys.stderr)
    return sys.stdin.buffer.read()


def _name_of(file: Path) -> str:
    return "pasted.txt" if file == PASTED else file.name


def preview(file: Path) -> int:
    """Print what the import function would read; how many things in it say nothing."""
    readings = list(read_file(_name_of(file), _bytes_of(file)))
    listings = {str(listing.key) for reading in readings for listing in reading.listings}
    unread = [reading for reading in readings if not reading.verdict.covers]
    print(f"{file}: {len(listings)} listings; {len(unread)} of {len(readings)} parts not read")
    for reading in readings:
        print("  " + _described(reading))
    return bool(unread)


def _described(reading: Reading) -> str:
    title = reading.platform.title
    first = next((listing.title for listing in reading.listings if listing.title), None)
    said = f"{in_one_line(reading.name)}: {title}, {reading.verdict}: {in_one_line(reading.reason)}"
    return f"{said}; the first: {in_one_line(first, most=60)}" if first else said
