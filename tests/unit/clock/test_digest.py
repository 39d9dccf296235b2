"""The morning's mail: what is in it, that it comes once, and that it heals what was lost."""

from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.mail import ON_THE_WIRE, compose_digest
from headwater.domain.alerts import LEASE, Claim, NotSent
from headwater.domain.brands import Brand, Right, RightKind
from headwater.domain.cases import CaseState
from headwater.domain.complaints import ComplaintState
from headwater.usecases.complaints import move
from headwater.usecases.digest import Digest, digest, upcoming
from tests.factories import CASE
from tests.fakes.clock import ComplaintsInMemory, LedgerInMemory
from tests.unit.clock.desk import (
    ACT_BY,
    CLOCK,
    LAWYER,
    OWNER,
    RECEIVED,
    brand,
    waiting_complaint,
)


class Postbox:
    def __init__(self, *, refuses: str = "") -> None:
        self.sent: list[Digest] = []
        self.refuses = refuses

    def send_digest(self, one: Digest) -> None:
        if one.recipient.email == self.refuses:
            raise NotSent("the address is not verified")
        self.sent.append(one)


@pytest.fixture
def store() -> ComplaintsInMemory:
    return ComplaintsInMemory()


def with_right(expires: date) -> Brand:
    right = Right(
        kind=RightKind.TRADEMARK, number="018765432", country="CN", owner="F", expires=expires
    )
    return replace(brand(OWNER), rights=(right,))


def test_it_holds_what_is_due_soon_and_what_is_overdue_the_nearest_first(
    store: ComplaintsInMemory,
) -> None:
    for number, due_in in [("0001", 5), ("0002", -1), ("0003", 13), ("0004", 15)]:
        waiting_complaint(store, number=number, due_typed=RECEIVED + timedelta(days=due_in))
    due = upcoming(brand(OWNER), store.of_brand("fjellvik"), CLOCK, RECEIVED)
    subjects = ["complaint alibaba-0002", "complaint alibaba-0001", "complaint alibaba-0003"]
    assert [one.subject for one in due] == subjects
    every = upcoming(brand(OWNER), store.of_brand("fjellvik"), CLOCK, RECEIVED, within=None)
    assert len(every) == 4


def test_the_time_that_somebody_else_has_is_in_it_while_it_runs(
    store: ComplaintsInMemory,
) -> None:
    complaint = waiting_complaint(store)
    answered = RECEIVED + timedelta(hours=5)
    for state in (ComplaintState.ANSWERED, ComplaintState.UPHELD):
        complaint = move(
            "fjellvik",
            complaint.id,
            state,
            complaints=store,
            clock=CLOCK,
            at=answered,
            now=answered,
            by="owner",
            source="test",
        )
    early = upcoming(brand(OWNER), [complaint], CLOCK, answered)
    late = upcoming(brand(OWNER), [complaint], CLOCK, answered + timedelta(days=25))
    over = upcoming(brand(OWNER), [complaint], CLOCK, answered + timedelta(days=60))
    assert early == over == ()
    assert [one.deadline.rule.id for one in late] == ["ALI-CN23"]


def test_the_renewal_of_a_chinese_mark_is_announced_a_year_ahead(
    store: ComplaintsInMemory,
) -> None:
    due = upcoming(with_right(date(2027, 6, 5)), [], CLOCK, RECEIVED)
    assert [one.subject for one in due] == ["trademark 018765432"]
    assert due[0].deadline.act_by == date(2026, 6, 5)
    assert upcoming(with_right(date(2028, 6, 5)), [], CLOCK, RECEIVED) == ()


def test_everybody_gets_it_once_a_day(store: ComplaintsInMemory) -> None:
    waiting_complaint(store)
    ledger, mail = LedgerInMemory(), Postbox()
    for hours in (0, 1, 2, 25):
        digest(
            brand(OWNER, LAWYER),
            complaints=store,
            ledger=ledger,
            mail=mail,
            clock=CLOCK,
            now=RECEIVED.replace(hour=12) + timedelta(hours=hours),
        )
    assert [one.recipient.email for one in mail.sent] == [OWNER.email, LAWYER.email] * 2


def test_with_nothing_due_nobody_is_written_to(store: ComplaintsInMemory) -> None:
    mail = Postbox()
    done = digest(
        brand(OWNER),
        complaints=store,
        ledger=LedgerInMemory(),
        mail=mail,
        clock=CLOCK,
        now=RECEIVED,
    )
    assert mail.sent == []
    assert done.sent == 0


def test_a_refusal_is_a_failure_and_tried_again(store: ComplaintsInMemory) -> None:
    waiting_complaint(store)
    ledger = LedgerInMemory()
    mail = Postbox(refuses=OWNER.email)

    def run(box: Postbox) -> list[str]:
        return digest(
            brand(OWNER, LAWYER),
            complaints=store,
            ledger=ledger,
            mail=box,
            clock=CLOCK,
            now=RECEIVED,
        ).failures

    assert run(mail) == ["owner@fjellvik.example: the address is not verified"]
    assert [one.recipient.email for one in mail.sent] == [LAWYER.email]
    again = Postbox()
    assert run(again) == []
    assert [one.recipient.email for one in again.sent] == [OWNER.email]


def test_a_lost_place_in_the_index_is_found_again(store: ComplaintsInMemory) -> None:
    complaint = waiting_complaint(store)
    store.save(replace(complaint, next_alert_at=None))
    assert list(store.due("fjellvik", ACT_BY)) == []
    digest(
        brand(OWNER),
        complaints=store,
        ledger=LedgerInMemory(),
        mail=Postbox(),
        clock=CLOCK,
        now=RECEIVED,
    )
    assert list(store.due("fjellvik", RECEIVED)) == ["alibaba-0001"]


def test_a_calendar_that_is_published_later_moves_the_open_deadlines(
    store: ComplaintsInMemory,
) -> None:
    received = RECEIVED.replace(month=12, day=31)
    complaint = waiting_complaint(store, at=received)
    notice = (
        "[[notice]]\nyear = 2027\npublished = 2026-12-01\nsource = 'invented'\n"
        "off = [2027-01-01]\nwork = [2027-01-02, 2027-01-03]\n"
    )
    before = complaint.own_deadlines(CLOCK)[0]
    after = complaint.own_deadlines(read_clock(notice))[0]
    assert before.provisional
    assert not after.provisional
    assert after.act_by < before.act_by
    assert after.id != before.id


def as_received(one: Digest) -> EmailMessage:
    composed = compose_digest(
        one, sender="alerts@fjellvik.example", report_url="https://report.example"
    )
    parsed = message_from_bytes(composed.as_bytes(policy=ON_THE_WIRE), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def a_digest(store: ComplaintsInMemory) -> Digest:
    waiting_complaint(store)
    waiting_complaint(store, number="0002", due_typed=RECEIVED - timedelta(hours=1))
    due = upcoming(brand(OWNER), store.of_brand("fjellvik"), CLOCK, RECEIVED)
    return Digest(brand=brand(OWNER), recipient=OWNER, now=RECEIVED, due=due)


def test_the_mail_says_all_of_it_in_text_and_in_html(store: ComplaintsInMemory) -> None:
    message = as_received(a_digest(store))
    assert message["Subject"] == "2 dates in 14 days, 2 of them yours - fjellvik"
    for kind in ("plain", "html"):
        body = message.get_body(preferencelist=(kind,))
        assert body is not None
        text = body.get_content()
        for said in ("Thu 04 Jun 2026, 18:00", "complaint alibaba-0002", "CMP-GENERIC", "default"):
            assert said in text
        assert "overdue" in text.lower()
        assert "https://report.example/fjellvik/cases/alibaba-1.html" in text


def test_the_mail_brings_a_calendar_file(store: ComplaintsInMemory) -> None:
    (attachment,) = as_received(a_digest(store)).iter_attachments()
    assert attachment.get_filename() == "deadlines.ics"
    assert attachment.get_content_type() == "text/calendar"
    assert "DTEND:20260604T100000Z" in attachment.get_content()


def test_a_lost_digest_goes_out_when_its_lease_is_over_and_says_so(
    store: ComplaintsInMemory,
) -> None:
    waiting_complaint(store)
    ledger, mail = LedgerInMemory(), Postbox()
    lost = Digest(brand=brand(OWNER), recipient=OWNER, now=RECEIVED, due=())
    assert ledger.claim(lost.key, "fjellvik", RECEIVED) is Claim.SEND
    later = RECEIVED + LEASE + timedelta(minutes=1)
    digest(brand(OWNER), complaints=store, ledger=ledger, mail=mail, clock=CLOCK, now=later)
    (sent,) = mail.sent
    subject = compose_digest(sent, sender="a@b.example", report_url="")["Subject"]
    assert subject.startswith("[possible repeat] 1 date in 14 days")


def test_what_breaks_for_one_does_not_keep_the_others_from_their_digest(
    store: ComplaintsInMemory,
) -> None:
    class Broken(Postbox):
        def send_digest(self, one: Digest) -> None:
            if one.recipient == OWNER:
                raise TimeoutError("no answer from SES")
            super().send_digest(one)

    waiting_complaint(store)
    no_rules = replace(CLOCK, rules=tuple(r for r in CLOCK.rules if r.id != "ECL-43"))
    broken = waiting_complaint(store, number="0002")
    state = ComplaintState.STATUTORY
    move(
        "fjellvik",
        broken.id,
        state,
        complaints=store,
        clock=CLOCK,
        at=RECEIVED,
        now=RECEIVED,
        by="owner",
        source="test",
    )
    mail = Broken()
    done = digest(
        brand(OWNER, LAWYER),
        complaints=store,
        ledger=LedgerInMemory(),
        mail=mail,
        clock=no_rules,
        now=RECEIVED,
    )
    assert [one.recipient for one in mail.sent] == [LAWYER]
    assert [due.subject for due in mail.sent[0].due] == ["complaint alibaba-0001"]
    assert [failure.partition(":")[0] for failure in done.failures] == [broken.id, OWNER.email]


def test_a_listing_that_came_back_is_in_the_mail_until_somebody_decides(
    store: ComplaintsInMemory,
) -> None:
    listing = replace(CASE.listing, title="enamel mug https://evil.example <b>")
    back = replace(CASE, listing=listing, times=3)
    first = replace(CASE, id="1688-2")
    done = replace(back, id="1688-3", state=CaseState.CONFIRMED)
    postbox = Postbox()
    digest(
        brand(OWNER),
        complaints=store,
        ledger=LedgerInMemory(),
        mail=postbox,
        clock=CLOCK,
        now=RECEIVED,
        cases=[first, done, back],
    )
    (one,) = postbox.sent
    assert one.back == (back,)
    mail = message_from_bytes(
        compose_digest(one, sender="a@b.example", report_url="").as_bytes(policy=ON_THE_WIRE),
        policy=policy.default,
    )
    assert isinstance(mail, EmailMessage)
    assert "1 back again" in mail["Subject"]
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        text = body.get_content()
        assert "3rd time" in text
        assert f"headwater case show {back.id}" in text
        assert "evil.example" not in text
    assert "&lt;b&gt;" in text
