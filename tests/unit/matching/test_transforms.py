"""A placement read in words and regions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.pictures import PictureEvidence, PictureMatch, PictureRelation
from headwater.matching.alignment import Agreement
from headwater.matching.transforms import transform

ROWS, COLUMNS = 19, 23  # blocks of a thumbnail of 144 x 120 pixels


def _agreement(placement: np.ndarray, likeness: float | np.ndarray = 0.95) -> Agreement:
    blocks = np.full((ROWS, COLUMNS), likeness) if isinstance(likeness, float) else likeness
    return Agreement(
        placement, blocks, np.full((ROWS, COLUMNS), 0.8), 0.0, np.zeros((ROWS, COLUMNS))
    )


def _scaled(scale: float, x: float = 0, y: float = 0) -> np.ndarray:
    return np.array([[scale, 0, x], [0, scale, y], [0, 0, 1.0]])


def _turned(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    c, s = 3 * np.cos(angle), 3 * np.sin(angle)
    return np.array([[c, -s, 200], [s, c, 100], [0, 0, 1]])


@pytest.mark.parametrize(
    ("placement", "shape", "words"),
    [
        (_scaled(4), (480, 576), "unchanged"),
        (_scaled(4, -288), (480, 288), "cropped 50 %"),
        (_scaled(2, 288, 240), (480, 576), "inside a collage or page, fills 25 % of the picture"),
        (np.diag([4, 3, 1.0]), (360, 576), "distorted"),
        (_turned(10), (900, 900), "turned 10°, inside a collage or page, fills"),
        (_turned(-90), (900, 900), "turned 90°"),
        (_scaled(4, 5_000), (480, 576), "nowhere"),
    ],
)
def test_words(placement: np.ndarray, shape: tuple[int, int], words: str) -> None:
    assert transform(_agreement(placement), mirrored=False, shape=shape).words.startswith(words)


def test_mirrored_comes_first_and_the_region_is_that_of_the_unmirrored_reference() -> None:
    made = transform(_agreement(_scaled(4, -288)), mirrored=True, shape=(480, 288))
    assert made.words == "mirrored, cropped 50 %"
    assert made.reference == pytest.approx((0, 0, 0.5, 1), abs=0.02)
    assert made.query == pytest.approx((0, 0, 1, 1), abs=0.02)


def test_where_only_a_part_agrees_the_regions_are_that_part() -> None:
    likeness = np.full((ROWS, COLUMNS), 0.1)
    likeness[12:, 16:] = 0.98
    made = transform(_agreement(_scaled(4), likeness), mirrored=False, shape=(480, 576))
    assert "of the details agree" in made.words
    assert made.reference == pytest.approx((16 / 24, 12 / 20, 1, 1), abs=0.02)
    assert made.query == made.reference


@given(
    scale=st.floats(0.2, 12),
    shift=st.tuples(st.floats(-900, 900), st.floats(-900, 900)),
    degrees=st.floats(-180, 180),
    mirrored=st.booleans(),
    shape=st.tuples(st.integers(16, 1_100), st.integers(16, 1_100)),
)
def test_regions_lie_in_the_pictures(
    *,
    scale: float,
    shift: tuple[float, float],
    degrees: float,
    mirrored: bool,
    shape: tuple[int, int],
) -> None:
    angle = np.radians(degrees)
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    placement = np.array([[c, -s, shift[0]], [s, c, shift[1]], [0, 0, 1]])
    made = transform(_agreement(placement), mirrored=mirrored, shape=shape)
    assert made.words
    for region in (made.query, made.reference):
        if region is None:
            assert made.words == "nowhere"
            continue
        left, top, right, bottom = region
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1


@pytest.mark.parametrize("probability", [-0.01, 1.01, float("nan")])
def test_a_match_has_a_probability(probability: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        PictureMatch(
            reference_id="ref",
            probability=probability,
            relation=PictureRelation.SAME,
            evidence=PictureEvidence.FINGERPRINT,
            transform="unchanged",
        )
