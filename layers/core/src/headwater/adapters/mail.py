"""Mails through SES: the warning of one deadline, the digest of all that are near, what is new."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

import boto3
import jinja2
from botocore.config import Config
from botocore.exceptions import ClientError

from headwater.adapters import calendar_feed
from headwater.domain.alerts import Alert, CaseEvidence, Level, NotSent, zone_of
from headwater.domain.brands import RightKind
from headwater.domain.calendars import CHINA
from headwater.domain.captures import Capture
from headwater.domain.cases import Case
from headwater.domain.complaints import ComplaintState
from headwater.domain.deadlines import Basis, Deadline, months_from
from headwater.domain.letters import Letter
from headwater.domain.listings import Sighting
from headwater.domain.strangers import defanged, in_one_line
from headwater.usecases.digest import Digest, Due
from headwater.usecases.news import Gap, News
from headwater.usecases.report import page_name

if TYPE_CHECKING:
    from mypy_boto3_ses import SESClient

ON_THE_WIRE = SMTP.clone(max_line_length=200)
"""No folded subject: Python begins the fold right after "Subject:", which mail programs show."""

_SUBJECT_LENGTH = 120
_QUESTIONS_SHOWN = 20
_BACK_SHOWN = 20
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException"})
_TRIES = 5
_PAUSE_SECONDS = 1.5
"""A sandbox account may send one mail a second."""

_RIGHTS_IN_CHINESE = {
    RightKind.TRADEMARK: "商标",
    RightKind.COPYRIGHT: "著作权",
    RightKind.DESIGN: "外观设计专利",
    RightKind.PATENT: "专利",
}

_DOT_IN_A_NAME = re.compile(r"(?<=\w)\.(?=[^\W\d])")
"""As in "shop.example", which mail programs make a link of; not as in "1.5 l"."""

_TO_DO = {
    ComplaintState.COUNTER_FILED: (
        "Look at the evidence, then open the complaint in the platform's own account and reject"
        " the counter-notice (ask the platform to decide), or accept it and lose the complaint."
    ),
    ComplaintState.STATUTORY: (
        "Complain to an authority or sue, and show the platform that you did."
        " Ask your Chinese lawyer today."
    ),
}
_COMMANDS = {
    ComplaintState.COUNTER_FILED: "headwater complaint reject {id} --brand {brand}   (or: accept)",
    ComplaintState.STATUTORY: "headwater complaint decide {id} upheld --brand {brand}",
}
_HAPPENED = {
    ComplaintState.COUNTER_FILED: "A seller answered your complaint on {platform} on {day}.",
    ComplaintState.STATUTORY: "The 15 days of the Chinese e-commerce law run since {day}.",
}


@cache
def _client() -> "SESClient":
    # No retries by the library: after a timeout it would send again, and nobody would know.
    return boto3.client("ses", config=Config(retries={"total_max_attempts": 1}))


class _Told(TypedDict, total=False):
    ConfigurationSetName: str


class SesMail:
    """Sends alerts from `sender`; `report_url` is where the report stands (may be empty).

    `answer_page` gives the address under which the reader of an alert says what was done, and
    `feed` the one of a brand's calendar. What comes back is told to the `configuration_set`.
    """

    def __init__(
        self,
        sender: str,
        report_url: str,
        *,
        answer_page: Callable[[Alert], str | None] = lambda _: None,
        feed: Callable[[str], str | None] = lambda _: None,
        configuration_set: str = "",
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sender = sender
        self._report_url = report_url
        self._answer_page = answer_page
        self._feed = feed
        self._told: _Told = {"ConfigurationSetName": configuration_set} if configuration_set else {}
        self._pause = pause

    def send(self, alert: Alert) -> None:
        """Raises NotSent when SES refused it; any other error leaves open whether it went."""
        self.deliver(
            compose(
                alert,
                sender=self._sender,
                report_url=self._report_url,
                answer_page=self._answer_page(alert),
            )
        )

    def send_digest(self, digest: Digest) -> None:
        """Raises NotSent when SES refused it; any other error leaves open whether it went."""
        message = compose_digest(
            digest,
            sender=self._sender,
            report_url=self._report_url,
            feed=self._feed(digest.brand.id),
        )
        self.deliver(message)

    def send_news(self, news: News) -> None:
        """Raises NotSent when SES refused it; any other error leaves open whether it went."""
        self.deliver(compose_news(news, sender=self._sender, report_url=self._report_url))

    def deliver(self, message: EmailMessage) -> None:
        """Raises NotSent when SES refused it; any other error leaves open whether it went."""
        for tries_left in reversed(range(_TRIES)):
            try:
                _client().send_raw_email(
                    Source=self._sender,
                    Destinations=[message["To"]],
                    RawMessage={"Data": message.as_bytes(policy=ON_THE_WIRE)},
                    **self._told,
                )
            except ClientError as error:
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
                if status >= 500:
                    raise
                if error.response["Error"]["Code"] not in _THROTTLED or not tries_left:
                    raise NotSent(
                        f"SES refused it: {error.response['Error']['Message']}"
                    ) from error
                self._pause(_PAUSE_SECONDS)
            else:
                return


def compose(
    alert: Alert, *, sender: str, report_url: str, answer_page: str | None = None
) -> EmailMessage:
    """The mail: text first, plain HTML second, nothing remote, no seller's word in a header.

    With it come the pictures, which the HTML shows, and for a counter-notice the reply pack.
    """
    subject = _subject(alert)
    pictures = [shown.picture for shown in alert.evidence]
    pack = f"reply-{alert.complaint.id}.txt" if _wants_reply(alert) else None
    facts = _facts(alert, report_url, answer_page) | {"subject": subject, "pack": pack}
    message = _message("alert", facts, pictures)
    if pack is not None:
        message.add_attachment(reply_pack(alert), subtype="plain", filename=pack)
    message["From"] = f"Headwater <{sender}>"
    message["To"] = alert.recipient.email
    message["Subject"] = subject
    message["Date"] = format_datetime(alert.now)
    # SES replaces the Message-ID, so one invented ancestor keeps the mails of a complaint together.
    thread = f"<{alert.brand}.{alert.complaint.id}@{sender.rpartition('@')[2]}>"
    message["In-Reply-To"] = thread
    message["References"] = thread
    return message


def reply_pack(alert: Alert) -> str:
    """What to check, a draft of the answer in English and Chinese, and the list of the evidence.

    Whatever a stranger wrote stands in one line, and nothing of it goes to the platform unread.
    """
    complaint, right = alert.complaint, alert.right
    named = f"{complaint.right_kind} {in_one_line(complaint.right)}"
    chinese = _RIGHTS_IN_CHINESE[complaint.right_kind]
    return (
        _templates()
        .get_template("reply.txt")
        .render(
            alert=alert,
            platform=complaint.platform.title,
            number=in_one_line(complaint.number or "") or "(number)",
            right=f"{named} ({right.country})" if right else named,
            right_in_chinese=f"{chinese}（{in_one_line(complaint.right)}）",
            owner=in_one_line(right.owner) if right else "____",
            expires=right.expires if right else None,
            filed=complaint.opened_at.astimezone(CHINA).date(),
            six_months_before=months_from(complaint.opened_at.astimezone(CHINA).date(), -6),
            act_by=f"{alert.deadline.act_by_at.astimezone(CHINA):%A %d %B %Y, %H:%M}",
            cases=[_case_evidence(shown) for shown in alert.evidence],
            more=complaint.cases[len(alert.evidence) :],
        )
    )


def compose_digest(
    digest: Digest, *, sender: str, report_url: str, feed: str | None = None
) -> EmailMessage:
    """The day's mail: what is due soon, the nearest first, with a calendar file.

    `feed` is the private address at which a calendar program finds every open deadline.
    """
    ours = sum(due.deadline.ours for due in digest.due)
    marks = "[rehearsal] " * digest.rehearsal + "[possible repeat] " * digest.possible_repeat
    dates = "1 date" if len(digest.due) == 1 else f"{len(digest.due)} dates"
    asked = len(digest.questions)
    mails = f", {asked} mail{'s' if asked > 1 else ''} to look at" if asked else ""
    again = f", {len(digest.back)} back again" if digest.back else ""
    subject = f"{marks}{dates} in 14 days, {ours} of them yours{mails}{again} - {digest.brand.id}"
    zone = zone_of(digest.recipient)
    facts = {
        "digest": digest,
        "subject": subject,
        "zone": zone.key,
        "feed": feed,
        "rows": [_row(due, digest, report_url) for due in digest.due],
        "questions": [_question(letter) for letter in digest.questions[:_QUESTIONS_SHOWN]],
        "more_questions": max(len(digest.questions) - _QUESTIONS_SHOWN, 0),
        "back": [_back(case, report_url) for case in digest.back[:_BACK_SHOWN]],
        "more_back": max(len(digest.back) - _BACK_SHOWN, 0),
    }
    message = _message("digest", facts)
    message["From"] = f"Headwater <{sender}>"
    message["To"] = digest.recipient.email
    message["Subject"] = in_one_line(subject, most=_SUBJECT_LENGTH)
    message["Date"] = format_datetime(digest.now)
    message.add_attachment(
        calendar_feed.render(digest.due),
        maintype="text",
        subtype="calendar",
        filename="deadlines.ics",
    )
    return message


def compose_news(news: News, *, sender: str, report_url: str) -> EmailMessage:
    """New listings, grouped by watch and platform; what a seller wrote is no link and no header."""
    by_platform: dict[str, int] = {}
    for group in news.groups:
        title = group.platform.title
        by_platform[title] = by_platform.get(title, 0) + group.new
    where = ", ".join(f"{title} {new}" for title, new in by_platform.items())
    listings = "1 new listing" if news.new == 1 else f"{news.new} new listings"
    marks = "[rehearsal] " * news.rehearsal + "[possible repeat] " * news.possible_repeat
    subject = in_one_line(f"{marks}{listings}: {where} - {news.brand.id}", most=_SUBJECT_LENGTH)
    facts = {
        "news": news,
        "subject": subject,
        "listings": listings,
        "groups": [
            {
                "watch": group.watch,
                "platform": group.platform.title,
                "new": group.new,
                "listings": [_new_listing(one) for one in group.shown],
                "more": group.new - len(group.shown),
            }
            for group in news.groups
        ],
        "gaps": [_gap(gap) for gap in news.gaps],
        "page": f"{report_url.rstrip('/')}/{news.brand.id}/listings.html" if report_url else None,
    }
    message = _message("news", facts)
    message["From"] = f"Headwater <{sender}>"
    message["To"] = news.recipient.email
    message["Subject"] = subject
    message["Date"] = format_datetime(news.now)
    return message


def _new_listing(sighting: Sighting) -> Mapping[str, str]:
    listing = sighting.listing
    price, seller = listing.price, listing.seller
    amount = f"{price.minimum} {price.currency or ''}".strip() if price else "no price shown"
    return {
        "title": quoted(listing.title or "(no title)"),
        "price": in_one_line(amount),
        "seller": quoted((seller.name or seller.id or "") if seller else "") or "seller unknown",
        "address": quoted(defanged(listing.url)),
    }


def _gap(gap: Gap) -> str:
    if gap.blind:
        return f"{gap.platform.title}: the search could not prove that it sees everything"
    return f"{gap.platform.title}: {gap.answered} of {gap.asked} questions were answered"


def _message(
    template: str, facts: Mapping[str, Any], pictures: Sequence[bytes | None] = ()
) -> EmailMessage:
    message = EmailMessage()
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_templates().get_template(f"{template}.txt").render(facts))
    page = _templates().get_template(f"{template}.html").render(facts)
    message.add_alternative(page, subtype="html")
    html = cast("EmailMessage", list(message.iter_parts())[-1])
    for number, picture in enumerate(pictures, start=1):
        if picture is not None:
            html.add_related(
                picture,
                maintype="image",
                subtype="png",
                cid=f"<{_picture_name(number)}>",
                filename=f"listing-{number}.png",
                disposition="inline",
            )
    return message


def _picture_name(number: int) -> str:
    return f"listing-{number}@headwater"


def _wants_reply(alert: Alert) -> bool:
    return alert.deadline.event == ComplaintState.COUNTER_FILED


def _row(due: Due, digest: Digest, report_url: str) -> Mapping[str, object]:
    deadline, rule = due.deadline, due.deadline.rule
    local = deadline.act_by_at.astimezone(zone_of(digest.recipient))
    in_china = deadline.act_by_at.astimezone(CHINA)
    case_id = due.complaint.cases[0] if due.complaint else None
    return {
        "when": f"{in_china:%a %d %b %Y, %H:%M}",
        "local": f"{local:%a %d %b, %H:%M}" if local.utcoffset() != in_china.utcoffset() else "",
        "overdue": deadline.act_by_at <= digest.now,
        "provisional": deadline.provisional,
        "subject": due.subject,
        "who": "you" if deadline.ours else f"the {rule.who}",
        "limit": rule.limit_in_words,
        "rule": rule.id,
        "basis": deadline.basis,
        "consequence": rule.consequence,
        "page": _page(report_url, digest.brand.id, case_id) if case_id else None,
    }


def _back(case: Case, report_url: str) -> Mapping[str, object]:
    return {
        "id": case.id,
        "times": case.in_times,
        "title": quoted(case.listing.title or "(no title)"),
        "platform": case.listing.key.platform.title,
        "page": _page(report_url, case.brand, case.id),
    }


def commands(letter: Letter) -> list[str]:
    """What a person writes to answer the question of a mail."""
    brand = f" --brand {letter.brand}"
    complaint = letter.complaint or "COMPLAINT"
    event = letter.event or (ComplaintState.COUNTER_FILED if letter.urgent else "EVENT")
    at = f" --at {letter.at.astimezone(UTC).isoformat()}" if letter.at else ""
    due = f" --due {letter.due.astimezone(UTC).isoformat()}" if letter.due else ""
    said = f"--complaint {complaint} --event {event}{at}{due}"
    return [
        f"headwater inbox show {letter.id}{brand}",
        f"headwater inbox answer {letter.id} {said}{brand}",
        f"headwater inbox dismiss {letter.id}{brand}   (it says nothing)",
    ]


def _question(letter: Letter) -> Mapping[str, object]:
    return {
        "sender": quoted(letter.sender),
        "subject": quoted(letter.subject),
        "sentence": quoted(letter.sentence),
        "reasons": [quoted(reason) for reason in letter.reasons],
        "urgent": letter.urgent,
        "commands": commands(letter),
    }


def _page(report_url: str, brand: str, case_id: str) -> str | None:
    """Where the report shows the case; None without a report."""
    return f"{report_url.rstrip('/')}/{brand}/{page_name(case_id)}" if report_url else None


def _facts(alert: Alert, report_url: str, answer_page: str | None) -> dict[str, Any]:
    complaint, deadline = alert.complaint, alert.deadline
    platform = complaint.platform.title
    began = deadline.started_at.astimezone(CHINA)
    event = ComplaintState(deadline.event)
    return {
        "alert": alert,
        "platform": platform,
        "right": in_one_line(complaint.right),
        "rule": deadline.rule,
        "happened": _HAPPENED[event].format(platform=platform, day=f"{began:%a %d %b %Y}"),
        "to_do": _TO_DO[event],
        "command": _COMMANDS[event].format(id=complaint.id, brand=alert.brand),
        "page": _page(report_url, alert.brand, complaint.cases[0]),
        "answer_page": answer_page,
        "time_left": _time_left(alert),
        "china_time": f"Until {deadline.act_by_at.astimezone(CHINA):%A %d %B %Y, %H:%M} in China.",
        "local_time": _local_time(alert),
        "caveats": _caveats(deadline),
        "basis": _basis(deadline),
        "listings": [_listing(n, shown) for n, shown in enumerate(alert.evidence, start=1)],
        "more": len(complaint.cases) - len(alert.evidence),
    }


def _subject(alert: Alert) -> str:
    """Our own words and ids only: the report's ids cannot carry a seller's text."""
    act_by = f"{alert.deadline.act_by_at.astimezone(CHINA):%a %d %b %H:%M} China time"
    counter = alert.deadline.event == ComplaintState.COUNTER_FILED
    kind = "Counter-notice" if counter else "15 days of the law"
    by_level = {
        Level.AT_ONCE: f"{kind}: act by {act_by}",
        Level.TWO_DAYS: f"Two days left: act by {act_by}",
        Level.ONE_DAY: f"ONE DAY LEFT: act by {act_by}",
        Level.SIX_HOURS: f"SIX HOURS LEFT: act by {act_by}",
        Level.OVERDUE: f"OVERDUE since {act_by}: act now",
    }
    marks = (
        "[rehearsal] " * alert.complaint.rehearsal + "[possible repeat] " * alert.possible_repeat
    )
    subject = f"{marks}{by_level[alert.level]} - complaint {alert.complaint.id}"
    return in_one_line(subject, most=_SUBJECT_LENGTH)


def _time_left(alert: Alert) -> str:
    left = alert.deadline.act_by_at - alert.now
    if left <= timedelta(0):
        return (
            f"Overdue by {_span(-left)}. The platform may still take an answer"
            f" until the end of {alert.deadline.latest:%a %d %b}: try at once."
        )
    return f"{_span(left)} left."


def _span(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    if hours < 48:
        return f"{hours} hours" if hours != 1 else "1 hour"
    return f"{hours // 24} days"


def _local_time(alert: Alert) -> str | None:
    zone = zone_of(alert.recipient)
    local = alert.deadline.act_by_at.astimezone(zone)
    if local.utcoffset() == alert.deadline.act_by_at.astimezone(CHINA).utcoffset():
        return None
    return f"That is {local:%A %d %B %Y, %H:%M} where you are ({zone.key})."


def _caveats(deadline: Deadline) -> list[str]:
    lines = []
    if deadline.provisional:
        lines.append(
            "PROVISIONAL: China has not published the holidays of that year yet, and a make-up"
            " Saturday or Sunday could bring the date forward. Answer early."
        )
    dates = deadline.calendars
    if dates.differ:
        lines.append(
            f"Which days count is not certain: {dates.official:%a %d %b} by the official calendar,"
            f" {dates.mon_fri:%a %d %b} by Monday to Friday, {dates.holidays_only:%a %d %b}"
            " without holidays. The earliest is the one to go by."
        )
    elif deadline.formally_due != deadline.act_by:
        lines.append(f"Formally due {deadline.formally_due:%a %d %b}; do not rely on it.")
    return lines


def _basis(deadline: Deadline) -> str:
    rule = deadline.rule
    limit = f"{rule.limit_in_words} from {rule.counts_from}"
    match deadline.basis:
        case Basis.TYPED:
            return f"You read this date in the platform's notice. It beats rule {rule.id}."
        case Basis.OVERRIDE:
            return f"Your own setting for rule {rule.id}: {limit}."
        case Basis.RULE:
            return f"Rule {rule.id}: {limit}."
        case Basis.DEFAULT:
            return (
                f"An ASSUMPTION (rule {rule.id}): {limit}. If the platform's notice names a date,"
                " record it: it wins."
            )


def _listing(number: int, shown: CaseEvidence) -> Mapping[str, str | None]:
    seller, case = shown.case.listing.seller, shown.case
    return {
        "picture": _picture_name(number) if shown.picture is not None else None,
        "pair": "yes" if case.pictures else None,
        "title": quoted(case.listing.title or "(no title)"),
        "seller": quoted((seller.name or seller.id or "") if seller else "") or "seller unknown",
        "address": quoted(defanged(case.listing.url)),
    }


def _case_evidence(shown: CaseEvidence) -> Mapping[str, Any]:
    reasons = sorted(shown.case.risk.reasons, key=lambda reason: -abs(reason.points))
    return {
        "id": shown.case.id,
        "address": in_one_line(shown.case.listing.url, most=500),
        "reasons": [in_one_line(reason.text) for reason in reasons[:4]],
        "captures": [_capture(capture) for capture in shown.captures[:5]],
    }


def _capture(capture: Capture) -> Mapping[str, object]:
    return {
        "at": f"{capture.captured_at:%Y-%m-%d %H:%M} UTC",
        "outcome": capture.outcome,
        "parts": len(capture.parts),
        "manifest": capture.manifest_sha256,
        "signed": ", ".join(
            f"{in_one_line(one.authority)} {one.at:%Y-%m-%d %H:%M} UTC"
            for one in capture.timestamps
        ),
    }


def quoted(text: str) -> str:
    """A stranger's words so that no mail program makes a link of them."""
    line = in_one_line(text).replace("://", "[:]//").replace("@", "[at]")
    return _DOT_IN_A_NAME.sub("[.]", line)


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "mail_templates"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
    )
