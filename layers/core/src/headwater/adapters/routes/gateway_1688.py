"""The official search gateway of 1688: by words, picture and link, with the owner's own key.

The key comes from clawhub.1688.com (key icon) and expires. The gateway shows the 40 best of a pool
that is not all of 1688, has no second page and no order by date. What it answers and how it
signs was measured by others in September and October 2026; its terms for monitoring a brand are
not published.

A search by link has no field of its own: 1688's description of its skill (link_search.md of
1688-product-find 1.7.0) looks up the listing's main picture and sends that picture's address as
`imageUrl` to the same interface. We send the address that we know from a page of the listing that
was searched or imported before, so nothing is fetched for it. The gateway loads pictures from
Alibaba's own hosts only.
"""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from headwater.adapters.http import is_allowed
from headwater.adapters.routes.interface import Interface
from headwater.adapters.routes.reading import read_reply
from headwater.adapters.secrets import NoSecret
from headwater.adapters.signing import AccessKey, csk_headers
from headwater.domain.exchanges import FetchFailed
from headwater.domain.listings import ListingKey
from headwater.domain.pages import Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform, RouteName
from headwater.domain.queries import Query
from headwater.marketplaces import identify
from headwater.marketplaces.urls import host_of
from headwater.usecases.search import Reply

HOST = "gateway.1688.com"
SECRET = "1688-access-key"  # noqa: S105 - the parameter's name
GAP_SECONDS = 5.0
"""As others space their calls; an answer alone takes 4 to 7 s."""
_PATH = "/api/alibaba.1688.find.product/1.0.0/github"
_VERSION = "1.7.0"
_MOST = 40
_PICTURE_HOSTS = ("*.alicdn.com",)

_TIMED_OUT = "ISPInvokeTimeout"
_KEY_ERRORS = {
    "AppKeyExpired": "has expired",
    "SignatureInvalid": "does not fit: copy it again, whole",
    "1688_token_expired": "has expired",
    "1688_invalid_token": "is not valid",
    "1688_token_revoked": "was revoked",
    "1688_token_unauthorized": "has no right to search products",
    "1688_no_scope_specified": "has no right to search products",
    "1688_invalid_scope": "has no right to search products",
}


class Gateway1688:
    """`key` reads the access key (raises NoSecret); `picture` the bytes of one to search for.

    `main_picture` is the address of a known listing's first picture, None where none is known.
    """

    name = RouteName.GATEWAY_1688

    def __init__(
        self,
        interface: Interface,
        *,
        key: Callable[[], str],
        picture: Callable[[str], bytes],
        main_picture: Callable[[ListingKey], str | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._interface = interface
        self._key = key
        self._picture = picture
        self._main_picture = main_picture
        self._clock = clock

    def takes(self, query: Query) -> bool:
        return not query.listing and query.page == 1

    def ask(self, query: Query) -> Reply:
        """A search that timed out inside the gateway is asked once more, nothing else is."""
        asked: dict[str, Any] = {"pageSize": _MOST, "purchaseAmount": 1}
        try:
            if query.picture:
                asked["imgBase64"] = base64.b64encode(self._picture(query.picture.sha256)).decode()
            elif query.like:
                asked["imageUrl"] = self._picture_of(query.like)
            else:
                asked["query"] = query.text
            body = json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode()
            page = self._post(body)
            if _TIMED_OUT in _codes(page):
                page = self._post(body)
        except (NoSecret, ValueError) as error:
            return Reply.failed(Platform.ALI1688, f"not asked: {error}")
        except FetchFailed as error:
            return Reply.failed(Platform.ALI1688, error.reason)
        return replace(_judged(query, page), wire=self._interface.wire)

    def _picture_of(self, link: str) -> str:
        """Raises ValueError that says what to do."""
        key = identify(link)
        picture = self._main_picture(key) if key else None
        if picture is None:
            raise ValueError(
                f"no picture of {link} is known yet: save its page and bring it with "
                "`headwater import`"
            )
        if not is_allowed(host_of(picture), _PICTURE_HOSTS):
            raise ValueError(
                f"1688 loads no pictures from {host_of(picture)}: put the picture itself into "
                "`pictures` of the watch"
            )
        return picture

    def _post(self, body: bytes) -> Page:
        headers = csk_headers(
            AccessKey.parse(self._key()),
            version=_VERSION,
            method="POST",
            target=_PATH,
            body=body,
            time=int(self._clock().timestamp()),
            nonce=secrets.token_hex(4),
        )
        described = {
            "Content-Type": "application/json",
            "x-skill-code": "1688-product-find",
            "x-skill-version": _VERSION,
            "x-request-id": secrets.token_hex(16),
        }
        return self._interface.post(_PATH, body, headers | described)


def _judged(query: Query, page: Page) -> Reply:
    """The gateway's own errors first, whatever the status: an expired key comes as HTTP 400."""
    for code in _codes(page):
        if code in _KEY_ERRORS:
            reason = (
                f"the access key {_KEY_ERRORS[code]} ({code}): get one at clawhub.1688.com and "
                f"put it into the parameter {SECRET}"
            )
            return Reply.failed(Platform.ALI1688, reason, page)
        if code.startswith("Qos") and "Limit" in code:
            return _verdict(page, Verdict.RATE_LIMITED, f"the gateway's quota is used up ({code})")
        if code == _TIMED_OUT:
            reason = f"the gateway's search timed out, twice ({code})"
            return Reply.failed(Platform.ALI1688, reason, page)
    said = _object(page.body)
    found = said.get("data")
    if said.get("success") is True and isinstance(found, dict) and found.get("data") == []:
        reading = _reading(Verdict.OK_EMPTY, "the gateway itself counts 0 results")
        return Reply(reading=replace(reading, total=0, kind=PageKind.SEARCH), page=page)
    return read_reply(query, page)


def _codes(page: Page) -> list[str]:
    said = _object(page.body)
    return [str(said.get(name)) for name in ("msgCode", "code") if said.get(name)]


def _verdict(page: Page, verdict: Verdict, reason: str) -> Reply:
    return Reply(reading=_reading(verdict, reason), page=page)


def _reading(verdict: Verdict, reason: str) -> PageReading:
    return PageReading(
        platform=Platform.ALI1688, kind=PageKind.OTHER, verdict=verdict, reason=reason
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
