"""Check the outcome, not the work: was everybody told of every deadline that is near?"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from headwater.domain.alerts import alert_key, level_at, quiet_until, told
from headwater.domain.brands import Brand
from headwater.domain.complaints import Complaint
from headwater.domain.deadlines import Clock, NoRule

GRACE = timedelta(hours=2, minutes=15)
"""An hourly run may be late once, and wait for a lost lease, before anybody worries."""


class AllComplaints(Protocol):
    def of_brand(self, brand: str) -> Iterable[Complaint]: ...


class SentMails(Protocol):
    def was_sent(self, key: str) -> bool: ...


class Untold(Exception):  # noqa: N818 - says what is the matter
    """A deadline is near and somebody was not told; the message names both."""


def untold(
    brand: Brand, *, complaints: AllComplaints, ledger: SentMails, clock: Clock, now: datetime
) -> tuple[str, ...]:
    """Who was not told of what, in plain words; empty when the warnings do their work.

    It reads every complaint of the brand and trusts no index, because the index may be what broke.
    """
    missing: list[str] = []
    moment = now - GRACE
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
