"""A schedule fires: the listings of open cases are captured once more."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, field_validator

from capture_function.again_settings import Settings
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.store import Bucket
from headwater.adapters.stream import CaptureQueue
from headwater.usecases.look_again import look_again

logger = Logger()
metrics = Metrics()


class LookAgain(BaseModel):
    """`slot` is the time that the schedule names; it makes a repeated event the same look."""

    slot: datetime | None = None

    @field_validator("slot", mode="before")
    @classmethod
    def _unfilled(cls, value: str | None) -> str | None:
        # The local AWS leaves the scheduler's placeholder "<aws.scheduler.scheduled-time>" as is.
        return None if value is not None and value.startswith("<aws.") else value


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    settings = _settings()
    desk = read_desk(Bucket(settings.work_bucket))
    cases = Cases(settings.cases_table)
    queue = CaptureQueue(settings.capture_queue)
    now = datetime.now(UTC)
    slot = LookAgain.model_validate(event).slot or now
    found = {"sent": 0, "not_allowed": 0}
    for brand in desk.brands:
        looked = look_again(
            cases.of_brand(brand.id),
            slot=f"{slot:%Y-%m-%dT%H:%MZ}",
            at=now,
            access_to=desk.access_to,
            send=queue.send,
        )
        found["sent"] += looked.sent
        found["not_allowed"] += looked.not_allowed
    metrics.add_metric("LookedAgain", MetricUnit.Count, found["sent"])
    metrics.add_metric("LookAgainNotAllowed", MetricUnit.Count, found["not_allowed"])
    Completions(settings.runs_table).done("look-again", datetime.now(UTC))
    logger.info({"looked_again": found})
    return found
