"""Mails to read: our own words, for no real notice is public."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from headwater.adapters.mime import read_mail
from headwater.adapters.notice_patterns import built_in
from headwater.domain.brands import RightKind
from headwater.domain.complaints import Complaint, ComplaintEvent, ComplaintState, EventKind
from headwater.domain.notices import Patterns, Reading, understand
from headwater.domain.platforms import Platform

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FILED = NOW - timedelta(days=10)
NUMBER = "CN-2026-884213"
OWNER = "owner@fjellvik.example"


def complaint(
    number: str = NUMBER,
    state: ComplaintState = ComplaintState.NOTIFIED,
    *,
    rounds: int = 0,
    cases: tuple[str, ...] = ("c-1",),
) -> Complaint:
    """A complaint filed ten days ago; `rounds` counter-notices that were answered since."""
    states = [ComplaintState.UNDER_REVIEW]
    states += [ComplaintState.COUNTER_FILED, ComplaintState.ANSWERED] * rounds
    states += [state] if state is not states[-1] else []
    events = tuple(
        ComplaintEvent(
            id=f"e{n}",
            kind=EventKind.STATE,
            state=one,
            at=FILED + timedelta(hours=n),
            recorded_at=FILED + timedelta(hours=n),
            by="owner",
            source="test",
        )
        for n, one in enumerate(states)
    )
    return Complaint(
        brand="fjellvik",
        id=f"alibaba-{number}",
        platform=Platform.ALIBABA,
        number=number,
        right="1234567",
        right_kind=RightKind.TRADEMARK,
        cases=cases,
        state=state,
        opened_at=FILED,
        updated_at=FILED,
        events=events,
    )


def mail(
    text: str,
    *,
    subject: str = "IP Protection Platform",
    sender: str = "no-reply@alibaba-inc.com",
    to: str = "owner@fjellvik.example",
    date: datetime | None = NOW - timedelta(hours=3),
    message_id: str = "<1@alibaba-inc.com>",
    html: bool = False,
    charset: str = "utf-8",
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    if date is not None:
        message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    if html:
        message.set_content(text, subtype="html", charset=charset)
    else:
        message.set_content(text, charset=charset)
    return message


def understood(
    raw: bytes | EmailMessage,
    *complaints: Complaint,
    patterns: Patterns | None = None,
    now: datetime = NOW,
) -> Reading:
    data = raw if isinstance(raw, bytes) else raw.as_bytes()
    return understand(
        read_mail(data).layers,
        patterns=patterns or built_in(),
        complaints=complaints or (complaint(),),
        received_at=now,
    )


def received_by_ses(
    raw: bytes,
    *,
    domain: str = "alibaba-inc.com",
    spf: str = "pass",
    dkim: str = "pass",
    dmarc: str = "pass",
    spam: str = "PASS",
    virus: str = "PASS",
    to: str = "notices@in.fjellvik.example",
) -> bytes:
    """The mail as SES lays it down: its own findings on top."""
    top = (
        f"Return-Path: <bounce@{domain}>\r\n"
        f"Received: from mx.{domain} (mx.{domain} [203.0.113.5])\r\n"
        f" by inbound-smtp.eu-west-1.amazonaws.com with SMTP id abc123 for {to};\r\n"
        " Sat, 21 Nov 2026 11:59:00 +0000 (UTC)\r\n"
        f"X-SES-Spam-Verdict: {spam}\r\n"
        f"X-SES-Virus-Verdict: {virus}\r\n"
        f"Received-SPF: {spf} (spfCheck: of {domain}) client-ip=203.0.113.5;\r\n"
        f"Authentication-Results: amazonses.com;\r\n spf={spf} (spfCheck: domain of {domain})"
        f" client-ip=203.0.113.5; envelope-from=bounce@{domain}; helo=mx.{domain};\r\n"
        f" dkim={dkim} header.i=@{domain};\r\n dmarc={dmarc} header.from={domain};\r\n"
        "X-SES-RECEIPT: AEFBQUFBQUFB\r\n"
        "X-SES-DKIM-SIGNATURE: a=rsa-sha256; q=dns/txt; b=abc;\r\n"
    )
    return top.encode() + raw


def answered(a_complaint: Complaint) -> Complaint:
    return replace(a_complaint, state=ComplaintState.ANSWERED)
