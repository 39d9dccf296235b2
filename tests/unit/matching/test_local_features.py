"""Local features stay where they are and look the same, whatever is done to the picture."""

import numpy as np
import pytest
from PIL import Image

from headwater.matching.local_features import LocalFeatures, extract, mirrored

from .drawn_pictures import product


def _grey(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("L"), np.float32)


def _found_again(
    one: LocalFeatures, expected: np.ndarray, other: LocalFeatures, within: float
) -> float:
    """The share of `one` whose likest counterpart lies where it is expected."""
    likest = (one.descriptors @ other.descriptors.T).argmax(1)
    miss = np.hypot(*(other.places[likest, :2] - expected).T)
    return float((miss < within).mean())


def test_descriptors_have_unit_length_and_places_lie_in_the_picture() -> None:
    features = extract(_grey(product(1)), 400)
    assert len(features) == 400
    assert np.allclose(np.linalg.norm(features.descriptors, axis=1), 1, atol=1e-3)
    assert (features.places[:, 0] < 480).all()
    assert (features.places[:, 1] < 420).all()
    assert (features.places[:, :3] > 0).all()


def test_the_same_picture_gives_the_same_features() -> None:
    one, other = extract(_grey(product(2)), 300), extract(_grey(product(2)), 300)
    assert np.array_equal(one.places, other.places)
    assert np.array_equal(one.descriptors, other.descriptors)


def test_the_mirrored_picture_need_not_be_looked_at() -> None:
    picture = _grey(product(3))
    computed = mirrored(extract(picture, 300), picture.shape[1])
    looked = extract(np.ascontiguousarray(picture[:, ::-1]), 300)
    assert _found_again(computed, computed.places[:, :2], looked, 0.5) > 0.85
    likest = (computed.descriptors @ looked.descriptors.T).max(1)
    assert np.median(likest) > 0.999


@pytest.mark.parametrize("scale", [0.5, 0.7, 1.5])
def test_features_survive_scaling(scale: float) -> None:
    picture = product(4)
    size = round(picture.width * scale), round(picture.height * scale)
    one = extract(_grey(picture), 300)
    other = extract(_grey(picture.resize(size, Image.Resampling.LANCZOS)), 300)
    expected = one.places[:, :2] * scale
    assert _found_again(one, expected, other, 3) > 0.35


@pytest.mark.parametrize("degrees", [10, 45, 90])
def test_features_survive_turning(degrees: int) -> None:
    picture = product(5, (420, 420))
    one = extract(_grey(picture), 300)
    turned = picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white")
    other = extract(_grey(turned), 300)
    angle = np.radians(-degrees)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    expected = (one.places[:, :2] - 209.5) @ matrix.T + 209.5
    assert _found_again(one, expected, other, 3) > 0.5


@pytest.mark.parametrize(
    "grey",
    [
        np.zeros((300, 300), np.float32),
        np.full((16, 400), 255, np.float32),
        np.zeros((8, 8), np.float32),
    ],
    ids=["black", "sliver", "tiny"],
)
def test_a_picture_without_details_has_no_features(grey: np.ndarray) -> None:
    features = extract(grey, 100)
    assert len(features) == 0
    assert features.descriptors.shape == (0, 128)


def test_a_loud_part_does_not_silence_the_rest() -> None:
    noise = np.random.default_rng(1).normal(128, 60, (100, 480))
    picture = _grey(product(6)).copy()
    picture[:100] = noise.clip(0, 255)
    features = extract(picture, 300)
    assert (features.places[:, 1] > 110).mean() > 0.4
