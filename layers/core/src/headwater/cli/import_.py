"""`headwater import`: put saved pages where the stack reads them."""

import argparse
import mimetypes
import sys
from pathlib import Path

from headwater.adapters.store import Bucket


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="saved pages")
    parser.add_argument("--bucket", required=True, help="the stack's output WorkBucket")
    parser.add_argument("--brand", default="", help="for this brand only (its id in the config)")


def run(arguments: argparse.Namespace) -> int:
    bucket = Bucket(arguments.bucket)
    failed = 0
    for file in arguments.files:
        try:
            import_file(file, bucket, brand=arguments.brand)
        except OSError as error:
            print(f"{file}: cannot be read ({error.strerror}); the others go on", file=sys.stderr)
            failed += 1
        else:
            print(f"{file}: handed over")
    return 1 if failed else 0


def import_file(file: Path, work: Bucket, *, brand: str = "") -> str:
    """Put one file below `import/`; its key there. Raises OSError."""
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    folder = f"{brand}/" if brand else ""
    key = f"import/{folder}{file.name}"
    work.put(key, file.read_bytes(), media_type)
    return key
