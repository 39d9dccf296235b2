"""The exported zip: a stranger can check all of it, and every change to it has a name."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from headwater.adapters.bundle import bundle, timeline
from headwater.adapters.screenshot import Browser, CannotDraw
from headwater.domain.brands import TimestampAuthority
from headwater.domain.captures import Capture
from headwater.domain.cases import CaseEvent, CaseState, PictureEvidence
from headwater.domain.manifests import canonical, sha256
from headwater.usecases.exhibit import ExhibitKind, add_exhibit, exhibits_of
from headwater.usecases.stamp import Authority
from headwater.verifier import Trust, Verdict, verify
from tests.factories import CASE, LISTING, NOON
from tests.fakes.evidence import BucketInMemory
from tests.fakes.timestamp_authority import OpensslAuthority
from tests.unit.evidence.test_verify import SEEN, Direct, keep

LATER = replace(SEEN, listing=replace(LISTING, title="峡湾 changed"))


def picture() -> bytes:
    drawn = BytesIO()
    Image.effect_noise((20, 60), 90).convert("RGB").save(drawn, "PNG")
    return drawn.getvalue()


PICTURE = picture()


@dataclass
class Exported:
    """A bundle on disk and what a reader may know of it."""

    path: Path
    expected: str
    kept: list[Capture]
    trust: Trust

    def members(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def repack(self, members: dict[str, bytes]) -> None:
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, body in members.items():
                archive.writestr(name, body)

    def verdict(self, *, trust: bool = True) -> Verdict:
        return verify(self.path, trust=self.trust if trust else None).verdict

    def words(self, *, trust: bool = True) -> dict[str, Verdict]:
        report = verify(self.path, trust=self.trust if trust else None)
        return {layer.name: layer.verdict for layer in report.layers}


def export(
    folder: Path,
    *,
    signers: tuple[Authority, ...] = (),
    trusted: tuple[TimestampAuthority, ...] = (),
    at: datetime = NOON,
    browser: Browser | None = None,
) -> Exported:
    """Two looks at a listing and one receipt, as one zip."""
    evidence = BucketInMemory()
    kept = keep(
        SEEN, LATER, into=folder / "x", signers=signers, at=at, evidence=evidence, picture=PICTURE
    )
    found = PictureEvidence(
        capture_id=kept[0].id,
        part_name="picture-01.png",
        reference_id="mug/mug.jpg",
        probability=0.99,
        relation="same",
        explanation="unchanged",
        query_region=(0.1, 0.1, 0.9, 0.9),
    )
    add_exhibit(
        b"%PDF receipt",
        file_name="Quittung.PDF",
        brand=CASE.brand,
        case=CASE.id,
        kind=ExhibitKind.RECEIPT,
        note="test purchase",
        by="owner",
        evidence=evidence,
        authorities=signers,
        now=lambda: at,
        made_by={},
    )
    prefix = exhibits_of(CASE.brand, CASE.id)
    body, expected = bundle(
        replace(CASE, pictures=(found,)),
        kept,
        exhibits={key.removeprefix(prefix): evidence.get(key) for key in evidence.list(prefix)},
        evidence=evidence,
        reference=lambda reference_id: PICTURE,
        trusted=trusted,
        signers=signers,
        browser=browser,
        made_at=at + timedelta(days=2),
        software="headwater/1",
    )
    path = folder / "case.zip"
    path.write_bytes(body)
    pem = "".join(authority.certificates for authority in trusted)
    return Exported(path, expected, kept, Trust(pem.encode()))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return OpensslAuthority(tmp_path_factory.mktemp("authority") / "tsa")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory, authority: OpensslAuthority) -> Exported:
    trusted = TimestampAuthority(
        name="one", url="http://x.example/", certificates=authority.certificates
    )
    return export(
        tmp_path_factory.mktemp("exported"),
        signers=(Direct("one", authority),),
        trusted=(trusted,),
        at=datetime.now(UTC) - timedelta(days=2),
    )


@pytest.fixture
def exported(untouched: Exported, tmp_path: Path) -> Exported:
    return replace(untouched, path=Path(shutil.copy(untouched.path, tmp_path)))


def test_an_untouched_bundle_is_ok(exported: Exported) -> None:
    report = verify(exported.path, trust=exported.trust)
    assert report.verdict is Verdict.OK, report.as_text()
    assert verify(exported.path, expected=[exported.expected]).verdict is Verdict.OK


def test_it_holds_what_a_lawyer_needs(exported: Exported) -> None:
    names = set(exported.members())
    first = exported.kept[0].id
    assert {
        "VERIFY.md",
        "verify.py",
        "bundle.json",
        "bundle.json.one.tsr",
        "TIMELINE.txt",
        "DECLARATION-DRAFT.md",
        "trust/one.pem",
        "side-by-side/01.png",
        "side-by-side/all.pdf",
        f"captures/{first}/manifest.json",
        f"captures/{first}/manifest.json.one.tsr",
        f"captures/{first}/seen.html",
        f"captures/{first}/picture-01.png",
        f"captures/{first}/wire.warc.gz",
        f"captures/{first}/replay.wacz",
    } <= names


def test_its_list_covers_every_member_but_itself_and_its_tokens(exported: Exported) -> None:
    listed = {member["name"] for member in json.loads(exported.members()["bundle.json"])["members"]}
    assert {name for name in exported.members() if not name.startswith("bundle.json")} == listed


def test_the_same_case_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert export(tmp_path / "a").path.read_bytes() == export(tmp_path / "b").path.read_bytes()


@pytest.mark.browser
def test_a_bundle_with_screenshots_is_checked_like_any_other(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        try:
            browser = cleanup.enter_context(Browser())
        except CannotDraw as missing:
            pytest.skip(str(missing))
        exported = export(tmp_path, browser=browser)
    members = exported.members()
    picture, *_ = (name for name in members if name.endswith("/seen.html.png"))
    assert Image.open(BytesIO(members[picture])).width == 1280
    said = json.loads(members[picture.replace("seen.html.png", "manifest.json")])
    assert said["parts"][0]["scripts"] is False
    report = verify(exported.path, expected=[exported.expected])
    assert report.verdict is Verdict.OK, report.as_text()


def test_without_an_outside_word_it_is_not_ok(exported: Exported) -> None:
    assert exported.verdict(trust=False) is Verdict.UNVERIFIABLE


def test_the_script_inside_says_the_same_as_the_command(exported: Exported, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(exported.path) as archive:
        archive.extractall(folder)
    command = [sys.executable, "-I", "-W", "error", "verify.py", ".", "--trust", "trust/one.pem"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "TIMELINE.txt").write_text("another story")
    done = subprocess.run(
        [*command, "--json"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"] == "mismatch"


def test_the_openssl_commands_that_it_gives_work(exported: Exported, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(exported.path) as archive:
        archive.extractall(folder)
    text = (folder / "VERIFY.md").read_text()
    commands = text.replace("\\\n", " ").splitlines()
    checks = [line.strip() for line in commands if "openssl ts -verify" in line]
    assert len(checks) == 2  # one for each look
    for check in checks:
        done = subprocess.run(
            ["sh", "-c", check], cwd=folder, capture_output=True, text=True, check=False
        )
        assert "Verification: OK" in done.stdout + done.stderr, check


Members = dict[str, bytes]


def relist(members: Members) -> None:
    """Make the bundle's own list fit again, as anybody can who repacks it."""
    value = json.loads(members["bundle.json"])
    value["members"] = [
        {"name": name, "size": len(body), "sha256": sha256(body)}
        for name, body in sorted(members.items())
        if not name.startswith("bundle.json")
    ]
    members["bundle.json"] = canonical(value)


def change_page(members: Members) -> None:
    name = next(name for name in members if name.endswith("seen.html"))
    members[name] = members[name].replace(b"12.80", b"99.80")


def change_page_and_manifest(members: Members) -> None:
    name = next(name for name in members if name.endswith("seen.html"))
    change_page(members)
    path = name.replace("seen.html", "manifest.json")
    manifest = json.loads(members[path])
    manifest["parts"][0] |= {"sha256": sha256(members[name])}
    found = manifest["found"]
    facts = {key: found[key] for key in ("brand", "listing", "look")}
    facts["page"] = sha256(members[name])
    manifest["capture"] = sha256(canonical(facts))[:32]
    members[path] = canonical(manifest)
    relist(members)


def back_date(members: Members) -> None:
    for path in [name for name in members if name.endswith("/manifest.json")]:
        manifest = json.loads(members[path])
        members[path] = canonical(manifest | {"captured_at": "2020-01-01T00:00:00Z"})
    relist(members)


def swap_tokens(members: Members) -> None:
    first, second, *_ = (name for name in members if name.endswith("/manifest.json.one.tsr"))
    members[first], members[second] = members[second], members[first]
    relist(members)


def take_a_capture_out(members: Members) -> None:
    prefix = next(name for name in members if name.endswith("/manifest.json")).rpartition("/")[0]
    for name in [name for name in members if name.startswith(prefix)]:
        del members[name]


def replace_the_verifier(members: Members) -> None:
    members["verify.py"] = b"print('ok')"


def change_the_receipt(members: Members) -> None:
    name = next(name for name in members if name.endswith("exhibit.pdf"))
    members[name] = b"%PDF another"
    relist(members)


def change_the_note(members: Members) -> None:
    name = next(name for name in members if name.startswith("exhibits/") and "manifest" in name)
    members[name] = members[name].replace(b"test purchase", b"first purchase")
    relist(members)


def truncate_the_wire(members: Members) -> None:
    name = next(name for name in members if name.endswith("wire.warc.gz"))
    members[name] = members[name][:-100]


def add_a_file(members: Members) -> None:
    members["captures/evil.html"] = b"<html>"


def empty_the_list(members: Members) -> None:
    members["bundle.json"] = canonical(json.loads(members["bundle.json"]) | {"members": []})


def drop_the_list(members: Members) -> None:
    for name in [name for name in members if name.startswith("bundle.json")]:
        del members[name]


def strip_every_token(members: Members) -> None:
    for name in [name for name in members if name.endswith((".tsr", ".tsq"))]:
        del members[name]
    relist(members)


def rewrite_the_declaration(members: Members) -> None:
    """What no capture holds is vouched for by the list's own token: a forger takes that away."""
    members["DECLARATION-DRAFT.md"] += b"I saw it myself."
    relist(members)
    for name in [name for name in members if name.startswith("bundle.json.")]:
        del members[name]


def change_the_hash_asked_for(members: Members) -> None:
    request = members["bundle.json.one.tsq"]
    members["bundle.json.one.tsq"] = request[:30] + bytes([request[30] ^ 1]) + request[31:]


def take_the_request_away(members: Members) -> None:
    del members["bundle.json.one.tsq"]


@pytest.mark.parametrize(
    ("tamper", "verdict"),
    [
        (rewrite_the_declaration, Verdict.UNVERIFIABLE),
        (change_the_hash_asked_for, Verdict.MISMATCH),
        (take_the_request_away, Verdict.MISSING),
        (change_page, Verdict.MISMATCH),
        (change_page_and_manifest, Verdict.MISMATCH),
        (back_date, Verdict.MISMATCH),
        (swap_tokens, Verdict.MISMATCH),
        (take_a_capture_out, Verdict.MISSING),
        (replace_the_verifier, Verdict.MISMATCH),
        (truncate_the_wire, Verdict.MISMATCH),
        (change_the_receipt, Verdict.MISMATCH),
        (change_the_note, Verdict.MISMATCH),
        (add_a_file, Verdict.UNVERIFIABLE),
        (empty_the_list, Verdict.MISMATCH),
        (drop_the_list, Verdict.UNVERIFIABLE),
        (strip_every_token, Verdict.UNVERIFIABLE),
    ],
)
def test_each_way_of_tampering_has_its_word(
    exported: Exported, tamper: Callable[[Members], None], verdict: Verdict
) -> None:
    members = exported.members()
    tamper(members)
    exported.repack(members)
    assert exported.verdict() is verdict


def test_a_changed_token_of_the_list_is_named_to_a_reader_with_only_the_hash(
    exported: Exported,
) -> None:
    members = exported.members()
    members["bundle.json.one.tsr"] = members["bundle.json.one.tsr"][:-1] + b"?"
    exported.repack(members)
    report = verify(exported.path, expected=[exported.expected])
    assert report.verdict is Verdict.UNTRUSTED


def test_reordered_and_repacked_entries_change_nothing(exported: Exported) -> None:
    exported.repack(dict(reversed(exported.members().items())))
    assert exported.verdict() is Verdict.OK


def test_everything_rebuilt_by_a_stranger_is_untrusted(exported: Exported, tmp_path: Path) -> None:
    """The best forgery: all hashes right, all tokens new, by an authority of the forger's own."""
    members = exported.members()
    change_page_and_manifest(members)
    evil = Direct("one", OpensslAuthority(tmp_path / "evil", embeds_its_root=True))
    members["trust/one.pem"] = evil.authority.certificates.encode()
    for name in [name for name in members if name.endswith("manifest.json")]:
        made = evil.stamp(sha256(members[name]))
        members[f"{name}.one.tsq"], members[f"{name}.one.tsr"] = made.request, made.reply
    relist(members)
    made = evil.stamp(sha256(members["bundle.json"]))
    members["bundle.json.one.tsq"], members["bundle.json.one.tsr"] = made.request, made.reply
    exported.repack(members)
    assert exported.verdict() is Verdict.UNTRUSTED


def test_the_timeline_keeps_strangers_on_their_line() -> None:
    hostile = CaseEvent(
        at=NOON, by="x\n2020-01-01 forged", what="\u202eevil\r\n", state=CaseState.OPEN
    )
    listing = replace(LISTING, title="mug\n2020-01-01 00:00:00 UTC  forged line")
    text = timeline(replace(CASE, listing=listing, events=(hostile,)), [], {})
    assert not any(line.startswith("2020") for line in text.splitlines())
    assert "\u202e" not in text


def test_the_timeline_says_what_changed_between_two_looks(exported: Exported) -> None:
    text = exported.members()["TIMELINE.txt"].decode()
    assert "compared with the look before: title was 峡湾 户外搪瓷杯, is 峡湾 changed" in text


def test_what_happened_in_one_second_is_told_in_its_order(untouched: Exported) -> None:
    (look, *_) = untouched.kept
    signed = replace(look.timestamps[0], at=look.captured_at.replace(microsecond=0))
    opened = CaseEvent(at=look.captured_at, by="match", what="opened", state=CaseState.OPEN)
    looks = [replace(look, captured_at=signed.at.replace(microsecond=9), timestamps=(signed,))]
    text = timeline(replace(CASE, events=(opened,)), looks, {})
    told = [line.split()[3] for line in text.splitlines() if " UTC  " in line]
    assert told == ["captured", "manifest", "case"]


def test_two_narrow_pictures_leave_room_for_what_is_said_of_them(untouched: Exported) -> None:
    with Image.open(BytesIO(untouched.members()["side-by-side/01.png"])) as sheet:
        grey = sheet.convert("L")
    words = grey.crop((0, 480, grey.width, grey.height))
    margin = words.crop((words.width - 8, 0, words.width, words.height))
    assert words.getextrema()[0] == 0
    assert margin.getextrema() == (255, 255)


def test_a_rehearsal_says_so_on_its_face() -> None:
    assert "REHEARSAL" in timeline(replace(CASE, rehearsal=True), [], {})


def test_the_draft_declaration_lists_the_records_and_is_signed_by_nobody(
    exported: Exported,
) -> None:
    text = exported.members()["DECLARATION-DRAFT.md"].decode()
    assert text.startswith("# DRAFT")
    assert "Nobody has signed it" in text
    for capture in exported.kept:
        assert capture.manifest_sha256 in text
    assert sha256(b"%PDF receipt") in text
    assert "REHEARSAL" not in text
