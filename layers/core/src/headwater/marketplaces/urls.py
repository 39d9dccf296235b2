"""Reading the addresses that people paste and pages contain, however sloppy or hostile they are."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

_LONGEST = 4096
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# What nearly every address in a page looks like: nothing to encode, nothing to doubt.
_PLAIN = re.compile(
    r"(?:https?:)?//([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})"
    r"(/[A-Za-z0-9/:@!$&'()*+,;=~._-]{0,2000})"
)
_UNSAFE = re.compile(r"[\x00-\x20\x7f\ud800-\udfff]+")


@lru_cache(maxsize=4096)
def split(url: str) -> SplitResult | None:
    """The parts of a web address; None for anything else ("javascript:…", a file, nonsense).

    "//host/path" and "host/path" count as https, because pages and people write them so.
    """
    url = _UNSAFE.sub("", url)
    if not url or len(url) > _LONGEST:
        return None
    if url.startswith("//"):
        url = "https:" + url
    elif not _SCHEME.match(url) or re.match(r"^[^/]+\.[a-z]+:[0-9]", url, re.IGNORECASE):
        url = "https://" + url
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or "." not in host:
        return None
    return parts


def host_of(url: str) -> str:
    """The lower-case host name; "" where there is none."""
    parts = split(url)
    return (parts.hostname or "").rstrip(".") if parts else ""


def path_of(url: str) -> str:
    """The path, double slashes made single; "" where there is none."""
    parts = split(url)
    return re.sub(r"/{2,}", "/", parts.path) if parts else ""


def parameters(url: str) -> dict[str, str]:
    """The query's parameters; of a repeated one the first."""
    parts = split(url)
    if parts is None or not parts.query:
        return {}
    try:
        pairs = parse_qsl(parts.query, max_num_fields=200)
    except ValueError:
        return {}
    return dict(reversed(pairs))


def host_matches(host: str, patterns: Iterable[str]) -> bool:
    """Whether the host is one of the names; "*.example.com" stands for all below example.com."""
    return any(
        host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:]))
        for pattern in patterns
    )


def absolute(url: object) -> str | None:
    """An address found in a page as an absolute https URL in ASCII; None if it is not one.

    Relative addresses are None too: saved pages point theirs at local files.
    """
    if not isinstance(url, str):
        return None
    url = url.strip()
    plain = _PLAIN.fullmatch(url)
    if plain:
        return f"https://{plain[1]}{plain[2]}"
    if not url.startswith(("//", "http://", "https://")):
        return None
    parts = split(url)
    if parts is None or parts.username is not None:
        return None
    host = (parts.hostname or "").rstrip(".")
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return None
    path = quote(parts.path or "/", safe="/:@!$&'()*+,;=%~-._")
    query = quote(parts.query, safe="/:@!$&'()*+,;=%~-._?")
    return f"https://{host}{port}{path}" + (f"?{query}" if query else "")
