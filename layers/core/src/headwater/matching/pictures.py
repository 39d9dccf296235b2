"""Find the brand's own pictures among strangers' pictures, however they were altered.

First by fingerprint: a near copy is found in milliseconds. What that leaves goes to local features:
an index proposes references, geometry places them on the picture, and the placed reference is
compared with the picture block by block.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from headwater.domain.pictures import PictureMatch
from headwater.matching import local_features
from headwater.matching.alignment import CELL, THUMBNAIL, Overlay, Placement, place
from headwater.matching.fingerprints import detailed_dhash
from headwater.matching.images import open_picture
from headwater.matching.local_features import Floats
from headwater.matching.picture_index import Entries, PictureIndex
from headwater.matching.side_by_side import side_by_side
from headwater.matching.verdict import Found, is_certain, judged
from headwater.matching.visual_words import quantised

__all__ = ["ALGORITHM_VERSION", "PictureMatcher", "StaleAnalysis", "side_by_side"]

ALGORITHM_VERSION = 2
"""Rises with every change of what `analyse` writes: references must then be analysed again."""

_QUERY_SIDE, _QUERY_FEATURES = 540, 1400
_REFERENCE_SIDE, _REFERENCE_FEATURES = 480, 500
_LONGEST = 1100
"""Pixels that the longer side of the working copy has at most, however narrow the picture."""
_CANDIDATES = 6
_FLAT = 6.0
"""Standard deviation of the brightness below which a picture has nothing to compare."""
_NEAR_COPY = 24
"""Of 256 dhash bits; the blocks are compared in any case."""
_NEAR_COPIES = 3
_STORED = ("thumbnail", "dhash", "places", "words", "codes")


class StaleAnalysis(ValueError):  # noqa: N818 - says what happened, not that it is an error
    """A stored analysis of another algorithm version, or none at all: analyse it again."""


def details(data: bytes) -> int:
    """How many places a picture has by which it is recognised. Raises UnreadablePicture."""
    grey = _grey(open_picture(data).convert("L"), _REFERENCE_SIDE)
    return len(local_features.extract(grey, _REFERENCE_FEATURES))


class PictureMatcher:
    """References, and the question which of them a picture shows.

    `fit` takes picture files; `analyse` and `add` do the same in two steps, so that a reference
    is analysed once, when the brand adds it, and only loaded afterwards.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._logos: set[str] = set()
        self._thumbnails: list[NDArray[np.uint8]] = []
        self._index = PictureIndex()
        """Every reference twice, as it is and mirrored: number 2 n and 2 n + 1, as in _dhashes."""
        self._dhashes: list[NDArray[np.uint8]] = []
        self._dhash_rows = np.empty((0, 32), np.uint8)

    def fit(self, references: Mapping[str, bytes]) -> None:
        """Analyse and add picture files by id. Raises UnreadablePicture."""
        for reference_id, data in references.items():
            self.add(reference_id, self.analyse(data))

    def analyse(self, data: bytes) -> bytes:
        """Everything that `add` needs to know of a picture file. Raises UnreadablePicture."""
        picture = open_picture(data).convert("L")
        grey = _grey(picture, _REFERENCE_SIDE)
        features = local_features.extract(grey, _REFERENCE_FEATURES)
        thumbnail = _thumbnail(picture)
        words, codes = zip(
            *(
                quantised(one.descriptors)
                for one in (features, local_features.mirrored(features, grey.shape[1]))
            ),
            strict=True,
        )
        across, down = thumbnail.shape[1] / grey.shape[1], thumbnail.shape[0] / grey.shape[0]
        places = features.places * [across, down, np.sqrt(across * down), 1]
        places[:, :2] += [(across - 1) / 2, (down - 1) / 2]  # pixels are counted by their middle
        file = io.BytesIO()
        np.savez(
            file,
            version=np.array(ALGORITHM_VERSION),
            thumbnail=thumbnail,
            dhash=np.stack([detailed_dhash(picture), detailed_dhash(ImageOps.mirror(picture))]),
            places=places.astype(np.float32),
            words=np.stack(words).astype(np.uint16),
            codes=np.stack(codes),
        )
        return file.getvalue()

    def add(self, reference_id: str, analysed: bytes, *, logo: bool = False) -> None:
        """Take what `analyse` returned as a reference: a picture, or a logo to be found in others.

        Raises StaleAnalysis.
        """
        stored = _stored(reference_id, analysed)
        if logo:
            self._logos.add(reference_id)
        straight = stored["places"]
        mirrored = local_features.mirrored_places(straight, stored["thumbnail"].shape[1])
        self._ids.append(reference_id)
        self._thumbnails.append(stored["thumbnail"])
        for side, places in enumerate((straight, mirrored)):
            words = stored["words"][side].astype(np.int64)
            self._index.add(Entries(places, words, stored["codes"][side]))
            self._dhashes.append(stored["dhash"][side])

    def find(self, query: bytes) -> list[PictureMatch]:
        """The references that the picture shows, the most probable first.

        Raises UnreadablePicture.
        """
        best: dict[str, PictureMatch] = {}
        for found in self._looked_at(open_picture(query).convert("L")):
            match = judged(found, logo=found.reference_id in self._logos)
            if match is None:
                continue
            known = best.get(match.reference_id)
            if known is None or match.probability > known.probability:
                best[match.reference_id] = match
        return sorted(best.values(), key=lambda match: (-match.probability, match.reference_id))

    def _looked_at(self, picture: Image.Image) -> Iterator[Found]:
        """Every reference that was laid over the picture; a certain near copy ends the search."""
        grey = _grey(picture, _QUERY_SIDE)
        if not self._ids or grey.std() < _FLAT:
            return
        overlay = Overlay(grey)
        certain = False
        for number, distance in self._near_copies(picture):
            placement = _whole(self._thumbnails[number // 2], grey)
            found = self._laid_over(overlay, number, placement, distance=distance)
            certain = certain or is_certain(found)
            yield found
        if certain:
            return
        features = local_features.extract(grey, _QUERY_FEATURES)
        for candidate in self._index.find(features, _CANDIDATES):
            placed = place(candidate.query, candidate.reference)
            if placed is not None:
                yield self._laid_over(
                    overlay, candidate.number, placed.placement, inliers=placed.inliers
                )

    def _laid_over(
        self,
        overlay: Overlay,
        number: int,
        placement: Placement,
        *,
        distance: int | None = None,
        inliers: int | None = None,
    ) -> Found:
        mirrored = number % 2 == 1
        thumbnail = self._thumbnails[number // 2].astype(np.float32)
        if mirrored:
            thumbnail = np.ascontiguousarray(thumbnail[:, ::-1])
        return Found(
            reference_id=self._ids[number // 2],
            mirrored=mirrored,
            shape=overlay.shape,
            agreement=overlay.agreement(thumbnail, placement),
            distance=distance,
            inliers=inliers,
        )

    def _near_copies(self, picture: Image.Image) -> list[tuple[int, int]]:
        """The references of nearly the same dhash by number, the nearest first; the distance."""
        if len(self._dhashes) != len(self._dhash_rows):
            self._dhash_rows = np.stack(self._dhashes)
        asked = detailed_dhash(picture).view(np.uint64)
        bits = np.bitwise_count(self._dhash_rows.view(np.uint64) ^ asked)
        distances = bits.sum(1, dtype=np.int64)
        nearest = np.argsort(distances, kind="stable")[:_NEAR_COPIES]
        return [(int(n), int(distances[n])) for n in nearest if distances[n] <= _NEAR_COPY]


def _stored(reference_id: str, analysed: bytes) -> dict[str, NDArray[Any]]:
    try:
        with np.load(io.BytesIO(analysed), allow_pickle=False) as file:
            version = int(file["version"])
            if version == ALGORITHM_VERSION:
                return {name: file[name] for name in _STORED}
    except (ValueError, TypeError, KeyError, OSError, EOFError, BadZipFile) as error:
        raise StaleAnalysis(f"{reference_id}: no analysed picture") from error
    raise StaleAnalysis(f"{reference_id}: version {version}, not {ALGORITHM_VERSION}")


def _grey(picture: Image.Image, side: int) -> Floats:
    """A grey copy of about side x side pixels in area, whatever its proportions."""
    width, height = picture.size
    scale = min(side / np.sqrt(width * height), 2.5, _LONGEST / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    filtered = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    return np.asarray(picture.resize(size, filtered), np.float32)


def _thumbnail(picture: Image.Image) -> NDArray[np.uint8]:
    scale = THUMBNAIL / max(picture.size)
    width, height = (max(2, round(side * scale / CELL)) * CELL for side in picture.size)
    return np.asarray(picture.resize((width, height), Image.Resampling.BOX))


def _whole(thumbnail: NDArray[np.uint8], grey: Floats) -> Placement:
    """The thumbnail laid over the whole picture."""
    down, across = grey.shape[0] / thumbnail.shape[0], grey.shape[1] / thumbnail.shape[1]
    return np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
