"""The captures table: every look at a listing that was kept, and where its bytes lie."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.adapters.records import decode, encode
from headwater.domain.captures import Capture, PendingStamp, StoredObject
from headwater.domain.cases import Conflict
from headwater.domain.listings import ListingKey

_TRIES = 5


class _Pending(GlobalSecondaryIndex["_Row"]):
    class Meta:
        index_name = "pending"
        projection = KeysOnlyProjection()

    pending_of = UnicodeAttribute(hash_key=True)
    pending_since = UnicodeAttribute(range_key=True)


class _Row(Model):
    class Meta:
        table_name = "unbound"

    listing = UnicodeAttribute(hash_key=True)
    capture = UnicodeAttribute(range_key=True)
    record = UnicodeAttribute()
    pending_of = UnicodeAttribute(null=True)
    pending_since = UnicodeAttribute(null=True)
    pending = _Pending()


class Captures:
    """Its stream is the outbox of the capture: a new row is what makes a listing be matched."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def add(self, capture: Capture) -> bool:
        """Keep it unless this very capture is known already; True when it is new."""
        row = self._to_row(capture)
        try:
            row.save(condition=self._row.listing.does_not_exist())
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def save_timestamps(self, capture: Capture) -> None:
        """The known capture with the tokens that it gained and those that it still awaits.

        Raises KeyError when the capture is not known.
        """
        self._change(
            capture,
            lambda known: replace(known, timestamps=capture.timestamps, awaited=capture.awaited),
        )

    def save_lock(
        self, capture: Capture, locked: tuple[StoredObject, ...], until: datetime
    ) -> None:
        """The known capture with the copies that are locked. Raises KeyError when it is not."""
        self._change(capture, lambda known: replace(known, locked=locked, locked_until=until))

    def pending_stamps(self, brand: str, *, before: datetime) -> Iterator[PendingStamp]:
        """Captures of before then that not every named authority has signed, the oldest first.

        Read from an index of nothing else: it costs what is pending, not what was ever kept.
        """
        until = self._row.pending_since < _sortable(before)
        for row in self._row.pending.query(brand, until):
            assert row.pending_since is not None, "it is a key of the index"
            yield PendingStamp(
                brand=brand,
                key=ListingKey.parse(row.listing.removeprefix(f"{brand}#")),
                capture_id=row.capture,
                since=datetime.fromisoformat(row.pending_since),
            )

    def get(self, brand: str, key: ListingKey, capture_id: str) -> Capture | None:
        try:
            row = self._row.get(_row_key(brand, key), capture_id, consistent_read=True)
        except self._row.DoesNotExist:
            return None
        return decode(Capture, json.loads(row.record))

    def of_listing(self, brand: str, key: ListingKey) -> list[Capture]:
        """Every look at the listing, the newest first."""
        rows = self._row.query(_row_key(brand, key), consistent_read=True)
        found = [decode(Capture, json.loads(row.record)) for row in rows]
        return sorted(found, key=lambda capture: capture.captured_at, reverse=True)

    def _change(self, capture: Capture, change: Callable[[Capture], Capture]) -> None:
        """Save over exactly what was read; signing and locking may happen at the same moment."""
        for _ in range(_TRIES):
            try:
                row = self._row.get(
                    _row_key(capture.brand, capture.key), capture.id, consistent_read=True
                )
            except self._row.DoesNotExist:
                raise KeyError(capture.id) from None
            known = row.record
            changed = self._to_row(change(decode(Capture, json.loads(known))))
            try:
                changed.save(condition=self._row.record == known)
            except PutError as error:
                if error.cause_response_code != "ConditionalCheckFailedException":
                    raise
            else:
                return
        raise Conflict(f"capture {capture.id} was changed by others {_TRIES} times meanwhile")

    def _to_row(self, capture: Capture) -> _Row:
        return self._row(
            _row_key(capture.brand, capture.key),
            capture.id,
            record=json.dumps(encode(capture), ensure_ascii=False),
            pending_of=capture.brand if capture.awaited else None,
            pending_since=_sortable(capture.captured_at) if capture.awaited else None,
        )


def _row_key(brand: str, key: ListingKey) -> str:
    return f"{brand}#{key}"


def _sortable(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
