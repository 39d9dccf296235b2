"""Stand-ins for the clock room: complaints, cases, the alert ledger and the mail, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

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

    def due(self, brand: str, now: datetime) -> Iterator[Complaint]:
        waiting = [
            row
            for row in self.of_brand(brand)
            if row.next_alert_at is not None and row.next_alert_at <= now
        ]
        return iter(sorted(waiting, key=lambda row: str(row.next_alert_at)))


@dataclass
class CasesInMemory:
    rows: dict[tuple[str, str], Case] = field(default_factory=dict)

    def get(self, brand: str, case_id: str) -> Case | None:
        return self.rows.get((brand, case_id))
