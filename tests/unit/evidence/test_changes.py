"""Two looks at a listing, told apart in words."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.captures import Capture, CaptureOutcome, MissingPart, PartRole
from headwater.domain.changes import changes
from headwater.domain.listings import Listing
from headwater.domain.money import MinimumOrder, Price
from tests.factories import CAPTURE, LISTING

(PICTURE,) = CAPTURE.pictures
OTHER = replace(PICTURE, name="picture-02.jpg", sha256="2" * 64, source_url=LISTING.pictures[1])
GONE = replace(CAPTURE, outcome=CaptureOutcome.GONE, parts=())


def listed(**different: object) -> Capture:
    listing: Listing = replace(LISTING, **different)  # type: ignore[arg-type]
    return replace(CAPTURE, listing=listing)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (CAPTURE, ()),
        (GONE, ("the listing is gone",)),
        (listed(title="new"), ("title was 峡湾 户外搪瓷杯, is new",)),
        (
            listed(price=Price(minimum=Decimal("1.90"), maximum=Decimal("1.90"), currency="CNY")),
            ("price was 2.3 to 2.8 CNY, is 1.9 CNY",),
        ),
        (listed(price=None, title=None, seller=None, minimum_order=None), ()),
        (
            listed(minimum_order=MinimumOrder(quantity=100, unit="件")),
            ("minimum order was 3 件, is 100 件",),
        ),
        (replace(CAPTURE, parts=(PICTURE, OTHER)), ("1 picture added",)),
        (replace(CAPTURE, parts=(OTHER,)), ("1 picture added", "1 picture taken down")),
    ],
)
def test_each_difference_is_named(after: Capture, words: tuple[str, ...]) -> None:
    assert changes(CAPTURE, after) == words


def test_a_listing_that_was_gone_is_back() -> None:
    assert changes(GONE, replace(CAPTURE, parts=()))[0] == "the listing is back"
    assert changes(GONE, GONE) == ()


def test_a_picture_that_could_not_be_had_is_not_called_taken_down_or_added() -> None:
    gap = MissingPart(
        role=PartRole.PICTURE, source_url=PICTURE.source_url or "", reason="did not answer in time"
    )
    without = replace(CAPTURE, parts=(), missing=(gap,))
    assert changes(CAPTURE, without) == ()
    assert changes(without, CAPTURE) == ()


def test_the_same_picture_under_another_address_is_no_change() -> None:
    moved = replace(CAPTURE, parts=(replace(PICTURE, source_url="https://x.example/new.jpg"),))
    assert changes(CAPTURE, moved) == ()


@settings(deadline=None)
@given(st.text(), st.text())
def test_whatever_sellers_write_stays_on_its_line(one: str, other: str) -> None:
    for line in changes(listed(title=one), listed(title=other)):
        assert len(line.splitlines()) == 1
        assert line.isprintable()
