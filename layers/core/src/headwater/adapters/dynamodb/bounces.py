"""Addresses from which a mail came back: kept beside the ledger, for two weeks."""

from datetime import UTC, datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind

COUNTS = timedelta(days=14)
"""A mailbox may be repaired: after that its owner is trusted to read again."""


class _Row(Model):
    class Meta:
        table_name = "unbound"

    alert = UnicodeAttribute(hash_key=True)
    bounced_at = UnicodeAttribute()
    reason = UnicodeAttribute()


class Bounces:
    """Rows of the alerts table, without what its index asks for."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def mark(self, email: str, at: datetime, reason: str) -> None:
        self._row(
            _key(email), bounced_at=at.astimezone(UTC).isoformat(), reason=reason[:500]
        ).save()

    def bounced(self, email: str, now: datetime) -> bool:
        try:
            row = self._row.get(_key(email))
        except self._row.DoesNotExist:
            return False
        return now - datetime.fromisoformat(row.bounced_at) < COUNTS


def _key(email: str) -> str:
    return f"bounced#{email.lower()}"
