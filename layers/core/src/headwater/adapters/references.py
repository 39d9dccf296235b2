"""The brand's own pictures, ready to compare with: analysed once, kept beside the pictures."""

from headwater.adapters.desk import reference_key
from headwater.adapters.store import Bucket, NoSuchObject
from headwater.domain.brands import Brand
from headwater.matching.pictures import ALGORITHM_VERSION, PictureMatcher, StaleAnalysis


def analysed_key(brand: str, sha256: str) -> str:
    """Where a picture's analysis lies; another version of the algorithm looks elsewhere."""
    return f"config/analysed/{brand}/{sha256}/{ALGORITHM_VERSION}"


def picture_matcher(brand: Brand, work: Bucket) -> PictureMatcher:
    """A matcher that knows every picture of the brand.

    A picture without an analysis of this version is analysed now, and the analysis kept for the
    next process. Raises NoSuchObject for a picture that was never pushed, UnreadablePicture.
    """
    matcher = PictureMatcher()
    for reference in brand.references:
        key = analysed_key(brand.id, reference.sha256)
        try:
            matcher.add(reference.id, work.get(key))
        except (NoSuchObject, StaleAnalysis):
            analysed = matcher.analyse(work.get(reference_key(brand.id, reference.sha256)))
            work.put(key, analysed, "application/octet-stream")
            matcher.add(reference.id, analysed)
    return matcher
