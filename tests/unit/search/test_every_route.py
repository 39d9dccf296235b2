"""What every way to ask promises, the official ones, the pages and a licensed provider alike."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from headwater.adapters.routes.aliexpress import AliExpressAffiliate, AliExpressDs
from headwater.adapters.routes.gateway_1688 import Gateway1688
from headwater.adapters.routes.interface import Interface
from headwater.adapters.routes.page_fetch import PageFetch
from headwater.domain.brands import Desk, PlatformAccess, Watch
from headwater.domain.exchanges import Fetched, FetchFailed
from headwater.domain.pages import Page, Verdict
from headwater.domain.platforms import Platform, RouteName
from headwater.domain.queries import Query
from headwater.usecases.search import Route, search
from headwater_demo.marketplace import canary_listing, slider_page
from tests.factories import BRAND
from tests.fakes.interfaces import ACCESS_KEY, TOP
from tests.fakes.licensed import Licensed
from tests.fakes.search import (
    NOON,
    ListingsInMemory,
    PagesInMemory,
    RehearsedWeb,
    RunsInMemory,
    VisitsInMemory,
    fetched,
)


class BrokenInterface(Interface):
    """Whatever is asked, the same comes back, or nothing."""

    def __init__(self, answer: bytes | None, status: int = 200) -> None:
        self._answer = answer
        self._status = status
        self.wire = None

    def post(self, path: str, body: bytes, headers: object) -> Page:
        if self._answer is None:
            raise FetchFailed("nobody is there")
        return Page(url=f"https://api.example{path}", body=self._answer, status=self._status)


class BrokenWeb:
    def __init__(self, answer: bytes | None, status: int = 200) -> None:
        self._answer = answer
        self._status = status

    def fetch(self, url: str) -> Fetched:
        if self._answer is None:
            raise FetchFailed("nobody is there")
        return fetched(url, self._status, self._answer)


def routes(answer: bytes | None, status: int = 200) -> dict[Platform, list[Route]]:
    """Every route, each behind a transport that answers like that."""
    interface = BrokenInterface(answer, status)

    def clock() -> datetime:
        return NOON

    def provider(url: str) -> bytes:
        if answer is None:
            raise FetchFailed("nobody is there")
        return json.dumps({"status": status, "page": answer.decode("utf-8", "replace")}).encode()

    secret = TOP.__getitem__
    return {
        Platform.ALI1688: [
            Gateway1688(
                interface,
                key=lambda: ACCESS_KEY,
                picture=lambda _: b"",
                main_picture=lambda _: None,
                clock=clock,
            ),
            PageFetch(BrokenWeb(answer, status)),
            Licensed(provider),
        ],
        Platform.ALIEXPRESS: [
            AliExpressAffiliate(interface, secret=secret, clock=clock),
            AliExpressDs(interface, secret=secret, picture=lambda _: b"", clock=clock),
            PageFetch(BrokenWeb(answer, status)),
            Licensed(provider),
        ],
    }


HOSTILE = [
    (None, 0),
    (b"", 200),
    (b"{}", 200),
    (b"[[[[", 200),
    (b"\xff\xfe\x00", 200),
    (b'{"data": {"data": []}}', 200),
    (b"<html><title>502</title>", 502),
    (b"{}", 429),
    (slider_page("s.1688.com", "/x").encode(), 200),
]


@pytest.mark.parametrize(("answer", "status"), HOSTILE)
def test_no_answer_is_ever_taken_for_a_good_one_and_nothing_is_raised(
    answer: bytes | None, status: int
) -> None:
    for platform, ways in routes(answer, status).items():
        for route in ways:
            query = Query(platform=platform, watch="w", text="harvelk")
            assert route.takes(query)
            reading = route.ask(query).reading
            assert not reading.verdict.covers, (route.name, reading)
            assert reading.reason
            assert reading.listings == ()


def test_a_refusal_behind_a_good_status_is_one_by_every_route() -> None:
    for platform, ways in routes(slider_page("s.1688.com", "/x").encode()).items():
        for route in ways:
            if route.name in {RouteName.PAGE_FETCH, "licensed_example"}:
                query = Query(platform=platform, watch="w", text="harvelk")
                assert route.ask(query).reading.verdict is Verdict.BLOCKED_CHALLENGE


@pytest.mark.parametrize(
    ("envelope", "verdict"),
    [
        ({"status": 200, "items": [], "platform_count": 0}, Verdict.OK_EMPTY),
        ({"status": 200, "items": []}, Verdict.SHELL_NO_DATA),
        ({"status": 613}, Verdict.SHELL_NO_DATA),
        ({"page": "x"}, Verdict.ERROR),
    ],
)
def test_a_provider_s_empty_list_is_a_zero_only_where_the_platform_said_so(
    envelope: dict[str, object], verdict: Verdict
) -> None:
    route = Licensed(lambda _: json.dumps(envelope).encode())
    query = Query(platform=Platform.ALIEXPRESS, watch="w", text="harvelk")
    assert route.ask(query).reading.verdict is verdict


def test_a_licensed_provider_fits_into_the_search_and_stands_in_its_ledger() -> None:
    web = RehearsedWeb()

    def provider(url: str) -> bytes:
        page = web.fetch(url).page
        return json.dumps({"status": page.status, "page": page.body.decode()}).encode()

    known = canary_listing("aliexpress", "usb cable")
    access = ((Platform.ALIEXPRESS, PlatformAccess(canary_listing=known)),)
    watch = Watch(id="mark", platforms=(Platform.ALIEXPRESS,), words=("harvelk",))
    brand, listings = replace(BRAND, watches=(watch,)), ListingsInMemory()
    run = search(
        Platform.ALIEXPRESS,
        brand=brand,
        desk=Desk(contact="m@x.org", brands=(brand,), access=access),
        routes=[Licensed(provider)],
        slot=NOON,
        until=NOON + timedelta(hours=1),
        rehearsal=False,
        visits=VisitsInMemory(),
        listings=listings,
        runs=RunsInMemory(),
        pages=PagesInMemory(),
        clock=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC),
    )
    assert run.covered
    assert {asked.route for asked in run.asked} == {"licensed_example"}
    assert run.asked[-1].depth == "all 19 results"
    assert len(listings.kept) == 19


def test_no_provider_is_bundled() -> None:
    assert set(RouteName) == {
        RouteName.GATEWAY_1688,
        RouteName.ALIEXPRESS_AFFILIATE,
        RouteName.ALIEXPRESS_DS,
        RouteName.PAGE_FETCH,
    }
