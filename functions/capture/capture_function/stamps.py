"""A schedule fires: who has not signed yet is asked again, until everybody has."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from capture_function.stamps_settings import Settings
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.dynamodb.unsigned import UnsignedManifests
from headwater.adapters.store import Bucket
from headwater.adapters.timestamping import authorities
from headwater.usecases.exhibit import unsigned_exhibits
from headwater.usecases.stamp import sign_waiting, stamp_pending

logger = Logger()
metrics = Metrics()


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    settings = _settings()
    desk = read_desk(Bucket(settings.work_bucket))
    evidence = Bucket(settings.evidence_bucket)
    signers = authorities(desk.timestamp_authorities, rehearsal=settings.marketplace_rehearsal)
    found = {"signed": 0, "pending": 0}
    for brand in desk.brands:
        asked = stamp_pending(
            brand.id,
            authorities=signers,
            evidence=evidence,
            captures=Captures(settings.captures_table),
            now=datetime.now(UTC),
        )
        beside = sign_waiting(
            brand.id,
            found=unsigned_exhibits(brand.id, evidence=evidence, authorities=signers),
            authorities=signers,
            evidence=evidence,
            unsigned=UnsignedManifests(settings.runs_table),
            now=datetime.now(UTC),
        )
        found["signed"] += asked.signed + beside.signed
        found["pending"] += len(asked.pending) + len(beside.pending)
        for reason in (*asked.pending, *beside.pending):
            logger.warning("timestamp pending", reason=reason)
    metrics.add_metric("TimestampsSigned", MetricUnit.Count, found["signed"])
    metrics.add_metric("TimestampsPending", MetricUnit.Count, found["pending"])
    Completions(settings.runs_table).done("stamps", datetime.now(UTC))
    return found
