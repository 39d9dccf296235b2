"""Deadlines: the worked examples of the research, the laws of counting, which rule is taken."""

import csv
import os
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.deadline_rules import read_clock
from headwater.domain.calendars import CHINA, Counting
from headwater.domain.complaints import ComplaintState
from headwater.domain.deadlines import (
    IPP_PLATFORMS,
    Basis,
    Clock,
    Confidence,
    DayCount,
    NoRule,
    Rule,
    Unit,
    instant,
    typed_moment,
)
from tests.conftest import PROJECT

CLOCK = read_clock()
MOMENTS = st.datetimes(
    min_value=datetime(2018, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2028, 6, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
RULES = st.sampled_from(CLOCK.rules)


def day(text: str) -> date:
    return date.fromisoformat(text)


def in_china(text: str) -> datetime:
    return datetime.combine(day(text), time(11), tzinfo=CHINA)


@pytest.mark.parametrize(
    ("received", "dates", "act_by"),
    [
        # Monday to Friday, without holidays, official
        ("2026-02-11", ("2026-02-16", "2026-02-24", "2026-02-14"), "2026-02-14"),
        ("2026-02-13", ("2026-02-18", "2026-02-26", "2026-02-25"), "2026-02-18"),
        ("2026-04-30", ("2026-05-05", "2026-05-08", "2026-05-08"), "2026-05-05"),
        ("2026-05-07", ("2026-05-12", "2026-05-12", "2026-05-11"), "2026-05-11"),
        ("2026-09-17", ("2026-09-22", "2026-09-22", "2026-09-21"), "2026-09-21"),
        ("2026-09-29", ("2026-10-02", "2026-10-09", "2026-10-09"), "2026-10-02"),
    ],
)
@pytest.mark.parametrize("platform", sorted(IPP_PLATFORMS))
def test_three_working_days_for_our_answer(
    platform: str, received: str, dates: tuple[str, str, str], act_by: str
) -> None:
    mon_fri, holidays_only, official = dates
    due = CLOCK.deadline(platform, "counter_filed", in_china(received))
    assert due.ours
    assert due.calendars.mon_fri == day(mon_fri)
    assert due.calendars.holidays_only == day(holidays_only)
    assert due.calendars.official == due.formally_due == day(official)
    assert due.act_by == day(act_by)
    assert due.latest == max(day(mon_fri), day(holidays_only), day(official))
    assert due.act_by_at == datetime.combine(day(act_by), time(18), tzinfo=CHINA)
    assert not due.provisional


def test_the_sellers_27_working_days_are_over_on_the_latest_date() -> None:
    due = CLOCK.deadline("alibaba", "upheld", in_china("2026-09-01"))
    assert due.rule.id == "ALI-CN23"
    assert not due.ours
    assert due.calendars.mon_fri == day("2026-10-08")
    assert due.calendars.holidays_only == day("2026-10-16")
    assert due.calendars.official == day("2026-10-14")
    assert due.act_by == due.latest == day("2026-10-16")


def test_fifteen_days_of_the_law_roll_over_a_holiday_but_we_do_not_rely_on_it() -> None:
    due = CLOCK.deadline("alibaba", "statutory_15d", in_china("2026-09-20"))
    assert due.rule.id == "ECL-43"
    assert due.act_by == day("2026-10-05")
    assert due.formally_due == due.latest == day("2026-10-08")


def test_an_evening_in_new_york_is_the_next_day_in_china() -> None:
    monday = datetime.fromisoformat("2026-06-15T17:00:00-04:00")
    due = CLOCK.deadline("alibaba", "counter_filed", monday)
    assert due.act_by == day("2026-06-19")
    from_china = CLOCK.deadline("alibaba", "counter_filed", in_china("2026-06-16"))
    assert due.calendars == from_china.calendars


@pytest.mark.parametrize(
    ("at", "rule", "limit"),
    [
        ("2022-01-19", "ALI-CN23-OLD", 30),
        ("2022-01-20", "ALI-CN23", 27),
        ("2026-11-21", "ALI-CN23", 27),
    ],
)
def test_the_date_of_the_event_picks_the_version(at: str, rule: str, limit: int) -> None:
    taken = CLOCK.deadline("alibaba", "upheld", in_china(at)).rule
    assert (taken.id, taken.limit) == (rule, limit)


def test_the_version_changes_at_midnight_in_china() -> None:
    midnight = datetime(2022, 1, 19, 16, tzinfo=UTC)
    assert CLOCK.deadline("alibaba", "upheld", midnight).rule.id == "ALI-CN23"
    before = midnight - timedelta(seconds=1)
    assert CLOCK.deadline("alibaba", "upheld", before).rule.id == "ALI-CN23-OLD"


def test_as_of_looks_at_rules_and_calendars_of_another_day() -> None:
    at = in_china("2025-12-30")
    late = CLOCK.deadline("taobao", "counter_filed", at)
    early = CLOCK.deadline("taobao", "counter_filed", at, as_of=day("2025-11-03"))
    assert not late.provisional
    assert late.formally_due == day("2026-01-05")  # Sunday 4 January is a make-up day
    assert early.provisional
    old = CLOCK.deadline("alibaba", "upheld", at, as_of=day("2021-06-01"))
    assert old.rule.id == "ALI-CN23-OLD"


def test_a_deadline_in_a_year_without_a_calendar_is_provisional_and_says_so_no_earlier() -> None:
    assert CLOCK.deadline("1688", "counter_filed", in_china("2026-12-30")).provisional
    assert not CLOCK.deadline("1688", "counter_filed", in_china("2026-12-25")).provisional


def test_the_date_that_a_person_typed_wins_over_every_rule() -> None:
    own = Clock(rules=CLOCK.rules, calendar=CLOCK.calendar, overrides={"TB-CMP": 5})
    at = in_china("2026-05-07")
    by_rule = CLOCK.deadline("taobao", "counter_filed", at)
    by_owner = own.deadline("taobao", "counter_filed", at)
    typed = own.deadline("taobao", "counter_filed", at, typed=typed_moment("2026-05-08"))
    assert (by_rule.basis, by_rule.act_by) == (Basis.RULE, day("2026-05-11"))
    assert (by_owner.basis, by_owner.rule.limit) == (Basis.OVERRIDE, 5)
    assert (typed.basis, typed.act_by) == (Basis.TYPED, day("2026-05-08"))
    assert typed.act_by_at == datetime(2026, 5, 8, 10, tzinfo=UTC)
    assert not typed.provisional


def test_a_platform_without_a_rule_gets_our_cautious_assumption() -> None:
    due = CLOCK.deadline("amazon", "counter_filed", in_china("2026-06-16"))
    assert (due.rule.id, due.basis, due.rule.confidence) == (
        "ANY-CMP",
        Basis.DEFAULT,
        Confidence.LOW,
    )


@pytest.mark.parametrize(
    ("platform", "event", "said"),
    [
        ("ebay", "counter_filed", "unknown platform 'ebay'; there is 1688, alibaba"),
        ("alibaba", "exploded", "there is complaint_listed, counter_filed"),
        ("any", "counter_filed", "unknown platform"),
        ("", "", "unknown platform"),
    ],
)
def test_what_is_unknown_is_answered_with_what_there_is(
    platform: str, event: str, said: str
) -> None:
    with pytest.raises(NoRule, match=said):
        CLOCK.deadline(platform, event, in_china("2026-06-16"))


def test_an_event_before_every_version_names_when_they_hold() -> None:
    with pytest.raises(NoRule, match="ALI-CN1 from 2022-01-20"):
        CLOCK.deadline("alibaba", "notified", in_china("2019-05-05"))


def test_law_months_and_years_end_on_the_same_day_or_the_last_of_the_month() -> None:
    review = CLOCK.deadline("aliexpress", "restored", datetime(2026, 8, 31, 10, tzinfo=UTC))
    assert review.act_by == day("2027-02-28")
    renewal = CLOCK.deadline("cnipa", "trademark_expiry", in_china("2025-02-28"))
    assert renewal.act_by == day("2024-02-28")
    design = CLOCK.deadline("cnipa", "design_filed", in_china("2024-02-29"))
    assert design.act_by == day("2039-02-28")


def test_opposition_gets_shorter_with_the_new_law() -> None:
    old = CLOCK.deadline("cnipa", "mark_published", in_china("2026-12-31"))
    new = CLOCK.deadline("cnipa", "mark_published", in_china("2027-01-01"))
    assert (old.rule.limit, new.rule.limit) == (3, 2)
    assert new.basis is Basis.DEFAULT


def test_hours_end_at_the_hour() -> None:
    due = CLOCK.deadline("alibaba", "submitted_good_faith", datetime(2026, 5, 1, 20, tzinfo=UTC))
    assert due.act_by_at == datetime(2026, 5, 2, 20, tzinfo=UTC)
    assert due.act_by == day("2026-05-03")


def test_there_is_one_rule_at_a_time_for_each_platform_and_event() -> None:
    for start in (day("2010-06-01"), day("2018-01-01"), day("2022-01-20"), day("2027-01-01")):
        in_force = [rule for rule in CLOCK.rules if rule.applies_on(start)]
        pairs = Counter((p, e) for rule in in_force for p in rule.platforms for e in rule.events)
        assert [pair for pair, times in pairs.items() if times > 1] == []


def test_no_question_that_has_an_answer_today_loses_it_when_a_law_ends() -> None:
    """The digest asks with the rules of its own day: a gap would stop it for everything else."""
    today, later = (
        {
            (p, e)
            for rule in CLOCK.rules
            if rule.applies_on(on)
            for p in rule.platforms
            for e in rule.events
        }
        for on in (day("2026-12-31"), day("2027-01-01"))
    )
    assert today - later == set()


def test_every_rule_can_be_asked_for() -> None:
    for rule in CLOCK.rules:
        on = rule.effective_from or rule.effective_to or day("2026-06-01")
        for platform in rule.platforms:
            for event in rule.events:
                asked = "amazon" if platform == "any" else platform
                assert CLOCK.rule(asked, event, on).id == rule.id


def test_every_rule_states_its_source_and_assumptions_are_marked() -> None:
    assert len({rule.id for rule in CLOCK.rules}) == len(CLOCK.rules) == 56
    for rule in CLOCK.rules:
        assert rule.citation
        assert rule.consequence
        assert rule.counts_from
        if rule.confidence is Confidence.LOW:
            assert rule.basis is Basis.DEFAULT or rule.id == "TB-GEN-3D"


def test_every_row_of_the_research_that_states_a_limit_is_a_rule_with_that_limit() -> None:
    table = PROJECT.parent / "shared" / "research" / "deadline_rules.tsv"
    if not table.exists():
        pytest.skip(f"no research table at {table}")
    rules = {rule.id: rule for rule in CLOCK.rules}
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == 54
    for row in rows:
        rule = rules[row["rule_id"]]
        said = (str(rule.limit), rule.unit, str(rule.effective_from or ""), rule.confidence)
        if row["limit"]:
            wanted = (row["limit"], row["unit"], row["effective_from"], row["confidence"])
            assert said == wanted, rule.id
            assert str(rule.effective_to or "") == row["effective_to"], rule.id
        else:
            assert rule.basis is Basis.DEFAULT, rule.id


def test_our_time_to_answer_is_known_on_every_platform_that_can_be_asked() -> None:
    for platform in CLOCK.platforms:
        if platform not in {"cn_customs", "cnipa", "msa", "us_cbp"}:
            due = CLOCK.deadline(platform, ComplaintState.COUNTER_FILED, in_china("2026-06-16"))
            assert due.ours


@given(rule=RULES, at=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=60)))
def test_a_later_event_never_has_an_earlier_deadline(
    rule: Rule, at: datetime, later: timedelta
) -> None:
    only = Clock(rules=(_always(rule),), calendar=CLOCK.calendar)
    platform = "amazon" if rule.platforms[0] == "any" else rule.platforms[0]
    first = only.deadline(platform, rule.events[0], at)
    second = only.deadline(platform, rule.events[0], at + later)
    assert first.act_by <= second.act_by
    assert first.act_by_at <= second.act_by_at
    assert first.latest <= second.latest


@given(rule=RULES, at=MOMENTS)
def test_each_date_is_a_working_day_of_its_own_calendar(rule: Rule, at: datetime) -> None:
    only = Clock(rules=(_always(rule),), calendar=CLOCK.calendar)
    platform = "amazon" if rule.platforms[0] == "any" else rule.platforms[0]
    due = only.deadline(platform, rule.events[0], at)
    if rule.calendar in {DayCount.CHINA, DayCount.CIVIL_CODE}:
        for counting in Counting:
            date_of = getattr(due.calendars, counting)
            assert CLOCK.calendar.is_working_day(date_of, counting)
    every = {due.calendars.official, due.calendars.mon_fri, due.calendars.holidays_only}
    if due.ours:
        assert all(due.act_by <= one for one in every)
    else:
        assert due.act_by == max(every)
    assert due.latest == max(every)
    if rule.unit is Unit.WORKING_DAYS:
        assert due.act_by_at > at


def _always(rule: Rule) -> Rule:
    return replace(rule, effective_from=None, effective_to=None)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati"])
def test_the_machines_zone_changes_nothing(zone: str) -> None:
    program = (
        "from headwater.adapters.deadline_rules import read_clock\n"
        "from headwater.domain.deadlines import instant\n"
        "due = read_clock().deadline('1688', 'counter_filed', instant('2026-02-11T15:59:59Z'))\n"
        "print(due.act_by, due.act_by_at.isoformat(), due.latest, due.id)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == [
        "2026-02-14",
        "2026-02-14T10:00:00+00:00",
        "2026-02-24",
        "CMP-GENERIC@20260214T1000Z",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-02-11",
        "2026-02-11T10:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
    ],
)
def test_what_is_no_moment_is_refused_with_an_example_or_the_range(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it like|is not between"):
        instant(text)


@given(st.text())
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert typed_moment(text).tzinfo is UTC
