"""What one hourly deadline run costs: with much that waits, and with much that is due.

python benchmarks/deadlines.py [OPEN ...]      (default 100 10000)

Fills the complaints table of a local AWS with so many open deadlines of which ten are due, runs
once, and prints what was asked of the table. The cost must not grow with what is not due.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
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
        print(f"{'open':>9}  {'due':>5}  {'sent':>5}  {'rows read':>9}  {'requests':>8}  {'s':>6}")
        for size in sizes:
            measure(size, DUE)
        measure(500, 500)


def measure(open_deadlines: int, due: int) -> None:
    complaints_table, alerts_table = create_tables(f"{open_deadlines}-{due}")
    fill(complaints_table, open_deadlines, due)
    complaints, ledger = Complaints(complaints_table), AlertLedger(alerts_table)
    requests: Counter[str] = Counter()
    rows = [0]
    for repository in (complaints, ledger):
        watch(repository, requests, rows)
    started = time.perf_counter()
    warned = warn(
        BRAND,
        complaints=complaints,
        cases=NoCases(),
        ledger=ledger,
        mail=SesMail(SENDER, ""),
        clock=read_clock(),
        now=lambda: NOW,
    )
    seconds = time.perf_counter() - started
    assert warned.sent == due, warned.failures[:3]
    print(
        f"{open_deadlines:>9}  {due:>5}  {warned.sent:>5}  {rows[0]:>9}"
        f"  {requests.total():>8}  {seconds:>6.2f}"
    )
    if due > DUE:
        print(f"{due / seconds:.0f} alerts a second, one after the other")


def create_tables(suffix: str) -> list[str]:
    """The two tables as the template describes them; their names."""
    template = yaml_parse((Path(__file__).parent.parent / "infra" / "template.yaml").read_text())
    names = []
    for logical_id in ("ComplaintsTable", "AlertsTable"):
        properties: dict[str, Any] = template["Resources"][logical_id]["Properties"]
        kept = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        names.append(f"{logical_id}-{suffix}")
        boto3.client("dynamodb").create_table(
            TableName=names[-1], **{key: properties[key] for key in kept}
        )
    return names


def fill(table: str, open_deadlines: int, due: int) -> None:
    later = (NOW + timedelta(days=1)).isoformat(timespec="microseconds")
    now = NOW.isoformat(timespec="microseconds")
    with boto3.resource("dynamodb").Table(table).batch_writer() as batch:
        for number in range(open_deadlines):
            complaint = replace(COMPLAINT, id=f"alibaba-{number:07d}")
            batch.put_item(
                Item={
                    "brand": "brand",
                    "complaint": complaint.id,
                    "next_alert_at": now if number < due else later,
                    "version": 0,
                    "record": json.dumps(encode(complaint)),
                }
            )


def watch(repository: Any, requests: Counter[str], rows: list[int]) -> None:
    """Count what the repository asks of its table, and the rows that come back."""
    client = repository._row._get_connection().connection.client  # noqa: SLF001

    def count(model: Any, parsed: dict[str, Any], **_: Any) -> None:
        requests[model.name] += 1
        rows[0] += int(parsed.get("ScannedCount", 0)) + ("Item" in parsed)

    handler: Callable[..., None] = count
    client.meta.events.register("after-call.dynamodb", handler)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100, 10_000])
