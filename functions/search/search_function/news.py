"""Every hour: what the searches found that is new goes out in one mail, if there is anything."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.dynamodb.listings import Listings
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.mail import SesMail
from headwater.adapters.store import Bucket
from headwater.usecases.news import tell_news
from search_function.settings import NewsSettings as Settings

logger = Logger()
metrics = Metrics()


class NotAllTold(Exception):  # noqa: N818 - says what happened
    """Some mails could not be sent; the message names whose. The others were."""


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Raises NotAllTold, after everybody else was told, when a mail could not be sent."""
    settings = _settings()
    told = [
        tell_news(
            brand,
            runs=Runs(settings.runs_table),
            listings=Listings(settings.listings_table),
            ledger=AlertLedger(settings.alerts_table),
            mail=SesMail(settings.sender, settings.report_url),
            now=datetime.now(UTC),
        )
        for brand in read_desk(Bucket(settings.work_bucket)).brands
    ]
    summary = {"sent": sum(one.sent for one in told)}
    metrics.add_metric("NewsSent", MetricUnit.Count, summary["sent"])
    logger.info("told", extra=summary)
    if failures := [failure for one in told for failure in one.failures]:
        raise NotAllTold("; ".join(failures))
    Completions(settings.runs_table).done("news", datetime.now(UTC))
    metrics.add_metric("Completed", MetricUnit.Count, 1)
    return summary
