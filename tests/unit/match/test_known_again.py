"""What was seen before is known again under another id: back, dismissed, confirmed, sold on."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

from headwater.domain.captures import Capture, CaptureOutcome
from headwater.domain.cases import Case, CaseState
from headwater.domain.listings import ListingKey, Seller
from headwater.domain.pictures import PictureEvidence
from headwater.domain.platforms import Platform
from headwater.domain.risk import Band
from tests.factories import BRAND, NOON
from tests.unit.match.test_match import DULL, RELATED, SAME, Room, captured

ALTERED = replace(SAME, evidence=PictureEvidence.LOCAL_FEATURES)
"""A copy that somebody cropped: only they have it so."""


def sold(
    number: int,
    *pictures: bytes,
    seller: str = "one",
    platform: Platform = Platform.ALI1688,
    title: str = "搪瓷杯 户外",
    **changes: Any,
) -> Capture:
    listing = replace(
        DULL,
        key=ListingKey(platform, str(number)),
        title=title,
        seller=Seller(platform=platform, id=seller, name=f"Shop {seller}"),
    )
    defaults = {"captured_at": NOON + timedelta(days=number)}
    return captured(*pictures, capture_id=f"c{number}", listing=listing, **(defaults | changes))


def gone(capture: Capture) -> Capture:
    at = capture.captured_at + timedelta(hours=9)
    return replace(
        capture, id=f"{capture.id}-gone", parts=(), outcome=CaptureOutcome.GONE, captured_at=at
    )


def decide(room: Room, case: str, state: CaseState) -> Case:
    known = room.cases.get(BRAND.id, case)
    assert known is not None
    return room.cases.save(known.move(state, at=room.clock(), by="owner", what="my verdict"))


def the(case: Case | None) -> Case:
    assert case is not None
    return case


def test_a_removed_listing_that_is_back_under_a_new_id_joins_its_old_case() -> None:
    room = Room({b"copy": [ALTERED], b"copy~\x01\x02": [ALTERED]})
    room.match(sold(1, b"copy"), b"copy")
    decide(room, "1688-1", CaseState.CONFIRMED)
    room.match(gone(sold(1)))
    second = the(room.match(sold(2, b"copy~\x01\x02", seller="two"), b"copy~\x01\x02"))
    assert (second.id, second.state, second.in_times) == ("1688-1", CaseState.OPEN, "2nd time")
    assert second.listing.key.offer_id == "2"
    assert "picture-01.jpg is picture-01.jpg of the removed 1688#1" in second.events[-1].what
    assert second.strikes == 1
    room.match(gone(sold(2)))
    third = the(room.match(sold(3, b"copy", seller="two"), b"copy"))
    assert (third.id, third.in_times) == ("1688-1", "3rd time")
    assert "and the seller is the same" in third.events[-1].what
    assert [str(key) for key in third.keys] == ["1688#1", "1688#2", "1688#3"]
    assert room.cases.get(BRAND.id, "1688-3") == third
    assert len(room.cases.rows) == 1


def test_the_same_seller_with_another_picture_of_the_same_product_is_back() -> None:
    other = replace(SAME, reference_id="mug/front.jpg")
    room = Room({b"copy": [ALTERED], b"new": [other]})
    room.match(sold(1, b"copy"), b"copy")
    decide(room, "1688-1", CaseState.CLOSED)
    back = the(room.match(sold(2, b"new"), b"new"))
    assert (back.id, back.times) == ("1688-1", 2)
    assert "it is the seller of the removed 1688#1" in back.events[-1].what
    assert the(room.match(sold(3, b"new", seller="other"), b"new")).id == "1688-3"


def test_a_listing_that_is_still_up_takes_no_other_into_its_case() -> None:
    room = Room({b"copy": [ALTERED]})
    room.match(sold(1, b"copy"), b"copy")
    assert the(room.match(sold(2, b"copy"), b"copy")).id == "1688-2"


def test_two_listings_that_were_up_together_are_two_cases() -> None:
    room = Room({b"copy": [ALTERED]})
    room.match(sold(1, b"copy"), b"copy")
    room.match(gone(sold(1)))
    beside = sold(2, b"copy", captured_at=NOON + timedelta(days=1, hours=1))
    assert the(room.match(beside, b"copy")).id == "1688-2"
    never_up = sold(3, title="FJELLVIK 高仿", outcome=CaptureOutcome.GONE, seller="two")
    assert the(room.match(never_up)).id == "1688-3"
    assert the(room.match(sold(4, title="FJELLVIK 高仿", seller="two"))).id == "1688-4"


def test_a_listing_back_under_its_old_id_counts_too() -> None:
    room = Room({b"copy": [ALTERED]})
    room.match(sold(1, b"copy"), b"copy")
    decide(room, "1688-1", CaseState.CONFIRMED)
    assert the(room.match(gone(sold(1)))).gone_at is not None
    up = sold(1, b"copy", id="c9", captured_at=NOON + timedelta(days=9))
    back = the(room.match(up, b"copy"))
    assert (back.state, back.in_times, back.gone_at) == (CaseState.OPEN, "2nd time", None)


def test_looks_that_arrive_in_the_wrong_order_end_with_the_latest() -> None:
    up = sold(1, b"copy", id="c9", captured_at=NOON + timedelta(days=9))
    for order in permutations([gone(sold(1)), up]):
        room = Room({b"copy": [ALTERED]})
        room.match(sold(1, b"copy"), b"copy")
        for capture in order:
            room.match(capture, *(b"copy" for _ in capture.pictures))
        assert room.the_case().gone_at is None


def test_what_was_cut_short_while_joining_ends_as_it_should() -> None:
    room = Room({b"copy": [ALTERED]})
    room.match(sold(1, b"copy"), b"copy")
    room.match(gone(sold(1)))
    whole = the(room.match(sold(2, b"copy"), b"copy"))
    room.cases.joined.clear()
    assert the(room.match(sold(2, b"copy"), b"copy")) == whole
    assert len(room.cases.rows) == 1
    assert room.cases.joined


def test_a_dismissed_look_alike_does_not_come_back_with_its_picture() -> None:
    room = Room({b"kin": [RELATED], b"kin~\x07": [RELATED]})
    title = "搪瓷杯 Fjellvik 同款"
    room.match(sold(1, b"kin", title=title), b"kin")
    decide(room, "1688-1", CaseState.DISMISSED)
    plain = sold(2, b"kin~\x07", seller="two", title=title)
    case = the(room.match(plain, b"kin~\x07"))  # the name still speaks for itself
    assert not case.pictures
    assert any(
        reason.text == "picture-01.jpg: you dismissed this picture on 2026-11-21 in case 1688-1"
        for reason in case.risk.reasons
    )
    assert room.match(sold(3, b"kin", seller="three"), b"kin") is None


def test_a_false_alarm_of_the_pictures_is_dismissed_once() -> None:
    room = Room({b"wrong": [ALTERED]})
    room.match(sold(1, b"wrong"), b"wrong")
    decide(room, "1688-1", CaseState.DISMISSED)
    assert room.match(sold(2, b"wrong", seller="two"), b"wrong") is None


def test_to_let_off_one_seller_with_your_own_photograph_lets_off_no_other() -> None:
    room = Room({b"copy": [SAME]})
    room.match(sold(1, b"copy"), b"copy")
    decide(room, "1688-1", CaseState.DISMISSED)
    assert room.match(sold(2, b"copy"), b"copy") is None
    assert the(room.match(sold(3, b"copy", seller="two"), b"copy")).risk.band is Band.LIKELY


def test_the_photograph_of_a_confirmed_case_is_known_in_every_shop() -> None:
    room = Room()
    room.match(sold(1, b"theirs", title="FJELLVIK 搪瓷杯 高仿"), b"theirs")
    decide(room, "1688-1", CaseState.CONFIRMED)
    case = the(room.match(sold(2, b"theirs~\x09", seller="two"), b"theirs~\x09"))
    assert case.risk.band is Band.LIKELY
    assert "picture-01.jpg is a picture of case 1688-1, confirmed on" in case.risk.reasons[0].text
    assert [str(one.listing) for one in case.alike] == ["1688#1"]


def test_a_size_chart_that_two_shops_share_says_nothing() -> None:
    room = Room({b"copy": [ALTERED]})
    room.match(sold(1, b"copy", b"chart"), b"copy", b"chart")
    decide(room, "1688-1", CaseState.CONFIRMED)
    assert room.match(sold(2, b"own", b"chart", seller="two"), b"own", b"chart") is None
    room.match(gone(sold(1)))
    honest = sold(3, b"third", b"chart", seller="three", title="FJELLVIK 搪瓷杯")
    assert the(room.match(honest, b"third", b"chart")).id == "1688-3"


def test_a_retail_listing_with_the_picture_of_a_wholesale_case_is_looked_at() -> None:
    room = Room()
    room.match(sold(1, b"theirs", title="FJELLVIK 搪瓷杯"), b"theirs")
    retail = sold(2, b"theirs", seller="two", platform=Platform.AMAZON, title="Enamel mug")
    case = the(room.match(retail, b"theirs"))
    assert "picture of the wholesale case 1688-1, not decided yet" in case.risk.reasons[0].text
    assert room.match(sold(3, b"theirs", seller="three"), b"theirs") is None


def test_strikes_of_a_seller_weigh_on_what_comes_next() -> None:
    room = Room()
    for number in (1, 2):
        room.match(sold(number, title="FJELLVIK 高仿 搪瓷杯"))
        decide(room, f"1688-{number}", CaseState.CONFIRMED)
    first = the(room.match(sold(3, title="FJELLVIK 搪瓷杯")))
    assert any("a repeat offender: 2 confirmed cases" in r.text for r in first.risk.reasons)
    assert room.match(sold(4, title="搪瓷杯")) is None


def test_a_shop_under_many_names_is_told_beside_the_brand_only() -> None:
    room = Room()
    names = ("Nike 运动杯", "Gucci 杯子", "Lid for Stanley mugs")
    for number, title in enumerate(names, start=1):
        assert room.match(sold(number, title=title)) is None
    assert not _shop_reasons(room.match(sold(4, title="FJELLVIK 高仿")))
    assert room.match(sold(5, title="Disney 儿童杯")) is None
    (told,) = _shop_reasons(room.match(sold(6, title="FJELLVIK 高仿")))
    assert told == "the shop sells under 3 known names of others: Disney, Gucci, Nike"
    assert not _shop_reasons(room.match(sold(7, title="FJELLVIK 高仿", seller="two")))


def _shop_reasons(case: Case | None) -> list[str]:
    return [r.text for r in the(case).risk.reasons if "known names" in r.text]


def test_every_picture_is_written_once() -> None:
    room = Room({b"copy": [SAME]})
    for look in ("c1", "c2"):
        room.match(sold(1, b"copy", id=look), b"copy")
    traces = {trace for under in room.traces.pictures.values() for trace in under}
    assert [trace.capture_id for trace in traces] == ["c1"]
