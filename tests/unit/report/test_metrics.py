"""The rates follow their formulas, and say nothing where nothing is decided."""

from datetime import UTC, datetime, timedelta

import pytest

from headwater.adapters.deadline_rules import read_clock
from headwater.domain.brands import RightKind
from headwater.domain.complaints import Complaint, ComplaintEvent, ComplaintState, EventKind
from headwater.domain.platforms import Platform
from headwater.usecases.report.metrics import (
    Rate,
    counter_notices_missed,
    outcome,
    takedown_success,
    time_to_decision,
)

MONDAY = datetime(2026, 11, 2, 2, tzinfo=UTC)
S = ComplaintState
CLOCK = read_clock()


def a_complaint(*changes: tuple[ComplaintState, float], listings: int = 1) -> Complaint:
    """Changes of state with the days since MONDAY."""
    events = tuple(
        ComplaintEvent(
            id=str(number),
            kind=EventKind.STATE,
            state=state,
            at=MONDAY + timedelta(days=days),
            recorded_at=MONDAY + timedelta(days=days),
            by="owner",
            source="test",
        )
        for number, (state, days) in enumerate(changes)
    )
    return Complaint(
        brand="fjellvik",
        id="alibaba-1",
        platform=Platform.ALIBABA,
        number="1",
        right="1",
        right_kind=RightKind.TRADEMARK,
        cases=tuple(f"alibaba-{number}" for number in range(listings)),
        state=events[-1].state,
        opened_at=events[0].at,
        updated_at=events[-1].at,
        events=events,
    )


FILED = (S.UNDER_REVIEW, 0)
NOTIFIED = (S.NOTIFIED, 1)


@pytest.mark.parametrize(
    ("last", "result"),
    [
        ([(S.UPHELD, 5)], S.UPHELD),
        ([(S.UPHELD, 5), (S.CLOSED, 6)], S.UPHELD),
        ([(S.UPHELD, 5), (S.COUNTER_FILED, 6)], None),
        ([(S.COUNTER_FILED, 2), (S.RESTORED, 9)], S.RESTORED),
        ([(S.WITHDRAWN, 3)], S.WITHDRAWN),
        ([(S.CLOSED, 3)], None),
        ([], None),
    ],
)
def test_a_complaint_ended_as_its_last_decision_says(
    last: list[tuple[ComplaintState, float]], result: ComplaintState | None
) -> None:
    assert outcome(a_complaint(FILED, NOTIFIED, *last)) is result


def test_success_counts_listings_and_leaves_out_pending_and_withdrawn_ones() -> None:
    complaints = [
        a_complaint(FILED, NOTIFIED, (S.UPHELD, 5), listings=30),
        a_complaint(FILED, NOTIFIED, (S.COUNTER_FILED, 2), (S.RESTORED, 9), listings=10),
        a_complaint(FILED, NOTIFIED, listings=100),
        a_complaint(FILED, NOTIFIED, (S.WITHDRAWN, 3), listings=100),
    ]
    assert takedown_success(complaints) == Rate(part=30, whole=40)
    assert str(takedown_success(complaints)) == "75 % (30 of 40)"


def test_a_rate_of_nothing_is_not_zero_percent() -> None:
    assert str(takedown_success([])) == "none yet"
    assert time_to_decision([a_complaint(FILED)]) is None


@pytest.mark.parametrize(
    ("after", "missed"),
    [
        ([(S.ANSWERED, 3)], Rate(part=0, whole=1)),
        ([(S.WITHDRAWN, 3)], Rate(part=0, whole=1)),
        ([(S.ANSWERED, 12)], Rate(part=1, whole=1)),
        ([(S.RESTORED, 6)], Rate(part=1, whole=1)),
        ([], Rate(part=1, whole=1)),
    ],
)
def test_a_counter_notice_is_missed_without_our_answer_in_time(
    after: list[tuple[ComplaintState, float]], missed: Rate
) -> None:
    complaint = a_complaint(FILED, NOTIFIED, (S.COUNTER_FILED, 2), *after)
    now = MONDAY + timedelta(days=30)
    assert counter_notices_missed([complaint], clock=CLOCK, now=now) == missed


def test_a_counter_notice_whose_time_runs_is_not_counted_yet() -> None:
    complaint = a_complaint(FILED, NOTIFIED, (S.COUNTER_FILED, 2))
    now = MONDAY + timedelta(days=3)
    assert counter_notices_missed([complaint], clock=CLOCK, now=now) == Rate(part=0, whole=0)


def test_the_time_to_a_decision_is_the_median_of_the_decided() -> None:
    complaints = [
        a_complaint(FILED, NOTIFIED, (S.UPHELD, 4)),
        a_complaint(FILED, (S.REJECTED, 2)),
        a_complaint(FILED, NOTIFIED, (S.UPHELD, 30)),
        a_complaint(FILED, NOTIFIED),
    ]
    assert time_to_decision(complaints) == timedelta(days=4)
