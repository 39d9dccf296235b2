"""Checks evidence offline: a capture's folder, a case's, or an exported bundle (zip).

This one file is also `verify.py` in every exported bundle, so it imports nothing of ours:
Python 3.11 is enough for the hashes, `pip install rfc3161-client` adds the timestamps.
Whatever it is given, it answers with verdicts and does not raise.
"""

import argparse
import hashlib
import html
import json
import os
import re
import stat
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote

MANIFEST = "manifest.json"
BUNDLE = "bundle.json"
FIELDS = "fields.json"
EXHIBIT_SCHEMA = "headwater/exhibit/1"
DRAWING_SCHEMA = "headwater/drawing/1"
SCHEMAS = {"headwater/manifest/1", EXHIBIT_SCHEMA, DRAWING_SCHEMA}
BUNDLE_SCHEMAS = {"headwater/bundle/1"}
LARGEST_FILE = 200_000_000
MOST_FILES = 10_000
MOST_BYTES = 2_000_000_000
"""What all files of one zip may unpack to."""
SEEN_WIRE = "seen-wire.warc.gz"
"""What went over the wire when the page was fetched on which the listing was seen."""
CLOCKS_MAY_DIFFER = timedelta(minutes=10)


class Verdict(StrEnum):
    """What a check found. Only OK is good; each other word names another way of not being so."""

    OK = "ok"
    MISMATCH = "mismatch"
    """It is not what it was when it was sealed."""
    MALFORMED = "malformed"
    """It cannot be read as what it claims to be."""
    UNTRUSTED = "untrusted"
    """It is signed, but by somebody who was not named as trusted."""
    MISSING = "missing"
    PENDING = "pending"
    """The timestamp was asked for and had not come when this was exported."""
    UNVERIFIABLE = "unverifiable"
    """Nothing speaks against it and nothing proves it."""


_WORST_FIRST = (
    Verdict.MISMATCH,
    Verdict.MALFORMED,
    Verdict.UNTRUSTED,
    Verdict.MISSING,
    Verdict.PENDING,
    Verdict.UNVERIFIABLE,
    Verdict.OK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One thing that was checked. The whole is ok only if every required layer is."""

    name: str
    verdict: Verdict
    detail: str
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that was checked."""

    layers: tuple[Layer, ...]

    @property
    def verdict(self) -> Verdict:
        found = {layer.verdict for layer in self.layers if layer.required}
        worst = next((verdict for verdict in _WORST_FIRST if verdict in found), None)
        return worst or Verdict.UNVERIFIABLE

    def as_json(self) -> str:
        layers = [
            {
                "name": _printable(layer.name),
                "verdict": layer.verdict,
                "detail": _printable(layer.detail),
            }
            for layer in self.layers
        ]
        return json.dumps({"verdict": self.verdict, "layers": layers}, ensure_ascii=False, indent=2)

    def as_text(self) -> str:
        width = max((len(layer.name) for layer in self.layers), default=0)
        lines = [
            f"{layer.verdict:13} {_printable(layer.name):{width}}  {_printable(layer.detail)}"
            for layer in self.layers
        ]
        if self.verdict is Verdict.OK:
            end = "ok: everything that was required is there and matches."
        else:
            failing = [
                _printable(layer.name)
                for layer in self.layers
                if layer.required and layer.verdict is not Verdict.OK
            ]
            end = f"{self.verdict}: not proven. See: {', '.join(failing) or 'nothing was checked'}."
        return "\n".join([*lines, "", end])


def _printable(text: str) -> str:
    """Without what a stranger's file name could move a cursor or break a line with."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


@dataclass(frozen=True, slots=True)
class Trust:
    """The certificates that the reader trusts, in PEM: roots, and the signers below them.

    Where signers are named, a timestamp has to be of one of them, whatever its root.
    """

    pem: bytes = b""


Files = Mapping[str, bytes]
Redraw = Callable[[Files, Files], Iterable[tuple[str, Verdict, str]]]
"""Of a capture's files and a drawing's: each picture's name, and whether it is drawn the same."""


def verify(
    path: Path,
    *,
    expected: Iterable[str] = (),
    trust: Trust | None = None,
    redraw: Redraw | None = None,
) -> Report:
    """Check a folder or a zip.

    `expected` holds SHA-256 values (hex) of manifests or of bundle.json that the reader has from
    elsewhere, such as the report; `trust` holds the timestamp authorities that the reader trusts;
    `redraw` draws the pages again (None: the pictures are only compared with their hashes).
    """
    try:
        wanted = frozenset(e.lower() for e in expected)
        return _Check(_members(path), wanted, trust, redraw).report()
    except _Bad as bad:
        return Report(layers=(Layer(name="files", verdict=bad.verdict, detail=bad.detail),))
    except Exception as error:  # noqa: BLE001 - a hostile file must not decide how we end
        detail = f"could not be checked to the end: {type(error).__name__}: {error}"[:300]
        return Report(layers=(Layer(name="files", verdict=Verdict.MALFORMED, detail=detail),))


class _Bad(Exception):  # noqa: N818 - carries a verdict
    def __init__(self, verdict: Verdict, detail: str) -> None:
        super().__init__(detail)
        self.verdict = verdict
        self.detail = detail


# ---- the files, in a folder or in a zip ----------------------------------------------------------


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root
        self.names = sorted(self._walk(root))

    def _walk(self, folder: Path) -> Iterator[str]:
        with os.scandir(folder) as scan:
            entries = list(scan)
        for entry in entries:
            name = Path(entry.path).relative_to(self._root).as_posix()
            if entry.is_symlink():
                raise _Bad(Verdict.MALFORMED, f"{name} is a link; evidence holds only files")
            if entry.is_dir():
                yield from self._walk(Path(entry.path))
            elif entry.is_file():
                yield name
            else:
                raise _Bad(Verdict.MALFORMED, f"{name} is no file but a pipe or a device")

    def read(self, name: str) -> bytes:
        with (self._root / name).open("rb") as file:
            return file.read(LARGEST_FILE + 1)


class _Zip:
    """A zip that every tool reads alike: whatever two tools could read differently is refused."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            _check_layout(path, self._zip)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise _Bad(Verdict.MALFORMED, f"{path.name} is no readable zip: {error}") from None
        seen: dict[str, str] = {}
        for entry in self._zip.infolist():
            name = entry.filename
            if problem := _problem_with(entry):
                raise _Bad(Verdict.MALFORMED, f"{name!r} {problem}")
            if entry.is_dir():
                continue
            # Two names that a file system may take for one hide one of the two.
            same = unicodedata.normalize("NFKC", name).casefold()
            if (other := seen.setdefault(same, name)) is not name:
                raise _Bad(Verdict.MALFORMED, f"{name!r} is there twice (as {other!r})")
        if (size := sum(entry.file_size for entry in self._zip.infolist())) > MOST_BYTES:
            raise _Bad(Verdict.MALFORMED, f"says that it unpacks to {size} bytes")
        self.names = sorted(seen.values())

    def read(self, name: str) -> bytes:
        try:
            with self._zip.open(name) as file:
                return file.read(LARGEST_FILE + 1)
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise _Bad(Verdict.MALFORMED, f"{name} cannot be unpacked: {error}") from None


def _problem_with(entry: zipfile.ZipInfo) -> str | None:
    """Why the entry is none of evidence; None when it is a plain file or an empty folder."""
    name = entry.filename
    if points_elsewhere(name):
        return "points outside of the bundle"
    if entry.orig_filename != name:
        return "has a zero byte in its name"
    if not name.isascii() and not entry.flag_bits & 0x800:
        return "has a name of unknown spelling"
    if entry.flag_bits & 1:
        return "is encrypted"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link; evidence holds only files"
    if entry.is_dir() and entry.file_size:
        return "is a folder with bytes of its own"
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return "is packed in a way that not every tool unpacks"
    if entry.comment:
        return "carries a comment that nobody vouches for"
    extra = entry.extra
    while len(extra) >= 4:
        kind, length = struct.unpack("<2H", extra[:4])
        if kind == 0x7075:  # Info-ZIP's "Unicode Path": some tools show it instead of the name
            return "has a second name"
        extra = extra[4 + length :]
    return None


def points_elsewhere(name: str) -> bool:
    """Whether a file of this name could be written outside of the folder that it is put into."""
    steps = name.removesuffix("/").split("/")
    return "\\" in name or ":" in name or not {"", ".", ".."}.isdisjoint(steps)


def _check_layout(path: Path, archive: zipfile.ZipFile) -> None:
    """That the entries lie one behind the other and fill the file, each with one description.

    A zip describes every entry twice, before its bytes and in the list at the end, and tools
    differ in which they believe. Raises ValueError.
    """
    with path.open("rb") as file:
        position = 0
        for entry in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
            if entry.header_offset != position:
                raise ValueError(f"bytes around {position} belong to no entry, or to two")
            file.seek(position)
            head = struct.unpack("<4s5H3L2H", file.read(30))
            flags, method, sizes, (name_length, extra_length) = (
                head[2],
                head[3],
                head[6:9],
                head[9:],
            )
            name = file.read(name_length)
            later = bool(flags & 8)
            told = (entry.CRC, entry.compress_size, entry.file_size)
            spelled = name.decode("utf-8" if flags & 0x800 else "cp437")
            if spelled != entry.orig_filename or method != entry.compress_type:
                raise ValueError(f"{entry.orig_filename!r} is named or packed in two ways")
            if not later and sizes != told:
                raise ValueError(f"{entry.orig_filename!r} has two sizes or checksums")
            position += 30 + name_length + extra_length + entry.compress_size
            if later:
                file.seek(position)
                position += 16 if file.read(4) == b"PK\x07\x08" else 12
        file.seek(0, os.SEEK_END)
        size = file.tell()
        file.seek(max(size - 22, 0))
        end = file.read()
    if len(end) != 22 or end[:4] != b"PK\x05\x06":
        raise ValueError("something follows its end, or it carries a comment")
    length, start = struct.unpack("<2L", end[12:20])
    if start != position or start + length != size - 22:
        raise ValueError("bytes before its list of entries, or in it, belong to no entry")


_Members = _Folder | _Zip


def _members(path: Path) -> _Members:
    if path.is_dir():
        members: _Members = _Folder(path)
    elif path.is_file():
        members = _Zip(path)
    else:
        raise _Bad(Verdict.MISSING, f"there is no {path}")
    if len(members.names) > MOST_FILES:
        raise _Bad(Verdict.MALFORMED, f"holds more than {MOST_FILES} files")
    return members


# ---- the checks ----------------------------------------------------------------------------------


@dataclass
class _Check:
    members: _Members
    expected: frozenset[str]
    trust: Trust | None
    redraw: Redraw | None = None
    layers: list[Layer] = field(default_factory=list)
    claimed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._there = frozenset(self.members.names)

    def report(self) -> Report:
        names = self.members.names
        folders = [name.removesuffix(MANIFEST) for name in names if _is_manifest(name)]
        bundle_is_anchored = BUNDLE in names and self._bundle()
        if not folders:
            self._say("manifest", Verdict.MISSING, f"there is no {MANIFEST}")
        alone = sum(not _of_drawing(folder) for folder in folders) == 1
        captures = [self._capture(folder, alone=alone) for folder in folders]
        self._anchors([capture for capture in captures if capture], bundle_is_anchored)
        strangers = [name for name in names if name not in self.claimed]
        if strangers:
            shown = ", ".join(strangers[:5]) + (" …" if len(strangers) > 5 else "")
            self._say(
                "other files",
                Verdict.UNVERIFIABLE,
                f"{len(strangers)} that no manifest names: {shown}",
            )
        return Report(layers=tuple(self.layers))

    def _say(self, name: str, verdict: Verdict, detail: str, *, required: bool = True) -> None:
        self.layers.append(Layer(name=name, verdict=verdict, detail=detail, required=required))

    def _read(self, name: str) -> bytes:
        body = self.members.read(name)
        if len(body) > LARGEST_FILE:
            raise _Bad(Verdict.MALFORMED, f"{name} is larger than {LARGEST_FILE} bytes")
        return body

    def _bundle(self) -> bool:
        """Check the bundle's list of files; whether somebody outside vouches for the list."""
        self.claimed.add(BUNDLE)
        try:
            text = self._read(BUNDLE)
            listed = _listed(_object(text, BUNDLE, BUNDLE_SCHEMAS), "members")
        except _Bad as bad:
            self._say("bundle", bad.verdict, bad.detail)
            return False
        wrong = []
        for member in listed:
            self.claimed.add(member.name)
            verdict, detail = self._compare(member, member.name)
            if verdict is not Verdict.OK:
                wrong.append((verdict, f"{member.name} {detail}"))
        for verdict, detail in wrong:
            self._say("bundle", verdict, detail)
        if not wrong:
            self._say("bundle", Verdict.OK, f"all {len(listed)} files are as the bundle lists them")
        digest = _sha256(text)
        anchored = self._timestamps("bundle", BUNDLE, digest, None, beside="trust/")
        if digest in self.expected:
            self._say("bundle expected", Verdict.OK, f"{BUNDLE} is the expected {digest}")
            anchored = True
        if not anchored:
            self._say(
                "bundle seal",
                Verdict.UNVERIFIABLE,
                f"nobody outside vouches for {BUNDLE}, which alone vouches for whatever is not in "
                "a capture; give its SHA-256 with --expect",
            )
        return anchored and not wrong

    def _capture(self, folder: str, *, alone: bool) -> "_Capture | None":
        of_drawing = _of_drawing(folder)
        own = folder[: of_drawing.start()] if of_drawing else folder
        prefix = "" if alone else f"{own.rstrip('/').rpartition('/')[2]} "
        prefix += "drawing " if of_drawing else ""
        name = folder + MANIFEST
        self.claimed.add(name)
        try:
            text = self._read(name)
        except _Bad as bad:
            self._say(f"{prefix}manifest", bad.verdict, bad.detail)
            return None
        digest = _sha256(text)
        try:
            manifest = _object(text, name, SCHEMAS)
            parts = _listed(manifest, "parts")
            identifier, captured_at = _identity(manifest)
        except _Bad as bad:
            self._timestamps(prefix.strip(), name, digest, None)
            self._say(f"{prefix}manifest", bad.verdict, bad.detail)
            return None
        stamped = self._timestamps(prefix.strip(), name, digest, captured_at)
        for authority in manifest.get("timestamp_authorities") or []:
            if f"{name}.{authority}.tsr" not in self._there:
                self._say(
                    f"{prefix}timestamp {authority}",
                    Verdict.PENDING,
                    "was to be asked for; its token is not here",
                    required=False,
                )
        self._say(f"{prefix}manifest", Verdict.OK, f"{identifier}, SHA-256 {digest}")
        for part in parts:
            self.claimed.add(folder + part.name)
            verdict, detail = self._compare(part, folder + part.name)
            self._say(f"{prefix}part {part.name}", verdict, detail)
            if part.name.endswith(".warc.gz") and verdict is Verdict.OK:
                verdict, detail = check_wire(
                    self._read(folder + part.name), manifest, seen=part.name == SEEN_WIRE
                )
                self._say(f"{prefix}{part.name.removesuffix('.warc.gz')}", verdict, detail)
            if part.name == FIELDS and verdict is Verdict.OK:
                verdict, detail = check_fields(
                    self._read(folder + part.name),
                    {page.name: self._page(folder + page.name) for page in parts},
                )
                self._say(f"{prefix}fields", verdict, detail)
        if manifest["schema"] == DRAWING_SCHEMA:
            self._drawing(prefix, own + MANIFEST, folder, manifest)
        missing = manifest.get("missing") or []
        if missing:
            self._say(
                f"{prefix}completeness",
                Verdict.MISSING,
                f"{len(missing)} things could not be had at the time; the manifest says why",
                required=False,
            )
        return _Capture(
            prefix=prefix,
            sha256=digest,
            previous=manifest.get("previous_manifest_sha256"),
            captured_at=captured_at,
            anchored=stamped or digest in self.expected,
        )

    def _page(self, name: str) -> bytes:
        """A part's bytes; none where it is not there, which its own layer says."""
        return self._read(name) if name in self._there else b""

    def _drawing(self, prefix: str, drawn_of: str, folder: str, manifest: dict[str, Any]) -> None:
        """Whether it is of the capture beside it, and drawn again shows the same, if asked for."""
        digest = _sha256(self._read(drawn_of)) if drawn_of in self._there else None
        if digest is None:
            self._say(
                f"{prefix}of", Verdict.MISSING, "the capture that it was drawn of is not here"
            )
        elif digest != manifest.get("capture_manifest_sha256"):
            self._say(f"{prefix}of", Verdict.MISMATCH, "was drawn of another capture")
        elif self.redraw is not None:
            start = drawn_of.removesuffix(MANIFEST)
            beside = {
                entry.removeprefix(start): self._read(entry)
                for entry in self.members.names
                if entry.startswith(start) and "/" not in entry.removeprefix(start)
            }
            drawn = {
                entry.removeprefix(folder): self._read(entry)
                for entry in self.members.names
                if entry.startswith(folder)
            }
            for picture, verdict, detail in self.redraw(beside, drawn):
                self._say(f"{prefix}again {picture}", verdict, detail)

    def _compare(self, listed: "_Listed", name: str) -> tuple[Verdict, str]:
        if name not in self._there:
            return Verdict.MISSING, "is named but not there"
        try:
            body = self._read(name)
        except _Bad as bad:
            return bad.verdict, bad.detail
        if len(body) != listed.size:
            return Verdict.MISMATCH, f"has {len(body)} bytes instead of {listed.size}"
        if (found := _sha256(body)) != listed.sha256:
            return Verdict.MISMATCH, f"has SHA-256 {found} instead of {listed.sha256}"
        return Verdict.OK, f"{len(body)} bytes, SHA-256 {found}"

    def _timestamps(
        self, prefix: str, name: str, digest: str, captured_at: datetime | None, beside: str = ""
    ) -> bool:
        """Check every token over the file; whether at least one of a trusted authority holds.

        Certificates that lie `beside` the token make nobody trust it, but they show a changed one.
        """
        tokens = [n for n in self.members.names if n.startswith(f"{name}.") and n.endswith(".tsr")]
        holds = False
        for token_name in tokens:
            authority = token_name.removeprefix(f"{name}.").removesuffix(".tsr")
            request_name = f"{token_name.removesuffix('.tsr')}.tsq"
            self.claimed |= {token_name, request_name}
            try:
                request = self._read(request_name) if request_name in self._there else None
                token = self._read(token_name)
            except _Bad as bad:
                self._say(f"{prefix} timestamp {authority}".strip(), bad.verdict, bad.detail)
                continue
            verdict, detail, _ = check_timestamp(token, request, digest, captured_at, self.trust)
            own = f"{beside}{authority}.pem"
            if verdict is Verdict.UNVERIFIABLE and beside and own in self._there:
                beside_it = Trust(self._page(own))
                again, why, _ = check_timestamp(token, request, digest, captured_at, beside_it)
                if again is Verdict.UNTRUSTED:
                    verdict, detail = again, f"by its own {own}: {why}"
            # A token that nobody can judge proves nothing and refutes nothing: see "seal".
            judged = verdict is not Verdict.UNVERIFIABLE
            name_of_layer = f"{prefix} timestamp {authority}".strip()
            self._say(name_of_layer, verdict, detail, required=judged)
            if request is None:
                detail = f"{request_name}, with the nonce that was asked for, is not here"
                self._say(f"{name_of_layer} request", Verdict.MISSING, detail)
            holds = holds or verdict is Verdict.OK
        return holds

    def _anchors(self, captures: "list[_Capture]", bundle_is_anchored: bool) -> None:  # noqa: FBT001
        """Say for each capture who outside of this folder vouches for its manifest."""
        by_hash = {capture.sha256: capture for capture in captures}
        for capture in sorted(captures, key=lambda capture: capture.captured_at, reverse=True):
            name = f"{capture.prefix}seal"
            if capture.anchored:
                self._say(name, Verdict.OK, "the manifest is expected, or signed with its time")
            elif bundle_is_anchored:
                capture.anchored = True
                self._say(name, Verdict.OK, "the bundle's list names the manifest")
            else:
                self._say(
                    name,
                    Verdict.UNVERIFIABLE,
                    "nobody outside vouches for the manifest; give its SHA-256 with --expect, or "
                    "trusted timestamp certificates with --trust",
                )
            if capture.previous is None:
                continue
            previous = by_hash.get(capture.previous)
            if previous is None:
                self._say(
                    f"{capture.prefix}previous",
                    Verdict.MISSING,
                    f"the look before it, manifest {capture.previous}, is not here",
                    required=False,
                )
            else:
                # A sealed manifest names the one before it, and so seals that too.
                previous.anchored = previous.anchored or capture.anchored


@dataclass
class _Capture:
    prefix: str
    sha256: str
    previous: str | None
    captured_at: datetime
    anchored: bool


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    size: int
    sha256: str


def _of_drawing(folder: str) -> re.Match[str] | None:
    """Where in the folder's name a drawing begins; None if it is of no drawing."""
    return re.search(r"(?:(?<=/)|^)drawn/[^/]+/$", folder)


def _is_manifest(name: str) -> bool:
    return name.rpartition("/")[2] == MANIFEST


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _object(text: bytes, name: str, schemas: set[str]) -> dict[str, Any]:
    """A canonical JSON object of a schema that this version knows."""
    try:
        value = json.loads(
            text, object_pairs_hook=_no_repeats, parse_float=_no_float, parse_constant=_no_float
        )
        spelled = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError) as error:
        raise _Bad(Verdict.MALFORMED, f"{name} is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise _Bad(Verdict.MALFORMED, f"{name} is no JSON object")
    if value.get("schema") not in schemas:
        raise _Bad(
            Verdict.UNVERIFIABLE, f"{name} is of schema {value.get('schema')!r}, unknown here"
        )
    if spelled.encode("utf-8", "surrogatepass") != text:
        raise _Bad(Verdict.MALFORMED, f"{name} is not in its canonical spelling")
    return value


def _no_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is there twice")
    return value


def _no_float(spelled: str) -> float:
    raise ValueError(f"{spelled} has no exact spelling")


def _listed(value: dict[str, Any], key: str) -> list[_Listed]:
    items = value.get(key)
    if not isinstance(items, list):
        raise _Bad(Verdict.MALFORMED, f"{key!r} is not a list")
    found = []
    for item in items:
        match item:
            case {"name": str(name), "size": int(size), "sha256": str(sha256)}:
                found.append(_Listed(name, size, sha256))
            case _:
                raise _Bad(Verdict.MALFORMED, f"{key!r} holds something without name, size, sha256")
    names = [entry.name for entry in found]
    if len({name.casefold() for name in names}) != len(names):
        raise _Bad(Verdict.MALFORMED, f"{key!r} names a file twice")
    for name in names:
        if points_elsewhere(name):
            raise _Bad(Verdict.MALFORMED, f"{key!r} names {name!r}, which points elsewhere")
    return found


def _identity(manifest: dict[str, Any]) -> tuple[str, datetime]:
    """The id, recomputed from what the manifest says was found or brought, and its time."""
    try:
        parts = manifest["parts"]
        if manifest["schema"] == EXHIBIT_SCHEMA:
            name, identifier = "exhibit", manifest["exhibit"]
            facts = {key: manifest[key] for key in ("brand", "case", "kind", "note")}
            facts["file"] = parts[0]["sha256"]
        elif manifest["schema"] == DRAWING_SCHEMA:
            name, identifier = "drawing", manifest["drawing"]
            facts = {
                key: manifest[key] for key in ("capture_manifest_sha256", "browser", "made_by")
            }
            facts["pictures"] = {part["name"]: part["sha256"] for part in parts}
        else:
            name, identifier, found = "capture", manifest["capture"], manifest["found"]
            seen = (part["sha256"] for part in parts if part["name"].startswith("seen."))
            facts = {key: found[key] for key in ("brand", "listing", "look")}
            if found["look"] is not None:
                facts["listing"] = found["listing"]["key"]
            facts["page"] = next(seen, None)
        captured_at = datetime.fromisoformat(manifest["captured_at"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _Bad(Verdict.MALFORMED, f"the manifest lacks {error}") from None
    if captured_at.tzinfo is None:
        raise _Bad(Verdict.MALFORMED, "the manifest's time has no zone")
    spelled = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if _sha256(spelled.encode("utf-8", "surrogatepass"))[:32] != identifier:
        raise _Bad(Verdict.MISMATCH, f"the {name}'s id does not follow from what was kept")
    return f"{name} {identifier}", captured_at


# ---- what went over the wire (WARC/1.1) ----------------------------------------------------------


def check_wire(
    packed: bytes, manifest: dict[str, Any], *, seen: bool = False
) -> tuple[Verdict, str]:
    """Whether the digests hold, and every fetched part is the body of a recorded answer.

    `seen`: it is the record of the page of results, and the page that was seen has to be in it.
    """
    bodies: dict[str, set[str]] = {}
    answers = 0
    try:
        for headers, block in _warc_records(_unpacked(packed)):
            if headers.get("warc-block-digest") != f"sha256:{_sha256(block)}":
                return Verdict.MISMATCH, f"record {headers.get('warc-record-id')} was changed"
            if headers.get("warc-type") == "response":
                answers += 1
                url = headers.get("warc-target-uri", "")
                bodies.setdefault(url, set()).add(_sha256(_http_body(block)))
        parts = {part["name"]: part["sha256"] for part in manifest["parts"]}
        if seen:
            page = next(name for name in parts if name.startswith("seen."))
            if not any(parts[page] in found for found in bodies.values()):
                return Verdict.MISMATCH, f"{page} is not what was answered"
            return Verdict.OK, f"{answers} recorded answers, {page} comes out of them"
        fetched = [fetch for fetch in manifest["fetches"] if fetch["part"] is not None]
        for fetch in fetched:
            if parts[fetch["part"]] not in bodies.get(fetch["answered"], set()):
                return Verdict.MISMATCH, f"{fetch['part']} is not what {fetch['answered']} answered"
    except _Bad as bad:
        return bad.verdict, bad.detail
    except (KeyError, StopIteration, TypeError, ValueError, zlib.error) as error:
        return Verdict.MALFORMED, f"the archive or its list cannot be read: {error}"[:200]
    return Verdict.OK, f"{answers} recorded answers, {len(fetched)} parts come out of them"


def recorded_answers(packed: bytes) -> Iterator[tuple[str, int, dict[str, str], bytes]]:
    """Address, status, header fields and body of each answer, as far as they can be read."""
    try:
        for headers, block in _warc_records(_unpacked(packed)):
            if headers.get("warc-type") == "response":
                fields = _header_fields(block.partition(b"\r\n\r\n")[0])
                status = int(block[9:12])
                yield headers.get("warc-target-uri", ""), status, fields, _http_body(block)
    except (_Bad, KeyError, ValueError, zlib.error):
        return


def _unpacked(packed: bytes) -> bytes:
    unpacked = bytearray()
    while packed:
        unpacker = zlib.decompressobj(wbits=31)
        unpacked += unpacker.decompress(packed, LARGEST_FILE + 1 - len(unpacked))
        if len(unpacked) > LARGEST_FILE:
            raise _Bad(Verdict.MALFORMED, f"unpacks to more than {LARGEST_FILE} bytes")
        if not unpacker.eof:
            raise _Bad(Verdict.MALFORMED, "ends in the middle")
        packed = unpacker.unused_data
    return bytes(unpacked)


def _warc_records(text: bytes) -> Iterator[tuple[dict[str, str], bytes]]:
    position = 0
    while position < len(text):
        end = text.find(b"\r\n\r\n", position)
        if end < 0 or not text.startswith(b"WARC/1.1\r\n", position):
            raise _Bad(Verdict.MALFORMED, f"no WARC/1.1 record at byte {position}")
        headers = _header_fields(text[position:end])
        start = end + 4
        position = start + int(headers["content-length"])
        if text[position : position + 4] != b"\r\n\r\n" or position < start:
            raise _Bad(Verdict.MALFORMED, "a record is shorter or longer than it says")
        yield headers, text[start:position]
        position += 4


def _header_fields(text: bytes) -> dict[str, str]:
    """Lower-case names; of a repeated one the last counts."""
    lines = text.decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _http_body(answer: bytes) -> bytes:
    """The body as a browser would see it."""
    head, _, body = answer.partition(b"\r\n\r\n")
    while head[8:11] == b" 10":  # "HTTP/1.1 100 Continue" comes before the answer
        head, _, body = body.partition(b"\r\n\r\n")
    headers = _header_fields(head)
    if headers.get("transfer-encoding", "").lower() == "chunked":
        chunks = []
        while True:
            size, _, body = body.partition(b"\r\n")
            length = int(size.partition(b";")[0], 16)
            if length <= 0:
                break
            chunks.append(body[:length])
            body = body[length + 2 :]
        body = b"".join(chunks)
    elif "content-length" in headers:
        body = body[: int(headers["content-length"])]
    packed = headers.get("content-encoding", "").lower() in {"gzip", "x-gzip"}
    return _unpacked(body) if packed else body


# ---- where the facts stand in the pages ----------------------------------------------------------

LONGEST_FACT = 100_000
"""Bytes of a page from which one fact may be read."""


def check_fields(text: bytes, pages: dict[str, bytes]) -> tuple[Verdict, str]:
    """Whether each fact that names its bytes is really written there."""
    proven = named = 0
    try:
        for page in _object(text, FIELDS, {"headwater/fields/1"})["pages"]:
            body = pages.get(page["part"])
            if body is None:
                return Verdict.MISMATCH, f"{page['part']!r} is no part of the capture"
            for fact in page["fields"] or []:
                named += 1
                name, first, end = str(fact["field"])[:60], fact["first"], fact["end"]
                if first is None and end is None:
                    continue
                if type(first) is not int or type(end) is not int or not 0 <= first <= end:
                    return Verdict.MALFORMED, f"{name!r} names no range of bytes"
                where = f"bytes {first} to {end} of {page['part']}"
                if end > len(body):
                    return Verdict.MISMATCH, f"{name!r}: {where} lie outside of the page"
                written = body[first : min(end, first + LONGEST_FACT)]
                if not says(written.decode(page["encoding"], "replace"), fact["read"]):
                    return Verdict.MISMATCH, f"{name!r} does not stand at {where}"
                proven += 1
    except _Bad as bad:
        return bad.verdict, bad.detail
    except (KeyError, TypeError, ValueError, LookupError, AttributeError) as error:
        return Verdict.MALFORMED, f"{FIELDS} cannot be read: {error!r}"[:200]
    unnamed = f"; {named - proven} name no bytes, and why" if named > proven else ""
    return Verdict.OK, f"{proven} facts stand in the pages where it says{unnamed}"


def says(written: str, read: str) -> bool:
    """Whether a piece of a page means `read`: as it is, or free of one kind of escapes."""
    wanted = " ".join(read.split())
    figure = _figure(wanted)
    return any(
        " ".join(meant.split()) == wanted or (figure is not None and _figure(meant) == figure)
        for meant in _meanings(written)
    )


def _meanings(written: str) -> Iterator[str]:
    unfolded = (written, html.unescape(written), unquote(written))
    yield from unfolded
    for text in unfolded if "\\" in written or "%5C" in written.upper() else ():
        # A JavaScript literal may stand in single quotes, and may escape what JSON does not.
        lax = re.sub(r"\\(?![\"\\/bfnrtu])", "", text).replace('"', '\\"')
        for literal in (text, lax):
            with suppress(ValueError):
                yield str(json.loads(f'"{literal}"', strict=False))
    if "<" in written:
        yield html.unescape(_without_tags(written))


_LOWER = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}
"""str.lower changes the length of some texts."""


def _without_tags(written: str) -> str:
    """What an element shows: its texts, without those of scripts and styles."""
    pieces: list[str] = []
    folded = written.translate(_LOWER)
    position = 0
    while (tag := written.find("<", position)) >= 0:
        pieces.append(written[position:tag])
        hidden = re.match(r"<(script|style)\b", folded[tag : tag + 8])
        closer = f"</{hidden[1]}" if hidden else "-->" if folded.startswith("<!--", tag) else ">"
        end = folded.find(closer, tag)
        if end < 0:
            return "".join(pieces)
        position = end if hidden else end + len(closer)
    return "".join((*pieces, written[position:]))


def _figure(text: str) -> Decimal | None:
    try:
        return Decimal(text) if len(text) < 60 else None
    except InvalidOperation:
        return None


# ---- timestamps (RFC 3161) -----------------------------------------------------------------------


_REQUEST = bytes.fromhex("020101 3031 300d 0609 608648016503040201 0500 0420")
"""How our requests begin in DER: version 1, SHA-256; then come the hash and the nonce."""
_CERTIFICATE_REQUESTED = b"\x01\x01\xff"
"""How they end, right after the nonce."""


_INSTALL = "pip install 'rfc3161-client>=1.0.9'"


def _too_old(installed: str) -> str | None:
    """The version, if it is one that is not to be relied upon."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", installed)[:3])
    return installed if numbers < (1, 0, 9) else None


def check_timestamp(
    token: bytes,
    request: bytes | None,
    digest: str,
    captured_at: datetime | None,
    trust: Trust | None,
) -> tuple[Verdict, str, datetime | None]:
    """Whether the reply (DER) of a trusted authority is over the file with this SHA-256, and when.

    Without certificates to trust it is unverifiable at best, and the time is only what it says.

    Looked at in this order, so that "over another file" and "by a stranger" are different words:
    reply, status, algorithm, hash, nonce, signature, time.
    """
    try:
        import rfc3161_client  # noqa: PLC0415 - hashes are checked without it, too
        from rfc3161_client.tsp import PKIStatus  # noqa: PLC0415

        old = _too_old(version("rfc3161-client"))
    except ImportError:
        return Verdict.UNVERIFIABLE, f"to check timestamps: {_INSTALL}", None
    if old:
        # Before 1.0.9 it takes the word of any stranger who embeds a root of his own.
        return Verdict.UNVERIFIABLE, f"rfc3161-client {old} is fooled by forgers: {_INSTALL}", None
    try:
        reply = rfc3161_client.decode_timestamp_response(token)
        if reply.status != PKIStatus.GRANTED:
            words = "; ".join(reply.status_string)
            return Verdict.MALFORMED, f"the authority did not sign: {words or reply.status}", None
        info = reply.tst_info
        imprint, made_at, nonce = info.message_imprint, info.gen_time, info.nonce
    except Exception as error:  # noqa: BLE001 - a broken token raises what it likes
        return Verdict.MALFORMED, f"is no timestamp reply: {error}"[:200], None
    if imprint.hash_algorithm.dotted_string != "2.16.840.1.101.3.4.2.1":
        return (
            Verdict.UNVERIFIABLE,
            f"uses {imprint.hash_algorithm.dotted_string}, not SHA-256",
            None,
        )
    if imprint.message.hex() != digest:
        return Verdict.MISMATCH, f"is over another file, SHA-256 {imprint.message.hex()}", None
    if request is not None:
        asked = _after_the_hash(nonce)
        if asked is None or not request.endswith(asked):
            return Verdict.MISMATCH, "answers another request (the nonces differ)", None
        whole = _REQUEST + bytes.fromhex(digest) + asked
        if request != bytes([0x30, len(whole)]) + whole:
            return Verdict.MISMATCH, "its request is not the one for this file", None
    verdict, detail = _signed_by(reply, bytes.fromhex(digest), trust)
    made_at = made_at if made_at.tzinfo else made_at.replace(tzinfo=UTC)
    when = made_at.isoformat().replace("+00:00", "Z")
    if verdict is Verdict.UNVERIFIABLE:
        return verdict, f"says {when}, but {detail}", made_at
    if verdict is not Verdict.OK:
        return verdict, detail, None
    if captured_at is not None and made_at < captured_at - CLOCKS_MAY_DIFFER:
        return Verdict.MISMATCH, f"is of {when}, before the capture says that it was made", None
    late = made_at - captured_at if captured_at is not None else timedelta()
    if late > timedelta(days=1):
        detail += f"; that is {late.days} days after the time that the manifest names"
    return Verdict.OK, f"existed at {when}, signed by {detail}", made_at


def _after_the_hash(nonce: int | None) -> bytes | None:
    """How a request with this nonce ends; None for one that we never ask with."""
    if nonce is None or not 0 <= nonce < 1 << 64:
        return None
    number = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big")
    return bytes([2, len(number)]) + number + _CERTIFICATE_REQUESTED


def problem_with_certificates(pem: bytes) -> str | None:
    """What is wrong with them as one authority's pins; None when root and signer are there."""
    from cryptography import x509  # noqa: PLC0415

    try:
        certificates = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        return f"these are no PEM certificates: {error}"
    if not any(certificate.subject == certificate.issuer for certificate in certificates):
        return "the authority's root certificate is missing; add its file"
    if all(may_sign_others(certificate) for certificate in certificates):
        return "the certificate that signs the timestamps is missing; add its file"
    return None


def _signed_by(reply: Any, digest: bytes, trust: Trust | None) -> tuple[Verdict, str]:
    """OK with the signer's name, if a trusted one signed."""
    import rfc3161_client  # noqa: PLC0415
    from cryptography import x509  # noqa: PLC0415

    try:
        trusted = x509.load_pem_x509_certificates(trust.pem) if trust and trust.pem else []
    except ValueError as error:
        return Verdict.UNVERIFIABLE, f"the trusted certificates cannot be read: {error}"
    roots = [certificate for certificate in trusted if certificate.subject == certificate.issuer]
    signers = [certificate for certificate in trusted if not may_sign_others(certificate)]
    between = [c for c in trusted if c not in roots and c not in signers]
    if not roots:
        return Verdict.UNVERIFIABLE, "no certificate of its authority was given with --trust"
    reason = ""
    for signer in (*signers,) or (None,):
        # Fresh lists and a fresh reply each time: the library changes what it is given.
        verifier = rfc3161_client.VerifierBuilder(
            roots=list(roots), intermediates=list(between), tsa_certificate=signer
        ).build()
        fresh = rfc3161_client.decode_timestamp_response(reply.as_bytes())
        try:
            verifier.verify(fresh, digest)
        except Exception as error:  # noqa: BLE001 - a broken token raises what it likes
            reason = str(error)
            continue
        return Verdict.OK, signer.subject.rfc4514_string() if signer else "a signer of that root"
    return Verdict.UNTRUSTED, f"not signed by a trusted authority: {reason}"[:300]


def may_sign_others(certificate: Any) -> bool:
    from cryptography import x509  # noqa: PLC0415

    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return bool(certificate.subject == certificate.issuer)
    return bool(constraints.value.ca)


# ---- the command ---------------------------------------------------------------------------------


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="FILE|FOLDER")
    parser.add_argument(
        "--expect",
        action="append",
        default=[],
        metavar="SHA256",
        help="hash of the manifest or of bundle.json as you have it from elsewhere; repeatable",
    )
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        type=Path,
        metavar="PEM",
        help="certificates of timestamp authorities that you trust: root and signer",
    )
    parser.add_argument("--json", action="store_true", help="print the verdicts as JSON")


def run(arguments: argparse.Namespace, redraw: Redraw | None = None) -> int:
    """Exit code 0 only if every required layer is ok; 2 if a certificate file cannot be read."""
    try:
        trust = Trust(b"\n".join(path.read_bytes() for path in arguments.trust))
    except OSError as error:
        sys.stderr.write(f"--trust: {error}\n")
        return 2
    report = verify(arguments.path, expected=arguments.expect, trust=trust, redraw=redraw)
    text = report.as_json() if arguments.json else report.as_text()
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    return 0 if report.verdict is Verdict.OK else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Check evidence offline.")
    add_arguments(parser)
    sys.exit(run(parser.parse_args()))
