"""The ordered rules that tell an answer from a refusal, a shell, a dead listing and a real zero.

What a page holds decides first: genuine pages name the anti-bot service ("baxia", even
"x5secdata" in a blocked background call), so its traces count only where the data is missing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from headwater.domain.pages import PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces.document import Document
from headwater.marketplaces.findings import Findings
from headwater.marketplaces.lookup import Json, dig, first, text
from headwater.marketplaces.relevance import answers


@dataclass(frozen=True, slots=True)
class Rule:
    """A page is `verdict` if the pattern stands in the place.

    `longest`: the pattern proves something only on a page of at most so many characters of which
    nothing else is known (the scripts of whole pages know the way to the login too); 0: always.
    """

    verdict: Verdict
    place: str
    pattern: re.Pattern[str]
    reason: str
    longest: int = 0


def _rule(verdict: Verdict, place: str, pattern: str, reason: str, longest: int = 0) -> Rule:
    return Rule(verdict, place, re.compile(pattern, re.IGNORECASE), reason, longest)


_CHALLENGE, _LOGIN, _RATE = (
    Verdict.BLOCKED_CHALLENGE,
    Verdict.BLOCKED_LOGIN,
    Verdict.RATE_LIMITED,
)

RULES: tuple[Rule, ...] = (
    _rule(
        _CHALLENGE, "url", r"/_____tmd_____/(?:punish|verify|page)|[?&]x5(?:secdata|step)=",
        "the address is the anti-bot service's",
    ),
    _rule(
        _LOGIN, "url",
        r"^https?://(?:login\.|passport\.|account\.1688\.)|/member/(?:login|signin)|/login\.jhtml",
        "the address is a login page",
    ),
    _rule(
        _CHALLENGE, "ret", r"FAIL_SYS_USER_VALIDATE|RGV587_ERROR|x5secdata|_____tmd_____",
        "the interface asks to prove that one is human",
    ),
    _rule(
        _RATE, "ret",
        r"TRAFFIC_LIMIT|TOO_?MANY_?REQUEST|限流|访问频繁|流量异常|ApiCallLimit|FrequencyLimit"
        r"|AppCallLimit|frequency exceeds|flow-?control|too many requests|被挤爆",
        "the interface limits the number of requests",
    ),
    _rule(
        _LOGIN, "ret", r"SESSION_EXPIRED|NEED_?LOGIN|ERR_SID_INVALID|not\s?login",
        "the interface asks to log in",
    ),
    _rule(
        Verdict.GONE, "ret", r"ITEM_NOT_EXIST|ITEM_NOT_FOUND|OFFER_NOT_EXIST|product not found",
        "the platform says that the listing does not exist",
    ),
    _rule(
        Verdict.ERROR, "ret", r"^(?!SUCCESS).{1,120}",
        "the interface answered with an error",
    ),
    _rule(
        _CHALLENGE, "headers", r"^(?:bxpunish: *[^\s0]|bx-x5sec:)|^location:.*_____tmd_____",
        "the server's headers name the anti-bot service",
    ),
    _rule(
        _CHALLENGE, "title",
        r"^\s*(?:captcha\b|security-X5|验证码拦截|驗證碼攔截|滑动验证|安全验证|人机验证|robot check"
        r"|just a moment|attention required|punish\b)",
        "the title is the anti-bot service's",
    ),
    _rule(
        _CHALLENGE, "title",
        r"^\s*(?:access denied|访问被拒绝|访问拒绝|403 forbidden|forbidden"
        r"|system is busy|系统正忙|sorry! something went wrong)",
        "the title says that access is denied",
    ),
    _rule(
        _LOGIN, "title", r"^\s*(?:登录|会员登录|登入|(?:log|sign)[ -]?in\b|淘宝网 ?- ?淘！我喜欢$)",
        "the title is a login page's",
    ),
    _rule(
        _CHALLENGE, "body",
        r"_config_\s*=\s*\{[^{}]{0,2000}[\"']?action[\"']?\s*:\s*[\"'](?:captcha|punish|deny|wait)"
        r"|rgv587_flag\s*[:=]\s*[\"']?sm"
        r"|\b(?:src|action|href)=[^<>\s]{0,300}_____tmd_____/"
        r"|location(?:\.href|\.replace\()?\s*[=(]?\s*[\"'][^\"']{0,300}_____tmd_____/"
        r"|[\"']?x5referer[\"']?\s*[:=]|id=[\"']?nocaptcha\b[^>]{0,200}>\s*</|sufei-punish"
        r"|api-services-support@amazon\.com|/errors/validateCaptcha",
        "the page is the anti-bot service's",
    ),
    _rule(
        _CHALLENGE, "body",
        r"/_sec/verify\?provider=|[?&]bm-verify=|gokuProps\b|\.awswaf\.com/|cf-chl-|px-captcha\b",
        "the page is a hosting company's challenge to browsers", 60_000,
    ),
    _rule(
        _LOGIN, "body",
        r"(?:location(?:\.href|\.replace\()?\s*[=(]?\s*|action=|content=[\"']?[0-9]+;\s*url=)[\"']?"
        r"(?:https?:)?//(?:login|passport)\.(?:m\.)?(?:taobao|tmall|1688|alibaba|aliexpress)\.com",
        "the page only leads to the login", 12_000,
    ),
    _rule(
        _LOGIN, "body", r"id=[\"'](?:fm-login-id|J_QRCodeLogin|login-form)[\"']",
        "the page is a login form",
    ),
    _rule(
        _CHALLENGE, "visible",
        r"unusual traffic from your network|slide to verify|drag the slider|请拖动下方滑块"
        r"|通过验证以确保正常访问|亲，?小二正忙|滑动一下马上回来|网络拥堵|请按住滑块"
        r"|비정상적인 트래픽|verify you are (?:a )?human|enter the characters you see below",
        "the text asks to prove that one is human",
    ),
    _rule(
        _RATE, "visible",
        r"(?:访问|操作)(?:过于)?频繁|too many requests|rate limit exceeded",
        "the text says that there were too many requests",
    ),
    _rule(
        Verdict.GONE, "url", r"/wrongpage\.html|/noitem\.|/error/404",
        "the platform redirected to its page for missing listings",
    ),
    _rule(
        Verdict.GONE, "title",
        r"页面不存在|商品不存在|宝贝不存在|该商品已下架|^404\b|page not found|product not found"
        r"|no longer available",
        "the title says that the listing is gone",
    ),
    _rule(
        Verdict.GONE, "visible",
        r"(?:product|item|page you requested|listing)[^.!?]{0,60}"
        r"(?:no longer (?:be )?available|been removed|not be found|not found|does not exist"
        r"|is unavailable)"
        r"|此?(?:商品|宝贝|产品)(?:已下架|不存在|已经?过期)"
        r"|您查看的(?:商品|宝贝)不存在|很抱歉，您查看的",
        "the page says that the listing is gone",
    ),
)  # fmt: skip
"""Tried from the first to the last on a page without data; the first that fits decides."""

_LONGEST_REFUSAL = 400_000
"""Characters: the longest challenge seen had 240,000; more need not be searched."""

_STATUS = {
    401: (_LOGIN, "the server asks for a login"),
    403: (_CHALLENGE, "the server denied access"),
    404: (Verdict.GONE, "the server does not know the page"),
    405: (_CHALLENGE, "the server denied access"),
    406: (_CHALLENGE, "the server denied access"),
    410: (Verdict.GONE, "the server says that the page is gone"),
    420: (_RATE, "the server limits the number of requests"),
    429: (_RATE, "the server limits the number of requests"),
    503: (_RATE, "the server is overloaded or limits requests"),
}


def judge(
    document: Document, findings: Findings | None, *, platform: Platform, kind: PageKind
) -> PageReading:
    """The verdict on a page with its reason in plain words; `kind` is what its address promises."""
    kind = findings.kind if findings else kind
    total = findings.total if findings else None
    listings = findings.listings if findings else ()
    verdict, reason = _verdict(document, findings)
    if verdict.refused or verdict in {Verdict.SHELL_NO_DATA, Verdict.GONE, Verdict.ERROR}:
        listings, total = (), None
    return PageReading(
        platform=platform,
        kind=kind,
        verdict=verdict,
        reason=reason,
        total=total,
        listings=listings,
        sellers=findings.sellers if findings else (),
        query=findings.query if findings else None,
    )


def _verdict(document: Document, findings: Findings | None) -> tuple[Verdict, str]:
    if findings is not None:
        if findings.listings:
            return _quality(findings)
        if findings.kind is PageKind.SELLER and findings.sellers:
            return Verdict.OK, "a seller's page without offers"
        if findings.verdict is Verdict.OK_EMPTY:
            return findings.verdict, findings.reason
    places = _places(document)
    for rule in RULES:
        if rule.longest and (findings is not None or len(document.text) > rule.longest):
            continue
        found = rule.pattern.search(places[rule.place]())
        if found:
            return rule.verdict, f"{rule.reason} ({_shown(found[0])})"
    status = document.page.status
    if status in _STATUS:
        verdict, reason = _STATUS[status]
        return verdict, f"{reason} (HTTP {status})"
    if status is not None and status >= 400:
        return Verdict.ERROR, f"the server answered with an error (HTTP {status})"
    if findings is not None and findings.verdict is not None:
        return findings.verdict, findings.reason
    return Verdict.SHELL_NO_DATA, "the page holds no results, no listing and no seller"


def _quality(findings: Findings) -> tuple[Verdict, str]:
    listings = findings.listings
    number = len(listings)
    untitled = sum(listing.title is None for listing in listings)
    if findings.kind is PageKind.LISTING and untitled:
        return Verdict.SCHEMA_DRIFT, "the listing has no title where it used to be"
    if untitled * 2 > number and not findings.sellers:
        return Verdict.SCHEMA_DRIFT, f"{untitled} of {number} results have no title"
    if findings.verdict is Verdict.SCHEMA_DRIFT:
        return findings.verdict, findings.reason
    if findings.kind is PageKind.LISTING:
        return Verdict.OK, "one listing"
    if findings.sellers:
        return Verdict.OK, f"{len(findings.sellers)} sellers with {number} offers"
    words = [f"{item.title} {(item.seller and item.seller.name) or ''}" for item in listings]
    if findings.kind is PageKind.SEARCH and findings.query and not answers(findings.query, words):
        return (
            Verdict.IRRELEVANT_FALLBACK,
            f"fewer than a fifth of {number} results share a word with {findings.query!r}",
        )
    return Verdict.OK, f"{number} results"


def _places(document: Document) -> dict[str, Callable[[], str]]:
    return {
        "url": lambda: document.url,
        "ret": lambda: _answer_code(document.json),
        "headers": lambda: "\n".join(f"{k}: {v}" for k, v in document.page.headers.items()),
        "title": lambda: document.title,
        "body": lambda: "" if document.is_json else document.text[:_LONGEST_REFUSAL],
        "visible": lambda: document.visible_text,
    }


def _answer_code(answer: Json) -> str:
    """What an interface says about success: mtop's `ret`, an error object's code and message."""
    ret = dig(answer, "ret")
    if isinstance(ret, list) and ret:
        return " ".join(str(part) for part in ret[:3])
    if isinstance(ret, str) and "::" in ret:
        return ret
    error = first(answer, "error_response", "error", "errorResponse")
    if error is None and first(answer, "code", "error_code") is not None:
        message = first(answer, "message", "msg", "error_message")
        code = text(first(answer, "error_code", "code"))
        if code not in {"0", "200", "SUCCESS"} and message:
            error = {"code": code, "msg": message}
    if isinstance(error, dict):
        fields = ("code", "sub_code", "msg", "sub_msg", "error_code", "error_msg", "message")
        return " ".join(filter(None, (text(error.get(field)) for field in fields)))
    return error if isinstance(error, str) else ""


def _shown(found: str) -> str:
    return " ".join(found.split())[:80]
