"""A listing was captured: is it ours, and does it infringe?"""

from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.adapters.batches import of_queue
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.traces import Traces
from headwater.adapters.references import picture_matcher
from headwater.adapters.store import Bucket
from headwater.adapters.stream import new_record
from headwater.domain.brands import Brand
from headwater.domain.captures import Capture
from headwater.domain.words import OwnTerm
from headwater.matching.fingerprints import detailed_fingerprint
from headwater.matching.lexicon import terms_with
from headwater.matching.pictures import PictureMatcher
from headwater.matching.words import WordMatcher, brands_named
from headwater.usecases.match import match
from match_function.settings import Settings

logger = Logger()
metrics = Metrics()
processor = of_queue(logger)


@cache
def _settings() -> Settings:
    return Settings()


@lru_cache(maxsize=16)
def _words(brand: Brand, own: tuple[OwnTerm, ...]) -> WordMatcher:
    return WordMatcher(brand, terms_with(own))


@lru_cache(maxsize=4)
def _pictures(brand: Brand, work_bucket: str) -> PictureMatcher:
    """Once for a brand as configured: another configuration is another argument."""
    return picture_matcher(brand, Bucket(work_bucket))


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(
        event=event, record_handler=judge, processor=processor, context=context
    )


def judge(record: SQSRecord) -> None:
    settings = _settings()
    capture = new_record(Capture, record.body)
    desk = read_desk(Bucket(settings.work_bucket))
    brand = desk.brand(capture.brand)
    case = match(
        capture,
        brand=brand,
        words=_words(brand, desk.terms),
        pictures=_pictures(brand, settings.work_bucket),
        fingerprint=detailed_fingerprint,
        brands_named=brands_named,
        evidence=Bucket(settings.evidence_bucket),
        cases=Cases(settings.cases_table),
        traces=Traces(settings.traces_table),
        now=lambda: datetime.now(UTC),
        weights=desk.weights,
    )
    metrics.add_metric("CapturesMatched", MetricUnit.Count, 1)
    metrics.add_metric("CapturesInCases", MetricUnit.Count, int(case is not None))
    logger.info("matched", listing=str(capture.key), score=case.risk.score if case else None)
