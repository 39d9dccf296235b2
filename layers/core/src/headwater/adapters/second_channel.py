"""Warnings besides mail: a topic that reaches phones, and a webhook that is signed."""

import hashlib
import hmac
import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from headwater.domain.alerts import Alert, Level, NotSent
from headwater.domain.calendars import CHINA
from headwater.usecases.report import page_name

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_SECONDS = 10
_LEVELS = {
    Level.AT_ONCE: "counter-notice",
    Level.TWO_DAYS: "two days left",
    Level.ONE_DAY: "ONE DAY LEFT",
    Level.SIX_HOURS: "SIX HOURS LEFT",
    Level.OVERDUE: "OVERDUE",
}


@cache
def _client() -> "SNSClient":
    # No retries by the library: after a timeout it would send again, and nobody would know.
    return boto3.client("sns", config=Config(retries={"total_max_attempts": 1}))


class PhoneTopic:
    """An SNS topic, to which the stack subscribes the owner's phone."""

    name = "sms"

    def __init__(self, topic: str) -> None:
        self._topic = topic

    def send(self, alert: Alert) -> None:
        """Raises NotSent when SNS refused it; any other error leaves open whether it went."""
        try:
            _client().publish(
                TopicArn=self._topic,
                Message=short_text(alert),
                MessageAttributes={
                    "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}
                },
            )
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) >= 500:
                raise
            raise NotSent(f"SNS refused it: {error.response['Error']['Message']}") from error


class Webhook:
    """One address that the owner named. It gets what the mail's subject says, and no more.

    The header `Headwater-Signature` is "t=<unix seconds>,v1=<hex>", the HMAC-SHA256 with the key
    over "<unix seconds>.<body>". Redirects are not followed.
    """

    name = "webhook"

    def __init__(self, url: str, key: Callable[[], bytes], report_url: str = "") -> None:
        self._url = url
        self._key = key
        self._report_url = report_url

    def send(self, alert: Alert) -> None:
        """Raises NotSent when it was refused; any other error leaves open whether it came."""
        import httpx  # noqa: PLC0415 - most owners have no webhook

        body = json.dumps(facts(alert, self._report_url), sort_keys=True).encode()
        headers = {
            "Content-Type": "application/json",
            "Headwater-Signature": signature(body, int(alert.now.timestamp()), self._key()),
        }
        with httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
            try:
                with client.stream("POST", self._url, content=body, headers=headers) as answer:
                    status = answer.status_code  # what it says besides is not read
            except httpx.ConnectError as error:
                raise NotSent(f"the webhook cannot be reached: {error}") from error
        if status >= 500:
            raise OSError(f"the webhook answered {status}")
        if not 200 <= status < 300:
            raise NotSent(f"the webhook answered {status}")


def signature(body: bytes, at: int, key: bytes) -> str:
    signed = hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def short_text(alert: Alert) -> str:
    """For a phone: our own words and ids, in the 160 characters of one SMS."""
    marks = "[rehearsal] " * alert.complaint.rehearsal + "[repeat?] " * alert.possible_repeat
    act_by = f"{alert.deadline.act_by_at.astimezone(CHINA):%a %d %b %H:%M}"
    what = _LEVELS[alert.level]
    return f"{marks}Headwater: {what}, {alert.complaint.id}, act by {act_by} China time"[:160]


def facts(alert: Alert, report_url: str) -> dict[str, object]:
    """What a program is told: nothing that a seller wrote."""
    complaint, deadline = alert.complaint, alert.deadline
    page = f"{report_url.rstrip('/')}/{alert.brand}/{page_name(complaint.cases[0])}"
    return {
        "brand": alert.brand,
        "complaint": complaint.id,
        "platform": complaint.platform,
        "event": deadline.event,
        "happened_at": deadline.started_at.isoformat(),
        "level": alert.level,
        "act_by": deadline.act_by_at.isoformat(),
        "rule": deadline.rule.id,
        "basis": deadline.basis,
        "provisional": deadline.provisional,
        "case_page": page if report_url else None,
        "possible_repeat": alert.possible_repeat,
        "rehearsal": complaint.rehearsal,
    }
