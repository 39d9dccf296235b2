"""Sending through SES: what certainly did not go, what may have gone, and the throttle."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.stub import ANY, Stubber

from headwater.adapters import mail as adapter
from headwater.adapters.mail import SesMail
from headwater.domain.alerts import NotSent
from tests.unit.clock.test_mail import alert


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """The real client; only what comes back over the wire is written here."""
    client = boto3.client(
        "ses", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    monkeypatch.setattr(adapter, "_client", lambda: client)
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def refuse(ses: Stubber, code: str, status: int = 400) -> None:
    ses.add_client_error("send_raw_email", code, f"{code} it is", http_status_code=status)


def accept(ses: Stubber) -> None:
    ses.add_response("send_raw_email", {"MessageId": "1"})


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def post(pauses: list[float]) -> SesMail:
    return SesMail("alerts@fjellvik.example", "", pause=pauses.append)


def test_a_throttled_mail_is_tried_again_after_a_pause(
    ses: Stubber, post: SesMail, pauses: list[float]
) -> None:
    refuse(ses, "Throttling")
    refuse(ses, "Throttling")
    accept(ses)
    post.send(alert())
    assert len(pauses) == 2
    assert all(seconds >= 1 for seconds in pauses)


def test_a_throttle_that_does_not_end_is_a_refusal(ses: Stubber, post: SesMail) -> None:
    for _ in range(5):
        refuse(ses, "Throttling")
    with pytest.raises(NotSent, match="Throttling it is"):
        post.send(alert())


@pytest.mark.parametrize("code", ["MessageRejected", "MailFromDomainNotVerifiedException"])
def test_a_rejected_mail_did_not_go(ses: Stubber, post: SesMail, code: str) -> None:
    refuse(ses, code)
    with pytest.raises(NotSent, match=code):
        post.send(alert())


def test_after_a_server_error_nobody_knows_and_nothing_is_sent_again(
    ses: Stubber, post: SesMail, pauses: list[float]
) -> None:
    refuse(ses, "InternalFailure", 503)
    with pytest.raises(ClientError):
        post.send(alert())
    assert pauses == []


def test_after_a_timeout_nobody_knows(post: SesMail, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        tries = 0

        def send_raw_email(self, **_: Any) -> None:
            self.tries += 1
            raise ReadTimeoutError(endpoint_url="https://email.example")

    slow = Slow()
    monkeypatch.setattr(adapter, "_client", lambda: slow)
    with pytest.raises(ReadTimeoutError):
        post.send(alert())
    assert slow.tries == 1


def test_the_library_itself_never_sends_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    client: Any = adapter._client.__wrapped__()
    assert client.meta.config.retries["total_max_attempts"] == 1


def test_what_comes_back_is_told_to_the_configuration_set(ses: Stubber) -> None:
    sent = {
        "Source": "alerts@fjellvik.example",
        "Destinations": ["owner@fjellvik.example"],
        "RawMessage": ANY,
        "ConfigurationSetName": "mails",
    }
    ses.add_response("send_raw_email", {"MessageId": "1"}, sent)
    SesMail("alerts@fjellvik.example", "", configuration_set="mails").send(alert())
