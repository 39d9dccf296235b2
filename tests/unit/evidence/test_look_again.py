"""Open and closed cases are looked at again, settled ones are left alone."""

from dataclasses import replace

import pytest

from headwater.domain.brands import PlatformAccess
from headwater.domain.cases import CaseState
from headwater.domain.listings import Sighting
from headwater.domain.platforms import Platform
from headwater.usecases.look_again import LookedAgain, look_again
from tests.factories import CASE, NOON


def looked(*states: CaseState, fetch_pages: bool = True) -> tuple[LookedAgain, list[Sighting]]:
    sent: list[Sighting] = []
    asked: list[Platform] = []

    def access_to(platform: Platform) -> PlatformAccess:
        asked.append(platform)
        return PlatformAccess(fetch_pages=fetch_pages)

    cases = [replace(CASE, state=state) for state in states]
    result = look_again(cases, slot="2026-W47", at=NOON, access_to=access_to, send=sent.append)
    assert set(asked) <= {CASE.listing.key.platform}
    return result, sent


@pytest.mark.parametrize(
    ("state", "again"),
    [
        (CaseState.OPEN, True),
        (CaseState.WATCHING, True),
        (CaseState.CONFIRMED, True),
        (CaseState.CLOSED, True),
        (CaseState.DISMISSED, False),
        (CaseState.AUTHORISED, False),
    ],
)
def test_who_is_looked_at_again(state: CaseState, again: bool) -> None:
    result, sent = looked(state)
    assert bool(sent) is again
    assert result == LookedAgain(sent=int(again), not_allowed=0)


def test_the_same_look_is_the_same_sighting() -> None:
    _, (first, second) = looked(CaseState.OPEN, CaseState.OPEN)
    assert first == second
    assert (first.look, first.run) == ("2026-W47", "again#2026-W47")
    assert first.listing == CASE.listing


def test_what_we_may_not_fetch_is_counted_and_not_sent() -> None:
    result, sent = looked(CaseState.OPEN, CaseState.CLOSED, fetch_pages=False)
    assert sent == []
    assert result == LookedAgain(sent=0, not_allowed=2)
