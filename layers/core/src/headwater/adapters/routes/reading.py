"""From what came back to a reading, the same for every route."""

from headwater import marketplaces
from headwater.domain.pages import LayoutChanged, Page, PageKind, PageReading, Verdict
from headwater.domain.queries import Query
from headwater.usecases.search import Reply


def read_reply(query: Query, page: Page) -> Reply:
    """What the platform's reader makes of it; a changed layout is a verdict here."""
    try:
        reading = marketplaces.read(page, platform=query.platform)
    except LayoutChanged as changed:
        reading = PageReading(
            platform=query.platform,
            kind=PageKind.SEARCH,
            verdict=Verdict.SCHEMA_DRIFT,
            reason=str(changed),
        )
    return Reply(reading=reading, page=page)
