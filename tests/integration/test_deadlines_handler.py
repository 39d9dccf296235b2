"""The deadline function as Lambda runs it: what is due goes out through SES, once."""

import importlib
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import time_machine

from headwater.adapters.desk import write_desk
from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.store import Bucket
from headwater.domain.alerts import LEASE, Level, alert_key
from headwater.domain.brands import Brand, Desk
from headwater.domain.complaints import ComplaintState
from headwater.usecases.complaints import move
from headwater.usecases.deadlines import NotAllWarned
from headwater.usecases.watchdog import Untold
from headwater_demo.local_aws import LocalAws
from tests.unit.clock.desk import CLOCK, LAWYER, OWNER, brand, case, waiting_complaint

pytestmark = pytest.mark.local_aws

SENDER = "alerts@fjellvik.example"


@dataclass
class Context:
    """What Powertools asks of a Lambda context."""

    function_name: str = "deadlines"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:deadlines"
    aws_request_id: str = "request-1"


@dataclass
class Deployed:
    """The function wired to fresh tables and a fresh bucket."""

    complaints: Complaints
    cases: Cases
    ledger: AlertLedger
    work: Bucket
    endpoint: str
    mails_before: int = 0

    def configure(self, a_brand: Brand) -> None:
        write_desk(self.work, Desk(contact="owner@example.com", brands=(a_brand,), access=()))

    def run(self) -> dict[str, int]:
        from deadlines_function.handler import lambda_handler

        summary: dict[str, int] = lambda_handler({}, Context())
        return summary

    def digest(self) -> dict[str, int]:
        from deadlines_function.digest import lambda_handler

        summary: dict[str, int] = lambda_handler({}, Context())
        return summary

    def watch(self) -> dict[str, int]:
        from deadlines_function.watchdog import lambda_handler

        summary: dict[str, int] = lambda_handler({}, Context())
        return summary

    def all_mails(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.endpoint}/_ministack/ses/messages") as answer:
            by_account: dict[str, list[dict[str, Any]]] = json.load(answer)["messages"]
        return [message for messages in by_account.values() for message in messages]

    @property
    def mails(self) -> list[dict[str, Any]]:
        return self.all_mails()[self.mails_before :]


@pytest.fixture
def deployed(
    tables: dict[str, str],
    buckets: dict[str, str],
    local_aws: LocalAws,
    monkeypatch: pytest.MonkeyPatch,
) -> Deployed:
    environment = {
        "CASES_TABLE": tables["CasesTable"],
        "COMPLAINTS_TABLE": tables["ComplaintsTable"],
        "ALERTS_TABLE": tables["AlertsTable"],
        "LETTERS_TABLE": tables["LettersTable"],
        "WORK_BUCKET": buckets["WorkBucket"],
        "SENDER": SENDER,
        "REPORT_URL": "https://report.example",
        "ANSWER_URL": "https://answer.example",
        "POWERTOOLS_SERVICE_NAME": "deadlines",
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    from deadlines_function import digest, handler, watchdog

    for module in (digest, handler, watchdog):
        importlib.reload(module)  # Powertools reads the namespace when it is imported
    boto3.client("ses").verify_email_identity(EmailAddress=SENDER)
    stack = Deployed(
        complaints=Complaints(tables["ComplaintsTable"]),
        cases=Cases(tables["CasesTable"]),
        ledger=AlertLedger(tables["AlertsTable"]),
        work=Bucket(buckets["WorkBucket"]),
        endpoint=local_aws.endpoint,
    )
    stack.configure(brand(OWNER, LAWYER))
    stack.mails_before = len(stack.all_mails())
    return stack


def a_moment_ago() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


def test_a_counter_notice_is_written_about_at_once_and_once(deployed: Deployed) -> None:
    deployed.cases.open(case(1, title="搪瓷杯 <b>350 ml</b>"))
    due = datetime.now(UTC) + timedelta(hours=70)
    waiting_complaint(deployed.complaints, at=a_moment_ago(), due_typed=due)
    assert deployed.run() == {"looked_at": 1, "sent": 1, "repeated": 0, "failed": 0}
    assert deployed.run() == {"looked_at": 0, "sent": 0, "repeated": 0, "failed": 0}
    (mail,) = deployed.mails
    assert "Counter-notice: act by" in json.dumps(mail)
    assert OWNER.email in json.dumps(mail)


def test_within_a_day_the_second_recipient_is_told_too(deployed: Deployed) -> None:
    due = datetime.now(UTC) + timedelta(hours=20)
    complaint = waiting_complaint(deployed.complaints, at=a_moment_ago(), due_typed=due)
    assert deployed.run()["sent"] == 2
    (deadline,) = complaint.own_deadlines(CLOCK)
    for person in (OWNER, LAWYER):
        assert deployed.ledger.was_sent(alert_key(complaint, deadline, Level.ONE_DAY, person))
    waiting = deployed.complaints.get("fjellvik", complaint.id)
    assert waiting is not None
    assert waiting.next_alert_at == due - timedelta(hours=6)


def test_an_answer_in_time_means_no_mail(deployed: Deployed) -> None:
    complaint = waiting_complaint(deployed.complaints, at=a_moment_ago())
    now = datetime.now(UTC)
    move(
        "fjellvik",
        complaint.id,
        ComplaintState.ANSWERED,
        complaints=deployed.complaints,
        clock=CLOCK,
        at=now,
        now=now,
        by="owner",
        source="test",
    )
    assert deployed.run()["looked_at"] == 0
    assert deployed.mails == []


def test_a_mail_lost_by_a_crash_goes_out_marked_when_its_lease_is_over(
    deployed: Deployed,
) -> None:
    due = datetime.now(UTC) + timedelta(hours=70)
    complaint = waiting_complaint(deployed.complaints, at=a_moment_ago(), due_typed=due)
    (deadline,) = complaint.own_deadlines(CLOCK)
    key = alert_key(complaint, deadline, Level.AT_ONCE, OWNER)
    deployed.ledger.claim(key, "fjellvik", datetime.now(UTC))
    assert deployed.run()["sent"] == 0
    deployed.ledger.release(key)
    deployed.ledger.claim(key, "fjellvik", datetime.now(UTC) - LEASE - timedelta(minutes=1))
    assert deployed.run() == {"looked_at": 1, "sent": 1, "repeated": 1, "failed": 0}
    assert "[possible repeat]" in json.dumps(deployed.mails)


def test_a_refused_mail_fails_the_run_and_stays_due(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deadlines_function import handler

    monkeypatch.setenv("SENDER", "nobody@never-verified.example")
    handler._settings.cache_clear()
    complaint = waiting_complaint(deployed.complaints, at=a_moment_ago())
    with pytest.raises(NotAllWarned, match="SES refused it"):
        deployed.run()
    assert deployed.mails == []
    monkeypatch.setenv("SENDER", SENDER)
    handler._settings.cache_clear()
    summary = deployed.run()
    assert summary["failed"] == summary["repeated"] == 0
    assert summary["sent"] >= 1
    assert deployed.complaints.get("fjellvik", complaint.id) is not None


def test_many_runs_at_once_send_each_mail_once(deployed: Deployed) -> None:
    for number in range(6):
        due = datetime.now(UTC) + timedelta(hours=20)
        waiting_complaint(deployed.complaints, number=str(number), at=a_moment_ago(), due_typed=due)
    with ThreadPoolExecutor(4) as pool:
        runs = [future.result() for future in [pool.submit(deployed.run) for _ in range(4)]]
    assert sum(run["sent"] for run in runs) == 12
    assert sum(run["repeated"] for run in runs) == 0
    assert len(deployed.mails) == 12
    assert deployed.run()["sent"] == 0


def test_the_morning_brings_one_digest_to_each(deployed: Deployed) -> None:
    waiting_complaint(deployed.complaints, at=a_moment_ago())
    assert deployed.digest() == {"looked_at": 1, "sent": 2, "failed": 0}
    assert deployed.digest() == {"looked_at": 1, "sent": 0, "failed": 0}
    assert len(deployed.mails) == 2
    assert "1 date in 14 days" in json.dumps(deployed.mails)


def test_after_25_hours_without_the_schedule_the_watchdog_fires(deployed: Deployed) -> None:
    waiting_complaint(
        deployed.complaints,
        at=a_moment_ago(),
        due_typed=datetime.now(UTC) + timedelta(hours=70),
    )
    assert deployed.watch() == {"missing": 0}
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        with pytest.raises(Untold, match=r"owner@fjellvik.example was not told"):
            deployed.watch()
        assert deployed.run()["sent"] == 1
        assert deployed.watch() == {"missing": 0}
