"""A mail's bytes to what it says: never raises, whatever somebody put into them.

The compat32 policy on purpose: the newer one raises on malformed headers (python/cpython#151857)
and takes quadratic time over long ones (python/cpython#136063). Its lenient reading plus own caps
bear everything.
"""

import base64
import hashlib
import html
import quopri
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from parsel import Selector

from headwater.domain.letters import Attachment, Mail, MailText, Verdicts
from headwater.domain.notice_dates import dates_in
from headwater.domain.notices import folded

LARGEST = 40_000_000
"""Bytes; SES takes no larger mail."""
_MOST_HEADER = 4000
_MOST_PARTS = 200
_DEEPEST = 12
_MOST_TEXT = 200_000
_MOST_ATTACHMENTS = 50
_MOST_ATTACHED = 60_000_000
_MOST_BOUNDARIES = 400
_MOST_MESSAGES = 50
_MOST_PARTINGS = 20_000
_MOST_LINES = 2_000_000
_LARGEST_HEAD = 1_000_000
_EARLIEST_ZONE = timezone(timedelta(hours=14))
"""For a forwarded "Sent:" without a zone: the earliest moment that it can mean, 6 hours before the
same in China, so that our time never seems longer than it is."""


def read_mail(data: bytes) -> Mail:
    """The mail. What cannot be read is left out and named in `problems`."""
    body_at = re.search(rb"\r?\n\r?\n", data[:LARGEST])
    digest = hashlib.sha256(data[body_at.end() :] if body_at else data).hexdigest()
    try:
        return _read(data, digest)
    except Exception as error:  # noqa: BLE001 - a person reads what we cannot
        return Mail(
            id=_identity("", digest),
            message_id="",
            sender="",
            to=(),
            layers=(),
            attachments=(),
            verdicts=Verdicts(),
            automatic=True,
            problems=(f"the mail cannot be read ({type(error).__name__}: {error})"[:200],),
        )


class _TooMuch(Exception):  # noqa: N818 - says what is the matter
    """More than any honest mail holds."""


@dataclass(slots=True)
class _Parts:
    """What was found on the way through a mail."""

    layers: list[MailText] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seen: int = 0
    attached: int = 0

    def problem(self, what: str) -> None:
        if what not in self.problems and len(self.problems) < 20:
            self.problems.append(what)


def _read(data: bytes, digest: str) -> Mail:
    if len(data) > LARGEST:
        raise _TooMuch(f"the mail is larger than {LARGEST} bytes")
    _measure(data)
    message = message_from_bytes(data, policy=policy.compat32)
    parts = _Parts()
    _walk(message, parts)
    message_id = _header(message, "Message-ID")
    senders = _addresses(message, "From")
    return Mail(
        id=_identity(message_id, digest),
        message_id=message_id,
        sender=senders[0] if len(senders) == 1 else "",
        to=tuple(_addresses(message, "To") + _addresses(message, "Cc")),
        layers=tuple(parts.layers),
        attachments=tuple(parts.attachments),
        verdicts=_verdicts(message),
        automatic=_automatic(message),
        problems=tuple(parts.problems),
    )


def _measure(data: bytes) -> None:
    """Refuse before parsing what would take the parser minutes. Raises _TooMuch."""
    lowered = data.lower()
    head = re.search(rb"\n\r?\n", data)
    for what, count, most in (
        ("bytes of header", head.start() if head else len(data), _LARGEST_HEAD),
        ("boundaries", lowered.count(b"boundary="), _MOST_BOUNDARIES),
        ("messages within messages", lowered.count(b"message/rfc822"), _MOST_MESSAGES),
        ("lines that may part it", data.count(b"\n--"), _MOST_PARTINGS),
        ("lines", data.count(b"\n"), _MOST_LINES),
        ("broken lines", data.count(b"\r") - data.count(b"\r\n"), _MOST_PARTINGS),
    ):
        if count > most:
            raise _TooMuch(f"it has more {what} than any honest mail: {count}")


def _identity(message_id: str, digest: str) -> str:
    """The same for the same mail. Not the id alone: anybody may write another's."""
    return hashlib.sha256(f"{message_id}\x00{digest}".encode()).hexdigest()[:24]


def _automatic(message: Message) -> bool:
    auto = _header(message, "Auto-Submitted").lower()
    precedence = _header(message, "Precedence").lower()
    return (
        (bool(auto) and auto != "no")
        or precedence in {"bulk", "list", "junk", "auto_reply"}
        or bool(_header(message, "List-Id"))
        or _header(message, "Return-Path").strip() == "<>"
    )


# --- parts -----------------------------------------------------------------------------------


def _walk(message: Message, parts: _Parts, depth: int = 0) -> None:
    """The texts of a message as layers; what is forwarded inside follows it."""
    own: dict[str, list[str]] = {"plain": [], "html": []}
    inner: list[Message] = []
    _collect(message, parts, own, inner, depth)
    text = "\n\n".join(own["plain"]) if any(t.strip() for t in own["plain"]) else ""
    text = text or "\n\n".join(own["html"])
    subject = _header(message, "Subject")
    senders = _addresses(message, "From")
    layer = MailText(
        sender=senders[0] if len(senders) == 1 else "",
        subject=subject,
        date=_date(_header(message, "Date")),
        body=text[:_MOST_TEXT],
    )
    parts.layers += _unfolded(layer)
    for one in inner:
        if depth >= _DEEPEST:
            parts.problem("messages within messages beyond the tenth were left out")
            return
        _walk(one, parts, depth + 1)


def _collect(
    part: Message,
    parts: _Parts,
    own: dict[str, list[str]],
    inner: list[Message],
    depth: int,
) -> None:
    parts.seen += 1
    if parts.seen > _MOST_PARTS or depth > _DEEPEST:
        parts.problem("the mail has too many parts; the last were left out")
        return
    kind = _content_type(part)
    payload = part.get_payload()
    if kind == "message/rfc822" and isinstance(payload, list):
        inner += [one for one in payload if isinstance(one, Message)]
    elif isinstance(payload, list):
        for one in payload:
            if isinstance(one, Message):
                _collect(one, parts, own, inner, depth + 1)
    else:
        name = _file_name(part)
        disposition = _header(part, "Content-Disposition").lower()
        if kind in {"text/plain", "text/html"} and not disposition.startswith("attachment"):
            text = _text(_bytes(part, parts), _charset(part), kind, parts)
            own["html" if kind == "text/html" else "plain"].append(text)
            if not name:
                return
        _attach(part, name, kind, parts)


def _attach(part: Message, name: str, kind: str, parts: _Parts) -> None:
    body = _bytes(part, parts)
    if not body and not name:
        return
    if len(parts.attachments) >= _MOST_ATTACHMENTS:
        parts.problem(f"more than {_MOST_ATTACHMENTS} attachments; the last were left out")
    elif parts.attached + len(body) > _MOST_ATTACHED:
        parts.problem("the attachments are too large together; the last were left out")
    else:
        parts.attached += len(body)
        name = name or f"part-{parts.seen}"
        parts.attachments.append(Attachment(name=name, media_type=kind, body=body))


def _bytes(part: Message, parts: _Parts) -> bytes:
    """The decoded body; what is broken in its encoding costs only the broken end."""
    payload = part.get_payload()
    encoding = _header(part, "Content-Transfer-Encoding").lower().strip()
    if isinstance(payload, str) and encoding == "quoted-printable":
        return quopri.decodestring(payload.encode("ascii", "surrogateescape"))
    if isinstance(payload, str) and encoding == "base64":
        letters = _NO_BASE64.sub(b"", payload.encode("ascii", "replace"))
        if len(letters) % 4 == 1 or (part.defects and not payload.rstrip().endswith("=")):
            parts.problem("a part is cut off; what came of it is read")
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    try:
        decoded = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        parts.problem("a part's encoding is broken")
        return b""
    return decoded if isinstance(decoded, bytes) else b""


_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
"""Padding too: it says nothing that the length does not."""


def _content_type(part: Message) -> str:
    try:
        return part.get_content_type()
    except (ValueError, TypeError, AttributeError):
        return "application/octet-stream"


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset() or "")
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    plain = _visible(_decoded(str(name)[:_MOST_HEADER]))
    return re.split(r"[/\\]", plain)[-1].strip(" .")[:150]


# --- text ------------------------------------------------------------------------------------

_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs"}


def _text(data: bytes, charset: str, kind: str, parts: _Parts) -> str:
    text = _characters(data[: 8 * _MOST_TEXT], charset, parts)
    return _visible(_from_html(text) if kind == "text/html" else text, lines=True)


def _characters(data: bytes, charset: str, parts: _Parts) -> str:
    """As declared if that fits without an error, else as it does fit, else with marks."""
    declared = _CHINESE.get(charset.lower(), charset)
    for name in dict.fromkeys((declared, "utf-8", "gb18030", "big5hkscs")):
        try:
            return data.decode(name)
        except (LookupError, ValueError):
            continue
    parts.problem("some of its characters cannot be read")
    return data.decode("utf-8", "replace")


_BLOCKS = re.compile(
    r"<\s*/?\s*(?:br|p|div|tr|li|h[1-6]|table|blockquote|ul|ol|hr|td|th)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)


def _from_html(markup: str) -> str:
    """What a reader of the page sees, line by line; nothing is fetched, nothing runs."""
    broken = _BLOCKS.sub(lambda tag: f"\n{tag[0]}", markup[: 4 * _MOST_TEXT])
    try:
        selector = Selector(text=broken or "<p></p>", type="html")
        texts = selector.xpath(
            "//text()[not(ancestor::script or ancestor::style or ancestor::head"
            " or ancestor::template"
            " or ancestor::*[contains(translate(@style,' ',''),'display:none')])]"
        ).getall()
    except (ValueError, TypeError):
        return html.unescape(re.sub(r"<[^<>]{0,2000}>", " ", broken))
    return re.sub(r"\n\s*\n\s*\n+", "\n\n", "".join(texts))


def _visible(text: str, *, lines: bool = False) -> str:
    """Without what a reader cannot see: direction marks, zero widths, control characters."""
    return "".join(
        c
        for c in text.replace("\x00", "")
        if (lines and c in "\n\t") or unicodedata.category(c) not in {"Cf", "Cc", "Cs", "Co"}
    )


# --- headers ---------------------------------------------------------------------------------


def _header(message: Message, name: str) -> str:
    """The first header of that name, decoded, in one line and capped; "" without one."""
    found = message.get_all(name) or [""]
    return _visible(" ".join(_decoded(str(found[0])[:_MOST_HEADER]).split()))


def _decoded(raw: str) -> str:
    try:
        pieces = decode_header(raw)
    except (ValueError, LookupError):
        return raw.encode("utf-8", "replace").decode("utf-8", "replace")
    text = ""
    for piece, charset in pieces:
        if isinstance(piece, str):
            text += piece.encode("utf-8", "replace").decode("utf-8", "replace")
        else:
            own = "utf-8" if charset in {None, "unknown-8bit"} else str(charset)
            text += _characters(piece, own, _Parts())
    return text


def _addresses(message: Message, name: str) -> list[str]:
    """All addresses of all headers of that name: two From headers are two senders."""
    raw = [str(one)[:_MOST_HEADER] for one in (message.get_all(name) or [])[:20]]
    try:
        pairs = getaddresses(raw)
    except (ValueError, LookupError, TypeError, IndexError, AttributeError):
        return []
    return [a.strip().lower() for _, a in pairs if re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", a)]


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        moment = None
    if moment is not None and moment.tzinfo is not None:
        return _in_utc(moment)
    if moment is not None:  # "-0000" says UTC, nothing says nothing
        zone = UTC if text.rstrip().endswith("-0000") else _EARLIEST_ZONE
        return _in_utc(moment.replace(tzinfo=zone))
    written = dates_in(folded(text[:200]))
    if len(written) != 1 or written[0].moment is None:
        return None
    (read,) = written
    earlier = timedelta(hours=18 if read.whole_day else 6 if read.assumed else 0)
    return _in_utc(written[0].moment - earlier)


def _in_utc(moment: datetime) -> datetime | None:
    try:
        inside = moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return inside if 1990 <= inside.year <= 2200 else None


# --- verdicts --------------------------------------------------------------------------------


def _verdicts(message: Message) -> Verdicts:
    """What SES found out: only headers that SES put on top, before those that came with the mail.

    SES writes Received (by inbound-smtp.REGION.amazonaws.com), X-SES-Spam-Verdict,
    X-SES-Virus-Verdict, Received-SPF, Authentication-Results and X-SES-RECEIPT, in this order;
    whatever stands below X-SES-RECEIPT or a second Received may be forged.
    """
    top: list[tuple[str, str]] = []
    received = 0
    for name, value in message.items():
        key = name.lower()
        received += key == "received"
        if received > 1:
            break
        top.append((key, _visible(" ".join(str(value)[:_MOST_HEADER].split())).lower()))
        if key == "x-ses-receipt":
            break
    by_name: dict[str, str] = {}
    for key, value in top:
        by_name.setdefault(key, value)
    if not _SES.search(by_name.get("received", "")):
        return Verdicts()
    if "x-ses-receipt" not in by_name:
        return Verdicts()
    results = next(
        (v for k, v in top if k == "authentication-results" and v.startswith("amazonses.com;")), ""
    )
    return _results(results, by_name)


_SES = re.compile(r"\bby inbound-smtp\.[a-z0-9-]+\.amazonaws\.com\b")
_ABOUT = re.compile(
    r"(?:header\.[id]|header\.from|envelope-from|smtp\.mailfrom)="
    r"\"?(?:[^\s@;\"]*@)?([^\s;@\"]+)"
)


def _results(written: str, by_name: dict[str, str]) -> Verdicts:
    found: dict[str, str] = {}
    domains: dict[str, list[str]] = {"spf": [], "dkim": [], "dmarc": []}
    for statement in re.sub(r"\([^()]{0,500}\)", " ", written).split(";")[1:]:
        match = re.match(r"\s*(spf|dkim|dmarc)=([a-z]+)", statement)
        if match:
            method, result = match[1], match[2]
            if found.get(method) != "pass":
                found[method] = result
        elif "spf" in found and "envelope-from" in statement:
            method, result = "spf", found["spf"]
        else:
            continue
        about = _ABOUT.search(statement)
        if about and result == "pass":
            domains[method].append(about[1])
    return Verdicts(
        spf=found.get("spf", ""),
        dkim=found.get("dkim", ""),
        dmarc=found.get("dmarc", ""),
        spam=by_name.get("x-ses-spam-verdict", ""),
        virus=by_name.get("x-ses-virus-verdict", ""),
        spf_domain=next(iter(domains["spf"]), ""),
        dkim_domains=tuple(domains["dkim"]),
        dmarc_domain=next(iter(domains["dmarc"]), ""),
    )


# --- what is quoted and forwarded inside a text ----------------------------------------------

_FORWARDED = re.compile(
    r"^[\s>*_-]{0,20}(?:begin forwarded message|forwarded message"
    r"|original message|forwarded by"
    r"|weitergeleitete nachricht|ursprüngliche nachricht"
    r"|转发邮件(?:信息)?|转发的邮件|原始邮件|原始信息"
    r"|轉寄郵件|原始郵件)[\s:：*_-]{0,20}$",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"^\s{0,4}(?:on .{5,150}\bwrote:|am .{5,150}\bschrieb .{0,100}:"
    r"|在.{5,120}写道[:：]|.{5,120}於.{3,80}寫道[:：])\s{0,4}$",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"^[\s>*_]{0,8}(?P<name>from|sent|date|to|cc|subject|reply-to|von|gesendet|an|betreff|datum"
    r"|发件人|发送时间|发送日期|日期|时间|收件人|抄送|主题|寄件者|寄件日期|收件者|主旨)\s?[*_]{0,2}\s?[:：]\s?[*_]{0,2}\s?"
    r"(?P<value>.{0,500})$",
    re.IGNORECASE,
)
_NAMES = {
    "from": {"from", "von", "发件人", "寄件者"},
    "date": {
        "sent",
        "date",
        "gesendet",
        "datum",
        "发送时间",
        "发送日期",
        "日期",
        "时间",
        "寄件日期",
    },
    "subject": {"subject", "betreff", "主题", "主旨"},
}


def _unfolded(layer: MailText) -> Iterator[MailText]:
    """The layer's own words, then each mail that is forwarded in its text; quotes are left out."""
    lines = layer.body.splitlines()
    at, own = _own_lines(lines, 0)
    yield MailText(sender=layer.sender, subject=layer.subject, date=layer.date, body=own)
    for _ in range(_DEEPEST):
        if at >= len(lines):
            return
        lines = _unquoted(lines, at)
        heads, at = _heads(lines, at)
        start = at
        at, own = _own_lines(lines, start)
        if not heads:  # a reply's "On … wrote": what is below is old
            return
        address = re.search(r"[^\s<>\[\]\"']+@[^\s<>\[\]\"']+", heads.get("from", ""))
        yield MailText(
            sender=address[0].lower() if address else "",
            subject=heads.get("subject", ""),
            date=_date(heads.get("date", "")),
            body=own,
        )


def _unquoted(lines: list[str], at: int) -> list[str]:
    """Apple's Mail puts ">" before every line of what it forwards."""
    if not _FORWARDED.match(lines[at]):
        return lines
    first = next((line for line in lines[at + 1 :] if line.strip()), "")
    if not first.lstrip().startswith(">"):
        return lines
    return [*lines[: at + 1], *(re.sub(r"^\s?>\s?", "", line) for line in lines[at + 1 :])]


def _own_lines(lines: Sequence[str], start: int) -> tuple[int, str]:
    """The lines up to the next forwarded or answered mail, without those quoted by ">"."""
    own: list[str] = []
    for at in range(start, len(lines)):
        line = lines[at]
        if _FORWARDED.match(line) or _REPLY.match(line) or _is_head_block(lines, at):
            return at, "\n".join(own)
        if not line.lstrip().startswith(">"):
            own.append(line)
    return len(lines), "\n".join(own)


def _is_head_block(lines: Sequence[str], at: int) -> bool:
    """As Outlook and QQ write it: "From:" with two more header lines close below."""
    first = _HEAD.match(lines[at])
    if first is None or first["name"].lower() not in _NAMES["from"]:
        return False
    below = [match for line in lines[at + 1 : at + 8] if (match := _HEAD.match(line))]
    return len({match["name"].lower() for match in below}) >= 2


def _heads(lines: Sequence[str], at: int) -> tuple[dict[str, str], int]:
    """The header lines of a forwarded mail, and where its text begins."""
    if _REPLY.match(lines[at]):
        return {}, at + 1
    if _FORWARDED.match(lines[at]):
        at += 1
    found: dict[str, str] = {}
    blank = 0
    seen = 0
    while at < len(lines) and seen < 14:
        match = _HEAD.match(lines[at])
        if match:
            written = match["name"].lower()
            for name, names in _NAMES.items():
                if written in names:
                    found.setdefault(name, match["value"].strip(" *_"))
            blank = 0
        elif lines[at].strip():
            if found and not lines[at].startswith((" ", "\t")):
                break
            if not found:
                break
        else:
            blank += 1
            if found and blank:
                at += 1
                break
        at += 1
        seen += 1
    return (found or {"from": ""}), at
