"""Find the brand's own pictures among strangers' pictures, however they were altered."""

import json
from collections.abc import Mapping
from itertools import starmap

from PIL import Image, ImageOps, ImageStat

from headwater.domain.fingerprints import Fingerprint, FingerprintKind
from headwater.domain.pictures import PictureEvidence, PictureMatch, PictureRelation
from headwater.matching.fingerprints import fingerprints_of
from headwater.matching.images import open_picture
from headwater.matching.side_by_side import side_by_side

__all__ = ["ALGORITHM_VERSION", "PictureMatcher", "StaleAnalysis", "side_by_side"]

ALGORITHM_VERSION = 1
"""Rises with every change of what `analyse` writes: references must then be analysed again."""

_WHOLE = (0.0, 0.0, 1.0, 1.0)
_SAME_BITS = 22
"""Of 256: copies that were only re-encoded or resized differ in fewer, series in more."""
_RELATED_BITS = 34
_FLAT = 6.0
"""Standard deviation of the brightness below which a picture has nothing to compare."""


class StaleAnalysis(ValueError):  # noqa: N818 - says what happened, not that it is an error
    """A stored analysis of another algorithm version, or none at all: analyse it again."""


class PictureMatcher:
    """References, and the question which of them a picture shows.

    `fit` takes picture files; `analyse` and `add` do the same in two steps, so that a reference
    is analysed once, when the brand adds it, and only loaded afterwards.
    """

    def __init__(self) -> None:
        self._references: dict[str, tuple[Fingerprint, Fingerprint]] = {}

    def fit(self, references: Mapping[str, bytes]) -> None:
        """Analyse and add picture files by id. Raises UnreadablePicture."""
        for reference_id, data in references.items():
            self.add(reference_id, self.analyse(data))

    def analyse(self, data: bytes) -> bytes:
        """Everything that `add` needs to know of a picture file. Raises UnreadablePicture."""
        picture = open_picture(data)
        fingerprints = [_detailed(picture), _detailed(ImageOps.mirror(picture))]
        analysed = {
            "version": ALGORITHM_VERSION,
            "fingerprints": [] if _is_flat(picture) else list(map(str, fingerprints)),
        }
        return json.dumps(analysed).encode()

    def add(self, reference_id: str, analysed: bytes) -> None:
        """Take what `analyse` returned as a reference. Raises StaleAnalysis."""
        try:
            record = json.loads(analysed)
            version = record["version"]
            fingerprints = tuple(map(Fingerprint.parse, record["fingerprints"]))
        except (ValueError, TypeError, KeyError) as error:
            raise StaleAnalysis(f"{reference_id}: no analysed picture") from error
        if version != ALGORITHM_VERSION:
            raise StaleAnalysis(f"{reference_id}: version {version}, not {ALGORITHM_VERSION}")
        if fingerprints:
            upright, mirrored = fingerprints
            self._references[reference_id] = (upright, mirrored)

    def find(self, query: bytes) -> list[PictureMatch]:
        """The references that the picture shows, the most probable first.

        Raises UnreadablePicture.
        """
        picture = open_picture(query)
        if _is_flat(picture):
            return []
        asked = _detailed(picture)
        nearest = (
            (reference_id, upright.distance(asked), mirrored.distance(asked))
            for reference_id, (upright, mirrored) in self._references.items()
        )
        matches = [match for match in starmap(_match, nearest) if match is not None]
        return sorted(matches, key=lambda match: (-match.probability, match.reference_id))


def _detailed(picture: Image.Image) -> Fingerprint:
    return next(
        one
        for one in fingerprints_of(picture)
        if (one.kind, one.width) == (FingerprintKind.DHASH, 256)
    )


def _is_flat(picture: Image.Image) -> bool:
    return ImageStat.Stat(picture.convert("L")).stddev[0] < _FLAT


def _match(reference_id: str, upright: int, mirrored: int) -> PictureMatch | None:
    distance = min(upright, mirrored)
    if distance > _RELATED_BITS:
        return None
    same = distance <= _SAME_BITS
    return PictureMatch(
        reference_id=reference_id,
        probability=1 - 0.5 * (distance / _SAME_BITS) ** 2 if same else 0.3,
        relation=PictureRelation.SAME if same else PictureRelation.RELATED,
        evidence=PictureEvidence.FINGERPRINT,
        transform="mirrored" if mirrored < upright else "unchanged",
        distance=distance,
        query_region=_WHOLE,
        reference_region=_WHOLE,
    )
