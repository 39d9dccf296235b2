"""A schedule fires: one platform is searched for every brand that watches it."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, field_validator

from headwater import marketplaces
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.listings import Listings
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.http import Fetcher
from headwater.adapters.politeness import GAP_SECONDS, PoliteFetcher
from headwater.adapters.store import Bucket
from headwater.domain.platforms import Platform
from headwater.usecases.search import search
from search_function.settings import Settings

logger = Logger()
metrics = Metrics()


class ScheduledSearch(BaseModel):
    """`slot` is the time that the schedule names; it makes a repeated event the same run."""

    platform: Platform
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
    scheduled = ScheduledSearch.model_validate(event)
    settings = _settings()
    work = Bucket(settings.work_bucket)
    desk = read_desk(work)
    rehearsal = settings.marketplace_rehearsal
    fetcher = PoliteFetcher(
        Fetcher(
            desk.contact,
            marketplaces.marketplace(scheduled.platform).hosts,
            rehearsal=rehearsal or None,
        ),
        gap_seconds=0 if rehearsal else GAP_SECONDS,
    )
    found = {"asked": 0, "answered": 0, "new": 0}
    for brand in desk.brands:
        run = search(
            scheduled.platform,
            brand=brand,
            access=desk.access_to(scheduled.platform),
            slot=scheduled.slot or datetime.now(UTC),
            rehearsal=bool(rehearsal),
            fetches=fetcher,
            listings=Listings(settings.listings_table),
            runs=Runs(settings.runs_table),
            pages=work,
            clock=lambda: datetime.now(UTC),
        )
        found["asked"] += len(run.asked)
        found["answered"] += sum(asked.verdict.covers for asked in run.asked)
        found["new"] += sum(asked.new for asked in run.asked)
    metrics.add_dimension("platform", scheduled.platform)
    metrics.add_metric("ListingsNew", MetricUnit.Count, found["new"])
    metrics.add_metric("Completed", MetricUnit.Count, 1)
    logger.info({"searched": scheduled.platform, **found})
    return found
