"""The match function as Lambda runs it: a message in, one case per listing out."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageOps

from headwater.adapters.desk import reference_key, write_desk
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.records import encode
from headwater.adapters.store import Bucket
from headwater.domain.brands import Brand, Desk, Product, Reference
from headwater.domain.captures import Capture
from headwater.domain.cases import Case, CaseState, case_id
from headwater.domain.listings import ListingKey, Seller
from headwater.domain.manifests import sha256
from headwater.domain.platforms import Platform
from headwater.domain.risk import Band
from tests.factories import BRAND, CAPTURE, LISTING

pytestmark = pytest.mark.local_aws


def drawn(seed: int) -> Image.Image:
    """A picture with enough in it to be recognised, another one for every seed."""
    image = Image.new("RGB", (480, 360), (240, 236, 228))
    draw = ImageDraw.Draw(image)
    for step in range(14):
        x, y = (step * seed * 53) % 420, (step * seed * 97) % 300
        size = 24 + (step * 31 * seed) % 90
        colour = ((seed * 71 * step) % 255, (40 * step) % 255, (seed * 29) % 255)
        draw.ellipse((x, y, x + size, y + size // 2 + 12), fill=colour)
    return image


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


OWN = jpeg(drawn(3))
COPY = jpeg(ImageOps.mirror(drawn(3)).resize((320, 240)), quality=55)
OTHER = jpeg(drawn(7))


def brand_with(*pictures: bytes) -> Brand:
    references = tuple(
        Reference(id=f"mug/{number}.jpg", product="mug", sha256=sha256(picture))
        for number, picture in enumerate(pictures, start=1)
    )
    return replace(BRAND, products=(Product(id="mug", name="Mug", references=references),))


@dataclass
class Context:
    """What Powertools asks of a Lambda context."""

    function_name: str = "match"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:match"
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@dataclass
class Deployed:
    """The function wired to a fresh table and fresh buckets."""

    cases: Cases
    work: Bucket
    evidence: Bucket

    def configure(self, *pictures: bytes) -> None:
        for picture in pictures:
            self.work.put(reference_key(BRAND.id, sha256(picture)), picture, "image/jpeg")
        desk = Desk(contact="mail@example.com", brands=(brand_with(*pictures),), access=())
        write_desk(self.work, desk)

    def captured(self, picture: bytes, *, capture_id: str = "c1", title: str = "杯子") -> Capture:
        """A capture whose one picture lies in the evidence bucket."""
        stored = self.evidence.put(f"captures/{capture_id}/1", picture, "image/jpeg")
        part = replace(CAPTURE.pictures[0], stored=stored)
        listing = replace(LISTING, title=title)
        return replace(CAPTURE, id=capture_id, listing=listing, parts=(part,))

    def receive(self, *bodies: str) -> list[str]:
        """Deliver the messages; the ids of those that failed ("1" is the first)."""
        from match_function.handler import lambda_handler

        records = [
            {"messageId": str(number), "body": body, "eventSource": "aws:sqs"}
            for number, body in enumerate(bodies, start=1)
        ]
        answer: Any = lambda_handler({"Records": records}, Context())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def case(self) -> Case | None:
        return self.cases.get(BRAND.id, case_id(LISTING.key))


def message(capture: Capture) -> str:
    record = json.dumps(encode(capture), ensure_ascii=False)
    image = {"listing": {"S": "key"}, "capture": {"S": capture.id}, "record": {"S": record}}
    return json.dumps({"eventName": "INSERT", "dynamodb": {"NewImage": image}})


@pytest.fixture
def deployed(
    tables: dict[str, str], buckets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployed]:
    for name, value in {
        "CASES_TABLE": tables["CasesTable"],
        "TRACES_TABLE": tables["TracesTable"],
        "WORK_BUCKET": buckets["WorkBucket"],
        "EVIDENCE_BUCKET": buckets["EvidenceBucket"],
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
        "POWERTOOLS_SERVICE_NAME": "match",
    }.items():
        monkeypatch.setenv(name, value)
    from match_function import handler  # Powertools reads the namespace when it is imported

    handler._settings.cache_clear()
    yield Deployed(
        Cases(tables["CasesTable"]),
        Bucket(buckets["WorkBucket"]),
        Bucket(buckets["EvidenceBucket"]),
    )
    handler._settings.cache_clear()


def test_a_copied_picture_becomes_a_case(deployed: Deployed) -> None:
    deployed.configure(OWN)
    assert deployed.receive(message(deployed.captured(COPY))) == []
    case = deployed.case()
    assert case is not None
    assert case.risk.band is Band.LIKELY
    assert case.pictures[0].reference_id == "mug/1.jpg"
    assert "mirrored" in case.pictures[0].explanation


def test_an_innocent_listing_becomes_none(deployed: Deployed) -> None:
    deployed.configure(OWN)
    assert deployed.receive(message(deployed.captured(OTHER))) == []
    assert deployed.case() is None


def test_a_message_twice_leaves_the_case_as_it_is(deployed: Deployed) -> None:
    deployed.configure(OWN)
    body = message(deployed.captured(COPY))
    assert deployed.receive(body) == []
    once = deployed.case()
    assert deployed.receive(body, body) == []
    assert deployed.case() == once


def test_a_new_reference_counts_from_the_next_message_on(deployed: Deployed) -> None:
    deployed.configure(OTHER)
    deployed.receive(message(deployed.captured(COPY)))
    assert deployed.case() is None
    deployed.configure(OTHER, OWN)
    deployed.receive(message(deployed.captured(COPY, capture_id="c2")))
    assert deployed.case() is not None


def test_a_broken_message_does_not_hold_up_the_others(deployed: Deployed) -> None:
    deployed.configure(OWN)
    good = deployed.captured(COPY)
    unknown = replace(good, brand="nobody")
    assert deployed.receive("poison", message(good), message(unknown)) == ["1", "3"]
    assert deployed.case() is not None


def test_a_picture_that_is_none_leaves_the_words_to_speak(deployed: Deployed) -> None:
    deployed.configure(OWN)
    capture = deployed.captured(b"<html>404</html>", title="FJELLVIK 搪瓷杯 高仿")
    assert deployed.receive(message(capture)) == []
    case = deployed.case()
    assert case is not None
    assert "picture-01.jpg could not be compared" in case.events[0].what


def test_a_removed_listing_that_is_back_under_a_new_id_joins_its_old_case(
    deployed: Deployed,
) -> None:
    deployed.configure(OWN)
    assert deployed.receive(message(deployed.captured(COPY))) == []
    first = deployed.case()
    assert first is not None
    deployed.cases.save(
        first.move(CaseState.CLOSED, at=datetime.now(UTC), by="owner", what="it was taken down")
    )
    with Image.open(io.BytesIO(COPY)) as copy:
        again = deployed.captured(jpeg(copy.resize((300, 225)), quality=40), capture_id="c2")
    key = ListingKey(Platform.ALI1688, "999")
    stranger = Seller(platform=Platform.ALI1688, id="b2b-2", name="Another shop")
    listing = replace(LISTING, key=key, title="杯子", seller=stranger)
    back = replace(again, listing=listing, captured_at=datetime.now(UTC) + timedelta(days=1))
    assert deployed.receive(message(back), message(back)) == []
    case = deployed.cases.get(BRAND.id, case_id(key))
    assert case is not None
    assert (case.id, case.in_times, case.state) == (first.id, "2nd time", CaseState.OPEN)
    assert len(list(deployed.cases.of_brand(BRAND.id))) == 1
