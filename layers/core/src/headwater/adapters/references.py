"""The brand's own pictures, ready to compare with: analysed once, kept beside the pictures."""

from collections.abc import Callable

from headwater.adapters.desk import reference_key
from headwater.adapters.store import Bucket, NoSuchObject
from headwater.domain.brands import Brand, Reference, ReferenceKind
from headwater.domain.pictures import UnreadablePicture
from headwater.matching.pictures import ALGORITHM_VERSION, PictureMatcher, StaleAnalysis


def analysed_key(brand: str, sha256: str) -> str:
    """Where a picture's analysis lies; another version of the algorithm looks elsewhere."""
    return f"config/analysed/{brand}/{sha256}/{ALGORITHM_VERSION}"


def not_analysed(brand: Brand, work: Bucket) -> list[Reference]:
    """The references of which no analysis of this version is kept."""
    kept = set(work.list(f"config/analysed/{brand.id}/"))
    return [one for one in brand.references if analysed_key(brand.id, one.sha256) not in kept]


def analyse_missing(
    brand: Brand, work: Bucket, *, done: Callable[[Reference], None] = lambda _: None
) -> tuple[int, list[str]]:
    """Analyse what no analysis of this version is kept of; how many, and who could not be and why.

    Takes about 40 ms of CPU for a picture. `done` is told of each.
    """
    count, problems = 0, []
    matcher = PictureMatcher()
    for reference in not_analysed(brand, work):
        try:
            analysed = matcher.analyse(work.get(reference_key(brand.id, reference.sha256)))
        except (NoSuchObject, UnreadablePicture) as error:
            problems.append(f"{reference.id}: {error}")
            continue
        _keep(brand, reference, analysed, work)
        count += 1
        done(reference)
    return count, problems


def picture_matcher(brand: Brand, work: Bucket) -> PictureMatcher:
    """A matcher that knows every picture of the brand.

    A picture without an analysis of this version is analysed now, and the analysis kept for the
    next process. Raises NoSuchObject for a picture that was never pushed, UnreadablePicture.
    """
    matcher = PictureMatcher()
    for reference in brand.references:
        logo = reference.kind is ReferenceKind.LOGO
        try:
            analysed = work.get(analysed_key(brand.id, reference.sha256))
            matcher.add(reference.id, analysed, logo=logo)
        except (NoSuchObject, StaleAnalysis):
            analysed = matcher.analyse(work.get(reference_key(brand.id, reference.sha256)))
            _keep(brand, reference, analysed, work)
            matcher.add(reference.id, analysed, logo=logo)
    return matcher


def _keep(brand: Brand, reference: Reference, analysed: bytes, work: Bucket) -> None:
    work.put(analysed_key(brand.id, reference.sha256), analysed, "application/octet-stream")
