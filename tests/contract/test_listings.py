"""The listings table keeps the first sight of an offer, for each brand apart."""

from dataclasses import replace
from datetime import timedelta

import pytest

from headwater.adapters.dynamodb.listings import Listings
from headwater.adapters.dynamodb.runs import Runs
from headwater.domain.coverage import Asked, Run
from headwater.domain.listings import ListingKey
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from tests.factories import NOON, SIGHTING

pytestmark = pytest.mark.local_aws


def test_the_first_sight_of_a_listing_wins(tables: dict[str, str]) -> None:
    listings = Listings(tables["ListingsTable"])
    assert listings.add(SIGHTING)
    assert not listings.add(replace(SIGHTING, run="later", seen_at=NOON + timedelta(days=1)))
    assert listings.get("fjellvik", SIGHTING.listing.key) == SIGHTING


def test_two_brands_do_not_see_each_other(tables: dict[str, str]) -> None:
    listings = Listings(tables["ListingsTable"])
    listings.add(SIGHTING)
    assert listings.add(replace(SIGHTING, brand="other"))
    assert [seen.brand for seen in listings.latest("other", 10)] == ["other"]
    assert listings.get("third", SIGHTING.listing.key) is None


def test_the_latest_come_newest_first(tables: dict[str, str]) -> None:
    listings = Listings(tables["ListingsTable"])
    for day in range(3):
        key = ListingKey(Platform.ALI1688, f"60174865872{day}")
        listing = replace(SIGHTING.listing, key=key)
        listings.add(replace(SIGHTING, listing=listing, seen_at=NOON + timedelta(days=day)))
    days = [seen.seen_at.day for seen in listings.latest("fjellvik", 2)]
    assert days == [23, 22]


def test_a_run_comes_back_as_it_was(tables: dict[str, str]) -> None:
    runs = Runs(tables["RunsTable"])
    asked = Asked(
        platform=Platform.ALIEXPRESS,
        watch="mugs",
        query="fjellvik mug",
        route="page_fetch",
        verdict=Verdict.BLOCKED_CHALLENGE,
        reason="a slider instead of results",
        items=0,
        new=0,
    )
    run = Run(brand="fjellvik", id="r1", started_at=NOON, finished_at=NOON, asked=(asked,))
    runs.add(run)
    runs.add(run)
    assert runs.latest("fjellvik", 10) == [run]
    assert not run.covered
