"""From the thumbnail that a page shows to the address of the full-size original."""

import re

from headwater.marketplaces.origins import carried
from headwater.marketplaces.urls import absolute, host_matches

CDN_HOSTS = (
    "*.alicdn.com",
    "*.aliexpress-media.com",
    "*.slatic.net",
    "*.tbcdn.cn",
    "*.taobaocdn.com",
)
"""Hosts on which the size rules below hold (own reading of maxurl's rules of 2026-08)."""

_EXTENSION = r"\.(?:jpe?g|png|gif|webp|avif|bmp|heic)"
# What the CDN appends, in any stack: ".jpg_350x350xz.jpg", ".jpg_640x640q75.jpg_.webp",
# ".jpg_Q75.jpg_.webp", ".jpg_sum.jpg", ".jpg_b.jpg"
_APPENDED = re.compile(
    rf"^(?P<original>[^\s?#]+?{_EXTENSION})"
    rf"(?:_(?:summ?|[a-z]|(?:\d{{1,5}}x\d{{1,5}})?(?:x[a-z])?(?:q\d{{1,3}})?(?:s\d{{1,3}})?)"
    rf"(?:{_EXTENSION})?)+_?$",
    re.IGNORECASE,
)
# What 1688 inserts: "….220x220.jpg", "….search.jpg", "….summ.jpg"
_INSERTED = re.compile(
    rf"\.(?:\d{{1,5}}x\d{{1,5}}|search|summ)(?P<extension>{_EXTENSION})$", re.IGNORECASE
)
# What Amazon inserts: "/I/71abc._AC_SX679_.jpg"
_AMAZON = re.compile(rf"\._[A-Za-z0-9_,%-]+_(?P<extension>{_EXTENSION})$", re.IGNORECASE)


def full_size(picture_url: str) -> str:
    """The original behind any size of the same picture, as an https URL without parameters.

    Idempotent. An address of another host, or no address at all, comes back as it is.
    """
    url = absolute(picture_url)
    return picture_url if url is None else _original(url)


def _original(url: str) -> str:
    host = url.split("/", 3)[2]
    if host_matches(host, CDN_HOSTS):
        url = url.partition("?")[0]
        while True:
            shorter = _INSERTED.sub(r"\g<extension>", url)
            appended = _APPENDED.match(shorter)
            if appended:
                shorter = appended["original"]
            if shorter == url:
                return url
            url = shorter
    if host_matches(host, ("*.media-amazon.com", "*.ssl-images-amazon.com")):
        return _AMAZON.sub(r"\g<extension>", url.partition("?")[0])
    return url


def gallery(*candidates: object) -> tuple[str, ...]:
    """Full-size https URLs out of whatever a page holds, in order and without repeats."""
    found: dict[str, None] = {}
    for candidate in candidates:
        if isinstance(candidate, (list, tuple)):
            found.update(dict.fromkeys(gallery(*candidate)))
        elif isinstance(candidate, str) and (url := absolute(candidate)):
            found[carried(_original(url), candidate)] = None
    return tuple(found)
