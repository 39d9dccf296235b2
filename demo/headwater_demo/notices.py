"""A platform's notice as the owner forwards it, in our own words: no real one is public."""

from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime

_CHINA = timezone(timedelta(hours=8))


def forwarded_counter_notice(number: str, owner: str, inbox: str, sent_at: datetime) -> bytes:
    """The mail as SES lays it into the bucket: what SES found out about its sender on top."""
    domain = owner.rpartition("@")[2]
    message = EmailMessage()
    message["From"] = f"The owner <{owner}>"
    message["To"] = inbox
    message["Subject"] = f"Fwd: 反通知 / counter-notification, complaint {number}"
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = f"<rehearsal-{number}@{domain}>"
    message.set_content(
        "---------- Forwarded message ---------\n"
        "From: IP Protection Platform (rehearsal) <no-reply@platform.example>\n"
        f"Date: {sent_at.astimezone(_CHINA):%Y-%m-%d %H:%M:%S} +0800\n"
        f"Subject: Counter-notification, complaint {number}\n"
        f"To: {owner}\n"
        "\n"
        "Dear right holder,\n"
        "\n"
        f"the seller has submitted a counter-notification to your complaint No. {number}.\n"
        "Please log in, read the seller's statement, and accept or reject it.\n"
        "\n"
        f"投诉编号：{number}，卖家已提交反通知。\n"
    )
    findings = (
        f"Received: from mx.{domain} (mx.{domain} [203.0.113.9])\r\n"
        f" by inbound-smtp.eu-central-1.amazonaws.com with SMTP id rehearsal for {inbox};\r\n"
        f" {format_datetime(sent_at)}\r\n"
        "X-SES-Spam-Verdict: PASS\r\n"
        "X-SES-Virus-Verdict: PASS\r\n"
        "Authentication-Results: amazonses.com; spf=pass (spfCheck: rehearsal)"
        f" envelope-from={owner};\r\n dkim=pass header.i=@{domain};\r\n"
        f" dmarc=pass header.from={domain};\r\n"
        "X-SES-RECEIPT: rehearsal\r\n"
    )
    return findings.encode() + message.as_bytes()
