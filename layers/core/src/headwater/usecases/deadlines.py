"""Warn of every deadline that is due, once per level and person, whatever breaks in between."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from headwater.domain.alerts import (
    Alert,
    CaseEvidence,
    Claim,
    NotSent,
    level_at,
    next_level_at,
    quiet_until,
    told,
)
from headwater.domain.brands import Brand, Right
from headwater.domain.cases import Case, Conflict
from headwater.domain.complaints import Complaint
from headwater.domain.deadlines import Clock, Deadline

CASES_SHOWN = 3
"""Of so many listings of a complaint the mail shows pictures and lists the evidence."""


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


class Evidence(Protocol):
    """What is kept about a case. It may raise anything: the mail goes without."""

    def of_case(self, case: Case) -> CaseEvidence: ...


class Bounces(Protocol):
    """Addresses from which a mail came back of late."""

    def bounced(self, email: str, now: datetime) -> bool: ...


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


class SecondChannel(Protocol):
    """Another way, which reaches whoever listens there once per level: an SMS, a webhook."""

    name: str

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
    evidence: Evidence | None = None,
    bounces: Bounces | None = None,
    channels: Sequence[SecondChannel] = (),
) -> Warned:
    """Send what is due for the brand. What could not be sent stays due and is a failure.

    A complaint that cannot be dealt with never holds up the others, and a second channel is tried
    only after the mails of its level.
    """
    warned = Warned()
    for complaint_id in list(complaints.due(brand.id, now())):
        warned.looked_at += 1
        try:
            complaint = complaints.get(brand.id, complaint_id)
            if complaint is not None:
                run = _OneComplaint(
                    brand, complaint, cases, ledger, mail, warned, evidence, bounces, channels
                )
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
    evidence: Evidence | None
    bounces: Bounces | None
    channels: Sequence[SecondChannel]
    settled: bool = True
    read: dict[bool, tuple[CaseEvidence, ...]] = field(default_factory=dict)
    """The evidence that the mails of this run show, with or without pictures."""

    def warn(self, deadlines: Iterable[Deadline], now: datetime) -> datetime | None:
        """Send what is due; when to look at the complaint next (None: never)."""
        moments = []
        for deadline in deadlines:
            level = level_at(deadline, now)
            moments.append(next_level_at(deadline, now))
            recipients = told(self.brand.recipients, level, self._bounced(now))
            if not recipients:
                self._fail(f"brand {self.brand.id} names nobody who gets mail")
            alerts = []
            for recipient in recipients:
                quiet = quiet_until(recipient, level, now)
                moments.append(quiet)
                if quiet is None:
                    alerts.append(
                        Alert(
                            brand=self.brand.id,
                            brand_name=self.brand.name,
                            complaint=self.complaint,
                            deadline=deadline,
                            level=level,
                            recipient=recipient,
                            now=now,
                            right=self._right(),
                        )
                    )
            for alert in alerts:
                self._try(alert.key, alert.recipient.email, alert, self._mail)
            for channel in self.channels if alerts else ():
                self._try(alerts[0].key_of(channel.name), channel.name, alerts[0], channel.send)
        return min((moment for moment in moments if moment is not None), default=None)

    def _try(self, key: str, to: str, alert: Alert, send: Callable[[Alert], None]) -> None:
        try:
            self._send(key, to, alert, send)
        except Exception as error:  # noqa: BLE001 - the others are told
            self._fail(f"{to}: {type(error).__name__}: {error}")

    def _send(self, key: str, to: str, alert: Alert, send: Callable[[Alert], None]) -> None:
        claim = self.ledger.claim(key, alert.brand, alert.now)
        if claim is Claim.SENT:
            return
        if claim is Claim.BUSY:
            self.settled = False
            return
        repeat = claim is Claim.REPEAT
        try:
            send(replace(alert, possible_repeat=repeat))
        except NotSent as error:
            self.ledger.release(key)
            self._fail(f"{to}: {error}")
            return
        self.ledger.confirm(key, alert.now)
        self.warned.sent += 1
        self.warned.repeated += repeat

    def _mail(self, alert: Alert) -> None:
        plain = alert.possible_repeat
        if plain not in self.read:
            self.read[plain] = self._evidence(plain=plain)
        self.mail.send(replace(alert, evidence=self.read[plain]))

    def _evidence(self, *, plain: bool) -> tuple[CaseEvidence, ...]:
        """`plain`: without pictures, because an earlier try may have died of one."""
        found = []
        for case_id in self.complaint.cases[:CASES_SHOWN]:
            case = None
            try:
                case = self.cases.get(self.brand.id, case_id)
                if case is not None and self.evidence is not None and not plain:
                    found.append(self.evidence.of_case(case))
                    continue
            except Exception:  # noqa: BLE001, S110
                pass  # a mail without a picture or a title is better than no mail
            if case is not None:
                found.append(CaseEvidence(case=case))
        return tuple(found)

    def _bounced(self, now: datetime) -> frozenset[str]:
        if self.bounces is None:
            return frozenset()
        addresses = (recipient.email for recipient in self.brand.recipients)
        return frozenset(one for one in addresses if self.bounces.bounced(one, now))

    def _right(self) -> Right | None:
        named = (right for right in self.brand.rights if right.number == self.complaint.right)
        return next(named, None)

    def _fail(self, reason: str) -> None:
        self.settled = False
        self.warned.failures += (f"{self.complaint.id}: {reason}",)
