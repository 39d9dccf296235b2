"""AliExpress' official interfaces: the Affiliate family and, with a session, the dropshipping one.

Affiliate: keys of an approved Portals account; goods of the affiliate programme only, which is
not all of AliExpress. Dropshipping (DS): app and OAuth session, which lasts 24 hours for apps
under test; adds the search by picture. Field names from clients in use in 2026.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from headwater import marketplaces
from headwater.adapters.routes.interface import Interface
from headwater.adapters.routes.reading import read_reply
from headwater.adapters.secrets import NoSecret
from headwater.adapters.signing import top_signature
from headwater.domain.exchanges import FetchFailed
from headwater.domain.pages import Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform, RouteName
from headwater.domain.queries import Query
from headwater.usecases.search import Reply

HOST = "api-sg.aliexpress.com"
APP_KEY = "aliexpress-app-key"
APP_SECRET = "aliexpress-app-secret"  # noqa: S105 - the parameter's name
SESSION = "aliexpress-session"
TRACKING_ID = "aliexpress-tracking-id"
GAP_SECONDS = 2.0
"""Its support advises one to two seconds after a refusal for frequency."""
_PATH = "/sync"
_MOST = 50
_COUNTRY, _CURRENCY, _LANGUAGE, _LOCALE = "US", "USD", "EN", "en_US"

Secret = Callable[[str], str]
"""Reads a key by its parameter's name. Raises NoSecret."""


class _Top:
    """What both families share: system parameters, signature, errors."""

    def __init__(
        self, interface: Interface, *, secret: Secret, clock: Callable[[], datetime]
    ) -> None:
        self._interface = interface
        self._secret = secret
        self._clock = clock

    def call(self, query: Query, method: str, asked: Mapping[str, str], *names: str) -> Reply:
        """`names`: further keys to send, as pairs of parameter and secret ("session=…")."""
        try:
            parameters = {
                "app_key": self._secret(APP_KEY),
                "format": "json",
                "method": method,
                "sign_method": "sha256",
                "timestamp": str(int(self._clock().timestamp() * 1000)),
                "v": "2.0",
                **asked,
                **{name: self._secret(parameter) for name, parameter in _pairs(names)},
            }
            parameters["sign"] = top_signature(self._secret(APP_SECRET), parameters)
        except NoSecret as error:
            return Reply.failed(Platform.ALIEXPRESS, f"not asked: {error}")
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        try:
            page = self._interface.post(_PATH, urlencode(parameters).encode(), headers)
        except FetchFailed as error:
            return Reply.failed(Platform.ALIEXPRESS, error.reason)
        return replace(_judged(query, page), wire=self._interface.wire)


class AliExpressAffiliate:
    """Search by words, page after page."""

    name = RouteName.ALIEXPRESS_AFFILIATE

    def __init__(
        self, interface: Interface, *, secret: Secret, clock: Callable[[], datetime]
    ) -> None:
        self._top = _Top(interface, secret=secret, clock=clock)

    def takes(self, query: Query) -> bool:
        return query.picture is None and not query.like

    def ask(self, query: Query) -> Reply:
        ways = {"target_currency": _CURRENCY, "target_language": _LANGUAGE}
        tracking = f"tracking_id={TRACKING_ID}"
        if query.listing:
            method = "aliexpress.affiliate.productdetail.get"
            asked = {"product_ids": _offer_id(query), "country": _COUNTRY} | ways
        else:
            method = "aliexpress.affiliate.product.query"
            asked = {
                "keywords": query.text,
                "page_no": str(query.page),
                "page_size": str(_MOST),
                "ship_to_country": _COUNTRY,
            } | ways
        return self._top.call(query, method, asked, tracking)


class AliExpressDs:
    """Search by words, page after page, and by picture; `picture` reads the bytes of one."""

    name = RouteName.ALIEXPRESS_DS

    def __init__(
        self,
        interface: Interface,
        *,
        secret: Secret,
        picture: Callable[[str], bytes],
        clock: Callable[[], datetime],
    ) -> None:
        self._top = _Top(interface, secret=secret, clock=clock)
        self._picture = picture

    def takes(self, query: Query) -> bool:
        return not query.like and (query.picture is None or query.page == 1)

    def ask(self, query: Query) -> Reply:
        if query.picture:
            method = "aliexpress.ds.image.searchV2"
            wanted = {
                "search_type": "similar",
                "image_base64": base64.b64encode(self._picture(query.picture.sha256)).decode(),
                "currency": _CURRENCY,
                "lang": _LOCALE,
                "ship_to": _COUNTRY,
            }
            asked = {"param0": json.dumps(wanted)}
        elif query.listing:
            method = "aliexpress.ds.product.get"
            asked = {
                "product_id": _offer_id(query),
                "ship_to_country": _COUNTRY,
                "target_currency": _CURRENCY,
                "target_language": _LANGUAGE,
            }
        else:
            method = "aliexpress.ds.text.search"
            asked = {
                "keyWord": query.text,
                "local": _LOCALE,
                "countryCode": _COUNTRY,
                "currency": _CURRENCY,
                "pageSize": str(_MOST),
                "pageIndex": str(query.page),
            }
        return self._top.call(query, method, asked, f"session={SESSION}")


def _pairs(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, parameter) for name, _, parameter in (one.partition("=") for one in names)]


def _offer_id(query: Query) -> str:
    key = marketplaces.identify(query.listing)
    return key.offer_id if key else query.listing


def _judged(query: Query, page: Page) -> Reply:
    error = _error(page.body)
    said = " ".join(str(error.get(name) or "") for name in ("msg", "sub_code", "sub_msg")).strip()
    for marks, words in _ERRORS:
        if any(mark.casefold() in said.casefold() for mark in marks):
            return Reply.failed(Platform.ALIEXPRESS, f"{words} ({said[:160]})", page)
    if "limit" in said.casefold():
        reading = PageReading(
            platform=Platform.ALIEXPRESS,
            kind=PageKind.OTHER,
            verdict=Verdict.RATE_LIMITED,
            reason=f"the interface limits the number of requests ({said[:160]})",
        )
        return Reply(reading=reading, page=page)
    return read_reply(query, page)


_ERRORS = (
    (
        ("IllegalAccessToken", "invalid-access-token", "InvalidSession"),
        f"the session has expired: log in again and put it into the parameter {SESSION}",
    ),
    (
        ("InsufficientPermission", "permission"),
        "the app may not use this family of interfaces: apply for it in the developer console",
    ),
    (
        ("IncompleteSignature", "invalid-signature", "signature"),
        f"the signature is refused: check the parameters {APP_KEY} and {APP_SECRET}",
    ),
    (("appkey", "app_key", "app-key"), f"the app key is refused: check the parameter {APP_KEY}"),
)


def _error(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = said.get("error_response") if isinstance(said, dict) else None
    return error if isinstance(error, dict) else {}
