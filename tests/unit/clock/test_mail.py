"""The alert mail: what it says, how it threads, and what a seller's words cannot do in it."""

import re
import string
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.mail import ON_THE_WIRE, compose
from headwater.domain.alerts import Alert, CaseEvidence, Level
from headwater.domain.brands import Recipient, Right, RightKind
from headwater.domain.captures import Timestamp
from headwater.domain.cases import Case
from headwater.domain.complaints import ComplaintState
from headwater.usecases.complaints import move
from tests.factories import CAPTURE
from tests.fakes.clock import ComplaintsInMemory
from tests.unit.clock.desk import (
    ACT_BY,
    CLOCK,
    LAWYER,
    OWNER,
    RECEIVED,
    case,
    waiting_complaint,
)


def alert(
    level: Level = Level.AT_ONCE,
    hours_left: float = 70,
    recipient: Recipient = OWNER,
    cases: tuple[Case, ...] = (),
    *,
    evidence: tuple[CaseEvidence, ...] = (),
    rehearsal: bool = False,
    repeat: bool = False,
    number: str = "0001",
) -> Alert:
    complaint = waiting_complaint(ComplaintsInMemory(), rehearsal=rehearsal, number=number)
    (deadline,) = complaint.own_deadlines(CLOCK)
    return Alert(
        brand="fjellvik",
        brand_name="Fjellvik",
        complaint=complaint,
        deadline=deadline,
        level=level,
        recipient=recipient,
        now=ACT_BY - timedelta(hours=hours_left),
        evidence=evidence or tuple(CaseEvidence(case=one) for one in cases or (case(1),)),
        possible_repeat=repeat,
    )


def mail(
    an_alert: Alert, report_url: str = "https://report.example/", answer: str | None = None
) -> EmailMessage:
    """As it arrives: through bytes and back."""
    composed = compose(
        an_alert, sender="alerts@fjellvik.example", report_url=report_url, answer_page=answer
    )
    parsed = message_from_bytes(composed.as_bytes(policy=ON_THE_WIRE), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


class Page(HTMLParser):
    """Collects tags, links and text of the HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [
            value or "" for name, value in attrs if name in {"href", "src", "background"}
        ]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_ten_seconds_are_enough_to_know_what_to_do() -> None:
    message = mail(alert())
    text = part(message, "plain")
    assert message["Subject"] == (
        "Counter-notice: act by Thu 04 Jun 18:00 China time - complaint alibaba-0001"
    )
    for said in (
        "A seller answered your complaint on Alibaba.com on Mon 01 Jun 2026.",
        "reject the counter-notice",
        "2 days left.",
        "Until Thursday 04 June 2026, 18:00 in China.",
        "That is Thursday 04 June 2026, 12:00 where you are (Europe/Oslo).",
        "The request may be discarded and the listing restored.",
        "An ASSUMPTION (rule CMP-GENERIC): 3 working days from",
        "https://report.example/fjellvik/cases/alibaba-1.html",
        "headwater complaint reject alibaba-0001 --brand fjellvik",
        "and 1 more on the page of the case",
    ):
        assert said in text, said
    assert text.index("WHAT HAPPENED") < text.index("WHAT TO DO") < text.index("UNTIL WHEN")


def test_both_parts_say_the_same() -> None:
    message = mail(alert())
    text = " ".join(part(message, "plain").split())
    words = " ".join(Page(part(message, "html")).words)
    for said in ("Until Thursday 04 June 2026", "2 days left", "CMP-GENERIC", "Yiwu Shop"):
        assert said in text
        assert said in words


def test_the_text_part_comes_first_and_nothing_is_remote() -> None:
    message = mail(alert())
    words, _pack = message.iter_parts()
    assert [one.get_content_type() for one in words.iter_parts()] == ["text/plain", "text/html"]
    page = Page(part(message, "html"))
    assert page.links == ["https://report.example/fjellvik/cases/alibaba-1.html"]
    assert not {"img", "script", "link", "iframe", "style", "form"} & set(page.tags)


def test_without_a_report_there_is_no_link() -> None:
    message = mail(alert(), report_url="")
    assert Page(part(message, "html")).links == []
    assert "://" not in part(message, "plain").replace("[:]//", "")


def test_the_mails_of_a_complaint_are_one_thread_and_others_are_not() -> None:
    first, last = mail(alert()), mail(alert(Level.OVERDUE, -1, LAWYER, repeat=True))
    other = mail(alert(number="0002"))
    assert first["References"] == last["References"] == first["In-Reply-To"]
    assert other["References"] != first["References"]


@pytest.mark.parametrize(
    ("level", "hours_left", "subject", "said"),
    [
        (Level.TWO_DAYS, 48, "Two days left", "2 days left."),
        (Level.ONE_DAY, 23.5, "ONE DAY LEFT", "23 hours left."),
        (Level.SIX_HOURS, 1.5, "SIX HOURS LEFT", "1 hour left."),
        (Level.OVERDUE, -3, "OVERDUE since", "Overdue by 3 hours."),
    ],
)
def test_the_subject_says_how_urgent_it_is(
    level: Level, hours_left: float, subject: str, said: str
) -> None:
    message = mail(alert(level, hours_left))
    assert message["Subject"].startswith(subject)
    assert said in part(message, "plain")


def test_a_rehearsal_and_a_possible_repeat_are_marked_everywhere() -> None:
    message = mail(alert(rehearsal=True, repeat=True))
    assert message["Subject"].startswith("[rehearsal] [possible repeat] Counter-notice")
    assert "REHEARSAL: this was made in a rehearsal" in part(message, "plain")
    assert "POSSIBLE REPEAT" in part(message, "plain")
    assert {"Rehearsal:", "Possible repeat:"} <= set(Page(part(message, "html")).words)
    plain = mail(alert())
    for kind in ("plain", "html"):
        assert not re.search("rehearsal|possible repeat", part(plain, kind), re.IGNORECASE)


def test_what_is_not_certain_is_said() -> None:
    uncertain = waiting_complaint(
        ComplaintsInMemory(), at=RECEIVED.replace(year=2026, month=2, day=11)
    )
    (deadline,) = uncertain.own_deadlines(CLOCK)
    text = part(mail(replace(alert(), complaint=uncertain, deadline=deadline)), "plain")
    assert "Sat 14 Feb by the official calendar, Mon 16 Feb by Monday to Friday" in text
    assert "PROVISIONAL" not in text
    later = waiting_complaint(
        ComplaintsInMemory(), at=RECEIVED.replace(year=2026, month=12, day=30)
    )
    (deadline,) = later.own_deadlines(CLOCK)
    text = part(mail(replace(alert(), complaint=later, deadline=deadline)), "plain")
    assert "PROVISIONAL: China has not published" in text


def test_a_typed_date_and_an_own_setting_are_named_as_what_they_are() -> None:
    typed = waiting_complaint(ComplaintsInMemory(), due_typed=RECEIVED + timedelta(hours=30))
    (deadline,) = typed.own_deadlines(CLOCK)
    text = part(mail(replace(alert(), complaint=typed, deadline=deadline)), "plain")
    assert "You read this date in the platform's notice. It beats rule CMP-GENERIC." in text
    own = read_clock("[override]\nCMP-GENERIC = 5")
    (deadline,) = alert().complaint.own_deadlines(own)
    text = part(mail(replace(alert(), deadline=deadline)), "plain")
    assert "Your own setting for rule CMP-GENERIC: 5 working days" in text


USUAL = mail(alert())


def test_the_fifteen_days_of_the_law_ask_for_something_else() -> None:
    store = ComplaintsInMemory()
    complaint = move(
        "fjellvik",
        waiting_complaint(store).id,
        ComplaintState.STATUTORY,
        complaints=store,
        clock=CLOCK,
        at=RECEIVED + timedelta(hours=1),
        now=RECEIVED + timedelta(hours=1),
        by="owner",
        source="test",
    )
    _, deadline = complaint.own_deadlines(CLOCK)
    text = part(mail(replace(alert(), complaint=complaint, deadline=deadline)), "plain")
    assert "The 15 days of the Chinese e-commerce law run since Mon 01 Jun 2026." in text
    assert "Complain to an authority or sue" in text
    assert "headwater complaint decide alibaba-0001 upheld --brand fjellvik" in text
    assert "Rule ECL-43" in text


HOSTILE = [
    "<script>alert(1)</script>",
    "</li></ul><a href='https://evil.example'>Click</a>",
    "<img src=https://evil.example/pixel.png>",
    "Subject: hello\r\nBcc: victim@example.com\r\n\r\nhi",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "\u202egpj.exe\u2066 \x00\x1b[31m",
    "go to https://evil.example/x or www.evil.example or mail a@evil.example",
    "javascript:alert(1)",
    "長" * 5000,
]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_sellers_words_stay_words(words: str) -> None:
    message = mail(alert(cases=(case(1, title=words, seller=words),)))
    page = Page(part(message, "html"))
    assert page.links == ["https://report.example/fjellvik/cases/alibaba-1.html"]
    assert not {"script", "img"} & set(page.tags)
    assert message.keys() == USUAL.keys()
    assert message["Subject"] == USUAL["Subject"]
    for kind in ("plain", "html"):
        body = part(message, kind)
        assert "49" not in body.split("listings")[-1]
        assert not set(body) & set("\u202e\u2066\x00\x1b")
        assert not re.search(r"https?://evil|www\.evil|@evil|evil\.example", body)
        assert len(body) < 9000


@settings(max_examples=40)
@given(st.text())
def test_any_words_of_a_seller_make_a_mail_that_can_be_read(words: str) -> None:
    hostile = case(1, title=words, seller=words)
    message = mail(alert(cases=(hostile,)))
    assert message["Subject"] == USUAL["Subject"]
    assert Page(part(message, "html")).links == [
        "https://report.example/fjellvik/cases/alibaba-1.html"
    ]


@settings(max_examples=40)
@given(st.text(alphabet=string.printable, min_size=1))
def test_the_platforms_number_cannot_break_a_header(number: str) -> None:
    message = mail(alert(number=number))
    assert message.keys() == USUAL.keys()
    assert len(message["Subject"]) <= 120


def test_the_pictures_come_with_the_mail_and_are_shown_in_it() -> None:
    shown = CaseEvidence(case=case(1), picture=b"\x89PNG of our own")
    message = mail(alert(evidence=(shown, CaseEvidence(case=case(2)))))
    page = Page(part(message, "html"))
    assert "cid:listing-1@headwater" in page.links
    assert page.tags.count("img") == 1
    (picture,) = [one for one in message.walk() if one.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<listing-1@headwater>"
    assert picture.get_content() == b"\x89PNG of our own"


def test_the_reply_pack_has_a_draft_in_two_languages_and_the_evidence() -> None:
    signed = Timestamp(
        authority="swisssign", at=RECEIVED, request=CAPTURE.manifest, reply=CAPTURE.manifest
    )
    capture = replace(CAPTURE, timestamps=(signed,))
    right = Right(kind=RightKind.TRADEMARK, number="018765432", country="CN", owner="Fjellvik AS")
    kept = CaseEvidence(case=case(1), captures=(capture,))
    warning = replace(alert(evidence=(kept,)), right=right)
    (pack,) = [one for one in mail(warning).iter_attachments() if one.get_filename()]
    assert pack.get_filename() == "reply-alibaba-0001.txt"
    text = str(pack.get_content())
    for said in (
        "Answer by Thursday 04 June 2026, 18:00 in China.",
        "from 2025-11-22 to 2026-05-22",  # the six months before the complaint
        "We do not accept the counter-notification to complaint 0001",
        "We hold trademark 018765432 (CN), owner Fjellvik AS.",
        "我方不接受卖家针对第 0001 号投诉提交的反通知",
        "商标（018765432）",
        capture.manifest_sha256,
        "signed by swisssign 2026-06-01 02:00 UTC",
        "headwater bundle alibaba-1 --brand fjellvik",
        "  alibaba-2",
    ):
        assert said in text, said


def test_there_is_no_reply_to_write_in_the_15_days_of_the_law() -> None:
    warning = alert()
    deadline = CLOCK.deadline("alibaba", "statutory_15d", RECEIVED)
    assert list(mail(replace(warning, deadline=deadline)).iter_attachments()) == []
