"""The index proposes the references that share details with a picture, however many there are."""

import numpy as np
import pytest

from headwater.matching import picture_index, visual_words
from headwater.matching.local_features import LocalFeatures, extract
from headwater.matching.picture_index import Entries, PictureIndex

from .drawn_pictures import product


def _features(seed: int) -> LocalFeatures:
    return extract(np.asarray(product(seed).convert("L"), np.float32), 300)


def _entries(features: LocalFeatures) -> Entries:
    return Entries(features.places, *visual_words.quantised(features.descriptors))


@pytest.fixture(scope="module")
def pictures() -> list[LocalFeatures]:
    return [_features(seed) for seed in range(12)]


def _index(pictures: list[LocalFeatures]) -> PictureIndex:
    index = PictureIndex()
    for features in pictures:
        index.add(_entries(features))
    return index


def test_every_reference_finds_itself_first(pictures: list[LocalFeatures]) -> None:
    index = _index(pictures)
    for number, features in enumerate(pictures):
        best = index.find(features, 3)[0]
        assert best.number == number
        same_place = np.abs(best.query[:, :2] - best.reference[:, :2]).max(axis=1) < 1
        assert same_place.sum() > 250


def test_no_more_candidates_than_asked_for(pictures: list[LocalFeatures]) -> None:
    assert len(_index(pictures).find(pictures[0], 2)) <= 2


def test_an_empty_index_and_a_picture_without_features_find_nothing(
    pictures: list[LocalFeatures],
) -> None:
    nothing = LocalFeatures(np.zeros((0, 4), np.float32), np.zeros((0, 128), np.float32))
    assert PictureIndex().find(pictures[0], 5) == []
    assert _index(pictures).find(nothing, 5) == []
    only_empty = PictureIndex()
    only_empty.add(_entries(nothing))
    assert only_empty.find(pictures[0], 5) == []


def test_smaller_buckets_find_the_same_reference(
    pictures: list[LocalFeatures], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with 100,000 references: most of a word's entries are not looked at."""
    monkeypatch.setattr(picture_index, "_BUCKET", 0.01)
    index = _index(pictures)
    asked = _features(3)
    noise = np.random.default_rng(4).normal(0, 0.02, asked.descriptors.shape)
    changed = asked.descriptors + noise.astype(np.float32)
    changed /= np.linalg.norm(changed, axis=1, keepdims=True)
    best = index.find(LocalFeatures(asked.places, changed), 3)[0]
    assert best.number == 3
    assert index._bits > 3


def test_codes_have_one_bit_per_axis_and_mirroring_changes_them(
    pictures: list[LocalFeatures],
) -> None:
    words, codes = visual_words.quantised(pictures[0].descriptors)
    assert words.shape == codes.shape == (300,)
    assert codes.dtype == np.uint64
    assert words.min() >= 0
    assert words.max() < visual_words.count()
    bits = np.bitwise_count(codes)
    assert 20 < bits.mean() < 44
