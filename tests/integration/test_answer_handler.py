"""The link in a mail, as its Function URL serves it: GET shows, POST records, once."""

import importlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import pytest
from icalendar import Calendar

from headwater.adapters import answer_page
from headwater.adapters.desk import write_desk
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.secrets import Secrets
from headwater.adapters.store import Bucket
from headwater.domain.alerts import Alert, Level
from headwater.domain.brands import Desk
from headwater.domain.complaints import Complaint, ComplaintState
from headwater.domain.deadlines import Basis
from tests.unit.clock.desk import CLOCK, OWNER, brand, waiting_complaint

pytestmark = pytest.mark.local_aws


@dataclass
class Context:
    """What Powertools asks of a Lambda context."""

    function_name: str = "answer"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:answer"
    aws_request_id: str = "request-1"


@dataclass
class Page:
    """The function behind its URL."""

    complaints: Complaints
    secrets: Secrets

    def link(self, complaint: Complaint) -> str:
        """The token of the mail that goes out for the complaint now."""
        (deadline,) = complaint.own_deadlines(CLOCK)
        alert = Alert(
            brand="fjellvik",
            brand_name="Fjellvik",
            complaint=complaint,
            deadline=deadline,
            level=Level.AT_ONCE,
            recipient=OWNER,
            now=datetime.now(UTC),
        )
        address = answer_page.address(
            alert, "https://answer.example", self.secrets.key(answer_page.KEY)
        )
        assert address is not None
        return parse_qs(urlsplit(address).query)["t"][0]

    def get(self, token: str) -> dict[str, Any]:
        return self.ask("GET", {"t": token}, "")

    def post(self, **fields: str) -> dict[str, Any]:
        return self.ask("POST", {}, urlencode(fields))

    def ask(
        self, method: str, query: dict[str, str], body: str, *, path: str = "/"
    ) -> dict[str, Any]:
        from deadlines_function.answer import lambda_handler

        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": urlencode(query),
            **({"queryStringParameters": query} if query else {}),
            "headers": {"content-type": "application/x-www-form-urlencoded"},
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
            "body": body,
            "isBase64Encoded": False,
        }
        answer: dict[str, Any] = lambda_handler(event, Context())
        return answer

    def state(self) -> ComplaintState:
        complaint = self.complaints.get("fjellvik", "alibaba-0001")
        assert complaint is not None
        return complaint.state


@pytest.fixture
def page(
    tables: dict[str, str],
    buckets: dict[str, str],
    secrets_path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Page:
    for name, value in {
        "COMPLAINTS_TABLE": tables["ComplaintsTable"],
        "WORK_BUCKET": buckets["WorkBucket"],
        "SECRETS_PATH": secrets_path,
        "REPORT_URL": "https://report.example",
        "POWERTOOLS_SERVICE_NAME": "answer",
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
    }.items():
        monkeypatch.setenv(name, value)
    from deadlines_function import answer

    importlib.reload(answer)  # Powertools reads the namespace when it is imported
    write_desk(
        Bucket(buckets["WorkBucket"]),
        Desk(contact="owner@example.com", brands=(brand(OWNER),), access=()),
    )
    return Page(Complaints(tables["ComplaintsTable"]), Secrets(secrets_path))


@pytest.fixture
def waiting(page: Page) -> Complaint:
    return waiting_complaint(page.complaints, at=datetime.now(UTC) - timedelta(minutes=1))


def test_looking_shows_the_complaint_and_changes_nothing(page: Page, waiting: Complaint) -> None:
    token = page.link(waiting)
    for _ in range(3):  # a link scanner looks more than once
        answer = page.get(token)
        assert answer["statusCode"] == 200
        assert "alibaba-0001" in answer["body"]
        assert "default-src 'none'" in str(answer)
    assert page.complaints.get("fjellvik", "alibaba-0001") == waiting


def test_a_press_records_the_rejection_once(page: Page, waiting: Complaint) -> None:
    token = page.link(waiting)
    done = page.post(t=token, answer="rejected")
    assert done["statusCode"] == 200
    assert "You rejected the counter-notice" in done["body"]
    assert page.state() is ComplaintState.ANSWERED
    for later in (page.get(token), page.post(t=token, answer="accepted")):
        assert later["statusCode"] == 400
        assert "answered already" in later["body"]
    assert page.state() is ComplaintState.ANSWERED


def test_the_date_in_the_notice_can_be_said(page: Page, waiting: Complaint) -> None:
    day = datetime.now(UTC).date() + timedelta(days=1)
    done = page.post(t=page.link(waiting), answer="other_date", due=day.isoformat())
    assert done["statusCode"] == 200
    complaint = page.complaints.get("fjellvik", "alibaba-0001")
    assert complaint is not None
    (deadline,) = complaint.own_deadlines(CLOCK)
    assert (deadline.basis, deadline.act_by) == (Basis.TYPED, day)


def test_without_a_link_there_is_nothing_to_see(page: Page, waiting: Complaint) -> None:
    for query in ({}, {"x": "1"}):
        answer = page.ask("GET", query, "")
        assert answer["statusCode"] == 400
        assert "alibaba-0001" not in answer["body"]
    assert page.ask("POST", {}, "\xff&=%00%ff")["statusCode"] == 400
    assert page.ask("DELETE", {}, "")["statusCode"] == 404


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"t": ""},
        {"t": "abc.def", "answer": "rejected"},
        {"t": "<script>alert(1)</script>", "answer": "rejected"},
    ],
)
def test_a_forged_link_does_nothing(page: Page, waiting: Complaint, fields: dict[str, str]) -> None:
    refused = page.post(**fields)
    assert refused["statusCode"] == 400
    assert "<script>" not in refused["body"]
    assert page.state() is ComplaintState.COUNTER_FILED


@pytest.mark.parametrize(
    "fields",
    [{"answer": "explode"}, {"answer": "other_date"}, {"answer": "other_date", "due": "x"}],
)
def test_a_broken_form_does_nothing(page: Page, waiting: Complaint, fields: dict[str, str]) -> None:
    assert page.post(t=page.link(waiting), **fields)["statusCode"] == 400
    assert page.state() is ComplaintState.COUNTER_FILED


def test_a_link_signed_with_another_stacks_key_does_nothing(page: Page, waiting: Complaint) -> None:
    stranger = Page(page.complaints, Secrets("/another-stack"))
    assert page.post(t=stranger.link(waiting), answer="rejected")["statusCode"] == 400
    assert page.state() is ComplaintState.COUNTER_FILED


def test_the_key_is_made_once_and_lies_encrypted_in_the_parameter_store(secrets_path: str) -> None:
    keys = {Secrets(secrets_path).key("answer-key") for _ in range(3)}
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    (kept,) = boto3.client("ssm").describe_parameters(
        ParameterFilters=[{"Key": "Name", "Values": [f"{secrets_path}/answer-key"]}]
    )["Parameters"]
    assert kept["Type"] == "SecureString"


def test_the_private_calendar_holds_every_open_deadline(page: Page, waiting: Complaint) -> None:
    key = page.secrets.key(answer_page.KEY)
    address = answer_page.feed_address("fjellvik", "https://answer.example/", key)
    assert address is not None
    path = urlsplit(address).path
    answer = page.ask("GET", {}, "", path=path)
    assert answer["statusCode"] == 200
    assert "text/calendar" in str(answer["headers"])
    calendar = Calendar.from_ical(answer["body"])
    assert isinstance(calendar, Calendar)
    (event,) = calendar.events
    (deadline,) = waiting.own_deadlines(CLOCK)
    assert event.end == deadline.act_by_at
    assert str(event["URL"]) == "https://report.example/fjellvik/cases/alibaba-1.html"
    for guess in ("/calendar/fjellvik/.ics", "/calendar/fjellvik/x.ics", path.replace("fj", "xj")):
        refused = page.ask("GET", {}, "", path=guess)
        assert refused["statusCode"] == 404
        assert "alibaba-0001" not in refused["body"]
