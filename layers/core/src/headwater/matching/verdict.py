"""What a reference laid over a picture amounts to: the same photograph, a relative, or nothing.

A copy agrees nearly everywhere that is not covered, and closely. A relative (another colour of the
series, another photograph, the same print) agrees in part, and in much of that only roughly.
"""

from typing import NamedTuple

import numpy as np

from headwater.domain.pictures import PictureEvidence, PictureMatch, PictureRelation
from headwater.matching.alignment import Agreement
from headwater.matching.local_features import Floats
from headwater.matching.transforms import transform

_CLOSE, _GOOD = 0.97, 0.88
"""Correlation of two blocks that show the same: hardly touched, and after a bad JPEG."""
_ROUGH = (0.5, 0.9)
"""Correlation of two blocks that only resemble each other; what is covered lies below."""
_SHADED = 0.8
"""Correlation of blocks whose form agrees, so that another shade is the product's."""
_CENTRE = 0.3
"""The product is in the middle: how far that reaches, in widths of the picture."""
_NEAR_COPY = 5.8
"""What a fingerprint that hardly differs counts; as much as 17 local features in place."""
_MOST_INLIERS = 60
"""More say nothing more: a relative before the same wall shares hundreds with the reference."""
_EVEN, _STEEP = 7.6, 1.0
"""Where the evidence speaks as much for as against, and how fast that changes: fitted to one set of
pictures and checked with another (docs/decisions/0049)."""
_SAME = 0.785
"""Below that one relative in five would be called the same, where it has few other details."""
_EVEN_LOGO, _IS_THERE = 6.0, 0.5
"""A logo has few details, and is one of a few: what is taken for it by chance had 4.1 at most."""
_CERTAIN = 0.98
_RELATED_INLIERS, _FEW_INLIERS = 15, 6
_RELATED_SHARE, _LEAST_SEEN = 0.5, 15
"""A relative shares many details, or some and half of what its blocks show."""


class Found(NamedTuple):
    """A reference laid over a picture, by fingerprint (`distance`) or by features (`inliers`)."""

    reference_id: str
    mirrored: bool
    shape: tuple[int, ...]
    agreement: Agreement
    distance: int | None
    inliers: int | None


def evidence(found: Found, *, logo: bool = False) -> float:
    """Grows with the details in place, with their closeness, with how much of the middle agrees;
    shrinks where that is of another shade, which a logo may well be.

    The weights were set by hand, in round numbers, while looking at a benchmark of altered
    photographs; nothing was fitted to those photographs.
    """
    agreement = found.agreement
    details = _NEAR_COPY
    if found.inliers is not None:
        details = 2 * float(np.log1p(min(found.inliers, _MOST_INLIERS)))
    closeness = (agreement.between(_CLOSE, 2) + 1) / (agreement.between(*_ROUGH) + 2)
    weight = agreement.weight * _centred(agreement)
    middle = float(weight[agreement.likeness > _GOOD].sum() / (weight.sum() + 1))
    other = 0.0
    if not logo:
        close = weight * (agreement.likeness > _SHADED)
        other = float((close * agreement.shade).sum() / (close.sum() + 1))
    return details + float(np.log(closeness)) + 5 * middle - 8 * other


def _centred(agreement: Agreement) -> Floats:
    """How much a block counts by its place: the middle of the reference most."""
    across, down = (
        np.exp(-((np.linspace(-0.5, 0.5, blocks) / _CENTRE) ** 2))
        for blocks in agreement.weight.shape[::-1]
    )
    return np.outer(down, across)


def probability(found: Found, *, logo: bool = False) -> float:
    """That the picture is a copy of the reference, however altered; that the logo is in it."""
    even = _EVEN_LOGO if logo else _EVEN
    return float(1 / (1 + np.exp(_STEEP * (even - evidence(found, logo=logo)))))


def is_certain(found: Found) -> bool:
    """Whether looking further would change nothing."""
    return probability(found) >= _CERTAIN


def _is_related(found: Found) -> bool:
    agreement, inliers = found.agreement, found.inliers or 0
    share = agreement.between(0.7, 2) / (agreement.seen + 3)
    alike = share > _RELATED_SHARE and agreement.seen > _LEAST_SEEN
    return inliers >= _RELATED_INLIERS or (inliers >= _FEW_INLIERS and alike)


def judged(found: Found, *, logo: bool = False) -> PictureMatch | None:
    """The match that this amounts to, if any. Nothing is *related* to a logo."""
    sure = probability(found, logo=logo)
    if sure < _IS_THERE if logo else sure < _SAME and not _is_related(found):
        return None
    relation = PictureRelation.SAME if sure >= _SAME else PictureRelation.RELATED
    made = transform(found.agreement, mirrored=found.mirrored, shape=found.shape)
    near = found.inliers is None
    return PictureMatch(
        reference_id=found.reference_id,
        probability=round(sure, 6),
        relation=PictureRelation.LOGO if logo else relation,
        evidence=PictureEvidence.FINGERPRINT if near else PictureEvidence.LOCAL_FEATURES,
        transform=made.words,
        distance=found.distance,
        inliers=found.inliers,
        query_region=made.query,
        reference_region=made.reference,
    )
