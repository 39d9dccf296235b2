"""EventBridge schedule expressions: checked before they are deployed.

AWS refuses a bad one late, the local AWS accepts anything, so the config is checked here.
Source of the grammar: EventBridge Scheduler user guide, "Schedule types".
"""

import re
from calendar import month_abbr
from datetime import datetime

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
