"""What one deadline run costs: with much that waits, and with much that is due.

python benchmarks/deadlines.py [OPEN ...]      (default 100 10000; 1000000 takes minutes to fill)

Fills the complaints table of a local AWS with so many open deadlines of which ten are due, runs
once, and prints what was asked of the table. The cost must not grow with what is not due.

The tables are the local AWS's, called in this process because a million rows by HTTP take hours. It
looks through the whole partition for a query, which AWS does not: its time for that is printed by
itself. The rest is ours, the other requests, and SES by HTTP.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from ministack.services import dynamodb
from samtranslator.yaml_helper import yaml_parse

from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.mail import SesMail
from headwater.adapters.records import encode
from headwater.domain.brands import Brand, Recipient, RecipientRole, RightKind
from headwater.domain.complaints import Complaint, ComplaintEvent, ComplaintState, EventKind
from headwater.domain.platforms import Platform
from headwater.usecases.deadlines import warn
from headwater_demo.local_aws import temporary_local_aws

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
DUE = 10
SENDER = "alerts@brand.example"
BRAND = Brand(
    id="brand",
    name="Brand",
    names=("Brand",),
    chinese_names=(),
    ordinary_words=(),
    products=(),
    rights=(),
    watches=(),
    recipients=(Recipient(email="owner@brand.example", timezone="UTC", role=RecipientRole.OWNER),),
)
COMPLAINT = Complaint(
    brand="brand",
    id="",
    platform=Platform.ALIBABA,
    number="1",
    right="1",
    right_kind=RightKind.TRADEMARK,
    cases=("alibaba-1",),
    state=ComplaintState.COUNTER_FILED,
    opened_at=NOW,
    updated_at=NOW,
    events=(
        ComplaintEvent(
            id="counter",
            kind=EventKind.STATE,
            state=ComplaintState.COUNTER_FILED,
            at=NOW,
            recorded_at=NOW,
            by="benchmark",
            source="benchmark",
        ),
    ),
)


class NoCases:
    def get(self, brand: str, case_id: str) -> None:  # noqa: ARG002
        return None


def main(sizes: list[int]) -> None:
    with temporary_local_aws():
        boto3.client("ses").verify_email_identity(EmailAddress=SENDER)
        print(
            f"{'open':>9}  {'due':>5}  {'sent':>5}  {'rows read':>9}  {'requests':>8}"
            f"  {'query s':>8}  {'rest s':>7}  {'our CPU s':>9}"
        )
        for size in sizes:
            measure(size, DUE)
        measure(500, 500)


def measure(open_deadlines: int, due: int) -> None:
    complaints_table, alerts_table = create_tables(f"{open_deadlines}-{due}")
    fill(complaints_table, open_deadlines, due)
    complaints, ledger = Complaints(complaints_table), AlertLedger(alerts_table)
    asked = Asked()
    for repository in (complaints, ledger):
        asked.watch(repository)
    started, cpu = time.perf_counter(), time.process_time()
    warned = warn(
        BRAND,
        complaints=complaints,
        cases=NoCases(),
        ledger=ledger,
        mail=SesMail(SENDER, ""),
        clock=read_clock(),
        now=lambda: NOW,
    )
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert warned.sent == due, warned.failures[:3]
    print(
        f"{open_deadlines:>9}  {due:>5}  {warned.sent:>5}  {asked.rows:>9}"
        f"  {asked.requests.total():>8}  {asked.query_seconds:>8.3f}"
        f"  {seconds - asked.query_seconds:>7.2f}  {cpu:>9.2f}",
        flush=True,
    )
    if due > DUE:
        rest = seconds - asked.query_seconds
        print(f"{due / rest:.0f} alerts a second, one after the other ({due / cpu:.0f} by our CPU)")


def create_tables(suffix: str) -> list[str]:
    """The two tables as the template describes them; their names."""
    template = yaml_parse((Path(__file__).parent.parent / "infra" / "template.yaml").read_text())
    names = []
    for logical_id in ("ComplaintsTable", "AlertsTable"):
        properties: dict[str, Any] = template["Resources"][logical_id]["Properties"]
        kept = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        names.append(f"{logical_id}-{suffix}")
        call("CreateTable", {"TableName": names[-1]} | {key: properties[key] for key in kept})
    return names


def fill(table: str, open_deadlines: int, due: int) -> None:
    """In batches of 25, as DynamoDB takes them."""
    later = (NOW + timedelta(days=1)).isoformat(timespec="microseconds")
    now = NOW.isoformat(timespec="microseconds")
    record = json.dumps(encode(replace(COMPLAINT, id="ID")))
    for start in range(0, open_deadlines, 25):
        items = [
            {
                "brand": {"S": "brand"},
                "complaint": {"S": f"alibaba-{number:07d}"},
                "next_alert_at": {"S": now if number < due else later},
                "version": {"N": "0"},
                "record": {"S": record.replace('"ID"', f'"alibaba-{number:07d}"')},
            }
            for number in range(start, min(start + 25, open_deadlines))
        ]
        puts = [{"PutRequest": {"Item": item}} for item in items]
        call("BatchWriteItem", {"RequestItems": {table: puts}})


def call(action: str, body: dict[str, Any]) -> None:
    status, _, answer = answered(f"DynamoDB_20120810.{action}", json.dumps(body).encode())
    assert status == 200, answer


def answered(target: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
    """What the local AWS's DynamoDB answers to a request."""
    question = dynamodb.handle_request("POST", "/", {"x-amz-target": target}, body, {})
    status, headers, answer = asyncio.run(question)
    return status, headers, answer if isinstance(answer, bytes) else answer.encode()


class Raw:
    """An answer's body, as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body


def without_http(request: Any, **_: Any) -> AWSResponse:
    """Given to a client, it takes the place of the wire."""
    target = request.headers["X-Amz-Target"]
    target = target.decode() if isinstance(target, bytes) else target
    status, headers, body = answered(target, request.body)
    return AWSResponse(request.url, status, headers, Raw(body))


@dataclass
class Asked:
    """What was asked of the tables, the rows that came back, and how long queries took."""

    requests: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    query_seconds: float = 0.0
    began: float = 0.0

    def watch(self, repository: Any) -> None:
        client = repository._row._get_connection().connection.client  # noqa: SLF001
        client.meta.events.register("before-send.dynamodb", without_http)
        client.meta.events.register("before-call.dynamodb", self._before)
        client.meta.events.register("after-call.dynamodb", self._after)

    def _before(self, **_: Any) -> None:
        self.began = time.perf_counter()

    def _after(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        self.requests[model.name] += 1
        self.rows += int(parsed.get("ScannedCount", 0)) + ("Item" in parsed)
        if model.name == "Query":
            self.query_seconds += time.perf_counter() - self.began


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100, 10_000])
