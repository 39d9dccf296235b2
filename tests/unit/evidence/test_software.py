"""A manifest says which commit made it; where nobody can say, it says that."""

import re
from pathlib import Path

from headwater.adapters.software import COMMIT_FILE, UNKNOWN, commit, software
from tests.conftest import PROJECT

PACKAGE = PROJECT / "layers" / "core" / "src" / "headwater"


def test_in_a_checkout_it_is_the_checkouts_commit() -> None:
    if not (PROJECT / ".git").exists():
        assert commit(PACKAGE) == UNKNOWN
        return
    assert re.fullmatch(r"[0-9a-f]{40}(-changed)?", commit(PACKAGE))
    assert software()["commit"] == commit(PACKAGE)


def test_built_for_aws_it_is_what_the_build_wrote(tmp_path: Path) -> None:
    (tmp_path / COMMIT_FILE).write_text("4f8ea2\n")
    assert commit(tmp_path) == "4f8ea2"


def test_elsewhere_it_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()
    assert commit(tmp_path) == UNKNOWN
