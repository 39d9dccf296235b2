"""Laying a reference over a picture: the placement is found, blocks tell the same from other."""

import numpy as np
import pytest
from PIL import Image

from headwater.matching.alignment import Overlay, place

from .drawn_pictures import product


def _thumbnail(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("L").resize((144, 126), Image.Resampling.BOX), np.float32)


def _turned(
    places: np.ndarray, degrees: float, scale: float, shift: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    angle = np.radians(degrees)
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = places.copy()
    moved[:, :2] = places[:, :2] @ matrix.T + shift
    moved[:, 2] *= scale
    moved[:, 3] += angle
    return moved, matrix


@pytest.mark.parametrize(("degrees", "scale"), [(0, 1), (7, 2.5), (-30, 0.6), (170, 3)])
def test_the_placement_is_found_among_wrong_pairs(degrees: float, scale: float) -> None:
    chance = np.random.default_rng(7)
    reference = np.column_stack(
        [chance.uniform(0, 144, (60, 2)), chance.uniform(1, 6, 60), chance.uniform(0, 6, 60)]
    )
    query, matrix = _turned(reference, degrees, scale, (40, 25))
    query[40:, :2] = chance.uniform(0, 400, (20, 2))
    placed = place(query, reference)
    assert placed is not None
    assert placed.inliers >= 35
    assert np.allclose(placed.placement[:2, :2], matrix, atol=0.05 * scale)
    assert np.allclose(placed.placement[:2, 2], (40, 25), atol=2 * scale + 2)


def test_pairs_that_agree_on_nothing_give_no_placement() -> None:
    chance = np.random.default_rng(8)
    query, reference = (
        np.column_stack(
            [chance.uniform(0, 300, (4, 2)), chance.uniform(1, 6, 4), [0.0, 1.6, 3.2, 4.8]]
        )
        for _ in range(2)
    )
    reference[:, 3] = reference[::-1, 3]
    assert place(query, reference) is None


def test_one_pair_alone_is_not_enough() -> None:
    assert place(np.ones((1, 4), np.float32), np.ones((1, 4), np.float32)) is None


def test_the_same_picture_agrees_everywhere_and_a_shifted_placement_is_pulled_back() -> None:
    picture = product(1)
    query = Overlay(np.asarray(picture.convert("L"), np.float32))
    scale = 480 / 144
    placement = np.array([[scale, 0, 1 + 4], [0, scale, 1 - 4], [0, 0, 1.0]])
    agreement = query.agreement(_thumbnail(picture), placement)
    assert agreement.between(0.9, 2) > 0.9 * agreement.seen
    assert abs(agreement.placement[0, 2] - 1.2) < 1.2
    assert agreement.hidden < 0.1 * agreement.seen


def test_another_picture_does_not_agree() -> None:
    query = Overlay(np.asarray(product(2).convert("L"), np.float32))
    placement = np.diag([480 / 144, 480 / 144, 1.0])
    agreement = query.agreement(_thumbnail(product(1)), placement)
    assert agreement.between(0.9, 2) < 0.1 * agreement.seen


def test_what_lies_outside_the_picture_is_hidden_and_not_held_against_it() -> None:
    picture = product(3)
    right_half = picture.crop((240, 0, 480, 420))
    query = Overlay(np.asarray(right_half.convert("L"), np.float32))
    scale = 480 / 144
    placement = np.array([[scale, 0, 1 - 240], [0, scale, 1], [0, 0, 1.0]])
    agreement = query.agreement(_thumbnail(picture), placement)
    assert agreement.hidden > 0.3 * (agreement.hidden + agreement.seen)
    assert agreement.between(0.85, 2) > 0.8 * agreement.seen


def test_a_picture_brightened_as_a_whole_has_no_other_shade_and_one_in_another_colour_has() -> None:
    thumbnail = _thumbnail(product(1)) * 0.6
    as_a_whole, in_part = thumbnail * 0.8 + 45, thumbnail.copy()
    in_part[40:85, 45:100] += 60
    shades = [
        Overlay(grey.astype(np.float32)).agreement(thumbnail, np.eye(3)).shade
        for grey in (as_a_whole, in_part)
    ]
    assert shades[0].max() < 0.05
    assert shades[1][8:12, 9:14].min() > 0.5
    assert shades[1][0].max() < 0.2
