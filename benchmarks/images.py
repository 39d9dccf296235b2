"""The picture matcher in the form that a picture benchmark takes: `fit` and `score`."""

from headwater.matching.images import UnreadablePicture
from headwater.matching.pictures import PictureMatcher


class _Scored:
    """The probability of the same picture as the score."""

    def __init__(self) -> None:
        self._matcher = PictureMatcher()

    def fit(self, references: dict[str, bytes]) -> None:
        self._matcher.fit(references)

    def score(self, query: bytes) -> list[tuple[str, float]]:
        try:
            matches = self._matcher.find(query)
        except UnreadablePicture:
            return []
        return [(match.reference_id, match.probability) for match in matches]


def matcher() -> _Scored:
    return _Scored()
