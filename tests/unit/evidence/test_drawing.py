"""The pictures of a capture's pages are sealed beside it, and anybody can draw them again."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headwater.adapters.drawing import draw_capture
from headwater.adapters.evidence import download_case_evidence, evidence_files
from headwater.adapters.screenshot import Browser, CannotDraw
from headwater.cli.main import main
from headwater.domain.captures import Capture, Stamp, StampFailed
from headwater.domain.manifests import canonical, sha256
from headwater.usecases.draw import is_drawn, keep_drawing
from headwater.usecases.stamp import Authority
from headwater.verifier import Trust, Verdict, verify
from tests.factories import LISTING
from tests.fakes.evidence import BucketInMemory
from tests.fakes.timestamp_authority import OpensslAuthority
from tests.unit.evidence.test_verify import SEEN, Direct, keep

pytestmark = pytest.mark.browser


class Away:
    """An authority that does not answer."""

    name = "away"

    def stamp(self, sha256: str) -> Stamp:
        raise StampFailed("does not answer")


def drawn(
    capture: Capture, evidence: BucketInMemory, **made_by: str
) -> tuple[str, dict[str, bytes]]:
    files = dict(evidence_files(capture, evidence))
    try:
        with Browser() as browser:
            made = draw_capture(
                capture, files, browser=browser, made_by=made_by, timestamp_authorities=()
            )
    except CannotDraw as missing:
        pytest.skip(str(missing))
    assert made is not None
    return made


def laid_out(
    into: Path, signers: Sequence[Authority] = ()
) -> tuple[Capture, BucketInMemory, tuple[str, ...]]:
    """A capture with its drawing in a folder, and what is expected of it."""
    evidence = BucketInMemory()
    (kept,) = keep(SEEN, into=into, evidence=evidence)
    keep_drawing(kept, *drawn(kept, evidence), evidence=evidence, authorities=signers)
    return kept, evidence, download_case_evidence([kept], evidence, into)


def words(folder: Path, *expected: str, trust: Trust | None = None) -> dict[str, Verdict]:
    report = verify(folder, expected=expected, trust=trust)
    return {layer.name: layer.verdict for layer in report.layers}


def test_a_drawing_is_checked_with_the_capture_beside_it(tmp_path: Path) -> None:
    kept, _, expected = laid_out(tmp_path)
    report = verify(tmp_path, expected=expected)
    assert report.verdict is Verdict.OK, report.as_text()
    assert words(tmp_path)["seal"] is Verdict.UNVERIFIABLE
    assert words(tmp_path)["drawing seal"] is Verdict.UNVERIFIABLE
    (manifest,) = tmp_path.glob("*/drawn/*/manifest.json")
    said = json.loads(manifest.read_text())
    assert said["capture_manifest_sha256"] == kept.manifest_sha256
    assert said["browser"].startswith("Chromium ")
    assert [part["name"] for part in said["parts"]] == ["seen.html.png"]


def test_drawing_twice_is_one_drawing(tmp_path: Path) -> None:
    kept, evidence, _ = laid_out(tmp_path)
    before = {name: list(bodies) for name, bodies in evidence.versions.items()}
    keep_drawing(kept, *drawn(kept, evidence), evidence=evidence, authorities=[])
    assert evidence.versions == before


def test_what_was_changed_in_a_drawing_is_named(tmp_path: Path) -> None:
    _, _, expected = laid_out(tmp_path)
    (picture,) = tmp_path.glob("*/drawn/*/seen.html.png")
    picture.write_bytes(picture.read_bytes() + b"\0")
    assert words(tmp_path, *expected)["drawing part seen.html.png"] is Verdict.MISMATCH
    picture.unlink()
    assert words(tmp_path, *expected)["drawing part seen.html.png"] is Verdict.MISSING


def test_another_picture_with_new_hashes_is_nobodys(tmp_path: Path) -> None:
    _, _, expected = laid_out(tmp_path)
    (picture,) = tmp_path.glob("*/drawn/*/seen.html.png")
    picture.write_bytes(b"another")
    manifest = picture.with_name("manifest.json")
    said = json.loads(manifest.read_text())
    said["parts"][0] |= {"sha256": sha256(b"another"), "size": 7}
    manifest.write_bytes(canonical(said))
    assert words(tmp_path, *expected)["drawing manifest"] is Verdict.MISMATCH
    facts = {key: said[key] for key in ("capture_manifest_sha256", "browser", "made_by")}
    facts["pictures"] = {"seen.html.png": sha256(b"another")}
    said["drawing"] = sha256(canonical(facts))[:32]
    manifest.write_bytes(canonical(said))
    assert words(tmp_path, *expected)["drawing seal"] is Verdict.UNVERIFIABLE
    assert verify(tmp_path, expected=expected).verdict is not Verdict.OK


def test_a_drawing_of_another_capture_is_named(tmp_path: Path) -> None:
    evidence = BucketInMemory()
    one, other = keep(SEEN, replace(SEEN, look="again"), into=tmp_path, evidence=evidence)
    keep_drawing(one, *drawn(one, evidence), evidence=evidence, authorities=[])
    expected = download_case_evidence([one, other], evidence, tmp_path)
    shutil.move(tmp_path / one.id / "drawn", tmp_path / other.id / "drawn")
    assert words(tmp_path, *expected)[f"{other.id} drawing of"] is Verdict.MISMATCH


def test_a_drawing_is_signed_and_who_did_not_answer_is_asked_again(tmp_path: Path) -> None:
    evidence = BucketInMemory()
    authority = OpensslAuthority(tmp_path / "tsa")
    one = Direct("one", authority)
    (kept,) = keep(
        SEEN, into=tmp_path / "case", evidence=evidence, signers=[one], at=datetime.now(UTC)
    )
    made = drawn(kept, evidence)
    manifest, silent = keep_drawing(kept, *made, evidence=evidence, authorities=[one, Away()])
    assert silent == {"away": "does not answer"}
    assert manifest in evidence.versions
    assert not is_drawn(kept, evidence=evidence, authorities=[one, Away()])
    assert is_drawn(kept, evidence=evidence, authorities=[one])
    later = drawn(kept, evidence, commit="of a later day")
    assert later[0] != made[0]  # else its tokens would stand beside another commit's manifest
    keep_drawing(kept, *later, evidence=evidence, authorities=[one])
    download_case_evidence([kept], evidence, tmp_path / "case")
    report = verify(tmp_path / "case", trust=Trust(authority.certificates.encode()))
    assert report.verdict is Verdict.OK, report.as_text()
    assert "drawing timestamp" in report.as_text()


def test_verify_draws_again_and_says_what_it_sees(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, expected = laid_out(tmp_path)
    command = ["verify", str(tmp_path), "--draw", *(f"--expect={one}" for one in expected)]
    assert main(command) == 0
    assert "byte for byte the same" in capsys.readouterr().out
    (picture,) = tmp_path.glob("*/drawn/*/seen.html.png")
    picture.write_bytes(b"another")
    assert main(command) == 1
    assert "unverifiable  drawing again seen.html.png" in capsys.readouterr().out


def test_a_capture_without_a_page_has_nothing_to_draw(tmp_path: Path) -> None:
    evidence = BucketInMemory()
    (kept,) = keep(replace(SEEN, page_object=None), into=tmp_path, evidence=evidence)
    files = dict(evidence_files(kept, evidence))
    with Browser() as browser:
        made = draw_capture(kept, files, browser=browser, made_by={}, timestamp_authorities=())
    assert made is None
    assert LISTING.key == kept.key
