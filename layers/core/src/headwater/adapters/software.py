"""Which Headwater this is: the version, and the commit that it was built from or runs in."""

import platform
import subprocess
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path

UNKNOWN = "unknown"
_DESCRIBE = ("describe", "--always", "--abbrev=40", "--dirty=-changed", "--exclude=*")
COMMIT_FILE = "COMMIT"
"""Written beside the package when it is built for AWS, where there is no checkout."""


@cache
def software() -> dict[str, str]:
    """What a manifest says of the program that made it."""
    return {
        "tool": "headwater",
        "version": version("headwater"),
        "commit": commit(Path(str(resources.files("headwater")))),
        "python": platform.python_version(),
    }


def commit(package: Path) -> str:
    """The commit of the package in that folder, "-changed" behind it when files differ from it.

    "unknown" where it was neither built nor lies in a checkout: then nobody can say.
    """
    try:
        return (package / COMMIT_FILE).read_text(encoding="ascii").strip() or UNKNOWN
    except (OSError, UnicodeDecodeError):
        pass
    try:
        # Only the checkout of this very file: a folder that merely lies in somebody's is none.
        _git(package, "ls-files", "--error-unmatch", "__init__.py")
        return _git(package, *_DESCRIBE)
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    done = subprocess.run(command, check=True, capture_output=True, timeout=10, text=True)  # noqa: S603 - fixed words, no shell
    return done.stdout.strip()
