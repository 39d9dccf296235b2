"""The weekly look in a running stack: changed, gone, back; and what a case rests on is locked."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest

from headwater.adapters.configuration import read_configuration
from headwater.cli.config import push_configuration
from headwater.cli.import_ import import_file
from headwater.domain.brands import Brand, PlatformAccess
from headwater.domain.captures import Capture, CaptureOutcome
from headwater.domain.cases import Case
from headwater.domain.changes import changes
from headwater.domain.manifests import FILE_NAME
from headwater.domain.platforms import Platform
from headwater.usecases.draw import drawings_of
from headwater_demo import ali1688
from headwater_demo.marketplace import altered
from headwater_demo.offers import ALI1688, OFFERS, Offer
from headwater_demo.run import CHECKOUT, STACK, Stage, around
from headwater_demo.saved_pages import saved_from

pytestmark = [pytest.mark.local_aws, pytest.mark.e2e]
OFFER = next(o for o in OFFERS if o.platform == ALI1688 and o.copies and not o.older_template)


@dataclass
class Running:
    """The stack with one case, opened from a saved page."""

    stage: Stage
    brand: Brand
    case: Case

    def looks(self) -> list[Capture]:
        """The oldest first."""
        return self.stage.captures.of_listing(self.brand.id, self.case.listing.key)[::-1]

    def look_again(self, offer: Offer, slot: str = "") -> tuple[Capture, Capture]:
        """Fire the schedule while the marketplace shows that offer; the last look and the new.

        With `slot` the function is invoked as the schedule does: the local AWS fires one only once.
        """
        before = self.looks()
        with altered(offer):
            if slot:
                self._invoke(json.dumps({"slot": slot}))
            else:
                self.stage.fire("LookAgainSchedule")
            self.stage.wait("the look", self._more_than(len(before)))
        return before[-1], self.looks()[-1]

    def let_draw(self) -> None:
        """Open the draw queue to its function, as in AWS; the demo keeps it shut to be quick."""
        functions = boto3.client("lambda")
        mappings = functions.list_event_source_mappings(FunctionName=_function("DrawFunction"))
        for mapping in mappings["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def _invoke(self, event: str) -> None:
        answer = boto3.client("lambda").invoke(
            FunctionName=_function("LookAgainFunction"), Payload=event.encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    def _more_than(self, count: int) -> Callable[[], bool]:
        return lambda: len(self.looks()) > count


def _function(logical_id: str) -> str:
    cloudformation: Any = boto3.client("cloudformation")
    found = cloudformation.describe_stack_resource(StackName=STACK, LogicalResourceId=logical_id)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("again")
    (folder / "state").mkdir()
    configuration = read_configuration(CHECKOUT / "config" / "headwater.toml")
    with around(folder / "state", folder / "out", keep=False) as world:
        stage = Stage(world, configuration)
        access = ((Platform.ALI1688, PlatformAccess(fetch_pages=True)),)
        desk = replace(configuration.desk, access=access, timestamp_authorities=world.authorities)
        push_configuration(replace(configuration, desk=desk), stage.work)
        brand = desk.brands[0]
        page = folder / "saved.html"
        page.write_text(saved_from(ali1688.listing_page(OFFER), ali1688.listing_url(OFFER)))
        import_file(page, stage.work, brand=brand.id)
        case = stage.wait("a case", lambda: next(stage.cases.of_brand(brand.id), None))
        yield Running(stage, brand, case)


def test_what_changed_is_said_then_that_it_is_gone_then_that_it_is_back(running: Running) -> None:
    dearer = tuple((quantity, price + Decimal(1)) for quantity, price in OFFER.tiers)
    changed = replace(OFFER, tiers=dearer, pictures=OFFER.pictures[:1], title="另一个标题 搪瓷杯")
    before, after = running.look_again(changed)
    said = changes(before, after)
    assert any(line.startswith("price was") for line in said)
    assert any(line.startswith("title was") for line in said)
    assert any("taken down" in line for line in said)

    before, after = running.look_again(replace(changed, gone=True), "2026-11-29T01:30:00Z")
    assert after.outcome is CaptureOutcome.GONE
    assert changes(before, after) == ("the listing is gone",)

    before, after = running.look_again(changed, "2026-12-06T01:30:00Z")
    assert "the listing is back" in changes(before, after)
    chain = [look.previous_manifest_sha256 for look in running.looks()]
    assert chain == [None, *(look.manifest_sha256 for look in running.looks()[:-1])]


def test_what_the_case_rests_on_is_locked_by_the_stack_itself(running: Running) -> None:
    (first, *_) = running.stage.wait(
        "the lock", lambda: [look for look in running.looks() if look.locked_until]
    )
    assert first.locked_until is not None
    assert first.locked_until - first.captured_at > timedelta(days=399)


def test_a_capture_is_drawn_by_way_of_topic_and_queue(running: Running) -> None:
    if not running.stage.world.can_draw:
        pytest.skip("there is no browser here to draw with")
    running.let_draw()
    (authority, *_) = running.stage.world.authorities
    (first, *_) = running.looks()
    place = drawings_of(first.brand, first.key, first.id)

    def signed() -> list[str]:
        there = list(running.stage.evidence.list(place))
        return there if any(key.endswith(f".{authority.name}.tsr") for key in there) else []

    drawing = running.stage.wait("the drawing", signed)
    (manifest,) = (key for key in drawing if key.endswith(f"/{FILE_NAME}"))
    said = json.loads(running.stage.evidence.get(manifest))
    assert said["capture_manifest_sha256"] == first.manifest_sha256
    assert [part["name"] for part in said["parts"]][:1] == ["seen.html.png"]
    assert not said["missing"]
