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


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


def polite(host: Host, clock: Clock | None = None) -> PoliteFetcher:
    clock = clock or Clock()
    return PoliteFetcher(host, gap_seconds=10, sleep=clock.sleep, monotonic=clock.monotonic)


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


def test_a_host_is_left_alone_for_ten_seconds_between_two_requests() -> None:
    clock = Clock()
    fetcher = polite(Host("User-agent: *"), clock)
    fetcher.fetch(PAGE)
    fetcher.fetch(PAGE)
    assert len(clock.slept) == 2
    assert all(10 <= seconds <= 15 for seconds in clock.slept)


def test_another_host_need_not_wait() -> None:
    clock = Clock()
    fetcher = polite(Host(""), clock)
    fetcher.fetch(PAGE)
    slept = len(clock.slept)
    fetcher.fetch("https://s.1688.com/robots.txt")
    assert len(clock.slept) <= slept + 1
