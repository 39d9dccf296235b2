"""Visual words: which of 2,048 typical patterns a local feature resembles, and 64 bits of how it
differs from it ("Hamming embedding", Jégou, Douze and Schmid 2008).

They are in visual_words.npz; `benchmarks/visual_words.py` learnt them from pictures that it draws
itself, so that nobody's photograph is in them.
"""

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater.matching.local_features import Floats

Codes = NDArray[np.uint64]
Words = NDArray[np.integer[Any]]

CODE_BITS = 64


class _Book(NamedTuple):
    mean: Floats
    axes: Floats  # 64 x 128
    words: Floats  # 2048 x 64
    medians: Floats  # 2048 x 64
    offsets: Floats


@cache
def _book() -> _Book:
    with (files("headwater.matching") / "visual_words.npz").open("rb") as file:
        stored = np.load(file, allow_pickle=False)
        mean, axes, words, medians = (
            stored[name].astype(np.float32) for name in ("mean", "axes", "words", "medians")
        )
    return _Book(mean, axes, words, medians, (words**2).sum(1) / 2)


def count() -> int:
    """How many words there are."""
    return len(_book().words)


def quantised(descriptors: Floats) -> tuple[Words, Codes]:
    """The word of each descriptor and its code."""
    words, differences = differing(descriptors, 1)
    return words[:, 0], codes(differences[:, 0])


def codes(differences: Floats) -> Codes:
    """One bit per axis: whether it exceeds the word's median."""
    packed = np.packbits(differences > 0, axis=-1)
    return packed.view(np.dtype(">u8"))[..., 0].astype(np.uint64)


def differing(descriptors: Floats, nearest: int) -> tuple[Words, Floats]:
    """The nearest words, and how far the descriptor exceeds their medians: n x nearest x 64."""
    book = _book()
    projected = (descriptors - book.mean) @ book.axes.T
    likeness = projected @ book.words.T - book.offsets
    every = np.arange(len(projected))
    words = np.empty((len(projected), nearest), np.int64)
    for rank in range(nearest):
        words[:, rank] = likeness.argmax(1)
        likeness[every, words[:, rank]] = -np.inf
    return words, projected[:, None, :] - book.medians[words]
