"""One case per listing: opened from a suspicion on, joined by further captures, never doubled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.captures import Capture, CaptureOutcome, StoredObject
from headwater.domain.cases import Case, CaseState, Conflict
from headwater.domain.fingerprints import Fingerprint, FingerprintKind
from headwater.domain.pictures import PictureEvidence, PictureMatch, PictureRelation
from headwater.domain.risk import Band, Infringement
from headwater.matching.words import WordMatcher, brands_named
from headwater.usecases.match import KEPT_PICTURES, match
from tests.factories import BRAND, CAPTURE, LISTING, NOON
from tests.fakes.evidence import BucketInMemory
from tests.fakes.match import CasesInMemory, PicturesByBytes, TracesInMemory

PART = CAPTURE.pictures[0]
SAME = PictureMatch(
    reference_id="mug/front.jpg",
    probability=0.95,
    relation=PictureRelation.SAME,
    evidence=PictureEvidence.FINGERPRINT,
    transform="mirrored, cropped 20 %",
    query_region=(0.0, 0.0, 1.0, 1.0),
    reference_region=(0.1, 0.1, 0.9, 0.9),
)
RELATED = replace(SAME, probability=0.3, relation=PictureRelation.RELATED)
MARKED = replace(LISTING, title="Fjellvik 搪瓷杯 高仿")
DULL = replace(LISTING, title="搪瓷杯 户外")


def captured(*pictures: bytes, capture_id: str = "c1", **changes: Any) -> Capture:
    parts = tuple(
        replace(
            PART,
            name=f"picture-{number:02}.jpg",
            stored=StoredObject(key=f"{capture_id}/{number}", version_id="v0"),
        )
        for number in range(1, len(pictures) + 1)
    )
    defaults: dict[str, Any] = {"id": capture_id, "parts": parts, "listing": DULL}
    return replace(CAPTURE, **(defaults | changes))


@dataclass
class Room:
    """The match use case with its world in memory; the clock moves a minute with every look."""

    answers: Mapping[bytes, Sequence[PictureMatch] | str] = field(default_factory=dict)
    cases: CasesInMemory = field(default_factory=CasesInMemory)
    traces: TracesInMemory = field(default_factory=TracesInMemory)
    minutes: int = 0

    def fingerprint(self, data: bytes) -> Fingerprint:
        """Other bytes, another picture: but what follows "~" is a small change of one."""
        picture, _, change = data.partition(b"~")
        bits = int.from_bytes(sha256(picture).digest(), "big")
        for bit in change:
            bits ^= 1 << bit
        return Fingerprint(FingerprintKind.DHASH, 256, bits)

    def clock(self) -> datetime:
        self.minutes += 1
        return NOON + timedelta(minutes=self.minutes)

    def match(self, capture: Capture, *pictures: bytes) -> Case | None:
        evidence = BucketInMemory()
        for part, picture in zip(capture.pictures, pictures, strict=True):
            evidence.put(part.stored.key, picture, "image/jpeg")
        return match(
            capture,
            brand=BRAND,
            words=WordMatcher(BRAND),
            pictures=PicturesByBytes(self.answers),
            fingerprint=self.fingerprint,
            brands_named=brands_named,
            evidence=evidence,
            cases=self.cases,
            traces=self.traces,
            now=self.clock,
        )

    def the_case(self) -> Case:
        (case,) = self.cases.rows.values()
        return case

    def decide(self, state: CaseState) -> None:
        self.cases.save(self.the_case().move(state, at=self.clock(), by="owner", what="my verdict"))


def test_a_copied_picture_opens_a_case_that_says_why() -> None:
    room = Room({b"copy": [SAME]})
    case = room.match(captured(b"other", b"copy"), b"other", b"copy")
    assert case == room.the_case()
    assert case.state is CaseState.OPEN
    assert case.risk.band is Band.LIKELY
    assert case.risk.infringement is Infringement.STOLEN_PICTURE
    assert "mug/front.jpg" in case.risk.reasons[0].text
    (shown,) = case.pictures
    assert (shown.capture_id, shown.part_name, shown.relation) == ("c1", "picture-02.jpg", "same")
    assert shown.query_region == SAME.query_region
    assert shown.reference_region == SAME.reference_region


def test_the_very_version_that_was_kept_is_compared() -> None:
    room = Room({b"copy": [SAME]})
    evidence = BucketInMemory()
    capture = captured(b"copy")
    evidence.put("c1/1", b"copy", "image/jpeg")
    evidence.put("c1/1", b"put over it later", "image/jpeg")
    case = match(
        capture,
        brand=BRAND,
        words=WordMatcher(BRAND),
        pictures=PicturesByBytes(room.answers),
        fingerprint=room.fingerprint,
        brands_named=brands_named,
        evidence=evidence,
        cases=room.cases,
        traces=room.traces,
        now=room.clock,
    )
    assert case is not None


def test_a_listing_that_says_nothing_opens_no_case() -> None:
    room = Room()
    assert room.match(captured(b"x"), b"x") is None
    assert not room.cases.rows


def test_a_related_picture_is_not_called_the_same() -> None:
    room = Room({b"kin": [RELATED]})
    assert room.match(captured(b"kin"), b"kin") is None
    case = room.match(captured(b"kin", listing=MARKED, capture_id="c2"), b"kin")
    assert case is not None
    assert [p.relation for p in case.pictures] == ["related"]
    assert any("not the same photograph" in reason.text for reason in case.risk.reasons)


def test_the_same_capture_again_changes_nothing() -> None:
    room = Room({b"copy": [SAME]})
    capture = captured(b"copy")
    first = room.match(capture, b"copy")
    assert room.match(capture, b"copy") == first
    assert room.the_case() == first


def test_a_further_capture_joins_and_the_worst_look_counts() -> None:
    room = Room({b"copy": [SAME]})
    first = room.match(captured(b"copy"), b"copy")
    assert first is not None
    tamed = replace(DULL, title="搪瓷杯 新")
    second = room.match(captured(b"new", capture_id="c2", listing=tamed), b"new")
    assert second is not None
    assert second.capture_ids == ("c1", "c2")
    assert second.risk == first.risk
    assert second.pictures == first.pictures
    assert second.listing.title == "搪瓷杯 新"
    assert second.events[-1].what == "looked again: score 0 (ignore)"
    assert len(room.cases.rows) == 1


def test_a_case_carries_the_surest_pictures_only() -> None:
    looks = {
        bytes([n]): [replace(SAME, probability=0.5 + n / 100, reference_id=f"r{n}")]
        for n in range(KEPT_PICTURES + 5)
    }
    case = Room(looks).match(captured(*looks), *looks)
    assert case is not None
    assert len(case.pictures) == KEPT_PICTURES
    assert case.pictures[0].probability == 0.5 + (KEPT_PICTURES + 4) / 100


@pytest.mark.parametrize("state", [CaseState.DISMISSED, CaseState.AUTHORISED])
def test_what_a_person_settled_does_not_come_back_by_itself(state: CaseState) -> None:
    room = Room({b"copy": [SAME]})
    room.match(captured(b"copy"), b"copy")
    room.decide(state)
    settled = room.the_case()
    later = captured(b"copy", capture_id="c2", listing=MARKED)
    case = room.match(later, b"copy")
    assert case is not None
    assert (case.state, case.risk, case.pictures) == (state, settled.risk, settled.pictures)
    assert case.events[-1].what.startswith("seen again, score 100")
    assert room.match(later, b"copy") == case


def test_a_closed_case_opens_again_when_the_listing_is_back() -> None:
    room = Room({b"copy": [SAME]})
    room.match(captured(b"copy"), b"copy")
    room.decide(CaseState.CLOSED)
    before_closing = captured(b"copy", capture_id="c2")
    assert _state(room.match(before_closing, b"copy")) is CaseState.CLOSED
    much_later = NOON + timedelta(days=9)
    gone = captured(capture_id="c3", captured_at=much_later, outcome=CaptureOutcome.GONE)
    assert _state(room.match(gone)) is CaseState.CLOSED
    assert room.the_case().events[-1].what == "looked again: score 0 (ignore); the page was gone"
    back = captured(b"copy", capture_id="c4", captured_at=much_later + timedelta(days=1))
    assert _state(room.match(back, b"copy")) is CaseState.OPEN
    assert "back, for the 2nd time" in room.the_case().events[-1].what


def _state(case: Case | None) -> CaseState:
    assert case is not None
    return case.state


def test_an_unreadable_picture_is_a_remark_and_the_others_count() -> None:
    room = Room({b"broken": "the file is empty", b"copy": [SAME]})
    case = room.match(captured(b"broken", b"copy"), b"broken", b"copy")
    assert case is not None
    assert "picture-01.jpg could not be compared: the file is empty" in case.events[0].what
    assert not any("picture-01.jpg" in reason.text for reason in case.risk.reasons)


def test_a_rehearsal_makes_a_rehearsed_case() -> None:
    case = Room({b"copy": [SAME]}).match(captured(b"copy", rehearsal=True), b"copy")
    assert case is not None
    assert case.rehearsal


class _SavedByAnother(CasesInMemory):
    """Somebody else saves the case between our reading and our saving, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def get(self, brand: str, case: str) -> Case | None:
        read = super().get(brand, case)
        if read is not None and self.times:
            self.times -= 1
            super().save(replace(read, updated_at=read.updated_at + timedelta(seconds=1)))
        return read


def test_the_verdict_of_somebody_who_was_faster_is_kept() -> None:
    room = Room({b"copy": [SAME]}, cases=_SavedByAnother(2))
    room.match(captured(b"copy"), b"copy")
    case = room.match(captured(b"copy", capture_id="c2"), b"copy")
    assert case is not None
    assert case.capture_ids == ("c1", "c2")
    assert case.version == 4


def test_it_gives_up_when_the_case_changes_all_the_time() -> None:
    room = Room({b"copy": [SAME]}, cases=_SavedByAnother(99))
    room.match(captured(b"copy"), b"copy")
    with pytest.raises(Conflict):
        room.match(captured(b"copy", capture_id="c2"), b"copy")


@settings(deadline=None)
@given(st.permutations([*range(6), *range(6)]))
def test_captures_in_any_order_and_repeated_make_one_and_the_same_case(order: list[int]) -> None:
    looks = {bytes([n]): [replace(SAME, probability=0.5 + n / 20)] for n in range(6)}
    room = Room(looks)
    for number in order:
        room.match(captured(bytes([number]), capture_id=f"c{number}"), bytes([number]))
    case = room.the_case()
    assert sorted(case.capture_ids) == [f"c{number}" for number in range(6)]
    assert [p.probability for p in case.pictures] == [0.75, 0.7, 0.65, 0.6, 0.55, 0.5]
    best = Room(looks).match(captured(b"\x05"), b"\x05")
    assert best is not None
    assert case.risk == best.risk
    assert len(case.events) == len(case.capture_ids) == case.version
