"""EventBridge schedule expressions: checked before they are deployed, and read by the watchdog.

AWS refuses a bad one late, the local AWS accepts anything, so the config is checked here.
Source of the grammar: EventBridge Scheduler user guide, "Schedule types".
"""

import re
from calendar import month_abbr, monthrange
from datetime import UTC, date, datetime, time, timedelta

_MONTHS = tuple(month.upper() for month in month_abbr[1:])
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minutes", 0, 59, ()),
    ("hours", 0, 23, ()),
    ("day of month", 1, 31, ()),
    (
        "month",
        1,
        12,
        _MONTHS,
    ),
    ("day of week", 1, 7, _DAYS),
    ("year", 1970, 2199, ()),
)


_LOOKED_BACK_DAYS = 400
_RATES = {"minute": 1, "hour": 60, "day": 1440}


def check_schedule(expression: str) -> None:
    """Raises ValueError that says what is wrong and shows a right one."""
    found = re.fullmatch(r"(cron|rate|at)\((.*)\)", expression.strip())
    if found is None:
        raise ValueError(
            f"{expression!r} is no schedule; write cron(15 3 * * ? *), rate(1 hour) or "
            "at(2026-12-01T03:00:00)"
        )
    kind, inside = found[1], found[2]
    if kind == "cron":
        _check_cron(inside)
    elif kind == "rate":
        if not re.fullmatch(r"1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days)", inside):
            raise ValueError(f"rate({inside}) is wrong; write rate(1 hour) or rate(6 hours)")
    else:
        try:
            datetime.strptime(inside, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - the zone is UTC
        except ValueError as error:
            raise ValueError(f"at({inside}) is wrong; write at(2026-12-01T03:00:00)") from error


def last_due(expression: str, now: datetime) -> datetime | None:
    """When a job of that (checked) schedule was last to be started, at `now` or before it, in UTC.

    None when it was not in the last 400 days. Nobody knows the phase of a rate: one period ago.
    """
    kind, _, inside = expression.strip().removesuffix(")").partition("(")
    now = now.astimezone(UTC)
    if kind == "rate":
        count, unit = inside.split()
        return now - timedelta(minutes=int(count) * _RATES[unit.removesuffix("s")])
    if kind == "at":
        moment = datetime.fromisoformat(inside).replace(tzinfo=UTC)
        return moment if moment <= now else None
    minutes, hours, *days = inside.split()
    times = [
        time(hour, minute, tzinfo=UTC)
        for hour in sorted(_values(hours, 0, 23), reverse=True)
        for minute in sorted(_values(minutes, 0, 59), reverse=True)
    ]
    for back in range(_LOOKED_BACK_DAYS):
        day = now.date() - timedelta(days=back)
        if _fires_on(day, *days):
            for at in times:
                if datetime.combine(day, at) <= now:
                    return datetime.combine(day, at)
    return None


def _fires_on(day: date, of_month: str, month: str, of_week: str, year: str) -> bool:
    if day.month not in _values(month, 1, 12, _MONTHS) or day.year not in _values(year, 1970, 2199):
        return False
    if of_month != "?":
        return any(_is_day_of_month(day, part) for part in of_month.split(","))
    return any(_is_day_of_week(day, part) for part in of_week.split(","))


def _is_day_of_month(day: date, part: str) -> bool:
    last = monthrange(day.year, day.month)[1]
    if part == "L":
        return day.day == last
    if part.endswith("W"):
        wanted = last if part == "LW" else min(int(part[:-1]), last)
        return day.day == _nearest_weekday(date(day.year, day.month, wanted), last)
    return day.day in _values(part, 1, 31)


def _nearest_weekday(day: date, last: int) -> int:
    """Monday to Friday, in the same month."""
    over = day.weekday() - 4  # Saturday 1, Sunday 2
    if over == 1:
        return day.day - 1 if day.day > 1 else day.day + 2
    if over == 2:
        return day.day + 1 if day.day < last else day.day - 2
    return day.day


def _is_day_of_week(day: date, part: str) -> bool:
    number = day.isoweekday() % 7 + 1  # AWS counts from Sunday
    if part == "L":
        return number == 7
    if found := re.fullmatch(r"([1-7])L", part):
        return number == int(found[1]) and (day + timedelta(days=7)).month != day.month
    if found := re.fullmatch(r"([1-7])#([1-5])", part):
        return number == int(found[1]) and (day.day - 1) // 7 + 1 == int(found[2])
    return number in _values(part, 1, 7, _DAYS)


def _values(field: str, low: int, high: int, words: tuple[str, ...] = ()) -> set[int]:
    """The numbers that a field of a cron expression names."""
    found: set[int] = set()
    for part in field.split(","):
        base, slash, step = part.partition("/")
        ends = [
            words.index(end.upper()) + low if end.upper() in words else int(end)
            for end in ([] if base == "*" else base.split("-"))
        ]
        first = ends[0] if ends else low
        last = high if not ends or (slash and len(ends) == 1) else ends[-1]
        found.update(range(first, last + 1, int(step or 1)))
    return found


def _check_cron(inside: str) -> None:
    values = inside.split()
    if len(values) != len(_FIELDS):
        raise ValueError(
            f"cron({inside}) has {len(values)} fields; AWS wants six: "
            "minutes hours day-of-month month day-of-week year"
        )
    for value, (name, low, high, words) in zip(values, _FIELDS, strict=True):
        if not _field_is_valid(value, low, high, words, days=name.startswith("day")):
            raise ValueError(f"cron({inside}): {value!r} is no {name} ({low} to {high})")
    if (values[2] == "?") == (values[4] == "?"):
        raise ValueError(f"cron({inside}): exactly one of day-of-month and day-of-week must be '?'")


def _field_is_valid(value: str, low: int, high: int, words: tuple[str, ...], *, days: bool) -> bool:
    if days and re.fullmatch(r"\?|L|LW|\d{1,2}W|[1-7]L|[1-7]#[1-5]", value):
        return True
    for part in value.split(","):
        base, slash, step = part.partition("/")
        if slash and not (step.isdigit() and int(step) > 0):
            return False
        if base == "*":
            continue
        ends = base.split("-")
        if len(ends) > 2:
            return False
        numbers = []
        for end in ends:
            if end.upper() in words:
                numbers.append(words.index(end.upper()) + low)
            elif end.isdigit() and low <= int(end) <= high:
                numbers.append(int(end))
            else:
                return False
        if numbers != sorted(numbers):
            return False
    return True
