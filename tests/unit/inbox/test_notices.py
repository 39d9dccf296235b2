# ruff: noqa: E501, ISC004
"""What a notice says: thirty ways to say it, and as many mails that say nothing of the kind."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.notice_patterns import built_in
from headwater.domain.complaints import ComplaintState
from headwater.domain.notice_dates import dates_in
from headwater.domain.notices import folded, matches, sentences
from tests.unit.inbox.letters import NOW, NUMBER, complaint, mail, understood

S = ComplaintState
N = NUMBER

SAID = [
    (S.COUNTER_FILED, f"The seller has submitted a counter-notification to your complaint {N}."),
    (S.COUNTER_FILED, f"Complaint No. {N}\nThe seller filed a counter-notice on 20 November 2026."),
    (S.COUNTER_FILED, f"A counter-notification against your complaint {N} has been submitted by\n"
                      "the seller. Please log in and accept or reject it by 25 Nov 2026."),
    (S.COUNTER_FILED, f"Dear right holder,\n\nWe received a counter-notification for complaint {N}.\n"),
    (S.COUNTER_FILED, f"Complaint ID: {N}\nStatus: awaiting the complainant's response\n"),
    (S.COUNTER_FILED, f"[{N}] Counter-notification received\n\nOpen the IPP to see it."),
    (S.COUNTER_FILED, f"The respondent has appealed. Reference number: {N}"),
    (S.COUNTER_FILED, f"A seller disputed your complaint {N}; respond no later than 2026-11-26 18:00."),
    (S.COUNTER_FILED, f"您好，投诉编号：{N}，卖家已提交反通知，请您于2026年11月25日前处理。"),
    (S.COUNTER_FILED, f"投诉单号{N}：被投诉方于2026年11月20日提交了不侵权声明。"),
    (S.COUNTER_FILED, f"您的投诉（编号 {N}）待投诉方响应，请登录知识产权保护平台。"),
    (S.COUNTER_FILED, f"投诉编号 {N}\n平台收到商家申诉，请在2026-11-25 18:00之前响应。"),
    (S.COUNTER_FILED, f"【知识产权】商家发起了申诉，投诉单号：{N}"),
    (S.COUNTER_FILED, f"投诉编號：{N}，賣家已提交反通知。".replace("編號", "编号").replace("賣", "卖")),
    (S.NOTIFIED, f"Your complaint {N} has been accepted and forwarded."),
    (S.NOTIFIED, f"The listing was removed. Complaint ID {N}"),
    (S.NOTIFIED, f"投诉编号：{N}。您的投诉已受理。"),
    (S.NOTIFIED, f"投诉单号：{N}，涉诉商品已下架。"),
    (S.REJECTED, f"Your complaint {N} has been rejected. Reason: certificate not legible."),
    (S.REJECTED, f"Unfortunately we are unable to process your complaint {N}."),
    (S.REJECTED, f"投诉编号：{N}\n您的投诉未通过审核，原因：凭证不清晰。"),
    (S.UPHELD, f"Your complaint {N} was upheld."),
    (S.UPHELD, f"The dispute on complaint {N} was decided in favour of the complainant."),
    (S.UPHELD, f"投诉单号：{N}，平台判定投诉成立。"),
    (S.RESTORED, f"The listing has been reinstated. Complaint number {N}."),
    (S.RESTORED, f"投诉编号：{N}，商品已恢复。"),
    (S.WITHDRAWN, f"Your complaint {N} has been withdrawn."),
    (S.WITHDRAWN, f"投诉编号：{N}，投诉已撤销。"),
    (S.UNDER_REVIEW, f"We have received your complaint {N}."),
    (S.UNDER_REVIEW, f"投诉提交成功，投诉编号：{N}。"),
    (S.COUNTER_FILED, f"<p>Complaint <b>ID</b>: <span>{N}</span></p><p>The seller has<br>submitted"
                      " a counter-notification.</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "text"), SAID)
def test_a_plain_notice_is_understood(event: S, text: str) -> None:
    known = complaint(state=S.NOTIFIED if event is S.RESTORED else S.UNDER_REVIEW)
    reading = understood(mail(text, html="<p>" in text), known)
    assert reading.doubts == ()
    assert reading.event is event
    assert reading.complaint == known
    assert reading.sentence


CONFUSING = {
    "no counter-notice": f"No counter-notification was filed on complaint {N}. Nothing to do.",
    "denied": f"The seller has not submitted a counter-notification to complaint {N}.",
    "condition": f"If the seller has submitted a counter-notification to complaint {N}, respond.",
    "condition over two lines": f"Complaint {N}. If the seller\nhas submitted a counter-notification,"
    "\nplease answer.",
    "narrow condition": f"Complaint {N}\n\nIf\nthe seller\nhas submitted a\ncounter-notification\n",
    "possibility": f"The seller may have filed a counter-notification to complaint {N}.",
    "future": f"Complaint {N} will be closed once the seller has submitted a counter-notification.",
    "question": f"What to do when a seller has submitted a counter-notification? Complaint {N}",
    "lesson": f"Webinar: the seller has submitted a counter-notification, e.g. complaint {N}.",
    "newsletter": "Your IPP newsletter: 97% of counter-notifications were received in time.",
    "marketing": "Singles' Day! 70% off for every seller. Order no. 99887766.",
    "other number": "The seller has submitted a counter-notification to complaint CN-2026-884214.",
    "longer number": f"The seller has submitted a counter-notification to complaint {N}-B.",
    "inside a number": f"The seller has submitted a counter-notification to complaint 9{N}77.",
    "two numbers": f"Complaint {N} and complaint CN-2026-111111: the seller has submitted"
    " a counter-notification.",
    "two events": f"Your complaint {N} was upheld. The seller has submitted a counter-notification.",
    "upheld before any counter": f"Counter-notification for {N}: the complaint was upheld.",
    "ambiguous date": f"The seller filed a counter-notification to complaint {N} on 03/04/2026.",
    "ambiguous due": f"The seller filed a counter-notification to complaint {N}. Answer by 11/12/2026.",
    "two due dates": f"The seller filed a counter-notification to complaint {N}. Answer by"
    " 2026-11-25. Deadline: 2026-11-27.",
    "whose date": f"The seller filed a counter-notification to complaint {N}.\n"
    "The seller must send proof by 2026-12-20.",
    "year missing": f"The seller filed a counter-notification to complaint {N}. Answer by Nov 25.",
    "future date": f"The seller filed a counter-notification to complaint {N} on 2026-12-24.",
    "old date": f"The seller filed a counter-notification to complaint {N} on 2026-05-05.",
    "due before it": f"The seller filed a counter-notification to complaint {N}. Answer by 2026-11-01.",
    "a wall of dates": f"The seller filed a counter-notification to complaint {N}. "
    + "by 2026-11-25 18:00 and " * 2000,
    "quoted": f"Nothing new here.\n\n> The seller has submitted a counter-notification\n> to {N}.\n",
    "old thread": "Thank you, we look into it.\n\nOn Fri, 20 Nov 2026 at 10:00, IPP <x@y.example>"
    f" wrote:\nThe seller has submitted a counter-notification to complaint {N}.\n",
    "chinese denial": f"投诉编号：{N}，卖家未提交反通知。",
    "chinese condition": f"投诉编号：{N}，如卖家提交了申诉，我们会通知您。",
    "chinese possibility": f"投诉编号：{N}，卖家可以在3个工作日内提交反通知。",
    "chinese waiting": f"投诉编号：{N}，等待卖家提交反通知。",
    "chinese lesson": f"如何处理：收到卖家申诉后，请在3个工作日内响应。投诉编号：{N}",
    "chinese question": f"卖家已提交反通知怎么办？投诉编号：{N}",
    "chinese deadline of the seller": f"投诉编号：{N}，卖家提交反通知的截止时间为2026年11月25日。",
    "chinese how-to": f"卖家发起申诉时，您会在平台看到投诉 {N}。",
    "deadline of the seller": f"Complaint {N}: the seller's time to submit a counter-notification ends"
    " on 2026-11-25.",
    "many sellers": f"Submitted counter-notifications are listed in the IPP. Complaint {N}",
    "our own answer": f"Your response to the counter-notification of complaint {N} was sent.",
    "taken back": f"The seller has withdrawn the counter-notification to complaint {N}.",
    "feature": f"Try our new counter-notification page! Your complaint {N} is an example.",
    "survey": f"How satisfied are you with complaint {N}? Rate us by 2026-11-30.",
    "training mail": f"Example: 'The seller has submitted a counter-notification to complaint {N}.'",
    "empty": "",
    "number only": N,
}  # fmt: skip


@pytest.mark.parametrize("text", CONFUSING.values(), ids=CONFUSING.keys())
def test_what_only_sounds_like_a_notice_is_left_to_a_person(text: str) -> None:
    reading = understood(mail(text), complaint(), complaint("CN-2026-111111"))
    assert reading.doubts


def test_a_counter_notification_that_is_not_sure_is_still_noticed() -> None:
    for name in ("possibility", "ambiguous date", "two numbers", "chinese condition"):
        assert understood(mail(CONFUSING[name])).maybe_counter, name
    assert not understood(mail(CONFUSING["marketing"])).maybe_counter


def test_the_date_in_the_notice_is_read_with_its_zone() -> None:
    text = f"The seller filed a counter-notification to complaint {N} on 2026-11-20 09:30."
    due = " Please respond by November 24, 2026 5:00 PM (GMT+8)."
    reading = understood(mail(text + due))
    assert reading.doubts == ()
    assert reading.at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert reading.due == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert any("no time zone is written" in one for one in reading.assumptions)


@pytest.mark.parametrize(
    "due",
    [
        "请您于2026年11月25日18:00前处理。",
        "请在2026-11-25 18:00之前响应。",
        "截止时间：2026年11月25日 18时（北京时间）",
        "最迟2026/11/25 18:00。",
        "Deadline: 25 November 2026, 6 pm (Beijing time)".replace("6 pm", "18:00"),
        "You have until Nov 25, 2026 10:00 UTC to respond.",
        "Please answer on or before 2026-11-25T18:00+08:00.",
        "Due date 2026-11-25",
    ],
)
def test_the_date_for_our_answer_is_read_however_it_is_put(due: str) -> None:
    reading = understood(mail(f"投诉编号：{N}，卖家已提交反通知。\n\n{due}"))
    assert reading.doubts == ()
    assert reading.due == datetime(2026, 11, 25, 10, tzinfo=UTC)


def test_a_date_that_ends_nothing_is_not_taken_for_the_end() -> None:
    text = f"{SAID[0][1]} Our offices are closed on 2026-12-25. Policy of 2026-01-01."
    reading = understood(mail(text))
    assert reading.doubts == ()
    assert reading.due is None


def test_by_whom_is_not_until_when() -> None:
    text = f"A counter-notification to complaint {N} was filed by Yiwu Shop on 2026-11-19."
    reading = understood(mail(text + " Please answer by 2026-11-25."))
    assert reading.doubts == ()
    assert reading.at == datetime(2026, 11, 18, 16, tzinfo=UTC)
    assert reading.due == datetime(2026, 11, 25, 10, tzinfo=UTC)


def test_without_a_date_in_the_text_the_notice_is_dated_by_its_header() -> None:
    reading = understood(mail(SAID[0][1], date=NOW - timedelta(hours=5)))
    assert reading.at == NOW - timedelta(hours=5)
    assert "neither a sentence" in understood(mail(SAID[0][1], date=None)).doubts[0]


FORWARDS = {
    "gmail": "FYI\n\n---------- Forwarded message ---------\nFrom: IPP <no-reply@alibaba-inc.com>\n"
    "Date: Fri, Nov 20, 2026 at 10:00 AM\nSubject: Counter\nTo: <o@x.example>\n\n\n{text}\n",
    "outlook": "see below\n\n________________________________\nFrom: IPP <no-reply@alibaba-inc.com>\n"
    "Sent: Friday, November 20, 2026 10:00 AM\nTo: owner\nSubject: Counter\n\n{text}\n",
    "apple": "\n\nBegin forwarded message:\n\n> From: IPP <no-reply@alibaba-inc.com>\n"
    "> Subject: Counter\n> Date: 20 November 2026 at 10:00:00 GMT+8\n> To: o@x.example\n> \n> {text}\n",
    "qq": '\n\n------------------ 原始邮件 ------------------\n发件人: "IPP" <no-reply@alibaba-inc.com>\n'
    '发送时间: 2026年11月20日(星期五) 上午10:00\n收件人: "o" <o@x.example>\n主题: 反通知\n\n{text}\n',
}  # fmt: skip


@pytest.mark.parametrize("form", FORWARDS.values(), ids=FORWARDS.keys())
def test_a_forwarded_notice_is_read_as_what_it_was_when_it_came(form: str) -> None:
    reading = understood(mail(form.format(text=SAID[0][1]), subject="Fwd: Counter"))
    assert reading.doubts == ()
    assert reading.event is S.COUNTER_FILED
    assert reading.at is not None
    assert reading.at.date().isoformat() in {"2026-11-19", "2026-11-20"}
    assert reading.at <= datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_a_notice_forwarded_as_an_attachment_is_read() -> None:
    outer = EmailMessage()
    outer["From"] = "owner@fjellvik.example"
    outer["Subject"] = "Fwd"
    outer.set_content("please record")
    outer.add_attachment(mail(SAID[0][1], date=NOW - timedelta(days=1)))
    reading = understood(outer)
    assert reading.doubts == ()
    assert reading.at == NOW - timedelta(days=1)


def test_what_is_on_record_already_is_not_overtaken_by_an_older_notice() -> None:
    known = complaint(state=S.ANSWERED, rounds=1)
    old = SAID[0][1] + " Submitted on 2026-11-09."
    assert any("before" in doubt for doubt in understood(mail(old, date=NOW), known).doubts) or (
        understood(mail(SAID[0][1], date=NOW - timedelta(days=12)), known).doubts
    )


def test_an_event_that_cannot_follow_is_a_question() -> None:
    reading = understood(mail(f"Your complaint {N} was upheld."), complaint(state=S.WITHDRAWN))
    assert any("cannot become upheld" in doubt for doubt in reading.doubts)


def test_a_short_number_counts_only_behind_a_label() -> None:
    text = "The seller has submitted a counter-notification. 77 others read this."
    assert understood(mail(text), complaint("77")).complaint is None
    labelled = "The seller has submitted a counter-notification to complaint no. 77."
    assert understood(mail(labelled), complaint("77")).doubts == ()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-25", "2026-11-25T10:00:00+00:00"),
        ("2026/11/25 18:30", "2026-11-25T10:30:00+00:00"),
        ("2026年11月25日18时", "2026-11-25T10:00:00+00:00"),
        ("2026年11月25日 24:00", "2026-11-25T16:00:00+00:00"),
        ("25 november 2026", "2026-11-25T10:00:00+00:00"),
        ("nov 25, 2026 6:00 pm utc", "2026-11-25T18:00:00+00:00"),
        ("november 25th, 2026", "2026-11-25T10:00:00+00:00"),
        ("2026-11-25t18:00:00+08:00", "2026-11-25T10:00:00+00:00"),
        ("25/11/2026", "2026-11-25T10:00:00+00:00"),
        ("11/25/2026", "2026-11-25T10:00:00+00:00"),
        ("05/05/2026", "2026-05-05T10:00:00+00:00"),
        ("03/04/2026", None),
        ("2026-02-30", None),
        ("2026-11-25 25:00", None),
        ("nov 25", None),
        ("11月25日", None),
    ],
)
def test_a_date_is_read_when_it_can_only_mean_one_day(text: str, moment: str | None) -> None:
    (read,) = dates_in(text)
    assert (read.moment.isoformat() if read.moment else None) == moment


def test_versions_and_addresses_are_no_dates() -> None:
    assert dates_in("version 3.4.2026.1 of 10.20.30.40, item 1234-56-78901") == ()


@given(st.text(max_size=400))
def test_any_text_is_read_without_an_error(text: str) -> None:
    understood(mail(text.encode("utf-8", "replace").decode().replace("\r", "")))
    dates_in(folded(text))
    sentences(text)


def test_no_pattern_is_slow_on_a_text_made_against_it() -> None:
    evil = folded("submitted " * 6000)
    for pattern in built_in().events:
        assert matches(pattern.words, evil) == ()
