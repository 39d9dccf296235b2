"""The algorithm changed, or a picture is new: analyse the brands' own pictures beforehand."""

from datetime import UTC, datetime
from functools import cache

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic_settings import BaseSettings, SettingsConfigDict

from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.references import analyse_missing
from headwater.adapters.store import Bucket, NoSuchObject

logger = Logger()
metrics = Metrics()


class Settings(BaseSettings):
    """One field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    runs_table: str
    work_bucket: str


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, object], context: LambdaContext) -> dict[str, int]:
    work = Bucket(_settings().work_bucket)
    try:
        brands = read_desk(work).brands
    except NoSuchObject:  # nothing was configured yet
        brands = ()
    analysed = 0
    problems: list[str] = []
    for brand in brands:
        count, wrong = analyse_missing(brand, work)
        analysed += count
        problems += wrong
    Completions(_settings().runs_table).done("references", datetime.now(UTC))
    metrics.add_metric("ReferencesAnalysed", MetricUnit.Count, analysed)
    if problems:
        logger.error("some of the brands' pictures cannot be analysed", pictures=problems)
    return {"analysed": analysed, "problems": len(problems)}
