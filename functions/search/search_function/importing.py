"""A person dropped a file into the work bucket's import/ prefix: its pages are read."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.adapters.batches import of_queue
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.listings import Listings
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.store import Bucket
from headwater.domain.brands import Brand, Desk
from headwater.usecases.importing import import_file
from search_function.settings import Settings

logger = Logger()
metrics = Metrics()
processor = of_queue(logger)


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    failed = process_partial_response(
        event=event, record_handler=read_dropped, processor=processor, context=context
    )
    metrics.add_metric("Completed", MetricUnit.Count, 1)
    return failed


def read_dropped(record: SQSRecord) -> None:
    notification = json.loads(record.body)
    for dropped in notification.get("Records", []):  # none in S3's own test message
        brought_at = datetime.fromisoformat(dropped["eventTime"])
        brought_by = dropped.get("userIdentity", {}).get("principalId")
        read_file(unquote_plus(dropped["s3"]["object"]["key"]), brought_at, brought_by)


def read_file(key: str, brought_at: datetime, brought_by: str | None) -> None:
    settings = _settings()
    work = Bucket(settings.work_bucket)
    desk = read_desk(work)
    body = work.get(key)
    name = PurePosixPath(key).name
    for brand in brands_for(key.removeprefix("import/"), desk):
        run = import_file(
            name,
            body,
            brand=brand,
            brought_at=brought_at,
            brought_by=brought_by,
            rehearsal=bool(settings.marketplace_rehearsal),
            listings=Listings(settings.listings_table),
            runs=Runs(settings.runs_table),
            pages=work,
            clock=lambda: datetime.now(UTC),
        )
        new = sum(asked.new for asked in run.asked)
        metrics.add_metric("ListingsImported", MetricUnit.Count, new)
        logger.info("imported", file=name, brand=brand.id, pages=len(run.asked), new=new)


def brands_for(path: str, desk: Desk) -> tuple[Brand, ...]:
    """Below `import/`, `<brand>/…` is that brand's; everything else is read for each."""
    folder = path.split("/", 1)[0]
    owners = tuple(brand for brand in desk.brands if brand.id == folder)
    return owners or desk.brands
