"""Look at the listings of open cases again: still there, changed, or gone?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from headwater.domain.brands import PlatformAccess
from headwater.domain.cases import Case, CaseState
from headwater.domain.listings import CollectedBy, Sighting
from headwater.domain.platforms import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAgain:
    """How many listings were sent to be captured, and how many we may not fetch by ourselves."""

    sent: int
    not_allowed: int


def look_again(
    cases: Iterable[Case],
    *,
    slot: str,
    at: datetime,
    access_to: Callable[[Platform], PlatformAccess],
    send: Callable[[Sighting], None],
) -> LookedAgain:
    """Have the page of every case that is not settled captured once more.

    Closed cases are looked at too: a listing that was taken down may come back. `slot` names the
    look (its time), so that a repeated call makes the same captures. Where pages may not be
    fetched a person has to look, and the count says so.
    """
    sent = not_allowed = 0
    for case in cases:
        if not (case.state.needs_attention or case.state is CaseState.CLOSED):
            continue
        if not access_to(case.listing.key.platform).fetch_pages:
            not_allowed += 1
            continue
        send(
            Sighting(
                brand=case.brand,
                listing=case.listing,
                run=f"again#{slot}",
                watch="",
                query="",
                rank=0,
                route="page_fetch",
                collected_by=CollectedBy.SCHEDULE,
                seen_at=at,
                look=slot,
            )
        )
        sent += 1
    return LookedAgain(sent=sent, not_allowed=not_allowed)
