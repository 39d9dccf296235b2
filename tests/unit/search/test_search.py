"""A run asks every watch's words, keeps what is new, and says what it could not look at."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from headwater.adapters.routes.page_fetch import PageFetch
from headwater.domain.brands import Desk, PlatformAccess, Reference, Watch
from headwater.domain.coverage import Asked, Run
from headwater.domain.exchanges import Fetched
from headwater.domain.listings import CollectedBy, Listing, ListingKey
from headwater.domain.pages import PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform, RouteName
from headwater.domain.queries import Query
from headwater.usecases.search import Reply, Route, plan_of, search
from headwater_demo.marketplace import REFUSED_WORD
from tests.factories import BRAND, LISTING, RUN
from tests.fakes.search import (
    NOON,
    ListingsInMemory,
    PagesInMemory,
    RehearsedWeb,
    RunsInMemory,
    VisitsInMemory,
    fetched,
)

KNOWN = {
    Platform.ALIEXPRESS: "https://www.aliexpress.com/item/1005999000000101.html",
    Platform.ALI1688: "https://detail.1688.com/offer/601748658723.html",
}
"""The listing that must be there: the rehearsal marketplace's, and the one of `LISTING`."""


def allowed(platform: Platform, **changes: object) -> PlatformAccess:
    access = PlatformAccess(fetch_pages=True, canary_listing=KNOWN[platform], pages=1)
    return replace(access, **changes)  # type: ignore[arg-type]


class Room:
    def __init__(self) -> None:
        self.listings = ListingsInMemory()
        self.runs = RunsInMemory()
        self.pages = PagesInMemory()
        self.visits = VisitsInMemory()

    def search(
        self,
        *words: str,
        platform: Platform = Platform.ALIEXPRESS,
        access: PlatformAccess | None = None,
        web: RehearsedWeb | None = None,
        routes: Sequence[Route] = (),
        slot: datetime = NOON,
        watch: Watch | None = None,
        until: datetime | None = None,
        rehearsal: bool = False,
    ) -> Run:
        watch = watch or Watch(id="mugs", platforms=(platform,), words=words)
        brand = replace(BRAND, watches=(watch,))
        access = access or allowed(platform)
        return search(
            platform,
            brand=brand,
            desk=Desk(contact="mail@example.com", brands=(brand,), access=((platform, access),)),
            routes=routes or (PageFetch(web or RehearsedWeb()),),
            slot=slot,
            until=until or slot + timedelta(minutes=10),
            rehearsal=rehearsal,
            visits=self.visits,
            listings=self.listings,
            runs=self.runs,
            pages=self.pages,
            clock=lambda: slot,
        )


def questions(run: Run) -> list[Asked]:
    """What was asked for the brand, without the canaries."""
    return [asked for asked in run.asked if not asked.canary]


def test_what_is_found_is_kept_with_how_it_was_found() -> None:
    room = Room()
    run = room.search("harvelk")
    assert run.covered
    assert questions(run)[0].new == questions(run)[0].items == len(room.listings.kept) > 3
    first = next(iter(room.listings.kept.values()))
    assert (first.query, first.rank, first.collected_by) == ("harvelk", 1, CollectedBy.SCHEDULE)
    assert first.page_object in room.pages.kept
    assert (first.page_url or "").startswith("https://")


def test_the_second_run_finds_nothing_new() -> None:
    room = Room()
    room.search("harvelk")
    again = room.search("harvelk", slot=NOON + timedelta(days=1))
    assert questions(again)[0].items > 0
    assert questions(again)[0].new == 0
    pages = [name for name in room.pages.kept if not name.endswith(".warc.gz")]
    assert len(pages) == 1  # the canaries' are not kept
    assert len(room.pages.kept) > len(pages)  # and what went over the wire


def test_nothing_is_fetched_where_the_owner_did_not_allow_it_and_that_is_said() -> None:
    web = RehearsedWeb()
    run = Room().search("harvelk", access=PlatformAccess(), web=web)
    assert web.asked == []
    assert not run.covered
    assert "switched off" in questions(run)[0].reason


def test_a_block_ends_the_run_but_keeps_what_was_found() -> None:
    room, web = Room(), RehearsedWeb()
    run = room.search("哈芙鹿", REFUSED_WORD, "搪瓷杯", platform=Platform.ALI1688, web=web)
    assert [asked.verdict for asked in questions(run)] == [
        Verdict.OK,
        Verdict.BLOCKED_CHALLENGE,
        Verdict.BLOCKED_CHALLENGE,
    ]
    assert "earlier in this run" in questions(run)[2].reason
    assert len(web.asked) == 4  # the canaries, one answered, one refused
    assert room.listings.kept
    assert not run.covered


def test_a_host_that_does_not_answer_is_no_empty_result() -> None:
    run = Room().search("harvelk", web=RehearsedWeb(down=("www.aliexpress.com",)))
    assert questions(run)[0].verdict is Verdict.ERROR
    assert "did not answer" in questions(run)[0].reason
    assert not run.covered


def test_a_page_whose_data_moved_is_a_drift_and_not_an_empty_result() -> None:
    class Moved(RehearsedWeb):
        def fetch(self, url: str) -> Fetched:
            items: dict[str, object] = {"mods": {"itemList": {"content": [{"renamed": 1}]}}}
            items["pageInfo"] = {"totalResults": 10}
            data = json.dumps({"data": {"root": {"fields": items}}})
            script = f"<script>window._dida_config_._init_data_= {{ data: {data} }}</script>"
            return fetched(url, 200, script.encode())

    run = Room().search("harvelk", web=Moved())
    assert not run.covered
    assert questions(run)[0].verdict is Verdict.SCHEMA_DRIFT


def test_a_slot_is_searched_once() -> None:
    room, web = Room(), RehearsedWeb()
    first = room.search("harvelk", web=web)
    asked = len(web.asked)
    assert room.search("harvelk", web=web) == first
    assert len(web.asked) == asked


# --- routes ------------------------------------------------------------------------------------


class Interface:
    """A route that answers as it is told, and remembers what it was asked."""

    def __init__(
        self,
        name: RouteName,
        *verdicts: Verdict,
        listings: tuple[Listing, ...] = (LISTING,),
        pictures: bool = True,
    ) -> None:
        self.name = name
        self.asked: list[str] = []
        self._verdicts = list(verdicts)
        self._listings = listings
        self._pictures = pictures

    def takes(self, query: Query) -> bool:
        return not query.listing and query.page == 1 and (self._pictures or not query.picture)

    def ask(self, query: Query) -> Reply:
        self.asked.append(query.label)
        verdict = self._verdicts.pop(0) if self._verdicts else Verdict.OK
        return Reply(
            reading=PageReading(
                platform=query.platform,
                kind=PageKind.SEARCH,
                verdict=verdict,
                reason=f"as told: {verdict}",
                listings=self._listings if verdict is Verdict.OK else (),
            )
        )


GATEWAY = RouteName.GATEWAY_1688
HERO = Reference(id="mug.jpg", product="", sha256="b" * 64)
PICTURES = Watch(id="heroes", platforms=(Platform.ALI1688,), words=(), pictures=(HERO,))


def test_the_first_route_that_answers_is_enough_and_each_try_is_recorded() -> None:
    first = Interface(GATEWAY, Verdict.ERROR, Verdict.ERROR)
    second = Interface(RouteName.PAGE_FETCH)
    run = Room().search("杯", platform=Platform.ALI1688, routes=[first, second])
    tries = [(asked.route, asked.verdict) for asked in questions(run)]
    assert tries == [(GATEWAY, Verdict.ERROR), (RouteName.PAGE_FETCH, Verdict.OK)]
    third = Interface(GATEWAY)
    run = Room().search("杯", platform=Platform.ALI1688, routes=[third, second])
    assert [asked.route for asked in questions(run)] == [GATEWAY]
    assert run.covered


def test_a_picture_goes_to_a_route_that_can_search_for_it() -> None:
    pages, gateway = Interface(RouteName.PAGE_FETCH, pictures=False), Interface(GATEWAY)
    room = Room()
    run = room.search(platform=Platform.ALI1688, routes=[pages, gateway], watch=PICTURES)
    assert pages.asked == []
    assert gateway.asked == ["数据线", "picture mug.jpg"]
    (sighting,) = room.listings.kept.values()
    assert (sighting.query, sighting.route) == ("picture mug.jpg", GATEWAY)
    assert run.covered


def test_a_watch_may_choose_among_the_routes_of_its_platform() -> None:
    pages, gateway = Interface(RouteName.PAGE_FETCH), Interface(GATEWAY)
    watch = replace(PICTURES, words=("杯",), pictures=(), routes=(GATEWAY,))
    room = Room()
    run = room.search(platform=Platform.ALI1688, routes=[pages, gateway], watch=watch)
    assert (pages.asked, [asked.route for asked in questions(run)]) == ([], [GATEWAY])


def test_a_picture_that_no_route_can_search_for_is_a_gap() -> None:
    run = Room().search(platform=Platform.ALI1688, watch=PICTURES)
    assert not run.covered
    assert "no route of 1688 searches for a picture" in run.asked[0].reason


# --- canaries ----------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", [Verdict.OK_EMPTY, Verdict.SHELL_NO_DATA, Verdict.ERROR])
def test_a_run_whose_canary_is_not_found_is_blind_whatever_else_it_saw(verdict: Verdict) -> None:
    room, route = Room(), Interface(GATEWAY, verdict)
    run = room.search("杯", platform=Platform.ALI1688, routes=[route])
    assert "数据线" in run.blind
    assert not run.asked[0].verdict.covers
    assert not run.covered
    assert questions(run)[0].verdict is Verdict.OK
    assert room.listings.kept


def test_what_the_canary_finds_is_nobody_s_listing() -> None:
    room = Room()
    told = Interface(GATEWAY, Verdict.OK, Verdict.GONE)
    room.search("杯", platform=Platform.ALI1688, routes=[told])
    assert room.listings.kept == {}


def test_a_canary_that_is_refused_ends_the_run_before_it_begins() -> None:
    route = Interface(GATEWAY, Verdict.BLOCKED_CHALLENGE)
    run = Room().search("杯", "壶", platform=Platform.ALI1688, routes=[route])
    assert route.asked == ["数据线"]
    assert run.blind
    assert {asked.verdict for asked in run.asked} == {Verdict.BLOCKED_CHALLENGE}


def test_the_known_listing_must_be_there_too() -> None:
    assert Room().search("harvelk").covered
    known = KNOWN[Platform.ALIEXPRESS]
    gone = allowed(Platform.ALIEXPRESS, canary_listing=known.replace("101", "999"))
    run = Room().search("harvelk", access=gone)
    assert "was not found" in run.blind


def test_without_a_known_listing_nothing_is_proven() -> None:
    run = Room().search("harvelk", access=allowed(Platform.ALIEXPRESS, canary_listing=""))
    assert "no listing is known" in run.blind
    assert not run.covered


def test_a_route_that_opens_no_listing_must_show_it_among_the_canary_s_results() -> None:
    known = KNOWN[Platform.ALI1688]
    for address, blind in ((known, False), (known.replace("23.html", "24.html"), True)):
        access = allowed(Platform.ALI1688, canary_listing=address)
        route = Interface(GATEWAY)
        run = Room().search("杯", platform=Platform.ALI1688, routes=[route], access=access)
        assert bool(run.blind) is blind
        assert run.asked[0].verdict.covers is not blind


# --- refusals, budgets, time -------------------------------------------------------------------


def test_another_listing_in_the_place_of_the_known_one_is_not_it() -> None:
    class Everything(Interface):
        def takes(self, query: Query) -> bool:
            return True

    known = KNOWN[Platform.ALI1688]
    for address, blind in ((known, False), (known.replace("23.html", "24.html"), True)):
        access = allowed(Platform.ALI1688, canary_listing=address)
        route = Everything(GATEWAY)
        run = Room().search("杯", platform=Platform.ALI1688, routes=[route], access=access)
        assert bool(run.blind) is blind


def test_a_refusal_keeps_the_route_closed_for_the_next_runs() -> None:
    room = Room()
    refusing = Interface(GATEWAY, Verdict.OK, Verdict.RATE_LIMITED)
    room.search("杯", platform=Platform.ALI1688, routes=[refusing])
    later = Interface(GATEWAY)
    at = NOON + timedelta(hours=5)
    run = room.search("杯", platform=Platform.ALI1688, routes=[later], slot=at)
    assert later.asked == []
    assert run.asked[-1].verdict is Verdict.RATE_LIMITED
    assert "closed until 2026-11-21 18:00 UTC" in run.asked[-1].reason
    at = NOON + timedelta(hours=7)
    assert room.search("杯", platform=Platform.ALI1688, routes=[later], slot=at).covered


def test_an_answer_makes_the_next_refusal_a_first_one() -> None:
    room = Room()
    slots = [NOON, NOON + timedelta(hours=7), NOON + timedelta(hours=14)]
    told = [(Verdict.OK, Verdict.RATE_LIMITED), (), (Verdict.OK, Verdict.RATE_LIMITED)]
    for slot, verdicts in zip(slots, told, strict=True):
        route = Interface(GATEWAY, *verdicts)
        room.search("杯", platform=Platform.ALI1688, routes=[route], slot=slot)
    assert room.visits.lane("1688#1688_gateway").closed_until == slots[-1] + timedelta(hours=6)


def test_a_blind_run_covers_nothing_even_if_each_question_was_answered() -> None:
    run = Room().search("杯", platform=Platform.ALI1688, routes=[Interface(GATEWAY)])
    assert run.covered
    assert not replace(run, blind="the canary was not found").covered


def test_a_refused_rehearsal_closes_nothing_for_the_real_platform() -> None:
    room = Room()
    refusing = Interface(GATEWAY, Verdict.OK, Verdict.RATE_LIMITED)
    room.search("杯", platform=Platform.ALI1688, routes=[refusing], rehearsal=True)
    at = NOON + timedelta(hours=1)
    assert room.search(
        "杯", platform=Platform.ALI1688, routes=[Interface(GATEWAY)], slot=at
    ).covered


def test_the_daily_budget_counts_over_all_runs_of_a_day() -> None:
    room, route = Room(), Interface(GATEWAY)
    access = allowed(Platform.ALI1688, daily_budget=5)
    words = [f"杯{n}" for n in range(9)]
    for hour in range(3):
        at = NOON + timedelta(hours=hour)
        room.search(*words, platform=Platform.ALI1688, routes=[route], access=access, slot=at)
    assert len(route.asked) == 5
    assert "budget of 5" in room.runs.kept[-1].asked[-1].reason


def test_brands_share_the_budget_of_a_platform() -> None:
    watch = Watch(id="w", platforms=(Platform.ALI1688,), words=tuple(f"杯{n}" for n in range(99)))
    one = replace(BRAND, watches=(watch,))
    other = replace(BRAND, id="other", watches=(watch,))
    idle = replace(BRAND, id="idle", watches=())
    access = ((Platform.ALI1688, PlatformAccess(daily_budget=40)),)
    desk = Desk(contact="mail@example.com", brands=(one, other, idle), access=access)
    assert len(plan_of(one, desk, Platform.ALI1688, NOON.date()).today) == 18


def test_what_does_not_fit_into_the_time_of_the_run_is_said() -> None:
    run = Room().search("harvelk", until=NOON)
    assert not run.covered
    assert "time of this run" in run.asked[0].reason


# --- further pages -------------------------------------------------------------------------------


class Paged(Interface):
    """Every page of results is told; behind them is nothing."""

    def __init__(self, *pages: tuple[Listing, ...], total: int | None = None) -> None:
        super().__init__(GATEWAY)
        self._pages = pages
        self._total = total

    def takes(self, query: Query) -> bool:
        return not query.listing

    def ask(self, query: Query) -> Reply:
        self.asked.append(f"{query.label} {query.page}")
        found = self._pages[query.page - 1] if query.page <= len(self._pages) else ()
        return Reply(
            reading=PageReading(
                platform=query.platform,
                kind=PageKind.SEARCH,
                verdict=Verdict.OK if found else Verdict.BLOCKED_CHALLENGE,
                reason="as told",
                listings=found,
                total=self._total,
            )
        )


def offers(*numbers: int) -> tuple[Listing, ...]:
    keys = (ListingKey(Platform.ALI1688, f"70000000{number:04d}") for number in numbers)
    return tuple(replace(LISTING, key=key) for key in keys)


def depth_of(route: Paged, *words: str, **changes: object) -> tuple[list[Asked], list[str]]:
    access = allowed(Platform.ALI1688, pages=3, **changes)
    run = Room().search(*words, platform=Platform.ALI1688, routes=[route], access=access)
    return questions(run), route.asked[1:]  # without the canary


def test_further_pages_are_read_and_what_overlaps_counts_once() -> None:
    route = Paged(offers(1, 2, 3), offers(2, 3, 4), offers(5), total=40)
    (asked,), _ = depth_of(route, "杯")
    assert (asked.items, asked.new, asked.depth) == (5, 5, "pages 1-3 of about 14")


def test_a_page_that_brings_nothing_new_is_the_last_one() -> None:
    (asked,), requests = depth_of(Paged(offers(1, 2), offers(2, 1), offers(3), total=40), "杯")
    assert requests == ["杯 1", "杯 2"]
    assert (asked.items, asked.depth) == (2, "pages 1-2 of about 20")


def test_when_all_was_read_nothing_more_is_asked() -> None:
    (asked,), requests = depth_of(Paged(offers(1, 2), total=2), "杯")
    assert (requests, asked.depth) == (["杯 1"], "all 2 results")


def test_a_count_that_nobody_states_is_not_invented() -> None:
    (asked,), _ = depth_of(Paged(offers(1), offers(1)), "杯")
    assert asked.depth == "pages 1-2; how many there are is not said"


def test_every_question_has_its_first_page_before_any_has_its_second() -> None:
    route = Paged(offers(1), offers(2), offers(3), total=99)
    _, requests = depth_of(route, "杯", "壶", "灯", daily_budget=6)
    assert requests == ["杯 1", "壶 1", "灯 1", "杯 2", "壶 2"]  # and the canary: six


def test_a_refusal_on_a_further_page_keeps_the_first_and_says_how_far_it_went() -> None:
    room, route = Room(), Paged(offers(1), total=50)
    access = allowed(Platform.ALI1688, pages=3)
    run = room.search("杯", platform=Platform.ALI1688, routes=[route], access=access)
    (asked,) = questions(run)
    assert asked.verdict is Verdict.OK
    assert asked.depth == "page 1 of about 50"
    assert "page 2: blocked_challenge" in asked.reason
    assert room.visits.lane("1688#1688_gateway").closed_until


def test_the_pages_of_a_real_search_follow_each_other() -> None:
    web = RehearsedWeb()
    access = allowed(Platform.ALIEXPRESS, pages=3)
    run = Room().search("harvelk", web=web, access=access)
    assert [url for url in web.asked if url.endswith("&page=2")]
    assert questions(run)[0].depth.startswith("all ")


def test_lazada_is_asked_in_each_country_of_the_config() -> None:
    class Nothing(Paged):
        def ask(self, query: Query) -> Reply:
            self.asked.append(query.label)
            return Reply.failed(query.platform, "closed for today")

    route = Nothing()
    access = PlatformAccess(fetch_pages=True, countries=("sg", "th"))
    Room().search("mug", platform=Platform.LAZADA, routes=[route], access=access)
    assert route.asked == ["usb cable (sg)", "mug (sg)", "mug (th)"]


# --- drift -------------------------------------------------------------------------------------


LATER = NOON + timedelta(days=30)


def listings(*, with_price: int, of: int = 20) -> tuple[Listing, ...]:
    return tuple(
        replace(
            LISTING,
            key=ListingKey(Platform.ALI1688, f"60000000{n:04d}") if n else LISTING.key,
            price=LISTING.price if n < with_price else None,
        )
        for n in range(of)
    )


def runs_with_prices(*shares: int) -> tuple[Room, Run]:
    room = Room()
    for days, share in enumerate(shares):
        route = Interface(GATEWAY, listings=listings(with_price=share))
        at = NOON + timedelta(days=days)
        run = room.search("杯", platform=Platform.ALI1688, routes=[route], slot=at)
    return room, run


def test_a_field_that_vanishes_is_a_drift_before_the_results_vanish() -> None:
    room, run = runs_with_prices(*[19] * 14, 4)
    assert questions(run)[0].verdict is Verdict.SCHEMA_DRIFT
    assert questions(run)[0].reason == "price in 20% of the listings, usually in 95%"
    assert not run.covered
    assert len(room.listings.kept) == 20


@pytest.mark.parametrize(
    "shares",
    [
        [4] * 10,  # rare ever since
        [19] * 14 + [15],  # fewer, but not lost
        [19, 19, 4],  # two runs prove nothing usual
    ],
)
def test_what_is_usual_is_no_drift(shares: list[int]) -> None:
    _, run = runs_with_prices(*shares)
    assert run.covered


def test_other_questions_and_a_thousand_imports_are_no_past_of_it() -> None:
    room, _ = runs_with_prices(*[19] * 14)
    for number in range(1000):
        run = replace(RUN, brand=BRAND.id, id=f"{BRAND.id}#import#{number}", started_at=LATER)
        room.runs.add(run)
    for hours, words, verdict in ((0, "杯", Verdict.SCHEMA_DRIFT), (1, "壶", Verdict.OK)):
        route = Interface(GATEWAY, listings=listings(with_price=4))
        at = LATER + timedelta(hours=hours)
        run = room.search(words, platform=Platform.ALI1688, routes=[route], slot=at)
        assert questions(run)[0].verdict is verdict


def test_a_drift_of_the_canary_makes_the_run_blind() -> None:
    room, _ = runs_with_prices(*[19] * 5)
    route = Interface(GATEWAY, listings=listings(with_price=2))
    run = room.search("new words", platform=Platform.ALI1688, routes=[route], slot=LATER)
    assert "price in 10% of the listings" in run.blind


def test_a_few_items_prove_no_drift() -> None:
    room, _ = runs_with_prices(*[20] * 5)
    route = Interface(GATEWAY, listings=listings(with_price=0, of=4))
    at = NOON + timedelta(days=20)
    assert room.search("杯", platform=Platform.ALI1688, routes=[route], slot=at).covered
