"""Fetching a platform's own pages: off until the owner allows it, and polite when it is on."""

from dataclasses import replace
from typing import Protocol

from headwater import marketplaces
from headwater.adapters.routes.reading import read_reply
from headwater.adapters.warc import record
from headwater.domain.exchanges import Fetched, FetchFailed
from headwater.domain.platforms import RouteName
from headwater.domain.queries import Query
from headwater.usecases.search import Reply


class Fetches(Protocol):
    """Fetches a page. Raises FetchFailed, also when the site's robots.txt says no."""

    def fetch(self, url: str) -> Fetched: ...


class PageFetch:
    """Searches by words, page after page, and looks at listings; pictures cannot be sent."""

    name = RouteName.PAGE_FETCH

    def __init__(self, fetches: Fetches) -> None:
        self._fetches = fetches

    def takes(self, query: Query) -> bool:
        return query.picture is None and not query.like

    def ask(self, query: Query) -> Reply:
        url = query.listing or marketplaces.search_url(
            query.platform, query.text, query.page, query.country
        )
        try:
            fetched = self._fetches.fetch(url)
        except FetchFailed as error:
            return Reply.failed(query.platform, error.reason)
        return replace(read_reply(query, fetched.page), wire=record(fetched))
