"""The page behind the link in a mail: says what it is about, and asks once more before it acts."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import jinja2

from headwater.domain.alerts import Alert
from headwater.domain.answers import AnswerLink, calendar_word, seal
from headwater.domain.calendars import CHINA
from headwater.domain.complaints import Complaint, ComplaintState
from headwater.domain.deadlines import Deadline

KEY = "answer-key"
"""The secret with which the links are signed: a parameter that the stack makes itself."""

STILL_GOOD = timedelta(days=7)
"""For so long after its deadline a link is taken: a late answer is better than none."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def address(alert: Alert, answer_url: str, key: bytes) -> str | None:
    """The link for the reader of that alert; None where there is nothing to answer."""
    if not answer_url or alert.deadline.event != ComplaintState.COUNTER_FILED:
        return None
    link = AnswerLink(
        brand=alert.brand,
        complaint=alert.complaint.id,
        deadline=alert.deadline.id,
        recipient=alert.recipient.email,
        expires=alert.deadline.act_by_at + STILL_GOOD,
    )
    return f"{answer_url.rstrip('/')}/?{urlencode({'t': seal(link, key)})}"


def feed_address(brand: str, answer_url: str, key: bytes) -> str | None:
    """Where a calendar program finds every open deadline; None where no page is served."""
    if not answer_url:
        return None
    return f"{answer_url.rstrip('/')}/calendar/{brand}/{calendar_word(brand, key)}.ics"


def question(token: str, complaint: Complaint, deadline: Deadline) -> str:
    """Three forms: only pressing a button changes anything, so link scanners cannot."""
    act_by = f"{deadline.act_by_at.astimezone(CHINA):%A %d %B %Y, %H:%M}"
    return _page().render(
        token=token, complaint=complaint, platform=complaint.platform.title, act_by=act_by
    )


def message(text: str, *, good: bool = False) -> str:
    """A page that only says something."""
    return _page().render(message=text, good=good)


@cache
def _page() -> jinja2.Template:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "mail_templates"),
        autoescape=True,
        undefined=jinja2.ChainableUndefined,
    ).get_template("answer.html")
