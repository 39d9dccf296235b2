"""Stand-ins for the clock room: complaints, cases, the alert ledger and the mail, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from headwater.adapters.dynamodb.bounces import COUNTS
from headwater.domain.alerts import LEASE, Alert, CaseEvidence, Claim, NotSent
from headwater.domain.cases import Case, Conflict
from headwater.domain.complaints import Complaint


@dataclass
class ComplaintsInMemory:
    rows: dict[tuple[str, str], Complaint] = field(default_factory=dict)

    def get(self, brand: str, complaint_id: str) -> Complaint | None:
        return self.rows.get((brand, complaint_id))

    def open(self, complaint: Complaint) -> bool:
        key = (complaint.brand, complaint.id)
        if key in self.rows:
            return False
        self.rows[key] = complaint
        return True

    def save(self, complaint: Complaint) -> Complaint:
        known = self.rows[complaint.brand, complaint.id]
        if known.version != complaint.version:
            raise Conflict(f"complaint {complaint.id} was saved by somebody else")
        saved = replace(complaint, version=complaint.version + 1)
        self.rows[complaint.brand, complaint.id] = saved
        return saved

    def of_brand(self, brand: str) -> Iterator[Complaint]:
        return (row for (owner, _), row in sorted(self.rows.items()) if owner == brand)

    def due(self, brand: str, now: datetime) -> Iterator[str]:
        waiting = [
            row
            for row in self.of_brand(brand)
            if row.next_alert_at is not None and row.next_alert_at <= now
        ]
        waiting.sort(key=lambda row: str(row.next_alert_at))
        return iter([row.id for row in waiting])


@dataclass
class CasesInMemory:
    rows: dict[tuple[str, str], Case] = field(default_factory=dict)

    def get(self, brand: str, case_id: str) -> Case | None:
        return self.rows.get((brand, case_id))


@dataclass
class LedgerInMemory:
    """The promises of the alert ledger, checked by the same contract as the table."""

    rows: dict[str, "LedgerRow"] = field(default_factory=dict)

    def claim(self, key: str, brand: str, now: datetime) -> Claim:
        row = self.rows.setdefault(key, LedgerRow())
        if row.state == "sent":
            return Claim.SENT
        if row.state == "sending":
            if row.lease_until > now:
                return Claim.BUSY
            row.lost += 1
        row.state, row.lease_until = "sending", now + LEASE
        return Claim.REPEAT if row.lost else Claim.SEND

    def confirm(self, key: str, now: datetime) -> None:
        self.rows[key].state = "sent"

    def release(self, key: str) -> None:
        if self.rows[key].state == "sending":
            self.rows[key].state = "refused"

    def was_sent(self, key: str) -> bool:
        return key in self.rows and self.rows[key].state == "sent"


@dataclass
class LedgerRow:
    state: str = ""
    lease_until: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    lost: int = 0


@dataclass
class Postbox:
    """Keeps what was sent; refuses the addresses in `refuses`."""

    sent: list[Alert] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)

    def send(self, alert: Alert) -> None:
        if alert.recipient.email in self.refuses:
            raise NotSent("the address is not verified")
        self.sent.append(alert)


@dataclass
class Pager:
    """A second channel that keeps what was sent; refuses everything while `broken`."""

    name: str = "pager"
    sent: list[Alert] = field(default_factory=list)
    broken: bool = False

    def send(self, alert: Alert) -> None:
        if self.broken:
            raise NotSent("nobody listens")
        self.sent.append(alert)


@dataclass
class EvidenceInMemory:
    """Shows the same picture of every case; dies of those in `deadly`."""

    deadly: set[str] = field(default_factory=set)

    def of_case(self, case: Case) -> CaseEvidence:
        if case.id in self.deadly:
            raise MemoryError
        return CaseEvidence(case=case, picture=b"PNG")


@dataclass
class BouncesInMemory:
    """The promises of the table: an address counts as bouncing for two weeks."""

    rows: dict[str, datetime] = field(default_factory=dict)

    def mark(self, email: str, at: datetime, reason: str) -> None:
        self.rows[email.lower()] = at

    def bounced(self, email: str, now: datetime) -> bool:
        at = self.rows.get(email.lower())
        return at is not None and now - at < COUNTS


@dataclass
class CompletionsInMemory:
    rows: dict[str, datetime] = field(default_factory=dict)

    def done(self, job: str, now: datetime) -> None:
        self.rows[job] = now

    def last(self, job: str) -> datetime | None:
        return self.rows.get(job)

    def expected_since(self, job: str, schedule: str, now: datetime) -> datetime:
        return self.rows.setdefault(f"{job} by {schedule}", now)
