"""The pictures of a capture's pages with a manifest of their own: what was drawn, from what, how.

Nothing in it depends on when it was drawn or by which call: the same commit gives the same bytes
on the same browser, and another commit another drawing. Its time is that of its timestamps.
"""

import json
from collections.abc import Mapping
from typing import Any

from headwater.adapters.recorded import RecordedPage, recorded
from headwater.adapters.screenshot import TALLEST, WIDTH, Browser, CannotDraw, Drawn
from headwater.domain.captures import Capture
from headwater.domain.manifests import FILE_NAME, canonical, sha256
from headwater.marketplaces.pictures import full_size

SCHEMA = "headwater/drawing/1"
LITTLE_TEXT = 400
"""Visible letters without scripts; below that a page draws itself."""
_MOST_ADDRESSES = 2_000


def draw_capture(
    capture: Capture,
    files: Mapping[str, bytes],
    *,
    browser: Browser,
    made_by: Mapping[str, str],
    timestamp_authorities: tuple[str, ...],
) -> tuple[str, dict[str, bytes]] | None:
    """Draw every page of the capture; the drawing's id and its files, the manifest among them.

    `files` are the capture's parts by name. None when it holds no page. A page that defeats the
    browser is named in the manifest's `missing`. Raises CannotDraw when there is no browser.
    """
    record = recorded(capture.parts, files, capture.listing.url)
    if not record.pages:
        return None
    drawn: dict[str, bytes] = {}
    parts: list[dict[str, Any]] = []
    missing: list[dict[str, Any]] = []
    for page in record.pages:
        pictures: list[Drawn] = []
        for scripts in (False, True):
            if scripts and not (pictures and draws_itself(pictures[0], capture.listing.title)):
                break
            try:
                picture = browser.draw(
                    page,
                    answers=record.answers,
                    full_size=full_size,
                    captured_at=capture.captured_at,
                    scripts=scripts,
                )
            except CannotDraw as failure:
                missing.append({"page": page.part, "scripts": scripts, "reason": str(failure)})
                continue
            name = f"{page.part}.scripts.png" if scripts else f"{page.part}.png"
            pictures.append(picture)
            drawn[name] = picture.png
            parts.append(_described(name, page, picture))
    facts = {
        "capture_manifest_sha256": capture.manifest_sha256,
        "browser": browser.version,
        "made_by": made_by,
        "pictures": {name: sha256(body) for name, body in drawn.items()},
    }
    identifier = sha256(canonical(facts))[:32]
    drawn[FILE_NAME] = canonical(
        {
            "schema": SCHEMA,
            "drawing": identifier,
            "capture": capture.id,
            "capture_manifest_sha256": capture.manifest_sha256,
            "captured_at": capture.captured_at,
            "rehearsal": capture.rehearsal,
            "browser": browser.version,
            "flags": browser.flags,
            "width": WIDTH,
            "cut_after": TALLEST,
            "parts": parts,
            "missing": missing,
            "made_by": made_by,
            "timestamp_authorities": timestamp_authorities,
        }
    )
    return identifier, drawn


def draws_itself(without_scripts: Drawn, title: str | None) -> bool:
    """Whether the page leaves to its scripts to show what it is about."""
    if not without_scripts.has_scripts:
        return False
    text = "".join(without_scripts.text.split())
    said = "".join((title or "").split())
    return len(text) < LITTLE_TEXT or said not in text


def _described(name: str, page: RecordedPage, picture: Drawn) -> dict[str, Any]:
    return {
        "name": name,
        "page": page.part,
        "shown_as": page.shown_as,
        "scripts": picture.scripts,
        "media_type": "image/png",
        "size": len(picture.png),
        "sha256": sha256(picture.png),
        "answered_from_the_record": picture.served[:_MOST_ADDRESSES],
        "full_size_shown_for": picture.substituted[:_MOST_ADDRESSES],
        "refused_as_not_recorded": picture.refused[:_MOST_ADDRESSES],
    }


def capture_of(manifest: bytes, stored: Mapping[str, bytes]) -> Capture:
    """The capture as its manifest tells of it. Raises ValueError for one that is none."""
    from headwater.adapters.records import decode  # noqa: PLC0415 - pydantic, for the command only

    said = json.loads(manifest)
    nowhere = {"key": "", "version_id": None}
    return decode(
        Capture,
        {
            "brand": said["found"]["brand"],
            "listing": said["listing"],
            "id": said["capture"],
            "captured_at": said["captured_at"],
            "collected_by": said["found"]["collected_by"],
            "route": said["found"]["route"],
            "outcome": said["outcome"],
            "parts": [part for part in said["parts"] if part["name"] in stored],
            "missing": said["missing"],
            "manifest": nowhere,
            "manifest_sha256": sha256(manifest),
            "previous_manifest_sha256": said["previous_manifest_sha256"],
            "watch": said["found"]["watch"],
            "query": said["found"]["query"],
            "rehearsal": said["rehearsal"],
        },
    )
