"""When each scheduled job last came to its end: rows of the runs table that belong to no brand."""

from datetime import UTC, datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind

OWNER = "#jobs"
"""In the place of a brand: no brand's id can begin like that."""


class _Row(Model):
    class Meta:
        table_name = "unbound"

    brand = UnicodeAttribute(hash_key=True)
    run = UnicodeAttribute(range_key=True)
    at = UnicodeAttribute()


class Completions:
    """The last line of a job's work is to write that it is done; the watchdog reads it."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def done(self, job: str, now: datetime) -> None:
        self._row(OWNER, job, at=_text(now)).save()

    def last(self, job: str) -> datetime | None:
        """When the job came to its end, if it ever did."""
        try:
            return datetime.fromisoformat(self._row.get(OWNER, job).at)
        except self._row.DoesNotExist:
            return None

    def expected_since(self, job: str, schedule: str, now: datetime) -> datetime:
        """Since when the watchdog knows that schedule of the job: `now` when it is new to it."""
        name = f"{job} by {schedule}"
        try:
            self._row(OWNER, name, at=_text(now)).save(condition=self._row.brand.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return self.last(name) or now
        return now


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
