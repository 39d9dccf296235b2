"""The captures table and its stand-in keep the same promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from headwater.adapters.dynamodb.captures import Captures
from headwater.domain.captures import (
    Capture,
    CaptureOutcome,
    MissingPart,
    PartRole,
    PendingStamp,
    StoredObject,
    Timestamp,
)
from headwater.domain.listings import ListingKey
from tests.factories import CAPTURE
from tests.fakes.evidence import CapturesInMemory

TOKEN = Timestamp(
    authority="one",
    at=CAPTURE.captured_at,
    request=StoredObject(key="q", version_id="v0"),
    reply=StoredObject(key="r", version_id="v1"),
)


class Repository(Protocol):
    def add(self, capture: Capture) -> bool: ...
    def get(self, brand: str, key: ListingKey, capture_id: str) -> Capture | None: ...
    def of_listing(self, brand: str, key: ListingKey) -> list[Capture]: ...
    def save_timestamps(self, capture: Capture) -> None: ...
    def save_lock(
        self, capture: Capture, locked: tuple[StoredObject, ...], until: datetime
    ) -> None: ...
    def pending_stamps(self, brand: str, *, before: datetime) -> Iterator[PendingStamp]: ...


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
    captures.save_timestamps(replace(CAPTURE, timestamps=(TOKEN,)))
    (row,) = captures.of_listing(CAPTURE.brand, CAPTURE.key)
    assert row.timestamps == (TOKEN,)


def test_an_unknown_capture_gains_nothing(captures: Repository) -> None:
    with pytest.raises(KeyError):
        captures.save_timestamps(CAPTURE)
    assert captures.of_listing(CAPTURE.brand, CAPTURE.key) == []


def test_what_is_not_signed_is_pending_oldest_first_until_it_is(captures: Repository) -> None:
    noon, hour = CAPTURE.captured_at, timedelta(hours=1)
    waiting = [
        replace(CAPTURE, id=digit * 32, captured_at=noon + later * hour, awaited=("one", "two"))
        for digit, later in (("a", 2), ("b", 0), ("c", 30))
    ]
    for capture in (CAPTURE, *waiting, replace(waiting[0], brand="other")):
        captures.add(capture)

    def pending() -> list[str]:
        found = captures.pending_stamps(CAPTURE.brand, before=noon + 24 * hour)
        return [one.capture_id[0] for one in found]

    assert pending() == ["b", "a"]
    (oldest, *_) = captures.pending_stamps(CAPTURE.brand, before=noon + 24 * hour)
    assert (oldest.key, oldest.since) == (CAPTURE.key, noon)
    captures.save_timestamps(replace(waiting[1], timestamps=(TOKEN,), awaited=("two",)))
    assert pending() == ["b", "a"]
    captures.save_timestamps(replace(waiting[1], timestamps=(TOKEN,), awaited=()))
    assert pending() == ["a"]


def test_signing_and_locking_do_not_undo_each_other(captures: Repository) -> None:
    until = CAPTURE.captured_at + timedelta(days=400)
    copies = (StoredObject(key="captures/x", version_id="v9"),)
    captures.add(replace(CAPTURE, awaited=("one",)))
    captures.save_lock(CAPTURE, copies, until)
    captures.save_timestamps(replace(CAPTURE, timestamps=(TOKEN,)))
    (row,) = captures.of_listing(CAPTURE.brand, CAPTURE.key)
    assert (row.locked, row.locked_until, row.timestamps) == (copies, until, (TOKEN,))
