"""A page's bytes opened once: as text, as JSON, as script variables, as a tree of elements."""

import codecs
import html
import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

from headwater.domain.pages import Page
from headwater.marketplaces.elements import own
from headwater.marketplaces.javascript import Rewriting, to_json
from headwater.marketplaces.lookup import Json
from headwater.marketplaces.markup import Markup, aligned
from headwater.marketplaces.origins import Origin, origins_of, traced
from headwater.marketplaces.spans import figure, read_embedded, read_json, read_rewritten
from headwater.marketplaces.urls import host_of

if TYPE_CHECKING:
    from headwater.marketplaces.tree import Tree

LONGEST = 12 * 1024 * 1024
"""Bytes of a page that are read: the longest real ones have three million."""
_LONGEST_LITERAL = 2_000_000
"""Characters of JavaScript that are rewritten as JSON, which is slow, in all of a page."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_CHINESE = {"gbk", "gb2312", "hz", "gb18030"}
_SAVED_FROM = re.compile(r"<!-- saved from url=\([0-9]{4}\)(\S{1,2000}) -->")
_INTERRUPTED = re.compile(r"(?:https?:)?//[^\s\"'<>?]{4,500}?(?=/{1,2}_____tmd_____/)")
_ENTITY = re.compile(r"&#?\w{1,32};?")
_PERCENT = re.compile(
    r"%[0-7][0-9A-Fa-f]|%[CDcd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]"
    r"|%[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2}|%[Ff][0-7](?:%[89ABab][0-9A-Fa-f]){3}"
)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_MOST_BLOCKS = 30
_MOST_MENTIONS, _MOST_ASSIGNMENTS = 1000, 8
_JSONP = re.compile(r"\s*(?:/\*\*/)?\s*[\w$.]{1,80}\s*\(\s*(?=[{\[])")


def decode(body: bytes, content_type: str = "") -> str:
    """The text, whatever the page declares. Never raises."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        mark, codec = encoding_of(body, content_type)
        return body[mark:].decode(codec, "replace")
    return text.removeprefix("\ufeff")  # only its mark of the five is valid UTF-8


def encoding_of(body: bytes, content_type: str = "") -> tuple[int, str]:
    """The length of the byte-order mark and the codec: by that mark, then by what the bytes prove.

    Bytes that are valid UTF-8 are UTF-8, even under "charset=gbk" (saved pages are converted
    without their <meta>); a few broken ones among many do not change that.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return len(mark), name
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        as_utf8 = body.decode("utf-8", "replace")
    else:
        return 0, "utf-8"
    foreign = sum(byte > 0x7F for byte in body[: 1 << 20])
    if as_utf8[: 1 << 20].count("\N{REPLACEMENT CHARACTER}") * 25 < foreign:
        return 0, "utf-8"
    declared = _DECLARED.search(content_type.encode("ascii", "ignore")) or _DECLARED.search(
        body[:4096]
    )
    name = declared[1].decode("ascii").lower() if declared else "gb18030"
    try:
        codec = codecs.lookup(name).name
        codec = "gb18030" if codec in _CHINESE or codec == "utf-8" else codec
        body[:100].decode(codec, "replace")
    except (LookupError, ValueError):
        return 0, "gb18030"
    return 0, codec


def _no_number(_: str) -> None:
    """NaN and Infinity are not JSON and never an amount."""


_DECODER = json.JSONDecoder(parse_float=figure, parse_constant=_no_number, strict=False)


class Document:
    """A page with its several readings, each made when first asked for.

    In a traced one the values know where they were read; reading it takes several times as long.
    """

    def __init__(self, page: Page, *, traced: bool = False) -> None:
        self.page = page
        self.traced = traced
        self.text = decode(page.body[:LONGEST], page.headers.get("content-type", ""))
        self.broken: list[str] = []
        self._left_to_rewrite = _LONGEST_LITERAL

    @cached_property
    def url(self) -> str:
        """Where the page came from: the caller's word, else the browser's "saved from" note."""
        if host_of(self.page.url):
            return self.page.url
        return self.found(_SAVED_FROM, end=4000) or ""

    @cached_property
    def is_json(self) -> bool:
        start = self.text[:200].lstrip("\ufeff \t\r\n")
        return start.startswith(("{", "[")) or bool(_JSONP.match(start))

    @cached_property
    def json(self) -> Json:
        """The whole body as JSON or JSONP; None where it is something else, or broken."""
        if not self.is_json:
            return None
        wrapper = _JSONP.match(self.text)
        start = wrapper.end() if wrapper else re.search(r"[{\[]", self.text).start()  # type: ignore[union-attr]
        try:
            return self._literal_at(start, "the reply")
        except (ValueError, RecursionError) as problem:
            self.broken.append(f"the reply: {type(problem).__name__}")
            return None

    def _literal_at(self, position: int, container: str) -> Json:
        """The JSON value, or the JavaScript literal, at `position`.

        Raises ValueError or RecursionError.
        """
        try:
            if self.traced:
                return read_json(self.text, position, container)
            return _DECODER.raw_decode(self.text, position)[0]
        except ValueError:
            rewriting = Rewriting()
            try:
                end = position + self._left_to_rewrite
                rewritten = to_json(self.text[position:end], rewriting=rewriting)
            finally:
                self._left_to_rewrite -= rewriting.read
            if self.traced:
                return read_rewritten(rewritten, position, rewriting.spans, container)
            return _DECODER.decode(rewritten)

    @cached_property
    def markup(self) -> Markup | None:
        """The places of tags and texts, in a traced page."""
        return Markup(self.text) if self.traced and not self.is_json else None

    @cached_property
    def selector(self) -> "Tree":
        """The tree of elements."""
        from headwater.marketplaces.tree import tree_of  # noqa: PLC0415 - parsel takes its time

        return tree_of("" if self.is_json else self.text, self.markup)

    def found(self, pattern: re.Pattern[str], *, end: int | None = None) -> str | None:
        """The first group of the first match in the page's text up to `end`; None without one."""
        match = pattern.search(self.text) if end is None else pattern.search(self.text, 0, end)
        if match is None or match[1] is None:
            return None
        if not self.traced:
            return match[1]
        origin = Origin("text", pattern.pattern, match[1], *match.span(1))
        return traced(match[1], (origin,))

    def linked_data(self) -> Iterator[Json]:
        """The page's blocks of JSON-LD, those that are broken left out."""
        blocks = self.selector.xpath("//script[contains(@type, 'ld+json')]")
        for number, block in enumerate(blocks[:_MOST_BLOCKS], start=1):
            written = "".join(block.root.itertext())
            start = self.markup.inner(block.root) if self.markup else None
            try:
                if start is None:
                    yield _DECODER.raw_decode(written.lstrip())[0]
                else:
                    yield read_json(self.text, start, f"JSON-LD {number}")
            except (ValueError, RecursionError):
                continue

    def variable(self, name: str, then: str = r"\s*=") -> Json:
        """The value that scripts give to `name`; `then` is a pattern for what stands between.

        None where nothing is assigned. What is assigned but is no literal is noted in `broken`:
        it matters only if the data stands nowhere else either.
        """
        for found in self._assignments(name, re.compile(then + r"\s*(?=[{\[])")):
            try:
                return self._literal_at(found, self._script(name, found) if self.traced else "")
            except (ValueError, RecursionError) as problem:
                self.broken.append(f"{name}: {type(problem).__name__} at character {found}")
        return None

    def _assignments(self, name: str, then: re.Pattern[str]) -> Iterator[int]:
        position, assigned = self.text.find(name), 0
        for _ in range(_MOST_MENTIONS):
            if position < 0 or assigned == _MOST_ASSIGNMENTS:
                return
            before = self.text[position - 1 : position]
            after = position + len(name)
            found = then.match(self.text, after)
            if found and not (before.isalnum() or before in {"_", "$"}):
                assigned += 1
                yield found.end()
            position = self.text.find(name, after)

    def _script(self, name: str, position: int) -> str:
        return f"script {len(_SCRIPT.findall(self.text, 0, position))}, {name}"

    @cached_property
    def title(self) -> str:
        """The <title>, on one line."""
        found = re.search(r"<title[^>]{0,200}>([^<]{0,1000})", self.text[:200_000], re.IGNORECASE)
        return " ".join(found[1].split()) if found else ""

    @cached_property
    def interrupted_address(self) -> str:
        """The address at which the anti-bot service stepped in, as its form names it; else ""."""
        found = _INTERRUPTED.search(self.text) if "_____tmd_____" in self.text else None
        return found[0] if found else ""

    @cached_property
    def visible_text(self) -> str:
        """What a reader sees, without scripts and styles; of a long page the beginning."""
        if self.is_json:
            return ""
        body = self.selector.xpath("//body//text()[not(parent::script or parent::style)]").getall()
        return " ".join(" ".join(body).split())[:20_000]

    def meta(self, name: str) -> str | None:
        """The content of <meta property="name"> or <meta name="name">."""
        found = self.selector.xpath("//meta[@property=$name or @name=$name][@content]", name=name)
        return own(found[0], "content") if found else None

    @cached_property
    def own_addresses(self) -> tuple[str, ...]:
        """The addresses that the page gives for itself, the most trustworthy first."""
        if self.is_json:
            return (self.url,) if self.url else ()
        found = {"canonical": "", "og:url": "", "alternate": ""}
        for element in self.selector.xpath(
            "//link[@rel='canonical' or @rel='alternate' and @media] | //meta[@property='og:url']"
        ):
            name = own(element, "rel") or own(element, "property")
            found[name] = found[name] or own(element, "href") or own(element, "content")
        candidates = (self.url, *found.values())
        return tuple(url for url in candidates if url and host_of(url))


def embedded(element: "Tree", name: str, *, percent: bool = False) -> Json:
    """The JSON that an attribute holds, percent-encoded or as it is.

    Raises ValueError or RecursionError.
    """
    held = own(element, name)
    plain = unquote(held) if percent else held
    origins = origins_of(held)
    if not origins or element.markup is None:
        return _DECODER.decode(plain)
    holder = origins[0]
    written = element.markup.text[holder.first or 0 : holder.end or 0]
    if percent:
        places = aligned(written, _PERCENT, unquote) if written == held else []
    else:
        places = aligned(written, _ENTITY, html.unescape)
    return read_embedded(plain, holder, places if len(places) == len(plain) + 1 else [])
