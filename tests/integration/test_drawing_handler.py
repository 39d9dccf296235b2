"""The drawing function as Lambda runs it: a capture's message in, sealed pictures out."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from headwater.adapters.chromium import CannotDraw, installed
from headwater.adapters.desk import write_desk
from headwater.adapters.dynamodb.unsigned import UnsignedManifests
from headwater.adapters.evidence import download_case_evidence
from headwater.adapters.records import encode
from headwater.adapters.software import software
from headwater.adapters.store import Bucket
from headwater.domain.brands import Desk, TimestampAuthority
from headwater.domain.captures import Capture
from headwater.usecases.draw import drawings_of
from headwater.verifier import Verdict, verify
from tests.factories import BRAND
from tests.fakes.timestamp_authority import OpensslAuthority, served
from tests.integration.test_capture_handler import Context
from tests.unit.evidence.test_verify import SEEN, keep

pytestmark = [pytest.mark.local_aws, pytest.mark.browser]


@pytest.fixture
def evidence(
    tables: dict[str, str], buckets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bucket]:
    try:
        installed()
    except CannotDraw as missing:
        pytest.skip(str(missing))
    for name, value in {
        "RUNS_TABLE": tables["RunsTable"],
        "WORK_BUCKET": buckets["WorkBucket"],
        "EVIDENCE_BUCKET": buckets["EvidenceBucket"],
        "MARKETPLACE_REHEARSAL": "",
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
        "POWERTOOLS_SERVICE_NAME": "draw",
    }.items():
        monkeypatch.setenv(name, value)
    from capture_function import drawing  # Powertools reads the environment when it is imported

    drawing._settings.cache_clear()
    desk = Desk(contact="mail@example.com", brands=(), access=(), timestamp_authorities=())
    write_desk(Bucket(buckets["WorkBucket"]), desk)
    yield Bucket(buckets["EvidenceBucket"])
    drawing._settings.cache_clear()


def receive(capture: Capture) -> list[str]:
    from capture_function.drawing import lambda_handler

    image = {"record": {"S": json.dumps(encode(capture), ensure_ascii=False)}}
    body = json.dumps({"eventName": "INSERT", "dynamodb": {"NewImage": image}})
    record = {"messageId": "1", "body": body, "eventSource": "aws:sqs"}
    answer: Any = lambda_handler({"Records": [record]}, Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_captures_pages_are_drawn_once_and_stand_beside_it(
    evidence: Bucket, tmp_path: Path
) -> None:
    (kept,) = keep(SEEN, into=tmp_path / "kept", evidence=evidence)
    assert receive(kept) == receive(kept) == []
    there = list(evidence.list(drawings_of(kept.brand, kept.key, kept.id)))
    assert sorted(key.rpartition("/")[2] for key in there) == ["manifest.json", "seen.html.png"]
    manifest = next(key for key in there if key.endswith("manifest.json"))
    assert json.loads(evidence.get(manifest))["made_by"] == software()
    s3 = boto3.client("s3")
    versions = s3.list_object_versions(Bucket=evidence.name, Prefix="drawings/")["Versions"]
    assert len(versions) == 2
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.delete_object(
            Bucket=evidence.name, Key=versions[0]["Key"], VersionId=versions[0]["VersionId"]
        )
    expected = download_case_evidence([kept], evidence, tmp_path / "case")
    report = verify(tmp_path / "case", expected=expected)
    assert report.verdict is Verdict.OK, report.as_text()


def test_a_drawing_that_nobody_signs_yet_is_done_and_asked_for_by_the_stamps_function(
    evidence: Bucket,
    tables: dict[str, str],
    buckets: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CAPTURES_TABLE", tables["CapturesTable"])
    from capture_function import stamps

    stamps._settings.cache_clear()
    signing = OpensslAuthority(tmp_path / "tsa")
    with served(signing) as authority:
        pass

    def name(authority: TimestampAuthority) -> None:
        desk = Desk(
            contact="mail@example.com",
            brands=(BRAND,),
            access=(),
            timestamp_authorities=(authority,),
        )
        write_desk(Bucket(buckets["WorkBucket"]), desk)

    name(authority)
    (kept,) = keep(SEEN, into=tmp_path / "kept", evidence=evidence)
    assert receive(kept) == []
    (waiting,) = UnsignedManifests(tables["RunsTable"]).pending(BRAND.id, before=datetime.now(UTC))
    assert waiting.manifest.startswith(drawings_of(kept.brand, kept.key, kept.id))
    with served(signing) as authority:
        name(authority)
        assert stamps.lambda_handler({}, Context()) == {"signed": 1, "pending": 0}
        assert stamps.lambda_handler({}, Context()) == {"signed": 0, "pending": 0}
    assert f"{waiting.manifest}.one.tsr" in list(evidence.list("drawings/"))
    stamps._settings.cache_clear()
