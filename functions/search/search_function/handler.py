"""A schedule fires: one platform is searched for every brand that watches it."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, field_validator

from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.dynamodb.listings import Listings
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.dynamodb.visits import Visits
from headwater.adapters.routes.wiring import routes_to
from headwater.adapters.secrets import Secrets
from headwater.adapters.store import Bucket
from headwater.domain.platforms import Platform
from headwater.usecases.search import search
from search_function.settings import Settings

logger = Logger()
metrics = Metrics()
TO_FINISH = timedelta(seconds=75)
"""Kept back for the last question (two fetches of 30 s) and for the run's own record."""


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
    started_at = datetime.now(UTC)
    settings = _settings()
    work = Bucket(settings.work_bucket)
    desk = read_desk(work)
    visits = Visits(settings.visits_table)
    listings = Listings(settings.listings_table)
    routes = routes_to(
        scheduled.platform,
        desk=desk,
        work=work,
        listings=listings,
        turns=visits,
        secrets=Secrets(settings.secrets_path),
        rehearsal=settings.marketplace_rehearsal,
    )
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    found = {"asked": 0, "answered": 0, "new": 0, "blind": 0}
    for brand in desk.searched(scheduled.platform):
        run = search(
            scheduled.platform,
            brand=brand,
            desk=desk,
            routes=routes,
            slot=scheduled.slot or started_at,
            until=started_at + left - TO_FINISH,
            rehearsal=bool(settings.marketplace_rehearsal),
            visits=visits,
            listings=listings,
            runs=Runs(settings.runs_table),
            pages=work,
            clock=lambda: datetime.now(UTC),
        )
        found["asked"] += len(run.asked)
        found["answered"] += sum(asked.verdict.covers for asked in run.asked)
        found["new"] += sum(asked.new for asked in run.asked)
        found["blind"] += bool(run.blind)
    metrics.add_metadata("platform", scheduled.platform)
    metrics.add_metric("ListingsNew", MetricUnit.Count, found["new"])
    metrics.add_metric("RunsBlind", MetricUnit.Count, found["blind"])
    metrics.add_metric("Completed", MetricUnit.Count, 1)
    job = f"search-{scheduled.platform}".replace("_", "-")
    Completions(settings.runs_table).done(job, datetime.now(UTC))
    logger.info({"searched": scheduled.platform, **found})
    return found
