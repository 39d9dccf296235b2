"""An inverted index of local features: which references share details with a picture, and where.

A feature of the picture meets those of the references that have the same visual word and nearly the
same code; each such pair votes for a reference at a difference of size and of direction, so that
only details that agree on both add up.
"""

from typing import NamedTuple

import numpy as np

from headwater.matching.local_features import Floats, LocalFeatures
from headwater.matching.visual_words import CODE_BITS, Codes, Words, count, differing
from headwater.matching.visual_words import codes as code_of

_WORDS_ASKED = 2
_CODE_DISTANCE = 20
"""Of 64 bits: unrelated features of one word differ in 32 on average, one in a thousand in 20."""
_SURE_DISTANCE = 8
_MOST_PAIRS = 30_000
"""Edges and repeated patterns resemble thousands of others: then only the likest pairs count."""
_BUCKET = 256
"""Entries that a word and the first bits of the code should leave, however many there are."""
_UNSURE_BITS = 3
_SIZE_BINS, _TURN_BINS = 24, 16
_LEAST_VOTES = 1.2


class Entries(NamedTuple):
    """The features of one reference: places (x, y, radius, angle), their word and their code."""

    places: Floats
    words: Words
    codes: Codes


class Candidate(NamedTuple):
    """A reference (by number) and the pairs of places that speak for it, the likest code first."""

    number: int
    query: Floats
    reference: Floats


class PictureIndex:
    """Grows by `add`; sorted again at the first question after that. 20 bytes for a feature."""

    def __init__(self) -> None:
        self._added: list[Entries] = []
        self._count = 0
        self._bits = 0
        self._starts = np.zeros(count() + 1, np.int64)
        """Where the entries of each bucket begin: a word and the first `_bits` of the code."""
        self._codes = np.zeros(0, np.uint64)
        self._owners = np.zeros(0, np.int32)
        self._places = np.zeros((0, 4), np.float16)

    def add(self, entries: Entries) -> None:
        """The reference gets the next number, from 0."""
        places, words, codes = entries
        self._added.append(Entries(places.astype(np.float16), words.astype(np.int16), codes))
        self._count += 1

    @property
    def size_bytes(self) -> int:
        """What the sorted arrays take."""
        arrays = (self._starts, self._codes, self._owners, self._places)
        return sum(array.nbytes for array in arrays)

    def find(self, features: LocalFeatures, most: int) -> list[Candidate]:
        """The references that share most with the picture, at most so many."""
        if not self._count or not len(features):
            return []
        if self._added:
            self._sort()
        asked, entry, distance = self._near(features)
        if not len(entry):
            return []
        owner = self._owners[entry]
        pair = asked * np.int64(self._count) + owner
        order = np.argsort(pair * (CODE_BITS + 1) + distance, kind="stable")
        pair = pair[order]
        first = np.ones(len(pair), bool)  # a feature votes once for a reference, with its best
        first[1:] = pair[1:] != pair[:-1]
        order = order[first]
        asked, entry, distance, owner = asked[order], entry[order], distance[order], owner[order]
        weight = np.exp(-((distance / 14) ** 2)) * self._rarity[self._words_of(entry)]
        query, reference = features.places[asked], self._places[entry].astype(np.float32)
        numbers, votes = _agreeing(query, reference, owner, weight)
        candidates = []
        for best in np.argsort(-votes, kind="stable")[:most]:
            if votes[best] < _LEAST_VOTES:
                break
            mine = np.flatnonzero(owner == numbers[best])
            mine = mine[np.argsort(distance[mine], kind="stable")]
            candidates.append(Candidate(int(numbers[best]), query[mine], reference[mine]))
        return candidates

    def _words_of(self, entry: Words) -> Words:
        """The word of each entry, by the bucket in which it lies."""
        return (np.searchsorted(self._starts, entry, side="right") - 1) >> self._bits

    def _sort(self) -> None:
        """Put the added among the sorted; what was added before stays before within a bucket."""
        sizes = [len(entries.words) for entries in self._added]
        first = self._count - len(sizes)
        known = np.repeat(np.arange(len(self._starts) - 1) >> self._bits, np.diff(self._starts))
        words = np.concatenate([known.astype(np.int16), *(one.words for one in self._added)])
        codes = np.concatenate([self._codes, *(one.codes for one in self._added)])
        added = np.repeat(np.arange(first, self._count, dtype=np.int32), sizes)
        owners = np.concatenate([self._owners, added])
        places = np.concatenate([self._places, *(one.places for one in self._added)])
        self._added = []
        expected = len(words) / (count() * _BUCKET)
        self._bits = int(np.clip(np.ceil(np.log2(max(expected, 1))), 0, 16))
        bucket = _bucket(words.astype(np.int32), codes, self._bits)
        order = np.argsort(bucket, kind="stable")
        of_bucket = np.bincount(bucket, minlength=count() << self._bits)
        self._starts = np.concatenate([[0], np.cumsum(of_bucket)])
        self._codes, self._owners, self._places = codes[order], owners[order], places[order]
        of_word = np.bincount(words, minlength=count())
        rarity = np.log1p((len(words) + 1) / (of_word + 5.0))
        usual = np.log1p((len(words) + 1) / (of_word.mean() + 5.0))
        self._rarity = (rarity / usual).astype(np.float32)

    def _near(self, features: LocalFeatures) -> tuple[Words, Words, Words]:
        """Pairs of a feature and an entry of nearly the same code, with the codes' distance."""
        words, differences = differing(features.descriptors, _WORDS_ASKED)
        codes = code_of(differences)
        asked = np.repeat(np.arange(len(words)), words.shape[1])
        words, codes = words.ravel(), codes.ravel()
        buckets, row = self._buckets(words, codes, differences.reshape(-1, CODE_BITS))
        asked, codes = asked[row], codes[row]
        starts = self._starts[buckets]
        lengths = self._starts[buckets + 1] - starts
        ends = np.cumsum(lengths)
        entry = np.arange(ends[-1], dtype=np.int32)
        entry += np.repeat((starts - (ends - lengths)).astype(np.int32), lengths)
        distance = np.bitwise_count(self._codes[entry] ^ np.repeat(codes, lengths))
        pairs = np.cumsum(np.bincount(distance, minlength=_CODE_DISTANCE + 1)[: _CODE_DISTANCE + 1])
        limit = max(int(np.searchsorted(pairs, _MOST_PAIRS, side="right")) - 1, _SURE_DISTANCE)
        near = np.flatnonzero(distance <= limit)
        which = np.searchsorted(ends, near, side="right")
        return asked[which], entry[near], distance[near].astype(np.int64)

    def _buckets(self, words: Words, codes: Codes, differences: Floats) -> tuple[Words, Words]:
        """Where to look: the first bits of the code as they are, and with unsure ones turned."""
        base = _bucket(words, codes, self._bits)
        row = np.arange(len(words))
        unsure = np.argsort(np.abs(differences[:, : self._bits]), axis=1)[:, :_UNSURE_BITS]
        for column in range(unsure.shape[1]):
            flip = np.left_shift(1, self._bits - 1 - unsure[:, column])
            base = np.concatenate([base, base ^ flip[row]])
            row = np.concatenate([row, row])
        return base, row


def _bucket(words: Words, codes: Codes, bits: int) -> Words:
    if bits == 0:
        return words
    return (words << bits) | (codes >> np.uint64(CODE_BITS - bits)).astype(words.dtype)


def _agreeing(
    query: Floats, reference: Floats, owner: Words, weight: Floats
) -> tuple[Words, Floats]:
    """The references with any vote, and the most votes for one difference of size and turn."""
    size = np.log2(query[:, 2] / reference[:, 2])
    turn = (query[:, 3] - reference[:, 3]) / (2 * np.pi) * _TURN_BINS
    size_bin = np.clip(np.round(size * 2 + 8), 0, _SIZE_BINS - 2).astype(np.int64)
    turn_bin = np.round(turn).astype(np.int64) % _TURN_BINS
    touched, seat = np.unique(owner, return_inverse=True)
    bins = (seat * _SIZE_BINS + size_bin) * _TURN_BINS + turn_bin
    total = len(touched) * _SIZE_BINS * _TURN_BINS
    votes = np.bincount(bins, weight, total).reshape(-1, _SIZE_BINS, _TURN_BINS)
    votes = votes + np.roll(votes, 1, 2)  # a peak may lie between two bins
    votes = votes + np.roll(votes, 1, 1)
    return touched, votes.reshape(len(touched), -1).max(1, initial=0)
