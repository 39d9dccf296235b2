"""The visits table: whose turn it is at a host, what of today's budget is used, who refused us.

All functions share it, so that two of them never hurry a host together.
"""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.adapters.records import decode, encode
from headwater.domain.pages import Verdict
from headwater.domain.visits import Lane
from headwater.usecases.search import Closed, hindrance

_KEPT = timedelta(days=14)
_TRIES = 30


class _Row(Model):
    class Meta:
        table_name = "unbound"

    lane = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    expires = NumberAttribute()
    record = UnicodeAttribute()


class TooManyVisitors(Exception):  # noqa: N818 - says what happened
    """Others changed the same lane thirty times while we tried."""


class Visits:
    """Every change is a conditional write on the version that was read: no turn goes twice."""

    def __init__(
        self, table: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._row = bind(_Row, table)
        self._clock = clock

    def take_turn(self, host: str, gap_seconds: float) -> float:
        """Reserve the next turn; the seconds until it comes. Raises TooManyVisitors."""
        now = self._clock()
        jitter = random.uniform(1, 1.5)  # noqa: S311 - spreads requests, no secret
        gap = timedelta(seconds=gap_seconds * jitter)
        turns: list[datetime] = []

        def reserve(lane: Lane) -> Lane:
            mine, after = lane.turn(now, gap)
            turns.append(mine)
            return after

        self._change(f"host#{host}", reserve)
        return (turns[-1] - now).total_seconds()

    def admit(self, lane: str, *, now: datetime, budget: int) -> Closed | None:
        """Count one request; or say why there must be none."""
        refusals: list[Closed | None] = []

        def count(known: Lane) -> Lane | None:
            refusals.append(hindrance(known, now, budget))
            return None if refusals[-1] else known.counted(now)

        self._change(lane, count)
        return refusals[-1]

    def refused(
        self, lane: str, *, now: datetime, verdict: Verdict, reason: str, retry_after: str
    ) -> None:
        """Close the lane for hours."""
        self._change(lane, lambda known: known.refused(now, verdict, reason, retry_after))

    def answered(self, lane: str) -> None:
        """The lane works."""
        self._change(lane, lambda known: known.answered() if known.refusals else None)

    def lane(self, name: str) -> Lane:
        """What is known of it; an unknown one is open."""
        return self._read(name)[0]

    def _read(self, name: str) -> tuple[Lane, int]:
        try:
            row = self._row.get(name, consistent_read=True)
        except self._row.DoesNotExist:
            return Lane(), 0
        return decode(Lane, json.loads(row.record)), int(row.version)

    def _change(self, name: str, change: Callable[[Lane], Lane | None]) -> None:
        for _ in range(_TRIES):
            known, version = self._read(name)
            changed = change(known)
            if changed is None:
                return
            row = self._row(
                name,
                version=version + 1,
                expires=int((self._clock() + _KEPT).timestamp()),
                record=json.dumps(encode(changed), ensure_ascii=False),
            )
            unchanged = self._row.version == version if version else self._row.lane.does_not_exist()
            try:
                row.save(condition=unchanged)
            except PutError as error:
                if error.cause_response_code != "ConditionalCheckFailedException":
                    raise
            else:
                return
        raise TooManyVisitors(f"the lane {name} is being changed by too many at once")
