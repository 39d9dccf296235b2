"""What the report says of the listings that were seen, suspect or not."""

from dataclasses import dataclass
from datetime import datetime

from headwater.domain.cases import Case
from headwater.domain.listings import Sighting
from headwater.domain.risk import Band
from headwater.usecases.report.cases import Picture, case_picture, pictures_of
from headwater.usecases.report.state import ReportState
from headwater.usecases.report.words import OUTCOMES, page_name, price_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRow:
    """A listing that was seen. `case_page` is None where it is not suspect."""

    platform: str
    offer_id: str
    title: str | None
    price: str | None
    seller: str | None
    query: str
    seen_at: datetime
    kept: str
    picture: Picture | None
    case_page: str | None
    score: int | None
    band: Band | None
    rehearsal: bool


def listing_rows(state: ReportState) -> tuple[ListingRow, ...]:
    """The listings seen, newest first, each once."""
    cases = state.case_of
    first_sightings = {one.listing.key: one for one in state.sightings}
    newest_first = sorted(first_sightings.values(), key=lambda one: one.seen_at, reverse=True)
    return tuple(_listing_row(state, one, cases.get(one.listing.key)) for one in newest_first)


def _listing_row(state: ReportState, sighting: Sighting, case: Case | None) -> ListingRow:
    listing = sighting.listing
    captures = state.captures.get(listing.key, ())
    pictures = [picture for capture in captures for picture in pictures_of(capture)]
    return ListingRow(
        platform=listing.key.platform.title,
        offer_id=listing.key.offer_id,
        title=listing.title,
        price=price_words(listing.price),
        seller=listing.seller.name if listing.seller else None,
        query=sighting.query,
        seen_at=sighting.seen_at,
        kept=OUTCOMES[captures[0].outcome] if captures else "not kept yet",
        picture=(case_picture(state, case) if case else None) or next(iter(pictures), None),
        case_page=page_name(case.id) if case else None,
        score=case.risk.score if case else None,
        band=case.risk.band if case else None,
        rehearsal=any(capture.rehearsal for capture in captures),
    )
