"""A mail lies in the work bucket: what it says is recorded, or a person is asked."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from deadlines_function.inbox_settings import Settings
from headwater.adapters.batches import of_queue
from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.letters import Letters
from headwater.adapters.inbox_mail import SesInboxMail
from headwater.adapters.letter_files import KeptExhibits, origin, raw_mail
from headwater.adapters.mime import read_mail
from headwater.adapters.notice_patterns import read_patterns
from headwater.adapters.store import Bucket
from headwater.domain.letters import LetterState
from headwater.usecases.inbox import Inbox, receive

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

logger = Logger()
metrics = Metrics()
processor = of_queue(logger)


@cache
def _settings() -> Settings:
    return Settings()


@cache
def _lambda() -> "LambdaClient":
    return boto3.client("lambda")


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    failed = process_partial_response(
        event=event, record_handler=read_arrived, processor=processor, context=context
    )
    metrics.add_metric("Completed", MetricUnit.Count, 1)
    return failed


def read_arrived(record: SQSRecord) -> None:
    notification = json.loads(record.body)
    for arrived in notification.get("Records", []):  # none in S3's own test message
        received_at = datetime.fromisoformat(arrived["eventTime"])
        read_letter(unquote_plus(arrived["s3"]["object"]["key"]), received_at)


def read_letter(key: str, received_at: datetime) -> None:
    arrival = origin(key)
    if arrival is None:
        return
    settings = _settings()
    work = Bucket(settings.work_bucket)
    body = work.get(key)
    letter = receive(
        read_mail(body),
        raw=raw_mail(key, body),
        key=key,
        purpose=arrival.purpose,
        given_by=arrival.given_by,
        received_at=received_at.astimezone(UTC),
        inbox=wired(settings, work),
    )
    metrics.add_metric("LettersReceived", MetricUnit.Count, 1)
    asked = letter.state is LetterState.ASKED
    metrics.add_metric("LettersAsked", MetricUnit.Count, int(asked))
    logger.info("read", letter=letter.id, state=letter.state, complaint=letter.complaint)


def wired(settings: Settings, work: Bucket) -> Inbox:
    desk = read_desk(work)
    return Inbox(
        desk=desk,
        patterns=read_patterns(work),
        clock=read_clock(desk.deadlines),
        letters=Letters(settings.letters_table),
        complaints=Complaints(settings.complaints_table),
        cases=Cases(settings.cases_table),
        ledger=AlertLedger(settings.alerts_table),
        mail=SesInboxMail(settings.sender),
        seal=KeptExhibits(Bucket(settings.evidence_bucket), desk),
        drop=lambda key, file, kind: work.put_once(key, file, kind) is not None,
        wake=_look_at_deadlines,
        now=lambda: datetime.now(UTC),
    )


def _look_at_deadlines() -> None:
    """Not waited for. Should it fail there, the next scheduled run does the same."""
    _lambda().invoke(FunctionName=_settings().deadlines_function, InvocationType="Event")
