"""Manifests of exhibits and drawings that wait to be signed: own rows of the runs table."""

from datetime import UTC, datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.domain.captures import UnsignedManifest


class _Row(Model):
    class Meta:
        table_name = "unbound"

    brand = UnicodeAttribute(hash_key=True)
    run = UnicodeAttribute(range_key=True)
    at = UnicodeAttribute()


class UnsignedManifests:
    """Only what waits is here, so that asking costs what waits and not what was ever kept."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def add(self, one: UnsignedManifest) -> None:
        """Known already: it stays unsigned since when it was first."""
        since = one.since.astimezone(UTC).isoformat(timespec="microseconds")
        row = self._row(_owner(one.brand), one.manifest, at=since)
        try:
            row.save(condition=self._row.brand.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def pending(self, brand: str, *, before: datetime) -> list[UnsignedManifest]:
        """Those of before then, the longest waiting first."""
        rows = self._row.query(_owner(brand), consistent_read=True)
        found = (
            UnsignedManifest(brand=brand, manifest=row.run, since=datetime.fromisoformat(row.at))
            for row in rows
        )
        return sorted((one for one in found if one.since < before), key=lambda one: one.since)

    def drop(self, one: UnsignedManifest) -> None:
        self._row(_owner(one.brand), one.manifest).delete()


def _owner(brand: str) -> str:
    """In the place of a brand: no brand's id can begin like that."""
    return f"#unsigned {brand}"
