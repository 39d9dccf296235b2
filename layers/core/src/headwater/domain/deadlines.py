"""Deadlines: which rule applies, how its days are counted, and by when one had better act."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from headwater.domain.calendars import CHINA, ChinaCalendar, Counting

CUT_OFF = time(18)
"""Act by the close of business; formally the last day ends at 24:00 (Civil Code, art. 203)."""

_YEARS = (1970, 2200)

ANYWHERE = "any"
IPP = "ipp"
PRC_LAW = "prc_law"
IPP_PLATFORMS = frozenset(
    {"alibaba", "1688", "aliexpress", "taobao", "tmall", "tmall_global", "lazada"}
)


class Actor(StrEnum):
    """Whose time runs."""

    COMPLAINANT = "complainant"
    RIGHT_HOLDER = "right holder"
    SELLER = "seller"
    PLATFORM = "platform"
    AUTHORITY = "authority"
    CUSTOMS = "customs"
    IMPORTER = "importer"

    @property
    def is_us(self) -> bool:
        """Whether missing it is our loss: then the earliest date counts, else the latest."""
        return self in {Actor.COMPLAINANT, Actor.RIGHT_HOLDER}


class Unit(StrEnum):
    """What a limit is measured in."""

    HOURS = "hours"
    WORKING_DAYS = "working days"
    CALENDAR_DAYS = "calendar days"
    MONTHS = "calendar months"
    YEARS = "calendar years"


class DayCount(StrEnum):
    """Which calendar a rule's last day is found in."""

    CHINA = "china"
    """Working days of the three Chinese countings."""
    MON_FRI = "mon_fri"
    """Monday to Friday of the rule's own zone; its public holidays are not known here."""
    CIVIL_CODE = "civil_code"
    """Calendar days; a last day of rest moves to the next working day (art. 203)."""
    PLAIN = "plain"
    """Calendar days, months or years as they come."""


class Direction(StrEnum):
    """Whether the limit runs from the event or up to it."""

    AFTER = "after"
    BEFORE = "before"


class Confidence(StrEnum):
    """How sure the source makes us."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Basis(StrEnum):
    """Where a date comes from, the strongest first."""

    TYPED = "typed"
    """Read in the platform's own notice by a person: it beats every rule."""
    OVERRIDE = "override"
    """The owner's own number in the configuration."""
    RULE = "rule"
    DEFAULT = "default"
    """Our assumption: no source states the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One time limit as a source states it, for the platforms and events that it covers.

    `effective_from` and `effective_to` are both inclusive; None is open.
    """

    id: str
    platforms: tuple[str, ...]
    events: tuple[str, ...]
    who: Actor
    limit: int
    unit: Unit
    calendar: DayCount
    counts_from: str
    consequence: str
    citation: str
    confidence: Confidence
    verified_on: date
    basis: Basis
    direction: Direction = Direction.AFTER
    timezone: str = "Asia/Shanghai"
    effective_from: date | None = None
    effective_to: date | None = None

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ValueError(f"rule {self.id}: a limit of {self.limit} {self.unit} is none")
        in_working_days = self.calendar in {DayCount.CHINA, DayCount.MON_FRI}
        if in_working_days is not (self.unit is Unit.WORKING_DAYS):
            raise ValueError(f"rule {self.id}: {self.unit} do not go with {self.calendar}")

    def applies_on(self, day: date) -> bool:
        started = self.effective_from is None or self.effective_from <= day
        return started and (self.effective_to is None or day <= self.effective_to)

    @property
    def limit_in_words(self) -> str:
        unit = self.unit if self.limit > 1 else self.unit.removesuffix("s")
        return f"{self.limit} {unit}"


class NoRule(LookupError):  # noqa: N818 - reads as the sentence that it is
    """No rule fits; the message lists what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDates:
    """The same deadline by the three Chinese countings."""

    official: date
    mon_fri: date
    holidays_only: date

    @property
    def differ(self) -> bool:
        return len({self.official, self.mon_fri, self.holidays_only}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """By when whom does what cost what.

    `act_by` is the date to go by: the earliest for us, the latest for everybody else. `act_by_at`
    is its last moment in UTC (for us the cut-off): alerts count back from there. The dates are
    those of the rule's own zone: Asia/Shanghai unless a US or EU rule says otherwise.
    """

    rule: Rule
    basis: Basis
    event: str
    started_at: datetime
    formally_due: date
    act_by: date
    act_by_at: datetime
    latest: date
    provisional: bool
    calendars: CalendarDates

    @property
    def ours(self) -> bool:
        return self.rule.who.is_us

    @property
    def id(self) -> str:
        """Another date makes another deadline: its alerts are sent anew."""
        return f"{self.rule.id}@{self.act_by_at.astimezone(UTC):%Y%m%dT%H%MZ}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Answers every question of time: the rules, the owner's own numbers, the calendar."""

    rules: tuple[Rule, ...]
    calendar: ChinaCalendar
    overrides: Mapping[str, int] = field(default_factory=dict)

    def deadline(
        self,
        platform: str,
        event: str,
        at: datetime,
        *,
        typed: datetime | None = None,
        as_of: date | None = None,
    ) -> Deadline:
        """What follows in time from the event `at` (aware) on the platform (or authority).

        The rule in force on the event's own date is taken, or on `as_of`. `typed` is the moment
        that the platform's notice names. Raises NoRule.
        """
        if at.tzinfo is None:
            raise ValueError(f"{at.isoformat()} has no time zone")
        rule = self.rule(platform, event, as_of or at.astimezone(CHINA).date())
        if typed is not None:
            return _as_typed(rule, event, at, typed)
        calendar = self.calendar if as_of is None else replace(self.calendar, as_of=as_of)
        return _by_rule(rule, event, at, calendar)

    def rule(self, platform: str, event: str, day: date) -> Rule:
        """The most specific rule in force on that day. Raises NoRule."""
        if platform not in self.platforms:
            raise NoRule(f"unknown platform {platform!r}; there is {', '.join(self.platforms)}")
        outdated = []
        for name in (platform, *_general(platform)):
            candidates = [r for r in self.rules if name in r.platforms and event in r.events]
            for rule in candidates:
                if rule.applies_on(day):
                    return self._with_override(rule)
            outdated += candidates
        if outdated:
            spans = "; ".join(f"{r.id} {_span(r)}" for r in outdated)
            raise NoRule(f"no rule for {event!r} on {platform} holds on {day}: {spans}")
        raise NoRule(
            f"no rule for the event {event!r} on {platform};"
            f" there is {', '.join(self.events(platform))}"
        )

    @property
    def platforms(self) -> tuple[str, ...]:
        """Everything that can be asked about: marketplaces, authorities, bodies of law."""
        named = {name for rule in self.rules for name in rule.platforms}
        return tuple(sorted((named | IPP_PLATFORMS | _OTHER_MARKETPLACES) - {ANYWHERE}))

    def events(self, platform: str) -> tuple[str, ...]:
        chain = {platform, *_general(platform)}
        matching = (rule for rule in self.rules if chain & set(rule.platforms))
        return tuple(sorted({event for rule in matching for event in rule.events}))

    def _with_override(self, rule: Rule) -> Rule:
        if rule.id not in self.overrides:
            return rule
        return replace(rule, limit=self.overrides[rule.id], basis=Basis.OVERRIDE)


_OTHER_MARKETPLACES = frozenset({"made_in_china", "amazon", "generic"})


def _general(platform: str) -> tuple[str, ...]:
    """What also holds for a platform where it has no rule of its own."""
    if platform in IPP_PLATFORMS:
        return (IPP, ANYWHERE, PRC_LAW)
    if platform in {IPP, "made_in_china"}:
        return (ANYWHERE, PRC_LAW)
    if platform in _OTHER_MARKETPLACES:
        return (ANYWHERE,)
    return ()


def _as_typed(rule: Rule, event: str, at: datetime, typed: datetime) -> Deadline:
    day = typed.astimezone(CHINA).date()
    return Deadline(
        rule=rule,
        basis=Basis.TYPED,
        event=event,
        started_at=at,
        formally_due=day,
        act_by=day,
        act_by_at=typed.astimezone(UTC),
        latest=day,
        provisional=False,
        calendars=CalendarDates(official=day, mon_fri=day, holidays_only=day),
    )


def _by_rule(rule: Rule, event: str, at: datetime, calendar: ChinaCalendar) -> Deadline:
    zone = ZoneInfo(rule.timezone)
    start = at.astimezone(zone).date()
    plain = _plain_end(rule, at, zone)
    dates = CalendarDates(
        official=_end(rule, start, plain, calendar, Counting.OFFICIAL),
        mon_fri=_end(rule, start, plain, calendar, Counting.MON_FRI),
        holidays_only=_end(rule, start, plain, calendar, Counting.HOLIDAYS_ONLY),
    )
    every = [dates.official, dates.mon_fri, dates.holidays_only]
    if rule.calendar is DayCount.CIVIL_CODE:
        every.append(plain)  # "do not rely on the roll": for us the day itself is the last
    act_by = min(every) if rule.who.is_us else max(every)
    return Deadline(
        rule=rule,
        basis=rule.basis,
        event=event,
        started_at=at,
        formally_due=dates.official,
        act_by=act_by,
        act_by_at=_last_moment(rule, at, act_by, zone),
        latest=max(every),
        provisional=_is_provisional(rule, start, max(every), calendar),
        calendars=dates,
    )


def _plain_end(rule: Rule, at: datetime, zone: ZoneInfo) -> date:
    sign = 1 if rule.direction is Direction.AFTER else -1
    start = at.astimezone(zone).date()
    match rule.unit:
        case Unit.HOURS:
            return (at + sign * timedelta(hours=rule.limit)).astimezone(zone).date()
        case Unit.MONTHS:
            return months_from(start, sign * rule.limit)
        case Unit.YEARS:
            return months_from(start, sign * 12 * rule.limit)
        case Unit.CALENDAR_DAYS:
            return start + sign * timedelta(days=rule.limit)
        case Unit.WORKING_DAYS:
            return start


def _end(rule: Rule, start: date, plain: date, calendar: ChinaCalendar, counting: Counting) -> date:
    match rule.calendar:
        case DayCount.CHINA:
            return calendar.working_days_after(start, rule.limit, counting)
        case DayCount.MON_FRI:
            return calendar.working_days_after(start, rule.limit, Counting.MON_FRI)
        case DayCount.CIVIL_CODE:
            return calendar.rolled(plain, counting)
        case DayCount.PLAIN:
            return plain


def _is_provisional(rule: Rule, start: date, end: date, calendar: ChinaCalendar) -> bool:
    if rule.calendar in {DayCount.PLAIN, DayCount.MON_FRI}:
        return False
    first = start if rule.calendar is DayCount.CHINA else end
    years = range(first.year, end.year + 1)
    return not all(calendar.is_published(year) for year in years)


def typed_moment(text: str) -> datetime:
    """The moment that a person read in a notice: a date (until the cut-off in China) or an instant.

    Raises ValueError, with what to write instead.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return instant(text)
    return instant(datetime.combine(day, CUT_OFF, tzinfo=CHINA).isoformat())


def instant(text: str) -> datetime:
    """An ISO 8601 instant with its zone, in UTC. Raises ValueError, with what to write instead."""
    advice = "write it like 2026-02-11T09:30:00+08:00 or 2026-02-11T01:30:00Z"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a moment; {advice}") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone; {advice}")
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise ValueError(f"{text!r} is not between {_YEARS[0]} and {_YEARS[1]}")
    return moment.astimezone(UTC)


def _last_moment(rule: Rule, at: datetime, act_by: date, zone: ZoneInfo) -> datetime:
    if rule.unit is Unit.HOURS:
        hours = timedelta(hours=rule.limit)
        return (at + hours if rule.direction is Direction.AFTER else at - hours).astimezone(UTC)
    if rule.who.is_us:
        return datetime.combine(act_by, CUT_OFF, tzinfo=zone).astimezone(UTC)
    midnight = datetime.combine(act_by + timedelta(days=1), time(), tzinfo=zone)
    return midnight.astimezone(UTC)


def months_from(start: date, months: int) -> date:
    """The same day of another month, or that month's last day where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _span(rule: Rule) -> str:
    start = rule.effective_from or "always"
    return f"from {start}" + (f" to {rule.effective_to}" if rule.effective_to else "")
