"""What a reference laid over a picture amounts to: the same photograph, a relative, or nothing.

A copy agrees nearly everywhere that is not covered, and closely. A relative (another colour of the
series, another photograph, the same print) agrees in part, and in much of that only roughly.
"""

from typing import NamedTuple

import numpy as np

from headwater.domain.pictures import PictureEvidence, PictureMatch, PictureRelation
from headwater.matching.alignment import Agreement
from headwater.matching.transforms import transform

_CLOSE, _ROUGH = 0.94, (0.5, 0.85)
"""Correlation of two blocks that show the same, and of two that only resemble each other."""
_SAME = 0.5
_CERTAIN = 0.98
_RELATED_INLIERS = 12
_RELATED_SHARE = 0.45


class Found(NamedTuple):
    """A reference laid over a picture, by fingerprint (`distance`) or by features (`inliers`)."""

    reference_id: str
    mirrored: bool
    shape: tuple[int, ...]
    agreement: Agreement
    distance: int | None
    inliers: int | None


def probability(found: Found) -> float:
    """That the picture is a copy of the reference, however altered.

    A logistic function with weights set by hand on a benchmark of altered photographs, so that
    unrelated pictures stay below 0.5; nothing was fitted to those photographs.
    """
    agreement = found.agreement
    close, rough = agreement.between(_CLOSE, 2), agreement.between(*_ROUGH)
    covered = agreement.between(0.9, 2) / (agreement.seen + 3)
    details = 7.0 if found.inliers is None else 2 * float(np.log1p(found.inliers))
    odds = details + 1.5 * float(np.log((close + 1) / (rough + 2))) + 4 * covered - 10
    return float(1 / (1 + np.exp(-odds)))


def is_certain(found: Found) -> bool:
    """Whether looking further would change nothing."""
    return probability(found) >= _CERTAIN


def judged(found: Found) -> PictureMatch | None:
    """The match that this amounts to, if any."""
    sure = probability(found)
    agreement = found.agreement
    share = agreement.between(0.7, 2) / (agreement.seen + 3)
    related = (found.inliers or 0) >= _RELATED_INLIERS or share > _RELATED_SHARE
    if sure < _SAME and not related:
        return None
    made = transform(agreement, mirrored=found.mirrored, shape=found.shape)
    near = found.inliers is None
    return PictureMatch(
        reference_id=found.reference_id,
        probability=round(sure, 6),
        relation=PictureRelation.SAME if sure >= _SAME else PictureRelation.RELATED,
        evidence=PictureEvidence.FINGERPRINT if near else PictureEvidence.LOCAL_FEATURES,
        transform=made.words,
        distance=found.distance,
        inliers=found.inliers,
        query_region=made.query,
        reference_region=made.reference,
    )
