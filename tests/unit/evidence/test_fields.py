"""Of every fact of a capture the bytes of the page are named, sealed and read again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headwater.adapters.bundle import where_facts_stand
from headwater.adapters.evidence import download_case_evidence
from headwater.adapters.warc import Archive
from headwater.domain.brands import PlatformAccess
from headwater.domain.manifests import canonical
from headwater.marketplaces import read, sources_of
from headwater.usecases.capture import capture
from headwater.verifier import Verdict, check_fields, verify
from tests.factories import NOON, SIGHTING
from tests.fakes.evidence import BucketInMemory, CapturesInMemory, DoorInMemory, answer, page_key
from tests.unit.marketplaces.test_recordings import RECORDINGS, page_of

PAGE = page_of(RECORDINGS / "1688" / "listing_init_data_2025")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A capture of a listing whose page was brought and could be fetched, laid out."""
    (listing,) = read(PAGE).listings
    listing = replace(listing, pictures=())
    evidence = BucketInMemory()
    kept = capture(
        replace(SIGHTING, listing=listing, page_object=page_key(PAGE.body)),
        access=PlatformAccess(fetch_pages=True),
        read=read,
        sources=sources_of,
        pages=BucketInMemory({page_key(PAGE.body): PAGE.body}),
        evidence=evidence,
        captures=CapturesInMemory(),
        listing_pages=DoorInMemory({listing.url: answer(listing.url, PAGE.body + b"<!-- -->")}),
        pictures=DoorInMemory({}),
        new_archive=lambda capture_id: Archive(capture_id, "headwater/1"),
        now=lambda: NOON,
        made_by={},
        timestamp_authorities=(),
        rehearsal=False,
    )
    download_case_evidence([kept], evidence, tmp_path)
    return tmp_path / kept.id


def sealed(folder: Path) -> str:
    return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()


def changed(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the list of facts, and make everything fit again as a forger would."""
    path, manifest_path = folder / "fields.json", folder / "manifest.json"
    said = json.loads(path.read_bytes())
    change(said)
    path.write_bytes(canonical(said))
    manifest = json.loads(manifest_path.read_bytes())
    for part in manifest["parts"]:
        if part["name"] == "fields.json":
            part["size"] = len(path.read_bytes())
            part["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest_path.write_bytes(canonical(manifest))


def layer(folder: Path) -> tuple[Verdict, str]:
    report = verify(folder, expected=[sealed(folder)])
    found = next(layer for layer in report.layers if layer.name == "fields")
    return found.verdict, found.detail


def title(said: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in said["pages"][0]["fields"] if f["field"] == "title")
    return found


def test_every_kept_page_is_listed_with_its_facts(folder: Path) -> None:
    said = json.loads((folder / "fields.json").read_bytes())
    assert [page["part"] for page in said["pages"]] == ["seen.html", "fetched.html"]
    fact = title(said)
    page = (folder / "seen.html").read_bytes()
    assert page[fact["first"] : fact["end"]].decode() == fact["value"]
    assert verify(folder, expected=[sealed(folder)]).verdict is Verdict.OK
    verdict, detail = layer(folder)
    assert verdict is Verdict.OK
    assert "facts stand in the pages where it says" in detail


def test_the_list_is_shown_in_plain_form(folder: Path) -> None:
    said = json.loads((folder / "fields.json").read_bytes())
    shown = where_facts_stand((folder / "fields.json").read_bytes())
    fact = title(said)
    assert f"title: {fact['value']}" in shown
    assert f"bytes {fact['first']} to {fact['end']}, {fact['container']} {fact['path']}" in shown


def moved(said: dict[str, Any]) -> None:
    title(said).update(first=title(said)["first"] + 1, end=title(said)["end"] + 1)


def outside(said: dict[str, Any]) -> None:
    title(said).update(first=10**9, end=10**9 + 5)


def other_words(said: dict[str, Any]) -> None:
    title(said).update(read="something else", value="something else")


def other_page(said: dict[str, Any]) -> None:
    said["pages"][0]["part"] = "never.html"


def no_range(said: dict[str, Any]) -> None:
    title(said).update(first=-5)


def no_number(said: dict[str, Any]) -> None:
    title(said).update(first=True, end="9")


def no_encoding(said: dict[str, Any]) -> None:
    said["pages"][0]["encoding"] = "nonsense"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (moved, Verdict.MISMATCH),
        (outside, Verdict.MISMATCH),
        (other_words, Verdict.MISMATCH),
        (other_page, Verdict.MISMATCH),
        (no_range, Verdict.MALFORMED),
        (no_number, Verdict.MALFORMED),
        (no_encoding, Verdict.MALFORMED),
    ],
)
def test_a_list_that_says_what_does_not_stand_there_is_named(
    folder: Path, change: Callable[[dict[str, Any]], None], verdict: Verdict
) -> None:
    changed(folder, change)
    assert layer(folder)[0] is verdict
    assert verify(folder, expected=[sealed(folder)]).verdict is not Verdict.OK


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b"\xff", b'{"pages":null,"schema":"headwater/fields/1"}']
)
def test_no_list_at_all_is_malformed_or_unknown(text: bytes) -> None:
    assert check_fields(text, {})[0] in {Verdict.MALFORMED, Verdict.UNVERIFIABLE}
