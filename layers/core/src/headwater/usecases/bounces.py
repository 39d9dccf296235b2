"""A mail came back: its reader was not warned, so somebody else is, at once."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from headwater.domain.brands import Brand
from headwater.domain.cases import Conflict
from headwater.domain.complaints import Complaint
from headwater.domain.deadlines import Clock, NoRule


class OpenComplaints(Protocol):
    def of_brand(self, brand: str) -> Iterable[Complaint]: ...

    def save(self, complaint: Complaint) -> Complaint:
        """Raises Conflict when somebody else saved first."""
        ...


class BounceRows(Protocol):
    def mark(self, email: str, at: datetime, reason: str) -> None: ...


def came_back(
    email: str,
    reason: str,
    *,
    brands: Iterable[Brand],
    complaints: OpenComplaints,
    bounces: BounceRows,
    clock: Clock,
    now: datetime,
) -> int:
    """Remember it, and make due every open complaint of the brands that write to that address.

    The next run then tells the second recipients too. Returns how many complaints it made due.
    """
    bounces.mark(email, now, reason)
    woken = 0
    for brand in brands:
        if email.lower() not in {one.email.lower() for one in brand.recipients}:
            continue
        for complaint in complaints.of_brand(brand.id):
            with suppress(Conflict, NoRule):  # whoever saved it meanwhile made it due as well
                if complaint.own_deadlines(clock):
                    complaints.save(complaint.alert_from(now, clock))
                    woken += 1
    return woken
