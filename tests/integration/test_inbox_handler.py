"""The inbox function as Lambda runs it: a mail in the bucket, and what becomes of it."""

import importlib
import json
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import boto3
import pytest

from headwater.adapters.desk import write_desk
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.letters import Letters
from headwater.adapters.letter_files import given_key
from headwater.adapters.store import Bucket
from headwater.domain.brands import Desk, InboxSettings, RightKind
from headwater.domain.complaints import ComplaintState
from headwater.domain.letters import Letter, LetterState
from headwater.domain.platforms import Platform
from headwater.usecases.complaints import file_complaint, move
from headwater_demo.local_aws import LocalAws
from tests.integration.test_deadlines_handler import Context
from tests.unit.clock.desk import CLOCK, LAWYER, OWNER, brand, case
from tests.unit.inbox.letters import mail, received_by_ses

pytestmark = pytest.mark.local_aws

SENDER = "alerts@fjellvik.example"
NUMBER = "CN-2026-884213"
COUNTER = f"The seller has submitted a counter-notification to your complaint {NUMBER}."


@dataclass
class Post:
    """The function wired to fresh tables and buckets."""

    work: Bucket
    evidence: Bucket
    complaints: Complaints
    letters: Letters
    cases: Cases
    endpoint: str
    woken: list[str] = field(default_factory=list)
    mails_before: int = 0

    def arrive(self, key: str, body: bytes) -> Letter | None:
        """Put the mail there and hand the function what S3 tells the queue."""
        from deadlines_function.inbox import lambda_handler

        self.work.put(key, body, "message/rfc822")
        now = datetime.now(UTC).isoformat()
        told = {"Records": [{"eventTime": now, "s3": {"object": {"key": key}}}]}
        record = {
            "messageId": "m-1",
            "eventSource": "aws:sqs",
            "body": json.dumps(told),
            "receiptHandle": "r",
            "attributes": {},
            "messageAttributes": {},
        }
        answer: dict[str, Any] = lambda_handler({"Records": [record]}, Context())
        assert answer == {"batchItemFailures": []}
        return next((one for one in self.letters.of_brand("fjellvik") if one.key == key), None)

    def complaint(self) -> Any:
        return self.complaints.get("fjellvik", f"alibaba-{NUMBER}")

    @property
    def mails(self) -> list[str]:
        with urllib.request.urlopen(f"{self.endpoint}/_ministack/ses/messages") as answer:
            by_account: dict[str, list[dict[str, Any]]] = json.load(answer)["messages"]
        every = [message for messages in by_account.values() for message in messages]
        return [json.dumps(one, ensure_ascii=False) for one in every[self.mails_before :]]


@pytest.fixture
def post(
    tables: dict[str, str],
    buckets: dict[str, str],
    local_aws: LocalAws,
    monkeypatch: pytest.MonkeyPatch,
) -> Post:
    environment = {
        "CASES_TABLE": tables["CasesTable"],
        "COMPLAINTS_TABLE": tables["ComplaintsTable"],
        "ALERTS_TABLE": tables["AlertsTable"],
        "LETTERS_TABLE": tables["LettersTable"],
        "WORK_BUCKET": buckets["WorkBucket"],
        "EVIDENCE_BUCKET": buckets["EvidenceBucket"],
        "SENDER": SENDER,
        "DEADLINES_FUNCTION": "deadlines",
        "POWERTOOLS_SERVICE_NAME": "inbox",
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    from deadlines_function import inbox

    importlib.reload(inbox)
    made = Post(
        work=Bucket(buckets["WorkBucket"]),
        evidence=Bucket(buckets["EvidenceBucket"]),
        complaints=Complaints(tables["ComplaintsTable"]),
        letters=Letters(tables["LettersTable"]),
        cases=Cases(tables["CasesTable"]),
        endpoint=local_aws.endpoint,
    )
    monkeypatch.setattr(inbox, "_look_at_deadlines", lambda: made.woken.append("now"))
    boto3.client("ses").verify_email_identity(EmailAddress=SENDER)
    settings = InboxSettings(domain="in.fjellvik.example", forwarders=("owner@fjellvik.example",))
    desk = Desk(contact="x", brands=(brand(OWNER, LAWYER),), access=(), inbox=settings)
    write_desk(made.work, desk)
    a_case = case(1)
    made.cases.open(a_case)
    now = datetime.now(UTC)
    filed = file_complaint(
        complaints=made.complaints,
        brand="fjellvik",
        platform=Platform.ALIBABA,
        number=NUMBER,
        right="1234567",
        right_kind=RightKind.TRADEMARK,
        cases=[a_case.id],
        at=now - timedelta(days=5),
        now=now,
        by="owner",
        source="test",
    )
    move(
        "fjellvik",
        filed.id,
        ComplaintState.NOTIFIED,
        complaints=made.complaints,
        clock=CLOCK,
        at=now - timedelta(days=4),
        now=now,
        by="owner",
        source="test",
    )
    made.mails_before = len(made.mails)
    return made


def notice(text: str = COUNTER, *, sender: str = "no-reply@alibaba-inc.com") -> EmailMessage:
    sent = datetime.now(UTC) - timedelta(hours=1)
    return mail(text, sender=sender, date=sent, message_id=f"<{abs(hash(text))}@x.example>")


def test_a_counter_notification_by_mail_starts_the_clock_and_is_sealed(post: Post) -> None:
    raw = received_by_ses(notice().as_bytes())
    letter = post.arrive("mail/ses/notices/abc", raw)
    assert letter is not None
    assert letter.state is LetterState.RECORDED, letter.reasons
    complaint = post.complaint()
    assert complaint.state is ComplaintState.COUNTER_FILED
    assert complaint.next_alert_at is not None
    event = complaint.events[-1]
    assert (event.source, event.by) == ("mail", "no-reply@alibaba-inc.com")
    assert "submitted a counter-notification" in event.text
    assert post.woken == ["now"]
    (sealed,) = letter.exhibits
    case_id, exhibit = sealed.split("/")
    keys = list(post.evidence.list(f"exhibits/fjellvik/{case_id}/{exhibit}/"))
    assert any(post.evidence.get(key) == raw for key in keys)


def test_the_same_mail_twice_changes_nothing(post: Post) -> None:
    raw = received_by_ses(notice().as_bytes())
    post.arrive("mail/ses/notices/abc", raw)
    before = post.complaint()
    post.arrive("mail/ses/notices/def", raw)
    assert post.complaint() == before
    assert len(list(post.letters.of_brand("fjellvik"))) == 1


def test_the_same_counter_notice_forwarded_too_is_one_event(post: Post) -> None:
    post.arrive("mail/ses/notices/abc", received_by_ses(notice().as_bytes()))
    before = post.complaint()
    outer = mail("FYI", sender="owner@fjellvik.example", message_id="<2@x.example>")
    outer.add_attachment(notice())
    letter = post.arrive(
        "mail/ses/notices/f", received_by_ses(outer.as_bytes(), domain="fjellvik.example")
    )
    assert letter is not None
    assert letter.state is LetterState.RECORDED
    assert post.complaint() == before


def test_a_forged_mail_is_never_acted_on_but_a_person_is_asked_at_once(post: Post) -> None:
    forged = (
        b"Authentication-Results: amazonses.com; dmarc=pass header.from=alibaba-inc.com;\r\n"
        b"X-SES-RECEIPT: forged\r\n" + notice().as_bytes()
    )
    raw = received_by_ses(forged, domain="evil.example", dmarc="none", dkim="none")
    letter = post.arrive("mail/ses/notices/bad", raw)
    assert letter is not None
    assert (letter.state, letter.urgent) == (LetterState.ASKED, True)
    assert any("nothing proves that it is from alibaba-inc.com" in one for one in letter.reasons)
    assert post.complaint().state is ComplaintState.NOTIFIED
    assert letter.exhibits == ()
    (question,) = post.mails
    assert "may be a counter-notice" in question.lower()
    assert "headwater inbox answer" in question
    post.arrive("mail/ses/notices/bad2", raw)
    assert len(post.mails) == 1


def test_the_date_in_the_notice_wins(post: Post) -> None:
    due = datetime.now(UTC) + timedelta(days=1)
    text = f"{COUNTER} Please respond before {due:%Y-%m-%d %H:%M} (UTC)."
    post.arrive("mail/ses/notices/abc", received_by_ses(notice(text).as_bytes()))
    (deadline,) = post.complaint().own_deadlines(CLOCK)
    assert deadline.basis == "typed"
    assert deadline.act_by_at == due.replace(second=0, microsecond=0)


def test_a_later_date_than_the_rules_counts_only_when_a_person_sent_it_on(post: Post) -> None:
    due = datetime.now(UTC) + timedelta(days=30)
    text = f"{COUNTER} Please respond before {due:%Y-%m-%d %H:%M} (UTC)."
    letter = post.arrive("mail/ses/notices/abc", received_by_ses(notice(text).as_bytes()))
    assert letter is not None
    assert letter.state is LetterState.ASKED
    (deadline,) = post.complaint().own_deadlines(CLOCK)
    assert deadline.basis != "typed"
    assert deadline.act_by_at < due
    given = notice(text + " Thank you.").as_bytes()
    post.arrive(given_key("anna", given), given)
    (deadline,) = post.complaint().own_deadlines(CLOCK)
    assert deadline.act_by_at == due.replace(second=0, microsecond=0)


def test_no_mail_stops_the_clock(post: Post) -> None:
    post.arrive("mail/ses/notices/abc", received_by_ses(notice().as_bytes()))
    won = notice(f"Your complaint {NUMBER} was upheld.")
    letter = post.arrive("mail/ses/notices/won", received_by_ses(won.as_bytes()))
    assert letter is not None
    assert letter.state is LetterState.ASKED
    assert any("stop the clock" in one for one in letter.reasons)
    assert post.complaint().waiting_counter is not None


def test_a_mail_that_cannot_be_read_is_a_question(post: Post) -> None:
    letter = post.arrive("mail/ses/notices/x", b"\xff\x00" * 1000 + b"boundary=" * 500)
    assert letter is not None
    assert letter.state is LetterState.ASKED
    assert any("cannot be read" in one for one in letter.reasons)


def test_files_and_links_by_mail_are_imported_and_the_sender_is_told(post: Post) -> None:
    outer = mail(
        "See https://detail.1688.com/offer/601748658723.html and the file.",
        sender="owner@fjellvik.example",
        to="import@in.fjellvik.example",
        message_id="<i@x.example>",
    )
    outer.add_attachment(
        b"<html>no offer</html>", maintype="text", subtype="html", filename="../a.html"
    )
    raw = received_by_ses(outer.as_bytes(), domain="fjellvik.example")
    letter = post.arrive("mail/ses/import/abc", raw)
    assert letter is not None
    assert letter.state is LetterState.HANDED_ON
    keys = list(post.work.list("import/"))
    assert sorted(key.rsplit("/", 1)[1] for key in keys) == ["a.html", "links.txt"]
    (reply,) = post.mails
    assert "links[.]txt: 1 listing(s)" in reply
    assert "a[.]html" in reply


def test_a_stranger_can_import_nothing(post: Post) -> None:
    outer = mail("https://detail.1688.com/offer/601748658723.html", sender="x@evil.example")
    raw = received_by_ses(outer.as_bytes(), domain="evil.example")
    letter = post.arrive("mail/ses/import/abc", raw)
    assert letter is not None
    assert letter.state is LetterState.ASKED
    assert list(post.work.list("import/")) == []
    assert post.mails == []


def test_exhibits_by_mail_are_sealed_with_the_case_that_they_name(post: Post) -> None:
    a_case = case(1).id
    outer = mail(
        "The chat with the seller.",
        sender="owner@fjellvik.example",
        to=f"evidence+{a_case}@in.fjellvik.example",
        message_id="<e@x.example>",
    )
    outer.add_attachment(b"\x89PNG chat", maintype="image", subtype="png", filename="chat.png")
    raw = received_by_ses(outer.as_bytes(), domain="fjellvik.example")
    letter = post.arrive("mail/ses/evidence/abc", raw)
    assert letter is not None
    assert letter.state is LetterState.HANDED_ON, letter.reasons
    stored = [post.evidence.get(key) for key in post.evidence.list(f"exhibits/fjellvik/{a_case}/")]
    assert b"\x89PNG chat" in stored
    assert raw in stored
    assert len(letter.exhibits) == 2


def test_the_digest_lists_what_waits(
    post: Post, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    post.arrive("mail/ses/notices/x", notice("Hello, an offer for you").as_bytes())
    monkeypatch.setenv("RUNS_TABLE", tables["RunsTable"])
    monkeypatch.setenv("SECRETS_PATH", "/inbox-test")
    monkeypatch.setenv("CONFIGURATION_SET", "")
    monkeypatch.setenv("REPORT_URL", "https://report.example")
    monkeypatch.setenv("ANSWER_URL", "https://answer.example")
    from deadlines_function import digest

    importlib.reload(digest)
    assert digest.lambda_handler({}, Context())["sent"] == 2
    assert all("1 mail to look at" in one and "MAILS THAT WAIT" in one for one in post.mails)
