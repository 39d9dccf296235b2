"""Where elements, attributes and texts stand in a page: a tree of elements forgets it.

For a traced document the page is cut into tags and texts by one walk, and each start tag is given
an attribute with its own place before the tree is built. What cannot be found again has no range.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

from headwater.marketplaces.origins import Origin

MARK = "data-read-at"
"""The attribute that tells a start tag's place; a page that has one itself misleads only itself."""

_TAG = re.compile(r"<(?:!--|[!?/]|([a-zA-Z][^\s/>]*))")
_ATTRIBUTE = re.compile(
    r"[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'][^\s>]*)|))?"
)
_TAG_END = re.compile(r"[\s/]*>")
_RAW = {"script", "style", "xmp", "iframe", "noembed", "noframes", "title", "textarea"}
_CODE = {"script", "style"}
_LONGEST_READ = 20_000


def aligned(written: str, escape: re.Pattern[str], undo: Callable[[str], str]) -> list[int]:
    """For every character that `undo` makes of the text, and its end, where that was written."""
    places: list[int] = []
    position = 0
    for found in escape.finditer(written):
        places += range(position, found.start())
        places += [found.start()] * len(undo(found[0]))
        position = found.end()
    return [*places, *range(position, len(written) + 1)]


Span = tuple[int, int]


class Markup:
    """The tags and texts of a page by their places."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._texts: list[Span] = []
        self._ends: dict[int, int] = {}
        """Where the start tag that begins there ends."""
        marked: list[str] = []
        copied = 0
        for first, named, end in self._walk():
            marked += [text[copied:named], f' {MARK}="{first}"']
            copied = named
            self._ends[first] = end
        self.marked = "".join((*marked, text[copied:]))
        self._text_starts = [first for first, _ in self._texts]

    def _walk(self) -> Iterator[tuple[int, int, int]]:
        """Every start tag: where it begins, where its name ends, where it ends."""
        text, position = self.text, 0
        while found := _TAG.search(text, position):
            first = found.start()
            self._add_text(position, first)
            if found[1] is None:
                closer = "-->" if found[0] == "<!--" else ">"
                end = text.find(closer, found.end())
                if end < 0:
                    return
                position = end + len(closer)
                continue
            end = found.end()
            while not (closed := _TAG_END.match(text, end)):
                attribute = _ATTRIBUTE.match(text, end)
                if attribute is None:
                    return  # a tag that does not end: nothing behind it is sure
                end = attribute.end()
            position = closed.end()
            yield first, found.end(), position
            name = found[1].lower()
            if name in _RAW:
                ended = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, position)
                if ended is None:
                    return
                if name not in _CODE:
                    self._add_text(position, ended.start())
                position = ended.start()
        self._add_text(position, len(text))

    def _add_text(self, first: int, end: int) -> None:
        if first < end:
            self._texts.append((first, end))

    def inner(self, element: Any) -> int | None:
        """Where the content of an element begins."""
        place = _place(element)
        return None if place is None else self._ends.get(place)

    def tag(self, element: Any) -> Origin:
        """The origin of an element as such: its start tag."""
        place = _place(element)
        end = None if place is None else self._ends.get(place)
        if end is None:
            return Origin("elements", _path(element), "")
        return Origin("elements", _path(element), self.text[place:end], place, end)

    def attribute(self, element: Any, name: str, value: str) -> Origin:
        """The origin of an attribute's value."""
        path = f"{_path(element)}/@{name}"
        place = _place(element)
        at = None if place is None else _name_end(self.text, place)
        while at is not None and (found := _ATTRIBUTE.match(self.text, at)):
            if found[1].lower() == name:
                number = next((n for n in (2, 3, 4) if found[n] is not None), 0)
                first, end = found.span(number)
                if number and _same(html.unescape(self.text[first:end]), value):
                    return Origin("elements", path, value, first, end)
                break
            at = found.end()
            if _TAG_END.match(self.text, at):
                break
        return Origin("elements", path, value)

    def content(self, element: Any, shown: str) -> Origin:
        """The origin of all that an element shows, blanks made single: from its first text on."""
        path = f"{_path(element)}//text()"
        first: int | None = None
        gathered = ""
        for start, end in self._texts_after(element):
            gathered += html.unescape(self.text[start:end])
            if first is None and gathered.strip():
                first = start
            collapsed = " ".join(gathered.split())
            if collapsed == shown and first is not None:
                return Origin("elements", path, shown, *self._trimmed(first, end))
            if len(collapsed) > len(shown) or len(gathered) > _LONGEST_READ:
                break
        return Origin("elements", path, shown)

    def texts(self, element: Any, shown: list[str]) -> list[Origin]:
        """The origins of the texts below an element, which are all its texts in their order."""
        places = self._texts_after(element)
        path = f"{_path(element)}//text()"
        found: list[Origin] = []
        lost = False
        for one in shown:
            span = None
            if one.strip() and not lost:
                span = next((s for s in places if not self.text[s[0] : s[1]].isspace()), None)
                lost = span is None or html.unescape(self.text[span[0] : span[1]]) != one
            known = self._trimmed(*span) if span and not lost else (None, None)
            found.append(Origin("elements", path, one.strip(), *known))
        return found

    def _texts_after(self, element: Any) -> Iterator[Span]:
        start = self.inner(element)
        if start is None:
            return
        for number in range(bisect_left(self._text_starts, start), len(self._texts)):
            yield self._texts[number]

    def _trimmed(self, first: int, end: int) -> Span:
        written = self.text[first:end]
        return first + len(written) - len(written.lstrip()), first + len(written.rstrip())


def _place(element: Any) -> int | None:
    stated = element.get(MARK) or ""
    return int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 12 else None


def _name_end(text: str, place: int) -> int | None:
    found = _TAG.match(text, place)
    return found.end() if found else None


def _path(element: Any) -> str:
    return str(element.getroottree().getpath(element))


def _same(one: str, other: str) -> bool:
    """Whether two spellings are one value to a reader of the tree, which drops breaks."""
    return " ".join(one.split()) == " ".join(other.split())
