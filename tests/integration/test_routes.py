"""The official interfaces are asked as they want it: loopback servers check every signature."""

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headwater.adapters.routes.aliexpress import AliExpressAffiliate, AliExpressDs
from headwater.adapters.routes.gateway_1688 import Gateway1688
from headwater.adapters.routes.interface import Interface
from headwater.adapters.secrets import NoSecret
from headwater.domain.brands import Reference
from headwater.domain.exchanges import FetchFailed
from headwater.domain.listings import ListingKey
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.domain.queries import Query
from headwater.usecases.search import Reply
from tests.fakes import interfaces
from tests.fakes.interfaces import Answer, Interfaces
from tests.fakes.search import VisitsInMemory

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

HERO = Reference(id="mug.jpg", product="", sha256="a" * 64)
JPEG = b"\xff\xd8\xff\xe0 the brand's own photograph"
WORDS = Query(platform=Platform.ALI1688, watch="mark", text="哈芙鹿 复刻")
LINK = "https://detail.1688.com/offer/601748658723.html"
PICTURES = {
    ListingKey(Platform.ALI1688, "601748658723"): "https://cbu01.alicdn.com/img/ibank/a.jpg",
    ListingKey(Platform.LAZADA, "sg-77777"): "https://sg-test-11.slatic.net/p/a.jpg",
}
"""The first pictures of the listings that are known."""
PICTURE = Query(platform=Platform.ALI1688, watch="mark", picture=HERO)


def clock() -> datetime:
    return datetime(2026, 11, 21, 12, tzinfo=UTC)


def interface_to(host: str, url: str) -> Interface:
    return Interface(host, VisitsInMemory(), contact="mail@x.org", gap_seconds=0, rehearsal=url)


def no_secret(name: str = "1688-access-key") -> str:
    raise NoSecret(f"the parameter /headwater/{name} is not set")


def ask_gateway(
    query: Query, *answers: Answer, key: Callable[[], str] = lambda: interfaces.ACCESS_KEY
) -> tuple[Reply, Interfaces]:
    with Interfaces(list(answers)) as server:
        interface = interface_to("gateway.1688.com", server.url)
        route = Gateway1688(
            interface,
            key=key,
            picture=lambda sha256: JPEG,
            main_picture=PICTURES.get,
            clock=clock,
        )
        return route.ask(query), server


# --- 1688 --------------------------------------------------------------------------------------


def test_words_bring_listings_with_their_sellers() -> None:
    reply, server = ask_gateway(WORDS, interfaces.GATEWAY_FOUND)
    assert server.asked == [{"query": "哈芙鹿 复刻", "pageSize": 40, "purchaseAmount": 1}]
    assert reply.reading.verdict is Verdict.OK
    (listing,) = reply.reading.listings
    assert str(listing.key) == "1688#999900000301"
    assert listing.seller is not None
    assert listing.seller.id == "b2b-2299900031demo"
    assert listing.price is not None
    assert (str(listing.price.minimum), listing.price.currency) == ("8.50", "CNY")
    assert listing.minimum_order is not None
    assert listing.minimum_order.quantity == 2


def test_a_hero_picture_is_sent_as_it_is() -> None:
    reply, server = ask_gateway(PICTURE, interfaces.GATEWAY_FOUND)
    assert reply.reading.verdict is Verdict.OK
    assert base64.b64decode(server.asked[0]["imgBase64"]) == JPEG
    assert "query" not in server.asked[0]


def like(link: str) -> Query:
    return Query(platform=Platform.ALI1688, watch="mark", like=link)


def test_what_is_like_a_known_listing_is_searched_for_by_the_address_of_its_picture() -> None:
    reply, server = ask_gateway(like(LINK), interfaces.GATEWAY_FOUND)
    assert reply.reading.verdict is Verdict.OK
    assert server.asked == [
        {
            "pageSize": 40,
            "purchaseAmount": 1,
            "imageUrl": "https://cbu01.alicdn.com/img/ibank/a.jpg",
        }
    ]


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (LINK.replace("23.html", "24.html"), "headwater import"),
        ("https://www.lazada.sg/products/pdp-i77777.html", "loads no pictures from sg-test-11"),
    ],
)
def test_a_link_whose_picture_1688_cannot_have_is_not_asked_for(link: str, reason: str) -> None:
    reply, server = ask_gateway(like(link))
    assert (reply.reading.verdict, server.asked) == (Verdict.ERROR, [])
    assert reason in reply.reading.reason


def test_a_search_that_timed_out_inside_is_asked_once_more_and_signed_anew() -> None:
    late = interfaces.gateway_error("ISPInvokeTimeout")
    reply, server = ask_gateway(WORDS, late, interfaces.GATEWAY_FOUND)
    assert reply.reading.verdict is Verdict.OK
    assert server.asked[0] == server.asked[1]
    assert server.headers[0]["x-csk-nonce"] != server.headers[1]["x-csk-nonce"]
    reply, server = ask_gateway(WORDS, late, late, interfaces.GATEWAY_FOUND)
    assert (reply.reading.verdict, len(server.asked)) == (Verdict.ERROR, 2)
    assert "twice" in reply.reading.reason


@pytest.mark.parametrize(
    "refusal",
    [
        interfaces.gateway_error("QosAppFrequencyLimit"),
        interfaces.gateway_error("AppKeyExpired", 400),
        (403, {}),
    ],
)
def test_nothing_else_is_asked_twice(refusal: Answer) -> None:
    _, server = ask_gateway(WORDS, refusal, interfaces.GATEWAY_FOUND)
    assert len(server.asked) == 1


def test_an_interface_is_reached_only_through_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = ["10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::ffff:127.0.0.1"]
    monkeypatch.setattr("headwater.adapters.http._resolve", lambda host, port: [inside.pop()])
    interface = Interface("gateway.1688.com", VisitsInMemory(), contact="m@x.org", gap_seconds=0)
    for _ in tuple(inside):
        with pytest.raises(FetchFailed, match="not a public address"):
            interface.post("/api", b"{}", {})


def test_neither_key_nor_secret_nor_cookie_is_kept() -> None:
    reply, server = ask_gateway(WORDS, interfaces.GATEWAY_FOUND)
    sent = json.dumps([server.asked, server.headers])
    assert interfaces.ACCESS_SECRET not in sent
    assert interfaces.ACCESS_KEY not in sent
    assert reply.page is not None
    assert "set-cookie" not in reply.page.headers
    assert reply.wire is not None
    wire = gzip.decompress(reply.wire)
    assert reply.page.body in wire
    assert b"POST /" in wire
    for secret in (interfaces.ACCESS_SECRET, interfaces.ACCESS_KEY, interfaces.ACCESS_KEY_ID):
        assert secret.encode() not in wire
    assert all(value.encode() not in wire for value in server.headers[0].values() if "=" in value)


def test_a_wrong_key_is_refused_by_the_server_and_said() -> None:
    other = base64.urlsafe_b64encode(b"x" * 32 + interfaces.ACCESS_KEY_ID.encode()).decode()
    reply, _ = ask_gateway(WORDS, key=lambda: other)
    assert reply.reading.verdict is Verdict.ERROR
    assert "copy it again" in reply.reading.reason


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [
        (interfaces.GATEWAY_NOTHING, Verdict.OK_EMPTY, "counts 0 results"),
        (interfaces.gateway_error("AppKeyExpired", 400), Verdict.ERROR, "clawhub.1688.com"),
        (interfaces.gateway_error("1688_token_revoked", 401), Verdict.ERROR, "was revoked"),
        (interfaces.gateway_error("QosAppFrequencyLimit"), Verdict.RATE_LIMITED, "quota"),
        (interfaces.gateway_error("QosApiFrequencyLimit", 429), Verdict.RATE_LIMITED, "quota"),
        ((403, {}), Verdict.BLOCKED_CHALLENGE, "HTTP 403"),
        ((429, {}), Verdict.RATE_LIMITED, "HTTP 429"),
        ((500, {"success": False, "code": "Odd", "message": "odd"}), Verdict.ERROR, "Odd"),
        ((200, {"success": True, "data": {"renamed": []}}), Verdict.SHELL_NO_DATA, "no results"),
    ],
)
def test_what_the_gateway_says_becomes_a_verdict(
    answer: Answer, verdict: Verdict, reason: str
) -> None:
    reply, _ = ask_gateway(WORDS, answer)
    assert reply.reading.verdict is verdict
    assert reason in reply.reading.reason
    assert reply.reading.listings == ()


def test_without_a_key_nobody_is_asked() -> None:
    reply, server = ask_gateway(WORDS, key=no_secret)
    assert (reply.reading.verdict, server.asked) == (Verdict.ERROR, [])
    assert "1688-access-key is not set" in reply.reading.reason


def test_a_gateway_that_is_down_is_an_error_and_no_zero() -> None:
    with Interfaces([]) as server:
        gone = server.url
    interface = interface_to("gateway.1688.com", gone)
    route = Gateway1688(
        interface,
        key=lambda: interfaces.ACCESS_KEY,
        picture=lambda _: JPEG,
        main_picture=PICTURES.get,
        clock=clock,
    )
    reply = route.ask(WORDS)
    assert reply.reading.verdict is Verdict.ERROR
    assert "gateway.1688.com" in reply.reading.reason


def test_every_call_waits_for_its_turn_at_the_host() -> None:
    class Turns:
        def take_turn(self, host: str, gap_seconds: float) -> float:
            return {"gateway.1688.com": 3.5}[host] + gap_seconds

    slept: list[float] = []
    with Interfaces([interfaces.GATEWAY_NOTHING]) as server:
        interface = Interface(
            "gateway.1688.com",
            Turns(),
            contact="mail@x.org",
            gap_seconds=5,
            rehearsal=server.url,
            sleep=slept.append,
        )
        names = ("x-csk-time", "x-csk-nonce", "x-csk-version", "x-csk-sign")
        interface.post("/", b"{}", dict.fromkeys(names, "1"))
    assert slept == [8.5]


# --- AliExpress --------------------------------------------------------------------------------

KETTLE = Query(platform=Platform.ALIEXPRESS, watch="mark", text="harvelk kettle")


def ask_aliexpress(
    query: Query,
    *answers: Answer,
    ds: bool = False,
    secret: Callable[[str], str] = interfaces.TOP.__getitem__,
) -> tuple[Reply, Interfaces]:
    with Interfaces(list(answers)) as server:
        interface = interface_to("api-sg.aliexpress.com", server.url)
        route = (
            AliExpressDs(interface, secret=secret, picture=lambda _: JPEG, clock=clock)
            if ds
            else AliExpressAffiliate(interface, secret=secret, clock=clock)
        )
        return route.ask(query), server


def test_the_affiliate_family_brings_listings_with_their_shops() -> None:
    reply, server = ask_aliexpress(KETTLE, interfaces.AFFILIATE_FOUND)
    assert server.asked[0]["method"] == "aliexpress.affiliate.product.query"
    assert server.asked[0]["keywords"] == "harvelk kettle"
    assert server.asked[0]["timestamp"] == "1795262400000"
    assert reply.reading.verdict is Verdict.OK
    (listing,) = reply.reading.listings
    assert str(listing.key) == "aliexpress#1005999000000101"
    assert listing.seller is not None
    assert listing.seller.id == "1199900011"


def test_the_dropshipping_family_searches_by_words() -> None:
    reply, server = ask_aliexpress(KETTLE, interfaces.DS_TEXT_FOUND, ds=True)
    assert server.asked[0]["keyWord"] == "harvelk kettle"
    assert server.asked[0]["session"] == "session-1"
    assert [str(one.key) for one in reply.reading.listings] == ["aliexpress#1005999000000102"]


def test_the_dropshipping_family_searches_by_picture() -> None:
    query = replace(PICTURE, platform=Platform.ALIEXPRESS)
    reply, server = ask_aliexpress(query, interfaces.DS_IMAGE_FOUND, ds=True)
    asked = json.loads(server.asked[0]["param0"])
    assert base64.b64decode(asked["image_base64"]) == JPEG
    assert reply.reading.verdict is Verdict.OK
    assert [str(one.key) for one in reply.reading.listings] == ["aliexpress#1005999000000101"]


def test_the_families_of_aliexpress_turn_pages() -> None:
    second = replace(KETTLE, page=2)
    _, affiliate = ask_aliexpress(second, interfaces.AFFILIATE_FOUND)
    _, ds = ask_aliexpress(second, interfaces.DS_TEXT_FOUND, ds=True)
    assert (affiliate.asked[0]["page_no"], ds.asked[0]["pageIndex"]) == ("2", "2")


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [
        (interfaces.DS_NOTHING, Verdict.OK_EMPTY, "0 results"),
        (
            interfaces.top_error("7", "FlowControlLimited", "isp.top-flow-control-limited"),
            Verdict.RATE_LIMITED,
            "limits",
        ),
        (
            interfaces.top_error("27", "IllegalAccessToken", "isv.invalid-access-token"),
            Verdict.ERROR,
            "log in again",
        ),
        (
            interfaces.top_error("15", "InsufficientPermission", "isv.permission-api-package"),
            Verdict.ERROR,
            "developer console",
        ),
        (
            interfaces.top_error("25", "IncompleteSignature", "isv.invalid-signature"),
            Verdict.ERROR,
            "aliexpress-app-secret",
        ),
    ],
)
def test_what_aliexpress_says_becomes_a_verdict(
    answer: Answer, verdict: Verdict, reason: str
) -> None:
    reply, _ = ask_aliexpress(KETTLE, answer, ds=True)
    assert reply.reading.verdict is verdict
    assert reason in reply.reading.reason


def test_a_wrong_app_secret_is_noticed_by_the_server() -> None:
    wrong = interfaces.TOP | {"aliexpress-app-secret": "other"}
    reply, server = ask_aliexpress(KETTLE, secret=wrong.__getitem__)
    assert reply.reading.verdict is Verdict.ERROR
    assert "other" not in json.dumps(server.asked)


def test_goods_that_have_nothing_to_do_with_the_words_are_no_answer() -> None:
    query = replace(KETTLE, text="vesper lantern")
    reply, _ = ask_aliexpress(query, interfaces.AFFILIATE_FOUND)
    assert reply.reading.verdict is Verdict.IRRELEVANT_FALLBACK
    assert not reply.reading.verdict.covers


def test_without_app_keys_nobody_is_asked() -> None:
    reply, server = ask_aliexpress(KETTLE, secret=no_secret)
    assert (reply.reading.verdict, server.asked) == (Verdict.ERROR, [])
    assert "aliexpress-app-key is not set" in reply.reading.reason


@pytest.mark.parametrize(
    ("recorded", "verdict"),
    [
        # French goods for another query: what was asked here they do not answer.
        ("aliexpress_ds_text_search_success_2026-04.json", Verdict.IRRELEVANT_FALLBACK),
        ("aliexpress_ds_product_get_success_2026-04.json", Verdict.OK),
        ("aliexpress_ds_error_auth_2026-04.json", Verdict.ERROR),
        ("aliexpress_ds_error_permission_2026-04.json", Verdict.ERROR),
        ("aliexpress_ds_error_generic_2026-04.json", Verdict.ERROR),
        ("aliexpress_ds_error_rate_limit_2026-04.json", Verdict.RATE_LIMITED),
    ],
)
def test_replies_that_others_recorded_are_understood(
    captures_dir: Path, recorded: str, verdict: Verdict
) -> None:
    said = json.loads((captures_dir / "aliexpress" / "api" / recorded).read_bytes())
    reply, _ = ask_aliexpress(KETTLE, (200, said), ds=True)
    assert reply.reading.verdict is verdict
    assert bool(reply.reading.listings) is ("success" in recorded)
