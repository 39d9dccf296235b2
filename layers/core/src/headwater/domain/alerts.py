"""Alerts: which warning of a deadline is due when, to whom, and what was sent already."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from headwater.domain.brands import Recipient, RecipientRole, Right
from headwater.domain.captures import Capture
from headwater.domain.cases import Case
from headwater.domain.complaints import Complaint
from headwater.domain.deadlines import Deadline

LEASE = timedelta(minutes=15)
"""For how long a mail that somebody began to send is theirs: longer than any run can take."""


class Level(StrEnum):
    """How urgent a warning is, the mildest first. The values are stored: never rename one."""

    AT_ONCE = "at_once"
    TWO_DAYS = "48h"
    ONE_DAY = "24h"
    SIX_HOURS = "6h"
    OVERDUE = "overdue"

    @property
    def escalates(self) -> bool:
        """Whether the second recipients are told as well, and nobody's quiet hours count."""
        return self in {Level.ONE_DAY, Level.SIX_HOURS, Level.OVERDUE}

    @property
    def and_above(self) -> "tuple[Level, ...]":
        """The level itself and every more urgent one."""
        levels = tuple(Level)
        return levels[levels.index(self) :]


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


def told(
    recipients: tuple[Recipient, ...], level: Level, bounced: frozenset[str] = frozenset()
) -> tuple[Recipient, ...]:
    """Who gets a mail of that level.

    With no owner among them, or one whose mail came back (an address in `bounced`), everybody does.
    """
    owners = tuple(r for r in recipients if r.role is RecipientRole.OWNER)
    unheard = any(owner.email in bounced for owner in owners)
    return recipients if level.escalates or not owners or unheard else owners


def zone_of(recipient: Recipient) -> ZoneInfo:
    """The recipient's zone; UTC when there is no such zone: a typing error silences nobody."""
    try:
        return ZoneInfo(recipient.timezone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def quiet_until(recipient: Recipient, level: Level, now: datetime) -> datetime | None:
    """Until when the mail waits for the recipient's quiet hours to end; None: it goes now."""
    if recipient.quiet_hours is None or level.escalates:
        return None
    start, end = recipient.quiet_hours
    local = now.astimezone(zone_of(recipient))
    clock = local.time()
    spans_midnight = start > end
    quiet = (clock >= start or clock < end) if spans_midnight else start <= clock < end
    if not quiet:
        return None
    day = local.date() + timedelta(days=spans_midnight and clock >= start)
    return datetime.combine(day, end, tzinfo=local.tzinfo).astimezone(now.tzinfo)


class Claim(StrEnum):
    """What the ledger answers to somebody who wants to send."""

    SEND = "send"
    """Nobody has: send it."""
    REPEAT = "repeat"
    """Somebody began and was never heard of again: send it, marked as a possible repeat."""
    BUSY = "busy"
    """Somebody is sending it now: leave it, and look again."""
    SENT = "sent"


class NotSent(Exception):  # noqa: N818 - says what happened
    """The mail was refused and certainly did not go; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvidence:
    """What is kept about a case, as far as it could be read: the looks at it, the newest first.

    `picture` is a PNG of our own making: the brand's picture beside the listing's.
    """

    case: Case
    captures: tuple[Capture, ...] = ()
    picture: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One warning to one person about one deadline of one complaint."""

    brand: str
    brand_name: str
    complaint: Complaint
    deadline: Deadline
    level: Level
    recipient: Recipient
    now: datetime
    evidence: tuple[CaseEvidence, ...] = ()
    """Of the first listings that it is about, as far as they could be read."""
    right: Right | None = None
    """The right that the complaint rests on, if the configuration still names it."""
    possible_repeat: bool = False

    @property
    def key(self) -> str:
        """The name under which the ledger sends it once."""
        return alert_key(self.complaint, self.deadline, self.level, self.recipient)

    def key_of(self, channel: str) -> str:
        """The same for a channel that reaches everybody at once."""
        return f"{_level_key(self.complaint, self.deadline, self.level)}#{channel}"


def alert_key(complaint: Complaint, deadline: Deadline, level: Level, recipient: Recipient) -> str:
    """In the ledger: another date, level or person is another mail."""
    return f"{_level_key(complaint, deadline, level)}#{recipient.email}"


def _level_key(complaint: Complaint, deadline: Deadline, level: Level) -> str:
    return f"{complaint.brand}#{complaint.id}#{deadline.id}#{level}"
