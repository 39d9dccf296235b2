"""When a job was last to be started, as EventBridge counts it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.schedules import check_schedule, last_due

NOW = datetime(2026, 11, 18, 10, 7, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("cron(0/5 * * * ? *)", "2026-11-18T10:05"),
        ("cron(5 * * * ? *)", "2026-11-18T10:05"),
        ("cron(8 10 * * ? *)", "2026-11-17T10:08"),
        ("cron(35 */6 * * ? *)", "2026-11-18T06:35"),
        ("cron(15 3 * * ? *)", "2026-11-18T03:15"),
        ("cron(30 1 ? * SUN *)", "2026-11-15T01:30"),
        ("cron(30 1 ? * 2-6 *)", "2026-11-18T01:30"),
        ("cron(0 0,12 1 JAN,jul ? *)", "2026-07-01T12:00"),
        ("cron(0 9 L * ? *)", "2026-10-31T09:00"),
        ("cron(0 9 LW * ? *)", "2026-10-30T09:00"),
        ("cron(0 9 15W * ? *)", "2026-11-16T09:00"),
        ("cron(0 9 1W * ? *)", "2026-11-02T09:00"),
        ("cron(0 9 ? * 6L *)", "2026-10-30T09:00"),
        ("cron(0 9 ? * 2#3 *)", "2026-11-16T09:00"),
        ("cron(0 9 ? * L *)", "2026-11-14T09:00"),
        ("rate(1 day)", "2026-11-17T10:07"),
        ("rate(6 hours)", "2026-11-18T04:07"),
        ("at(2026-11-18T10:00:00)", "2026-11-18T10:00"),
        ("at(2099-01-01T00:00:00)", None),
        ("cron(0 9 1 1 ? 2024)", None),
    ],
)
def test_the_last_time_that_it_was_due(expression: str, due: str | None) -> None:
    check_schedule(expression)
    expected = None if due is None else datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert last_due(expression, NOW) == expected


@given(st.integers(0, 59), st.integers(0, 23), st.integers(0, 60 * 24 * 800))
def test_a_daily_job_was_due_within_the_last_day_and_at_its_minute(
    minute: int, hour: int, later: int
) -> None:
    now = NOW + timedelta(minutes=later)
    due = last_due(f"cron({minute} {hour} * * ? *)", now)
    assert due is not None
    assert timedelta(0) <= now - due < timedelta(days=1)
    assert (due.hour, due.minute) == (hour, minute)
