"""The letters table: what is kept of each mail that came in, and which wait for a person."""

import json
from collections.abc import Iterator

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.adapters.records import decode, encode
from headwater.domain.letters import Letter, LetterState


class _Row(Model):
    class Meta:
        table_name = "unbound"

    brand = UnicodeAttribute(hash_key=True)
    letter = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute()
    record = UnicodeAttribute()


class Letters:
    """Each mail once; only one that waits for a person can be closed."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def get(self, brand: str, letter_id: str) -> Letter | None:
        try:
            row = self._row.get(brand, letter_id, consistent_read=True)
        except self._row.DoesNotExist:
            return None
        return decode(Letter, json.loads(row.record))

    def of_brand(self, brand: str) -> Iterator[Letter]:
        for row in self._row.query(brand):
            yield decode(Letter, json.loads(row.record))

    def asked(self, brand: str) -> tuple[Letter, ...]:
        """Those that wait for a person, the urgent ones first, then the oldest."""
        rows = self._row.query(brand, filter_condition=self._row.state == LetterState.ASKED.value)
        letters = [decode(Letter, json.loads(row.record)) for row in rows]
        return tuple(sorted(letters, key=lambda one: (not one.urgent, one.received_at, one.id)))

    def add(self, letter: Letter) -> bool:
        """Keep a new one; False when it is known."""
        return self._put(letter, self._row.letter.does_not_exist())

    def close(self, letter: Letter) -> bool:
        """Save it in its new state if it still waits for a person; False when it does not."""
        return self._put(letter, self._row.state == LetterState.ASKED.value)

    def _put(self, letter: Letter, condition: Condition) -> bool:
        row = self._row(
            letter.brand,
            letter.id,
            state=letter.state.value,
            record=json.dumps(encode(letter), ensure_ascii=False),
        )
        try:
            row.save(condition=condition)
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return False
            raise
        return True
