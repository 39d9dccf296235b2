"""Chinese working days: what the three countings say, and that two libraries agree on it."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.deadline_rules import BadRules, read_clock
from headwater.domain.calendars import ChinaCalendar, Counting

CALENDAR = read_clock().calendar
DAYS = st.dates(min_value=date(2018, 1, 1), max_value=date(2027, 12, 31))
COUNTINGS = st.sampled_from(Counting)
COUNTS = st.integers(min_value=1, max_value=50)


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_both_libraries_agree_on_every_day_from_2018_to_2026() -> None:
    china = holidays.country_holidays("CN", years=range(2018, 2027))
    days = every_day(date(2018, 1, 1), date(2026, 12, 31))
    assert len(days) == 3287
    differing = [
        day
        for day in days
        if CALENDAR.is_working_day(day, Counting.OFFICIAL) != china.is_working_day(day)
    ]
    assert differing == []


def test_the_statutory_days_of_years_to_come_are_those_of_the_other_library() -> None:
    china = holidays.country_holidays("CN", years=[2027, 2028], observed=False)
    assert frozenset(china) == CALENDAR.statutory


def test_the_make_up_days_of_2026_are_working_days_of_the_official_calendar_only() -> None:
    make_up = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    days = [date.fromisoformat(f"2026-{day}") for day in make_up]
    weekend = [day for day in every_day(date(2026, 1, 1), date(2026, 12, 31)) if day.weekday() > 4]
    assert [day for day in weekend if CALENDAR.is_working_day(day, Counting.OFFICIAL)] == days
    for other in (Counting.MON_FRI, Counting.HOLIDAYS_ONLY):
        assert not any(CALENDAR.is_working_day(day, other) for day in weekend)


@given(day=DAYS, count=COUNTS, counting=COUNTINGS)
def test_a_period_never_ends_on_a_rest_day_of_its_own_calendar(
    day: date, count: int, counting: Counting
) -> None:
    end = CALENDAR.working_days_after(day, count, counting)
    assert CALENDAR.is_working_day(end, counting)
    between = every_day(day + timedelta(days=1), end)
    assert sum(CALENDAR.is_working_day(one, counting) for one in between) == count


@given(day=DAYS, later=st.integers(min_value=0, max_value=40), count=COUNTS, counting=COUNTINGS)
def test_a_later_start_never_ends_earlier(
    day: date, later: int, count: int, counting: Counting
) -> None:
    end = CALENDAR.working_days_after(day, count, counting)
    assert end <= CALENDAR.working_days_after(day + timedelta(days=later), count, counting)


@given(day=DAYS)
def test_days_without_holidays_are_weekdays(day: date) -> None:
    if CALENDAR.is_working_day(day, Counting.HOLIDAYS_ONLY):
        assert CALENDAR.is_working_day(day, Counting.MON_FRI)
        assert CALENDAR.is_working_day(day, Counting.OFFICIAL)


def test_a_year_counts_as_published_from_the_day_of_its_notice_on() -> None:
    def seen_on(day: date) -> ChinaCalendar:
        return ChinaCalendar(notices=CALENDAR.notices, statutory=CALENDAR.statutory, as_of=day)

    assert not seen_on(date(2025, 11, 3)).is_published(2026)
    assert seen_on(date(2025, 11, 4)).is_published(2026)
    assert not CALENDAR.is_published(2027)


def test_a_year_without_a_notice_knows_the_holidays_of_the_law_and_no_make_up_day() -> None:
    new_year = date(2027, 1, 1)
    assert not CALENDAR.is_working_day(new_year, Counting.OFFICIAL)
    assert CALENDAR.is_working_day(new_year, Counting.MON_FRI)
    weekends = [day for day in every_day(new_year, date(2027, 12, 31)) if day.weekday() > 4]
    assert not any(CALENDAR.is_working_day(day, Counting.OFFICIAL) for day in weekends)


NOTICE_OF_2027 = """
[[notice]]
year = 2027
published = 2026-11-30
source = "https://www.gov.cn/invented-for-the-test"
off = [2027-01-01, 2027-02-08, 2027-02-09]
work = [2027-02-20]
"""


def test_the_owner_can_bring_the_notice_of_a_new_year() -> None:
    calendar = read_clock(NOTICE_OF_2027).calendar
    assert calendar.is_published(2027)
    assert calendar.is_working_day(date(2027, 2, 20), Counting.OFFICIAL)
    assert not calendar.is_working_day(date(2027, 2, 20), Counting.HOLIDAYS_ONLY)
    assert not calendar.is_working_day(date(2027, 2, 8), Counting.HOLIDAYS_ONLY)
    assert calendar.is_working_day(date(2027, 2, 8), Counting.MON_FRI)
    # what the law alone had fixed is replaced by what was published
    assert calendar.is_working_day(date(2027, 2, 5), Counting.OFFICIAL)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[override]\nCMP-GENERC = 5", "CMP-GENERC, which is no rule"),
        ("[override]\nCMP-GENERIC = 0", "a limit is 1 or more"),
        ('[override]\nCMP-GENERIC = "soon"', "override.CMP-GENERIC"),
        ("[overide]\nCMP-GENERIC = 5", "overide"),
        ("[override", "not TOML"),
        (NOTICE_OF_2027.replace("2027-02-20", "2028-02-20"), "2028-02-20 is a day of another"),
        (NOTICE_OF_2027.replace("work", "wrk"), "notice.0"),
        (NOTICE_OF_2027.replace("2027-02-20", "2027-02-30"), "not TOML"),
    ],
)
def test_a_mistake_in_the_owners_file_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BadRules, match=said.replace(".", r"\.")):
        read_clock(text)
