"""A complaint's way: what may follow what, what is taken back, and when our time runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.records import decode, encode
from headwater.domain.brands import RightKind
from headwater.domain.cases import Conflict, NotAllowed
from headwater.domain.complaints import (
    TRANSITIONS,
    Complaint,
    ComplaintState,
    EventKind,
    complaint_id,
)
from headwater.domain.deadlines import Basis
from headwater.domain.platforms import Platform
from headwater.usecases import complaints as usecase
from tests.fakes.clock import ComplaintsInMemory

CLOCK = read_clock()
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
S = ComplaintState
OWNER: dict[str, Any] = {"by": "owner@brand.example", "source": "cli"}


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


@pytest.fixture
def store() -> ComplaintsInMemory:
    return ComplaintsInMemory()


def filed(store: ComplaintsInMemory, **changes: object) -> Complaint:
    values: dict[str, object] = {
        "complaints": store,
        "brand": "fjellvik",
        "platform": Platform.ALIBABA,
        "number": "CN-2026/0001",
        "right": "018765432",
        "right_kind": RightKind.TRADEMARK,
        "cases": ["alibaba-1", "alibaba-2"],
        "at": NOON,
        "now": NOON,
        **OWNER,
    }
    return usecase.file_complaint(**{**values, **changes})  # type: ignore[arg-type]


def countered(
    store: ComplaintsInMemory,
    complaint: Complaint,
    at: datetime | None,
    *,
    now: datetime | None = None,
    due_typed: datetime | None = None,
    event_id: str | None = None,
) -> Complaint:
    return usecase.counter_filed(
        complaint.brand,
        complaint.id,
        complaints=store,
        clock=CLOCK,
        at=at,
        now=now or at or NOON,
        due_typed=due_typed,
        event_id=event_id,
        **OWNER,
    )


def moved(store: ComplaintsInMemory, complaint: Complaint, to: S, at: datetime) -> Complaint:
    return usecase.move(
        complaint.brand, complaint.id, to, complaints=store, clock=CLOCK, at=at, now=at, **OWNER
    )


def undone(store: ComplaintsInMemory, complaint: Complaint, at: datetime) -> Complaint:
    return usecase.undo(
        complaint.brand, complaint.id, complaints=store, clock=CLOCK, now=at, **OWNER
    )


def test_the_whole_way_of_a_complaint_that_is_won(store: ComplaintsInMemory) -> None:
    complaint = filed(store)
    assert complaint.state is S.UNDER_REVIEW
    assert complaint.events[0].name == "submitted"
    complaint = moved(store, complaint, S.NOTIFIED, hours(24))
    assert complaint.next_alert_at is None
    complaint = countered(store, complaint, hours(48))
    assert complaint.next_alert_at == hours(48)
    assert complaint.round == 1
    complaint = moved(store, complaint, S.ANSWERED, hours(60))
    assert complaint.next_alert_at is None
    complaint = moved(store, complaint, S.PLATFORM_DECIDING, hours(61))
    complaint = moved(store, complaint, S.UPHELD, hours(100))
    waiting_for = complaint.deadline_of_state(CLOCK)
    assert waiting_for is not None
    assert waiting_for.rule.id == "ALI-CN23"
    complaint = moved(store, complaint, S.CLOSED, hours(2000))
    assert [event.state for event in complaint.events] == [
        S.UNDER_REVIEW,
        S.NOTIFIED,
        S.COUNTER_FILED,
        S.ANSWERED,
        S.PLATFORM_DECIDING,
        S.UPHELD,
        S.CLOSED,
    ]
    assert store.get("fjellvik", complaint.id) == complaint


def test_filing_the_same_twice_is_one_complaint(store: ComplaintsInMemory) -> None:
    first = filed(store)
    again = filed(store, at=NOON - timedelta(hours=1), cases=["alibaba-2", "alibaba-1"])
    assert again == first
    assert len(store.rows) == 1


def test_another_complaint_under_the_same_number_is_refused(store: ComplaintsInMemory) -> None:
    filed(store)
    with pytest.raises(usecase.DifferentComplaint, match="known already, on the right 018765432"):
        filed(store, cases=["alibaba-9"])


@pytest.mark.parametrize(
    "cases", [[], [f"alibaba-{n}" for n in range(301)]], ids=["none", "too many"]
)
def test_a_complaint_covers_one_to_three_hundred_listings(
    store: ComplaintsInMemory, cases: list[str]
) -> None:
    with pytest.raises(ValueError, match="1 to 300 listings"):
        filed(store, cases=cases)
    assert not store.rows
    assert len(filed(store, cases=[f"alibaba-{n}" for n in range(300)]).cases) == 300


def test_what_the_table_does_not_hold_is_refused_with_what_it_holds(
    store: ComplaintsInMemory,
) -> None:
    complaint = filed(store, state=S.DRAFT)
    with pytest.raises(NotAllowed, match=r"is draft and cannot become upheld; .* waiting_ipr"):
        moved(store, complaint, S.UPHELD, hours(1))
    assert store.get("fjellvik", complaint.id) == complaint


def test_every_state_can_be_reached_and_left() -> None:
    reached = set().union(*TRANSITIONS.values())
    assert set(TRANSITIONS) == set(S)
    assert all(TRANSITIONS.values())
    assert reached == set(S)
    assert not any(state in following for state, following in TRANSITIONS.items())


def test_the_same_counter_notice_twice_changes_nothing(store: ComplaintsInMemory) -> None:
    complaint = moved(store, filed(store), S.NOTIFIED, hours(1))
    once = countered(store, complaint, hours(2))
    twice = countered(store, complaint, hours(2), now=hours(3))
    assert twice == once
    assert store.get("fjellvik", complaint.id) == once


def test_a_counter_notice_without_a_moment_is_the_one_that_waits(
    store: ComplaintsInMemory,
) -> None:
    complaint = moved(store, filed(store), S.NOTIFIED, hours(1))
    first = countered(store, complaint, None, now=hours(2))
    assert first.waiting_counter is not None
    assert first.waiting_counter.at == hours(2)
    assert countered(store, complaint, None, now=hours(3)) == first
    dated = countered(store, complaint, None, now=hours(4), due_typed=hours(30))
    assert dated.round == 1
    assert dated.own_deadlines(CLOCK)[0].act_by_at == hours(30)


def test_a_note_said_twice_in_a_row_is_said_once(store: ComplaintsInMemory) -> None:
    complaint = filed(store)

    def noted(text: str, at: datetime) -> Complaint:
        return usecase.note(
            "fjellvik", complaint.id, text, complaints=store, clock=CLOCK, at=at, **OWNER
        )

    noted("called the lawyer", hours(1))
    noted("called the lawyer", hours(2))
    noted("again", hours(3))
    texts = [event.text for event in noted("called the lawyer", hours(4)).events]
    assert texts == ["", "called the lawyer", "again", "called the lawyer"]


def test_an_event_id_from_outside_is_taken_once_even_after_it_was_taken_back(
    store: ComplaintsInMemory,
) -> None:
    complaint = moved(store, filed(store), S.NOTIFIED, hours(1))
    countered(store, complaint, hours(2), event_id="mail-7")
    undone(store, complaint, hours(3))
    replayed = countered(store, complaint, hours(2), now=hours(4), event_id="mail-7")
    assert replayed.state is S.NOTIFIED
    assert replayed.waiting_counter is None


def test_a_person_may_record_again_what_was_taken_back(store: ComplaintsInMemory) -> None:
    complaint = moved(store, filed(store), S.NOTIFIED, hours(1))
    countered(store, complaint, hours(2))
    undone(store, complaint, hours(3))
    again = countered(store, complaint, hours(2), now=hours(4))
    assert again.waiting_counter is not None
    assert again.round == 1
    assert again.next_alert_at == hours(4)


def test_taking_back_is_a_further_event_and_brings_the_former_state(
    store: ComplaintsInMemory,
) -> None:
    complaint = countered(store, moved(store, filed(store), S.NOTIFIED, hours(1)), hours(2))
    withdrawn = moved(store, complaint, S.WITHDRAWN, hours(3))
    assert withdrawn.next_alert_at is None
    back = undone(store, withdrawn, hours(4))
    assert back.state is S.COUNTER_FILED
    assert back.next_alert_at == hours(4)
    assert len(back.events) == len(withdrawn.events) + 1
    assert back.events[-1].kind is EventKind.UNDONE
    further = undone(store, back, hours(5))
    assert further.state is S.NOTIFIED
    with pytest.raises(NotAllowed, match="nothing to take back but its beginning"):
        undone(store, undone(store, further, hours(6)), hours(7))


def test_a_typed_date_beats_the_rule_and_may_be_corrected(store: ComplaintsInMemory) -> None:
    complaint = moved(store, filed(store), S.NOTIFIED, hours(1))
    first = countered(store, complaint, hours(2), due_typed=hours(30))
    assert [d.basis for d in first.own_deadlines(CLOCK)] == [Basis.TYPED]
    assert first.own_deadlines(CLOCK)[0].act_by_at == hours(30)
    corrected = countered(store, complaint, hours(2), now=hours(4), due_typed=hours(20))
    assert corrected.own_deadlines(CLOCK)[0].act_by_at == hours(20)
    assert corrected.round == 1
    assert corrected.next_alert_at == hours(4)
    assert countered(store, complaint, hours(2), now=hours(5), due_typed=hours(20)) == corrected
    taken_back = undone(store, complaint, hours(6))
    assert taken_back.own_deadlines(CLOCK)[0].act_by_at == hours(30)


def test_mediation_and_the_statutory_route_do_not_stop_our_time(
    store: ComplaintsInMemory,
) -> None:
    complaint = countered(store, moved(store, filed(store), S.NOTIFIED, hours(1)), hours(2))
    for route in (S.MEDIATION, S.STATUTORY):
        complaint = moved(store, complaint, route, hours(3))
        assert "CMP-GENERIC" in [due.rule.id for due in complaint.own_deadlines(CLOCK)]
    rules = [due.rule.id for due in complaint.own_deadlines(CLOCK)]
    assert rules == ["CMP-GENERIC", "ECL-43"]
    answered = moved(store, complaint, S.ANSWERED, hours(4))
    assert [due.rule.id for due in answered.own_deadlines(CLOCK)] == ["ECL-43"]
    assert answered.next_alert_at == hours(4)
    upheld = moved(store, complaint, S.UPHELD, hours(5))
    assert upheld.own_deadlines(CLOCK) == ()


def test_a_second_notice_while_one_waits_does_not_give_more_time(
    store: ComplaintsInMemory,
) -> None:
    complaint = countered(store, moved(store, filed(store), S.NOTIFIED, hours(1)), hours(2))
    with pytest.raises(NotAllowed):
        countered(store, complaint, hours(20))
    complaint = moved(store, complaint, S.MEDIATION, hours(21))
    complaint = countered(store, complaint, hours(40))
    assert complaint.waiting_counter is not None
    assert complaint.waiting_counter.at == hours(2)


def test_a_later_round_has_its_own_time(store: ComplaintsInMemory) -> None:
    complaint = countered(store, moved(store, filed(store), S.NOTIFIED, hours(1)), hours(2))
    complaint = moved(store, complaint, S.ANSWERED, hours(3))
    complaint = moved(store, complaint, S.UPHELD, hours(50))
    complaint = moved(store, complaint, S.CLOSED, hours(60))
    complaint = countered(store, complaint, hours(400))
    assert complaint.round == 2
    assert complaint.own_deadlines(CLOCK)[0].started_at == hours(400)


def test_the_future_and_moments_without_a_zone_are_refused(store: ComplaintsInMemory) -> None:
    complaint = filed(store)
    with pytest.raises(ValueError, match="in the future"):
        usecase.move(
            "fjellvik",
            complaint.id,
            S.NOTIFIED,
            complaints=store,
            clock=CLOCK,
            at=hours(5),
            now=hours(1),
            **OWNER,
        )
    with pytest.raises(ValueError, match="time zone"):
        moved(store, complaint, S.NOTIFIED, datetime(2026, 6, 2, 12))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no moment that has been"):
        filed(store, number="2", at=hours(1))


def test_an_unknown_complaint_is_named(store: ComplaintsInMemory) -> None:
    with pytest.raises(usecase.NoSuchComplaint, match="no complaint alibaba-7"):
        usecase.note("fjellvik", "alibaba-7", "?", complaints=store, clock=CLOCK, at=NOON, **OWNER)


class SavedInBetween(ComplaintsInMemory):
    """Somebody else adds a note just before each of the first `times` savings."""

    times = 0

    def save(self, complaint: Complaint) -> Complaint:
        if self.times:
            self.times -= 1
            known = self.rows[complaint.brand, complaint.id]
            noted = known.record(
                EventKind.NOTE, at=NOON, recorded_at=NOON, text=str(self.times), **OWNER
            )
            super().save(noted)
        return super().save(complaint)


def test_two_people_saving_at_once_lose_nothing() -> None:
    store = SavedInBetween()
    complaint = filed(store)
    store.times = 2
    after = moved(store, complaint, S.NOTIFIED, hours(1))
    assert after.state is S.NOTIFIED
    assert [event.text for event in after.events if event.kind is EventKind.NOTE] == ["1", "0"]
    store.times = 99
    with pytest.raises(Conflict, match="try again"):
        moved(store, complaint, S.UPHELD, hours(2))


@given(st.data())
def test_any_allowed_way_can_be_walked_back_to_its_beginning(data: st.DataObject) -> None:
    store = ComplaintsInMemory()
    complaint = filed(store, state=data.draw(st.sampled_from([S.DRAFT, S.UNDER_REVIEW])))
    states = [complaint.state]
    for step in range(data.draw(st.integers(0, 12))):
        to = data.draw(st.sampled_from(sorted(TRANSITIONS[complaint.state])))
        complaint = moved(store, complaint, to, hours(step + 1))
        states.append(to)
        ours = bool(complaint.own_deadlines(CLOCK))
        assert (complaint.next_alert_at is not None) == ours
        assert decode(Complaint, encode(complaint)) == complaint
    for step, before in enumerate(reversed(states[:-1])):
        complaint = undone(store, complaint, hours(50 + step))
        assert complaint.state is before
    assert complaint.effective_events == complaint.events[:1]


@given(st.text(min_size=1))
def test_an_id_is_safe_whatever_the_platforms_number_looks_like(number: str) -> None:
    made = complaint_id(Platform.LAZADA, number)
    assert made == complaint_id(Platform.LAZADA, number)
    assert made.isascii()
    assert not set(made) & set("#/\\ \n\"'<>&?%")
    assert len(made) < 80


def test_different_numbers_have_different_ids() -> None:
    numbers = ["a/b", "a b", "a#b", "A-b", "a-b", "ａ-b"]
    assert len({complaint_id(Platform.ALIBABA, number) for number in numbers}) == len(numbers)
