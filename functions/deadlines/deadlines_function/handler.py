"""Every few minutes: whoever has to act on a complaint is written to before it is too late."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from deadlines_function.settings import WarningSettings as Settings
from headwater.adapters import answer_page
from headwater.adapters.case_evidence import KeptEvidence
from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.adapters.dynamodb.bounces import Bounces
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.mail import SesMail
from headwater.adapters.second_channel import PhoneTopic, Webhook
from headwater.adapters.secrets import Secrets
from headwater.adapters.store import Bucket
from headwater.domain.brands import Desk
from headwater.usecases.deadlines import NotAllWarned, SecondChannel, warn

logger = Logger()
metrics = Metrics()


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Raises NotAllWarned, after everything else was done, when a mail could not be sent."""
    settings = _settings()
    work = Bucket(settings.work_bucket)
    desk = read_desk(work)
    key = Secrets(settings.secrets_path).key(answer_page.KEY)
    warned = [
        warn(
            brand,
            complaints=Complaints(settings.complaints_table),
            cases=Cases(settings.cases_table),
            ledger=AlertLedger(settings.alerts_table),
            mail=SesMail(
                settings.sender,
                settings.report_url,
                answer_page=lambda alert: answer_page.address(alert, settings.answer_url, key),
                configuration_set=settings.configuration_set,
            ),
            evidence=KeptEvidence(
                brand,
                captures=Captures(settings.captures_table),
                evidence=Bucket(settings.evidence_bucket),
                work=work,
            ),
            bounces=Bounces(settings.alerts_table),
            channels=_second_channels(desk, settings),
            clock=read_clock(desk.deadlines),
            now=lambda: datetime.now(UTC),
        )
        for brand in desk.brands
    ]
    failures = [failure for one in warned for failure in one.failures]
    summary = {
        "looked_at": sum(one.looked_at for one in warned),
        "sent": sum(one.sent for one in warned),
        "repeated": sum(one.repeated for one in warned),
        "failed": len(failures),
    }
    if not failures:
        Completions(settings.runs_table).done("deadlines", datetime.now(UTC))
    metrics.add_metric("AlertsSent", MetricUnit.Count, summary["sent"])
    metrics.add_metric("AlertsFailed", MetricUnit.Count, summary["failed"])
    logger.info("warned", extra=summary)
    if failures:
        raise NotAllWarned("; ".join(failures))
    metrics.add_metric("Completed", MetricUnit.Count, 1)
    return summary


def _second_channels(desk: Desk, settings: Settings) -> list[SecondChannel]:
    channels: list[SecondChannel] = []
    if desk.second_channel.sms:
        channels.append(PhoneTopic(settings.phone_topic))
    if desk.second_channel.webhook:
        secrets = Secrets(settings.secrets_path)
        channels.append(
            Webhook(
                desk.second_channel.webhook,
                lambda: secrets.key("webhook-key"),
                report_url=settings.report_url,
            )
        )
    return channels
