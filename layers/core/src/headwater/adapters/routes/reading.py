"""From what came back to a reading, the same for every route."""

from dataclasses import replace

from headwater import marketplaces
from headwater.domain.pages import LayoutChanged, Page, PageKind, PageReading, Verdict
from headwater.domain.queries import Query
from headwater.marketplaces.relevance import answers
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
    return Reply(reading=_relevant(query, reading), page=page)


def _relevant(query: Query, reading: PageReading) -> PageReading:
    """A page repeats what was searched for, an interface does not: here we know it."""
    if not query.text or reading.query or reading.verdict is not Verdict.OK:
        return reading
    words = [f"{one.title} {(one.seller and one.seller.name) or ''}" for one in reading.listings]
    if reading.kind is not PageKind.SEARCH or answers(query.text, words):
        return reading
    return replace(
        reading,
        verdict=Verdict.IRRELEVANT_FALLBACK,
        reason=f"fewer than a fifth of {len(words)} results share a word with {query.text!r}",
    )
