"""Reading text, attributes and pictures out of selected elements."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from headwater.marketplaces.lookup import text

if TYPE_CHECKING:
    from parsel import Selector, SelectorList

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


def content(elements: "Iterable[Selector]") -> str | None:
    """The text of the first element that has any, on one line; scripts and styles left out."""
    for element in elements:
        pieces = [element.root] if isinstance(element.root, str) else _texts()(element.root)
        found = text(" ".join("".join(pieces).split())[:4000])
        if found:
            return found
    return None


def content_of(place: "Selector", *queries: str) -> str | None:
    """The text that the first successful of several CSS queries finds."""
    return next(filter(None, (content(place.css(query)) for query in queries)), None)


def own(element: "Selector", name: str) -> str:
    """The element's attribute, "" without. parsel's `attrib` fails on any broken name beside it."""
    value = getattr(element.root, "get", lambda _: None)(name)
    return value if isinstance(value, str) else ""


def attribute(elements: "Iterable[Selector]", name: str) -> str | None:
    """The attribute of the first element that has it."""
    for element in elements:
        value = own(element, name)
        if value:
            return value
    return None


def image_sources(place: "Selector | SelectorList[Selector]") -> list[str]:
    """The addresses of the <img> below (or at) the place, lazily loaded ones included."""
    return list(_image_sources(place))


def _image_sources(place: "Selector | SelectorList[Selector]") -> Iterator[str]:
    for element in place if isinstance(place, list) else [place]:
        for image in element.root.iter("img"):
            for name in _PICTURE_ATTRIBUTES:
                value = image.get(name)
                if value and not value.startswith("data:"):
                    yield value
                    break
