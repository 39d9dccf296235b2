"""`headwater refs` changes the config file and nothing else in it."""

import difflib
import shutil
from pathlib import Path

import pytest

from headwater.adapters.configuration import read_configuration
from headwater.cli.main import main
from headwater.domain.brands import ReferenceKind
from tests.conftest import PROJECT
from tests.unit.matching.drawn_pictures import encoded, product


@pytest.fixture
def config(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "demo/headwater_demo/photographs", tmp_path / "photographs")
    text = (PROJECT / "config/headwater.toml").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("../demo/headwater_demo/", ""))
    return path


def _refs(config: Path, *words: str) -> int:
    return main(["refs", "--config", str(config), *words])


def test_a_folder_is_added_and_every_comment_stays(config: Path) -> None:
    folder = config.parent / "new"
    folder.mkdir()
    for seed in (1, 2):
        (folder / f"{seed}.png").write_bytes(encoded(product(seed)))
    (folder / "notes.txt").write_text("no picture")
    before = config.read_text().splitlines()
    assert _refs(config, "add", str(folder), "--product", "fell-mug") == 0
    changes = list(difflib.ndiff(before, config.read_text().splitlines()))
    assert [line for line in changes if line.startswith("- ")] == []
    added = [line[2:].strip(' ",') for line in changes if line.startswith("+ ")]
    assert added == ["new/1.png", "new/2.png"]


def test_a_logo_is_added_listed_and_removed(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "mark.png").write_bytes(encoded(product(3)))
    assert _refs(config, "add", str(config.parent / "mark.png"), "--logo") == 0
    brand = read_configuration(config).desk.brands[0]
    assert [(one.id, one.kind) for one in brand.logos] == [("logo/mark.png", ReferenceKind.LOGO)]
    assert _refs(config, "list") == 0
    assert "logo/mark.png" in capsys.readouterr().out
    assert _refs(config, "remove", "logo/mark.png") == 0
    assert read_configuration(config).desk.brands[0].logos == ()
    assert (config.parent / "mark.png").exists()


def test_the_same_picture_twice_changes_nothing(config: Path) -> None:
    before = config.read_bytes()
    mug = config.parent / "photographs/fell-mug-scene.jpg"
    assert _refs(config, "add", str(mug), "--product", "fell-mug") == 0
    assert config.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("add", "broken.jpg", "--product", "fell-mug"), "damaged or cut off"),
        (("add", "absent.jpg", "--product", "fell-mug"), "No such file"),
        (("add", "good.png", "--product", "spoon"), "there is fell-mug, vesper-lantern"),
        (("add", "good.png", "--logo", "--brand", "other"), "--brand: harvelk"),
        (("remove", "fell-mug/absent.jpg"), "there is fell-mug/fell-mug-white.jpg"),
    ],
)
def test_a_refusal_says_why_and_leaves_the_file_alone(
    config: Path,
    words: tuple[str, ...],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(config.parent)
    good = encoded(product(5))
    Path("good.png").write_bytes(good)
    Path("broken.jpg").write_bytes(encoded(product(5), "JPEG")[:900])
    before = config.read_bytes()
    assert _refs(config, *words) == 1
    assert complaint in capsys.readouterr().err
    assert config.read_bytes() == before
