"""The manifest: one canonical text that names every kept byte of a capture by its hash."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from headwater.domain.captures import CaptureOutcome, MissingPart, Part
from headwater.domain.exchanges import Fetched
from headwater.domain.listings import Listing, Sighting
from headwater.domain.sources import ListingSources

SCHEMA = "headwater/manifest/1"
"""Changes with every change of meaning; a verifier refuses what it does not know."""

FILE_NAME = "manifest.json"


def sha256(body: bytes) -> str:
    """Lower-case hex."""
    return hashlib.sha256(body).hexdigest()


def canonical(value: object) -> bytes:
    """The one spelling of a value: UTF-8 JSON, keys sorted, no spaces, no floating point.

    Raises ValueError for what has no exact spelling (a float, a naive time, a lone surrogate).
    """
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def plain(value: object) -> Any:
    """Records as JSON values: decimals and times as text, None kept, floats refused."""
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int() | str():
            return value
        case Decimal():
            return str(value)
        case datetime():
            if value.tzinfo is None:
                raise ValueError(f"a time without its zone has no exact spelling: {value}")
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Mapping():
            return {str(plain(key)): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise ValueError(f"{type(value).__name__} has no exact spelling: {value!r}")


def capture_id(sighting: Sighting, page_sha256: str | None) -> str:
    """The same listing, page, facts and look are the same capture: 32 hex digits.

    When and by which run it was seen is left out, so that a repeated message changes nothing. A
    later look is known by its listing's key: what was known of the listing before says nothing.
    """
    facts = {
        "brand": sighting.brand,
        "listing": sighting.listing if sighting.look is None else sighting.listing.key,
        "look": sighting.look,
        "page": page_sha256,
    }
    return sha256(canonical(facts))[:32]


def describe_fetch(part: str | None, asked: str, fetched: Fetched) -> dict[str, Any]:
    """What is to be said of one fetch: the way it took, whom it reached and both clocks."""
    last = fetched.exchanges[-1]
    return {
        "part": part,
        "asked": asked,
        "answered": fetched.page.url,
        "redirects": fetched.redirects,
        "address": last.address,
        "status": fetched.page.status,
        "server_date": fetched.server_date,
        "fetched_at": fetched.fetched_at,
        "tls": last.tls
        and {
            "version": last.tls.version,
            "cipher": last.tls.cipher,
            "certificate_sha256": sha256(last.tls.certificate),
        },
    }


FIELDS_SCHEMA, FIELDS_NAME = "headwater/fields/1", "fields.json"


def describe_sources(pages: Iterable[tuple[str, ListingSources | None]]) -> bytes:
    """The canonical list of where each fact of the listing stands, page by page.

    `fields` is None for a page in which the listing cannot be read.
    """
    return canonical(
        {
            "schema": FIELDS_SCHEMA,
            "pages": [
                {
                    "part": name,
                    "encoding": found and found.encoding,
                    "fields": found and found.fields,
                }
                for name, found in pages
            ],
        }
    )


def manifest(
    sighting: Sighting,
    listing: Listing,
    *,
    capture: str,
    captured_at: datetime,
    outcome: CaptureOutcome,
    parts: tuple[Part, ...],
    missing: tuple[MissingPart, ...],
    fetches: tuple[dict[str, Any], ...],
    previous_manifest_sha256: str | None,
    made_by: Mapping[str, str],
    options: Mapping[str, int],
    timestamp_authorities: tuple[str, ...],
    rehearsal: bool,
) -> bytes:
    """The canonical manifest of a capture; its SHA-256 stands for all of it.

    `sighting` is how it was found, `listing` what is known with its own page;
    `made_by` names the program and the call, `options` what it was allowed and its limits;
    `timestamp_authorities` are those that will be asked to sign it.
    """
    return canonical(
        {
            "schema": SCHEMA,
            "capture": capture,
            "captured_at": captured_at,
            "outcome": outcome,
            "rehearsal": rehearsal,
            "found": sighting,
            "listing": listing,
            "parts": parts,
            "missing": missing,
            "fetches": fetches,
            "previous_manifest_sha256": previous_manifest_sha256,
            "made_by": made_by,
            "options": options,
            "timestamp_authorities": timestamp_authorities,
        }
    )
