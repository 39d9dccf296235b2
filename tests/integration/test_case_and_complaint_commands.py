"""headwater case and headwater complaint on a stack, from the first verdict to the last undo."""

import json
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from headwater.adapters.desk import write_desk
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.store import Bucket
from headwater.cli.main import main
from headwater.domain.brands import Desk, Right, RightKind
from headwater.domain.cases import CaseState
from headwater.domain.complaints import ComplaintState
from tests.unit.clock.desk import OWNER, brand, case

pytestmark = pytest.mark.local_aws

RIGHT = Right(kind=RightKind.TRADEMARK, number="018765432", country="CN", owner="Fjellvik AS")
FILE = ("complaint", "file", "--number", "1", "--platform")


@pytest.fixture
def stack(tables: dict[str, str], buckets: dict[str, str]) -> str:
    """A stack whose outputs name the fresh tables and buckets of this test."""
    name = f"commands-{tables['CasesTable']}"
    outputs = {
        logical_id: {"Value": real_name} for logical_id, real_name in (tables | buckets).items()
    }
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": outputs}
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1}
    )
    configured = replace(brand(OWNER), rights=(RIGHT,))
    write_desk(
        Bucket(buckets["WorkBucket"]),
        Desk(contact="owner@example.com", brands=(configured,), access=()),
    )
    cases = Cases(tables["CasesTable"])
    for number in (1, 2):
        cases.open(replace(case(number), state=CaseState.OPEN))
    return name


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(list(words)) == code
    out, err = capsys.readouterr()
    assert bool(err) is (code != 0)
    return err if code else out


def test_a_verdict_is_given_taken_back_and_listed(
    stack: str, tables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    there = ("--stack", stack)
    assert "2 case(s)" in said(capsys, "case", "list", *there)
    done = said(capsys, "case", "confirm", "alibaba-1", "--note", "bought one", *there)
    assert done == "case alibaba-1 is confirmed\n"
    assert said(capsys, "case", "confirm", "alibaba-1", *there) == done
    said(capsys, "case", "dismiss", "alibaba-2", *there)
    refused = said(capsys, "case", "confirm", "alibaba-2", *there, code=1)
    assert "is dismissed; from there it can become open" in refused
    said(capsys, "case", "reopen", "alibaba-2", *there)
    assert "1 case(s)" in said(capsys, "case", "list", "--state", "confirmed", *there)
    shown = said(capsys, "case", "show", "alibaba-1", *there)
    assert "bought one" in shown
    assert "hxxps://www[.]alibaba[.]com" in shown
    saved = Cases(tables["CasesTable"]).get("fjellvik", "alibaba-1")
    assert saved is not None
    assert len(saved.events) == 1


def test_a_complaint_goes_its_way(
    stack: str, tables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    there = ("--stack", stack)
    filing = (
        "complaint",
        "file",
        "--platform",
        "alibaba",
        "--number",
        "77",
        "--right",
        "018765432",
    )
    started = ("--at", "2026-06-01T10:00:00+08:00")
    filed = said(capsys, *filing, *started, "alibaba-1", "alibaba-2", *there)
    assert "complaint alibaba-77 is under_review" in filed
    assert said(capsys, *filing, *started, "alibaba-2", "alibaba-1", *there) == filed
    received = ("--at", "2026-06-08T10:00:00+08:00")
    countered = said(capsys, "complaint", "counter", "alibaba-77", *received, *there)
    assert "act by Thu 11 Jun 2026 18:00 in China (rule CMP-GENERIC, default)" in countered
    assert said(capsys, "complaint", "counter", "alibaba-77", *there) == countered
    typed = said(capsys, "complaint", "counter", "alibaba-77", "--due", "2026-06-10", *there)
    assert "act by Wed 10 Jun 2026 18:00 in China (rule CMP-GENERIC, typed)" in typed
    assert "act by Wed 10 Jun" in said(capsys, "complaint", "list", *there)
    said(capsys, "complaint", "reject", "alibaba-77", *there)
    said(capsys, "complaint", "note", "alibaba-77", "sent the receipts", *there)
    assert "is upheld" in said(capsys, "complaint", "decide", "alibaba-77", "upheld", *there)
    assert "is answered" in said(capsys, "complaint", "undo", "alibaba-77", *there)
    shown = said(capsys, "complaint", "show", "alibaba-77", *there)
    assert "sent the receipts" in shown
    assert "undone (answered)" in shown
    saved = Complaints(tables["ComplaintsTable"]).get("fjellvik", "alibaba-77")
    assert saved is not None
    assert saved.state is ComplaintState.ANSWERED
    assert saved.next_alert_at is None
    assert saved.cases == ("alibaba-1", "alibaba-2")


SHEET = """Where,Complaint ID,event,at,right,cases,due,text
alibaba,88,submitted,2026-06-01T10:00:00+08:00,018765432,alibaba-1 alibaba-2,,
alibaba,88,notified,2026-06-02T10:00:00+08:00,,,,
alibaba,88,counter_filed,2026-06-08T10:00:00+08:00,,,2026-06-10,they say it is genuine
alibaba,99,counter_filed,2026-06-08T10:00:00+08:00,,,,
"""


def test_a_table_of_what_happened_is_taken_once(
    stack: str,
    tables: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sheet = tmp_path / "complaints.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    names = ("--column", "platform=Where", "--column", "number=Complaint ID")
    words = ["complaint", "import", str(sheet), *names, "--stack", stack]
    for told in (
        "3 recorded, 0 known already, 1 refused",
        "0 recorded, 3 known already, 1 refused",
    ):
        assert main(words) == 1
        out, err = capsys.readouterr()
        assert out == f"4 rows: {told}\n"
        assert err == f"{sheet}, line 5: brand fjellvik has no complaint alibaba-99\n"
    saved = Complaints(tables["ComplaintsTable"]).get("fjellvik", "alibaba-88")
    assert saved is not None
    assert saved.state is ComplaintState.COUNTER_FILED
    assert len(saved.events) == 3
    assert saved.next_alert_at is not None
    said(capsys, "complaint", "reject", "alibaba-88", "--stack", stack)
    assert main(words) == 1
    again = Complaints(tables["ComplaintsTable"]).get("fjellvik", "alibaba-88")
    assert again is not None
    assert again.state is ComplaintState.ANSWERED


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (("complaint", "reject", "alibaba-9"), 1, "has no complaint alibaba-9"),
        (("complaint", "counter", "alibaba-9", "--at", "noon"), 2, "write it like 2026-02-11T"),
        (("complaint", "import", "nowhere.csv"), 2, "nowhere.csv"),
        (("complaint", "import", "x.csv", "--column", "id=No"), 2, "there is platform, number"),
        (("case", "show", "alibaba-9"), 1, "has no case alibaba-9"),
        (("case", "list", "--brand", "fjelvik"), 1, "no brand 'fjelvik': --brand fjellvik"),
        ((*FILE, "alibaba", "--right", "5", "a"), 2, "has no right '5'; there is 018765432"),
        ((*FILE, "alibaba", "--right", RIGHT.number, "alibaba-9"), 2, "has no case alibaba-9"),
        ((*FILE, "1688", "--right", RIGHT.number, "alibaba-1"), 2, "alibaba-1 is not on 1688"),
    ],
)
def test_a_mistake_is_one_line(
    stack: str,
    words: tuple[str, ...],
    code: int,
    expected: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    err = said(capsys, *words, "--stack", stack, code=code)
    assert expected in err
    assert err.count("\n") == 1


def test_a_stack_that_is_not_there_is_named(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    err = said(capsys, "case", "list", "--stack", "elsewhere", code=1)
    assert "stack elsewhere was not found" in err
