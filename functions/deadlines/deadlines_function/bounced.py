"""SES says that a mail came back: note whose, and have the second recipients told."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import SNSEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from deadlines_function.settings import BouncedSettings as Settings
from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.bounces import Bounces
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.store import Bucket
from headwater.usecases.bounces import came_back

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
    done = {"came_back": 0, "woken": 0}
    for record in SNSEvent(event).records:
        for email, reason in _whose(json.loads(record.sns.message)):
            done["came_back"] += 1
            done["woken"] += came_back(
                email,
                reason,
                brands=desk.brands,
                complaints=Complaints(settings.complaints_table),
                bounces=Bounces(settings.alerts_table),
                clock=read_clock(desk.deadlines),
                now=datetime.now(UTC),
            )
            logger.warning("a mail came back", recipient=email, reason=reason)
    metrics.add_metric("MailsCameBack", MetricUnit.Count, done["came_back"])
    return done


def _whose(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Address and reason, of the three kinds of event to which the stack listens."""
    match message.get("eventType"):
        case "Bounce":
            bounce = message["bounce"]
            for one in bounce["bouncedRecipients"]:
                why = one.get("diagnosticCode") or bounce.get("bounceSubType", "")
                yield one["emailAddress"], f"{bounce.get('bounceType', '')} bounce: {why}"
        case "Complaint":
            for one in message["complaint"]["complainedRecipients"]:
                yield one["emailAddress"], "the recipient called it spam"
        case "Reject":
            for email in message["mail"]["destination"]:
                yield email, f"SES rejected it: {message['reject'].get('reason', '')}"
