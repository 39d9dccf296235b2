"""The captures table: every look at a listing that was kept, and where its bytes lie."""

import json

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.adapters.records import decode, encode
from headwater.domain.captures import Capture
from headwater.domain.listings import ListingKey


class _Row(Model):
    class Meta:
        table_name = "unbound"

    listing = UnicodeAttribute(hash_key=True)
    capture = UnicodeAttribute(range_key=True)
    record = UnicodeAttribute()


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
        """The known capture again, with the tokens that it gained."""
        self._to_row(capture).save(condition=self._row.listing.exists())

    def get(self, brand: str, key: ListingKey, capture_id: str) -> Capture | None:
        try:
            row = self._row.get(_row_key(brand, key), capture_id)
        except self._row.DoesNotExist:
            return None
        return decode(Capture, json.loads(row.record))

    def of_listing(self, brand: str, key: ListingKey) -> list[Capture]:
        """Every look at the listing, the newest first."""
        rows = self._row.query(_row_key(brand, key), consistent_read=True)
        found = [decode(Capture, json.loads(row.record)) for row in rows]
        return sorted(found, key=lambda capture: capture.captured_at, reverse=True)

    def _to_row(self, capture: Capture) -> _Row:
        return self._row(
            _row_key(capture.brand, capture.key),
            capture.id,
            record=json.dumps(encode(capture), ensure_ascii=False),
        )


def _row_key(brand: str, key: ListingKey) -> str:
    return f"{brand}#{key}"
