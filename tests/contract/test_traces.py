"""The traces table and its stand-in keep the same promises."""

from dataclasses import replace

import pytest

from headwater.adapters.dynamodb.traces import Traces
from headwater.domain.fingerprints import SAME_PICTURE, Fingerprint, FingerprintKind
from headwater.domain.listings import ListingKey
from headwater.domain.platforms import Platform
from headwater.domain.sellers import Identifier, IdentifierKind
from headwater.domain.traces import PictureTrace, SellerTrace
from tests.fakes.match import TracesInMemory

BITS = int("6a09e667f3bcc908bb67ae8584caa73b" * 2, 16)
TAKEN = Fingerprint(FingerprintKind.DHASH, 256, BITS)
KEYS = [ListingKey(Platform.ALI1688, str(number)) for number in range(3)]
TRACE = PictureTrace(
    listing=KEYS[0], sha256="a" * 64, fingerprint=TAKEN, capture_id="c", part_name="picture-01.jpg"
)
PHONE = Identifier(IdentifierKind.PHONE, "+8613800138000")
EMAIL = Identifier(IdentifierKind.EMAIL, "a@b.cn")


@pytest.fixture(params=["fake", pytest.param("local AWS", marks=pytest.mark.local_aws)])
def traces(request: pytest.FixtureRequest) -> Traces | TracesInMemory:
    if request.param == "fake":
        return TracesInMemory()
    return Traces(request.getfixturevalue("tables")["TracesTable"])


def turned(*bits: int) -> Fingerprint:
    return replace(TAKEN, bits=BITS ^ sum(1 << bit for bit in bits))


def test_the_same_picture_is_found_by_its_distance_in_its_brand(
    traces: Traces | TracesInMemory,
) -> None:
    near = replace(TRACE, listing=KEYS[1], sha256="b" * 64, fingerprint=turned(3, 200))
    for trace in (near, TRACE, TRACE):
        traces.keep_picture("a", trace)
    assert traces.pictures_like("a", TAKEN) == [(0, TRACE), (2, near)]
    assert traces.pictures_like("a", turned(3)) == [(1, TRACE), (1, near)]
    assert traces.pictures_like("b", TAKEN) == []
    assert traces.pictures_like("a", turned(*range(0, 256, 5))) == []


def test_what_lies_beyond_the_radius_is_another_picture(traces: Traces | TracesInMemory) -> None:
    traces.keep_picture("a", TRACE)
    together = range(SAME_PICTURE + 1)
    assert traces.pictures_like("a", turned(*together)) == []
    assert traces.pictures_like("a", turned(*together[1:])) == [(SAME_PICTURE, TRACE)]


def test_a_seller_is_found_by_any_identifier_and_as_last_kept(
    traces: Traces | TracesInMemory,
) -> None:
    one, other = SellerTrace(listing=KEYS[1]), SellerTrace(listing=KEYS[0], brands=("Nike",))
    traces.keep_seller("a", {PHONE, EMAIL}, one)
    traces.keep_seller("a", {EMAIL}, other)
    assert traces.listings_of("a", [PHONE]) == [one]
    assert traces.listings_of("a", [PHONE, EMAIL]) == [other, one]
    joined = replace(one, case="1688-1")
    traces.keep_seller("a", {PHONE, EMAIL}, joined)
    assert traces.listings_of("a", [EMAIL, PHONE]) == [other, joined]
    assert traces.listings_of("b", [PHONE]) == traces.listings_of("a", []) == []


def test_a_name_of_any_length_is_kept_and_found(traces: Traces | TracesInMemory) -> None:
    long = Identifier(IdentifierKind.COMPANY, "公司" * 900)
    traces.keep_seller("a", {long}, SellerTrace(listing=KEYS[0]))
    assert traces.listings_of("a", [long]) == [SellerTrace(listing=KEYS[0])]
