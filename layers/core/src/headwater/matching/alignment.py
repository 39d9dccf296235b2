"""Lay a reference over a picture and look, block by block, whether they show the same.

A placement is a 3 x 3 matrix from pixels of the reference's thumbnail to pixels of the picture.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater.matching.local_features import Floats, sample

Placement = NDArray[np.float64]

THUMBNAIL = 144
"""The longer side of a reference's thumbnail; both sides are multiples of CELL."""
CELL = 6
"""Blocks are 2 x 2 cells and overlap by one."""

_MOST_PAIRS = 160
_FEWEST = 3
_MOST_STRETCH = 2.6
_FEWEST_BLOCKS = 8
_UNIT = 50.0
"""Pixels of the thumbnail in which steps of a placement are counted."""
_RIDGE = (0.02, 0.15, 0.15, 0.02, 0.15, 0.15, 0.3, 0.3)
_IN_PLACE = 0.97
"""Mean likeness of the blocks from which on a placement is not moved any more."""
_LIGHT = (2e-3, 1e-5, 2e-2, 2e-2)
"""What holds a change of light back: contrast, brightness, and how it grows across and down."""
_NOISE = 10.0
"""Variance of grey values that JPEG alone can make."""
_ALIKE = 0.88
"""Correlation of blocks that tell how the light of the whole picture was changed."""
_SHADE = 20.0
"""Grey levels off that change at which a block counts as half of another shade."""
_TEXTURE = 8.0
"""Gradient energy in the weaker direction at which a block counts half: an edge alone, which any
two products share, has none."""


class Placed(NamedTuple):
    """A placement and the number of details that agree with it."""

    placement: Placement
    inliers: int


class Agreement(NamedTuple):
    """How far a reference and the picture below it show the same, per block of the thumbnail."""

    placement: Placement
    likeness: Floats
    """Correlation of the two blocks, -1 to 1."""
    weight: Floats
    """How telling the reference's block is, 0 to 1; 0 where the picture does not reach."""
    hidden: float
    """The weight of the blocks that lie outside the picture."""
    shade: Floats
    """0 to 1: how far a block's brightness is from what one change of light for all explains."""

    @property
    def seen(self) -> float:
        return float(self.weight.sum())

    def between(self, low: float, high: float) -> float:
        """The weight of the blocks whose likeness lies in that range."""
        return float(self.weight[(self.likeness >= low) & (self.likeness < high)].sum())


def place(query: Floats, reference: Floats) -> Placed | None:
    """The placement on which most pairs of features agree; None when fewer than three do.

    Each pair alone proposes a shift, a turn and a size; the best proposal is refined to an affine
    map, held back towards no distortion while the pairs are few.
    """
    query, reference = query[:_MOST_PAIRS], reference[:_MOST_PAIRS]
    size = query[:, 2] / reference[:, 2]
    turn = query[:, 3] - reference[:, 3]
    agree = _best_proposal(query, reference, size, turn)
    if agree.sum() < _FEWEST:
        return None
    matrix, shift = np.eye(2), np.zeros(2)
    for _ in range(3):
        matrix, shift = _affine(reference[agree, :2], query[agree, :2])
        determinant = np.linalg.det(matrix)
        if not 1e-4 < determinant < 1e4:
            return None
        scale = np.sqrt(determinant)
        miss = ((reference[:, :2] @ matrix.T + shift - query[:, :2]) ** 2).sum(1)
        near = miss < (0.028 * THUMBNAIL * scale + 1) ** 2
        agree = near & (np.abs(np.log2(size / scale)) < 0.8)
        if agree.sum() < _FEWEST:
            return None
    stretch = np.linalg.svd(matrix)[1]
    if stretch[0] > _MOST_STRETCH * stretch[1]:
        return None
    placement = np.eye(3)
    placement[:2, :2], placement[:2, 2] = matrix, shift
    places = (
        len(np.unique(np.round(query[agree, :2] / 4), axis=0)),
        len(np.unique(np.round(reference[agree, :2] / 1.5), axis=0)),
    )
    return Placed(placement, min(places))


def _best_proposal(
    query: Floats, reference: Floats, size: Floats, turn: Floats
) -> NDArray[np.bool_]:
    """Which pairs agree with the pair that most agree with."""
    cosine, sine = size * np.cos(turn), size * np.sin(turn)
    x, y = reference[:, 0], reference[:, 1]
    shift_x = query[:, 0] - (cosine * x - sine * y)
    shift_y = query[:, 1] - (sine * x + cosine * y)
    off_x = cosine[:, None] * x - sine[:, None] * y + shift_x[:, None] - query[:, 0]
    off_y = sine[:, None] * x + cosine[:, None] * y + shift_y[:, None] - query[:, 1]
    turns = np.abs((turn[:, None] - turn + np.pi) % (2 * np.pi) - np.pi)
    sizes = np.abs(np.log2(size[:, None] / size))
    near = off_x**2 + off_y**2 < ((0.05 * THUMBNAIL * size + 2) ** 2)[:, None]
    agree = near & (turns < 0.5) & (sizes < 0.8)
    return agree[agree.sum(1).argmax()]


def _affine(source: Floats, target: Floats) -> tuple[Placement, Placement]:
    """Least squares, with a ridge on the difference from turn and size alone."""
    source, target = source.astype(np.float64), target.astype(np.float64)
    middle, goal = source.mean(0), target.mean(0)
    s, t = source - middle, target - goal
    spread = (s**2).sum() + 1e-9
    cosine = (s * t).sum() / spread
    sine = (s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]).sum() / spread
    matrix = np.array([[cosine, -sine], [sine, cosine]])
    if len(s) >= 5:
        ridge = (40.0 if len(s) < 12 else 10.0) * len(s) * np.eye(2)
        matrix = np.linalg.solve(s.T @ s + ridge, (t.T @ s + matrix @ ridge).T).T
    return matrix, goal - matrix @ middle


class Overlay:
    """A picture, ready to be compared with one reference after the other."""

    def __init__(self, grey: Floats) -> None:
        self._halves = [grey]
        self.shape = grey.shape
        """Height and width."""

    def agreement(self, thumbnail: Floats, placement: Placement) -> Agreement:
        """Compare block by block, move the placement by what the blocks tell, compare again."""
        reference = _Blocks(thumbnail)
        view, inside = self._blocks(reference, placement)
        likeness, shift = reference.compared(view, 2)
        for step in (1, 1):
            if _total(reference, likeness, inside) > _IN_PLACE * float(reference.texture.sum()):
                break
            moved = _moved(reference, likeness * inside, shift, placement)
            if moved is None:
                break
            view_moved, inside_moved = self._blocks(reference, moved)
            better, shift_moved = reference.compared(view_moved, step)
            if _total(reference, better, inside_moved) < _total(reference, likeness, inside):
                break
            placement, likeness, shift, inside = moved, better, shift_moved, inside_moved
            view = view_moved
        weight = reference.texture * inside
        hidden = float(reference.texture.sum() - weight.sum())
        shade = reference.shade(view, weight * (likeness > _ALIKE))
        return Agreement(placement, likeness, weight, hidden, shade)

    def _blocks(self, reference: "_Blocks", placement: Placement) -> tuple[Floats, Floats]:
        """The picture as the reference's thumbnail would show it, and which blocks it fills."""
        height, width = reference.grey.shape
        down, across = np.mgrid[:height, :width]
        flat = placement @ np.stack([across.ravel(), down.ravel(), np.ones(height * width)])
        depth = np.where(flat[2] > 1e-6, flat[2], np.inf)
        x, y = flat[0] / depth, flat[1] / depth
        scale = np.sqrt(max(np.linalg.det(placement[:2, :2]), 1e-6))
        level = int(np.clip(np.round(np.log2(max(scale, 1) * 1.1)), 0, 5))
        while len(self._halves) <= level and min(self._halves[-1].shape) >= 32:
            self._halves.append(_half(self._halves[-1]))
        level = min(level, len(self._halves) - 1)
        full = self._halves[0].shape
        valid = (x >= 0) & (y >= 0) & (x <= full[1] - 1) & (y <= full[0] - 1) & (flat[2] > 1e-6)
        x, y = ((x + 0.5) / 2**level - 0.5), ((y + 0.5) / 2**level - 0.5)
        view = sample(self._halves[level], x, y).reshape(height, width)
        inside = _sums(valid.reshape(height, width).astype(np.float32)) >= (2 * CELL) ** 2
        return view, inside.astype(np.float32)


class _Blocks:
    """A thumbnail with the mean, variance and texture of its blocks."""

    def __init__(self, thumbnail: Floats) -> None:
        self.grey = _smooth(thumbnail)
        self._mean = _sums(self.grey) / (2 * CELL) ** 2
        square = _sums(self.grey**2) / (2 * CELL) ** 2
        self._variance = np.maximum(square - self._mean**2, _NOISE)
        self.texture = _texture(self.grey)
        height, width = self.texture.shape
        down, across = np.mgrid[:height, :width]
        self.middles = (np.stack([across, down], -1) + 1.0) * CELL - 0.5

    def compared(self, view: Floats, step: int) -> tuple[Floats, Floats]:
        """The best correlation of each block over shifts of -step, 0, step; and that shift."""
        view = np.pad(_smooth(view), step, mode="edge")
        height, width = self.grey.shape
        shifts = [(x, y) for y in (0, -step, step) for x in (0, -step, step)]
        views = np.stack(
            [view[step + y : step + y + height, step + x : step + x + width] for x, y in shifts]
        )
        area = (2 * CELL) ** 2
        mean = _sums(views) / area
        variance = np.maximum(_sums(views**2) / area - mean**2, _NOISE)
        products = _sums(views * self.grey) / area
        likeness = (products - mean * self._mean) / np.sqrt(variance * self._variance)
        best = likeness.argmax(0)
        return likeness.max(0), np.array(shifts, np.float64)[best]

    def shade(self, view: Floats, weight: Floats) -> Floats:
        """How far each block is off the change of light that the blocks of that weight share.

        A copy is brightened, flattened or lit from one side as a whole; a relative has other
        colours in some parts.
        """
        use = weight > 0.02
        if use.sum() < _FEWEST_BLOCKS:
            return np.zeros_like(weight)
        goal = _sums(view) / (2 * CELL) ** 2 / 64
        terms = np.concatenate(
            [self._mean[..., None] / 64, np.ones((*use.shape, 1)), self.middles / THUMBNAIL - 0.5],
            axis=-1,
        )
        known, wanted, trust = terms[use], goal[use], weight[use]
        for _ in range(4):
            trusted = known * trust[:, None]
            normal = trusted.T @ known + np.diag(_LIGHT) * trust.sum()
            change = np.linalg.solve(normal, trusted.T @ wanted)
            trust = weight[use] / (1 + ((known @ change - wanted) * 64 / 16) ** 2)
        off = (terms @ change - goal) * 64
        return off**2 / (off**2 + _SHADE**2)


def _moved(
    reference: _Blocks, likeness: Floats, shift: Floats, placement: Placement
) -> Placement | None:
    """The placement after the blocks' own shifts, in perspective; None with too few blocks.

    The ridge holds the step back, the perspective most: many blocks must ask for it.
    """
    use = (likeness > 0.6) & (reference.texture > 1 / 3)
    if use.sum() < _FEWEST_BLOCKS:
        return None
    source, step = reference.middles[use], shift[use] / _UNIT
    weight = (likeness[use] - 0.5) * reference.texture[use]
    middle = source.mean(0)
    x, y = (source - middle).T / _UNIT
    one, none = np.ones_like(x), np.zeros_like(x)
    right = np.column_stack([one, x, y, none, none, none, x * x, x * y])
    down = np.column_stack([none, none, none, one, x, y, x * y, y * y])
    solution = np.zeros(8)
    for _ in range(2):
        weighted_right, weighted_down = right * weight[:, None], down * weight[:, None]
        normal = right.T @ weighted_right + down.T @ weighted_down
        goal = weighted_right.T @ step[:, 0] + weighted_down.T @ step[:, 1]
        solution = np.linalg.solve(normal + np.diag(_RIDGE) * weight.sum(), goal)
        miss = np.maximum(abs(right @ solution - step[:, 0]), abs(down @ solution - step[:, 1]))
        weight = weight * (miss * _UNIT < 2.2)
        if (weight > 0).sum() < _FEWEST_BLOCKS - 2:
            return None
    shift_x, xx, xy, shift_y, yx, yy, tilt_x, tilt_y = solution
    change = np.array([[1 + xx, xy, shift_x], [yx, 1 + yy, shift_y], [-tilt_x, -tilt_y, 1]])
    centred = np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, _UNIT]])
    moved: Placement = placement @ np.linalg.inv(centred) @ change @ centred
    return moved / moved[2, 2]


def _total(reference: _Blocks, likeness: Floats, inside: Floats) -> float:
    return float((likeness * reference.texture * inside).sum())


def _sums(pictures: Floats) -> Floats:
    """Sums over blocks of 2 x 2 cells, of one picture or of a stack."""
    rows, columns = pictures.shape[-2] // CELL, pictures.shape[-1] // CELL
    cells = _summing(rows) @ pictures @ _summing(columns).T
    pairs = cells[..., :-1, :] + cells[..., 1:, :]
    return pairs[..., :, :-1] + pairs[..., :, 1:]


@cache
def _summing(cells: int) -> Floats:
    return np.repeat(np.eye(cells, dtype=np.float32), CELL, axis=1)


def _smooth(picture: Floats) -> Floats:
    wide = np.pad(picture, 1, mode="edge")
    rows = (wide[:-2] + wide[2:]) / 4 + wide[1:-1] / 2
    return (rows[:, :-2] + rows[:, 2:]) / 4 + rows[:, 1:-1] / 2


def _half(picture: Floats) -> Floats:
    height, width = (side // 2 * 2 for side in picture.shape)
    even = picture[:height, :width]
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4


def _texture(grey: Floats) -> Floats:
    """0 to 1: how much changes within a block even along its weakest direction."""
    wide = np.pad(grey, 1, mode="edge")
    dx, dy = (wide[1:-1, 2:] - wide[1:-1, :-2]) / 2, (wide[2:, 1:-1] - wide[:-2, 1:-1]) / 2
    xx, yy, xy = (_sums(one) / (2 * CELL) ** 2 for one in (dx * dx, dy * dy, dx * dy))
    weakest = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    weakest = np.maximum(weakest, 0)
    return weakest / (weakest + _TEXTURE)
