"""The weekly look: a case's listing goes through the capture once more, and once only."""

from collections.abc import Iterator

import boto3
import pytest

from headwater.adapters.desk import write_desk
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.store import Bucket
from headwater.adapters.stream import new_record
from headwater.domain.brands import Desk, PlatformAccess
from headwater.domain.listings import Sighting
from headwater.domain.platforms import Platform
from tests.factories import BRAND, CASE
from tests.integration.test_capture_handler import Context

pytestmark = pytest.mark.local_aws


@pytest.fixture
def queue(
    tables: dict[str, str], buckets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    url = boto3.client("sqs").create_queue(QueueName=f"again-{tables['CasesTable']}")["QueueUrl"]
    for name, value in {
        "CASES_TABLE": tables["CasesTable"],
        "WORK_BUCKET": buckets["WorkBucket"],
        "CAPTURE_QUEUE": url,
        "RUNS_TABLE": tables["RunsTable"],
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
        "POWERTOOLS_SERVICE_NAME": "look-again",
    }.items():
        monkeypatch.setenv(name, value)
    from capture_function import again

    again._settings.cache_clear()
    access = ((Platform.ALI1688, PlatformAccess(fetch_pages=True)),)
    write_desk(
        Bucket(buckets["WorkBucket"]),
        Desk(contact="mail@example.com", brands=(BRAND,), access=access),
    )
    Cases(tables["CasesTable"]).open(CASE)
    yield url
    again._settings.cache_clear()


def test_a_cases_listing_is_sent_as_the_capture_reads_it(queue: str) -> None:
    from capture_function.again import lambda_handler

    assert lambda_handler({}, Context()) == {"sent": 1, "not_allowed": 0}
    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    sighting = new_record(Sighting, message["Body"])
    assert sighting.listing == CASE.listing
    assert sighting.look is not None
