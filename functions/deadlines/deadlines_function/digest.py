"""Every morning: what is due soon in one mail, and every open complaint looked at anew."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from deadlines_function.settings import DigestSettings as Settings
from headwater.adapters import answer_page
from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.dynamodb.letters import Letters
from headwater.adapters.mail import SesMail
from headwater.adapters.secrets import Secrets
from headwater.adapters.store import Bucket
from headwater.usecases.deadlines import NotAllWarned
from headwater.usecases.digest import digest

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
    desk = read_desk(Bucket(settings.work_bucket))
    key = Secrets(settings.secrets_path).key(answer_page.KEY)
    done = [
        digest(
            brand,
            complaints=Complaints(settings.complaints_table),
            ledger=AlertLedger(settings.alerts_table),
            mail=SesMail(
                settings.sender,
                settings.report_url,
                feed=lambda brand_id: answer_page.feed_address(brand_id, settings.answer_url, key),
                configuration_set=settings.configuration_set,
            ),
            clock=read_clock(desk.deadlines),
            now=datetime.now(UTC),
            questions=Letters(settings.letters_table).asked(brand.id),
            cases=Cases(settings.cases_table).of_brand(brand.id),
        )
        for brand in desk.brands
    ]
    failures = [failure for one in done for failure in one.failures]
    summary = {
        "looked_at": sum(one.looked_at for one in done),
        "sent": sum(one.sent for one in done),
        "failed": len(failures),
    }
    metrics.add_metric("DigestsSent", MetricUnit.Count, summary["sent"])
    logger.info("digested", extra=summary)
    if failures:
        raise NotAllWarned("; ".join(failures))
    metrics.add_metric("Completed", MetricUnit.Count, 1)
    Completions(settings.runs_table).done("digest", datetime.now(UTC))
    return summary
