"""The capture function as Lambda runs it: a message in, locked objects and a row out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest

from headwater.adapters.desk import write_desk
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.evidence import download_case_evidence
from headwater.adapters.records import encode
from headwater.adapters.store import Bucket
from headwater.domain.brands import Desk, PlatformAccess, TimestampAuthority
from headwater.domain.captures import Capture, CaptureOutcome
from headwater.domain.listings import ListingKey, Sighting
from headwater.domain.manifests import sha256
from headwater.domain.platforms import Platform
from headwater.verifier import Trust, Verdict, verify
from tests.factories import BRAND, LISTING, SIGHTING
from tests.fakes.timestamp_authority import OpensslAuthority, served

pytestmark = pytest.mark.local_aws

PAGE = "<html><h1>峡湾 户外搪瓷杯</h1></html>".encode()
JPEG = b"\xff\xd8\xff\xe0 the photograph"
SEEN = replace(SIGHTING, page_object=f"pages/{sha256(PAGE)}")


class PictureServer(BaseHTTPRequestHandler):
    """Stands for the platform's picture hosts: a.jpg is there, b.jpg is not."""

    hosts_asked: list[str]

    def do_GET(self) -> None:
        self.hosts_asked.append(self.headers["Host"])
        found = self.path.endswith("a.jpg")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "image/jpeg")
        self.end_headers()
        self.wfile.write(JPEG if found else b"")

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@dataclass
class Context:
    """What Powertools asks of a Lambda context."""

    function_name: str = "capture"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:capture"
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@dataclass
class Deployed:
    """The function wired to fresh tables and buckets."""

    captures: Captures
    work: Bucket
    evidence: Bucket
    hosts_asked: list[str]

    def configure(self, *authorities: TimestampAuthority) -> None:
        access = ((Platform.ALI1688, PlatformAccess()),)
        write_desk(
            self.work,
            Desk(
                contact="mail@example.com",
                brands=(BRAND,),
                access=access,
                timestamp_authorities=authorities,
            ),
        )

    def receive(self, *bodies: str) -> list[str]:
        """Deliver the messages; the ids of those that failed ("1" is the first)."""
        from capture_function.handler import lambda_handler

        records = [
            {"messageId": str(number), "body": body, "eventSource": "aws:sqs"}
            for number, body in enumerate(bodies, start=1)
        ]
        answer: Any = lambda_handler({"Records": records}, Context())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def ask_again(self) -> dict[str, int]:
        """What the schedule of the stamps function does."""
        from capture_function.stamps import lambda_handler

        answer: dict[str, int] = lambda_handler({}, Context())
        return answer

    def rows(self) -> list[Capture]:
        return self.captures.of_listing("fjellvik", LISTING.key)


def message(sighting: Sighting) -> str:
    record = json.dumps(encode(sighting), ensure_ascii=False)
    image = {"listing": {"S": "key"}, "record": {"S": record}}
    return json.dumps({"eventName": "INSERT", "dynamodb": {"NewImage": image}})


@pytest.fixture
def deployed(
    tables: dict[str, str], buckets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployed]:
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Server", (PictureServer,), {"hosts_asked": []})
    )
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for name, value in {
        "CAPTURES_TABLE": tables["CapturesTable"],
        "RUNS_TABLE": tables["RunsTable"],
        "VISITS_TABLE": tables["VisitsTable"],
        "WORK_BUCKET": buckets["WorkBucket"],
        "EVIDENCE_BUCKET": buckets["EvidenceBucket"],
        "MARKETPLACE_REHEARSAL": f"http://127.0.0.1:{server.server_port}",
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
        "POWERTOOLS_SERVICE_NAME": "capture",
    }.items():
        monkeypatch.setenv(name, value)
    # Powertools reads the environment when it is imported.
    from capture_function import handler, stamps

    handler._settings.cache_clear()
    stamps._settings.cache_clear()
    work = Bucket(buckets["WorkBucket"])
    work.put(f"pages/{sha256(PAGE)}", PAGE, "text/html")
    deployed = Deployed(
        Captures(tables["CapturesTable"]),
        work,
        Bucket(buckets["EvidenceBucket"]),
        server.RequestHandlerClass.hosts_asked,  # type: ignore[attr-defined]
    )
    deployed.configure()
    yield deployed
    server.shutdown()
    server.server_close()
    thread.join()
    handler._settings.cache_clear()
    stamps._settings.cache_clear()


def test_a_message_becomes_a_row_and_locked_objects(deployed: Deployed) -> None:
    assert deployed.receive(message(SEEN)) == []
    (row,) = deployed.rows()
    assert row.rehearsal
    assert row.outcome is CaptureOutcome.PARTIAL  # b.jpg is not there
    names = ["seen.html", "picture-01.jpg", "wire.warc.gz", "fields.json"]
    assert [p.name for p in row.parts] == names
    bodies = [deployed.evidence.get(p.stored.key, p.stored.version_id) for p in row.parts[:2]]
    assert bodies == [PAGE, JPEG]
    manifest = deployed.evidence.get(row.manifest.key, row.manifest.version_id)
    assert sha256(manifest) == row.manifest_sha256
    made_by = json.loads(manifest)["made_by"]
    assert (made_by["request"], made_by["message"]) == ("request-1", "1")
    assert made_by["commit"]
    assert set(deployed.hosts_asked) == {"cbu01.alicdn.com"}


def test_what_was_kept_is_checked_by_a_stranger(deployed: Deployed, tmp_path: Path) -> None:
    deployed.receive(message(SEEN))
    expected = download_case_evidence(deployed.rows(), deployed.evidence, tmp_path)
    report = verify(tmp_path, expected=expected)
    assert report.verdict is Verdict.OK, report.as_text()


def test_a_kept_version_cannot_be_deleted(deployed: Deployed) -> None:
    deployed.receive(message(SEEN))
    (row,) = deployed.rows()
    s3 = boto3.client("s3")
    for stored in (row.manifest, *(part.stored for part in row.parts)):
        assert stored.version_id is not None
        with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
            s3.delete_object(
                Bucket=deployed.evidence.name, Key=stored.key, VersionId=stored.version_id
            )


def test_a_message_that_arrives_twice_changes_nothing(deployed: Deployed) -> None:
    deployed.receive(message(SEEN))
    before = (deployed.rows(), sorted(deployed.evidence.list("")), list(deployed.hosts_asked))
    assert deployed.receive(message(SEEN), message(SEEN)) == []
    after = (deployed.rows(), sorted(deployed.evidence.list("")), list(deployed.hosts_asked))
    assert after == before


def test_listings_of_one_page_share_it_in_the_bucket(deployed: Deployed) -> None:
    other = replace(SEEN, listing=replace(LISTING, key=ListingKey(Platform.ALI1688, "2")))
    deployed.receive(message(SEEN), message(other))
    assert len(list(deployed.evidence.list("captures/fjellvik/pages/"))) == 1
    (one,) = deployed.rows()
    (two,) = deployed.captures.of_listing("fjellvik", other.listing.key)
    assert one.parts[0].stored == two.parts[0].stored
    assert one.parts[0].stored.version_id


def test_a_message_that_cannot_be_read_does_not_hold_up_the_others(
    deployed: Deployed, caplog: pytest.LogCaptureFixture
) -> None:
    lost = replace(SEEN, page_object="pages/lost")
    assert deployed.receive("poison", message(SEEN), message(lost)) == ["1", "3"]
    assert len(deployed.rows()) == 1
    assert "JSONDecodeError" in caplog.text
    assert "pages/lost does not exist" in caplog.text


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_a_batch_that_fails_as_a_whole_goes_back_to_the_queue(deployed: Deployed) -> None:
    """The function itself did not fail: nobody is woken before the last try."""
    assert deployed.receive("poison") == ["1"]


def test_a_capture_is_signed_by_the_authority_that_the_owner_named(
    deployed: Deployed, tmp_path: Path
) -> None:
    with served(OpensslAuthority(tmp_path / "tsa")) as authority:
        deployed.configure(authority)
        assert deployed.receive(message(SEEN)) == []
    (row,) = deployed.rows()
    assert [timestamp.authority for timestamp in row.timestamps] == ["one"]
    download_case_evidence([row], deployed.evidence, tmp_path / "case")
    report = verify(tmp_path / "case", trust=Trust(authority.certificates.encode()))
    assert report.verdict is Verdict.OK, report.as_text()


def test_an_authority_that_does_not_answer_delays_only_the_signature(
    deployed: Deployed, tmp_path: Path
) -> None:
    signing = OpensslAuthority(tmp_path / "tsa")
    with served(signing) as authority:
        pass
    deployed.configure(authority)
    other = replace(SEEN, listing=replace(LISTING, key=ListingKey(Platform.ALI1688, "2")))
    assert deployed.receive(message(SEEN), message(other)) == []
    (row,) = deployed.rows()
    assert (row.timestamps, row.awaited) == ((), ("one",))
    assert deployed.ask_again() == {"signed": 0, "pending": 2}
    with served(signing) as authority:
        deployed.configure(authority)
        assert deployed.ask_again() == {"signed": 2, "pending": 0}
        assert deployed.ask_again() == {"signed": 0, "pending": 0}
    (signed,) = deployed.rows()
    assert replace(signed, timestamps=(), awaited=("one",)) == row
    assert len(signed.timestamps) == 1
