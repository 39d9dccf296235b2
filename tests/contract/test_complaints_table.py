"""What is promised of the complaints, by the table on the local AWS and by the fake alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from headwater.adapters.dynamodb.complaints import Complaints
from headwater.domain.brands import RightKind
from headwater.domain.cases import Conflict
from headwater.domain.complaints import Complaint, ComplaintEvent, ComplaintState, EventKind
from headwater.domain.platforms import Platform
from tests.fakes.clock import ComplaintsInMemory

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

COMPLAINT = Complaint(
    brand="fjellvik",
    id="alibaba-1",
    platform=Platform.ALIBABA,
    number="1",
    right="018765432",
    right_kind=RightKind.TRADEMARK,
    cases=("alibaba-7", "alibaba-8"),
    state=ComplaintState.COUNTER_FILED,
    opened_at=NOON,
    updated_at=NOON,
    events=(
        ComplaintEvent(
            id="filed",
            kind=EventKind.STATE,
            state=ComplaintState.COUNTER_FILED,
            at=NOON,
            recorded_at=NOON,
            by="owner",
            source="cli",
            text="峡湾 “quoted”",
            due=NOON + timedelta(days=3),
        ),
    ),
)

Store = Complaints | ComplaintsInMemory


@pytest.fixture(params=["memory", pytest.param("table", marks=pytest.mark.local_aws)])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return ComplaintsInMemory()
    return Complaints(request.getfixturevalue("tables")["ComplaintsTable"])


def test_a_complaint_comes_back_as_it_was(store: Store) -> None:
    assert store.open(COMPLAINT)
    assert store.get("fjellvik", "alibaba-1") == COMPLAINT
    assert store.get("other", "alibaba-1") is None


def test_the_first_to_open_an_id_has_it(store: Store) -> None:
    store.open(COMPLAINT)
    assert not store.open(replace(COMPLAINT, right="another"))
    assert store.get("fjellvik", "alibaba-1") == COMPLAINT


def test_whoever_read_an_older_version_is_told(store: Store) -> None:
    store.open(COMPLAINT)
    saved = store.save(replace(COMPLAINT, state=ComplaintState.ANSWERED))
    assert saved.version == 1
    with pytest.raises(Conflict):
        store.save(replace(COMPLAINT, state=ComplaintState.WITHDRAWN))
    assert store.get("fjellvik", "alibaba-1") == saved
    assert store.save(saved).version == 2


def test_only_what_is_due_is_found_the_longest_waiting_first(store: Store) -> None:
    for number, waits in enumerate([3, 1, None, 2, 500]):
        due = NOON + timedelta(hours=waits) if waits else None
        store.open(replace(COMPLAINT, id=f"alibaba-{number}", next_alert_at=due))
    store.open(replace(COMPLAINT, brand="other", next_alert_at=NOON))
    found = list(store.due("fjellvik", NOON + timedelta(hours=3)))
    assert found == ["alibaba-1", "alibaba-3", "alibaba-0"]
    assert list(store.due("fjellvik", NOON)) == []


def test_a_moment_is_due_at_itself_whatever_its_zone_and_fraction(store: Store) -> None:
    whole = datetime.fromisoformat("2026-06-01T20:00:00+08:00")
    store.open(replace(COMPLAINT, next_alert_at=whole))
    assert list(store.due("fjellvik", NOON - timedelta(microseconds=1))) == []
    assert list(store.due("fjellvik", NOON)) == ["alibaba-1"]
    assert list(store.due("fjellvik", NOON + timedelta(microseconds=1))) == ["alibaba-1"]


def test_a_complaint_that_waits_for_nothing_more_leaves_the_index(store: Store) -> None:
    store.open(replace(COMPLAINT, next_alert_at=NOON))
    store.save(replace(COMPLAINT, next_alert_at=None))
    assert list(store.due("fjellvik", NOON + timedelta(days=9))) == []
    assert [row.id for row in store.of_brand("fjellvik")] == ["alibaba-1"]
