"""The captures table and its stand-in keep the same promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest
from pynamodb.exceptions import PutError

from headwater.adapters.dynamodb.captures import Captures
from headwater.domain.captures import (
    Capture,
    CaptureOutcome,
    MissingPart,
    PartRole,
    StoredObject,
    Timestamp,
)
from headwater.domain.listings import ListingKey
from tests.factories import CAPTURE
from tests.fakes.evidence import CapturesInMemory


class Repository(Protocol):
    def add(self, capture: Capture) -> bool: ...
    def get(self, brand: str, key: ListingKey, capture_id: str) -> Capture | None: ...
    def of_listing(self, brand: str, key: ListingKey) -> list[Capture]: ...
    def save_timestamps(self, capture: Capture) -> None: ...


@pytest.fixture(params=["memory", pytest.param("table", marks=pytest.mark.local_aws)])
def captures(request: pytest.FixtureRequest) -> Iterator[Repository]:
    if request.param == "memory":
        yield CapturesInMemory()
    else:
        yield Captures(request.getfixturevalue("tables")["CapturesTable"])


def test_a_capture_comes_back_as_it_was(captures: Repository) -> None:
    gap = MissingPart(role=PartRole.PICTURE, source_url="https://x.example/仿.jpg", reason="late")
    capture = replace(CAPTURE, missing=(gap,), outcome=CaptureOutcome.PARTIAL, rehearsal=True)
    assert captures.add(capture)
    assert captures.get(capture.brand, capture.key, capture.id) == capture


def test_the_first_row_of_a_capture_wins(captures: Repository) -> None:
    assert captures.add(CAPTURE)
    assert not captures.add(replace(CAPTURE, watch="another"))
    assert captures.of_listing(CAPTURE.brand, CAPTURE.key) == [CAPTURE]


def test_the_looks_at_a_listing_come_newest_first(captures: Repository) -> None:
    for day, first_digit in enumerate("b0a"):
        at = CAPTURE.captured_at + timedelta(days=day)
        captures.add(replace(CAPTURE, id=first_digit * 32, captured_at=at))
    found = captures.of_listing(CAPTURE.brand, CAPTURE.key)
    assert [capture.id[0] for capture in found] == ["a", "0", "b"]


def test_brands_and_listings_are_kept_apart(captures: Repository) -> None:
    captures.add(CAPTURE)
    assert captures.of_listing("other", CAPTURE.key) == []
    assert captures.get("other", CAPTURE.key, CAPTURE.id) is None
    assert captures.of_listing(CAPTURE.brand, ListingKey(CAPTURE.key.platform, "2")) == []


def test_a_known_capture_gains_its_timestamps(captures: Repository) -> None:
    captures.add(CAPTURE)
    token = Timestamp(
        authority="one",
        at=CAPTURE.captured_at,
        request=StoredObject(key="q", version_id="v0"),
        reply=StoredObject(key="r", version_id="v1"),
    )
    captures.save_timestamps(replace(CAPTURE, timestamps=(token,)))
    (row,) = captures.of_listing(CAPTURE.brand, CAPTURE.key)
    assert row.timestamps == (token,)


def test_an_unknown_capture_gains_nothing(captures: Repository) -> None:
    with pytest.raises((KeyError, PutError)):
        captures.save_timestamps(CAPTURE)
    assert captures.of_listing(CAPTURE.brand, CAPTURE.key) == []
