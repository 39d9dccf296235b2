"""Fingerprints: the record's laws, and hashes that must not shift with a library upgrade."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.fingerprints import Fingerprint, FingerprintKind
from headwater.matching.fingerprints import fingerprint

from .drawn_pictures import encoded, product

BITS = st.integers(0, 2**64 - 1)


def _dhash(bits: int, width: int = 64) -> Fingerprint:
    return Fingerprint(FingerprintKind.DHASH, width, bits)


@given(BITS, BITS, BITS)
def test_distance_is_a_metric(a: int, b: int, c: int) -> None:
    x, y, z = _dhash(a), _dhash(b), _dhash(c)
    assert (x.distance(y) == 0) == (x == y)
    assert x.distance(y) == y.distance(x)
    assert x.distance(z) <= x.distance(y) + y.distance(z)


@given(st.sampled_from(FingerprintKind), st.integers(1, 300), st.data())
def test_text_and_back(kind: FingerprintKind, width: int, data: st.DataObject) -> None:
    one = Fingerprint(kind, width, data.draw(st.integers(0, 2**width - 1)))
    assert Fingerprint.parse(str(one)) == one


def test_leading_zeros_are_kept() -> None:
    assert str(_dhash(15)) == "dhash/64/000000000000000f"


@given(st.text(max_size=40))
def test_other_text_is_refused_or_read_exactly(text: str) -> None:
    try:
        one = Fingerprint.parse(text)
    except ValueError:
        return
    assert str(one) == text


@pytest.mark.parametrize(
    "text",
    ["", "dhash/64", "dhash/64/f", "dhash/64/0x0000000000000f", "dhash/064/000000000000000f",
     "nohash/64/000000000000000f", "dhash/4/1f", "dhash/-4/0", "dhash/64/000000000000000F"],
)  # fmt: skip
def test_what_is_not_written_by_str_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a fingerprint"):
        Fingerprint.parse(text)


@pytest.mark.parametrize(
    "other", [_dhash(1, 256), Fingerprint(FingerprintKind.AHASH, 64, 1)], ids=["width", "kind"]
)
def test_different_kinds_and_widths_are_not_compared(other: Fingerprint) -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        _dhash(1).distance(other)


PINNED = {
    1: (
        "dhash/64/002b2f333b333300",
        "dhash/256/000400000d06065612de0e5e132e1d6a0ad612f6058e038e13861e8600001086",
        "ahash/64/ffc38181818181ff",
    ),
    2: (
        "dhash/64/0096860f0e969600",
        "dhash/256/0000080000d0233a043c049c044c084c01d8055c027c067c2658071800000008",
        "ahash/64/ffc3c3c3c3c3c3ff",
    ),
    3: (
        "dhash/64/362b1f0f0f332b0b",
        "dhash/256/20040428948d98cd909d9b7d9bbc91fd91f58afc8b6d8ecd8ced8cad88cd0000",
        "ahash/64/ff838383838383ff",
    ),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hashes_of_three_pictures_are_pinned(seed: int) -> None:
    assert tuple(map(str, fingerprint(encoded(product(seed))))) == PINNED[seed]


def test_a_smaller_jpeg_has_nearly_the_same_fingerprints() -> None:
    original = product(1)
    copy = encoded(original.resize((240, 210)), "JPEG", quality=50)
    for one, other in zip(fingerprint(encoded(original)), fingerprint(copy), strict=True):
        assert one.distance(other) <= one.width * 0.06


def test_neither_scipy_nor_pywavelets_is_imported() -> None:
    code = (
        "import sys, headwater.matching.pictures\n"
        "sys.exit(', '.join({'scipy', 'pywt'} & set(sys.modules)) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_bands_are_the_stored_keys_and_may_not_change() -> None:
    taken = Fingerprint(FingerprintKind.DHASH, 256, int("6a09e667f3bcc908bb67ae8584caa73b" * 2, 16))
    assert taken.bands()[:3] == ("00-481a5", "01-ce012", "02-b03bc")
    assert len(set(taken.bands())) == 12
    with pytest.raises(ValueError, match="256 bits"):
        _dhash(1).bands()


@given(st.integers(0, 2**256 - 1), st.integers(0, 255))
def test_one_bit_off_leaves_a_band_in_common(bits: int, bit: int) -> None:
    one = Fingerprint(FingerprintKind.DHASH, 256, bits)
    other = Fingerprint(FingerprintKind.DHASH, 256, bits ^ 1 << bit)
    assert set(one.bands()) & set(other.bands())
