"""The alert ledger: each mail is claimed before it is sent, and confirmed after."""

from collections.abc import Iterator
from datetime import UTC, datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.domain.alerts import LEASE, Claim

_SENDING, _SENT, _REFUSED = "sending", "sent", "refused"


class _ByBrand(GlobalSecondaryIndex["_Row"]):
    class Meta:
        index_name = "by_brand"
        projection = AllProjection()

    brand = UnicodeAttribute(hash_key=True)
    sent_at = UnicodeAttribute(range_key=True)


class _Row(Model):
    class Meta:
        table_name = "unbound"

    alert = UnicodeAttribute(hash_key=True)
    brand = UnicodeAttribute()
    state = UnicodeAttribute()
    lease_until = UnicodeAttribute(null=True)
    tries = NumberAttribute()
    lost = NumberAttribute()
    """Tries that were never heard of again: each may have sent its mail."""
    sent_at = UnicodeAttribute(null=True)
    by_brand = _ByBrand()


class AlertLedger:
    """Exactly once cannot be had from mail; at least once, a possible repeat marked, can.

    A crash before the mail: it goes later, marked though nobody got it before. A crash after it:
    one repeat, marked. A refusal: sent later, unmarked.
    """

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def claim(self, key: str, brand: str, now: datetime) -> Claim:
        """Ask for the right to send. SEND and REPEAT give it for the length of the lease."""
        known = self._find(key)
        if known is None:
            condition = self._row.alert.does_not_exist()
        elif known.state == _SENT:
            return Claim.SENT
        elif known.state == _SENDING and known.lease_until > _sortable(now):
            return Claim.BUSY
        else:
            condition = (self._row.state == known.state) & (self._row.tries == known.tries)
        tries, lost = (0, 0) if known is None else (int(known.tries), int(known.lost))
        if known is not None and known.state == _SENDING:
            lost += 1
        row = self._row(
            key,
            brand=brand,
            state=_SENDING,
            lease_until=_sortable(now + LEASE),
            tries=tries + 1,
            lost=lost,
        )
        try:
            row.save(condition=condition)
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return Claim.BUSY
            raise
        return Claim.REPEAT if lost else Claim.SEND

    def confirm(self, key: str, now: datetime) -> None:
        """It was sent."""
        self._row(key).update(
            actions=[
                self._row.state.set(_SENT),
                self._row.sent_at.set(_sortable(now)),
                self._row.lease_until.remove(),
            ]
        )

    def release(self, key: str) -> None:
        """It was refused and certainly not sent: the next try is no repeat."""
        row = self._row(key)
        try:
            row.update(
                actions=[self._row.state.set(_REFUSED), self._row.lease_until.remove()],
                condition=self._row.state == _SENDING,
            )
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def was_sent(self, key: str) -> bool:
        known = self._find(key)
        return known is not None and known.state == _SENT

    def sent(self, brand: str, limit: int) -> Iterator[str]:
        """The keys of the last mails that were sent, the newest first."""
        rows = self._row.by_brand.query(brand, scan_index_forward=False, limit=limit)
        return (row.alert for row in rows)

    def _find(self, key: str) -> _Row | None:
        try:
            return self._row.get(key, consistent_read=True)
        except self._row.DoesNotExist:
            return None


def _sortable(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
