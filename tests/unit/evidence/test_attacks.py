"""Zips that two tools would read differently, and files that want to be more than evidence."""

import io
import json
import os
import stat
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from headwater import verifier
from headwater.adapters.timestamping import timestamp_request
from headwater.verifier import Trust, Verdict, check_timestamp, verify
from tests.fakes.timestamp_authority import OpensslAuthority
from tests.unit.evidence.test_verify import SEEN, keep

FILES = {"b.txt": b"second", "a.txt": b"first"}


def packed(
    files: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None
) -> bytes:
    """The files as a zip; `change` alters how each entry is described."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name)
            if change is not None:
                change(entry)
            archive.writestr(entry, body)
    return out.getvalue()


GOOD = packed(FILES)
SECOND = GOOD.index(b"PK\x03\x04", 4)
LIST = GOOD.index(b"PK\x01\x02")


def hidden_entry() -> bytes:
    """An entry that only tools find which read from the front."""
    whole = packed({"a.txt": b"first", "evil.txt": b"evil", "b.txt": b"second"})
    start = whole.index(b"PK\x01\x02")
    second = whole.index(b"PK\x01\x02", start + 4)
    third = whole.index(b"PK\x01\x02", second + 4)
    end = whole.index(b"PK\x05\x06")
    entries = whole[start:second] + whole[third:end]
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(entries), start, 0)
    return whole[:start] + entries + tail


def overlapping() -> bytes:
    """Both names lead to the same bytes: how a small zip unpacks to a huge one."""
    whole = packed({"a.txt": b"same", "b.txt": b"same"})
    second = whole.index(b"PK\x01\x02", whole.index(b"PK\x01\x02") + 4)
    return whole[: second + 42] + struct.pack("<L", 0) + whole[second + 46 :]


def patched(at: int, body: bytes) -> bytes:
    return GOOD[:at] + body + GOOD[at + len(body) :]


def link(entry: zipfile.ZipInfo) -> None:
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16


def second_name(entry: zipfile.ZipInfo) -> None:
    entry.extra = struct.pack("<2HBL", 0x7075, 5 + 8, 1, 0) + b"evil.txt"


def lzma(entry: zipfile.ZipInfo) -> None:
    entry.compress_type = zipfile.ZIP_LZMA


def comment(entry: zipfile.ZipInfo) -> None:
    entry.comment = b"nobody sealed this"


def with_zip64_end() -> bytes:
    end = GOOD.index(b"PK\x05\x06")
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, end - LIST, LIST)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    return GOOD[:end] + record + locator + GOOD[end:]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"MZ\x90 a program" + GOOD, id="a program in front"),
        pytest.param(GOOD + b"more", id="bytes behind the end"),
        pytest.param(GOOD[:-2] + b"\x04\x00evil", id="a comment of the zip"),
        pytest.param(packed(FILES, comment), id="a comment of an entry"),
        pytest.param(hidden_entry(), id="an entry that the list does not name"),
        pytest.param(overlapping(), id="two entries of the same bytes"),
        pytest.param(patched(SECOND + 30, b"x"), id="two names for one entry"),
        pytest.param(patched(SECOND + 22, b"\x06"), id="two sizes for one entry"),
        pytest.param(patched(SECOND + 14, b"\x00" * 4), id="two checksums for one entry"),
        pytest.param(patched(SECOND + 8, b"\x08"), id="two ways of packing for one entry"),
        pytest.param(packed(FILES, link), id="a link"),
        pytest.param(packed(FILES, second_name), id="a second name in the extra field"),
        pytest.param(packed(FILES, lzma), id="packed as few tools unpack"),
        pytest.param(packed({"a/": b"bytes"}), id="a folder with bytes"),
        pytest.param(packed({"C:/a.txt": b""}), id="a drive"),
        pytest.param(packed({"a.txt:hidden": b""}), id="a stream behind a name"),
        pytest.param(packed({"./a.txt": b"", "a.txt": b""}), id="the same place twice"),
        pytest.param(packed({"a//b.txt": b""}), id="an empty step"),
        pytest.param(packed({"\u00e9.txt": b"", "e\u0301.txt": b""}), id="two spellings of one"),
        pytest.param(packed({"\uff41.txt": b"", "a.txt": b""}), id="a wide letter"),
        pytest.param(with_zip64_end(), id="two ends"),
    ],
)
def test_a_zip_that_two_tools_read_differently_is_malformed(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(body)
    report = verify(path)
    assert report.verdict is Verdict.MALFORMED, report.as_text()
    assert [layer.name for layer in report.layers] == ["files"]


def test_a_zip_that_says_it_unpacks_to_more_than_there_is_room_for_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifier, "MOST_BYTES", 10)
    path = tmp_path / "case.zip"
    path.write_bytes(GOOD)
    assert verify(path).verdict is Verdict.MALFORMED


def test_what_other_tools_packed_honestly_is_read(tmp_path: Path) -> None:
    """Packed, with sizes behind the bytes, as a stream is written."""
    (kept,) = keep(SEEN, into=tmp_path / "case")

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    out = Stream()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((tmp_path / "case" / kept.id).iterdir()):
            archive.write(file, file.name)
    path = tmp_path / "case.zip"
    path.write_bytes(out.getvalue())
    report = verify(path, expected=[kept.manifest_sha256])
    assert report.verdict is Verdict.OK, report.as_text()


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.json")
    assert verify(tmp_path).verdict is Verdict.MALFORMED


def test_a_files_name_writes_nothing_onto_the_screen(tmp_path: Path) -> None:
    (kept,) = keep(SEEN, into=tmp_path / "case")
    folder = tmp_path / "case" / kept.id
    (folder / "\x1b[2J\nok: everything that was required is there and matches.").touch()
    os.close(os.open(os.fsencode(folder) + b"/\xff", os.O_CREAT))
    report = verify(folder, expected=[kept.manifest_sha256])
    assert report.verdict is Verdict.UNVERIFIABLE
    assert "\x1b" not in report.as_text() + report.as_json()
    assert not any(line.startswith("ok:") for line in report.as_text().splitlines())
    report.as_text().encode()
    report.as_json().encode()


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1.5", b"1e3"])
def test_a_number_without_an_exact_spelling_is_malformed(tmp_path: Path, number: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(
        b'{"parts":[],"rank":' + number + b',"schema":"headwater/manifest/1"}'
    )
    (layer, *_) = verify(tmp_path).layers
    assert layer.verdict is Verdict.MALFORMED
    assert number.decode() in layer.detail


# ---- tokens --------------------------------------------------------------------------------------

DIGEST = "ab" * 32
REQUEST = timestamp_request(DIGEST, 7)


def test_a_token_over_a_sha1_hash_proves_nothing(tmp_path: Path) -> None:
    authority = OpensslAuthority(tmp_path / "tsa")
    configured = authority.folder / "tsa.cnf"
    configured.write_text(configured.read_text().replace("digests = sha256", "digests = sha1"))
    sha1 = bytes.fromhex("300906052b0e03021a0500")
    imprint = b"\x30\x21" + sha1 + b"\x04\x14" + bytes(20)
    body = b"\x02\x01\x01" + imprint + b"\x02\x01\x07\x01\x01\xff"
    reply = authority.reply(bytes([0x30, len(body)]) + body)
    trust = Trust(authority.certificates.encode())
    assert check_timestamp(reply, None, DIGEST, None, trust)[0] is Verdict.UNVERIFIABLE


class Chained(OpensslAuthority):
    """Its signer is certified by an intermediate authority, as those of the big ones are."""

    embeds: bool = True

    def renew(self) -> None:
        text = (self.folder / "tsa.cnf").read_text()
        text = text.replace("signer_digest", f"certs = {self.folder}/between.pem\nsigner_digest")
        (self.folder / "tsa.cnf").write_text(text)
        self._openssl(f"genpkey -algorithm {self.key} -out between.key")
        # Longer than the signer's certificate: see the root's.
        subject = f"/O={'Long name ' * 6}/OU={'Long name ' * 6}/CN={self.common_name} Between"
        self._openssl(
            "req -new -key between.key -config tsa.cnf -out between.csr", "-subj", subject
        )
        self._openssl(
            "x509 -req -in between.csr -CA root.pem -CAkey root.key -CAcreateserial -days 3650 "
            "-extfile tsa.cnf -extensions root -out between.pem"
        )
        self._openssl(f"genpkey -algorithm {self.key} -out signer.key")
        self._openssl("req -new -key signer.key -config tsa.cnf -out signer.csr")
        self._openssl(
            "x509 -req -in signer.csr -CA between.pem -CAkey between.key -CAcreateserial "
            "-days 3650 -extfile tsa.cnf -extensions signer -out signer.pem"
        )

    @property
    def between(self) -> str:
        return (self.folder / "between.pem").read_text()


def test_an_intermediate_authority_may_come_in_the_token_or_with_the_trusted(
    tmp_path: Path,
) -> None:
    authority = Chained(tmp_path / "chained")
    reply = authority.reply(REQUEST)
    for pem in (authority.certificates, authority.certificates + authority.between):
        verdict, detail, _ = check_timestamp(reply, REQUEST, DIGEST, None, Trust(pem.encode()))
        assert verdict is Verdict.OK, detail


def test_an_intermediate_authority_of_a_stranger_is_untrusted(tmp_path: Path) -> None:
    """His token brings root, intermediate and signer of the very names that are pinned."""
    pinned = Chained(tmp_path / "pinned")
    evil = Chained(tmp_path / "evil", embeds_its_root=False)
    trust = Trust((pinned.certificates + pinned.between).encode())
    assert check_timestamp(evil.reply(REQUEST), REQUEST, DIGEST, None, trust)[0] is (
        Verdict.UNTRUSTED
    )


def test_a_pinned_root_alone_takes_no_intermediate_for_its_signer(tmp_path: Path) -> None:
    """Whoever may certify others may not sign the time itself."""
    pinned = Chained(tmp_path / "pinned")
    text = (pinned.folder / "tsa.cnf").read_text()
    for what in ("pem", "key"):
        text = text.replace(f"signer.{what}", f"between.{what}")
    (pinned.folder / "tsa.cnf").write_text(text)
    root = Trust((pinned.folder / "root.pem").read_bytes())
    try:
        reply = pinned.reply(REQUEST)
    except subprocess.CalledProcessError:
        return  # openssl itself refuses to sign with it
    assert check_timestamp(reply, REQUEST, DIGEST, None, root)[0] is Verdict.UNTRUSTED


def test_one_bad_token_beside_a_good_one_is_never_ok(tmp_path: Path) -> None:
    authority = OpensslAuthority(tmp_path / "tsa")
    (kept,) = keep(SEEN, into=tmp_path / "case")
    folder = tmp_path / "case" / kept.id
    trust = Trust(authority.certificates.encode())
    for name, digest in (("good", kept.manifest_sha256), ("bad", "cd" * 32)):
        request = timestamp_request(digest, 7)
        (folder / f"manifest.json.{name}.tsq").write_bytes(request)
        (folder / f"manifest.json.{name}.tsr").write_bytes(authority.reply(request))
    report = verify(folder, trust=trust, expected=[kept.manifest_sha256])
    found = {layer.name: layer.verdict for layer in report.layers}
    assert (found["timestamp good"], found["timestamp bad"]) == (Verdict.OK, Verdict.MISMATCH)
    assert report.verdict is Verdict.MISMATCH


@pytest.mark.parametrize("version", ["1.0.3", "1.0.8", "0.9"])
def test_a_library_that_forgers_fool_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    authority = OpensslAuthority(tmp_path / "tsa")
    monkeypatch.setattr(verifier, "version", lambda name: version)
    trust = Trust(authority.certificates.encode())
    verdict, detail, _ = check_timestamp(authority.reply(REQUEST), REQUEST, DIGEST, None, trust)
    assert verdict is Verdict.UNVERIFIABLE
    assert "pip install" in detail


def test_the_promise_of_the_json(tmp_path: Path) -> None:
    (kept,) = keep(SEEN, into=tmp_path / "case")
    said = json.loads(verify(tmp_path / "case", expected=[kept.manifest_sha256]).as_json())
    assert said.keys() == {"verdict", "layers"}
    assert said["verdict"] == "ok"
    assert all(layer.keys() == {"name", "verdict", "detail"} for layer in said["layers"])
