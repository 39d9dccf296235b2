"""A listing is new: keep what it shows before it changes."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from capture_function.settings import Settings
from headwater import marketplaces
from headwater.adapters.batches import of_queue
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.visits import Visits
from headwater.adapters.http import Fetcher
from headwater.adapters.politeness import GAP_SECONDS, PoliteFetcher
from headwater.adapters.software import software
from headwater.adapters.store import Bucket
from headwater.adapters.stream import new_record
from headwater.adapters.timestamping import authorities
from headwater.adapters.warc import Archive
from headwater.domain.listings import Sighting
from headwater.domain.platforms import Platform
from headwater.usecases.capture import capture
from headwater.usecases.stamp import stamp

logger = Logger()
metrics = Metrics()
processor = of_queue(logger)


@cache
def _settings() -> Settings:
    return Settings()


@cache
def _pages(platform: Platform, contact: str, rehearsal: str) -> PoliteFetcher:
    """Kept between calls: it remembers every host's robots.txt."""
    hosts = marketplaces.marketplace(platform).hosts
    fetcher = Fetcher(contact, hosts, rehearsal=rehearsal or None)
    turns = Visits(_settings().visits_table)
    return PoliteFetcher(fetcher, turns, gap_seconds=0 if rehearsal else GAP_SECONDS)


@cache
def _pictures(platform: Platform, contact: str, rehearsal: str) -> Fetcher:
    hosts = marketplaces.marketplace(platform).picture_hosts
    return Fetcher(contact, hosts, rehearsal=rehearsal or None)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(
        event=event, record_handler=keep, processor=processor, context=context
    )


def keep(record: SQSRecord, lambda_context: LambdaContext) -> None:
    settings = _settings()
    sighting = new_record(Sighting, record.body)
    platform = sighting.listing.key.platform
    work = Bucket(settings.work_bucket)
    desk = read_desk(work)
    rehearsal = settings.marketplace_rehearsal
    evidence, captures = Bucket(settings.evidence_bucket), Captures(settings.captures_table)
    signers = authorities(desk.timestamp_authorities, rehearsal=rehearsal)
    kept = capture(
        sighting,
        access=desk.access_to(platform),
        read=marketplaces.marketplace(platform).read,
        sources=marketplaces.sources_of,
        pages=work,
        evidence=evidence,
        captures=captures,
        listing_pages=_pages(platform, desk.contact, rehearsal),
        pictures=_pictures(platform, desk.contact, rehearsal),
        new_archive=lambda capture_id: Archive(capture_id, f"headwater/{software()['version']}"),
        now=lambda: datetime.now(UTC),
        made_by={
            **software(),
            "function": lambda_context.function_name,
            "request": lambda_context.aws_request_id,
            "message": record.message_id,
        },
        timestamp_authorities=tuple(signer.name for signer in signers),
        rehearsal=bool(rehearsal),
    )
    metrics.add_metric("PicturesKept", MetricUnit.Count, len(kept.pictures))
    metrics.add_metric("PartsMissing", MetricUnit.Count, len(kept.missing))
    logger.info("captured", listing=str(kept.key), capture=kept.id, outcome=kept.outcome)
    # Last, and no reason to fail: who does not answer now is asked again by the stamps function.
    kept, reasons = stamp(kept, authorities=signers, evidence=evidence, captures=captures)
    metrics.add_metric("TimestampsPending", MetricUnit.Count, len(kept.awaited))
    for reason in reasons:
        logger.warning("timestamp pending", capture=kept.id, reason=reason)
