"""Reading text, attributes and pictures out of selected elements."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from headwater.marketplaces.lookup import text
from headwater.marketplaces.origins import traced

if TYPE_CHECKING:
    from parsel import SelectorList

    from headwater.marketplaces.markup import Markup
    from headwater.marketplaces.tree import Tree

_PICTURE_ATTRIBUTES = ("data-original", "data-lazy-src", "data-src", "data-ks-lazyload",
                       "image-src", "lazy-src", "src")  # fmt: skip


@cache
def _texts() -> "Callable[[object], list[str]]":
    """All text below an element but that of scripts and styles."""
    from lxml.etree import XPath  # noqa: PLC0415 - as parsel

    query: Callable[[object], list[str]] = XPath(
        "descendant-or-self::text()[not(parent::script or parent::style)]", smart_strings=False
    )
    return query


def content(elements: "Iterable[Tree]") -> str | None:
    """The text of the first element that has any, on one line; scripts and styles left out."""
    for element in elements:
        root = element.root
        pieces = [root] if isinstance(root, str) else _texts()(root)
        shown = " ".join("".join(pieces).split())[:4000]
        markup = element.markup
        if markup is not None and not isinstance(root, str):
            shown = traced(shown, (markup.content(root, shown),))
        found = text(shown)
        if found:
            return found
    return None


def texts(element: "Tree") -> list[str]:
    """Every text below the element that has more than blanks, scripts and styles left out."""
    found = [one for one in _texts()(element.root) if one.strip()]
    markup = element.markup
    if markup is None:
        return found
    origins = markup.texts(element.root, found)
    return [traced(one, (origin,)) for one, origin in zip(found, origins, strict=True)]


def content_of(place: "Tree", *queries: str) -> str | None:
    """The text that the first successful of several CSS queries finds."""
    return next(filter(None, (content(place.css(query)) for query in queries)), None)


def own(element: "Tree", name: str) -> str:
    """The element's attribute, "" without. parsel's `attrib` fails on any broken name beside it."""
    value = getattr(element.root, "get", lambda _: None)(name)
    if not isinstance(value, str):
        return ""
    return _from(element.markup, element.root, name, value)


def _from(markup: "Markup | None", root: Any, name: str, value: str) -> str:
    return value if markup is None else traced(value, (markup.attribute(root, name, value),))


def attribute(elements: "Iterable[Tree]", name: str) -> str | None:
    """The attribute of the first element that has it."""
    for element in elements:
        value = own(element, name)
        if value:
            return value
    return None


def present(elements: "Iterable[Tree]") -> bool:
    """Whether there is any such element."""
    element = next(iter(elements), None)
    if element is None or element.markup is None:
        return element is not None
    return traced(True, (element.markup.tag(element.root),))  # noqa: FBT003 - the answer, not a switch


def image_sources(place: "Tree | SelectorList[Tree]") -> list[str]:
    """The addresses of the <img> below (or at) the place, lazily loaded ones included."""
    return list(_image_sources(place))


def _image_sources(place: "Tree | SelectorList[Tree]") -> Iterator[str]:
    for element in place if isinstance(place, list) else [place]:
        for image in element.root.iter("img"):
            for name in _PICTURE_ATTRIBUTES:
                value = image.get(name)
                if value and not value.startswith("data:"):
                    yield _from(element.markup, image, name, value)
                    break
