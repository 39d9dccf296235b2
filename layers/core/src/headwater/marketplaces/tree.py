"""A page's tree of elements: parsel's, asked faster, and aware of where its elements stand.

A page is asked some thirty questions, many once for each of sixty cards, in selectors that list
what every era called the same thing. What the page does not contain is not searched for, and what
is left is searched in one walk.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

from lxml.etree import HTMLParser, XPath, XPathError, fromstring
from parsel import Selector, SelectorList
from parsel.csstranslator import HTMLTranslator

from headwater.marketplaces.markup import Markup

_NOT_XML = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAMES = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")
_VALUES = re.compile(r"=\s*['\"]([\w-]+)['\"]")
_NEGATED = re.compile(r":not\([^()]*\)")
_ONE_STEP = re.compile(r"descendant-or-self::(\*|[a-z0-9]+)(?:\[(.*)\])?", re.DOTALL)


class TreePage:
    """What all elements of one page share: its text, and the questions that it was asked."""

    def __init__(self, text: str, markup: Markup | None) -> None:
        self.text = text
        self.markup = markup
        self.queries: dict[str, XPath | None] = {}

    def query(self, css: str) -> XPath | None:
        """The selector, compiled; None where nothing in the page can answer it."""
        if css not in self.queries:
            known = [
                one for one, needed in _alternatives(css) if all(n in self.text for n in needed)
            ]
            self.queries[css] = _compiled(_merged(tuple(known))) if known else None
        return self.queries[css]


class Tree(Selector):
    """An element of a page."""

    __slots__ = ("page",)

    page: TreePage

    @property
    def markup(self) -> Markup | None:
        """The places of the page's tags; None where nobody asked for them."""
        return self.page.markup

    def css(self, query: str) -> "SelectorList[Any]":
        """The elements below, or this one, that a CSS selector names, in the page's order."""
        compiled = None if isinstance(self.root, str) else self.page.query(query)
        return SelectorList([]) if compiled is None else self._found(_apart(compiled(self.root)))

    def xpath(self, query: str, namespaces: Any = None, **variables: Any) -> "SelectorList[Any]":  # noqa: ARG002
        """As parsel's, for queries in no namespace."""
        if isinstance(self.root, str):
            return SelectorList([])
        try:
            return self._found(_compiled(query)(self.root, **variables))
        except XPathError as problem:
            raise ValueError(f"{problem} in {query}") from None

    def _found(self, found: Any) -> "SelectorList[Any]":
        page = self.page
        return SelectorList(
            [_element(one, page) for one in (found if isinstance(found, list) else [found])]
        )


_MOST_FOUND, _MOST_NESTED, _DEEPEST = 3000, 4, 300


def _apart(found: list[Any]) -> list[Any]:
    """Without what lies in more than four of the others, or 300 deep: no card or row does.

    Each is asked for all that is in it: a thousand in each other would be asked a million times.
    """
    if len(found) <= 2 * _MOST_NESTED or isinstance(found[0], str):
        return found
    chosen = set(found[:_MOST_FOUND])
    return [one for one in found[:_MOST_FOUND] if _nested(one, chosen) <= _MOST_NESTED]


def _nested(element: Any, chosen: set[Any]) -> int:
    nested = 0
    for depth, above in enumerate(element.iterancestors()):
        nested += above in chosen
        if nested > _MOST_NESTED or depth > _DEEPEST:
            return _MOST_NESTED + 1
    return nested


def tree_of(text: str, markup: Markup | None) -> Tree:
    """The root of the tree. Characters that no tree may hold are left out."""
    written = (markup.marked if markup else text).encode("utf-8", "ignore")
    body = written.translate(None, _NOT_XML)
    for beyond in (b"\xef\xbf\xbe", b"\xef\xbf\xbf"):
        body = body.replace(beyond, b"")
    parser = HTMLParser(recover=True, encoding="utf-8", huge_tree=True)
    root = fromstring(body.strip() or b"<html/>", parser=parser)
    if root is None:
        root = fromstring(b"<html/>", parser=parser)
    return _element(root, TreePage(text, markup))


def _element(root: Any, page: TreePage) -> Tree:
    element = Tree(root=root, type="html")
    element.page = page
    return element


@lru_cache(maxsize=512)
def _compiled(query: str) -> XPath:
    return XPath(query, smart_strings=False)


@lru_cache(maxsize=512)
def _alternatives(css: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The XPath of each alternative, and the names that a page must contain for it."""
    hidden = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), css)
    starts = [-1, *(at for at, mark in enumerate(hidden) if mark == ","), len(css)]
    found = []
    for before, after in pairwise(starts):
        one = css[before + 1 : after].strip()
        plain = _NEGATED.sub("", one)
        names = (*_NAMES.findall(_QUOTED.sub("", plain)), *_VALUES.findall(plain))
        found.append((_TRANSLATOR.css_to_xpath(one), names))
    return tuple(found)


_TRANSLATOR = HTMLTranslator()


@lru_cache(maxsize=2048)
def _merged(queries: tuple[str, ...]) -> str:
    """Several queries as one that walks once, where each is one step."""
    steps = [_ONE_STEP.fullmatch(query) for query in queries]
    if len(queries) == 1 or any(step is None or "]/" in step[0] for step in steps):
        return " | ".join(queries)
    conditions = []
    for step in steps:
        tag, condition = step.groups() if step else ("*", None)
        parts = [f"self::{tag}"] if tag != "*" else []
        parts += [f"({condition})"] if condition else []
        conditions.append(" and ".join(parts) or "true()")
    return f"descendant-or-self::*[{' or '.join(f'({one})' for one in conditions)}]"
