"""Answer a counter-notice from the mail: look first, act only when it is said again."""

from datetime import datetime

from headwater.domain.answers import Answer, AnswerLink, BadLink
from headwater.domain.cases import NotAllowed
from headwater.domain.complaints import Complaint, ComplaintState
from headwater.domain.deadlines import Clock, Deadline
from headwater.usecases.complaints import ComplaintsStore, counter_filed, move

_USED = "This counter-notice is answered already, or its date was changed since."


def look(
    link: AnswerLink, *, complaints: ComplaintsStore, clock: Clock
) -> tuple[Complaint, Deadline]:
    """What the link is about, and changes nothing. Raises BadLink when it is used or moved on."""
    complaint = complaints.get(link.brand, link.complaint)
    if complaint is not None and complaint.waiting_counter is not None:
        for deadline in complaint.own_deadlines(clock):
            if deadline.id == link.deadline and deadline.event == ComplaintState.COUNTER_FILED:
                return complaint, deadline
    raise BadLink(_USED)


def act(
    link: AnswerLink,
    answer: Answer,
    *,
    complaints: ComplaintsStore,
    clock: Clock,
    now: datetime,
    due_typed: datetime | None = None,
) -> Complaint:
    """Record the answer in the name of the mail's reader. Raises BadLink, ValueError."""
    look(link, complaints=complaints, clock=clock)
    if answer is Answer.OTHER_DATE:
        if due_typed is None:
            raise ValueError("Write the date that the notice names.")
        return counter_filed(
            link.brand,
            link.complaint,
            complaints=complaints,
            clock=clock,
            at=None,
            now=now,
            by=link.recipient,
            source="mail link",
            due_typed=due_typed,
        )
    try:
        return move(
            link.brand,
            link.complaint,
            ComplaintState.ANSWERED if answer is Answer.REJECTED else ComplaintState.WITHDRAWN,
            complaints=complaints,
            clock=clock,
            at=now,
            now=now,
            by=link.recipient,
            source="mail link",
            only_while_waiting=True,
        )
    except NotAllowed:
        raise BadLink(_USED) from None
