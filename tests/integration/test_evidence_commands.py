"""headwater exhibit, bundle and verify on a stack: from the kept bytes to what a lawyer gets."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from headwater.adapters.desk import write_desk
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.store import Bucket
from headwater.adapters.warc import Archive
from headwater.cli.main import main
from headwater.domain.brands import Desk, PlatformAccess, TimestampAuthority
from headwater.marketplaces import sources_of
from headwater.usecases.capture import capture
from tests.factories import BRAND, CASE, LISTING, NOON, SIGHTING
from tests.fakes.evidence import BucketInMemory, DoorInMemory, answer, page_key
from tests.fakes.timestamp_authority import OpensslAuthority, served

pytestmark = pytest.mark.local_aws
PAGE = b"<html>mug"
JPEG = b"\xff\xd8\xff\xe0 the photograph"


@pytest.fixture
def stack(tables: dict[str, str], buckets: dict[str, str]) -> str:
    """A stack with one case and one capture of its listing."""
    name = f"evidence-{tables['CasesTable']}"
    outputs = {
        logical_id: {"Value": real_name} for logical_id, real_name in (tables | buckets).items()
    }
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": outputs}
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1}
    )
    configure(buckets)
    Cases(tables["CasesTable"]).open(CASE)
    door = DoorInMemory({url: answer(url, JPEG + url.encode()) for url in LISTING.pictures})
    capture(
        replace(SIGHTING, page_object=page_key(PAGE)),
        access=PlatformAccess(),
        read=lambda page: pytest.fail("no page is fetched"),
        sources=sources_of,
        pages=BucketInMemory({page_key(PAGE): PAGE}),
        evidence=Bucket(buckets["EvidenceBucket"]),
        captures=Captures(tables["CapturesTable"]),
        listing_pages=door,
        pictures=door,
        new_archive=lambda capture_id: Archive(capture_id, "headwater/1"),
        now=lambda: NOON,
        made_by={},
        timestamp_authorities=(),
        rehearsal=False,
    )
    return name


def configure(buckets: dict[str, str], *authorities: TimestampAuthority) -> None:
    desk = Desk(
        contact="owner@example.com", brands=(BRAND,), access=(), timestamp_authorities=authorities
    )
    write_desk(Bucket(buckets["WorkBucket"]), desk)


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(list(words)) == code
    out, err = capsys.readouterr()
    return out if code == 0 else err


def test_a_case_leaves_with_its_receipt_and_is_checked(
    stack: str,
    buckets: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = ("--stack", stack)
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF a test purchase")
    add = ("exhibit", "add", CASE.id, str(receipt), "--kind", "receipt", "--note", "mug, 9 EUR")
    added = said(capsys, *add, *there)
    assert f"is with case {CASE.id}" in added
    assert said(capsys, *add, *there) == added
    assert "receipt.pdf: mug, 9 EUR" in said(capsys, "exhibit", "list", CASE.id, *there)

    out = tmp_path / "case.zip"
    handed_over = said(capsys, "bundle", CASE.id, "--out", str(out), *there)
    expected = handed_over.split("--expect ")[1].strip()
    names = zipfile.ZipFile(out).namelist()
    sealed = [name for name in names if name.endswith("/manifest.json") and "/drawn/" not in name]
    assert len(sealed) == 2
    assert any(name.endswith("exhibit.pdf") for name in names)
    assert said(capsys, "verify", str(out), "--expect", expected).endswith("matches.\n")
    assert main(["verify", str(out)]) == 1


def test_the_bundle_of_a_signing_owner_needs_only_the_authoritys_certificates(
    stack: str,
    buckets: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    signing = OpensslAuthority(tmp_path / "tsa")
    with served(signing) as authority:
        configure(buckets, authority)
        out = tmp_path / "case.zip"
        said(capsys, "bundle", CASE.id, "--out", str(out), "--stack", stack)
    pem = tmp_path / "trusted.pem"
    pem.write_text(signing.certificates)
    assert "signed by CN=Test Timestamps" in said(capsys, "verify", str(out), "--trust", str(pem))


def test_a_case_of_the_stack_is_checked_by_its_name(
    stack: str, buckets: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF a test purchase")
    there = ("--stack", stack)
    add = ("exhibit", "add", CASE.id, str(receipt), "--kind", "receipt", "--note", "mug, 9 EUR")
    said(capsys, *add, *there)
    # Nobody has signed the receipt: that is said, and not called ok.
    assert main(["verify", CASE.id, *there]) == 1
    assert "unverifiable" in capsys.readouterr().out.splitlines()[-1]
    with served(OpensslAuthority(tmp_path / "tsa")) as authority:
        configure(buckets, authority)
        said(capsys, *add, *there)
    report = said(capsys, "verify", CASE.id, *there)
    assert report.endswith("matches.\n")
    assert "part exhibit.pdf" in report
    evidence = Bucket(buckets["EvidenceBucket"])
    assert main(["verify", "1688-none", *there]) == 1
    assert "has no such case" in capsys.readouterr().err
    seen = next(iter(evidence.list("captures/fjellvik/pages/")))
    evidence.put(seen, b"<html>another", "text/html")  # a later version hides nothing
    assert main(["verify", CASE.id, *there]) == 0
    capsys.readouterr()
    exhibit = next(key for key in evidence.list("exhibits/") if key.endswith(".pdf"))
    evidence.put(exhibit, b"%PDF another", "application/pdf")
    assert main(["verify", CASE.id, *there]) == 1
    assert "mismatch" in capsys.readouterr().out


def test_held_evidence_cannot_be_deleted_by_anybody_until_it_is_released(
    stack: str, buckets: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    s3, bucket = boto3.client("s3"), buckets["EvidenceBucket"]
    versions = s3.list_object_versions(Bucket=bucket, Prefix="captures/")["Versions"]
    versions.sort(key=lambda version: "/pages/" in version["Key"])
    assert f"{len(versions)} objects are held" in said(capsys, "hold", CASE.id, "--stack", stack)

    def delete_the_first() -> None:
        """As an administrator with every right would."""
        s3.delete_object(
            Bucket=bucket,
            Key=versions[0]["Key"],
            VersionId=versions[0]["VersionId"],
            BypassGovernanceRetention=True,
        )

    with pytest.raises(ClientError, match="AccessDenied"):
        delete_the_first()
    said(capsys, "hold", CASE.id, "--release", "--stack", stack)
    delete_the_first()
    left = s3.list_object_versions(Bucket=bucket, Prefix="captures/")["Versions"]
    assert len(left) == len(versions) - 1
    shared = [version for version in left if "/pages/" in version["Key"]]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(
            Bucket=bucket,
            Key=shared[0]["Key"],
            VersionId=shared[0]["VersionId"],
            BypassGovernanceRetention=True,
        )


@pytest.mark.parametrize("words", [("bundle",), ("exhibit", "list"), ("hold",)])
def test_an_unknown_case_or_stack_is_said(
    stack: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert "has no case none-1" in said(capsys, *words, "none-1", "--stack", stack, code=1)
    assert "was not found" in said(capsys, *words, CASE.id, "--stack", "none", code=1)


def test_a_file_that_is_not_there_is_said(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    add = ("exhibit", "add", CASE.id, "/no/such.pdf", "--kind", "chat", "--note", "x")
    assert "/no/such.pdf" in said(capsys, *add, "--stack", stack, code=1)
