"""The rehearsal marketplaces: one loopback server that plays every platform by its Host header.

`python -m headwater_demo.marketplace` starts it for a look in the browser.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple, Protocol, Self
from urllib.parse import parse_qsl, quote, unquote, unquote_to_bytes

from headwater_demo import ali1688, alibaba, aliexpress, gateway_1688, lazada
from headwater_demo.forgeries import forged, scaled
from headwater_demo.offers import (
    ALI1688,
    ALIBABA,
    ALIEXPRESS,
    LAZADA,
    OFFERS,
    Fault,
    Offer,
    Picture,
)

PAGE_SIZE = 12
REFUSED_WORD = "复刻"
"""1688 answers a search for it with its slider, as it does after too many suspicious queries."""


class Request(NamedTuple):
    """What was asked: the platform's host name, the path with its query, and by whom."""

    host: str
    path: str
    user_agent: str


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    content_type: str
    body: bytes
    location: str = ""


class _Platform(Protocol):
    """What the modules of the platforms have in common."""

    PICTURE_HOST: str

    def picture_path(self, offer: Offer, picture: Picture) -> str: ...
    def listing_url(self, offer: Offer) -> str: ...
    def listing_page(self, offer: Offer) -> str: ...
    def missing_page(self) -> str: ...


PLATFORMS: dict[str, _Platform] = {
    ALIEXPRESS: aliexpress,
    ALIBABA: alibaba,
    ALI1688: ali1688,
    LAZADA: lazada,
}
TAOBAO_HOST, TMALL_HOST = "s.taobao.com", "list.tmall.com"

# What the platforms' own files said to everybody between 2022 and 2024, shortened. The rehearsal
# adds a group that the real ones do not have: it invites the visitor that it was built for.
_ROBOTS = {
    aliexpress.HOST: ("/wholesale*", "/search/*", "/api/*", "/item-img/*", "/productdetail/*"),
    alibaba.HOST: ("/trade/", "/product/", "/bin/", "/apps/"),
    ali1688.SEARCH_HOST: ("/*?*",),
    ali1688.HOST: ("/*?",),
    TAOBAO_HOST: ("/*?*",),
    TMALL_HOST: ("/",),
}


def robots(host: str) -> str:
    """The host's robots.txt; picture hosts have one that forbids nothing."""
    rules = "".join(f"Disallow: {path}\n" for path in _ROBOTS.get(host, ("",)))
    return f"User-agent: *\n{rules}\nUser-agent: Headwater\nAllow: /\n"


def answer(host: str, target: str) -> Answer:
    """What the host answers to a path with its query."""
    path, _, query = target.partition("?")
    if path == "/robots.txt":
        return Answer(200, "text/plain", robots(host).encode())
    if host in _PICTURE_HOSTS:
        return _picture(host, path)
    for pattern, asked_host, page in _PAGES:
        if host == asked_host and (found := re.fullmatch(pattern, path)):
            return page(found[1] if found.groups() else "", query)
    return _html("<title>404</title><h1>404 Not Found</h1>", 404)


def search(
    platform: str, words: str, page: int = 1, *, earlier: bool = False
) -> tuple[Sequence[Offer], int]:
    """The offers on one page of results, and how many there are on all pages.

    `earlier`: as it was some days ago, when offers that are gone now still stood, on top.
    """
    found = [o for o in OFFERS if o.platform == platform and o.answers(words)]
    found = sorted((o for o in found if earlier or not o.gone), key=lambda o: not o.gone)
    first = (max(page, 1) - 1) * PAGE_SIZE
    return found[first : first + PAGE_SIZE], len(found)


def canary_listing(platform: str, words: str) -> str:
    """The address of an offer that a search for those words finds."""
    found, _ = search(platform, words)
    return PLATFORMS[platform].listing_url(found[0])


def _aliexpress_search(slug: str, query: str) -> Answer:
    parameters = _parameters(query)
    words = parameters.get("SearchText") or unquote(slug).replace("-", " ")
    page = _page(parameters.get("page"))
    found, total = search(ALIEXPRESS, words, page)
    # A page that repeats an ad among the natural results, as the real ones do.
    ads = [offer for offer in found if offer.ad]
    return _html(
        aliexpress.search_page(
            [*found, *ads], query=words, total=total, page=page, page_size=PAGE_SIZE
        )
    )


def _aliexpress_old_search(_: str, query: str) -> Answer:
    words = _parameters(query).get("SearchText", "")
    rest = "&".join(part for part in query.split("&") if not part.startswith("SearchText="))
    location = aliexpress.search_url(words) + (f"?{rest}" if rest else "")
    return Answer(302, "text/html", b"", location)


def _alibaba_search(_: str, query: str) -> Answer:
    parameters = _parameters(query)
    words = parameters.get("SearchText") or parameters.get("keywords", "")
    page = _page(parameters.get("page"))
    found, total = search(ALIBABA, words, page)
    return _html(
        alibaba.search_page(found, query=words, total=total, page=page, page_size=PAGE_SIZE)
    )


def _ali1688_search(_: str, query: str) -> Answer:
    parameters = _parameters(query)
    # Without charset=utf8 the words are read as GBK, whatever they are: a trap of the real one.
    encoding = "utf-8" if parameters.get("charset", "").lower() == "utf8" else "gb18030"
    raw = next((part[9:] for part in query.split("&") if part.startswith("keywords=")), "")
    words = unquote_to_bytes(raw.replace("+", " ")).decode(encoding, "replace")
    if REFUSED_WORD in words:
        return _html(slider_page(ali1688.SEARCH_HOST, "/selloffer/offer_search.htm"))
    page = _page(parameters.get("beginPage"))
    found, total = search(ALI1688, words, page)
    return _html(
        ali1688.search_page(found, query=words, total=total, page=page, page_size=PAGE_SIZE)
    )


def _lazada_search(_: str, query: str) -> Answer:
    parameters = _parameters(query)
    words, page = parameters.get("q", ""), _page(parameters.get("page"))
    found, total = search(LAZADA, words, page)
    return _html(
        lazada.search_page(found, query=words, total=total, page=page, page_size=PAGE_SIZE)
    )


def _login(_: str, __: str) -> Answer:
    """Taobao and Tmall answer whoever is not logged in with HTTP 200 and a way to the login."""
    return _html(
        '<html><head><meta charset="utf-8"></head><body><script>'
        'location.href="//login.taobao.com/member/login.jhtml?f=top&redirectURL="'
        "+encodeURIComponent(location.href)</script></body></html>"
    )


def _listing(platform: str) -> Callable[[str, str], Answer]:
    def page(listing_id: str, _: str) -> Answer:
        offer = _BY_ID.get((platform, listing_id))
        if offer is not None and not offer.gone:
            return _html(PLATFORMS[platform].listing_page(offer))
        if platform == ALI1688:
            place = f"https://{ali1688.MISSING_HOST}{ali1688.MISSING_PATH}"
            return Answer(302, "text/html", b"", place)
        return _html(PLATFORMS[platform].missing_page(), 200 if platform == ALIEXPRESS else 404)

    return page


def _missing_1688(_: str, __: str) -> Answer:
    return _html(ali1688.missing_page())


_PAGES: tuple[tuple[str, str, Callable[[str, str], Answer]], ...] = (
    (r"/w/wholesale-(.+)\.html", aliexpress.HOST, _aliexpress_search),
    (r"/wholesale(?:\.html)?", aliexpress.HOST, _aliexpress_old_search),
    (r"/item/(?:[^/]+/)?(\d+)\.html", aliexpress.HOST, _listing(ALIEXPRESS)),
    (r"/trade/search", alibaba.HOST, _alibaba_search),
    (r"/product-detail/(?:[^/]*_)?(\d+)\.html", alibaba.HOST, _listing(ALIBABA)),
    (r"/selloffer/offer_search\.html?", ali1688.SEARCH_HOST, _ali1688_search),
    (r"/offer/(\d+)\.html", ali1688.HOST, _listing(ALI1688)),
    (r"/catalog/", lazada.HOST, _lazada_search),
    (r"/products/.*-i(\d+)(?:-s\d+)?\.html", lazada.HOST, _listing(LAZADA)),
    (r"/search", TAOBAO_HOST, _login),
    (r"/search_product.htm", TMALL_HOST, _login),
    (re.escape(ali1688.MISSING_PATH), ali1688.MISSING_HOST, _missing_1688),
)

_BY_ID = (
    {(offer.platform, offer.id): offer for offer in OFFERS}
    | {
        (ALIEXPRESS, aliexpress.second_id(offer)): offer
        for offer in OFFERS
        if offer.platform == ALIEXPRESS
    }
    | {(LAZADA, lazada.item_id(offer)): offer for offer in OFFERS if offer.platform == LAZADA}
)


@contextmanager
def altered(offer: Offer) -> Iterator[None]:
    """Show this offer in place of the one with its id, as a seller changes a listing."""
    key = (offer.platform, offer.id)
    before = _BY_ID[key]
    _BY_ID[key] = offer
    try:
        yield
    finally:
        _BY_ID[key] = before


_PICTURES: dict[tuple[str, str], Picture] = {
    (
        PLATFORMS[offer.platform].PICTURE_HOST,
        PLATFORMS[offer.platform].picture_path(offer, one),
    ): one
    for offer in OFFERS
    for one in offer.pictures
}
_PICTURE_HOSTS = {host for host, _ in _PICTURES}
_SIZES = (
    r"_(\d+)x\d+(?:x[a-z])?(?:q\d+)?\.jpg(?:_\.(?:webp|avif))?$",  # ….jpg_350x350xz.jpg_.webp
    r"\.(\d+)x\d+(?=\.jpg$)",  # ….220x220.jpg
    r"\.(search|summ)(?=\.jpg$)",
)


def _picture(host: str, path: str) -> Answer:
    """The original, or a smaller copy where the path ends in one of the platforms' sizes."""
    side = 0
    for size in _SIZES:
        if found := re.search(size, path):
            side = {"search": 150, "summ": 64}.get(found[1]) or min(max(int(found[1]), 1), 2000)
            path = path[: found.start()] + path[found.end() :]
    picture = _PICTURES.get((host, unquote(path)))
    if picture is None or picture.fault is Fault.MISSING:
        return Answer(404, "text/plain", b"Not Found")
    if picture.fault is Fault.NO_PICTURE:
        return Answer(200, "image/jpeg", b"<html>this was a picture once</html>")
    original = forged(picture.photograph, picture.forgery)
    return Answer(200, "image/jpeg", scaled(original, side) if side else original)


def slider_page(host: str, path: str) -> str:
    """A refusal as the platforms send it: HTTP 200, a title, a slider, and no data."""
    return f"""<html><head><meta charset="utf-8"><title>验证码拦截</title>
<script>
window._config_ = {{
    "renderTo": "#nocaptcha",
    "action": "captcha",
    "HOST": "{host}:443",
    "PATH": "{path}",
    "FORMACTIOIN": "{path}/_____tmd_____/verify/"
}};
</script></head><body><div id="baxia-punish"><p>亲，请拖动下方滑块完成验证</p>
<p>通过验证以确保正常访问</p><div id="nocaptcha" class="nc-container"></div>
<form method="get" action="{path}/_____tmd_____/verify/">
<input name="x5secdata" type="hidden" value="rehearsal"></form></div></body></html>
"""


def _parameters(query: str) -> dict[str, str]:
    return dict(reversed(parse_qsl(query)))


def _page(number: str | None) -> int:
    return int(number) if number and number.isascii() and number.isdigit() else 1


def _html(page: str, status: int = 200) -> Answer:
    return Answer(status, "text/html; charset=utf-8", page.encode())


class Marketplace:
    """The server. `requests` holds what was asked, in order, from all threads."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Request] = []
        self._port = port
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> str:
        """Listen on a free loopback port; returns "http://127.0.0.1:PORT"."""
        handler = type("Handler", (_Handler,), {"requests": self.requests})
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.url = self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "HeadwaterRehearsal"
    sys_version = ""
    timeout = 20
    requests: list[Request]

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        host = host.lower()
        self.requests.append(Request(host, self.path, self.headers.get("User-Agent", "")))
        own = host in {"127.0.0.1", "localhost"}
        reply = _look(self.path) if own else answer(host, self.path)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if reply.location:
            self.send_header("Location", reply.location)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def do_POST(self) -> None:
        """Only the official search gateway of 1688 is posted to."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        host = self.headers.get("Host", "").lower()
        self.requests.append(Request(host, self.path, self.headers.get("User-Agent", "")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, reply = 404, b"{}"
        if host == gateway_1688.HOST:
            status, reply = gateway_1688.answer(self.path, headers, body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    do_HEAD = do_GET  # noqa: N815 - the name that http.server asks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: `requests` is the log."""


def _look(target: str) -> Answer:
    """For a person's browser: "/HOST/PATH" shows HOST's page with its links led back here."""
    host, _, rest = target.lstrip("/").partition("/")
    if not host:
        links = [
            aliexpress.search_url("harvelk"), alibaba.search_url("harvelk"),
            ali1688.search_url("哈芙鹿"), ali1688.search_url(f"哈芙鹿 {REFUSED_WORD}"),
            *(PLATFORMS[offer.platform].listing_url(offer) for offer in OFFERS),
        ]  # fmt: skip
        items = "".join(f'<li><a href="/{url[8:]}">{unquote(url)}</a></li>' for url in links)
        return _html(f"<title>Rehearsal marketplaces</title><ul>{items}</ul>")
    reply = answer(host, f"/{rest}")
    if reply.location:
        return reply._replace(location="/" + quote(reply.location[8:], safe="/?&=%.-_"))
    if reply.content_type.startswith("text/html"):
        hosts = "|".join(map(re.escape, sorted({*_ROBOTS, *_PICTURE_HOSTS})))
        page = re.sub(rf'(?<=["\'])(?:https?:)?//({hosts})/', r"/\1/", reply.body.decode())
        return reply._replace(body=page.encode())
    return reply


def main() -> None:
    """Serve until Ctrl-C."""
    with Marketplace() as marketplace:
        print(f"The rehearsal marketplaces: {marketplace.url}")
        try:
            input("Enter ends.\n")
        except (KeyboardInterrupt, EOFError):
            return


if __name__ == "__main__":
    main()
