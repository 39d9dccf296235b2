"""One zip for a lawyer, a platform or customs: everything kept of a case, checkable by anybody."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from importlib import resources
from io import BytesIO
from string import Template
from textwrap import wrap
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from headwater.adapters.drawing import draw_capture
from headwater.adapters.evidence import DRAWN, Versions, evidence_files
from headwater.adapters.screenshot import Browser, CannotDraw
from headwater.adapters.store import NoSuchObject
from headwater.adapters.wacz import stored_zip, wacz
from headwater.domain.brands import TimestampAuthority
from headwater.domain.captures import Capture, PartRole, StampFailed
from headwater.domain.cases import Case, PictureEvidence
from headwater.domain.changes import changes
from headwater.domain.manifests import FIELDS_NAME, FILE_NAME, canonical, sha256
from headwater.domain.pictures import PictureEvidence as MatchedBy
from headwater.domain.pictures import PictureMatch, PictureRelation
from headwater.domain.sources import FieldSource, in_words
from headwater.domain.strangers import in_one_line
from headwater.matching.images import UnreadablePicture
from headwater.matching.side_by_side import side_by_side
from headwater.usecases.stamp import Authority

SCHEMA = "headwater/bundle/1"
_REHEARSAL = "REHEARSAL: made in a rehearsal, with a practice marketplace; no evidence."

_RELATIONS = {
    PictureRelation.SAME: "The same photograph",
    PictureRelation.RELATED: "Another photograph of the product, of its series or with its print",
    PictureRelation.LOGO: "The brand's logo inside the picture",
}
_NARROWEST, _LETTER = 760, 9
"""Pixels: a sheet of two narrow pictures still has room for words; a wide letter."""


def bundle(
    case: Case,
    captures: Sequence[Capture],
    *,
    exhibits: Mapping[str, bytes],
    evidence: Versions,
    reference: Callable[[str], bytes],
    trusted: Sequence[TimestampAuthority],
    signers: Sequence[Authority],
    browser: Browser | None,
    made_at: datetime,
    software: str,
) -> tuple[bytes, str]:
    """The zip, and the SHA-256 of its list of files to hand over by another way.

    `exhibits` are what was brought to the case, by "id/file name"; `reference` gives the brand's
    own picture by its id; `trusted` are the authorities whose certificates go along, `signers`
    those that sign the list; `browser` draws the pages that nobody has drawn yet (None: none
    are). Without an answer of a signer the list stays unsigned: the manifests in it have their own
    tokens.
    """
    files = {f"exhibits/{name}": body for name, body in exhibits.items()}
    for capture in captures:
        for name, body in evidence_files(capture, evidence):
            files[f"captures/{capture.id}/{name}"] = body
            if name == FIELDS_NAME:
                files[f"captures/{capture.id}/fields.txt"] = where_facts_stand(body).encode()
        for wire in (part for part in capture.parts if part.role is PartRole.WARC):
            stem = wire.name.removesuffix("wire.warc.gz")
            files[f"captures/{capture.id}/{stem}replay.wacz"] = wacz(
                files[f"captures/{capture.id}/{wire.name}"],
                title=f"{case.id}, capture {capture.id}",
                software=software,
            )
        if browser is not None:
            files |= _drawn_now(capture, files, browser, software)
    files |= _side_by_side(case, captures, files, reference, made_at)
    trusted = [authority for authority in trusted if authority.certificates]
    for authority in trusted:
        files[f"trust/{authority.name}.pem"] = authority.certificates.encode()
    files["TIMELINE.txt"] = timeline(case, captures, exhibits).encode()
    files["DECLARATION-DRAFT.md"] = (
        _template("DECLARATION.md")
        .substitute(
            rehearsal=f"**{_REHEARSAL}**\n\n" if case.rehearsal else "",
            software=software,
            records="\n".join(_records(captures, exhibits)),
        )
        .encode()
    )
    files["VERIFY.md"] = _how_to_verify(captures, trusted).encode()
    files["verify.py"] = resources.files("headwater").joinpath("verifier.py").read_bytes()
    listed = canonical(
        {
            "schema": SCHEMA,
            "case": case.id,
            "brand": case.brand,
            "made_at": made_at,
            "made_by": software,
            "members": [
                {"name": name, "size": len(body), "sha256": sha256(body)}
                for name, body in sorted(files.items())
            ],
        }
    )
    files["bundle.json"] = listed
    for signer in signers:
        try:
            made = signer.stamp(sha256(listed))
        except StampFailed:
            continue
        files[f"bundle.json.{signer.name}.tsq"] = made.request
        files[f"bundle.json.{signer.name}.tsr"] = made.reply
    return stored_zip(dict(sorted(files.items()))), sha256(listed)


def where_facts_stand(fields: bytes) -> str:
    """The list of a capture's facts in plain form: each with the bytes that it was read from."""
    lines: list[str] = []
    for page in json.loads(fields)["pages"]:
        lines.append(f"What was read in {page['part']}, and where it stands there:")
        facts = page["fields"] or []
        lines += [in_words(FieldSource(**fact)) for fact in facts]
        lines += [] if facts else ["Nothing: a person can read what our reader could not."]
        lines.append("")
    return "\n".join(lines)


def timeline(case: Case, captures: Iterable[Capture], exhibits: Mapping[str, bytes]) -> str:
    """What happened when, in UTC, one line each. What strangers wrote stays on its line."""
    moments: list[tuple[datetime, str]] = []
    before: Capture | None = None
    for capture in sorted(captures, key=lambda capture: capture.captured_at):
        kept = f"{len(capture.parts)} files kept, {len(capture.missing)} could not be had"
        found = in_one_line(f"{capture.route} {capture.watch} {capture.query}")
        what = f"captured ({capture.outcome}), found by {found}: {kept}"
        moments.append((capture.captured_at, what))
        if before is not None:
            changed = "; ".join(changes(before, capture)) or "nothing changed"
            moments.append((capture.captured_at, f"compared with the look before: {changed}"))
        before = capture
        moments += [
            (stamp.at, f"manifest of {capture.id} signed by {stamp.authority} (its clock)")
            for stamp in capture.timestamps
        ]
    for said in _exhibits(exhibits):
        what = f"exhibit added ({said['kind']}), by {in_one_line(said['added_by'])}: "
        at = datetime.fromisoformat(said["captured_at"])
        moments.append((at, what + in_one_line(said["note"])))
    moments += [
        (event.at, f"case {event.state}, by {in_one_line(event.by)}: {in_one_line(event.what)}")
        for event in case.events
    ]
    # By seconds, as authorities tell the time: what was signed was captured before.
    moments.sort(key=lambda moment: moment[0].replace(microsecond=0))
    title = in_one_line(case.listing.title or "(no title)")
    lines = [
        f"Case {case.id}: {title}",
        f"Listing {in_one_line(case.listing.url)}",
        *([_REHEARSAL] if case.rehearsal else []),
        "",
        *(f"{at:%Y-%m-%d %H:%M:%S} UTC  {what}" for at, what in moments),
    ]
    return "\n".join(lines) + "\n"


def _drawn_now(
    capture: Capture, files: Mapping[str, bytes], browser: Browser, software: str
) -> dict[str, bytes]:
    """The pages of a capture that nobody has drawn yet, as the kept bytes draw them."""
    folder = f"captures/{capture.id}/"
    if any(name.startswith(folder + DRAWN) for name in files):
        return {}
    kept = {part.name: files[folder + part.name] for part in capture.parts}
    try:
        made = draw_capture(
            capture, kept, browser=browser, made_by={"tool": software}, timestamp_authorities=()
        )
    except CannotDraw:
        return {}
    if made is None:
        return {}
    identifier, drawn = made
    return {f"{folder}{DRAWN}{identifier}/{name}": body for name, body in drawn.items()}


def _exhibits(exhibits: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """What the manifests of the exhibits say."""
    return [json.loads(body) for name, body in exhibits.items() if name.endswith(f"/{FILE_NAME}")]


def _side_by_side(
    case: Case,
    captures: Sequence[Capture],
    files: dict[str, bytes],
    reference: Callable[[str], bytes],
    made_at: datetime,
) -> dict[str, bytes]:
    """Each matched picture beside the brand's own: PNG files, and all of them as one PDF."""
    sheets: dict[str, bytes] = {}
    pages: list[Image.Image] = []
    known = {capture.id: capture for capture in captures}
    for number, found in enumerate(case.pictures, start=1):
        name = f"captures/{found.capture_id}/{found.part_name}"
        if found.capture_id not in known or name not in files:
            continue
        try:
            sheet = side_by_side(files[name], reference(found.reference_id), _match(found))
        except (UnreadablePicture, NoSuchObject, KeyError):
            continue  # the reference was taken out of the config since: the rest is still evidence
        page = _captioned(sheet, case, known[found.capture_id], found)
        png = BytesIO()
        page.save(png, "PNG")
        sheets[f"side-by-side/{number:02}.png"] = png.getvalue()
        pages.append(page)
    if pages:
        pdf = BytesIO()
        moment = made_at.timetuple()
        pages[0].save(
            pdf,
            "PDF",
            save_all=True,
            append_images=pages[1:],
            title=f"Case {case.id}: found picture (left), own picture (right)",
            creationDate=moment,
            modDate=moment,
        )
        sheets["side-by-side/all.pdf"] = pdf.getvalue()
    return sheets


def _captioned(sheet: bytes, case: Case, capture: Capture, found: PictureEvidence) -> Image.Image:
    """The sheet with what it shows written below it; the font knows Latin letters only."""
    pictures = Image.open(BytesIO(sheet)).convert("RGB")
    lines = [
        f"LEFT: found at {in_one_line(capture.listing.url)}",
        f"captured {capture.captured_at:%Y-%m-%d %H:%M} UTC, {capture.id}, file {found.part_name}",
        f"RIGHT: the brand's own picture {found.reference_id}",
        f"{_RELATIONS[PictureRelation(found.relation)]} ({found.explanation})"
        + ("; the framed parts agree" if found.query_region else ""),
        f"Case {case.id}",
        *([_REHEARSAL] if case.rehearsal else []),
    ]
    width = max(pictures.width, _NARROWEST)
    lines = [part for line in lines for part in wrap(_in_latin(line), width // _LETTER)]
    text = "\n".join(lines)
    page = Image.new("RGB", (width, pictures.height + 22 * len(lines) + 12), "white")
    page.paste(pictures, ((width - pictures.width) // 2, 0))
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=15)
    draw.multiline_text((8, pictures.height + 6), text, fill="black", font=font, spacing=5)
    return page


def _in_latin(text: str) -> str:
    return text.encode("ascii", "replace").decode()


def _match(found: PictureEvidence) -> PictureMatch:
    return PictureMatch(
        reference_id=found.reference_id,
        probability=found.probability,
        relation=PictureRelation(found.relation),
        evidence=MatchedBy.FINGERPRINT,
        transform=found.explanation,
        query_region=found.query_region,
        reference_region=found.reference_region,
    )


def _records(captures: Iterable[Capture], exhibits: Mapping[str, bytes]) -> Iterable[str]:
    for capture in captures:
        yield (
            f"   - capture {capture.id} of {capture.captured_at:%Y-%m-%d %H:%M:%S} UTC, manifest "
            f"SHA-256 {capture.manifest_sha256}, {len(capture.parts)} files"
        )
    for said in _exhibits(exhibits):
        yield (
            f"   - exhibit {said['exhibit']} ({said['kind']}), brought by "
            f"{in_one_line(said['added_by'])}, SHA-256 {said['file']}"
        )


def _how_to_verify(captures: Iterable[Capture], trusted: Sequence[TimestampAuthority]) -> str:
    options = " ".join(f"--trust trust/{authority.name}.pem" for authority in trusted)
    commands = [
        f"    cd captures/{capture.id} && openssl ts -verify -data manifest.json \\\n"
        f"      -in manifest.json.{stamp.authority}.tsr -CAfile ../../trust/{stamp.authority}.pem"
        for capture in captures
        for stamp in capture.timestamps
    ]
    return _template("VERIFY.md").substitute(
        trust_options=options or "--trust CERTIFICATES.pem",
        trust_note=(
            "Those in `trust/` came with the bundle: compare their fingerprints "
            "(`openssl x509 -noout -fingerprint -sha256 -in FILE`) with what the authority "
            "publishes."
            if trusted
            else "No authority was configured when this was made, so there is no token to check."
        ),
        openssl_commands="\n\n".join(commands) or "    (this bundle holds none)",
    )


def _template(name: str) -> Template:
    folder = resources.files("headwater.adapters").joinpath("bundle_templates")
    return Template(folder.joinpath(name).read_text(encoding="utf-8"))
