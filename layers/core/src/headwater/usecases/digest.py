"""Once a day: everything that is due soon in one mail, and every open complaint looked at anew."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from headwater.domain.alerts import Claim, NotSent, zone_of
from headwater.domain.brands import Brand, Recipient, Right, RightKind
from headwater.domain.calendars import CHINA
from headwater.domain.cases import Case, CaseState, Conflict
from headwater.domain.complaints import Complaint
from headwater.domain.deadlines import Clock, Deadline, NoRule
from headwater.domain.letters import Letter
from headwater.usecases.deadlines import Ledger

AHEAD = timedelta(days=14)


class OpenComplaints(Protocol):
    def of_brand(self, brand: str) -> Iterable[Complaint]: ...

    def save(self, complaint: Complaint) -> Complaint:
        """Raises Conflict when somebody else saved first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A date that is near: of a complaint, or of a right."""

    subject: str
    """Our own words: "complaint alibaba-77", "trademark 018765432"."""
    deadline: Deadline
    complaint: Complaint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one person gets in the morning."""

    brand: Brand
    recipient: Recipient
    now: datetime
    due: tuple[Due, ...]
    questions: tuple[Letter, ...] = ()
    """Mails that came in and wait for a person."""
    back: tuple[Case, ...] = ()
    """Removed listings that are up again and wait for a look, the most frequent first."""
    possible_repeat: bool = False

    @property
    def key(self) -> str:
        """The name under which the ledger sends it once: one a day, in the reader's own zone."""
        day = self.now.astimezone(zone_of(self.recipient)).date()
        return f"{self.brand.id}#digest#{day.isoformat()}#{self.recipient.email}"

    @property
    def rehearsal(self) -> bool:
        return any(
            one.complaint is not None and one.complaint.rehearsal for one in self.due
        ) or any(case.rehearsal for case in self.back)


class DigestMail(Protocol):
    def send_digest(self, digest: Digest) -> None:
        """Raises NotSent when it certainly did not go; any other error leaves that open."""
        ...


@dataclass(slots=True)
class Digested:
    """What a run did."""

    sent: int = 0
    looked_at: int = 0
    failures: list[str] = field(default_factory=list)


def upcoming(
    brand: Brand,
    complaints: Iterable[Complaint],
    clock: Clock,
    now: datetime,
    *,
    within: timedelta | None = AHEAD,
) -> tuple[Due, ...]:
    """Everything that ends within that time (None: ever) or is overdue, the nearest first."""
    found: list[Due] = []
    for complaint in complaints:
        subject = f"complaint {complaint.id}"
        deadlines = list(complaint.own_deadlines(clock))
        awaited = complaint.deadline_of_state(clock)
        if awaited is not None and awaited not in deadlines and awaited.act_by_at > now:
            deadlines.append(awaited)
        found += [Due(subject=subject, deadline=d, complaint=complaint) for d in deadlines]
    found += [due for right in brand.rights for due in _of_right(right, clock, now)]
    near = [due for due in found if within is None or due.deadline.act_by_at <= now + within]
    return tuple(sorted(near, key=lambda due: (due.deadline.act_by_at, due.subject)))


def digest(
    brand: Brand,
    *,
    complaints: OpenComplaints,
    ledger: Ledger,
    mail: DigestMail,
    clock: Clock,
    now: datetime,
    questions: tuple[Letter, ...] = (),
    cases: Iterable[Case] = (),
) -> Digested:
    """Mail what is due soon to everybody, and make every open complaint due to be looked at.

    The second heals what no schedule can: a calendar that was published since, a rule that was
    changed, an index row that was lost. What was sent already is not sent again.
    """
    done = Digested()
    known = []
    for complaint in list(complaints.of_brand(brand.id)):
        try:
            running = complaint.own_deadlines(clock)
        except NoRule as error:
            done.failures.append(f"{complaint.id}: {error}")
            continue
        known.append(complaint)
        if running:
            done.looked_at += 1
            with suppress(Conflict):  # whoever saved it meanwhile made it due as well
                complaints.save(complaint.alert_from(now, clock))
    due = upcoming(brand, known, clock, now)
    back = back_again(cases)
    for recipient in brand.recipients if due or questions or back else ():
        one = Digest(
            brand=brand, recipient=recipient, now=now, due=due, questions=questions, back=back
        )
        try:
            done.sent += _send(one, ledger, mail)
        except Exception as error:  # noqa: BLE001 - the others get theirs
            done.failures.append(f"{recipient.email}: {error}")
    return done


def _send(one: Digest, ledger: Ledger, mail: DigestMail) -> bool:
    """Whether it went now. Raises NotSent, or anything else that leaves that open."""
    claim = ledger.claim(one.key, one.brand.id, one.now)
    if claim not in {Claim.SEND, Claim.REPEAT}:
        return False
    try:
        mail.send_digest(replace(one, possible_repeat=claim is Claim.REPEAT))
    except NotSent:
        ledger.release(one.key)
        raise
    ledger.confirm(one.key, one.now)
    return True


def back_again(cases: Iterable[Case]) -> tuple[Case, ...]:
    """The listings that came back and that nobody has decided about since."""
    waiting = (case for case in cases if case.times > 1 and case.state is CaseState.OPEN)
    return tuple(sorted(waiting, key=lambda case: (-case.times, -case.risk.score, case.id)))


def _of_right(right: Right, clock: Clock, now: datetime) -> list[Due]:
    """The renewal of a Chinese trademark: from when on it is possible, while it is not done."""
    if right.expires is None or right.kind is not RightKind.TRADEMARK or right.country != "CN":
        return []
    expiry = datetime.combine(right.expires, time(12), tzinfo=CHINA).astimezone(UTC)
    renewal = clock.deadline("cnipa", "trademark_expiry", expiry, as_of=now.date())
    if renewal.act_by_at < now - AHEAD:
        return []
    return [Due(subject=f"trademark {right.number}", deadline=renewal)]
