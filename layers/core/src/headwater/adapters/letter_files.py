"""Where mails lie in the work bucket, what that says of them, and how they become exhibits."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import PurePosixPath

from headwater.adapters.store import Bucket
from headwater.domain.brands import Desk
from headwater.domain.captures import Stamp, StampFailed
from headwater.domain.letters import Attachment, Purpose
from headwater.usecases.exhibit import ExhibitKind, add_exhibit
from headwater.usecases.stamp import Authority

PREFIX = "mail/"
_BY_SES = "mail/ses/"
_GIVEN = "mail/given/"
_SETUP = "AMAZON_SES_SETUP_NOTIFICATION"
"""What SES writes once to prove that it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How a mail came; `given_by` is the person who put it there, None for SES."""

    purpose: Purpose
    given_by: str | None


def origin(key: str) -> Arrival | None:
    """What a key says of its mail; None where it is none.

    Below mail/ses/ only SES writes, by the rules of the template, one folder for each purpose.
    """
    if key.endswith((_SETUP, "/")):
        return None
    if key.startswith(_BY_SES):
        folder = key.removeprefix(_BY_SES).split("/", 1)[0]
        purposes = {"import": Purpose.IMPORT, "evidence": Purpose.EVIDENCE}
        return Arrival(purpose=purposes.get(folder, Purpose.NOTICE), given_by=None)
    by = "somebody with access to the bucket"
    if key.startswith(_GIVEN) and key.count("/") >= 3:
        by = key.removeprefix(_GIVEN).split("/", 1)[0]
    return Arrival(purpose=Purpose.NOTICE, given_by=by)


def given_key(by: str, body: bytes) -> str:
    """Where a mail goes that a person gives."""
    person = re.sub(r"[^A-Za-z0-9_.@-]", "_", by).strip(".")[:60] or "somebody"
    return f"{_GIVEN}{person}/{hashlib.sha256(body).hexdigest()[:24]}.eml"


def raw_mail(key: str, body: bytes) -> Attachment:
    """The mail as a file, for the case."""
    stem = PurePosixPath(key).stem[:60] or "mail"
    return Attachment(name=f"{stem}.eml", media_type="message/rfc822", body=body)


@dataclass
class _Later:
    """An authority that is not asked here: the stamps function asks it within the hour."""

    name: str

    def stamp(self, sha256: str) -> Stamp:
        raise StampFailed(f"{self.name} is asked later for {sha256}")


class KeptExhibits:
    """Seals files with a case. Without `authorities` those of the desk sign within the hour."""

    def __init__(
        self,
        evidence: Bucket,
        desk: Desk,
        *,
        by: str = "mail",
        authorities: Sequence[Authority] | None = None,
    ) -> None:
        self._evidence = evidence
        self._by = by
        later: Sequence[Authority] = [_Later(one.name) for one in desk.timestamp_authorities]
        self._authorities = later if authorities is None else authorities

    def __call__(self, brand: str, case: str, file: Attachment, note: str) -> str:
        """The exhibit's id."""
        identifier, _ = add_exhibit(
            file.body,
            file_name=file.name,
            brand=brand,
            case=case,
            kind=ExhibitKind.LETTER if file.name.endswith(".eml") else ExhibitKind.OTHER,
            note=note,
            by=self._by,
            evidence=self._evidence,
            authorities=self._authorities,
            now=lambda: datetime.now(UTC),
            made_by={"tool": "headwater", "version": version("headwater")},
        )
        return identifier
