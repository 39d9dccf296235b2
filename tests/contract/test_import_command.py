"""What a person hands over arrives once, and files of one name do not take each other's place."""

from pathlib import Path

import pytest

from headwater.adapters.store import Bucket
from headwater.cli.main import main

pytestmark = pytest.mark.local_aws


def page(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_the_same_file_again_is_said_and_not_sent(
    buckets: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = page(tmp_path, "search.html", "<html>one</html>")
    command = ["import", str(file), "--bucket", buckets["WorkBucket"], "--brand", "fjellvik"]
    assert main(command) == 0
    assert main(command) == 1
    said = capsys.readouterr()
    assert f"{file}: handed over" in said.out
    assert said.err.startswith(f"{file}: was imported before")
    assert len(list(Bucket(buckets["WorkBucket"]).list("import/fjellvik/"))) == 1


def test_two_files_of_one_name_both_arrive(buckets: dict[str, str], tmp_path: Path) -> None:
    one = page(tmp_path / "a", "index.html", "<html>one</html>")
    two = page(tmp_path / "b", "index.html", "<html>two</html>")
    assert main(["import", str(one), str(two), "--bucket", buckets["WorkBucket"]]) == 0
    work = Bucket(buckets["WorkBucket"])
    assert {work.get(key) for key in work.list("import/")} == {one.read_bytes(), two.read_bytes()}


def test_a_file_that_cannot_be_read_stops_none_of_the_others(
    buckets: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = page(tmp_path, "good.html", "<html>good</html>")
    missing = tmp_path / "missing.html"
    assert main(["import", str(missing), str(good), "--bucket", buckets["WorkBucket"]]) == 1
    said = capsys.readouterr()
    assert f"{missing}: cannot be read" in said.err
    assert f"{good}: handed over" in said.out
