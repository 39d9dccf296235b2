"""Local features: places in a picture that are found again after scaling, turning, cropping, JPEG.

Blobs and corners are the extrema of differences of blurred pictures over place and size; each is
described by the directions of the brightness gradient around it (Lowe 2004, "SIFT"; square root of
the histogram as in Arandjelović and Zisserman 2012). Written in numpy: OpenCV would take 90 MB
(arm64) to 160 MB (x86_64) of the 250 MB that a Lambda function may have, and its SIFT more time.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]

DESCRIPTOR = 128

_LAYERS = 3
"""Sizes per doubling of size."""
_SIGMA = 1.1
_GIVEN_SIGMA = 0.6
"""The blur that a photograph is taken to have from its lens and its JPEG."""
_CONTRAST = 0.45
"""Grey levels by which an extremum must stand out; plain products have little more."""
_EDGE = 10.0
"""How much longer than wide a blob may be: along an edge its place is not certain."""
_BORDER = 6
_SMALLEST = 24
_CELLS = 6
"""The strongest features of every cell of a 6 x 6 grid come first: a loud banner must not silence
the rest of the picture."""
_TURN_SAMPLES, _TURN_STEP, _TURN_BINS = 11, 1.1, 36
_PATCH, _PATCH_STEP, _POOLS, _DIRECTIONS = 12, 1.0, 4, 8


class _Grid(NamedTuple):
    side: int
    step: float
    """In sigmas of the spot."""


class LocalFeatures(NamedTuple):
    """n places: x, y and radius (the blob's sigma) in pixels, angle in radians; n descriptors."""

    places: Floats
    descriptors: Floats

    def __len__(self) -> int:  # a tuple's length would be 2
        return len(self.places)


def extract(grey: Floats, limit: int) -> LocalFeatures:
    """The at most `limit` most telling features of a grey picture (0 to 255)."""
    pyramid: list[Floats] = []
    found: list[Floats] = []
    for octave, levels in enumerate(_octaves(grey)):
        extrema = _extrema(levels)
        column = np.full((len(extrema), 1), octave, np.float32)
        found.append(np.hstack([extrema, column]))
        pyramid.extend(levels)
    if not any(map(len, found)):
        return LocalFeatures(np.zeros((0, 4), np.float32), np.zeros((0, DESCRIPTOR), np.float32))
    spots = _strongest(np.concatenate(found), grey.shape, limit)
    level = (spots[:, 5] * (_LAYERS + 3) + spots[:, 4]).astype(np.int64)
    straight = np.zeros(len(spots), np.float32)
    angles = _angles(_patches(pyramid, level, spots, straight, _Grid(_TURN_SAMPLES, _TURN_STEP)))
    patches = _patches(pyramid, level, spots, angles, _Grid(_PATCH + 2, _PATCH_STEP))
    places = np.column_stack([spots[:, :3] * 2 ** spots[:, 5:6], angles])
    return LocalFeatures(places.astype(np.float32), _describe(patches))


def mirrored(features: LocalFeatures, width: int) -> LocalFeatures:
    """What `extract` finds in the mirrored picture of that width, without looking again."""
    places = mirrored_places(features.places, width)
    return LocalFeatures(places, features.descriptors[:, _MIRROR])


def mirrored_places(places: Floats, width: int) -> Floats:
    """The same places in the mirrored picture of that width."""
    x, y, radius, angle = places.T
    mirror = [width - 1 - x, y, radius, (np.pi - angle) % (2 * np.pi)]
    return np.column_stack(mirror).astype(np.float32)


def _octaves(grey: Floats) -> list[list[Floats]]:
    """Per halving of the picture: it at _LAYERS + 3 blurs, each 2^(1/_LAYERS) wider."""
    variance = _SIGMA**2
    base = _blurred(grey, (variance - _GIVEN_SIGMA**2) / 2, 1)
    base = _blurred(base, (variance - _GIVEN_SIGMA**2) / 2, 1)
    octaves = []
    while min(base.shape) >= _SMALLEST:
        levels = [base]
        for layer in range(_LAYERS + 2):
            now = variance * 4 ** (layer / _LAYERS)
            more = now * (4 ** (1 / _LAYERS) - 1)
            spacing = 1 if now < 1.5 else 2 if now < 6 else 4
            levels.append(_blurred(levels[-1], more, spacing))
        octaves.append(levels)
        base = np.ascontiguousarray(levels[_LAYERS][::2, ::2])
    return octaves


def _blurred(picture: Floats, variance: float, spacing: int) -> Floats:
    """Blur with three taps that far apart: a Gaussian as far as the picture is smooth already."""
    outer = np.float32(variance / (2 * spacing**2))
    return _along_rows(_along_rows(picture, outer, spacing).T, outer, spacing).T


def _along_rows(picture: Floats, outer: np.float32, spacing: int) -> Floats:
    blurred = picture * (1 - 2 * outer)
    weighted = picture * outer
    blurred[:-spacing] += weighted[spacing:]
    blurred[-spacing:] += weighted[-1]
    blurred[spacing:] += weighted[:-spacing]
    blurred[:spacing] += weighted[0]
    return blurred


def _extrema(levels: list[Floats]) -> Floats:
    """N x 5: x, y, sigma in pixels of this octave, strength, layer."""
    differences: list[Floats] = [after - before for before, after in pairwise(levels)]
    sizes = [np.abs(difference) for difference in differences]
    found = [np.zeros((0, 5), np.float32)]
    for layer in range(1, _LAYERS + 1):
        three = slice(layer - 1, layer + 2)
        found.append(_refined(differences[three], _peaks(*sizes[three]), layer))
    return np.concatenate(found)


def _peaks(below: Floats, here: Floats, above: Floats) -> Integers:
    """Flat indices of what is highest among its 26 neighbours."""
    edge = _BORDER - 1
    inner = slice(edge, -edge)
    around = np.maximum(below[inner, inner], above[inner, inner])
    np.maximum(around, here[inner, inner], out=around)
    rows = np.maximum(around[:-2], around[1:-1])
    np.maximum(rows, around[2:], out=rows)
    highest = np.maximum(rows[:, :-2], rows[:, 1:-1])
    np.maximum(highest, rows[:, 2:], out=highest)
    middle = here[_BORDER:-_BORDER, _BORDER:-_BORDER]
    at = np.flatnonzero((middle >= highest) & (middle > _CONTRAST))
    row, column = np.divmod(at, middle.shape[1])
    return (row + _BORDER) * here.shape[1] + column + _BORDER


def _refined(three: list[Floats], at: Integers, layer: int) -> Floats:
    """Place and size between the pixels, by parabolas; what lies on an edge is dropped."""
    width = three[1].shape[1]
    below, here, above = (one.ravel() for one in three)
    value = here[at]
    right, left, down, up = here[at + 1], here[at - 1], here[at + width], here[at - width]
    dx, dy, ds = (right - left) / 2, (down - up) / 2, (above[at] - below[at]) / 2
    dxx, dyy = right + left - 2 * value, down + up - 2 * value
    dss = above[at] + below[at] - 2 * value
    corners = here[at + width + 1] - here[at + width - 1] - here[at - width + 1]
    dxy = (corners + here[at - width - 1]) / 4
    determinant = dxx * dyy - dxy * dxy
    keep = (determinant > 0) & ((dxx + dyy) ** 2 * _EDGE < (_EDGE + 1) ** 2 * determinant)

    def step(above: Floats, below: Floats) -> Floats:
        ratio = np.divide(above, below, out=np.zeros_like(above), where=below != 0)
        return np.clip(ratio, -0.6, 0.6)

    y, x = np.divmod(at, width)
    x = x + step(dxy * dy - dyy * dx, determinant)
    y = y + step(dxy * dx - dxx * dy, determinant)
    sigma = _SIGMA * 2 ** ((layer + step(-ds, dss)) / _LAYERS)
    spots = np.column_stack([x, y, sigma, np.abs(value), np.full(len(at), layer)])
    return spots[keep].astype(np.float32)


def _strongest(spots: Floats, shape: tuple[int, ...], limit: int) -> Floats:
    """At most `limit`: those that are strong in the picture or strong where they are."""
    if len(spots) <= limit:
        return spots
    scale = 2 ** spots[:, 5]
    column = np.minimum(spots[:, 0] * scale * _CELLS / shape[1], _CELLS - 1).astype(np.int64)
    row = np.minimum(spots[:, 1] * scale * _CELLS / shape[0], _CELLS - 1).astype(np.int64)
    cell = (row * _CELLS + column) * 2 + (spots[:, 5] > 0)
    order = np.lexsort((-spots[:, 3], cell))
    rank_in_cell = np.empty(len(spots), np.int64)
    ordered = cell[order]
    rank_in_cell[order] = np.arange(len(spots)) - np.searchsorted(ordered, ordered)
    rank = np.empty(len(spots), np.int64)
    rank[np.argsort(-spots[:, 3], kind="stable")] = np.arange(len(spots))
    priority = np.minimum(rank_in_cell * (_CELLS**2 * 1.2), rank * 1.6)
    return spots[np.sort(np.argsort(priority, kind="stable")[:limit])]


def _patches(
    pyramid: list[Floats], level: Integers, spots: Floats, angles: Floats, grid: _Grid
) -> Floats:
    """N x side x side grey values around the spots, turned by the angles."""
    side = grid.side
    offset = np.arange(side, dtype=np.float32) - (side - 1) / 2
    across, down = (axis.ravel() for axis in np.meshgrid(offset, offset))
    size = spots[:, 2:3] * np.float32(grid.step)
    cosine, sine = size * np.cos(angles)[:, None], size * np.sin(angles)[:, None]
    x = spots[:, 0:1] + cosine * across - sine * down
    y = spots[:, 1:2] + sine * across + cosine * down
    patches = np.empty((len(spots), side * side), np.float32)
    for one in np.unique(level):
        mine = level == one
        patches[mine] = sample(pyramid[one], x[mine], y[mine])
    return patches.reshape(-1, side, side)


def sample(picture: Floats, x: Floats, y: Floats) -> Floats:
    """Grey values between the pixels; outside, the nearest pixel counts."""
    height, width = picture.shape
    x = np.clip(x, 0, width - 1.001).astype(np.float32)
    y = np.clip(y, 0, height - 1.001).astype(np.float32)
    column, row = x.astype(np.intp), y.astype(np.intp)
    x -= column
    y -= row
    at = row * width + column
    flat = picture.ravel()
    top = flat.take(at)
    top += (flat.take(at + 1) - top) * x
    bottom = flat.take(at + width)
    bottom += (flat.take(at + width + 1) - bottom) * x
    bottom -= top
    bottom *= y
    top += bottom
    return top


def _gradients(patches: Floats) -> tuple[Floats, Floats, Floats]:
    """To the right, downwards and in all, each n x (side - 2)^2."""
    count = len(patches)
    dx = (patches[:, 1:-1, 2:] - patches[:, 1:-1, :-2]).reshape(count, -1)
    dy = (patches[:, 2:, 1:-1] - patches[:, :-2, 1:-1]).reshape(count, -1)
    return dx, dy, np.sqrt(dx * dx + dy * dy)


def _angles(patches: Floats) -> Floats:
    """The direction in which most of the gradient points."""
    dx, dy, strength = _gradients(patches)
    strength *= _TURN_WEIGHTS
    position = np.arctan2(dy, dx) * (_TURN_BINS / (2 * np.pi)) % _TURN_BINS
    low = position.astype(np.int64)
    part = position - low
    count = len(patches)
    row = np.arange(count)[:, None] * _TURN_BINS
    total = count * _TURN_BINS
    bins = np.concatenate([(row + low % _TURN_BINS), (row + (low + 1) % _TURN_BINS)], axis=1)
    weights = np.concatenate([strength * (1 - part), strength * part], axis=1)
    counted = np.bincount(bins.ravel(), weights.ravel(), total)
    histogram: Floats = counted.reshape(count, _TURN_BINS).astype(np.float64)
    for _ in range(2):
        histogram = (np.roll(histogram, 1, 1) + histogram + np.roll(histogram, -1, 1)) / 3
    peak = histogram.argmax(1)
    every = np.arange(count)
    before, top = histogram[every, peak - 1], histogram[every, peak]
    after = histogram[every, (peak + 1) % _TURN_BINS]
    shift = 0.5 * (before - after) / np.minimum(before - 2 * top + after, -1e-9)
    return ((peak + shift) * (2 * np.pi / _TURN_BINS)).astype(np.float32)


def _describe(patches: Floats) -> Floats:
    """N x 128 of unit length: 4 x 4 pools of 8 directions each.

    A gradient counts for a direction by how far it lies within 45 degrees of it.
    """
    dx, dy, strength = _gradients(patches)
    strength *= np.float32(np.cos(2 * np.pi / _DIRECTIONS))
    count, samples = dx.shape
    spread = np.empty((count, _DIRECTIONS, samples), np.float32)
    for direction in range(_DIRECTIONS // 2):
        angle = 2 * np.pi * direction / _DIRECTIONS
        along = dx * np.float32(np.cos(angle)) + dy * np.float32(np.sin(angle))
        spread[:, direction] = along - strength
        spread[:, direction + _DIRECTIONS // 2] = -along - strength
    np.maximum(spread, 0, out=spread)
    pooled = (spread.reshape(-1, samples) @ _POOLING).reshape(count, _DIRECTIONS, _POOLS**2)
    descriptors = pooled.transpose(0, 2, 1).reshape(count, DESCRIPTOR)
    descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True) + 1e-6
    np.minimum(descriptors, 0.2, out=descriptors)
    descriptors /= descriptors.sum(1, keepdims=True) + 1e-6
    return np.sqrt(descriptors)


def _pooling() -> Floats:
    """How much each sample of a patch counts in each of the 4 x 4 pools."""
    at = (np.arange(_PATCH) + 0.5) * _POOLS / _PATCH - 0.5
    near = np.clip(1 - np.abs(at[:, None] - np.arange(_POOLS)), 0, None)
    offset = np.arange(_PATCH) - (_PATCH - 1) / 2
    one = near * np.exp(-(offset**2) / (2 * (_PATCH / 2) ** 2))[:, None]
    return np.einsum("ya,xb->yxab", one, one).reshape(_PATCH**2, _POOLS**2).astype(np.float32)


def _turn_weights() -> Floats:
    offset = np.arange(_TURN_SAMPLES - 2) - (_TURN_SAMPLES - 3) / 2
    one = np.exp(-(offset**2) / (2 * ((_TURN_SAMPLES - 2) / 4.5) ** 2))
    return np.outer(one, one).ravel().astype(np.float32)


_POOLING = _pooling()
_TURN_WEIGHTS = _turn_weights()
_MIRROR = (
    np.arange(DESCRIPTOR)
    .reshape(_POOLS, _POOLS, _DIRECTIONS)[::-1][:, :, -np.arange(_DIRECTIONS) % _DIRECTIONS]
    .ravel()
)
