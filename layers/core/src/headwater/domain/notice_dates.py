"""The dates in a platform's notice, in English and Chinese: read when they can only mean one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from headwater.domain.calendars import CHINA
from headwater.domain.deadlines import CUT_OFF

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun",
            "july jul", "august aug", "september sept sep", "october oct", "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_CLOCK = (
    r"(?:\s{0,2},?\s{0,2}(?:at\s)?t?(?P<part>上午|下午|中午|晚上|早上|凌晨)?(?P<hour>\d{1,2})(?::|点|时)(?P<minute>\d{2})?分?"
    r"(?::(?P<second>\d{2}))?(?:\.\d{1,6})?\s?(?P<half>[ap]\.?m\b\.?)?)?"
)
_ZONE = (
    r"(?:\s{0,2}[(（]?\s?(?P<zone>(?:gmt|utc)\s?[+-]\s?\d{1,2}(?::?\d{2})?|[+-]\d{2}:?\d{2}\b|z\b"
    r"|gmt\b|utc\b|cst\b|pst\b|pdt\b|beijing time|china standard time|china time|pacific time"
    r"|北京时间|中国标准时间|中国时间))?"
)
_BEFORE = r"(?<![a-z0-9_/-])(?<!\d[.,])"
_NOT_MORE = r"(?!\d|[./-]\d)"
_WEEKDAY = r"(?:\s?[(（]?(?:星期|周)[一二三四五六日天][)）]?)?"
_NUMBERS = (
    r"(?P<year>20\d{2})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})"
    + _NOT_MORE
    + r"日?号?"
    + _WEEKDAY
)
_DAY_FIRST = (
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\sof)?[\s-]"
    rf"(?P<name>{_MONTH})\.?,?[\s-](?P<year>20\d{{2}})"
)
_MONTH_FIRST = rf"(?P<name>{_MONTH})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>20\d{{2}})"
_EITHER_FIRST = r"(?P<one>\d{1,2})[/.-](?P<other>\d{1,2})[/.-](?P<year>20\d{2}|\d{2})" + _NOT_MORE
_FORMS = tuple(
    re.compile(_BEFORE + day + _CLOCK + _ZONE)
    for day in (_NUMBERS, _DAY_FIRST, _MONTH_FIRST, _EITHER_FIRST)
)
_YEARLESS = re.compile(
    rf"(?<![a-z0-9年-])(?:\d{{1,2}}\s?月\s?\d{{1,2}}\s?[日号]|(?:{_MONTH})\s\d{{1,2}}\b(?!,?\s20\d\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s(?:{_MONTH})\b(?!,?\s20\d\d))"
)
_ZONES: dict[str, tzinfo] = {
    "z": UTC,
    "gmt": UTC,
    "utc": UTC,
    "pst": timezone(timedelta(hours=-8)),
    "pdt": timezone(timedelta(hours=-7)),
    "pacific time": ZoneInfo("America/Los_Angeles"),
}
_HALVES = {
    "上午": "am", "早上": "am", "凌晨": "am", "下午": "pm", "中午": "pm", "晚上": "pm",
}  # fmt: skip
_IN_CHINA = frozenset(
    {"beijing time", "china standard time", "china time", "北京时间", "中国标准时间", "中国时间"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRead:
    """A date where it stands in a text; `moment` is None when it can mean more than one day.

    `whole_day`: no time of day is written; the moment is then the cut-off in China. `assumed` says
    in words what the text does not: its zone, its time.
    """

    start: int
    end: int
    words: str
    moment: datetime | None
    whole_day: bool = False
    assumed: str = ""


def dates_in(text: str) -> tuple[DateRead, ...]:
    """Every date in a text (lower-case, in one line), in order; those without a year as unread."""
    found: list[DateRead] = []
    for form in _FORMS:
        for match in form.finditer(text):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                found.append(_read(match))
    for match in _YEARLESS.finditer(text):
        if not any(one.start < match.end() and match.start() < one.end for one in found):
            words = match[0]
            found.append(DateRead(start=match.start(), end=match.end(), words=words, moment=None))
    return tuple(sorted(found, key=lambda one: one.start))


def _read(match: re.Match[str]) -> DateRead:
    start, end, words = match.start(), match.end(), match[0].strip()
    unread = DateRead(start=start, end=end, words=words, moment=None)
    days = set(_days(match.groupdict()))
    if len(days) != 1:
        return unread
    (day,) = days
    zone, assumed = _zone(match["zone"] or "")
    if match["hour"] is None:
        moment = datetime.combine(day, CUT_OFF, tzinfo=CHINA)
        return DateRead(
            start=start,
            end=end,
            words=words,
            moment=moment.astimezone(UTC),
            whole_day=True,
            assumed="no time is written: the close of business in China is taken",
        )
    clock = _clock(match)
    if clock is None:
        return unread
    extra, at = clock
    moment = datetime.combine(day + timedelta(days=extra), at, tzinfo=zone).astimezone(UTC)
    return DateRead(start=start, end=end, words=words, moment=moment, assumed=assumed)


def _days(parts: dict[str, str | None]) -> Iterator[date]:
    """The days that the written numbers can mean: 03/04/2026 is two."""
    year = int(parts["year"] or 0)
    year += 2000 if year < 100 else 0
    one, other = parts.get("one"), parts.get("other")
    if one is not None and other is not None:
        pairs = [(int(one), int(other)), (int(other), int(one))]
    else:
        name = parts.get("name")
        month = _MONTHS[name] if name else int(parts.get("month") or 0)
        pairs = [(month, int(parts["day"] or 0))]
    for month, day in pairs:
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def _clock(match: re.Match[str]) -> tuple[int, time] | None:
    """Days to add (24:00 is the next day's beginning) and the time; None if there is none such."""
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").replace(".", "") or _HALVES.get(match["part"] or "", "")
    if match["part"] and hour > 12:
        half = ""  # 下午14:00
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if (hour, minute) == (24, 0):
        return 1, time()
    try:
        return 0, time(hour, minute, int(match["second"] or 0))
    except ValueError:
        return None


def _zone(written: str) -> tuple[tzinfo, str]:
    written = " ".join(written.split())
    offset = re.search(r"([+-])\s?(\d{1,2}):?(\d{2})?$", written)
    if offset:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours <= 14 and minutes < 60:
            span = timedelta(hours=hours, minutes=minutes)
            return timezone(span if offset[1] == "+" else -span), ""
    if written in _ZONES:
        return _ZONES[written], ""
    if written in _IN_CHINA:
        return CHINA, ""
    said = f"{written.upper()} is taken for China's" if written else "no time zone is written"
    return CHINA, f"{said}: China's is taken" if not written else said
