"""headwater review on a stack: keys from a pipe and a terminal, a table, the calibration."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from headwater.adapters.desk import write_desk
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.store import Bucket
from headwater.cli.main import main
from headwater.domain.brands import Desk
from headwater.domain.cases import CaseState
from headwater.domain.sellers import Identifier, IdentifierKind, ListedSeller, SellerList
from tests.factories import BRAND, CASE

pytestmark = pytest.mark.local_aws

SUPPLIER = ListedSeller(
    on=SellerList.SUPPLIER,
    identifier=Identifier(IdentifierKind.ACCOUNT, "1688#b2b-1"),
    note="Foo Enamel",
)


@pytest.fixture
def stack(tables: dict[str, str], buckets: dict[str, str]) -> str:
    """A stack whose outputs name the fresh tables and buckets, with three cases."""
    name = f"review-{tables['CasesTable']}"
    outputs = {logical: {"Value": real} for logical, real in (tables | buckets).items()}
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": outputs}
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1}
    )
    brand = replace(BRAND, sellers=(SUPPLIER,))
    write_desk(
        Bucket(buckets["WorkBucket"]), Desk(contact="a@example.com", brands=(brand,), access=())
    )
    cases = Cases(tables["CasesTable"])
    for number, score in ((1, 90), (2, 70), (3, 40)):
        cases.open(replace(CASE, id=f"1688-{number}", risk=replace(CASE.risk, score=score)))
    return name


def states(tables: dict[str, str]) -> list[CaseState]:
    return [case.state for case in Cases(tables["CasesTable"]).of_brand(BRAND.id)]


def test_keys_from_a_pipe(
    stack: str,
    tables: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("c\n\nd\n"))
    assert main(["review", "--stack", stack, "--by", "Ada"]) == 0
    assert states(tables) == [CaseState.CONFIRMED, CaseState.OPEN, CaseState.DISMISSED]
    said = capsys.readouterr().out
    assert "[1 of 3] case 1688-1: open, risk 90" in said
    assert "for your eyes only: shares the account 1688#b2b-1 with your supplier Foo Enam" in said
    assert "s3://evidencebucket-" in said


def test_single_keys_from_a_terminal(stack: str, tables: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, b"dCq")
    done = subprocess.run(
        [sys.executable, "-m", "headwater.cli.main", "review", "--stack", stack, "--by", "Ada"],
        stdin=theirs,
        capture_output=True,
        timeout=60,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (0, b"")
    assert states(tables) == [CaseState.DISMISSED, CaseState.CONFIRMED, CaseState.OPEN]


def test_out_as_a_table_and_back(
    stack: str, tables: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.csv"
    assert main(["review", "--stack", stack, "--csv-out", str(file)]) == 0
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["case"] for row in rows] == ["1688-1", "1688-2", "1688-3"]
    for row, verdict in zip(rows, ("confirm", "", "authorise"), strict=True):
        row["verdict"] = verdict
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, rows[0])
        table.writeheader()
        table.writerows(rows)
    taking = ["review", "--stack", stack, "--csv-in", str(file), "--by", "Ada"]
    assert main(taking) == 0
    assert "2 verdict(s) taken" in capsys.readouterr().out
    assert states(tables) == [CaseState.CONFIRMED, CaseState.OPEN, CaseState.AUTHORISED]
    rows[0]["verdict"] = "dismiss"
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, rows[0])
        table.writeheader()
        table.writerows(rows)
    assert main(taking) == 1
    assert "row 2: case 1688-1 has become confirmed since" in capsys.readouterr().err


def test_the_calibration_is_shown(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--stack", stack, "--calibration"]) == 0
    assert "near_certain" in capsys.readouterr().out


def test_a_stack_that_is_not_there_is_named(
    local_aws: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", "--stack", "nowhere"]) == 1
    assert "stack nowhere was not found" in capsys.readouterr().err
