"""The deadline function as Lambda runs it: what is due goes out through SES, once."""

import importlib
import io
import json
import os
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import boto3
import pytest
import time_machine
from botocore.exceptions import ClientError
from PIL import Image

from headwater.adapters import mail
from headwater.adapters.desk import reference_key, write_desk
from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.unsigned import UnsignedManifests
from headwater.adapters.secrets import NoSecret
from headwater.adapters.store import Bucket
from headwater.domain.alerts import LEASE, Level, alert_key
from headwater.domain.brands import Brand, Desk, Product, Reference, SecondChannel
from headwater.domain.captures import UnsignedManifest
from headwater.domain.complaints import ComplaintState
from headwater.usecases.complaints import move
from headwater.usecases.deadlines import NotAllWarned
from headwater.usecases.watchdog import Untold
from headwater_demo.local_aws import LocalAws
from tests.factories import CAPTURE, CASE
from tests.unit.clock.desk import CLOCK, LAWYER, OWNER, brand, case, waiting_complaint

pytestmark = pytest.mark.local_aws

SCHEDULES = {"deadlines": "cron(0/5 * * * ? *)", "digest": "cron(0 5 * * ? *)"}
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

    def bounce(self, *events: dict[str, Any]) -> dict[str, int]:
        from deadlines_function.bounced import lambda_handler

        records = [{"Sns": {"Message": json.dumps(event)}} for event in events]
        summary: dict[str, int] = lambda_handler({"Records": records}, Context())
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
    secrets_path: str,
    local_aws: LocalAws,
    monkeypatch: pytest.MonkeyPatch,
) -> Deployed:
    environment = {
        "CASES_TABLE": tables["CasesTable"],
        "COMPLAINTS_TABLE": tables["ComplaintsTable"],
        "ALERTS_TABLE": tables["AlertsTable"],
        "LETTERS_TABLE": tables["LettersTable"],
        "CAPTURES_TABLE": tables["CapturesTable"],
        "RUNS_TABLE": tables["RunsTable"],
        "WORK_BUCKET": buckets["WorkBucket"],
        "EVIDENCE_BUCKET": buckets["EvidenceBucket"],
        "SECRETS_PATH": secrets_path,
        "PHONE_TOPIC": boto3.client("sns").create_topic(Name=secrets_path[1:])["TopicArn"],
        "CONFIGURATION_SET": "",
        "SCHEDULES": json.dumps(SCHEDULES),
        "SENDER": SENDER,
        "REPORT_URL": "https://report.example",
        "ANSWER_URL": "https://answer.example",
        "POWERTOOLS_SERVICE_NAME": "deadlines",
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    from deadlines_function import bounced, digest, handler, watchdog

    for module in (bounced, digest, handler, watchdog):
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
    (sent,) = deployed.mails
    assert "Counter-notice: act by" in json.dumps(sent)
    assert OWNER.email in json.dumps(sent)


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
    phone = Phone()
    channels = SecondChannel(sms=True)
    desk = Desk(contact="x", brands=(brand(OWNER, LAWYER),), access=(), second_channel=channels)
    write_desk(deployed.work, desk)
    for number in range(6):
        due = datetime.now(UTC) + timedelta(hours=20)
        waiting_complaint(deployed.complaints, number=str(number), at=a_moment_ago(), due_typed=due)
    with ThreadPoolExecutor(4) as pool:
        runs = [future.result() for future in [pool.submit(deployed.run) for _ in range(4)]]
    assert sum(run["sent"] for run in runs) == 18
    assert sum(run["repeated"] for run in runs) == 0
    assert len(deployed.mails) == 12
    assert len(phone.texts()) == 6
    assert deployed.run()["sent"] == 0
    assert phone.texts() == []


def test_a_throttled_mail_goes_out_in_the_same_run_unmarked(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refusals = mail._client(), iter(["Throttling", "TooManyRequestsException"])

    class Throttled:
        def send_raw_email(self, **sent: Any) -> Any:
            if code := next(refusals, None):
                answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
                raise ClientError(answer, "SendRawEmail")  # type: ignore[arg-type]
            return real.send_raw_email(**sent)

    monkeypatch.setattr(mail, "_client", Throttled)
    monkeypatch.setattr(mail, "_PAUSE_SECONDS", 0)
    due = datetime.now(UTC) + timedelta(hours=70)
    waiting_complaint(deployed.complaints, at=a_moment_ago(), due_typed=due)
    assert deployed.run() == {"looked_at": 1, "sent": 1, "repeated": 0, "failed": 0}
    assert len(deployed.mails) == 1
    assert "possible repeat" not in json.dumps(deployed.mails)


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
        with pytest.raises(Untold) as alarm:
            deployed.watch()
        said = str(alarm.value)
        assert "owner@fjellvik.example was not told" in said
        assert "deadlines was due at" in said
        assert "digest was due at" in said
        assert deployed.run()["sent"] == 1
        with pytest.raises(Untold, match=r"^digest was due at .* \(never\)$"):
            deployed.watch()
        deployed.digest()
        assert deployed.watch() == {"missing": 0}


def test_a_timestamp_that_is_missing_for_a_day_is_an_alarm(deployed: Deployed) -> None:
    asked_at = datetime.now(UTC)
    Captures(os.environ["CAPTURES_TABLE"]).add(
        replace(CAPTURE, captured_at=asked_at, awaited=("swisssign",))
    )
    exhibit = "exhibits/fjellvik/1/2/manifest.json"
    UnsignedManifests(os.environ["RUNS_TABLE"]).add(
        UnsignedManifest(brand="fjellvik", manifest=exhibit, since=asked_at)
    )
    assert deployed.watch() == {"missing": 0}
    with time_machine.travel(asked_at + timedelta(hours=25)), pytest.raises(Untold) as alarm:
        deployed.watch()
    for what in (f"capture {CAPTURE.id} of {CAPTURE.key}", exhibit):
        assert f"{what} is not signed by every timestamp authority since" in str(alarm.value)


def test_all_is_well_is_said_outside_aws_and_only_then(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deadlines_function import watchdog

    beats: list[str] = []
    monkeypatch.setattr(watchdog, "beat", beats.append)
    desk = Desk(contact="x", brands=(brand(OWNER),), access=(), heartbeat=True)
    write_desk(deployed.work, desk)
    with pytest.raises(NoSecret, match="heartbeat-url is not set"):
        deployed.watch()
    boto3.client("ssm").put_parameter(
        Name=f"{os.environ['SECRETS_PATH']}/heartbeat-url",
        Value="https://health.example/secret",
        Type="SecureString",
    )
    deployed.watch()
    assert beats == ["https://health.example/secret"]
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)), pytest.raises(Untold):
        deployed.watch()
    assert len(beats) == 1


BOUNCE = {
    "eventType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bouncedRecipients": [{"emailAddress": OWNER.email, "diagnosticCode": "550 unknown"}],
    },
}
SPAM = {"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": "x@y"}]}}


def test_a_mail_that_comes_back_reaches_the_second_recipient(deployed: Deployed) -> None:
    due = datetime.now(UTC) + timedelta(hours=70)
    waiting_complaint(deployed.complaints, at=a_moment_ago(), due_typed=due)
    assert deployed.run()["sent"] == 1
    assert deployed.bounce(BOUNCE, SPAM, {"eventType": "Send"}) == {"came_back": 2, "woken": 1}
    assert deployed.run()["sent"] == 1
    assert LAWYER.email in json.dumps(deployed.mails[-1])
    assert deployed.bounce(BOUNCE) == {"came_back": 1, "woken": 1}
    assert deployed.run()["sent"] == 0


def test_the_mail_shows_the_pictures_of_the_case(deployed: Deployed) -> None:
    own, theirs = drawn_picture("red"), drawn_picture("blue")
    reference = Reference(id="mug/front.jpg", product="mug", sha256=sha256(own).hexdigest())
    product = Product(id="mug", name="Mug", references=(reference,))
    deployed.configure(replace(brand(OWNER), products=(product,)))
    deployed.work.put(reference_key("fjellvik", reference.sha256), own, "image/jpeg")
    evidence = Bucket(os.environ["EVIDENCE_BUCKET"])
    stored = evidence.put("captures/fjellvik/x/picture-01.jpg", theirs, "image/jpeg")
    part = replace(CAPTURE.parts[0], sha256=sha256(theirs).hexdigest(), stored=stored)
    a_case = replace(case(1), pictures=CASE.pictures)
    capture = replace(CAPTURE, listing=a_case.listing, parts=(part,))
    Captures(os.environ["CAPTURES_TABLE"]).add(capture)
    deployed.cases.open(a_case)

    from headwater.adapters.case_evidence import KeptEvidence

    kept = KeptEvidence(
        replace(brand(OWNER), products=(product,)),
        captures=Captures(os.environ["CAPTURES_TABLE"]),
        evidence=evidence,
        work=deployed.work,
    )
    shown = kept.of_case(a_case)
    assert shown.captures == (capture,)
    assert shown.picture is not None
    row = Image.open(io.BytesIO(shown.picture)).convert("RGB")
    left, right = row.getpixel((100, 130)), row.getpixel((row.width - 100, 130))
    assert (left, right) == ((255, 0, 0), (0, 0, 255))
    evidence.put(stored.key, b"something else", "image/jpeg")
    assert kept.of_case(a_case).picture is not None  # the very version that was kept

    waiting_complaint(deployed.complaints, at=a_moment_ago())
    assert deployed.run()["sent"] == 1
    assert "cid:listing-1@headwater" in json.dumps(deployed.mails)


def test_phones_and_the_webhook_are_told_too(deployed: Deployed) -> None:
    phone = Phone()
    channels = SecondChannel(sms=True, webhook="https://127.0.0.1:1/nobody")
    desk = Desk(contact="x", brands=(brand(OWNER),), access=(), second_channel=channels)
    write_desk(deployed.work, desk)
    due = datetime.now(UTC) + timedelta(hours=70)
    waiting_complaint(deployed.complaints, at=a_moment_ago(), due_typed=due)
    with pytest.raises(NotAllWarned, match="webhook: the webhook cannot be reached"):
        deployed.run()
    assert len(deployed.mails) == 1
    (text,) = phone.texts()
    assert "Headwater: counter-notice, alibaba-0001, act by" in text
    with pytest.raises(NotAllWarned):
        deployed.run()
    assert len(deployed.mails) == 1
    assert phone.texts() == []


class Phone:
    """A queue in the place of a phone that is subscribed to the topic."""

    def __init__(self) -> None:
        sqs, topic = boto3.client("sqs"), os.environ["PHONE_TOPIC"]
        name = f"phone-{topic.rpartition(':')[2]}"
        self._queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        boto3.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"]
        )

    def texts(self) -> list[str]:
        """What came since it was last asked."""
        sqs, texts = boto3.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                texts.append(message["Body"])
                sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return texts


def drawn_picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(buffer, "PNG")
    return buffer.getvalue()
