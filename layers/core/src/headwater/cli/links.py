"""`headwater links`: search links for a person, and the note that a search found nothing."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater import marketplaces
from headwater.adapters.configuration import ConfigurationError, read_configuration
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.stack import StackUnusable, find_stack
from headwater.domain.brands import Brand, Desk
from headwater.domain.platforms import Platform
from headwater.usecases.coverage import NotOurLink, links, nothing_found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, default=Path("config/headwater.toml"), metavar="FILE"
    )
    parser.add_argument("--brand", help="needed when there are several")
    parser.add_argument("--watch", help="only this watch's")
    parser.add_argument("--platform", type=Platform, choices=list(Platform), metavar="PLATFORM")
    parser.add_argument("--all", action="store_true", help="also those whose turn is another day")
    parser.add_argument("--searched", metavar="LINK", help="a link that you opened")
    parser.add_argument("--nothing-found", action="store_true", help="… and that showed nothing")
    parser.add_argument("--stack", default="headwater", help="where that is kept (headwater)")


def run(arguments: argparse.Namespace) -> int:
    if bool(arguments.searched) != arguments.nothing_found:
        print(
            "headwater links: say --searched LINK --nothing-found; if you found something, "
            "save the page and bring it with `headwater import`",
            file=sys.stderr,
        )
        return 2
    try:
        if arguments.searched:
            return _record(arguments)
        desk = read_configuration(arguments.config).desk
        _print(arguments, _brand(desk, arguments.brand), desk)
    except (ConfigurationError, StackUnusable, NotOurLink) as error:
        print(f"headwater links: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError, PynamoDBException) as error:
        print(f"headwater links: nothing was kept: {error}", file=sys.stderr)
        return 1
    return 0


def _print(arguments: argparse.Namespace, brand: Brand, desk: Desk) -> None:
    day = datetime.now(UTC).date()
    shown: Platform | None = None
    for query, url in links(brand, desk, day=day, all_days=arguments.all):
        if arguments.watch not in {None, query.watch}:
            continue
        if arguments.platform not in {None, query.platform}:
            continue
        if query.platform is not shown:
            print(query.platform.title)
            shown = query.platform
        print(f"  {query.label}\n    {url}")
        older = marketplaces.older_search_url(query.platform, query.text)
        if older and not query.text.isascii():
            print(f"    or, where that shows nonsense (GBK): {older}")
    if shown is None:
        print("no watch fits: see [[brand.watch]] in the config")
    else:
        print('Found nothing? headwater links --searched "LINK" --nothing-found')


def _record(arguments: argparse.Namespace) -> int:
    stack = find_stack(arguments.stack)
    asked = nothing_found(
        arguments.searched,
        brand=stack.brand(arguments.brand),
        desk=stack.desk,
        runs=Runs(stack.outputs["RunsTable"]),
        now=datetime.now(UTC),
    )
    print(f"kept: {asked.platform.title}, {asked.query!r}: {asked.reason}")
    return 0


def _brand(desk: Desk, brand_id: str | None) -> Brand:
    brands = {brand.id: brand for brand in desk.brands}
    if brand_id is None and len(brands) == 1:
        return desk.brands[0]
    if brand_id not in brands:
        raise NotOurLink(f"say which brand: --brand {' or '.join(brands)}")
    return brands[brand_id]
