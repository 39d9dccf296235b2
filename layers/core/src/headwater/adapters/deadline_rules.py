"""The clock from its data files: the rules and calendars that ship, and the owner's own numbers."""

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from headwater.adapters.records import decode
from headwater.domain.calendars import ChinaCalendar, HolidayDays, HolidayNotice
from headwater.domain.deadlines import Clock, Rule


class BadRules(ValueError):  # noqa: N818 - says what is the matter
    """The owner's file of deadlines cannot be used; the message names the place."""


class _Notice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    year: int
    published: date
    source: str
    off: frozenset[date] | None = None
    work: frozenset[date] | None = None

    def to_notice(self) -> HolidayNotice:
        days = None
        if self.off is not None or self.work is not None:
            days = HolidayDays(off=self.off or frozenset(), work=self.work or frozenset())
        strangers = sorted(
            day for day in (days.off | days.work if days else ()) if day.year != self.year
        )
        if strangers:
            raise BadRules(f"notice for {self.year}: {strangers[0]} is a day of another year")
        return HolidayNotice(
            year=self.year, published=self.published, source=self.source, days=days
        )


class _OwnNotice(_Notice):
    """A notice of the owner's brings its days: the library does not have them."""

    off: frozenset[date]
    work: frozenset[date]


class _OwnFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    override: dict[str, int] = {}
    notice: list[_OwnNotice] = []


def read_clock(own: str = "") -> Clock:
    """The shipped rules and calendars, changed by the owner's TOML text. Raises BadRules.

    The owner's text may hold `[override]` (rule id = limit) and `[[notice]]` (a year's holidays).
    """
    rules = tuple(decode(Rule, _lists(row)) for row in _shipped("deadlines.toml")["rule"])
    calendars = _shipped("calendars.toml")
    shipped = [_Notice.model_validate(row).to_notice() for row in calendars["notice"]]
    owners = _own_file(own)
    unknown = sorted(set(owners.override) - {rule.id for rule in rules})
    if unknown:
        raise BadRules(f"[override] names {unknown[0]}, which is no rule of rules/deadlines.toml")
    wrong = [rule_id for rule_id, limit in owners.override.items() if limit < 1]
    if wrong:
        raise BadRules(f"[override] {wrong[0]}: a limit is 1 or more")
    notices = {notice.year: notice for notice in shipped}
    notices |= {notice.year: notice.to_notice() for notice in owners.notice}
    return Clock(
        rules=rules,
        calendar=ChinaCalendar(
            notices=tuple(notices.values()), statutory=frozenset(calendars["statutory"]["days"])
        ),
        overrides=owners.override,
    )


def _shipped(name: str) -> dict[str, Any]:
    text = resources.files("headwater.rules").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _own_file(text: str) -> _OwnFile:
    try:
        return _OwnFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"the file of own deadlines is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise BadRules(f"the file of own deadlines, at {place}: {first['msg']}") from None


def _lists(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
