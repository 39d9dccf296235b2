"""On another schedule: was everybody told, did every job run? If not, this function fails.

Its failure is the alarm, by CloudWatch and a topic of its own: it needs no mail of ours.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from deadlines_function.settings import WatchdogSettings as Settings
from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.adapters.dynamodb.bounces import Bounces
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.dynamodb.unsigned import UnsignedManifests
from headwater.adapters.heartbeat import beat
from headwater.adapters.schedules import last_due
from headwater.adapters.secrets import Secrets
from headwater.adapters.store import Bucket
from headwater.domain.brands import Desk
from headwater.usecases.watchdog import UNSIGNED, Untold, idle, untold

logger = Logger()
metrics = Metrics()


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Raises Untold with everything that is not as it should be."""
    settings = _settings()
    desk = read_desk(Bucket(settings.work_bucket))
    missing = list(_missing(desk, settings, datetime.now(UTC)))
    metrics.add_metric("AlertsMissing", MetricUnit.Count, len(missing))
    if missing:
        raise Untold("; ".join(missing))
    if desk.heartbeat:
        beat(Secrets(settings.secrets_path).get("heartbeat-url"))
    metrics.add_metric("Completed", MetricUnit.Count, 1)
    logger.info("everybody was told, every job ran")
    return {"missing": 0}


def _missing(desk: Desk, settings: Settings, now: datetime) -> Iterator[str]:
    clock = read_clock(desk.deadlines)
    for brand in desk.brands:
        yield from untold(
            brand,
            complaints=Complaints(settings.complaints_table),
            ledger=AlertLedger(settings.alerts_table),
            bounces=Bounces(settings.alerts_table),
            clock=clock,
            now=now,
        )
        captures = Captures(settings.captures_table)
        for pending in captures.pending_stamps(brand.id, before=now - UNSIGNED):
            yield (
                f"capture {pending.capture_id} of {pending.key} is not signed by every timestamp"
                f" authority since {pending.since:%Y-%m-%d %H:%M} UTC"
            )
        unsigned = UnsignedManifests(settings.runs_table)
        for waiting in unsigned.pending(brand.id, before=now - UNSIGNED):
            yield (
                f"{waiting.manifest} is not signed by every timestamp authority"
                f" since {waiting.since:%Y-%m-%d %H:%M} UTC"
            )
    yield from idle(
        settings.schedules,
        completions=Completions(settings.runs_table),
        last_due=last_due,
        now=now,
    )
