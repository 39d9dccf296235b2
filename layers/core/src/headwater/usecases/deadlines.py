"""Warn of every deadline that is due, once per level and person, whatever breaks in between."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from headwater.domain.alerts import (
    Alert,
    Claim,
    NotSent,
    level_at,
    next_level_at,
    quiet_until,
    told,
)
from headwater.domain.brands import Brand
from headwater.domain.cases import Case, Conflict
from headwater.domain.complaints import Complaint
from headwater.domain.deadlines import Clock, Deadline

CASES_SHOWN = 3


class DueComplaints(Protocol):
    """Complaints by the time of their next alert."""

    def due(self, brand: str, now: datetime) -> Iterable[str]:
        """The ids of those whose next alert is due, the longest waiting first."""
        ...

    def get(self, brand: str, complaint_id: str) -> Complaint | None: ...

    def save(self, complaint: Complaint) -> Complaint:
        """Raises Conflict when somebody else saved first."""
        ...


class Cases(Protocol):
    """Only to tell the reader which listings it is about."""

    def get(self, brand: str, case_id: str) -> Case | None: ...


class Ledger(Protocol):
    """Which mail was sent. A claim is a lease: whoever holds it sends, and says so."""

    def claim(self, key: str, brand: str, now: datetime) -> Claim: ...

    def confirm(self, key: str, now: datetime) -> None:
        """It was sent."""
        ...

    def release(self, key: str) -> None:
        """It was refused and certainly not sent: the next try is no repeat."""
        ...


class Mail(Protocol):
    def send(self, alert: Alert) -> None:
        """Raises NotSent when it certainly did not go; any other error leaves that open."""
        ...


class NotAllWarned(Exception):  # noqa: N818 - says what happened
    """Somebody was not written to who should have been; the message says who and why."""


@dataclass(slots=True)
class Warned:
    """What a run did. `failures` holds what kept a mail from being sent, in plain words."""

    looked_at: int = 0
    sent: int = 0
    repeated: int = 0
    failures: tuple[str, ...] = ()


def warn(
    brand: Brand,
    *,
    complaints: DueComplaints,
    cases: Cases,
    ledger: Ledger,
    mail: Mail,
    clock: Clock,
    now: Callable[[], datetime],
) -> Warned:
    """Send what is due for the brand. What could not be sent stays due and is a failure.

    A complaint that cannot be dealt with never holds up the others.
    """
    warned = Warned()
    for complaint_id in list(complaints.due(brand.id, now())):
        warned.looked_at += 1
        try:
            complaint = complaints.get(brand.id, complaint_id)
            if complaint is not None:
                run = _OneComplaint(brand, complaint, cases, ledger, mail, warned)
                next_look = run.warn(complaint.own_deadlines(clock), now())
                if run.settled:
                    _look_again_at(next_look, complaint, complaints)
        except Exception as error:  # noqa: BLE001 - one broken complaint must not silence the rest
            warned.failures += (f"{complaint_id}: {type(error).__name__}: {error}",)
    return warned


def _look_again_at(
    moment: datetime | None, complaint: Complaint, complaints: DueComplaints
) -> None:
    try:
        complaints.save(replace(complaint, next_alert_at=moment))
    except Conflict:
        return  # somebody recorded something meanwhile, which made the complaint due by itself


@dataclass(slots=True)
class _OneComplaint:
    """The alerts of one complaint in one run; `settled` when nothing is left to try again."""

    brand: Brand
    complaint: Complaint
    cases: Cases
    ledger: Ledger
    mail: Mail
    warned: Warned
    settled: bool = True

    def warn(self, deadlines: Iterable[Deadline], now: datetime) -> datetime | None:
        """Send what is due; when to look at the complaint next (None: never)."""
        moments = []
        for deadline in deadlines:
            level = level_at(deadline, now)
            moments.append(next_level_at(deadline, now))
            recipients = told(self.brand.recipients, level)
            if not recipients:
                self._fail(f"brand {self.brand.id} names nobody who gets mail")
            for recipient in recipients:
                quiet = quiet_until(recipient, level, now)
                moments.append(quiet)
                if quiet is None:
                    alert = Alert(
                        brand=self.brand.id,
                        brand_name=self.brand.name,
                        complaint=self.complaint,
                        deadline=deadline,
                        level=level,
                        recipient=recipient,
                        now=now,
                    )
                    try:
                        self._send(alert)
                    except Exception as error:  # noqa: BLE001 - the other recipients are told
                        self._fail(f"{recipient.email}: {type(error).__name__}: {error}")
        return min((moment for moment in moments if moment is not None), default=None)

    def _send(self, alert: Alert) -> None:
        claim = self.ledger.claim(alert.key, alert.brand, alert.now)
        if claim is Claim.SENT:
            return
        if claim is Claim.BUSY:
            self.settled = False
            return
        repeat = claim is Claim.REPEAT
        try:
            self.mail.send(replace(alert, cases=self._cases(), possible_repeat=repeat))
        except NotSent as error:
            self.ledger.release(alert.key)
            self._fail(f"{alert.recipient.email}: {error}")
            return
        self.ledger.confirm(alert.key, alert.now)
        self.warned.sent += 1
        self.warned.repeated += repeat

    def _cases(self) -> tuple[Case, ...]:
        found = []
        for case_id in self.complaint.cases[:CASES_SHOWN]:
            try:
                found.append(self.cases.get(self.brand.id, case_id))
            except Exception:  # noqa: BLE001, S112
                continue  # a mail without the listing's title is better than no mail
        return tuple(case for case in found if case is not None)

    def _fail(self, reason: str) -> None:
        self.settled = False
        self.warned.failures += (f"{self.complaint.id}: {reason}",)
