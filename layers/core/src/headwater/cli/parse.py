"""headwater parse: what we read in saved pages and interface replies."""

import argparse
import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from textwrap import indent
from typing import Any

from headwater.domain.listings import Listing, ListingKey
from headwater.domain.pages import LayoutChanged, Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform
from headwater.domain.sources import in_words
from headwater.marketplaces import marketplace, read, sources_of
from headwater.marketplaces.files import BadFile, pages_in

_COLUMNS = (("id", 20), ("price", 26), ("moq", 12), ("seller", 28), ("title", 50))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="HTML, JSON, MHTML, HAR or WARC, also in gzip or zip",
    )
    parser.add_argument(
        "--platform",
        type=Platform,
        choices=list(Platform),
        metavar="PLATFORM",
        help=f"do not guess: {', '.join(Platform)}",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="for other programs: one object a line")
    form.add_argument(
        "--sources",
        action="store_true",
        help="say of every field from which bytes of the page it was read",
    )


def run(arguments: argparse.Namespace) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        return _run(arguments)
    except BrokenPipeError:  # … | head: nobody reads on, and nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(arguments: argparse.Namespace) -> int:
    failed = False
    for name in arguments.files:
        try:
            found = list(_read(name, arguments.platform, sources=arguments.sources))
        except (BadFile, OSError) as problem:
            said = str(problem)
            if isinstance(problem, OSError):
                said = f"{name}: {problem.strerror or problem}"
            print(f"headwater parse: {said}", file=sys.stderr)
            if arguments.json:
                print(json.dumps(_unread(name, said, arguments.platform), ensure_ascii=False))
            failed = True
            continue
        for result, places in found:
            if arguments.json:
                print(json.dumps(result, ensure_ascii=False))
            else:
                print("\n".join((_table(result), *places)))
    return 1 if failed else 0


def _read(
    name: str, platform: Platform | None, *, sources: bool
) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """One result a page; of an archive's many pages only those that are anything of ours.

    With it, if asked for, the lines that say where its fields stand.
    """
    pages = list(pages_in(name, Path(name).read_bytes()))
    results = [(_result(name, page, platform), page) for page in pages]
    telling = [(result, page) for result, page in results if _tells(result)]
    if not results:
        yield _nothing(name), []
    for result, page in telling if len(results) > 1 and telling else results[:1]:
        yield result, list(_sources(result, page)) if sources else []


def _sources(result: dict[str, Any], page: Page) -> Iterator[str]:
    for listing in result["listings"]:
        market = marketplace(Platform(result["platform"] or Platform.GENERIC))
        key = ListingKey(market.key_space, listing["id"])
        found = sources_of(page, key)
        yield f"  where {key} stands, in bytes of the page ({found.encoding if found else '?'}):"
        for source in found.fields if found else ():
            yield _shown(indent(in_words(source), "    "))


def _tells(result: dict[str, Any]) -> bool:
    return (result["kind"], result["verdict"]) != (PageKind.OTHER, Verdict.SHELL_NO_DATA)


def _result(name: str, page: Page, platform: Platform | None) -> dict[str, Any]:
    try:
        reading = read(page, platform=platform)
    except LayoutChanged as changed:
        return as_json(
            name,
            PageReading(
                platform=changed.platform or platform or Platform.GENERIC,
                kind=changed.kind,
                verdict=Verdict.SCHEMA_DRIFT,
                reason=str(changed),
            ),
        )
    return as_json(name, reading)


def _unread(name: str, why: str, platform: Platform | None) -> dict[str, Any]:
    """What could not be opened, in the same form: other programs look nowhere else."""
    return as_json(
        name,
        PageReading(
            platform=platform or Platform.GENERIC,
            kind=PageKind.OTHER,
            verdict=Verdict.ERROR,
            reason=why,
        ),
    )


def _nothing(name: str) -> dict[str, Any]:
    return as_json(
        name,
        PageReading(
            platform=Platform.GENERIC,
            kind=PageKind.OTHER,
            verdict=Verdict.SHELL_NO_DATA,
            reason="the archive holds no web page and no reply of an interface",
        ),
    )


def as_json(name: str, reading: PageReading) -> dict[str, Any]:
    """The promised form: ids are strings, money decimal strings, what is not there is null."""
    known = reading.platform is not Platform.GENERIC or bool(reading.listings)
    return {
        "path": os.fsencode(name).decode("utf-8", "replace"),
        "platform": reading.platform.value if known else None,
        "kind": reading.kind.value,
        "verdict": reading.verdict.value,
        "reason": reading.reason,
        "total": reading.total,
        "listings": [_listing(listing) for listing in reading.listings],
    }


def _listing(listing: Listing) -> dict[str, Any]:
    price, order, seller = listing.price, listing.minimum_order, listing.seller
    return {
        "id": listing.key.offer_id,
        "url": listing.url,
        "title": listing.title,
        "price": price
        and {
            "min": _money(price.minimum),
            "max": _money(price.maximum),
            "currency": price.currency,
            "tiers": [
                {"quantity": tier.quantity, "price": _money(tier.amount)} for tier in price.tiers
            ],
        },
        "moq": order and {"quantity": order.quantity, "unit": order.unit},
        "seller": seller and {"id": seller.id, "name": seller.name},
        "images": list(listing.pictures),
        "ad": listing.ad,
    }


def _money(amount: Decimal) -> str:
    return format(amount, "f")


def _table(result: dict[str, Any]) -> str:
    total = "" if result["total"] is None else f", {result['total']} in all"
    what = f"{result['platform'] or 'unknown platform'} {result['kind']}, {result['verdict']}"
    lines = [f"{result['path']}: {what} ({_shown(result['reason'])}){total}"]
    if result["listings"]:
        lines.append("  " + "  ".join(_cell(name, width) for name, width in _COLUMNS).rstrip())
        lines += ["  " + _row(listing).rstrip() for listing in result["listings"]]
    return "\n".join(lines)


def _row(listing: dict[str, Any]) -> str:
    price, order, seller = listing["price"], listing["moq"], listing["seller"]
    cells = {
        "id": ("ad " if listing["ad"] else "") + listing["id"],
        "price": "-" if price is None else _price(price),
        "moq": "-" if order is None else f"{order['quantity']} {order['unit'] or ''}",
        "seller": "-" if seller is None else seller["name"] or seller["id"] or "-",
        "title": listing["title"] or "-",
    }
    return "  ".join(_cell(cells[name], width) for name, width in _COLUMNS)


def _price(price: dict[str, Any]) -> str:
    span = price["min"] if price["min"] == price["max"] else f"{price['min']}-{price['max']}"
    return f"{span} {price['currency'] or '?'}"


def _shown(text: str) -> str:
    """Without the characters that turn or hide text: what a seller wrote is hostile."""
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def _cell(text: str, width: int) -> str:
    """The text in `width` columns; a Chinese character takes two."""
    out, used = "", 0
    for character in _shown(text):
        takes = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        takes = 0 if unicodedata.combining(character) else takes
        if used + takes > width:
            return out[:-1] + "…" if used == width else out + "…"
        out, used = out + character, used + takes
    return out + " " * (width - used)
