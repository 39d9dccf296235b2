"""A page's tree of elements: parsel's, in which elements of a traced document know its markup."""

from functools import lru_cache
from typing import Any

from lxml.etree import XPath, XPathError
from parsel import Selector, SelectorList

from headwater.marketplaces.markup import Markup


@lru_cache(maxsize=512)
def _compiled(query: str) -> XPath:
    return XPath(query, smart_strings=False)


class Tree(Selector):
    """An element. `markup` is None where nobody asked for the places of values."""

    __slots__ = ("markup",)

    markup: Markup | None

    def xpath(self, query: str, namespaces: Any = None, **variables: Any) -> "SelectorList[Any]":  # noqa: ARG002
        """As parsel's, for queries in no namespace."""
        if isinstance(self.root, str):
            return SelectorList([])
        try:
            found = _compiled(query)(self.root, **variables)
        except XPathError as problem:
            raise ValueError(f"{problem} in {query}") from None
        markup = self.markup
        return SelectorList(
            [_element(one, markup) for one in (found if isinstance(found, list) else [found])]
        )


def _element(root: Any, markup: Markup | None) -> Tree:
    element = Tree(root=root, type="html")
    element.markup = markup
    return element


def tree_of(text: str, markup: Markup | None) -> Tree:
    """The root of the tree; of a traced document `text` is the marked one."""
    root = Tree(text=text, type="html")
    root.markup = markup
    return root
