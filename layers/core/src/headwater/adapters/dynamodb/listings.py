"""The listings table: every offer that was ever seen for a brand, the first sight of it wins."""

import json
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.adapters.records import decode, encode
from headwater.domain.listings import ListingKey, Sighting


class _ByBrand(GlobalSecondaryIndex["_Row"]):
    class Meta:
        index_name = "by_brand"
        projection = AllProjection()

    brand = UnicodeAttribute(hash_key=True)
    seen_at = UnicodeAttribute(range_key=True)


class _Row(Model):
    class Meta:
        table_name = "unbound"

    listing = UnicodeAttribute(hash_key=True)
    brand = UnicodeAttribute()
    seen_at = UnicodeAttribute()
    record = UnicodeAttribute()
    by_brand = _ByBrand()


class Listings:
    """Its stream is the outbox of the search: a new row is what makes a listing be captured."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def add(self, sighting: Sighting) -> bool:
        """Keep it unless the brand's listing is known already; True when it is new."""
        row = self._row(
            _row_key(sighting.brand, sighting.listing.key),
            brand=sighting.brand,
            seen_at=sighting.seen_at.isoformat(),
            record=json.dumps(encode(sighting), ensure_ascii=False),
        )
        try:
            row.save(condition=self._row.listing.does_not_exist())
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def get(self, brand: str, key: ListingKey) -> Sighting | None:
        try:
            row = self._row.get(_row_key(brand, key))
        except self._row.DoesNotExist:
            return None
        return decode(Sighting, json.loads(row.record))

    def seen_since(self, brand: str, moment: datetime, limit: int) -> list[Sighting]:
        """The listings seen for the first time then or later, the newest first."""
        later = self._row.seen_at >= moment.isoformat()
        rows = self._row.by_brand.query(brand, later, scan_index_forward=False, limit=limit)
        return [decode(Sighting, json.loads(row.record)) for row in rows]

    def latest(self, brand: str, limit: int) -> list[Sighting]:
        """The last listings that were new, the newest first."""
        rows = self._row.by_brand.query(brand, scan_index_forward=False, limit=limit)
        return [decode(Sighting, json.loads(row.record)) for row in rows]


def _row_key(brand: str, key: ListingKey) -> str:
    return f"{brand}#{key}"
