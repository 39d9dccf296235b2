"""The runs table: what was asked, what was answered, and what could not be looked at."""

import json
from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.adapters.records import decode, encode
from headwater.domain.coverage import Run

_KEPT = timedelta(days=400)


class _Row(Model):
    class Meta:
        table_name = "unbound"

    brand = UnicodeAttribute(hash_key=True)
    run = UnicodeAttribute(range_key=True)
    record = UnicodeAttribute()
    expires = NumberAttribute()


class Runs:
    """Coverage by run. The same run written again replaces itself."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def add(self, run: Run) -> None:
        self._row(
            run.brand,
            _row_key(run.started_at, run.id),
            record=json.dumps(encode(run), ensure_ascii=False),
            expires=int((run.started_at + _KEPT).timestamp()),
        ).save()

    def get(self, brand: str, started_at: datetime, run_id: str) -> Run | None:
        try:
            row = self._row.get(brand, _row_key(started_at, run_id))
        except self._row.DoesNotExist:
            return None
        return decode(Run, json.loads(row.record))

    def latest(self, brand: str, limit: int) -> list[Run]:
        """The last runs, the newest first."""
        rows = self._row.query(brand, scan_index_forward=False, limit=limit)
        return [decode(Run, json.loads(row.record)) for row in rows]


def _row_key(started_at: datetime, run_id: str) -> str:
    return f"{started_at.isoformat()}#{run_id}"
