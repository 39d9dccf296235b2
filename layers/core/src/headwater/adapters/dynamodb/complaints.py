"""The complaints table: one row per complaint, indexed by when it is to be looked at next."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.adapters.records import decode, encode
from headwater.domain.cases import Conflict
from headwater.domain.complaints import Complaint


class _Due(GlobalSecondaryIndex["_Row"]):
    class Meta:
        index_name = "due"
        projection = AllProjection()

    brand = UnicodeAttribute(hash_key=True)
    next_alert_at = UnicodeAttribute(range_key=True)


class _Row(Model):
    class Meta:
        table_name = "unbound"

    brand = UnicodeAttribute(hash_key=True)
    complaint = UnicodeAttribute(range_key=True)
    next_alert_at = UnicodeAttribute(null=True)
    version = NumberAttribute()
    record = UnicodeAttribute()
    due = _Due()


class Complaints:
    """Saved under an optimistic lock: whoever read an older version is told so."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def get(self, brand: str, complaint_id: str) -> Complaint | None:
        """As it is now: read consistently, because a mail may go out on it."""
        try:
            row = self._row.get(brand, complaint_id, consistent_read=True)
        except self._row.DoesNotExist:
            return None
        return decode(Complaint, json.loads(row.record))

    def open(self, complaint: Complaint) -> bool:
        """Keep a new one; False when the id is taken."""
        return self._put(complaint, self._row.complaint.does_not_exist())

    def save(self, complaint: Complaint) -> Complaint:
        """The complaint with its new version. Raises Conflict when somebody else saved first."""
        saved = replace(complaint, version=complaint.version + 1)
        if not self._put(saved, self._row.version == complaint.version):
            raise Conflict(f"complaint {complaint.id} was saved by somebody else meanwhile")
        return saved

    def of_brand(self, brand: str) -> Iterator[Complaint]:
        for row in self._row.query(brand):
            yield decode(Complaint, json.loads(row.record))

    def due(self, brand: str, now: datetime) -> Iterator[str]:
        """The ids of those whose next alert is due, the longest waiting first.

        Only ids: the index lags behind, the complaint itself is read anew.
        """
        for row in self._row.due.query(brand, self._row.next_alert_at <= _sortable(now)):
            yield row.complaint

    def _put(self, complaint: Complaint, condition: Condition) -> bool:
        row = self._row(
            complaint.brand,
            complaint.id,
            next_alert_at=complaint.next_alert_at and _sortable(complaint.next_alert_at),
            version=complaint.version,
            record=json.dumps(encode(complaint), ensure_ascii=False),
        )
        try:
            row.save(condition=condition)
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _sortable(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
