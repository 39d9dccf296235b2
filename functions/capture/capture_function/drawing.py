"""A listing was captured: draw the pages that were kept, from the kept bytes, and seal that."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from capture_function.drawing_settings import Settings
from headwater.adapters.batches import of_queue
from headwater.adapters.browser_layer import start_here
from headwater.adapters.desk import read_desk
from headwater.adapters.drawing import draw_capture
from headwater.adapters.dynamodb.unsigned import UnsignedManifests
from headwater.adapters.screenshot import Browser
from headwater.adapters.software import software
from headwater.adapters.store import Bucket
from headwater.adapters.stream import new_record
from headwater.adapters.timestamping import authorities
from headwater.domain.captures import Capture, UnsignedManifest
from headwater.usecases.draw import is_drawn, keep_drawing

logger = Logger()
metrics = Metrics()
processor = of_queue(logger)


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(
        event=event, record_handler=draw, processor=processor, context=context
    )


def draw(record: SQSRecord) -> None:
    settings = _settings()
    capture = new_record(Capture, record.body)
    evidence = Bucket(settings.evidence_bucket)
    desk = read_desk(Bucket(settings.work_bucket))
    signers = authorities(desk.timestamp_authorities, rehearsal=settings.marketplace_rehearsal)
    if is_drawn(capture, evidence=evidence, authorities=signers):
        metrics.add_metric("PicturesDrawn", MetricUnit.Count, 0)
        return
    files = {
        part.name: evidence.get(part.stored.key, part.stored.version_id) for part in capture.parts
    }
    # A fresh browser for each capture: what a page does to it ends with it.
    with Browser(start_here()) as browser:
        made = draw_capture(
            capture,
            files,
            browser=browser,
            made_by=software(),
            timestamp_authorities=tuple(signer.name for signer in signers),
        )
    if made is None:
        metrics.add_metric("PicturesDrawn", MetricUnit.Count, 0)
        return
    identifier, drawn = made
    manifest, unsigned = keep_drawing(
        capture, identifier, drawn, evidence=evidence, authorities=signers
    )
    if unsigned:  # no reason to draw again: the stamps function asks every hour
        waiting = UnsignedManifest(brand=capture.brand, manifest=manifest, since=datetime.now(UTC))
        UnsignedManifests(settings.runs_table).add(waiting)
        logger.warning("timestamp pending", capture=capture.id, reason=unsigned)
    metrics.add_metric("PicturesDrawn", MetricUnit.Count, len(drawn) - 1)
    logger.info("drawn", listing=str(capture.key), capture=capture.id, drawing=identifier)
