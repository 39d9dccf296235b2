"""`headwater config`: check the config file, show the stack's parameters, send it to the stack."""

import argparse
import io
import json
import shlex
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from botocore.exceptions import BotoCoreError, ClientError

from headwater.adapters.clauses import clauses
from headwater.adapters.configuration import (
    Configuration,
    ConfigurationError,
    read_configuration,
)
from headwater.adapters.desk import reference_key, search_picture_key, write_desk
from headwater.adapters.references import analyse_missing, not_analysed
from headwater.adapters.stack import StackUnusable, find_stack
from headwater.adapters.store import Bucket
from headwater.adapters.timestamping import Authority
from headwater.domain.brands import Desk
from headwater.domain.captures import StampFailed
from headwater.domain.platforms import Platform
from headwater.matching.images import open_picture
from headwater.usecases.search import plan_of

_WORTH_SAYING = 40
"""Pictures; they take about two seconds to analyse."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    default = Path("config/headwater.toml")
    parser.add_argument("--config", type=Path, default=default, metavar="FILE")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("check", help="check the file and every picture in it")
    verbs.add_parser("parameters", help="print the parameters for `sam deploy`")
    verbs.add_parser(
        "clauses", help="show what each platform says about automated access, to read before it"
    )
    pin = verbs.add_parser(
        "pin", help="ask a timestamp authority once, and save the certificates that it signs with"
    )
    pin.add_argument("authority", metavar="ID", help="the id of a [[timestamp]] of the config")
    push = verbs.add_parser("push", help="send the brands and their pictures to the stack")
    where = push.add_mutually_exclusive_group()
    where.add_argument("--stack", default="headwater", help="the stack's name (default headwater)")
    where.add_argument("--bucket", help="or its work bucket (the output WorkBucket)")


def run(arguments: argparse.Namespace) -> int:
    if arguments.verb == "clauses":
        print("\n".join(_clauses()))
        return 0
    try:
        configuration = read_configuration(arguments.config)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.verb == "parameters":
        parameters = configuration.stack_parameters().items()
        print(" ".join(shlex.quote(f"{name}={value}") for name, value in parameters))
        return 0
    if arguments.verb == "pin":
        return _pin(arguments.authority, configuration.desk, arguments.config.parent)
    brands = configuration.desk.brands
    pictures = len(configuration.pictures)
    if arguments.verb == "push":
        try:
            named = arguments.bucket
            work = Bucket(named) if named else find_stack(arguments.stack).work
            push_configuration(configuration, work)
        except (StackUnusable, BotoCoreError, ClientError) as error:
            print(f"headwater config push: {error}", file=sys.stderr)
            return 1
        where = named or f"stack {arguments.stack}"
        print(f"{len(brands)} brand(s) with {pictures} pictures are in {where}")
    else:
        print(f"{arguments.config}: good: {len(brands)} brand(s), {pictures} pictures")
        print("\n".join(_questions(configuration.desk)))
        print("\n".join(_authorities(configuration.desk)))
    return 0


def _clauses() -> Iterator[str]:
    """Each platform's clause, and what to write into the config after reading it."""
    for clause in clauses().values():
        yield f"{clause.platform.title}: {clause.origin}"
        for part in (clause.text, clause.note, f"robots.txt: {clause.robots}"):
            yield from textwrap.wrap(part, 100, initial_indent="  ", subsequent_indent="  ")
        yield f'  [platforms.{clause.platform}]  clause_read = "{clause.version}"'
        yield ""
    yield "Read what the platform says today, and decide with your counsel. Import always works."


def _questions(desk: Desk) -> Iterator[str]:
    """What will be asked where, and what no route there can search for."""
    today = datetime.now(UTC).date()
    for platform in Platform:
        access = desk.access_to(platform)
        for brand in desk.watching(platform):
            plan = plan_of(brand, desk, platform, today)
            count = len(plan.today) + len(plan.later)
            days = f"each within {plan.period.days} days" if plan.later else "every day"
            off = not access.by_itself
            how = "by a person only: fetching is off" if off else f"by {', '.join(access.routes)}"
            yield f"  {brand.name}, {platform.title}: {count} question(s), {days}, {how}"
            pictures = any(platform in one.platforms and one.pictures for one in brand.watches)
            links = any(platform in one.platforms and one.links for one in brand.watches)
            if links and not any(route.takes_links for route in access.routes):
                yield "    its links cannot be searched for there: no route of it takes any"
            if not off and not access.canary_listing:
                yield (
                    "    every run of it counts as BLIND until canary_listing names a listing that "
                    "is always there"
                )
            if pictures and not any(route.takes_pictures for route in access.routes):
                yield "    its pictures cannot be searched for there: no route of it takes any"


def _authorities(desk: Desk) -> Iterator[str]:
    """Who signs when evidence existed, and what is left to do for that."""
    named = desk.timestamp_authorities
    if len(named) < 2:
        yield f"  {len(named)} timestamp authorities: name two, so that one may fail"
    for authority in named:
        pinned = (
            "pinned"
            if authority.certificates
            else (
                f"not pinned, so nothing that it signs is called ok: headwater config pin "
                f"{authority.name}"
            )
        )
        yield f"  timestamps by {authority.name} ({authority.url}): {pinned}"


def _pin(name: str, desk: Desk, folder: Path) -> int:
    """Save who signs, for a person to compare; the config stays as it is until he has."""
    from headwater.adapters.pinning import chain_in  # noqa: PLC0415 - no other verb needs it

    authority = next((one for one in desk.timestamp_authorities if one.name == name), None)
    if authority is None:
        known = ", ".join(one.name for one in desk.timestamp_authorities) or "none"
        print(f"headwater config pin: no [[timestamp]] has the id {name!r} (there is: {known})")
        return 1
    print(f"asking {authority.url} …", file=sys.stderr)
    try:
        made = Authority(replace(authority, certificates="")).stamp(token_hex(32))
    except StampFailed as failure:
        print(f"headwater config pin: {name}: {failure}", file=sys.stderr)
        return 1
    files = []
    for number, found in enumerate(chain_in(made.reply), start=1):
        file = folder / "tsa" / f"{name}-{number}.pem"
        file.parent.mkdir(exist_ok=True)
        file.write_text(found.pem, encoding="ascii")
        files.append(str(file.relative_to(folder)))
        is_root = found.subject == found.issuer
        what = "root" if is_root else "certifies others" if found.signs_others else "signs"
        print(f"{file}: {what}, until {found.until:%Y-%m-%d}\n  {found.subject}")
        print(f"  SHA-256 {found.sha256}")
    print("\nCompare each SHA-256 with what the authority publishes on its own site. Then write:")
    print(f"  certificates = {json.dumps(files)}")
    if found.subject != found.issuer:
        print(
            f"The root is missing, it did not come along and this machine does not know it:\n"
            f"  get {found.issuer} from the authority's site, in PEM, and add its file."
        )
    return 0


def push_configuration(configuration: Configuration, work: Bucket) -> None:
    """Pictures first, the desk last: a function never sees a reference that is not there yet.

    What no analysis of this version is kept of is analysed on the way: once, when it is added.
    """
    for brand in configuration.desk.brands:
        for reference in brand.references:
            picture = configuration.pictures[reference.sha256]
            work.put(reference_key(brand.id, reference.sha256), picture, "image/jpeg")
        waiting = len(not_analysed(brand, work))
        if waiting > _WORTH_SAYING:
            print(f"{brand.name}: analysing {waiting} pictures …", file=sys.stderr, flush=True)
        analyse_missing(brand, work)
        for hero in (picture for watch in brand.watches for picture in watch.pictures):
            small = _to_search_for(configuration.pictures[hero.sha256])
            work.put(search_picture_key(hero.sha256), small, "image/jpeg")
    write_desk(work, configuration.desk)


def _to_search_for(picture: bytes) -> bytes:
    """A JPEG of at most 800 pixels a side: more the searches by picture do not take."""
    image = open_picture(picture).copy()
    image.thumbnail((800, 800))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
