"""What is in a file that a person brings: pages (HTML, JSON, MHTML, HAR, WARC), lists of links,
or what the bookmarklet copied.

Each may also come in gzip or zip. Of a container only bodies, addresses and media types leave this
module: cookies, authorisation and everything that was sent stay behind.
"""

import base64
import binascii
import email
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from io import BytesIO

from headwater.domain.pages import Page
from headwater.marketplaces.document import LONGEST
from headwater.marketplaces.facts import Facts, read_facts
from headwater.marketplaces.lists import AddressList, is_workbook, read_list
from headwater.marketplaces.lookup import dig, objects
from headwater.marketplaces.urls import host_of

LARGEST = 64 * 1024 * 1024
"""Bytes that a packed file may unfold to; beyond it is a bomb, not a saved page."""
_MOST_FILES = 2000
PICTURE = (
    "a picture, in which no listing can be read: import the saved page; a screenshot of your own "
    "goes to its case, sealed: headwater exhibit add CASE FILE --kind screenshot"
)
_PICTURE = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|....ftyp(?:avif|heic|mif1)", re.DOTALL
)
_PAGE = re.compile(r"html|json|javascript\b.{0,40}jsonp|x-jsonp", re.IGNORECASE)
_WARC_TYPES = {b"response", b"resource"}


def is_picture(body: bytes) -> bool:
    return bool(_PICTURE.match(body))


class BadFile(Exception):  # noqa: N818 - says what the file is
    """A file that cannot be opened; the message says why, in words for its owner."""


@dataclass(frozen=True, slots=True)
class Unread:
    """In the place of what could not be read: why."""

    reason: str


Content = Page | AddressList | Facts | Unread


def contents(name: str, body: bytes) -> Iterator[tuple[str, Content]]:
    """All that a file holds, in its order, each with the file that it came from: "a.zip/b.har".

    What cannot be read is told, and the rest goes on. `name` is the file's name, for messages
    only: what a file is, its bytes say.
    """
    if not body.strip():
        yield name, Unread("the file is empty")
        return
    try:
        for inside, content in _opened(name, body, depth=0, room=_Room()):
            if isinstance(content, Page | Facts) and len(content.body) > LONGEST:
                megabytes = LONGEST >> 20
                yield inside, Unread(f"a page of more than {megabytes} MB is no marketplace's")
            else:
                yield inside, content
    except BadFile as problem:
        yield name, Unread(str(problem).removeprefix(f"{name}: "))


def pages_in(name: str, body: bytes) -> Iterator[Page]:
    """Its pages, with their addresses where the file knows them. Raises BadFile if it has none."""
    problem = ""
    pages = 0
    for inside, content in contents(name, body):
        match content:
            case Page():
                pages += 1
                yield content
            case AddressList():
                problem = problem or f"{inside}: a list of links: bring it with `headwater import`"
            case Facts():
                problem = problem or f"{inside}: copied facts: bring them with `headwater import`"
            case Unread():
                problem = problem or f"{inside}: {content.reason}"
    if problem and not pages:
        raise BadFile(problem)


class _Room:
    """What is left of the bytes that one file may unfold to, in all its archives together."""

    def __init__(self) -> None:
        self.left = LARGEST

    def take(self, name: str, size: int) -> None:
        self.left -= size
        if self.left < 0:
            self.left = 0
            raise BadFile(f"{name}: unfolds to more than {LARGEST >> 20} MB")


def _opened(name: str, body: bytes, *, depth: int, room: _Room) -> Iterator[tuple[str, Content]]:
    if depth > 2:
        raise BadFile(f"{name}: archives inside archives inside archives")
    if body.startswith(b"\x1f\x8b"):
        unpacked = _unpacked(name, body, room)
        yield from _opened(name, unpacked, depth=depth + 1, room=room)
    elif body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _zip(name, body, depth=depth, room=room)
    elif body.startswith(b"WARC/"):
        yield from ((name, page) for page in _warc(body))
    elif _is_mhtml(body):
        yield from ((name, page) for page in _mhtml(body))
    elif _is_har(body):
        yield from ((name, page) for page in _har(name, body))
    elif is_picture(body):
        yield name, Unread(PICTURE)
    else:
        yield name, read_facts(body) or read_list(body) or Page(url="", body=body)


def _unpacked(name: str, packed: bytes, room: _Room) -> bytes:
    """All members of a gzip file, one after the other."""
    out: list[bytes] = []
    while packed.startswith(b"\x1f\x8b"):
        decoder = zlib.decompressobj(wbits=31)
        try:
            piece = decoder.decompress(packed, room.left + 1)
        except zlib.error as problem:
            if out:
                break  # a file cut off in the middle: what is whole counts
            raise BadFile(f"{name}: broken gzip ({problem})") from None
        room.take(name, len(piece))
        out.append(piece)
        packed = decoder.unused_data
    return b"".join(out)


def _zip(name: str, body: bytes, *, depth: int, room: _Room) -> Iterator[tuple[str, Content]]:
    """XLSX, WACZ and plain zip files: their members, by content. Nothing is written to disk."""
    try:
        archive = zipfile.ZipFile(BytesIO(body))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        raise BadFile(f"{name}: broken zip ({problem})") from None
    with archive:
        if is_workbook(archive):
            yield name, read_list(body) or Unread("a table without a link in it")
            return
        members = [item for item in archive.infolist() if _may_hold_pages(item.filename)]
        if len(members) > _MOST_FILES:
            raise BadFile(f"{name}: holds more than {_MOST_FILES} files")
        for member in members:
            inside = f"{name}/{member.filename}"
            try:
                with archive.open(member) as stream:
                    content = stream.read(room.left + 1)
                room.take(name, len(content))
                if content.strip():
                    yield from _opened(inside, content, depth=depth + 1, room=room)
            except _BROKEN as problem:
                yield inside, Unread(f"broken or locked in its zip ({problem})")
            except BadFile as problem:
                if not room.left:
                    raise
                yield inside, Unread(str(problem).removeprefix(f"{inside}: "))


_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError)
_SAVED = re.compile(
    r"\.(?:html?|json|mhtml?|har|warc|warc\.gz|csv|tsv|txt|xlsx|url|zip|wacz)$", re.IGNORECASE
)


def _may_hold_pages(member: str) -> bool:
    return bool(_SAVED.search(member)) and not member.startswith("__MACOSX/")


# --- MHTML ------------------------------------------------------------------------------------


def _is_mhtml(body: bytes) -> bool:
    head = body[:4096].lower()
    return b"mime-version:" in head and b"multipart/related" in head


def _mhtml(body: bytes) -> Iterator[Page]:
    """The saved page, and what it shows in frames if it is nothing but a frameset."""
    try:
        message = email.message_from_bytes(body)
        parts = [part for part in message.walk() if part.get_content_type() == "text/html"]
        pages = [_mhtml_page(part, message, body) for part in parts[:200]]
    except (ValueError, LookupError, RecursionError, TypeError, AttributeError):
        yield Page(url="", body=body)
        return
    if not pages:
        yield Page(url="", body=body)
        return
    yield pages[0]
    if re.search(rb"(?i)<frameset\b", pages[0].body):
        yield from pages[1:]


def _mhtml_page(part: Message, message: Message, given: bytes) -> Page:
    content = part.get_payload(decode=True)
    address = str(part.get("Content-Location") or message.get("Snapshot-Content-Location") or "")
    return Page(
        url=address if host_of(address) else "",
        body=content if isinstance(content, bytes) else b"",
        headers={"content-type": str(part.get("Content-Type") or "")},
        given=given,
    )


# --- HAR --------------------------------------------------------------------------------------


def _is_har(body: bytes) -> bool:
    return bool(re.match(rb'\s*(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{', body[:200]))


def _har(name: str, body: bytes) -> Iterator[Page]:
    try:
        archive = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as problem:
        raise BadFile(f"{name}: a HAR file that is no JSON ({problem})") from None
    for entry in objects(dig(archive, "log.entries")):
        address = dig(entry, "request.url")
        media_type = dig(entry, "response.content.mimeType")
        content = dig(entry, "response.content.text")
        status = dig(entry, "response.status")
        if not (isinstance(address, str) and isinstance(content, str) and content):
            continue
        if not _PAGE.search(str(media_type)) and not content.lstrip().startswith(("{", "<")):
            continue
        raw = content.encode("utf-8", "replace")
        if dig(entry, "response.content.encoding") == "base64":
            try:
                raw = base64.b64decode(content, validate=False)
            except (binascii.Error, ValueError):
                continue
        yield Page(
            url=address,
            body=raw,
            status=status if isinstance(status, int) and 100 <= status < 600 else None,
            headers={"content-type": str(media_type)},
        )


# --- WARC -------------------------------------------------------------------------------------

_HEAD_END = re.compile(rb"\r?\n\r?\n")


def _warc(body: bytes) -> Iterator[Page]:
    position = 0
    for _ in range(_MOST_FILES * 10):
        end = _HEAD_END.search(body, position)
        if not body.startswith(b"WARC/", position) or end is None:
            return
        head = _headers(body[position : end.start()])
        length = head.get("content-length", "")
        if not length.isascii() or not length.isdecimal() or len(length) > 12:
            return
        block = body[end.end() : end.end() + int(length)]
        position = end.end() + int(length)
        while body[position : position + 1] in (b"\r", b"\n"):
            position += 1
        page = _warc_page(head, block)
        if page is not None:
            yield page


def _headers(block: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").splitlines()[1:]:
        name, separator, value = line.partition(":")
        if separator:
            found[name.strip().lower()] = value.strip()
    return found


def _warc_page(head: dict[str, str], block: bytes) -> Page | None:
    address = head.get("warc-target-uri", "").strip("<>")
    if head.get("warc-type", "").encode() not in _WARC_TYPES or not host_of(address):
        return None
    status: int | None = None
    answer = {"content-type": head.get("content-type", "")}
    content = block
    if block.startswith(b"HTTP/"):
        end = _HEAD_END.search(block)
        if end is None:
            return None
        answer = _headers(block[: end.start()])
        number = block[: end.start()].split(maxsplit=2)[1:2]
        status = int(number[0]) if number and re.fullmatch(rb"[1-5][0-9]{2}", number[0]) else None
        content = _http_body(block[end.end() :], answer)
    media_type = answer.get("content-type", "")
    if not content.strip() or not (_PAGE.search(media_type) or not media_type):
        return None
    return Page(url=address, body=content, status=status, headers={"content-type": media_type})


def _http_body(raw: bytes, answer: dict[str, str]) -> bytes:
    """The body as the server meant it: chunks joined, gzip and deflate undone."""
    if "chunked" in answer.get("transfer-encoding", "").lower():
        raw = _joined(raw)
    coding = answer.get("content-encoding", "").lower()
    for wbits in {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}.get(coding, ()):
        try:
            return zlib.decompressobj(wbits=wbits).decompress(raw, LARGEST)
        except zlib.error:
            continue
    return raw


def _joined(raw: bytes) -> bytes:
    out: list[bytes] = []
    position = 0
    while found := re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]{0,200}\r?\n").match(raw, position):
        size = int(found[1], 16)
        if size == 0:
            break
        out.append(raw[found.end() : found.end() + size])
        position = found.end() + size
        while raw[position : position + 1] in (b"\r", b"\n"):
            position += 1
    return b"".join(out) or raw
