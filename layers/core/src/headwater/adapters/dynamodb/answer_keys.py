"""The key that signs the links in mails: made once by the stack itself, kept beside the ledger."""

import base64
import secrets

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind

_NAME = "key of the links in mails"


class _Row(Model):
    class Meta:
        table_name = "unbound"

    alert = UnicodeAttribute(hash_key=True)
    secret = UnicodeAttribute()


class AnswerKeys:
    """One row of the alerts table, which only the deadline functions may read.

    Whoever deletes the row makes every link that is out worthless.
    """

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def key(self) -> bytes:
        """32 random bytes, the same for everybody who asks."""
        for _ in range(2):
            try:
                return base64.b64decode(self._row.get(_NAME, consistent_read=True).secret)
            except self._row.DoesNotExist:
                self._make()
        raise LookupError("the key of the links in mails vanishes as soon as it is made")

    def _make(self) -> None:
        secret = base64.b64encode(secrets.token_bytes(32)).decode()
        try:
            self._row(_NAME, secret=secret).save(condition=self._row.alert.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
