"""A refusal is never a zero, and an answer that mentions the anti-bot service is no refusal."""

import json

import pytest

from headwater.domain.pages import LayoutChanged, Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces import read

SEARCH = "https://www.aliexpress.com/w/wholesale-usb-cable.html"
ITEM = "https://www.aliexpress.com/item/1005006123456789.html"
TRACES = '<script src="//x/baxia.js"></script><iframe src="//h/_____tmd_____/punish?x5secdata=1">'


def _read(body: str, url: str = SEARCH, status: int | None = None, **headers: str) -> PageReading:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return read(Page(url=url, body=body.encode(), status=status, headers=names))


def _results(*titles: str, total: int | None = None, query: str = "usb cable") -> str:
    items = [
        {"productId": str(3256800000000001 + i), "title": {"displayTitle": title}}
        for i, title in enumerate(titles)
    ]
    data = {
        "data": {
            "root": {
                "fields": {
                    "mods": {"itemList": {"content": items}},
                    "pageInfo": {
                        "totalResults": len(items) if total is None else total,
                        "trace": {"page": {"translsateTrace": {"keywords": query}}},
                    },
                }
            }
        }
    }
    return f"<script>window._dida_config_._init_data_= {{ data: {json.dumps(data)} }};</script>"


def test_a_genuine_page_that_holds_traces_of_the_antibot_service_is_an_answer() -> None:
    reading = _read(f"<title>Captcha</title>{TRACES}" + _results("USB cable 1 m", "Cable USB C"))
    assert reading.verdict is Verdict.OK
    assert len(reading.listings) == 2


@pytest.mark.parametrize(
    ("body", "url", "verdict"),
    [
        ("", f"{SEARCH}/_____tmd_____/punish?x5secdata=abc", Verdict.BLOCKED_CHALLENGE),
        ("", "https://login.taobao.com/member/login.jhtml?f=top", Verdict.BLOCKED_LOGIN),
        ("<title>Captcha Interception</title>", SEARCH, Verdict.BLOCKED_CHALLENGE),
        ("<title>验证码拦截</title>", SEARCH, Verdict.BLOCKED_CHALLENGE),
        ("<title>security-X5</title>", SEARCH, Verdict.BLOCKED_CHALLENGE),
        ("<title>登录</title>", SEARCH, Verdict.BLOCKED_LOGIN),
        ("<title>Access Denied</title>", SEARCH, Verdict.BLOCKED_CHALLENGE),
        (
            '<title></title><script>window._config_ = {"action":"captcha","url":"x"}</script>',
            SEARCH,
            Verdict.BLOCKED_CHALLENGE,
        ),
        ("<!--rgv587_flag:sm--><html></html>", SEARCH, Verdict.BLOCKED_CHALLENGE),
        (
            '<form action="//detail.1688.com:443/offer/1.html/_____tmd_____/verify/">',
            "",
            Verdict.BLOCKED_CHALLENGE,
        ),
        (
            "<script>location.href='//login.taobao.com/member/login.jhtml'</script>",
            "https://item.taobao.com/item.htm?id=561495525977",
            Verdict.BLOCKED_LOGIN,
        ),
        (
            "<body>Sorry, we have detected unusual traffic from your network.</body>",
            SEARCH,
            Verdict.BLOCKED_CHALLENGE,
        ),
        ("<body>亲，请拖动下方滑块完成验证</body>", SEARCH, Verdict.BLOCKED_CHALLENGE),
        ("<body>您的访问过于频繁</body>", SEARCH, Verdict.RATE_LIMITED),
        ("<body>Sorry, the page you requested can not be found:(</body>", ITEM, Verdict.GONE),
        ("", "https://page.1688.com/shtml/static/wrongpage.html", Verdict.GONE),
        ("<html><body></body></html>", SEARCH, Verdict.SHELL_NO_DATA),
        ("<script>window._d_c_={isCSR:true}</script>", ITEM, Verdict.SHELL_NO_DATA),
        ("", SEARCH, Verdict.SHELL_NO_DATA),
    ],
)
def test_a_page_without_data_is_called_what_it_is(body: str, url: str, verdict: Verdict) -> None:
    reading = _read(body, url, status=200)
    assert reading.verdict is verdict, reading.reason
    assert reading.listings == ()
    assert not reading.verdict.covers


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (403, Verdict.BLOCKED_CHALLENGE),
        (405, Verdict.BLOCKED_CHALLENGE),
        (420, Verdict.RATE_LIMITED),
        (429, Verdict.RATE_LIMITED),
        (503, Verdict.RATE_LIMITED),
        (404, Verdict.GONE),
        (410, Verdict.GONE),
        (401, Verdict.BLOCKED_LOGIN),
        (500, Verdict.ERROR),
    ],
)
def test_the_status_counts_where_the_body_says_nothing(status: int, verdict: Verdict) -> None:
    assert _read("<html></html>", status=status).verdict is verdict


def test_the_body_comes_before_the_status() -> None:
    assert _read("<title>Captcha Interception</title>", status=404).verdict.refused
    assert _read(_results("USB cable"), status=403).verdict is Verdict.OK


def test_headers_name_the_antibot_service() -> None:
    assert _read("<html></html>", bxpunish="1").verdict is Verdict.BLOCKED_CHALLENGE
    assert _read("<html></html>", bxpunish="0").verdict is Verdict.SHELL_NO_DATA


@pytest.mark.parametrize(
    ("ret", "verdict"),
    [
        ("FAIL_SYS_USER_VALIDATE::哎哟喂,被挤爆啦", Verdict.BLOCKED_CHALLENGE),
        ("RGV587_ERROR::SM::哎哟喂,被挤爆啦,请稍后重试", Verdict.BLOCKED_CHALLENGE),
        ("FAIL_SYS_TRAFFIC_LIMIT::哎哟喂,被挤爆啦", Verdict.RATE_LIMITED),
        ("FAIL_SYS_SESSION_EXPIRED::Session过期", Verdict.BLOCKED_LOGIN),
        ("FAIL_SYS_TOKEN_EXOIRED::令牌过期", Verdict.ERROR),
        ("FAIL_SYS_ILLEGAL_ACCESS::非法请求", Verdict.ERROR),
        ("SITEM_NOT_EXIST::gone", Verdict.GONE),
        ("SUCCESS::调用成功", Verdict.SHELL_NO_DATA),
    ],
)
def test_an_interface_says_in_ret_how_it_went(ret: str, verdict: Verdict) -> None:
    reply = json.dumps({"api": "mtop.aliexpress.pdp.pc.query", "ret": [ret], "data": {}})
    assert _read(
        reply, "https://acs.aliexpress.com/h5/mtop.aliexpress.pdp.pc.query/1.0/"
    ).verdict is (verdict)
    assert _read(f"mtopjsonp1({reply})", "").verdict is verdict


def test_zero_is_believed_only_where_the_platform_states_it() -> None:
    stated = _read(_results(total=0))
    assert (stated.verdict, stated.total) == (Verdict.OK_EMPTY, 0)
    assert stated.verdict.covers
    unstated = _read(_results(total=8))
    assert not unstated.verdict.covers


def test_unrelated_goods_are_no_answer() -> None:
    reading = _read(_results(*["Women Summer Dress"] * 6, query="qzxv flurbo"))
    assert reading.verdict is Verdict.IRRELEVANT_FALLBACK
    assert len(reading.listings) == 6
    assert not reading.verdict.covers


def test_a_translated_query_says_nothing_about_titles_in_another_script() -> None:
    assert _read(_results("Wireless Earphones", query="наушники")).verdict is Verdict.OK


def test_results_without_titles_are_drift() -> None:
    body = _results("a", "b", "c").replace("displayTitle", "renamedTitle")
    assert _read(body).verdict is Verdict.SCHEMA_DRIFT


def test_a_list_that_moved_is_raised_not_read_as_zero() -> None:
    body = _results("USB cable").replace("itemList", "newList")
    with pytest.raises(LayoutChanged) as caught:
        _read(body)
    assert caught.value.platform is Platform.ALIEXPRESS
    assert caught.value.kind is PageKind.SEARCH


def test_data_that_is_cut_off_is_raised_not_read_as_zero() -> None:
    body = _results("USB cable", "USB lead")
    with pytest.raises(LayoutChanged):
        _read(body[: len(body) // 2])


def test_a_reply_that_is_cut_off_is_raised_not_read_as_nothing() -> None:
    reply = '{"api":"mtop.aliexpress.pdp.pc.query","ret":["SUCCESS::ok"],"data":{"result":{"PRI'
    with pytest.raises(LayoutChanged, match="no longer readable"):
        _read(reply, "")
    assert _read("[a note](https://x.example)", "").verdict is Verdict.SHELL_NO_DATA


def test_a_blocked_page_still_names_the_listing_that_was_asked_for() -> None:
    body = (
        "<title>security-X5</title>"
        '<form action="//detail.1688.com:443/offer/568288074947.html/_____tmd_____/verify/">'
    )
    reading = _read(body, "")
    assert (reading.platform, reading.kind) == (Platform.ALI1688, PageKind.LISTING)


def test_a_delisted_listing_may_still_be_named_in_its_shell() -> None:
    body = (
        '<meta property="og:title" content="A Thing"><script>window._d_c_.DCData = '
        '{"i18nMap":{"PAGE_NOT_FOUND_RCMD_TITLE":"Przepraszamy, nie znaleziono strony :("}}'
        "</script><body>Przepraszamy, nie znaleziono strony :(</body>"
    )
    assert _read(body, ITEM).verdict is Verdict.GONE
