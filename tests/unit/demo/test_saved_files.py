"""Which pages of a folder of captures the demo brings, and that it says how many it leaves."""

from pathlib import Path

import pytest

from headwater_demo.run import DemoFailed, saved_files


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    for name in ("1688/search/a.html", "1688/search/b.html", "alibaba/listing/c.json"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("page")
    (tmp_path / "1688/search/notes.md").write_text("no page")
    return tmp_path


def test_every_folder_has_its_turn(captures: Path) -> None:
    assert [file.name for file in saved_files(captures, 0)] == ["a.html", "c.json", "b.html"]


def test_what_is_left_out_is_said(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(saved_files(captures, 2)) == 2
    assert "2 of the 3 pages" in capsys.readouterr().out


def test_pages_straight_in_the_folder_are_taken_too(tmp_path: Path) -> None:
    (tmp_path / "saved.html").write_text("page")
    assert [file.name for file in saved_files(tmp_path, 24)] == ["saved.html"]


def test_no_folder_is_no_page() -> None:
    assert saved_files(None, 24) == []


@pytest.mark.parametrize(("folder", "most"), [("missing", 24), ("", 24), ("1688", -1)])
def test_what_cannot_be_brought_is_said(captures: Path, folder: str, most: int) -> None:
    place = captures / folder if folder else captures / "empty"
    (captures / "empty").mkdir()
    with pytest.raises(DemoFailed, match=r"no folder|no saved page|--most"):
        saved_files(place, most)
