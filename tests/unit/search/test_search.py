"""A run asks every watch's words, keeps what is new, and says what it could not look at."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from headwater.adapters.routes.page_fetch import PageFetch
from headwater.domain.brands import Desk, PlatformAccess, Watch
from headwater.domain.coverage import Asked, Run
from headwater.domain.exchanges import Fetched
from headwater.domain.listings import CollectedBy
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.usecases.search import Route, search
from headwater_demo.marketplace import REFUSED_WORD
from tests.factories import BRAND
from tests.fakes.search import (
    NOON,
    ListingsInMemory,
    PagesInMemory,
    RehearsedWeb,
    RunsInMemory,
    VisitsInMemory,
    fetched,
)

ALLOWED = PlatformAccess(fetch_pages=True)


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
        access: PlatformAccess = ALLOWED,
        web: RehearsedWeb | None = None,
        routes: Sequence[Route] = (),
        slot: datetime = NOON,
        watch: Watch | None = None,
        until: datetime | None = None,
        rehearsal: bool = False,
    ) -> Run:
        watch = watch or Watch(id="mugs", platforms=(platform,), words=words)
        brand = replace(BRAND, watches=(watch,))
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


def test_the_second_run_finds_nothing_new() -> None:
    room = Room()
    room.search("harvelk")
    again = room.search("harvelk", slot=NOON + timedelta(days=1))
    assert questions(again)[0].items > 0
    assert questions(again)[0].new == 0
    assert len(room.pages.kept) == 1  # the canary's is not kept


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
    assert len(web.asked) == 3  # the canary, one answered, one refused
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
