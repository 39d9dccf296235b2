"""The runs table: what was asked, what was answered, and what could not be looked at.

Three sorts of rows: the runs of a brand, its imports (by themselves, so that a thousand of them
hide no search), and each question's tries, so that its past is read without reading all runs.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.adapters.records import decode, encode
from headwater.domain.coverage import Run, Try
from headwater.domain.platforms import Platform

_KEPT = timedelta(days=400)


class _Row(Model):
    class Meta:
        table_name = "unbound"

    brand = UnicodeAttribute(hash_key=True)
    run = UnicodeAttribute(range_key=True)
    record = UnicodeAttribute()
    expires = NumberAttribute()


class Runs:
    """Coverage by run and by question. The same run written again replaces itself."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def add(self, run: Run) -> None:
        """Its questions first: a run that is there is there with all of them."""
        for asked in run.asked:
            if asked.watch:
                one = Try(
                    run=run.id,
                    at=run.started_at,
                    asked=asked,
                    rehearsal=run.rehearsal,
                    blind=run.blind,
                )
                place = f"{run.started_at.isoformat()}#{asked.route}#{asked.watch}#{run.id}"
                self._save(_question(run.brand, asked.platform, asked.query), place, one, run)
        self._save(_partition(run.brand, run.id), _row_key(run.started_at, run.id), run, run)

    def get(self, brand: str, started_at: datetime, run_id: str) -> Run | None:
        try:
            row = self._row.get(_partition(brand, run_id), _row_key(started_at, run_id))
        except self._row.DoesNotExist:
            return None
        return decode(Run, json.loads(row.record))

    def latest(self, brand: str, limit: int) -> list[Run]:
        """The last searches and the last imports, as many of each, the newest first."""
        runs = [*self._read(brand, limit), *self._read(_imports(brand), limit)]
        return sorted(runs, key=lambda run: (run.started_at, run.id), reverse=True)

    def searches_since(self, brand: str, moment: datetime) -> list[Run]:
        """The searches whose time is that moment or later, the newest first."""
        rows = self._row.query(brand, self._row.run >= moment.isoformat(), scan_index_forward=False)
        return [decode(Run, json.loads(row.record)) for row in rows]

    def tries(self, brand: str, platform: Platform, query: str, limit: int) -> list[Try]:
        """The last tries of one question, by whatever route, the newest first."""
        key = _question(brand, platform, query)
        rows = self._row.query(key, scan_index_forward=False, limit=limit)
        return [decode(Try, json.loads(row.record)) for row in rows]

    def _read(self, partition: str, limit: int) -> Iterator[Run]:
        rows = self._row.query(partition, scan_index_forward=False, limit=limit)
        return (decode(Run, json.loads(row.record)) for row in rows)

    def _save(self, partition: str, place: str, record: object, run: Run) -> None:
        self._row(
            partition,
            place,
            record=json.dumps(encode(record), ensure_ascii=False),
            expires=int((run.started_at + _KEPT).timestamp()),
        ).save()


def _partition(brand: str, run_id: str) -> str:
    return _imports(brand) if run_id.startswith(f"{brand}#import#") else brand


def _imports(brand: str) -> str:
    return f"{brand}#import"


def _question(brand: str, platform: Platform, query: str) -> str:
    return f"{brand}#{platform}#{query}"


def _row_key(started_at: datetime, run_id: str) -> str:
    return f"{started_at.isoformat()}#{run_id}"
