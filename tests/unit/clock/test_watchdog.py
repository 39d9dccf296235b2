"""The watchdog: quiet while the warnings do their work, loud when they do not."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from headwater.adapters.schedules import last_due
from headwater.domain.brands import Recipient
from headwater.usecases.deadlines import warn
from headwater.usecases.watchdog import GRACE, idle, untold
from tests.fakes.clock import (
    BouncesInMemory,
    CasesInMemory,
    ComplaintsInMemory,
    CompletionsInMemory,
    LedgerInMemory,
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
    waiting_complaint,
)

HOUR = timedelta(hours=1)


class Office:
    """A brand whose warnings run hourly, except when they are switched off."""

    def __init__(self, *recipients: Recipient, refuses: str = "") -> None:
        self.brand = brand(*recipients)
        self.complaints = ComplaintsInMemory()
        self.ledger = LedgerInMemory()
        self.mail = Postbox(refuses={refuses})
        self.bounces = BouncesInMemory()

    def run_hourly(self, start: datetime, end: datetime) -> None:
        now = start
        while now <= end:
            warn(
                self.brand,
                complaints=self.complaints,
                cases=CasesInMemory(),
                ledger=self.ledger,
                mail=self.mail,
                clock=CLOCK,
                now=lambda at=now: at,  # type: ignore[misc]
            )
            now += HOUR

    def untold(self, now: datetime) -> tuple[str, ...]:
        return untold(
            self.brand,
            complaints=self.complaints,
            ledger=self.ledger,
            bounces=self.bounces,
            clock=CLOCK,
            now=now,
        )


def test_while_the_warnings_run_it_is_quiet_at_every_hour() -> None:
    office = Office(OWNER, LAWYER, SLEEPER)
    waiting_complaint(office.complaints)
    now = RECEIVED
    while now < ACT_BY + timedelta(days=2):
        office.run_hourly(now, now)
        assert office.untold(now + timedelta(minutes=30)) == ()
        now += HOUR


@pytest.mark.parametrize(
    "stopped_after",
    [timedelta(0), timedelta(hours=20), timedelta(hours=54), timedelta(hours=73)],
    ids=["from the start", "before 48 h", "before 24 h", "before 6 h"],
)
def test_when_the_warnings_stop_it_is_loud_within_a_day(stopped_after: timedelta) -> None:
    office = Office(OWNER)
    waiting_complaint(office.complaints)
    stopped_at = RECEIVED + stopped_after
    if stopped_after:
        office.run_hourly(RECEIVED, stopped_at)
    assert office.untold(stopped_at) == ()
    assert any(
        "owner@fjellvik.example was not told" in one
        for one in office.untold(stopped_at + timedelta(hours=25) + GRACE)
    )


def test_it_names_the_complaint_the_person_and_the_date() -> None:
    office = Office(OWNER, LAWYER, refuses=LAWYER.email)
    waiting_complaint(office.complaints)
    office.run_hourly(RECEIVED, ACT_BY)
    (said,) = office.untold(ACT_BY + 3 * HOUR)
    assert said.startswith("alibaba-0001: lawyer@law.example was not told that overdue of")
    assert said.endswith("(act by 2026-06-04T10:00:00+00:00)")


def test_a_complaint_that_fell_out_of_the_index_is_noticed() -> None:
    office = Office(OWNER)
    complaint = waiting_complaint(office.complaints)
    office.complaints.save(replace(complaint, next_alert_at=None))
    office.run_hourly(RECEIVED, RECEIVED + 5 * HOUR)
    assert len(office.untold(RECEIVED + 5 * HOUR)) == 1


def test_nobody_to_tell_is_loud() -> None:
    office = Office()
    waiting_complaint(office.complaints)
    assert office.untold(RECEIVED + 3 * HOUR) == (
        "alibaba-0001: brand fjellvik names nobody who gets mail",
    )


def test_what_was_recorded_a_moment_ago_is_given_its_time() -> None:
    office = Office(OWNER)
    waiting_complaint(office.complaints)
    assert office.untold(RECEIVED + HOUR) == ()
    assert len(office.untold(RECEIVED + 3 * HOUR)) == 1


def test_when_every_mail_comes_back_somebody_has_to_look() -> None:
    office = Office(OWNER, LAWYER)
    office.bounces.mark(OWNER.email, RECEIVED, "unknown")
    assert office.untold(RECEIVED) == ()
    office.bounces.mark(LAWYER.email, RECEIVED, "unknown")
    assert office.untold(RECEIVED) == ("brand fjellvik: mail to every recipient comes back",)
    assert office.untold(RECEIVED + timedelta(days=15)) == ()


JOBS = {
    "deadlines": "cron(0/5 * * * ? *)",
    "search-1688": "cron(15 3 * * ? *)",
    "look-again": "cron(30 1 ? * SUN *)",
}


def idle_jobs(completions: CompletionsInMemory, now: datetime) -> list[str]:
    missing = idle(JOBS, completions=completions, last_due=last_due, now=now)
    return [one.partition(" ")[0] for one in missing]


def test_a_job_that_does_not_come_to_its_end_is_named_once_its_period_is_over() -> None:
    completions = CompletionsInMemory()
    assert idle_jobs(completions, RECEIVED) == []  # just deployed: nothing was due yet
    assert idle_jobs(completions, RECEIVED + 3 * HOUR) == ["deadlines"]
    completions.rows["deadlines"] = RECEIVED + 3 * HOUR
    assert "deadlines" not in idle_jobs(completions, RECEIVED + 4 * HOUR)
    tomorrow = RECEIVED + timedelta(days=1, hours=6)
    assert idle_jobs(completions, tomorrow) == ["deadlines", "search-1688"]
    next_week = RECEIVED + timedelta(days=8)
    assert idle_jobs(completions, next_week) == list(JOBS)
    completions.rows |= dict.fromkeys(JOBS, next_week)
    assert idle_jobs(completions, next_week) == []


def test_a_schedule_that_was_changed_is_given_its_first_period() -> None:
    completions = CompletionsInMemory(rows=dict.fromkeys(JOBS, RECEIVED))
    idle_jobs(completions, RECEIVED)
    week_later = RECEIVED + timedelta(days=7)
    completions.rows |= {"deadlines": week_later, "search-1688": week_later}
    missing = idle(
        JOBS | {"look-again": "cron(0 * * * ? *)"},
        completions=completions,
        last_due=last_due,
        now=week_later,
    )
    assert missing == ()
