"""By what a listing is known again under another id: its pictures, and who offers it."""

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.domain.fingerprints import Fingerprint
from headwater.domain.listings import ListingKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTrace:
    """A picture that a listing showed. `sha256` is that of its bytes as they were kept."""

    listing: ListingKey
    sha256: str
    fingerprint: Fingerprint
    capture_id: str
    part_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerTrace:
    """A listing of a seller. `brands` are well-known names of others that it sells under.

    `case` is the id of the case that the listing belongs to, if there is one.
    """

    listing: ListingKey
    brands: tuple[str, ...] = ()
    case: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A picture that another listing shows as well.

    `part_name` of capture `capture_id` is this listing's, `other_part` of `other_capture` the
    other's; `distance` counts differing bits of 256. `own`: it is the brand's photograph just as
    the brand shows it, which anybody can take.
    """

    listing: ListingKey
    capture_id: str
    part_name: str
    other_capture: str
    other_part: str
    distance: int
    own: bool = False


def nearest(
    traces: Sequence[PictureTrace], fingerprint: Fingerprint, radius: int
) -> list[tuple[int, PictureTrace]]:
    """Those within `radius` bits with their distance, the nearest first."""
    found = [(trace.fingerprint.distance(fingerprint), trace) for trace in traces]
    return sorted(
        (pair for pair in found if pair[0] <= radius),
        key=lambda pair: (pair[0], pair[1].listing, pair[1].sha256),
    )
