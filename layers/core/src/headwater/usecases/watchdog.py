"""Check the outcome, not the work: was everybody told, did every job run, is everything signed?"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from headwater.domain.alerts import alert_key, level_at, quiet_until, told
from headwater.domain.brands import Brand
from headwater.domain.complaints import Complaint
from headwater.domain.deadlines import Clock, NoRule

GRACE = timedelta(hours=2, minutes=15)
"""An hourly run may be late once, and wait for a lost lease, before anybody worries."""


UNSIGNED = timedelta(hours=24)
"""Timestamp authorities may fail for hours; a day later somebody has to look."""


class AllComplaints(Protocol):
    def of_brand(self, brand: str) -> Iterable[Complaint]: ...


class SentMails(Protocol):
    def was_sent(self, key: str) -> bool: ...


class Bounces(Protocol):
    """Addresses from which a mail came back of late."""

    def bounced(self, email: str, now: datetime) -> bool: ...


class Completions(Protocol):
    """When jobs came to their end."""

    def last(self, job: str) -> datetime | None: ...

    def expected_since(self, job: str, schedule: str, now: datetime) -> datetime:
        """Since when the watchdog knows that schedule of the job."""
        ...


class Untold(Exception):  # noqa: N818 - says what is the matter
    """Somebody was not told, or a job did not run; the message names each."""


def untold(
    brand: Brand,
    *,
    complaints: AllComplaints,
    ledger: SentMails,
    clock: Clock,
    now: datetime,
    bounces: Bounces | None = None,
) -> tuple[str, ...]:
    """Who was not told of what, in plain words; empty when the warnings do their work.

    It reads every complaint of the brand and trusts no index, because the index may be what broke.
    """
    missing: list[str] = []
    moment = now - GRACE
    came_back = [
        one.email
        for one in brand.recipients
        if bounces is not None and bounces.bounced(one.email, now)
    ]
    if brand.recipients and len(came_back) == len(brand.recipients):
        missing.append(f"brand {brand.id}: mail to every recipient comes back")
    for complaint in complaints.of_brand(brand.id):
        try:
            deadlines = complaint.own_deadlines(clock)
        except NoRule as error:
            missing.append(f"{complaint.id}: no deadline can be computed: {error}")
            continue
        if complaint.updated_at > moment:
            continue
        for deadline in deadlines:
            level = level_at(deadline, moment)
            recipients = told(brand.recipients, level)
            if not recipients:
                missing.append(f"{complaint.id}: brand {brand.id} names nobody who gets mail")
            missing += [
                f"{complaint.id}: {person.email} was not told that {level} of {deadline.id}"
                f" has come (act by {deadline.act_by_at.isoformat()})"
                for person in recipients
                if quiet_until(person, level, moment) is None
                and not any(
                    ledger.was_sent(alert_key(complaint, deadline, one, person))
                    for one in level.and_above
                )
            ]
    return tuple(missing)


def idle(
    schedules: Mapping[str, str],
    *,
    completions: Completions,
    last_due: Callable[[str, datetime], datetime | None],
    now: datetime,
) -> tuple[str, ...]:
    """Which jobs did not come to their end since they were last due, in plain words.

    `schedules` are the jobs' expressions, `last_due` reads one. A schedule that is new to us is
    given its first period.
    """
    missing = []
    for job, schedule in schedules.items():
        since = completions.expected_since(job, schedule, now)
        due = last_due(schedule, now - GRACE)
        if due is None or due < since:
            continue
        last = completions.last(job)
        if last is None or last < due:
            said = "never" if last is None else f"last at {last:%Y-%m-%d %H:%M} UTC"
            missing.append(
                f"{job} was due at {due:%Y-%m-%d %H:%M} UTC and did not come to its end ({said})"
            )
    return tuple(missing)
