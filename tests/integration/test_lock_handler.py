"""A case is opened, and the function that locks its evidence runs as Lambda runs it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from headwater.adapters.desk import write_desk
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.evidence import evidence_files, sealed_files
from headwater.adapters.records import encode
from headwater.adapters.store import Bucket
from headwater.domain.brands import Desk
from headwater.domain.captures import Capture, Timestamp
from headwater.domain.cases import Case, CaseState
from headwater.domain.manifests import canonical, sha256
from headwater.usecases.draw import drawings_of
from headwater.usecases.exhibit import exhibits_of
from headwater.usecases.lock import NotWhatWasKept
from tests.factories import BRAND, CAPTURE, CASE
from tests.integration.test_capture_handler import Context

pytestmark = pytest.mark.local_aws
PICTURE, MANIFEST = b"the photograph", b"the manifest"


@dataclass
class Room:
    """The function with one capture of the case's listing."""

    captures: Captures
    cases: Cases
    evidence: Bucket

    def send(self, case: Case) -> None:
        """As the cases table's outbox does."""
        from capture_function.lock import lambda_handler

        record = {"S": json.dumps(encode(case), ensure_ascii=False)}
        body = {"eventName": "INSERT", "dynamodb": {"NewImage": {"record": record}}}
        message = {"messageId": "1", "body": json.dumps(body), "eventSource": "aws:sqs"}
        answer = lambda_handler({"Records": [message]}, Context())
        assert answer == {"batchItemFailures": []}

    def sweep(self) -> int:
        """As the daily schedule does."""
        from capture_function.lock import lambda_handler

        return int(lambda_handler({}, Context())["locked"])

    @property
    def row(self) -> Capture:
        (row,) = self.captures.of_listing(CAPTURE.brand, CAPTURE.key)
        return row


@pytest.fixture
def room(
    tables: dict[str, str], buckets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Room]:
    for name, value in {
        "CAPTURES_TABLE": tables["CapturesTable"],
        "CASES_TABLE": tables["CasesTable"],
        "WORK_BUCKET": buckets["WorkBucket"],
        "EVIDENCE_BUCKET": buckets["EvidenceBucket"],
        "CASE_LOCK_DAYS": "90",
        "RUNS_TABLE": tables["RunsTable"],
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
        "POWERTOOLS_SERVICE_NAME": "lock",
    }.items():
        monkeypatch.setenv(name, value)
    from capture_function import lock

    lock._settings.cache_clear()
    write_desk(
        Bucket(buckets["WorkBucket"]), Desk(contact="a@example.com", brands=(BRAND,), access=())
    )
    evidence = Bucket(buckets["EvidenceBucket"])
    (part,) = CAPTURE.parts
    stored = evidence.put(part.stored.key, PICTURE, "image/jpeg")
    captures = Captures(tables["CapturesTable"])
    captures.add(
        replace(
            CAPTURE,
            parts=(replace(part, stored=stored, sha256=sha256(PICTURE), size=len(PICTURE)),),
            manifest=evidence.put(CAPTURE.manifest.key, MANIFEST, "application/json"),
            manifest_sha256=sha256(MANIFEST),
        )
    )
    yield Room(captures, Cases(tables["CasesTable"]), evidence)
    lock._settings.cache_clear()


def test_what_a_new_case_rests_on_cannot_be_deleted_by_anybody_until_its_day(room: Room) -> None:
    room.send(CASE)
    row = room.row
    assert [copy.key.rpartition("/")[2] for copy in row.locked] == [
        "picture-01.jpg",
        "manifest.json",
    ]
    assert row.locked_until is not None
    assert abs(row.locked_until - datetime.now(UTC) - timedelta(days=90)) < timedelta(minutes=1)
    s3: Any = boto3.client("s3")
    for copy in row.locked:
        assert copy.version_id is not None
        found = s3.head_object(Bucket=room.evidence.name, Key=copy.key, VersionId=copy.version_id)
        assert found["ObjectLockMode"] == "COMPLIANCE"
        assert abs(found["ObjectLockRetainUntilDate"] - row.locked_until) < timedelta(seconds=2)
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.delete_object(
                Bucket=room.evidence.name,
                Key=copy.key,
                VersionId=copy.version_id,
                BypassGovernanceRetention=True,
            )


def test_a_second_message_locks_only_what_came_since_and_no_longer(room: Room) -> None:
    room.send(CASE)
    before = room.row
    room.send(CASE)
    assert room.row == before
    late = room.evidence.put(f"{CAPTURE.manifest.key}.one.tsr", b"token", "application/x")
    token = Timestamp(authority="one", at=CAPTURE.captured_at, request=late, reply=late)
    room.captures.save_timestamps(replace(before, timestamps=(token,)))
    room.cases.open(CASE)
    assert room.sweep() == 2
    assert room.sweep() == 0
    assert room.row.locked_until == before.locked_until
    assert len(room.row.locked) == len(before.locked) + 2


@pytest.mark.parametrize("state", [CaseState.DISMISSED, CaseState.AUTHORISED, CaseState.CLOSED])
def test_a_case_that_is_none_is_not_locked(room: Room, state: CaseState) -> None:
    room.send(replace(CASE, state=state))
    assert room.row.locked == ()


def test_the_copy_serves_when_the_original_is_gone(room: Room) -> None:
    room.send(CASE)
    (part,) = room.row.parts
    boto3.client("s3").delete_object(
        Bucket=room.evidence.name,
        Key=part.stored.key,
        VersionId=str(part.stored.version_id),
        BypassGovernanceRetention=True,
    )
    files = dict(evidence_files(room.row, room.evidence))
    assert files == {"picture-01.jpg": PICTURE, "manifest.json": MANIFEST}


def test_bytes_that_are_not_what_was_kept_are_not_locked_as_evidence(room: Room) -> None:
    (part,) = room.row.parts
    other = room.evidence.put("captures/other", b"another photograph", "image/jpeg")
    swapped = replace(room.row, id="2" * 32, parts=(replace(part, stored=other),))
    room.captures.add(swapped)
    from capture_function.lock import lock

    with pytest.raises(NotWhatWasKept, match="captures/other"):
        lock(CASE)


def seal(room: Room, folder: str, name: str) -> str:
    """A file with its manifest, as exhibits and drawings lie; the file's key."""
    part = {"name": name, "sha256": sha256(PICTURE)}
    room.evidence.put(f"{folder}{name}", PICTURE, "image/png")
    room.evidence.put(f"{folder}manifest.json", canonical({"parts": [part]}), "application/json")
    return f"{folder}{name}"


def test_exhibits_and_drawings_are_locked_with_the_case_the_late_ones_the_same_night(
    room: Room,
) -> None:
    drawing = seal(room, f"{drawings_of(CASE.brand, CAPTURE.key, CAPTURE.id)}1/", "seen.html.png")
    room.send(CASE)
    room.cases.open(CASE)
    receipt = seal(room, f"{exhibits_of(CASE.brand, CASE.id)}2/", "exhibit.pdf")
    seal(room, f"{exhibits_of(CASE.brand, 'another-case')}3/", "exhibit.pdf")
    assert room.sweep() == 2
    token = f"{receipt.replace('exhibit.pdf', 'manifest.json')}.one.tsr"
    room.evidence.put(token, b"token", "application/timestamp-reply")
    assert room.sweep() == 1
    assert room.sweep() == 0
    s3: Any = boto3.client("s3")
    for key in (drawing, receipt, token):
        found = s3.head_object(Bucket=room.evidence.name, Key=f"locked/{key}")
        assert found["ObjectLockMode"] == "COMPLIANCE"
        left = found["ObjectLockRetainUntilDate"] - datetime.now(UTC)
        assert timedelta(days=89) < left < timedelta(days=90, minutes=1)
    assert not list(room.evidence.list("locked/exhibits/fjellvik/another-case/"))
    room.evidence.delete(receipt)
    files = dict(sealed_files(exhibits_of(CASE.brand, CASE.id), room.evidence))
    assert files["2/exhibit.pdf"] == PICTURE


def test_an_exhibit_that_was_changed_is_not_locked_and_keeps_no_other_case_waiting(
    room: Room,
) -> None:
    room.cases.open(replace(CASE, id="0-changed"))
    room.cases.open(CASE)
    changed = seal(room, f"{exhibits_of(CASE.brand, '0-changed')}1/", "exhibit.pdf")
    room.evidence.put(changed, b"another photograph", "image/png")
    receipt = seal(room, f"{exhibits_of(CASE.brand, CASE.id)}2/", "exhibit.pdf")
    with pytest.raises(NotWhatWasKept, match="case 0-changed: exhibits/"):
        room.sweep()
    assert f"locked/{receipt}" in set(room.evidence.list("locked/exhibits/"))
    assert f"locked/{changed}" not in set(room.evidence.list("locked/exhibits/"))
