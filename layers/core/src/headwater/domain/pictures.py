"""What the comparison of a found picture with the brand's own says, and why."""

from dataclasses import dataclass
from enum import StrEnum

Region = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of the picture's width and height, 0 to 1."""


class PictureRelation(StrEnum):
    """How the two pictures belong together. The values are stored: never rename one."""

    SAME = "same"
    """One photograph, however it was altered."""
    RELATED = "related"
    """Another photograph of the product, another colour of the series, the same print."""
    LOGO = "logo"
    """The brand's logo, somewhere inside the picture."""


class PictureEvidence(StrEnum):
    """What the match rests on. The values are stored: never rename one."""

    FINGERPRINT = "fingerprint"
    LOCAL_FEATURES = "local_features"


class UnreadablePicture(Exception):  # noqa: N818 - says what happened, not that it is an error
    """These bytes give no picture that can be compared. `reason` says why in plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMatch:
    """One reference that a picture was found to match.

    `probability` is that of the *same* photograph (or logo), 0 to 1. `distance` counts differing
    fingerprint bits, `inliers` the details that agree in place, size and direction.
    """

    reference_id: str
    probability: float
    relation: PictureRelation
    evidence: PictureEvidence
    transform: str
    """In words: "unchanged", "mirrored, cropped 40 %, fills 30 % of the picture"."""
    distance: int | None = None
    inliers: int | None = None
    query_region: Region | None = None
    reference_region: Region | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"not a probability: {self.probability}")
