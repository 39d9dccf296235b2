"""Add what a person brings to a case: chats, receipts, parcels. Sealed as a capture is."""

import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from headwater.domain.captures import StoredObject
from headwater.domain.manifests import FILE_NAME, canonical, sha256
from headwater.usecases.stamp import Authority, sign_beside

SCHEMA = "headwater/exhibit/1"


class ExhibitKind(StrEnum):
    """What it shows. The values are stored: never rename one."""

    CHAT = "chat"
    RECEIPT = "receipt"
    PARCEL = "parcel"
    INVOICE = "invoice"
    LETTER = "letter"
    SCREENSHOT = "screenshot"
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
    manifest = f"{prefix}{FILE_NAME}"
    there = set(evidence.list(prefix))
    missing = [one for one in authorities if f"{manifest}.{one.name}.tsr" not in there]
    digest = sha256(evidence.get(manifest))
    silent = sign_beside(manifest, digest, authorities=missing, evidence=evidence)
    return identifier, tuple(silent)


def unsigned_exhibits(
    brand: str, *, evidence: EvidenceStore, authorities: Sequence[Authority]
) -> list[str]:
    """The keys of the manifests of the brand's exhibits that not every authority has signed."""
    there = set(evidence.list(f"exhibits/{brand}/"))
    return sorted(
        key
        for key in there
        if key.endswith(f"/{FILE_NAME}")
        and any(f"{key}.{authority.name}.tsr" not in there for authority in authorities)
    )
