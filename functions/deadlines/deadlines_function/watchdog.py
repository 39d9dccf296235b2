"""On another schedule: were the warnings really sent? If not, this function fails, and alarms."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from deadlines_function.settings import Settings
from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.store import Bucket
from headwater.usecases.watchdog import Untold, untold

logger = Logger()
metrics = Metrics()


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Raises Untold: the alarm on this function's errors needs no mail of ours."""
    settings = _settings()
    desk = read_desk(Bucket(settings.work_bucket))
    missing = [
        one
        for brand in desk.brands
        for one in untold(
            brand,
            complaints=Complaints(settings.complaints_table),
            ledger=AlertLedger(settings.alerts_table),
            clock=read_clock(desk.deadlines),
            now=datetime.now(UTC),
        )
    ]
    metrics.add_metric("AlertsMissing", MetricUnit.Count, len(missing))
    if missing:
        raise Untold("; ".join(missing))
    metrics.add_metric("Completed", MetricUnit.Count, 1)
    logger.info("everybody was told")
    return {"missing": 0}
