"""Warnings: each level once per person, nobody forgotten, whatever breaks in between."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.alerts import LEASE, Level, NotSent, alert_key, level_at, told
from headwater.domain.brands import Brand, Recipient
from headwater.domain.complaints import ComplaintState
from headwater.usecases.bounces import came_back
from headwater.usecases.complaints import move
from headwater.usecases.deadlines import Warned, warn
from tests.fakes.clock import (
    BouncesInMemory,
    CasesInMemory,
    ComplaintsInMemory,
    EvidenceInMemory,
    LedgerInMemory,
    Pager,
    Postbox,
)
from tests.unit.clock.desk import (
    ACT_BY,
    CLOCK,
    LAWYER,
    OWNER,
    RECEIVED,
    SLEEPER,
    brand,
    case,
    waiting_complaint,
)

L = Level


@dataclass
class Desk:
    """A brand with everything that a run needs."""

    brand: Brand
    complaints: Any = field(default_factory=ComplaintsInMemory)
    cases: Any = field(default_factory=CasesInMemory)
    ledger: Any = field(default_factory=LedgerInMemory)
    mail: Any = field(default_factory=Postbox)
    evidence: Any = field(default_factory=EvidenceInMemory)
    bounces: Any = field(default_factory=BouncesInMemory)
    pager: Any = field(default_factory=Pager)

    def run(self, now: datetime) -> Warned:
        return warn(
            self.brand,
            complaints=self.complaints,
            cases=self.cases,
            ledger=self.ledger,
            mail=self.mail,
            evidence=self.evidence,
            bounces=self.bounces,
            channels=[self.pager],
            clock=CLOCK,
            now=lambda: now,
        )

    def run_hourly(self, start: datetime, end: datetime) -> None:
        now = start
        while now <= end:
            self.run(now)
            now += timedelta(hours=1)

    @property
    def sent(self) -> list[tuple[str, Level]]:
        return [(alert.recipient.email, alert.level) for alert in self.mail.sent]


@pytest.fixture
def desk() -> Desk:
    return Desk(brand(OWNER, LAWYER))


def test_every_level_is_sent_once_and_the_second_recipient_joins_at_24_hours(desk: Desk) -> None:
    waiting_complaint(desk.complaints)
    desk.run_hourly(RECEIVED, ACT_BY + timedelta(days=3))
    owner, lawyer = OWNER.email, LAWYER.email
    assert desk.sent == [
        (owner, L.AT_ONCE),
        (owner, L.TWO_DAYS),
        (owner, L.ONE_DAY),
        (lawyer, L.ONE_DAY),
        (owner, L.SIX_HOURS),
        (lawyer, L.SIX_HOURS),
        (owner, L.OVERDUE),
        (lawyer, L.OVERDUE),
    ]
    moments = [ACT_BY - alert.now for alert in desk.mail.sent if alert.recipient == OWNER]
    assert moments[0] == ACT_BY - RECEIVED
    assert [span // timedelta(hours=1) for span in moments[1:]] == [48, 24, 6, 0]


def test_between_two_levels_the_complaint_is_not_even_read(desk: Desk) -> None:
    complaint = waiting_complaint(desk.complaints)
    assert desk.run(RECEIVED).looked_at == 1
    assert desk.run(RECEIVED + timedelta(hours=1)).looked_at == 0
    waiting = desk.complaints.get("fjellvik", complaint.id)
    assert waiting.next_alert_at == ACT_BY - timedelta(hours=48)


def test_once_overdue_was_said_the_complaint_is_left_in_peace(desk: Desk) -> None:
    complaint = waiting_complaint(desk.complaints)
    desk.run(ACT_BY)
    assert desk.complaints.get("fjellvik", complaint.id).next_alert_at is None


def test_an_answer_ends_the_warnings(desk: Desk) -> None:
    complaint = waiting_complaint(desk.complaints)
    desk.run(RECEIVED)
    answered_at = RECEIVED + timedelta(hours=2)
    move(
        "fjellvik",
        complaint.id,
        ComplaintState.ANSWERED,
        complaints=desk.complaints,
        clock=CLOCK,
        at=answered_at,
        now=answered_at,
        by="owner",
        source="test",
    )
    desk.run_hourly(answered_at, ACT_BY + timedelta(days=1))
    assert len(desk.mail.sent) == 1


def test_a_counter_notice_that_is_recorded_late_is_warned_of_at_its_present_level(
    desk: Desk,
) -> None:
    waiting_complaint(desk.complaints)
    desk.run(ACT_BY - timedelta(hours=5))
    assert desk.sent == [(OWNER.email, L.SIX_HOURS), (LAWYER.email, L.SIX_HOURS)]


def test_another_date_typed_in_is_warned_of_anew(desk: Desk) -> None:
    waiting_complaint(desk.complaints)
    desk.run(RECEIVED)
    earlier = RECEIVED + timedelta(hours=30)
    waiting_complaint(desk.complaints, due_typed=earlier)
    desk.run(RECEIVED + timedelta(hours=8))
    assert desk.sent[1:] == [(OWNER.email, L.ONE_DAY), (LAWYER.email, L.ONE_DAY)]
    assert desk.mail.sent[-1].deadline.act_by_at == earlier


def test_mail_shows_the_first_listings_and_lives_without_them(desk: Desk) -> None:
    desk.cases.rows["fjellvik", "alibaba-2"] = case(2)
    waiting_complaint(desk.complaints)
    desk.run(RECEIVED)
    assert [one.case.id for one in desk.mail.sent[0].evidence] == ["alibaba-2"]

    class Broken:
        def get(self, brand_id: str, case_id: str) -> None:
            raise RuntimeError("the table is gone")

    other = Desk(brand(OWNER), cases=Broken())
    waiting_complaint(other.complaints)
    other.run(RECEIVED)
    assert other.sent == [(OWNER.email, L.AT_ONCE)]
    assert other.mail.sent[0].evidence == ()


def test_a_refused_address_does_not_keep_the_others_from_their_mail(desk: Desk) -> None:
    desk.mail.refuses = {OWNER.email}
    waiting_complaint(desk.complaints)
    at = ACT_BY - timedelta(hours=24)
    warned = desk.run(at)
    assert desk.sent == [(LAWYER.email, L.ONE_DAY)]
    assert warned.failures == ("alibaba-0001: owner@fjellvik.example: the address is not verified",)
    desk.mail.refuses = set()
    assert desk.run(at + timedelta(minutes=1)).failures == ()
    assert desk.sent == [(LAWYER.email, L.ONE_DAY), (OWNER.email, L.ONE_DAY)]
    assert not any(alert.possible_repeat for alert in desk.mail.sent)


def test_a_brand_without_recipients_is_a_failure_and_not_a_silence() -> None:
    desk = Desk(brand())
    waiting_complaint(desk.complaints)
    assert desk.run(RECEIVED).failures == (
        "alibaba-0001: brand fjellvik names nobody who gets mail",
    )
    assert desk.run(RECEIVED + timedelta(hours=1)).looked_at == 1


def test_without_an_owner_the_second_recipients_are_told_at_once() -> None:
    desk = Desk(brand(LAWYER))
    waiting_complaint(desk.complaints)
    desk.run(RECEIVED)
    assert desk.sent == [(LAWYER.email, L.AT_ONCE)]


def test_a_complaint_that_cannot_be_read_does_not_silence_the_others(desk: Desk) -> None:
    class OneBroken(ComplaintsInMemory):
        def get(self, brand_id: str, complaint_id: str) -> Any:
            if complaint_id == "alibaba-0001":
                raise ValueError("not a complaint")
            return super().get(brand_id, complaint_id)

    for number in ("0001", "0002"):
        waiting_complaint(desk.complaints, number=number)
    desk.complaints = OneBroken(desk.complaints.rows)
    warned = desk.run(RECEIVED)
    assert [alert.complaint.id for alert in desk.mail.sent] == ["alibaba-0002"]
    assert warned.failures == ("alibaba-0001: ValueError: not a complaint",)


def test_quiet_hours_hold_back_what_can_wait() -> None:
    desk = Desk(brand(SLEEPER))
    night = RECEIVED.replace(hour=21)  # 23:00 in Oslo
    waiting_complaint(desk.complaints, at=night)
    desk.run(night)
    assert desk.sent == []
    waiting = desk.complaints.get("fjellvik", "alibaba-0001")
    assert waiting.next_alert_at == RECEIVED.replace(day=2, hour=5)  # 07:00 in Oslo
    desk.run(waiting.next_alert_at)
    assert desk.sent == [(SLEEPER.email, L.AT_ONCE)]


@pytest.mark.parametrize("hours_left", [24, 12, 6, 3, 0])
def test_quiet_hours_never_silence_a_window_of_a_day(hours_left: int) -> None:
    desk = Desk(brand(SLEEPER))
    night = RECEIVED.replace(hour=22)
    waiting_complaint(desk.complaints, due_typed=night + timedelta(hours=hours_left))
    desk.run(night)
    assert len(desk.sent) == 1


def test_the_second_channel_is_told_each_level_once_and_after_the_mails(desk: Desk) -> None:
    waiting_complaint(desk.complaints)
    desk.run_hourly(RECEIVED, ACT_BY + timedelta(days=1))
    assert [alert.level for alert in desk.pager.sent] == list(Level)


def test_a_second_channel_that_fails_keeps_no_mail_back_and_is_tried_again(desk: Desk) -> None:
    desk.pager.broken = True
    waiting_complaint(desk.complaints)
    warned = desk.run(RECEIVED)
    assert desk.sent == [(OWNER.email, L.AT_ONCE)]
    assert warned.failures == ("alibaba-0001: pager: nobody listens",)
    desk.pager.broken = False
    assert desk.run(RECEIVED + timedelta(minutes=5)).failures == ()
    assert [alert.possible_repeat for alert in desk.pager.sent] == [False]
    assert len(desk.mail.sent) == 1


def test_when_no_mail_goes_the_second_channel_still_does(desk: Desk) -> None:
    desk.mail.refuses = {OWNER.email, LAWYER.email}
    waiting_complaint(desk.complaints)
    desk.run(ACT_BY - timedelta(hours=5))
    assert desk.sent == []
    assert [alert.level for alert in desk.pager.sent] == [L.SIX_HOURS]


def test_a_mail_that_comes_back_has_the_second_recipient_told_at_once(desk: Desk) -> None:
    waiting_complaint(desk.complaints)
    desk.run(RECEIVED)
    assert desk.sent == [(OWNER.email, L.AT_ONCE)]
    soon = RECEIVED + timedelta(minutes=3)
    for email in (OWNER.email.upper(), "stranger@elsewhere.example"):
        woken = came_back(
            email,
            "mailbox unknown",
            brands=[desk.brand],
            complaints=desk.complaints,
            bounces=desk.bounces,
            clock=CLOCK,
            now=soon,
        )
        assert woken == (email == OWNER.email.upper())
    desk.run(soon + timedelta(minutes=2))
    assert desk.sent[1:] == [(LAWYER.email, L.AT_ONCE)]
    desk.run(soon + timedelta(minutes=4))
    assert len(desk.sent) == 2


def test_a_picture_that_kills_the_run_is_left_out_of_the_next_try(desk: Desk) -> None:
    desk.cases.rows["fjellvik", "alibaba-1"] = case(1)
    waiting_complaint(desk.complaints)
    gone = crashing(desk, at=7, before=False, error=Crash)
    with suppress(Crash):
        gone.run(RECEIVED)
    assert gone.mail.calls[-1] == "of_case"
    desk.run(RECEIVED + LEASE + timedelta(minutes=1))
    (mail,) = desk.mail.sent
    assert mail.possible_repeat
    assert [one.picture for one in mail.evidence] == [None]


def test_an_unknown_zone_silences_nobody() -> None:
    lost = replace(SLEEPER, timezone="Atlantis/Capital")
    desk = Desk(brand(lost))
    waiting_complaint(desk.complaints)
    desk.run(RECEIVED.replace(hour=12))
    assert len(desk.sent) == 1


class Crash(BaseException):
    """The process is gone: nothing catches it."""


@dataclass
class CrashingPort:
    """Any port; after the call number `at` (over all ports of `calls`) the process is gone.

    With `before`, it is gone just before the call has its effect.
    """

    port: Any
    calls: list[str]
    at: int
    before: bool
    error: type[BaseException] = Crash

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.port, name)
        if not callable(method):
            return method

        def call(*arguments: Any) -> Any:
            self.calls.append(name)
            if self.before and len(self.calls) == self.at:
                raise self.error(name)
            answer = method(*arguments)
            if isinstance(answer, Iterable) and not isinstance(answer, str):
                answer = list(answer)
            if not self.before and len(self.calls) == self.at:
                raise self.error(name)
            return answer

        return call


def crashing(desk: Desk, at: int, *, before: bool, error: type[BaseException]) -> Desk:
    calls: list[str] = []
    return replace(
        desk,
        complaints=CrashingPort(desk.complaints, calls, at, before, error),
        cases=CrashingPort(desk.cases, calls, at, before, error),
        ledger=CrashingPort(desk.ledger, calls, at, before, error),
        mail=CrashingPort(desk.mail, calls, at, before, error),
        evidence=CrashingPort(desk.evidence, calls, at, before, error),
        bounces=CrashingPort(desk.bounces, calls, at, before, error),
        pager=CrashingPort(desk.pager, calls, at, before, error),
    )


CALLS_OF_A_RUN = 33


@pytest.mark.parametrize(
    ("error", "before"),
    [(Crash, True), (Crash, False), (RuntimeError, True), (RuntimeError, False), (NotSent, True)],
    ids=["gone before", "gone after", "error before", "error after", "refused"],
)
@pytest.mark.parametrize("at", range(1, CALLS_OF_A_RUN + 1))
def test_a_crash_at_any_call_loses_no_alert_and_sends_at_most_one_unmarked(
    at: int, before: bool, error: type[BaseException]
) -> None:
    desk = Desk(brand(OWNER, LAWYER))
    for number in ("0001", "0002"):
        waiting_complaint(desk.complaints, number=number)
    desk.cases.rows["fjellvik", "alibaba-1"] = case(1)
    now = ACT_BY - timedelta(hours=20)
    with suppress(Crash, RuntimeError, NotSent):
        crashing(desk, at, before=before, error=error).run(now)
    for retry in range(1, 4):
        desk.run(now + retry * (LEASE + timedelta(minutes=1)))
    wanted = {
        (number, person.email)
        for number in ("alibaba-0001", "alibaba-0002")
        for person in (OWNER, LAWYER)
    }
    unmarked = Counter(
        (alert.complaint.id, alert.recipient.email)
        for alert in desk.mail.sent
        if not alert.possible_repeat
    )
    got = {(alert.complaint.id, alert.recipient.email) for alert in desk.mail.sent}
    assert got == wanted
    assert max(unmarked.values()) == 1
    assert len(desk.mail.sent) <= len(wanted) + 1
    paged = Counter(alert.complaint.id for alert in desk.pager.sent if not alert.possible_repeat)
    assert {alert.complaint.id for alert in desk.pager.sent} == {one for one, _ in wanted}
    assert max(paged.values(), default=0) <= 1
    assert len(desk.pager.sent) <= 3
    for complaint in desk.complaints.of_brand("fjellvik"):
        assert complaint.next_alert_at == ACT_BY - timedelta(hours=6)


def test_the_crash_test_reaches_the_last_call_of_a_run() -> None:
    desk = Desk(brand(OWNER, LAWYER))
    for number in ("0001", "0002"):
        waiting_complaint(desk.complaints, number=number)
    desk.cases.rows["fjellvik", "alibaba-1"] = case(1)
    watched = crashing(desk, at=-1, before=True, error=Crash)
    watched.run(ACT_BY - timedelta(hours=20))
    assert len(watched.complaints.calls) == CALLS_OF_A_RUN
    assert watched.complaints.calls[-1] == "save"


@settings(max_examples=60)
@given(
    data=st.data(),
    recipients=st.sets(st.sampled_from([OWNER, LAWYER, SLEEPER]), min_size=1),
    received=st.integers(0, 24 * 30),
)
def test_however_often_runs_come_each_passed_level_was_told_to_everybody(
    data: st.DataObject, recipients: set[Recipient], received: int
) -> None:
    desk = Desk(brand(*sorted(recipients, key=lambda one: one.email)))
    at = RECEIVED + timedelta(hours=received)
    complaint = waiting_complaint(desk.complaints, at=at)
    (deadline,) = complaint.own_deadlines(CLOCK)
    now = at
    while now < deadline.act_by_at + timedelta(hours=10):
        now += timedelta(hours=data.draw(st.integers(1, 30)))
        assert desk.run(now).failures == ()
        level = level_at(deadline, now)
        if level.escalates:
            for person in told(desk.brand.recipients, level):
                assert desk.ledger.was_sent(alert_key(complaint, deadline, level, person))
    keys = Counter(alert.key for alert in desk.mail.sent)
    assert set(keys.values()) == {1}
