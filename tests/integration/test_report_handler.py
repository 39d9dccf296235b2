"""The report function as Lambda runs it: tables and buckets in, a site out, and nothing twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
from lxml import html

from headwater.adapters.desk import reference_key, write_desk
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.listings import Listings
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.store import Bucket
from headwater.domain.brands import Desk
from headwater.domain.captures import Capture, Part
from headwater.domain.cases import CaseState
from tests.fakes.report import Season, autumn

pytestmark = pytest.mark.local_aws


@dataclass
class Context:
    """What Powertools asks of a Lambda context."""

    function_name: str = "site"
    memory_limit_in_mb: int = 1536
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:site"
    aws_request_id: str = "request-1"


def moved_in(season: Season, tables: dict[str, str], buckets: dict[str, str]) -> Season:
    """The season in real tables and buckets, its pictures under the versions that S3 gave."""
    evidence, work = Bucket(buckets["EvidenceBucket"]), Bucket(buckets["WorkBucket"])
    state = season.state
    for reference in state.brand.references:
        key = reference_key(state.brand.id, reference.sha256)
        work.put(key, season.pictures[reference.sha256], "image/jpeg")
    write_desk(work, Desk(contact="me@example.com", brands=(state.brand,), access=()))

    def stored(part: Part) -> Part:
        data = season.pictures.get(part.sha256, b"")
        kept = evidence.put(part.stored.key, data, part.media_type)
        return replace(part, stored=kept)

    def kept(capture: Capture) -> Capture:
        return replace(capture, parts=tuple(map(stored, capture.parts)))

    state = replace(
        state,
        captures={key: tuple(map(kept, captures)) for key, captures in state.captures.items()},
    )
    for captures in state.captures.values():
        for capture in captures:
            Captures(tables["CapturesTable"]).add(capture)
    for case in state.cases:
        Cases(tables["CasesTable"]).open(case)
    for complaint in state.complaints:
        Complaints(tables["ComplaintsTable"]).open(complaint)
    for sighting in state.sightings:
        Listings(tables["ListingsTable"]).add(sighting)
    for run in state.runs:
        Runs(tables["RunsTable"]).add(run)
    return Season(state, season.pictures)


Report = Callable[[], dict[str, Any]]


@pytest.fixture
def report(
    tables: dict[str, str], buckets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Report]:
    names = {
        "LISTINGS_TABLE": tables["ListingsTable"],
        "CAPTURES_TABLE": tables["CapturesTable"],
        "CASES_TABLE": tables["CasesTable"],
        "COMPLAINTS_TABLE": tables["ComplaintsTable"],
        "RUNS_TABLE": tables["RunsTable"],
        "WORK_BUCKET": buckets["WorkBucket"],
        "EVIDENCE_BUCKET": buckets["EvidenceBucket"],
        "SITE_BUCKET": buckets["SiteBucket"],
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
        "POWERTOOLS_SERVICE_NAME": "site",
    }
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    from report_site import handler

    handler._settings.cache_clear()
    yield lambda: handler.lambda_handler({}, Context())
    handler._settings.cache_clear()


def objects(bucket: str) -> dict[str, tuple[str, str]]:
    """Type and version of every object, by key."""
    s3 = boto3.client("s3")
    found = {}
    for key in Bucket(bucket).list(""):
        head = s3.head_object(Bucket=bucket, Key=key)
        found[key] = (head["ContentType"], str(head["LastModified"]))
    return found


def test_the_report_of_real_tables_is_published_and_the_second_run_changes_nothing(
    report: Report, tables: dict[str, str], buckets: dict[str, str]
) -> None:
    season = moved_in(autumn(), tables, buckets)
    site = Bucket(buckets["SiteBucket"])

    first = report()
    assert first["brands"] == 1
    assert first["written"] > 50
    published = objects(buckets["SiteBucket"])
    assert published["index.html"][0] == "text/html; charset=utf-8"
    assert published["harvelk/stylesheets/report.css"][0] == "text/css"
    for case in season.state.cases:
        page = html.fromstring(site.get(f"harvelk/cases/{case.id}.html"))
        [pair] = page.find_class("hw-pair")
        for source in pair.xpath(".//img/@src"):
            name = source.removeprefix("../")
            assert published[f"harvelk/{name}"][0] == "image/jpeg"
    overview = html.fromstring(site.get("harvelk/index.html")).find_class("hw-todos")[0]
    assert "Tue 24 Nov 2026, 18:00 China time" in overview.text_content()

    second = report()
    assert (second["written"], second["removed"]) == (0, 0)
    assert second["unchanged"] == first["written"]
    assert objects(buckets["SiteBucket"]) == published


def test_a_change_is_published_and_a_strangers_file_is_left_alone(
    report: Report, tables: dict[str, str], buckets: dict[str, str]
) -> None:
    season = moved_in(autumn(), tables, buckets)
    site = Bucket(buckets["SiteBucket"])
    site.put("harvelk/notes.txt", b"mine", "text/plain")
    [key] = [one for one in season.state.captures if one.offer_id == "729000000417"]
    [picture] = season.state.captures[key][0].pictures
    # Somebody writes over the picture: the version that was captured is still the one shown.
    Bucket(buckets["EvidenceBucket"]).put(picture.stored.key, b"something else", "image/jpeg")
    report()
    assert site.get(f"harvelk/pictures/{picture.sha256}-160.jpg").startswith(b"\xff\xd8")

    cases = Cases(tables["CasesTable"])
    case = cases.get("harvelk", "1688-729000000417")
    assert case
    at, what = case.updated_at, "our own factory"
    cases.save(case.move(CaseState.AUTHORISED, at=at, by="owner", what=what))
    done = report()
    # The case, the overview, the cases, the sellers, the other case of the same seller, and the
    # page that says how often each band of the score was right.
    assert 0 < done["written"] <= 6
    assert what in site.get(f"harvelk/cases/{case.id}.html").decode()
    assert site.get("harvelk/notes.txt") == b"mine"
