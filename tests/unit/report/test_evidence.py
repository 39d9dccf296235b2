"""The report says of each look who signed it, who has still to, and what changed since."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from headwater.domain.captures import CaptureOutcome, StoredObject, Timestamp
from headwater.domain.money import Price
from headwater.usecases.report.evidence import kept_captures
from tests.factories import CAPTURE, LISTING, NOON

STORED = StoredObject(key="k", version_id="v")
SIGNED = Timestamp(authority="one", at=NOON + timedelta(seconds=9), request=STORED, reply=STORED)


def test_each_look_is_compared_with_the_one_before_it() -> None:
    dearer = Price(minimum=Decimal("9.90"), maximum=Decimal("9.90"), currency="CNY")
    looks = [
        replace(CAPTURE, timestamps=(SIGNED,), locked_until=NOON + timedelta(days=400)),
        replace(
            CAPTURE,
            id="2" * 32,
            captured_at=NOON + timedelta(days=7),
            listing=replace(LISTING, price=dearer),
            awaited=("two",),
        ),
        replace(
            CAPTURE,
            id="3" * 32,
            captured_at=NOON + timedelta(days=14),
            outcome=CaptureOutcome.GONE,
        ),
    ]
    first, second, third = kept_captures(reversed(looks))
    assert first.signed == (("one", SIGNED.at),)
    assert (first.changed, first.locked_until) == (None, NOON + timedelta(days=400))
    assert second.awaited == ("two",)
    assert second.changed == ("price was 2.3 to 2.8 CNY, is 9.9 CNY",)
    assert third.changed == ("the listing is gone",)
