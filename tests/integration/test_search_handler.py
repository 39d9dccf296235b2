"""The search and import functions as Lambda runs them; only the marketplaces are rehearsed."""

import io
import json
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import boto3
import pytest

from headwater.adapters.desk import search_picture_key, write_desk
from headwater.adapters.dynamodb.listings import Listings
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.store import Bucket
from headwater.domain.brands import (
    Desk,
    PlatformAccess,
    Recipient,
    RecipientRole,
    Reference,
    Watch,
)
from headwater.domain.coverage import Run
from headwater.domain.listings import CollectedBy
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform, RouteName
from headwater_demo.local_aws import LocalAws
from headwater_demo.marketplace import REFUSED_WORD, Marketplace, canary_listing
from headwater_demo.saved_pages import write_saved_pages
from tests.factories import BRAND
from tests.fakes.interfaces import ACCESS_KEY, GATEWAY_FOUND, Interfaces

pytestmark = pytest.mark.local_aws

KNOWN = {
    Platform.ALIEXPRESS: canary_listing(Platform.ALIEXPRESS, "usb cable"),
    Platform.ALI1688: canary_listing(Platform.ALI1688, "数据线"),
}
SLOT = "2026-11-21T03:15:00Z"


@dataclass
class Context:
    """What Powertools asks of a Lambda context."""

    function_name: str = "search"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:search"
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@dataclass
class Deployed:
    """The two functions wired to fresh tables and buckets."""

    listings: Listings
    runs: Runs
    work: Bucket
    marketplace: Marketplace

    def configure(
        self,
        *words: str,
        platform: Platform = Platform.ALIEXPRESS,
        recipients: tuple[str, ...] = (),
    ) -> None:
        watch = Watch(id="mark", platforms=(platform,), words=words)
        people = tuple(
            Recipient(email=email, timezone="Europe/Berlin", role=RecipientRole.OWNER)
            for email in recipients
        )
        write_desk(
            self.work,
            Desk(
                contact="mail@example.com",
                brands=(replace(BRAND, watches=(watch,), recipients=people),),
                access=(
                    (
                        platform,
                        PlatformAccess(fetch_pages=True, canary_listing=KNOWN[platform], pages=2),
                    ),
                ),
            ),
        )

    def search(self, platform: Platform = Platform.ALIEXPRESS, slot: str = SLOT) -> dict[str, int]:
        from search_function.handler import lambda_handler

        answer: dict[str, int] = lambda_handler({"platform": platform, "slot": slot}, Context())
        return answer

    def drop(self, name: str, body: bytes, *, at: str = "2026-11-21T09:00:00.000Z") -> str:
        """Put a file into the import folder; the message that S3 sends of it."""
        key = f"import/{name}"
        self.work.put(key, body, "application/octet-stream")
        told = {
            "eventTime": at,
            "userIdentity": {"principalId": "AWS:AROAEXAMPLE:anna"},
            "s3": {"object": {"key": quote_plus(key)}},
        }
        return json.dumps({"Records": [told]})

    def receive(self, *bodies: str) -> list[str]:
        """Deliver the messages; the ids of those that failed ("1" is the first)."""
        from search_function.importing import lambda_handler

        records = [
            {"messageId": str(number), "body": body, "eventSource": "aws:sqs"}
            for number, body in enumerate(bodies, start=1)
        ]
        answer: Any = lambda_handler({"Records": records}, Context())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def ran(self) -> list[Run]:
        return self.runs.latest(BRAND.id, 100)


@pytest.fixture
def deployed(
    tables: dict[str, str], buckets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployed]:
    with Marketplace() as marketplace:
        for name, value in {
            "LISTINGS_TABLE": tables["ListingsTable"],
            "RUNS_TABLE": tables["RunsTable"],
            "VISITS_TABLE": tables["VisitsTable"],
            "SECRETS_PATH": "/headwater-test",
            "WORK_BUCKET": buckets["WorkBucket"],
            "MARKETPLACE_REHEARSAL": marketplace.url,
            "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
            "POWERTOOLS_SERVICE_NAME": "search",
        }.items():
            monkeypatch.setenv(name, value)
        from search_function import handler, importing

        for module in (handler, importing):
            # Powertools read the namespace when another test imported the module.
            monkeypatch.setattr(module.metrics, "namespace", "Headwater")
            module._settings.cache_clear()
        yield Deployed(
            Listings(tables["ListingsTable"]),
            Runs(tables["RunsTable"]),
            Bucket(buckets["WorkBucket"]),
            marketplace,
        )
        handler._settings.cache_clear()
        importing._settings.cache_clear()


@pytest.fixture
def saved(tmp_path: Path) -> list[Path]:
    return write_saved_pages(tmp_path / "saved")


# --- search ------------------------------------------------------------------------------------


def test_a_scheduled_search_keeps_listings_pages_and_the_run(deployed: Deployed) -> None:
    deployed.configure("harvelk")
    assert deployed.search() == {"asked": 3, "answered": 3, "new": 19, "blind": 0}
    (run,) = deployed.ran()
    assert run.covered
    assert run.rehearsal
    kept = deployed.listings.latest(BRAND.id, 100)
    assert len(kept) == 19
    assert run.asked[-1].depth == "all 19 results"
    pages = {key for one in kept for key in (one.page_object, one.wire_object)}
    assert len(pages) == 4  # two pages and their wires
    assert pages == set(deployed.work.list("pages/"))
    assert {request.host for request in deployed.marketplace.requests} == {"www.aliexpress.com"}


def test_the_same_slot_again_asks_nobody_and_changes_nothing(deployed: Deployed) -> None:
    deployed.configure("harvelk")
    first = deployed.search()
    requests, runs = len(deployed.marketplace.requests), deployed.ran()
    assert deployed.search() == first
    assert len(deployed.marketplace.requests) == requests
    assert deployed.ran() == runs


def test_a_platform_that_nobody_watches_leaves_no_run(deployed: Deployed) -> None:
    deployed.configure("harvelk")
    assert deployed.search(Platform.ALIBABA) == {"asked": 0, "answered": 0, "new": 0, "blind": 0}
    assert deployed.ran() == []
    assert deployed.marketplace.requests == []


def test_where_nothing_may_be_asked_by_itself_no_run_says_so_every_night(
    deployed: Deployed,
) -> None:
    watch = Watch(id="mark", platforms=(Platform.TAOBAO,), words=("harvelk",))
    brand = replace(BRAND, watches=(watch,))
    write_desk(deployed.work, Desk(contact="mail@x.org", brands=(brand,), access=()))
    assert deployed.search(Platform.TAOBAO)["asked"] == 0
    assert deployed.ran() == []


def test_the_next_slot_asks_again_and_finds_nothing_new(deployed: Deployed) -> None:
    deployed.configure("harvelk")
    deployed.search()
    assert deployed.search(slot="2026-11-22T03:15:00Z")["new"] == 0
    assert len(deployed.ran()) == 2


def test_a_refusal_is_recorded_and_what_came_before_it_is_kept(deployed: Deployed) -> None:
    deployed.configure("哈芙鹿", f"哈芙鹿 {REFUSED_WORD}", "鹿角杯", platform=Platform.ALI1688)
    found = deployed.search(Platform.ALI1688)
    assert (found["asked"], found["answered"]) == (5, 3)  # the canaries, then ours
    (run,) = deployed.ran()
    assert [asked.verdict.refused for asked in run.asked] == [False, False, False, True, True]
    assert found["new"] == len(deployed.listings.latest(BRAND.id, 100)) > 0


def test_a_picture_is_searched_for_by_the_gateway_with_the_stack_s_key(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    hero = Reference(id="mug.jpg", product="", sha256="c" * 64)
    watch = Watch(id="heroes", platforms=(Platform.ALI1688,), words=(), pictures=(hero,))
    known = "https://detail.1688.com/offer/999900000301.html"  # of GATEWAY_FOUND
    access = PlatformAccess(
        routes=(RouteName.GATEWAY_1688,), canary_query="搪瓷杯", canary_listing=known
    )
    brand = replace(BRAND, watches=(watch,))
    write_desk(
        deployed.work,
        Desk(contact="mail@x.org", brands=(brand,), access=((Platform.ALI1688, access),)),
    )
    deployed.work.put(search_picture_key(hero.sha256), b"\xff\xd8 small", "image/jpeg")
    from search_function import handler

    def search_at(url: str, slot: str) -> dict[str, int]:
        monkeypatch.setenv("MARKETPLACE_REHEARSAL", url)
        handler._settings.cache_clear()
        return deployed.search(Platform.ALI1688, slot)

    with Interfaces([GATEWAY_FOUND, GATEWAY_FOUND]) as gateway:
        assert search_at(gateway.url, SLOT)["answered"] == 0
        assert gateway.asked == []
        assert "1688-access-key is not set" in deployed.ran()[0].blind
        boto3.client("ssm").put_parameter(
            Name="/headwater-test/1688-access-key", Value=ACCESS_KEY, Type="SecureString"
        )
        found = search_at(gateway.url, "2026-11-22T03:15:00Z")
        assert found == {"asked": 2, "answered": 2, "new": 1, "blind": 0}
    assert set(gateway.asked[1]) == {"imgBase64", "pageSize", "purchaseAmount"}
    (sighting,) = deployed.listings.latest(BRAND.id, 10)
    assert (sighting.query, sighting.route) == ("picture mug.jpg", RouteName.GATEWAY_1688)
    assert sighting.page_object in set(deployed.work.list("pages/"))
    assert ACCESS_KEY not in str(deployed.ran())


# --- news --------------------------------------------------------------------------------------


def test_what_a_search_found_is_mailed_once(
    deployed: Deployed,
    tables: dict[str, str],
    local_aws: LocalAws,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sender = "watch@fjellvik.example"
    monkeypatch.setenv("ALERTS_TABLE", tables["AlertsTable"])
    monkeypatch.setenv("SENDER", sender)
    monkeypatch.setenv("REPORT_URL", "https://report.example")
    boto3.client("ses").verify_email_identity(EmailAddress=sender)
    from search_function import news

    monkeypatch.setattr(news.metrics, "namespace", "Headwater")
    news._settings.cache_clear()
    deployed.configure("harvelk", recipients=("owner@fjellvik.example",))
    assert news.lambda_handler({}, Context()) == {"sent": 0}
    now = datetime.now(UTC)
    deployed.search(slot=f"{now:%Y-%m-%dT%H:%MZ}")
    assert news.lambda_handler({}, Context()) == {"sent": 1}
    assert news.lambda_handler({}, Context()) == {"sent": 0}
    with urllib.request.urlopen(f"{local_aws.endpoint}/_ministack/ses/messages") as answer:
        sent = [one for mails in json.load(answer)["messages"].values() for one in mails]
    subject = "[rehearsal] 19 new listings: AliExpress 19 - fjellvik"
    assert [one["Subject"] for one in sent].count(subject) == 1
    news._settings.cache_clear()


# --- import ------------------------------------------------------------------------------------


def test_a_dropped_page_is_read_once_however_often_we_are_told(
    deployed: Deployed, saved: list[Path]
) -> None:
    deployed.configure("harvelk")
    message = deployed.drop("aliexpress.html", saved[0].read_bytes())
    assert deployed.receive(message) == []
    runs, kept = deployed.ran(), deployed.listings.latest(BRAND.id, 100)
    assert runs[0].asked[0].new == len(kept) > 0
    assert {(sighting.collected_by, sighting.brought_by) for sighting in kept} == {
        (CollectedBy.PERSON, "AWS:AROAEXAMPLE:anna")
    }
    assert deployed.receive(message, message) == []
    assert (deployed.ran(), deployed.listings.latest(BRAND.id, 100)) == (runs, kept)


def test_a_poison_message_fails_alone(deployed: Deployed, saved: list[Path]) -> None:
    deployed.configure("harvelk")
    good = deployed.drop("a page.html", saved[0].read_bytes())
    lost = good.replace("a+page.html", "never-dropped.html")
    assert deployed.receive("poison", good, lost) == ["1", "3"]
    assert deployed.listings.latest(BRAND.id, 100)


def test_a_file_that_cannot_be_read_is_said_in_the_run(deployed: Deployed) -> None:
    deployed.configure("harvelk")
    assert deployed.receive(deployed.drop("broken.zip", b"PK\x03\x04 no zip at all")) == []
    (run,) = deployed.ran()
    assert not run.covered
    assert run.asked[0].query == "broken.zip"
    assert "broken zip" in run.asked[0].reason


def test_one_bad_file_in_an_archive_stops_none_of_the_others(
    deployed: Deployed, saved: list[Path]
) -> None:
    deployed.configure("harvelk")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.har", b'{"log": {"entries": [')
        for number, file in enumerate(saved):
            archive.writestr(f"{number}.html", file.read_bytes())
    deployed.receive(deployed.drop("many.zip", packed.getvalue()))
    (run,) = deployed.ran()
    assert [asked.verdict for asked in run.asked] == [Verdict.ERROR] + [Verdict.OK] * len(saved)
    assert run.asked[0].query == "many.zip/1.har"


def test_s3_s_own_test_message_is_no_file(deployed: Deployed) -> None:
    assert deployed.receive(json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"})) == []
