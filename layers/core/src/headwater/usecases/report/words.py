"""What pages of the report call things: names of pages, addresses, prices, verdicts, outcomes."""

import re
from hashlib import sha256

from headwater.domain.captures import CaptureOutcome
from headwater.domain.money import Price
from headwater.domain.pages import Verdict
from headwater.domain.risk import Infringement

_SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def page_name(case: str) -> str:
    """The case's page below the report's address: "cases/aliexpress-1005009446764602.html".

    An id that could mean something to a file system or a browser is replaced by its hash.
    """
    if not _SAFE_NAME.fullmatch(case):
        case = f"case-{sha256(case.encode(errors='surrogatepass')).hexdigest()[:20]}"
    return f"cases/{case}.html"


def price_words(price: Price | None) -> str | None:
    """A price as people write it: "CNY 12.50 - 18.00"; a missing currency is said, not guessed."""
    if price is None:
        return None
    amounts = f"{price.minimum:,.2f}"
    if price.maximum != price.minimum:
        amounts += f" – {price.maximum:,.2f}"
    return f"{price.currency} {amounts}" if price.currency else f"{amounts} (no currency stated)"


VERDICTS: dict[Verdict, str] = {
    Verdict.OK: "answered",
    Verdict.OK_EMPTY: "answered: the platform itself says there is nothing",
    Verdict.BLOCKED_CHALLENGE: "refused: the platform asked for a puzzle",
    Verdict.BLOCKED_LOGIN: "refused: the platform asked for a login",
    Verdict.RATE_LIMITED: "refused: too many questions",
    Verdict.SHELL_NO_DATA: "no answer: a page without data",
    Verdict.SCHEMA_DRIFT: "not understood: the page is built differently now",
    Verdict.IRRELEVANT_FALLBACK: "no answer: it showed other things instead",
    Verdict.GONE: "gone: the page does not exist any more",
    Verdict.ERROR: "no answer",
}
"""Every verdict in words that the owner of a brand understands."""


OUTCOMES = {
    CaptureOutcome.COMPLETE: "kept in full",
    CaptureOutcome.PARTIAL: "kept in part",
    CaptureOutcome.REFUSED: "could not be kept: refused",
    CaptureOutcome.GONE: "gone before it was kept",
}


INFRINGEMENTS = {
    Infringement.COUNTERFEIT: "Counterfeit goods: your trademark on goods that are not yours",
    Infringement.MARK_IN_TEXT: "Your mark in the words of the listing",
    Infringement.LOOK_ALIKE: "A look-alike: the design of your product",
    Infringement.STOLEN_PICTURE: "Your photograph, used without you (copyright)",
    Infringement.PATENT: "A look-alike of a product that you hold a patent on",
}
