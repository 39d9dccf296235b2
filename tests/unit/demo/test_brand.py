"""The committed config is the demo brand's, and agrees with the demo's own records."""

import tomllib
from pathlib import Path

from headwater.adapters.configuration import read_configuration
from headwater_demo import brand
from headwater_demo.marketplace import REFUSED_WORD

CONFIG = Path(__file__).parents[3] / "config" / "headwater.toml"


def test_the_committed_config_is_valid_and_is_the_demo_brands() -> None:
    configuration = read_configuration(CONFIG)
    (configured,) = configuration.desk.brands
    assert (configured.id, configured.name) == (brand.ID, brand.NAME)
    assert brand.CHINESE_NAME in configured.chinese_names
    assert set(brand.NICKNAMES) <= set(configured.chinese_names)
    assert [(p.id, p.price, p.currency) for p in configured.products] == [
        (p.id, p.price, p.currency) for p in brand.PRODUCTS
    ]


def test_every_photograph_of_the_brand_is_a_reference() -> None:
    products = tomllib.loads(CONFIG.read_text("utf-8"))["brand"][0]["product"]
    named = [Path(picture).stem for product in products for picture in product["pictures"]]
    assert named == [name for product in brand.PRODUCTS for name in product.photographs]


def test_no_platform_is_fetched_until_the_owner_says_so() -> None:
    accesses = dict(read_configuration(CONFIG).desk.access)
    assert accesses
    assert not any(access.fetch_pages for access in accesses.values())


def test_the_refused_search_is_the_last_that_its_platform_is_asked() -> None:
    (configured,) = read_configuration(CONFIG).desk.brands
    words = [w for watch in configured.watches if "1688" in watch.platforms for w in watch.words]
    assert [REFUSED_WORD in word for word in words] == [False] * (len(words) - 1) + [True]
