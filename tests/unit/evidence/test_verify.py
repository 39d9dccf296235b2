"""Whoever changed what: each way of tampering gets its own word, and an untouched folder is ok."""

import gzip
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.adapters.evidence import download_case_evidence
from headwater.adapters.store import Bucket
from headwater.adapters.timestamping import timestamp_request
from headwater.adapters.warc import Archive
from headwater.cli.main import main
from headwater.domain.brands import PlatformAccess
from headwater.domain.captures import Capture, Stamp
from headwater.domain.listings import Sighting
from headwater.domain.manifests import canonical, sha256
from headwater.marketplaces import sources_of
from headwater.usecases.capture import capture
from headwater.usecases.stamp import Authority, stamp
from headwater.verifier import Trust, Verdict, check_wire, verify
from tests.factories import LISTING, NOON, SIGHTING
from tests.fakes.evidence import (
    BucketInMemory,
    CapturesInMemory,
    DoorInMemory,
    answer,
    page_key,
)
from tests.fakes.timestamp_authority import OpensslAuthority
from tests.unit.evidence.test_warc import ANSWERS, archive, exchanged

PAGE = "<html>¥12.80</html>".encode()
PNG = b"\x89PNG\r\n\x1a\n"
SEEN = replace(SIGHTING, page_object=page_key(PAGE))


def keep(
    *sightings: Sighting,
    into: Path,
    signers: Sequence[Authority] = (),
    at: datetime = NOON,
    evidence: Bucket | BucketInMemory | None = None,
    picture: bytes = PNG,
) -> list[Capture]:
    """Capture them one day after the other, have them signed, and lay the evidence out."""
    door = DoorInMemory({url: answer(url, picture + url.encode()) for url in LISTING.pictures})
    evidence, captures = evidence or BucketInMemory(), CapturesInMemory()
    kept = [
        capture(
            sighting,
            access=PlatformAccess(),
            read=lambda page: pytest.fail("no page is fetched"),
            sources=sources_of,
            pages=BucketInMemory({page_key(PAGE): PAGE}),
            evidence=evidence,
            captures=captures,
            listing_pages=door,
            pictures=door,
            new_archive=lambda capture_id: Archive(capture_id, "headwater/1"),
            now=lambda day=day: at + timedelta(days=day),  # type: ignore[misc]
            made_by={"tool": "headwater"},
            timestamp_authorities=tuple(signer.name for signer in signers),
            rehearsal=False,
        )
        for day, sighting in enumerate(sightings)
    ]
    kept = [
        stamp(one, authorities=signers, evidence=evidence, captures=captures)[0] for one in kept
    ]
    download_case_evidence(kept, evidence, into)
    return kept


@pytest.fixture
def case(tmp_path: Path) -> tuple[Path, str]:
    """One capture's folder and the hash of its manifest as the table has it."""
    (kept,) = keep(SEEN, into=tmp_path / "case")
    return tmp_path / "case" / kept.id, kept.manifest_sha256


def words(folder: Path, *expected: str, trust: Trust | None = None) -> dict[str, Verdict]:
    report = verify(folder, expected=expected, trust=trust)
    return {layer.name: layer.verdict for layer in report.layers}


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest and spell it canonically again."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_bytes(canonical(manifest))


def test_an_untouched_folder_is_ok(case: tuple[Path, str]) -> None:
    folder, expected = case
    report = verify(folder, expected=[expected])
    assert report.verdict is Verdict.OK
    assert [layer.name for layer in report.layers] == [
        "manifest",
        "part seen.html",
        "part picture-01.png",
        "part picture-02.png",
        "part wire.warc.gz",
        "wire",
        "part fields.json",
        "fields",
        "seal",
    ]
    assert report.as_text().endswith("ok: everything that was required is there and matches.")


def test_without_an_outside_word_it_is_not_ok_although_nothing_failed(
    case: tuple[Path, str],
) -> None:
    report = verify(case[0])
    assert report.verdict is Verdict.UNVERIFIABLE
    assert report.layers[-1].name == "seal"
    assert "ok: everything" not in report.as_text()


def test_a_changed_part_is_a_mismatch(case: tuple[Path, str]) -> None:
    folder, expected = case
    (folder / "seen.html").write_bytes("<html>¥99.80</html>".encode())
    assert words(folder, expected)["part seen.html"] is Verdict.MISMATCH
    (folder / "seen.html").write_bytes(b"shorter")
    assert words(folder, expected)["part seen.html"] is Verdict.MISMATCH


def test_a_changed_price_with_recomputed_hashes_is_not_the_expected_manifest(
    case: tuple[Path, str],
) -> None:
    folder, expected = case
    body = "<html>¥99.80</html>".encode()
    (folder / "seen.html").write_bytes(body)

    def forge(manifest: dict[str, Any]) -> None:
        manifest["parts"][0] |= {"sha256": sha256(body), "size": len(body)}
        manifest["found"]["page_object"] = page_key(body)
        facts = {
            "brand": manifest["found"]["brand"],
            "listing": manifest["found"]["listing"],
            "look": None,
            "page": sha256(body),
        }
        manifest["capture"] = sha256(canonical(facts))[:32]

    rewrite(folder, forge)
    found = words(folder, expected)
    assert found["part seen.html"] is Verdict.OK
    assert found["seal"] is Verdict.UNVERIFIABLE
    assert verify(folder, expected=[expected]).verdict is Verdict.UNVERIFIABLE


def replace_part(folder: Path, name: str, body: bytes) -> None:
    """Put another file in a part's place and tell the manifest."""

    def tell(manifest: dict[str, Any]) -> None:
        for part in manifest["parts"]:
            if part["name"] == name:
                part |= {"sha256": sha256(body), "size": len(body)}

    (folder / name).write_bytes(body)
    rewrite(folder, tell)


def test_a_swapped_picture_with_recomputed_hashes_is_not_what_the_server_answered(
    case: tuple[Path, str],
) -> None:
    replace_part(case[0], "picture-01.png", PNG + b"another")
    found = words(*case)
    assert found["part picture-01.png"] is Verdict.OK
    assert found["wire"] is Verdict.MISMATCH


WIRE = "wire.warc.gz"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda text: text.replace(PNG, PNG[::-1], 1), Verdict.MISMATCH),
        (lambda text: text[:-40], Verdict.MALFORMED),
        (lambda text: text[20:], Verdict.MALFORMED),
        (lambda text: text.replace(b"Content-Length: ", b"Content-Length: 1"), Verdict.MALFORMED),
        (lambda text: text.replace(b"Content-Length: ", b"Content-Length: -"), Verdict.MALFORMED),
        (lambda text: text.replace(b"WARC-Block-Digest", b"X"), Verdict.MISMATCH),
        (lambda text: b"", Verdict.MISMATCH),
    ],
)
def test_a_changed_record_of_the_wire_is_named(
    case: tuple[Path, str], change: Callable[[bytes], bytes], verdict: Verdict
) -> None:
    text = gzip.decompress((case[0] / WIRE).read_bytes())
    replace_part(case[0], WIRE, gzip.compress(change(text)))
    assert words(*case)["wire"] is verdict


def test_a_record_of_the_wire_that_is_cut_off_or_a_bomb_is_malformed(
    case: tuple[Path, str],
) -> None:
    packed = (case[0] / WIRE).read_bytes()
    replace_part(case[0], WIRE, packed[:-20])
    assert words(*case)["wire"] is Verdict.MALFORMED
    replace_part(case[0], WIRE, gzip.compress(bytes(201_000_000), 1))
    assert words(*case)["wire"] is Verdict.MALFORMED


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_record_of_every_kind_of_answer_proves_its_part(kind: str, tmp_path: Path) -> None:
    body = {"gzip": "仿冒".encode(), "refused": b"no"}.get(kind, b"hello")
    fetch = {"part": "fetched.html", "answered": "https://x.example/1"}
    manifest = {"parts": [{"name": "fetched.html", "sha256": sha256(body)}], "fetches": [fetch]}
    verdict, detail = check_wire(archive(exchanged(response=ANSWERS[kind])), manifest)
    assert (verdict, detail) == (Verdict.OK, "1 recorded answers, 1 parts come out of them")


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["found"]["listing"].update(title="another"),
        lambda manifest: manifest["found"].update(brand="other"),
        lambda manifest: manifest.update(capture="0" * 32),
    ],
)
def test_a_fact_that_does_not_belong_to_the_id_is_a_mismatch(
    case: tuple[Path, str], change: Callable[[dict[str, Any]], None]
) -> None:
    rewrite(case[0], change)
    assert words(*case)["manifest"] is Verdict.MISMATCH


def test_a_back_dated_manifest_is_not_the_expected_one(case: tuple[Path, str]) -> None:
    rewrite(case[0], lambda manifest: manifest.update(captured_at="2020-01-01T00:00:00Z"))
    assert words(*case)["seal"] is Verdict.UNVERIFIABLE


def test_a_deleted_part_is_missing(case: tuple[Path, str]) -> None:
    (case[0] / "picture-01.png").unlink()
    assert words(*case)["part picture-01.png"] is Verdict.MISSING


def test_a_part_taken_off_the_manifest_stays_as_a_stranger(case: tuple[Path, str]) -> None:
    rewrite(case[0], lambda manifest: manifest["parts"].pop())
    found = words(*case)
    assert found["other files"] is Verdict.UNVERIFIABLE
    assert found["seal"] is Verdict.UNVERIFIABLE


def test_an_added_file_is_named(case: tuple[Path, str]) -> None:
    (case[0] / "seen.htm").write_bytes(PAGE)
    report = verify(case[0], expected=[case[1]])
    assert report.verdict is Verdict.UNVERIFIABLE
    assert "seen.htm" in report.layers[-1].detail


def test_a_missing_manifest_is_missing(case: tuple[Path, str]) -> None:
    (case[0] / "manifest.json").unlink()
    assert words(*case)["manifest"] is Verdict.MISSING


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (b"", Verdict.MALFORMED),
        (b"{", Verdict.MALFORMED),
        (b"[]", Verdict.MALFORMED),
        (b"\xff\xfe", Verdict.MALFORMED),
        (b"[" * 100_000, Verdict.MALFORMED),
        (b'{"schema":"headwater/manifest/1"}', Verdict.MALFORMED),
        (b'{"parts":[],"schema":"headwater/manifest/1"} ', Verdict.MALFORMED),
        (b'{"parts":[{"name":1}],"schema":"headwater/manifest/1"}', Verdict.MALFORMED),
        (b'{"schema":"headwater/manifest/1","schema":"headwater/manifest/1"}', Verdict.MALFORMED),
        (b'{"schema":"headwater/manifest/2"}', Verdict.UNVERIFIABLE),
    ],
)
def test_a_manifest_that_is_none_is_named(
    case: tuple[Path, str], text: bytes, verdict: Verdict
) -> None:
    (case[0] / "manifest.json").write_bytes(text)
    report = verify(case[0], expected=[case[1]])
    assert report.layers[0].verdict is verdict
    assert report.verdict is not Verdict.OK


@pytest.mark.parametrize(
    "name", ["../seen.html", "/etc/passwd", "a\\b", "", "seen.html", "SEEN.HTML"]
)
def test_a_part_that_points_elsewhere_or_shadows_another_is_malformed(
    case: tuple[Path, str], name: str
) -> None:
    rewrite(case[0], lambda manifest: manifest["parts"][1].update(name=name))
    assert words(*case)["manifest"] is Verdict.MALFORMED


def test_a_link_instead_of_a_file_is_malformed(case: tuple[Path, str]) -> None:
    (case[0] / "seen.html").unlink()
    (case[0] / "seen.html").symlink_to("/etc/hostname")
    assert words(*case) == {"files": Verdict.MALFORMED}


def test_nothing_there_is_missing(tmp_path: Path) -> None:
    assert words(tmp_path / "none") == {"files": Verdict.MISSING}
    (tmp_path / "empty").mkdir()
    assert words(tmp_path / "empty") == {"manifest": Verdict.MISSING}


def test_a_sealed_look_seals_the_looks_before_it(tmp_path: Path) -> None:
    later = replace(SEEN, listing=replace(LISTING, title="changed title"))
    first, second = keep(SEEN, later, into=tmp_path)
    assert verify(tmp_path, expected=[second.manifest_sha256]).verdict is Verdict.OK
    assert verify(tmp_path, expected=[first.manifest_sha256]).verdict is Verdict.UNVERIFIABLE


def test_a_look_without_the_one_before_it_says_so(tmp_path: Path) -> None:
    later = replace(SEEN, listing=replace(LISTING, title="changed title"))
    first, second = keep(SEEN, later, into=tmp_path)
    shutil.rmtree(tmp_path / first.id)
    report = verify(tmp_path, expected=[second.manifest_sha256])
    assert report.verdict is Verdict.OK
    assert ("previous", Verdict.MISSING) in [(la.name, la.verdict) for la in report.layers]


class Direct:
    """An authority of openssl, asked without a network."""

    def __init__(self, name: str, authority: OpensslAuthority) -> None:
        self.name = name
        self.authority = authority

    def stamp(self, sha256: str) -> Stamp:
        request = timestamp_request(sha256, 7)
        return Stamp(request=request, reply=self.authority.reply(request), at=datetime.now(UTC))


@dataclass
class Signed:
    """A capture's folder with tokens of two authorities, and what a reader trusts."""

    folder: Path
    first: OpensslAuthority
    second: OpensslAuthority
    trust: Trust

    def words(self) -> dict[str, Verdict]:
        return words(self.folder, trust=self.trust)

    def verdict(self) -> Verdict:
        return verify(self.folder, trust=self.trust).verdict


@pytest.fixture
def signed(tmp_path: Path) -> Signed:
    first = OpensslAuthority(tmp_path / "first", common_name="First")
    second = OpensslAuthority(tmp_path / "second", common_name="Second")
    (kept,) = keep(
        SEEN,
        into=tmp_path / "signed",
        signers=[Direct("first", first), Direct("second", second)],
        at=datetime.now(UTC),
    )
    trust = Trust((first.certificates + second.certificates).encode())
    return Signed(tmp_path / "signed" / kept.id, first, second, trust)


def test_a_signed_folder_is_ok_with_nothing_but_the_authorities_certificates(
    signed: Signed,
) -> None:
    assert signed.verdict() is Verdict.OK
    assert signed.words()["timestamp first"] is Verdict.OK
    assert signed.words()["timestamp second"] is Verdict.OK


def test_a_signed_folder_without_certificates_is_not_ok(signed: Signed) -> None:
    assert verify(signed.folder).verdict is Verdict.UNVERIFIABLE


def test_a_changed_price_with_recomputed_hashes_is_a_mismatch_to_its_token(signed: Signed) -> None:
    body = "<html>¥99.80</html>".encode()
    replace_part(signed.folder, "seen.html", body)

    def forge(manifest: dict[str, Any]) -> None:
        found = manifest["found"]
        facts = {key: found[key] for key in ("brand", "listing", "look")}
        facts["page"] = sha256(body)
        manifest["capture"] = sha256(canonical(facts))[:32]

    rewrite(signed.folder, forge)
    found = signed.words()
    assert found["part seen.html"] is Verdict.OK
    assert found["timestamp first"] is Verdict.MISMATCH
    assert signed.verdict() is Verdict.MISMATCH


def test_a_back_dated_capture_is_a_mismatch_to_its_token(signed: Signed) -> None:
    rewrite(signed.folder, lambda manifest: manifest.update(captured_at="2020-01-01T00:00:00Z"))
    assert signed.words()["timestamp first"] is Verdict.MISMATCH


def test_taken_away_tokens_leave_it_pending_and_unproven(signed: Signed) -> None:
    for token in signed.folder.glob("*.ts?"):
        token.unlink()
    assert signed.words()["timestamp second"] is Verdict.PENDING
    assert signed.verdict() is Verdict.UNVERIFIABLE


def test_one_token_of_two_is_enough(signed: Signed) -> None:
    for token in signed.folder.glob("*.second.ts?"):
        token.unlink()
    assert signed.words()["timestamp second"] is Verdict.PENDING
    assert signed.verdict() is Verdict.OK


def test_the_token_of_another_capture_is_a_mismatch(signed: Signed) -> None:
    request = timestamp_request("ab" * 32, 7)
    name = "manifest.json.first.tsr"
    (signed.folder / name).write_bytes(signed.first.reply(request))
    assert signed.words()["timestamp first"] is Verdict.MISMATCH
    assert signed.verdict() is Verdict.MISMATCH


def test_a_forged_manifest_signed_by_a_stranger_is_untrusted(
    signed: Signed, tmp_path: Path
) -> None:
    rewrite(signed.folder, lambda manifest: manifest.update(captured_at="2026-01-01T00:00:00Z"))
    stranger = OpensslAuthority(tmp_path / "evil", common_name="First", embeds_its_root=True)
    digest = sha256((signed.folder / "manifest.json").read_bytes())
    for name in ("first", "second"):
        request = timestamp_request(digest, 7)
        (signed.folder / f"manifest.json.{name}.tsq").write_bytes(request)
        (signed.folder / f"manifest.json.{name}.tsr").write_bytes(stranger.reply(request))
    assert signed.words()["timestamp first"] is Verdict.UNTRUSTED
    assert signed.verdict() is Verdict.UNTRUSTED


def test_a_capture_dated_after_its_token_is_a_mismatch(tmp_path: Path) -> None:
    authority = OpensslAuthority(tmp_path / "tsa")
    keep(
        SEEN,
        into=tmp_path / "signed",
        signers=[Direct("one", authority)],
        at=datetime.now(UTC) + timedelta(days=1),
    )
    trust = Trust(authority.certificates.encode())
    assert words(tmp_path / "signed", trust=trust)["timestamp one"] is Verdict.MISMATCH


def test_a_cut_off_token_is_malformed(signed: Signed) -> None:
    token = signed.folder / "manifest.json.first.tsr"
    token.write_bytes(token.read_bytes()[:-1])
    assert signed.words()["timestamp first"] is Verdict.MALFORMED


def test_a_signed_folder_is_ok_twenty_years_later(signed: Signed) -> None:
    with time_machine.travel(datetime(2046, 1, 1, tzinfo=UTC)):
        assert signed.verdict() is Verdict.OK


def test_openssl_alone_says_the_same(signed: Signed) -> None:
    command = [
        "openssl", "ts", "-verify", "-in", "manifest.json.first.tsr", "-data", "manifest.json",
        "-CAfile", str(signed.first.folder / "root.pem"),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=signed.folder, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr
    rewrite(signed.folder, lambda manifest: manifest.update(captured_at="2020-01-01T00:00:00Z"))
    done = subprocess.run(command, cwd=signed.folder, capture_output=True, text=True, check=False)
    assert done.returncode != 0


def zipped(folder: Path, into: Path) -> Path:
    with zipfile.ZipFile(into, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return into


def test_a_zip_is_checked_like_its_folder(case: tuple[Path, str], tmp_path: Path) -> None:
    assert verify(zipped(case[0], tmp_path / "a.zip"), expected=[case[1]]).verdict is Verdict.OK


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["seen.html", "Seen.HTML", "../seen.html", "/seen.html", "a\\b"])
def test_a_zip_with_a_second_or_stray_name_is_malformed(
    case: tuple[Path, str], tmp_path: Path, name: str
) -> None:
    path = zipped(case[0], tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"shadow")
    assert words(path, case[1]) == {"files": Verdict.MALFORMED}


def test_a_truncated_zip_is_malformed(case: tuple[Path, str], tmp_path: Path) -> None:
    path = zipped(case[0], tmp_path / "a.zip")
    path.write_bytes(path.read_bytes()[:-30])
    assert words(path, case[1]) == {"files": Verdict.MALFORMED}


def test_a_zip_bomb_stops_at_the_cap(case: tuple[Path, str], tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("manifest.json", "w") as member,
    ):
        for _ in range(201):
            member.write(bytes(1_000_000))
    assert path.stat().st_size < 1_000_000
    assert words(path)["manifest"] is Verdict.MALFORMED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_as_a_bundle_get_an_answer(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "any.zip").write_bytes(body)
    assert verify(tmp_path / "any.zip").verdict is not Verdict.OK


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_value_anywhere_in_a_manifest_gets_an_answer(
    case: tuple[Path, str], data: st.DataObject
) -> None:
    path = case[0] / "manifest.json"
    original = path.read_bytes()
    manifest = json.loads(original)
    place: Any = manifest
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(place[key], (dict, list)) and place[key] and data.draw(st.booleans())):
            break
        place = place[key]
    before = place[key]
    place[key] = data.draw(ANY_JSON)
    path.write_bytes(canonical(manifest))
    if place[key] != before or type(place[key]) is not type(before):
        assert verify(case[0], expected=[case[1]]).verdict is not Verdict.OK
    path.write_bytes(original)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_one_flipped_bit_anywhere_is_never_ok(tmp_path: Path, data: st.DataObject) -> None:
    folder = tmp_path / "flip"
    shutil.rmtree(folder, ignore_errors=True)
    (kept,) = keep(SEEN, into=folder)
    path = data.draw(st.sampled_from(sorted((folder / kept.id).iterdir())))
    body = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(body)
    assert verify(folder, expected=[kept.manifest_sha256]).verdict is not Verdict.OK


def test_the_command_prints_verdicts_and_exits_by_them(
    case: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, expected = case
    assert main(["verify", str(folder), "--expect", expected, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["verdict"] == "ok"
    assert said["layers"][0].keys() == {"name", "verdict", "detail"}
    assert main(["verify", str(folder)]) == 1
    assert "unverifiable" in capsys.readouterr().out
    assert main(["verify", str(folder), "--trust", "/no/such.pem"]) == 2
