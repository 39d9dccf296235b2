"""Before a host is asked its robots.txt is read, and between two requests it is left alone."""

import pytest

from headwater.adapters.politeness import PoliteFetcher
from headwater.domain.exchanges import Fetched, FetchFailed
from tests.fakes.search import fetched

PAGE = "https://www.aliexpress.com/w/wholesale-mug.html"


class Host:
    def __init__(self, robots: str, status: int = 200) -> None:
        self.asked: list[str] = []
        self._robots = robots
        self._status = status

    def fetch(self, url: str) -> Fetched:
        self.asked.append(url)
        if url.endswith("/robots.txt"):
            return fetched(url, self._status, self._robots.encode(), "text/plain")
        return fetched(url, 200, b"page")


class Turns:
    """Says how long to wait at each turn, and for whom it was asked."""

    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.taken: list[tuple[str, float]] = []

    def take_turn(self, host: str, gap_seconds: float) -> float:
        self.taken.append((host, gap_seconds))
        return self.waits.pop(0) if self.waits else 0


def polite(
    host: Host, turns: Turns | None = None, slept: list[float] | None = None
) -> PoliteFetcher:
    slept = [] if slept is None else slept
    return PoliteFetcher(host, turns or Turns(), gap_seconds=10, sleep=slept.append)


def test_a_page_that_robots_txt_forbids_is_not_asked_for() -> None:
    host = Host("User-agent: *\nDisallow: /w/")
    with pytest.raises(FetchFailed, match=r"robots\.txt of www\.aliexpress\.com"):
        polite(host).fetch(PAGE)
    assert host.asked == ["https://www.aliexpress.com/robots.txt"]


def test_robots_txt_is_read_once_for_each_host() -> None:
    host = Host("User-agent: *\nDisallow: /api/")
    fetcher = polite(host)
    fetcher.fetch(PAGE)
    fetcher.fetch(PAGE)
    assert host.asked == ["https://www.aliexpress.com/robots.txt", PAGE, PAGE]


def test_our_own_group_in_robots_txt_counts() -> None:
    host = Host("User-agent: *\nAllow: /\n\nUser-agent: Headwater\nDisallow: /")
    with pytest.raises(FetchFailed):
        polite(host).fetch(PAGE)


@pytest.mark.parametrize(
    ("status", "allowed"), [(404, True), (403, True), (503, False), (429, False)]
)
def test_a_robots_txt_that_cannot_be_had(status: int, allowed: bool) -> None:
    fetcher = polite(Host("User-agent: *\nDisallow: /", status))
    if allowed:
        assert fetcher.fetch(PAGE).page.body == b"page"
    else:
        with pytest.raises(FetchFailed):
            fetcher.fetch(PAGE)


def test_every_request_waits_for_its_turn_also_the_one_for_robots_txt() -> None:
    turns, slept = Turns(0, 12.5, 3.0), list[float]()
    fetcher = polite(Host("User-agent: *"), turns, slept)
    fetcher.fetch(PAGE)
    fetcher.fetch(PAGE)
    assert turns.taken == [("www.aliexpress.com", 10)] * 3
    assert slept == [12.5, 3.0]
