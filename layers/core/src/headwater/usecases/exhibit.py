"""Add what a person brings to a case: chats, receipts, parcels. Sealed as a capture is."""

import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from headwater.domain.captures import StampFailed, StoredObject
from headwater.domain.manifests import FILE_NAME, canonical, sha256
from headwater.usecases.stamp import Authority

SCHEMA = "headwater/exhibit/1"


class ExhibitKind(StrEnum):
    """What it shows. The values are stored: never rename one."""

    CHAT = "chat"
    RECEIPT = "receipt"
    PARCEL = "parcel"
    INVOICE = "invoice"
    LETTER = "letter"
    OTHER = "other"


class EvidenceStore(Protocol):
    """Objects that nobody can quietly change."""

    def get(self, key: str) -> bytes: ...
    def list(self, prefix: str) -> Iterator[str]: ...
    def put(self, key: str, body: bytes, media_type: str) -> StoredObject: ...
    def put_once(self, key: str, body: bytes, media_type: str) -> StoredObject | None: ...


def exhibits_of(brand: str, case: str) -> str:
    """The prefix under which a case's exhibits lie."""
    return f"exhibits/{brand}/{case}/"


def add_exhibit(
    body: bytes,
    *,
    file_name: str,
    brand: str,
    case: str,
    kind: ExhibitKind,
    note: str,
    by: str,
    evidence: EvidenceStore,
    authorities: Sequence[Authority],
    now: Callable[[], datetime],
    made_by: Mapping[str, str],
) -> tuple[str, tuple[str, ...]]:
    """Keep the file with a manifest and its timestamps; the exhibit's id, and who did not sign.

    The same file with the same note is the same exhibit: adding it again changes nothing, but
    asks those again who did not sign the first time.
    """
    facts = {"brand": brand, "case": case, "kind": kind, "note": note, "file": sha256(body)}
    identifier = sha256(canonical(facts))[:32]
    prefix = f"{exhibits_of(brand, case)}{identifier}/"
    if f"{prefix}{FILE_NAME}" not in evidence.list(prefix):
        ending = re.search(r"\.([A-Za-z0-9]{1,8})$", file_name)
        name = f"exhibit.{ending[1].lower()}" if ending else "exhibit"
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = evidence.put(f"{prefix}{name}", body, media_type)
        part = {
            "name": name,
            "media_type": media_type,
            "size": len(body),
            "sha256": sha256(body),
            "stored": stored,
        }
        text = canonical(
            {
                "schema": SCHEMA,
                "exhibit": identifier,
                **facts,
                "original_name": file_name,
                "captured_at": now(),
                "added_by": by,
                "parts": [part],
                "made_by": made_by,
                "timestamp_authorities": [authority.name for authority in authorities],
            }
        )
        evidence.put_once(f"{prefix}{FILE_NAME}", text, "application/json")
    return identifier, _sign(prefix, evidence, authorities)


def sign_exhibits(
    brand: str, *, evidence: EvidenceStore, authorities: Sequence[Authority]
) -> tuple[str, ...]:
    """Ask those again who have not signed an exhibit of the brand; what is still unsigned by whom.

    Who does not answer is not asked for the next exhibit.
    """
    there = set(evidence.list(f"exhibits/{brand}/"))
    silent: list[str] = []
    answering = list(authorities)
    for name in sorted(key for key in there if key.endswith(f"/{FILE_NAME}")):
        missing = [one for one in authorities if f"{name}.{one.name}.tsr" not in there]
        asked = [one for one in missing if one in answering]
        refused = _sign(name.removesuffix(FILE_NAME), evidence, asked) if asked else ()
        answering = [one for one in answering if one.name not in refused]
        left = [one.name for one in missing if one not in asked or one.name in refused]
        silent += [f"{name}: {who} has not signed" for who in left]
    return tuple(silent)


def _sign(
    prefix: str, evidence: EvidenceStore, authorities: Sequence[Authority]
) -> tuple[str, ...]:
    """Add the tokens that are not there yet; the names of those who did not answer."""
    there = set(evidence.list(prefix))
    digest = sha256(evidence.get(f"{prefix}{FILE_NAME}"))
    silent = []
    for authority in authorities:
        stem = f"{prefix}{FILE_NAME}.{authority.name}"
        if f"{stem}.tsr" in there:
            continue
        try:
            made = authority.stamp(digest)
        except StampFailed:
            silent.append(authority.name)
            continue
        evidence.put(f"{stem}.tsq", made.request, "application/timestamp-query")
        evidence.put(f"{stem}.tsr", made.reply, "application/timestamp-reply")
    return tuple(silent)
