"""A run asks every watch's words, keeps what is new, and says what it could not look at."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from headwater.domain.brands import PlatformAccess, Watch
from headwater.domain.coverage import Run
from headwater.domain.exchanges import Fetched
from headwater.domain.listings import CollectedBy
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.usecases.search import search
from headwater_demo.marketplace import REFUSED_WORD
from tests.factories import BRAND
from tests.fakes.search import (
    NOON,
    ListingsInMemory,
    PagesInMemory,
    RehearsedWeb,
    RunsInMemory,
    fetched,
)

ALLOWED = PlatformAccess(fetch_pages=True)


class Room:
    def __init__(self) -> None:
        self.listings = ListingsInMemory()
        self.runs = RunsInMemory()
        self.pages = PagesInMemory()

    def search(
        self,
        *words: str,
        platform: Platform = Platform.ALIEXPRESS,
        access: PlatformAccess = ALLOWED,
        web: RehearsedWeb | None = None,
        slot: datetime = NOON,
    ) -> Run:
        watch = Watch(id="mugs", platforms=(platform,), words=words)
        return search(
            platform,
            brand=replace(BRAND, watches=(watch,)),
            access=access,
            slot=slot,
            rehearsal=True,
            fetches=web or RehearsedWeb(),
            listings=self.listings,
            runs=self.runs,
            pages=self.pages,
            clock=lambda: NOON,
        )


def test_what_is_found_is_kept_with_how_it_was_found() -> None:
    room = Room()
    run = room.search("harvelk")
    assert run.covered
    assert run.asked[0].new == run.asked[0].items == len(room.listings.kept) > 3
    first = next(iter(room.listings.kept.values()))
    assert (first.query, first.rank, first.collected_by) == ("harvelk", 1, CollectedBy.SCHEDULE)
    assert first.page_object in room.pages.kept


def test_the_second_run_finds_nothing_new() -> None:
    room = Room()
    room.search("harvelk")
    again = room.search("harvelk", slot=NOON + timedelta(days=1))
    assert again.asked[0].items > 0
    assert again.asked[0].new == 0
    assert len(room.pages.kept) == 1


def test_nothing_is_fetched_where_the_owner_did_not_allow_it_and_that_is_said() -> None:
    web = RehearsedWeb()
    run = Room().search("harvelk", access=PlatformAccess(), web=web)
    assert web.asked == []
    assert not run.covered
    assert "switched off" in run.asked[0].reason


def test_a_block_ends_the_run_but_keeps_what_was_found() -> None:
    room, web = Room(), RehearsedWeb()
    run = room.search("哈芙鹿", REFUSED_WORD, "搪瓷杯", platform=Platform.ALI1688, web=web)
    assert [asked.verdict for asked in run.asked] == [
        Verdict.OK,
        Verdict.BLOCKED_CHALLENGE,
        Verdict.BLOCKED_CHALLENGE,
    ]
    assert "earlier in this run" in run.asked[2].reason
    assert len(web.asked) == 2
    assert room.listings.kept
    assert not run.covered


def test_a_host_that_does_not_answer_is_no_empty_result() -> None:
    run = Room().search("harvelk", web=RehearsedWeb(down=("www.aliexpress.com",)))
    assert run.asked[0].verdict is Verdict.ERROR
    assert "did not answer" in run.asked[0].reason
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
    assert run.asked[0].verdict is Verdict.SCHEMA_DRIFT


def test_a_slot_is_searched_once() -> None:
    room, web = Room(), RehearsedWeb()
    first = room.search("harvelk", web=web)
    asked = len(web.asked)
    assert room.search("harvelk", web=web) == first
    assert len(web.asked) == asked
