"""A case was opened or changed, or a day is over: its evidence is locked for everybody."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from capture_function.lock_settings import Settings
from headwater.adapters.batches import of_queue
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.store import Bucket
from headwater.adapters.stream import new_record
from headwater.domain.cases import Case
from headwater.usecases.lock import NotWhatWasKept, lock_case

logger = Logger()
metrics = Metrics()
processor = of_queue(logger)


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Messages of the cases table's outbox; or the daily schedule, for what came later."""
    if "Records" in event:
        return dict(
            process_partial_response(
                event=event, record_handler=lock_changed, processor=processor, context=context
            )
        )
    settings = _settings()
    cases = Cases(settings.cases_table)
    brands = read_desk(Bucket(settings.work_bucket)).brands
    locked, failed = 0, []
    for case in (case for brand in brands for case in cases.of_brand(brand.id)):
        try:
            locked += lock(case)
        except NotWhatWasKept as found:  # the other cases do not wait for this one
            failed.append(f"case {case.id}: {found}")
    if failed:
        raise NotWhatWasKept("; ".join(failed))
    Completions(settings.runs_table).done("lock", datetime.now(UTC))
    return {"locked": locked}


def lock_changed(record: SQSRecord) -> None:
    lock(new_record(Case, record.body))


def lock(case: Case) -> int:
    settings = _settings()
    count = lock_case(
        case,
        days=settings.case_lock_days,
        evidence=Bucket(settings.evidence_bucket),
        captures=Captures(settings.captures_table),
        now=datetime.now(UTC),
    )
    metrics.add_metric("FilesLocked", MetricUnit.Count, count)
    logger.info("locked", case=case.id, files=count)
    return count
