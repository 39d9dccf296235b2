"""The owner's lists of sellers: known by one identifier each, until a day."""

from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from headwater.adapters.configuration import ConfigurationError, read_configuration
from headwater.adapters.records import decode, encode
from headwater.domain.brands import Desk
from headwater.domain.sellers import Identifier, IdentifierKind, ListedSeller, SellerList

CONFIG = """\
contact = "brand@example.org"
sender = "watch@example.org"
alarms = "ops@example.org"

[[brand]]
id = "fjell"
name = "Fjell"
names = ["Fjell"]

  [[brand.product]]
  id = "mug"
  name = "Mug"
  pictures = ["mug.jpg"]

  [[brand.watch]]
  id = "mugs"
  platforms = ["1688"]
  words = ["fjell mug"]

  [[brand.recipient]]
  email = "owner@example.org"
  timezone = "Europe/Berlin"

  [[brand.seller]]
"""


def read(folder: Path, entry: str) -> Desk:
    Image.effect_noise((64, 64), 80).convert("RGB").save(folder / "mug.jpg")
    file = folder / "headwater.toml"
    file.write_text(CONFIG + entry, encoding="utf-8")
    return read_configuration(file).desk


def test_an_entry_becomes_a_listed_seller_and_survives_the_bucket(tmp_path: Path) -> None:
    entry = (
        'list = "allow"\nkind = "phone"\nvalue = "138 0013 8000"\nuntil = 2027-01-31\nnote="ours"'
    )
    desk = read(tmp_path, entry)
    assert desk.brands[0].sellers == (
        ListedSeller(
            on=SellerList.ALLOW,
            identifier=Identifier(IdentifierKind.PHONE, "+8613800138000"),
            until=date(2027, 1, 31),
            note="ours",
        ),
    )
    assert decode(Desk, encode(desk)) == desk


def test_an_account_is_known_by_its_platform_and_key(tmp_path: Path) -> None:
    desk = read(tmp_path, 'list = "deny"\nkind = "account"\nplatform = "1688"\nvalue = "b2b-1"')
    assert desk.brands[0].sellers[0].identifier == Identifier(IdentifierKind.ACCOUNT, "1688#b2b-1")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('list = "deny"\nkind = "account"\nvalue = "b2b-1"', "add platform"),
        ('list = "deny"\nkind = "licence"\nvalue = "123"', "'123' is no licence"),
        ('list = "deny"\nkind = "company"\nvalue = "Nice Shop"', "'Nice Shop' is no company"),
        ('list = "friend"\nkind = "phone"\nvalue = "13800138000"', "'deny' or 'supplier'"),
        ('kind = "phone"\nvalue = "13800138000"', "is missing; add it"),
        ('list = "deny"\nkind = "colour"\nvalue = "red"', "'account', 'company'"),
    ],
)
def test_an_entry_that_names_nobody_is_refused_with_its_line(
    tmp_path: Path, entry: str, problem: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, entry)
    (line,) = caught.value.problems
    assert problem in line
    assert line.startswith(f"{tmp_path}/headwater.toml:")
