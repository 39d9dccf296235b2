"""How a picture was made from a reference, in words, and where in both pictures the match lies."""

from typing import NamedTuple

import numpy as np

from headwater.domain.pictures import Region
from headwater.matching.alignment import CELL, Agreement

_GRID = 48
_INSIDE = 0.4
"""A reference that fills less of a picture is one thing among others in it."""


class Transform(NamedTuple):
    """In words; the region in the query and in the reference."""

    words: str
    query: Region | None
    reference: Region | None


def transform(agreement: Agreement, *, mirrored: bool, shape: tuple[int, ...]) -> Transform:
    """Read a placement on a picture of that height and width."""
    height, width = ((blocks + 1) * CELL for blocks in agreement.likeness.shape)
    steps = (np.arange(_GRID) + 0.5) / _GRID
    across, down = (axis.ravel() for axis in np.meshgrid(steps * width, steps * height))
    x, y = _placed(agreement, across, down)
    inside = (x >= 0) & (y >= 0) & (x < shape[1]) & (y < shape[0])
    if not inside.any():
        return Transform("nowhere", None, None)
    seen = float(inside.mean())
    matrix = agreement.placement[:2, :2]
    fills = seen * width * height * abs(np.linalg.det(matrix)) / (shape[0] * shape[1])
    turn = np.degrees(np.arctan2(matrix[1, 0] - matrix[0, 1], matrix[0, 0] + matrix[1, 1]))
    stretch = np.linalg.svd(matrix)[1]
    agreeing = agreement.weight * (agreement.likeness > 0.85)
    share = float(agreeing.sum() / (agreement.seen + 1e-6))
    parts = []
    if mirrored:
        parts.append("mirrored")
    if abs(turn) >= 1.5:
        parts.append(f"turned {abs(turn):.0f}°")
    if stretch[0] > 1.12 * stretch[1]:
        parts.append("distorted")
    if seen < 0.95:
        parts.append(f"cropped {100 * (1 - seen):.0f} %")
    if fills < _INSIDE:
        parts.append("inside a collage or page")
    if fills < 0.85:
        parts.append(f"fills {100 * fills:.0f} % of the picture")
    if share < 0.75:
        parts.append(f"{100 * share:.0f} % of the details agree")
    if share < 0.5 and (agreeing > 0.3).any():
        rows, columns = np.nonzero(agreeing > 0.3)
        across = np.concatenate([columns, columns + 2.0]) * CELL
        down = np.concatenate([rows, rows + 2.0]) * CELL
        x, y = _placed(agreement, across, down)
    else:
        across, down, x, y = across[inside], down[inside], x[inside], y[inside]
    reference = _region(across / width, down / height)
    if mirrored:
        reference = (1 - reference[2], reference[1], 1 - reference[0], reference[3])
    query = _region(x / shape[1], y / shape[0])
    return Transform(", ".join(parts) or "unchanged", query, reference)


def _placed(
    agreement: Agreement, across: np.ndarray, down: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    flat = agreement.placement @ np.stack([across, down, np.ones_like(across)])
    return flat[0] / flat[2], flat[1] / flat[2]


def _region(x: np.ndarray, y: np.ndarray) -> Region:
    """The smallest box around the points; what lies within a hundredth of the edge is at it."""
    low_x, low_y, high_x, high_y = (
        float(np.clip(round(float(value), 3), 0, 1))
        for value in (x.min() - 0.011, y.min() - 0.011, x.max() + 0.011, y.max() + 0.011)
    )
    return low_x, low_y, high_x, high_y
