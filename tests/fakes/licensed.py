"""A made-up licensed provider as docs/licensed-provider.md wants one: judged, not believed."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from headwater import marketplaces
from headwater.adapters.routes.reading import read_reply
from headwater.domain.exchanges import FetchFailed
from headwater.domain.pages import Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import RouteName
from headwater.domain.queries import Query
from headwater.usecases.search import Reply

Provider = Callable[[str], bytes]
"""Answers to a page's address with its envelope. Raises FetchFailed."""


class Licensed:
    """Its envelope: {"status": the platform's own, "page": "…"} or {"status": …, "items": […]}."""

    name = cast("RouteName", "licensed_example")

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def takes(self, query: Query) -> bool:
        return bool(query.text)

    def ask(self, query: Query) -> Reply:
        url = marketplaces.search_url(query.platform, query.text, query.page, query.country)
        try:
            envelope = json.loads(self._provider(url))
            status = int(envelope["status"])
        except (FetchFailed, ValueError, LookupError, TypeError) as error:
            return Reply.failed(query.platform, f"the provider did not answer: {error}")
        body = str(envelope.get("page") or "").encode()
        page = Page(url=url, body=body, status=status)
        if body:
            return read_reply(query, page)
        reading = PageReading(
            platform=query.platform,
            kind=PageKind.SEARCH,
            verdict=Verdict.SHELL_NO_DATA,
            reason="the provider lists nothing and does not say that the platform has nothing",
        )
        if envelope.get("items") == [] and envelope.get("platform_count") == 0:
            reading = replace(reading, verdict=Verdict.OK_EMPTY, reason="the platform counts 0")
        return Reply(reading=reading, page=page)
