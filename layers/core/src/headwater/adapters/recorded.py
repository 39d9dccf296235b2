"""What a capture recorded, by address: the pages to draw and the answers to what they ask for."""

import email
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import Message
from urllib.parse import urljoin, urlsplit

from headwater.domain.captures import Part, PartRole
from headwater.verifier import recorded_answers

MOST_ANSWERS = 5_000
_HTML = "text/html"
_CONTENT_ID = re.compile(rb"cid:([^\"'\s)<>]{1,300})")
_ROLES = (PartRole.PAGE, PartRole.PICTURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the record holds for an address."""

    media_type: str
    body: bytes
    status: int = 200
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPage:
    """A kept page. `url` is what its links are relative to, `shown_as` what the strip says."""

    part: str
    url: str
    shown_as: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The pages of a capture, and the answers to what they may ask for."""

    pages: tuple[RecordedPage, ...]
    answers: Mapping[str, Answer]


def recorded(parts: Iterable[Part], files: Mapping[str, bytes], listing_url: str) -> Recorded:
    """`files` are the parts' bytes by name. A page without an address is taken for one of the
    listing's platform; its strip says that the address was not kept.
    """
    answers: dict[str, Answer] = {}
    pages: list[RecordedPage] = []
    listed = [part for part in parts if part.name in files]
    for part in listed:
        if part.role is PartRole.WARC:
            for url, status, headers, body in recorded_answers(files[part.name]):
                answers[url] = Answer(
                    media_type=headers.get("content-type", "application/octet-stream"),
                    body=body,
                    status=status,
                    location=headers.get("location"),
                )
                if len(answers) > MOST_ANSWERS:
                    break
        elif part.role in _ROLES and part.source_url:
            answers.setdefault(
                part.source_url, Answer(media_type=part.media_type, body=files[part.name])
            )
    for part in listed:
        body = files[part.name]
        if part.role not in {PartRole.PAGE, PartRole.GIVEN}:
            continue
        if part.media_type == "multipart/related":
            page, inside = _unfolded(part, body, listing_url)
            answers |= {url: answer for url, answer in inside if url not in answers}
        elif part.media_type == _HTML:
            said = answers[part.source_url].media_type if part.source_url in answers else _HTML
            page = _page(part.name, part.source_url, listing_url, body, said)
        else:
            continue
        if page is not None and part.role is PartRole.GIVEN:
            page = replace(page, shown_as=f"as a person saved it: {page.shown_as}")
        if page is not None:
            pages.append(page)
    return Recorded(pages=tuple(pages), answers=answers)


def _page(
    name: str, address: str | None, listing_url: str, body: bytes, media_type: str
) -> RecordedPage:
    url = address if address and urlsplit(address).scheme in {"http", "https"} else None
    if not media_type.startswith(_HTML):
        media_type = _HTML
    if "charset" not in media_type.lower():
        media_type = _html_type(body)
    return RecordedPage(
        part=name,
        url=url or listing_url,
        shown_as=url or f"a page that was handed in; its address was not kept. For {listing_url}",
        answer=Answer(media_type=media_type, body=body),
    )


def _html_type(html: bytes) -> str:
    """Without a charset of its own the page is taken for UTF-8 unless it is not."""
    start = html[:4096].lower()
    if b"charset" in start:
        return _HTML
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        return f"{_HTML}; charset=gb18030"
    return f"{_HTML}; charset=utf-8"


def _unfolded(
    part: Part, body: bytes, listing_url: str
) -> tuple[RecordedPage | None, list[tuple[str, Answer]]]:
    """An MHTML file's first page, and its other parts by address; `cid:` becomes an address."""
    message = email.message_from_bytes(body)  # the stricter policy raises on broken headers
    answers: list[tuple[str, Answer]] = []
    page: RecordedPage | None = None
    for piece in _pieces(message):
        media_type = piece.get_content_type()
        content = piece.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        if media_type in {_HTML, "text/css"}:
            content = _CONTENT_ID.sub(lambda found: _address(found[1]), content)
        charset = piece.get_content_charset("")
        said = f"{media_type}; charset={charset}" if charset else media_type
        location = str(piece.get("content-location") or "").strip()
        if page is None and media_type == _HTML:
            page = _page(part.name, location or part.source_url, listing_url, content, said)
            continue
        answer = Answer(media_type=said, body=content)
        if location.startswith("cid:"):
            answers.append((_address(location[4:].encode()).decode(), answer))
        elif location:
            answers.append((urljoin(page.url if page else listing_url, location), answer))
        if identifier := str(piece.get("content-id") or "").strip().strip("<>"):
            answers.append((_address(identifier.encode()).decode(), answer))
    return page, answers[:MOST_ANSWERS]


def _pieces(message: Message) -> Iterator[Message]:
    return (piece for piece in message.walk() if not piece.is_multipart())


def _address(content_id: bytes) -> bytes:
    """An address that nobody has, for what an MHTML file knows by an identifier only."""
    return b"https://content-id.invalid/" + content_id.hex().encode()
