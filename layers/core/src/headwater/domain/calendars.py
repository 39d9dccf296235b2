"""Chinese working days: the official calendar with its make-up days, and two simpler counts."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import chinese_calendar
from chinese_calendar import constants

CHINA = ZoneInfo("Asia/Shanghai")

_DAY = timedelta(days=1)
_LIBRARY_YEARS = frozenset(day.year for day in constants.holidays)


class Counting(StrEnum):
    """Which days count. No platform says in public which of the three it means."""

    OFFICIAL = "official"
    """As the State Council publishes it: holidays off, make-up Saturdays and Sundays on."""
    MON_FRI = "mon_fri"
    """Every Monday to Friday, holidays or not."""
    HOLIDAYS_ONLY = "holidays_only"
    """Monday to Friday without the official holidays; make-up days do not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayNotice:
    """The State Council's notice on the holidays of one year.

    `days` is None where the calendar library holds them; a notice that is younger than the
    library brings its own: `off` days that would be working days, `work` days on weekends.
    """

    year: int
    published: date
    source: str
    days: "HolidayDays | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayDays:
    """What a notice changes: days off, and days of work on Saturdays and Sundays."""

    off: frozenset[date]
    work: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChinaCalendar:
    """Working days in China as they were known on `as_of` (None: everything we know today).

    `statutory` are the public holidays that the law fixes before any notice: they are days off
    in a year without one. Make-up days of such a year cannot be known.
    """

    notices: tuple[HolidayNotice, ...] = ()
    statutory: frozenset[date] = frozenset()
    as_of: date | None = None

    def is_published(self, year: int) -> bool:
        """Whether the calendar of that year is known; if not, results in it are provisional."""
        notice = self._notice(year)
        if notice is None:
            return year in _LIBRARY_YEARS
        known = self.as_of is None or notice.published <= self.as_of
        return known and (notice.days is not None or year in _LIBRARY_YEARS)

    def is_working_day(self, day: date, counting: Counting) -> bool:
        weekday = day.weekday() < 5
        match counting:
            case Counting.MON_FRI:
                return weekday
            case Counting.HOLIDAYS_ONLY:
                return weekday and self._official(day)
            case Counting.OFFICIAL:
                return self._official(day)

    def working_days_after(self, start: date, count: int, counting: Counting) -> date:
        """The last day of a period of `count` working days; the start itself is day 0."""
        day = start
        while count > 0:
            day += _DAY
            count -= self.is_working_day(day, counting)
        return day

    def rolled(self, day: date, counting: Counting) -> date:
        """The day itself, or the first working day after it (Civil Code, art. 203)."""
        while not self.is_working_day(day, counting):
            day += _DAY
        return day

    def _official(self, day: date) -> bool:
        notice = self._notice(day.year)
        if not self.is_published(day.year):
            return day.weekday() < 5 and day not in self.statutory
        if notice is not None and notice.days is not None:
            return day in notice.days.work or (day.weekday() < 5 and day not in notice.days.off)
        return bool(chinese_calendar.is_workday(day))

    def _notice(self, year: int) -> HolidayNotice | None:
        return next((notice for notice in self.notices if notice.year == year), None)
