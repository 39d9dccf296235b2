"""`headwater config`: check the config file, show the stack's parameters, send it to the stack."""

import argparse
import io
import shlex
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

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
from headwater.domain.brands import Desk
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
