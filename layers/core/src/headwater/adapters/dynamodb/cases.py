"""The cases table: one row per suspect listing and brand, saved only over what was read."""

import json
from collections.abc import Iterator
from dataclasses import replace

from pynamodb.attributes import UnicodeAttribute, VersionAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.adapters.records import decode, encode
from headwater.domain.cases import Case, Conflict


class _Row(Model):
    class Meta:
        table_name = "unbound"

    brand = UnicodeAttribute(hash_key=True)
    case = UnicodeAttribute(range_key=True)
    record = UnicodeAttribute(null=True)
    joined = UnicodeAttribute(null=True)
    """Only the id of another case: the listing is part of that one."""
    version = VersionAttribute()


class Cases:
    """Every case of every brand. `version` of a case that was read counts its saved changes."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def get(self, brand: str, case: str) -> Case | None:
        """The case of the id, or the one that a listing of the id has joined."""
        try:
            row = self._row.get(brand, case, consistent_read=True)
        except self._row.DoesNotExist:
            return None
        return self.get(brand, row.joined) if row.joined else _case(row)

    def join(self, brand: str, case: str, joined: str) -> None:
        """From now on `case`, of which there is none, means the case `joined`."""
        row = self._row(brand, case, joined=joined)
        try:
            row.save()
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def open(self, case: Case) -> bool:
        """Keep a new case as version 1; False when there is one already, which stays as it is."""
        return self._put(replace(case, version=0))

    def save(self, case: Case) -> Case:
        """The case with its new version. Raises Conflict unless `case` is the newest one."""
        if not case.version or not self._put(case):
            raise Conflict(f"case {case.id} was changed by somebody else since it was read")
        return replace(case, version=case.version + 1)

    def of_brand(self, brand: str) -> Iterator[Case]:
        """Every case of the brand, by id."""
        rows = self._row.query(brand, consistent_read=True)
        return (_case(row) for row in rows if not row.joined)

    def _put(self, case: Case) -> bool:
        row = self._row(case.brand, case.id, record=json.dumps(encode(case), ensure_ascii=False))
        if case.version:
            row.version = case.version
        try:
            row.save()
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _case(row: _Row) -> Case:
    return replace(decode(Case, json.loads(row.record)), version=row.version)
