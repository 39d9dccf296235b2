"""`headwater refs`: the brand's own pictures and logos, as they stand in the config file."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from botocore.exceptions import BotoCoreError, ClientError
from tomlkit.exceptions import TOMLKitError

from headwater.adapters.configuration import (
    Configuration,
    ConfigurationError,
    read_configuration,
)
from headwater.adapters.references import not_analysed
from headwater.adapters.store import Bucket
from headwater.cli.config import push_configuration
from headwater.domain.brands import Brand
from headwater.domain.manifests import sha256
from headwater.matching.images import UnreadablePicture, open_picture
from headwater.matching.pictures import ALGORITHM_VERSION, details

_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")
_FEW_DETAILS = 40
"""Below that only a nearly unaltered copy is found."""


class _Refusal(Exception):  # noqa: N818 - says what happened, not that it is an error
    """What stands in the way, in plain words."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    default = Path("config/headwater.toml")
    parser.add_argument("--config", type=Path, default=default, metavar="FILE")
    verbs = parser.add_subparsers(dest="verb", required=True)
    shown = verbs.add_parser("list", help="show every picture and logo")
    add = verbs.add_parser(
        "add",
        help="add pictures or logos",
        description="Add pictures to the config file, check how much there is to recognise in each,"
        " and with --bucket send and analyse them at once.",
    )
    add.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE", help="files or folders")
    of = add.add_mutually_exclusive_group(required=True)
    of.add_argument("--product", metavar="ID", help="what the pictures show")
    of.add_argument(
        "--logo", action="store_true", help="the mark alone, to be found inside other pictures"
    )
    remove = verbs.add_parser("remove", help="take pictures or logos out again (files stay)")
    remove.add_argument("names", nargs="+", metavar="NAME", help="as `refs list` shows it")
    for verb in (add, remove, shown):
        verb.add_argument("--brand", metavar="ID", help="needed when there are several")
        does = "say what is analysed there" if verb is shown else "send the change to the stack"
        verb.add_argument("--bucket", metavar="NAME", help=f"{does}: its output WorkBucket")


def run(arguments: argparse.Namespace) -> int:
    try:
        if arguments.verb == "list":
            _list(arguments)
        else:
            _change(arguments)
    except (_Refusal, ConfigurationError, TOMLKitError, OSError) as error:
        print(f"headwater refs: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"headwater refs: the stack did not take it: {error}", file=sys.stderr)
        return 1
    return 0


def _list(arguments: argparse.Namespace) -> None:
    brand = _brand(read_configuration(arguments.config), arguments.brand)
    waiting = set()
    if arguments.bucket:
        waiting = {one.id for one in not_analysed(brand, Bucket(arguments.bucket))}
    for reference in brand.references:
        line = f"{reference.id:44} {reference.kind:8} {reference.sha256[:12]}"
        if arguments.bucket:
            done = f"analysed (version {ALGORITHM_VERSION})"
            line += "  not analysed yet" if reference.id in waiting else f"  {done}"
        print(line.rstrip())
    print(f"{len(brand.references)} pictures of {brand.name}, {len(brand.logos)} of them logos")


def _change(arguments: argparse.Namespace) -> None:
    before = arguments.config.read_bytes()
    brand = _brand(read_configuration(arguments.config), arguments.brand)
    document = tomlkit.parse(before.decode())
    tables: Sequence[Any] = document["brand"]
    table = next(one for one in tables if one["id"] == brand.id)
    if arguments.verb == "add":
        said = list(_add(table, brand, arguments))
    else:
        said = list(_remove(table, brand, arguments.names))
    after = tomlkit.dumps(document).encode()
    if after == before:
        print("\n".join((*said, "nothing was changed")))
        return
    arguments.config.write_bytes(after)
    try:
        configuration = read_configuration(arguments.config)
    except ConfigurationError:
        arguments.config.write_bytes(before)
        raise
    print("\n".join(said))
    if arguments.bucket:
        push_configuration(configuration, Bucket(arguments.bucket))
        print(f"sent to {arguments.bucket}; from now on every new capture is compared with it")
    else:
        print(f"{arguments.config} is changed; to send it: headwater config push --bucket …")


def _add(table: Any, brand: Brand, arguments: argparse.Namespace) -> Iterator[str]:
    listed, kind = _list_of(table, brand, arguments.product)
    known = {one.sha256: one.id for one in brand.references}
    names = {Path(name).name for name in listed}
    for path in _files(arguments.pictures):
        data = path.read_bytes()
        try:
            open_picture(data)
            found = details(data)
        except UnreadablePicture as refusal:
            raise _Refusal(f"{path}: {refusal.reason}; nothing was changed") from refusal
        reference_id = f"{kind}/{path.name}"
        digest = sha256(data)
        if digest in known:
            yield f"{path}: is there already, as {known[digest]}"
            continue
        if path.name in names:
            raise _Refusal(f"{reference_id} is there already, with other contents; rename {path}")
        known[digest] = reference_id
        names.add(path.name)
        listed.append(Path(os.path.relpath(path, arguments.config.parent)).as_posix())
        yield f"{reference_id}: added, {found} details to recognise it by"
        if found < _FEW_DETAILS:
            yield "  that is little: only nearly unaltered copies of it will be found"


def _remove(table: Any, brand: Brand, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        reference = next((one for one in brand.references if one.id == name), None)
        if reference is None:
            there = ", ".join(one.id for one in brand.references)
            raise _Refusal(f"no picture {name!r}; there is {there}")
        listed, _ = _list_of(table, brand, reference.product or None)
        file_name = name.partition("/")[2]
        listed.remove(next(one for one in listed if Path(one).name == file_name))
        yield f"{name}: removed; the file stays where it is"


def _list_of(table: Any, brand: Brand, product: str | None) -> tuple[Any, str]:
    """The list in the config file that the pictures stand in, and how their ids begin."""
    if product is None:
        table.setdefault("logos", tomlkit.array())
        return table["logos"], "logo"
    for one in table["product"]:
        if one["id"] == product:
            return one["pictures"], product
    there = ", ".join(one.id for one in brand.products)
    raise _Refusal(f"brand {brand.id} has no product {product!r}; there is {there}")


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(one for one in path.iterdir() if one.suffix.lower() in _PICTURES)
        if not inside:
            raise _Refusal(f"there are no pictures ({', '.join(_PICTURES)}) in {path}")
        yield from inside


def _brand(configuration: Configuration, brand_id: str | None) -> Brand:
    brands = configuration.desk.brands
    if brand_id is None and len(brands) == 1:
        return brands[0]
    for brand in brands:
        if brand.id == brand_id:
            return brand
    there = ", ".join(brand.id for brand in brands)
    raise _Refusal(f"name one of the brands with --brand: {there}")
