"""Alerts: which warning of a deadline is due when, to whom, and what was sent already."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from headwater.domain.brands import Recipient, RecipientRole
from headwater.domain.cases import Case
from headwater.domain.complaints import Complaint
from headwater.domain.deadlines import Deadline


class Level(StrEnum):
    """How urgent a warning is, the mildest first. The values are stored: never rename one."""

    AT_ONCE = "at_once"
    TWO_DAYS = "48h"
    ONE_DAY = "24h"
    SIX_HOURS = "6h"
    OVERDUE = "overdue"

    @property
    def escalates(self) -> bool:
        """Whether the second recipients are told as well."""
        return self in {Level.ONE_DAY, Level.SIX_HOURS, Level.OVERDUE}


_BEFORE_THE_END = {
    Level.TWO_DAYS: timedelta(hours=48),
    Level.ONE_DAY: timedelta(hours=24),
    Level.SIX_HOURS: timedelta(hours=6),
    Level.OVERDUE: timedelta(0),
}


def level_at(deadline: Deadline, now: datetime) -> Level:
    """The most urgent level that is reached; one mail of it stands for all milder ones."""
    reached = Level.AT_ONCE
    for level, before in _BEFORE_THE_END.items():
        if deadline.act_by_at - before <= now:
            reached = level
    return reached


def next_level_at(deadline: Deadline, now: datetime) -> datetime | None:
    """When the next level is reached; None when the deadline is over."""
    moments = (deadline.act_by_at - before for before in _BEFORE_THE_END.values())
    return min((moment for moment in moments if moment > now), default=None)


def told(recipients: tuple[Recipient, ...], level: Level) -> tuple[Recipient, ...]:
    """Who gets a mail of that level. With no owner among them, everybody does."""
    owners = tuple(r for r in recipients if r.role is RecipientRole.OWNER)
    return recipients if level.escalates or not owners else owners


class Claim(StrEnum):
    """What the ledger answers to somebody who wants to send."""

    SEND = "send"
    """Nobody has: send it."""
    REPEAT = "repeat"
    """Somebody began and was never heard of again: send it, marked as a possible repeat."""
    BUSY = "busy"
    """Somebody is sending it now: leave it, and look again."""
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One mail to one person about one deadline of one complaint."""

    brand: str
    brand_name: str
    complaint: Complaint
    deadline: Deadline
    level: Level
    recipient: Recipient
    cases: tuple[Case, ...]
    """The listings that it is about, as far as they could be read."""
    possible_repeat: bool = False

    @property
    def key(self) -> str:
        """The name under which the ledger sends it once."""
        deadline = f"{self.brand}#{self.complaint.id}#{self.deadline.id}"
        return f"{deadline}#{self.level}#{self.recipient.email}"
