"""The forgeries: each changes the picture, and each still comes from it."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from headwater_demo.forgeries import PHOTOGRAPHS, Forgery, forge, forged, scaled
from headwater_demo.lettering import banner, logo

NAME = "moor-kettle-white"
CHANGED = [forgery for forgery in Forgery if forgery is not Forgery.NONE]


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Correlation of two pictures' brightness, -1 to 1."""
    a, b = (np.asarray(i.convert("L").resize((96, 96)), float).ravel() for i in (one, other))
    return float(np.corrcoef(a, b)[0, 1])


@pytest.fixture
def original() -> Image.Image:
    with Image.open(PHOTOGRAPHS / f"{NAME}.jpg") as image:
        return image.convert("RGB")


def test_without_forgery_the_bytes_are_the_photographs() -> None:
    assert forged(NAME, Forgery.NONE) == (PHOTOGRAPHS / f"{NAME}.jpg").read_bytes()


@pytest.mark.parametrize("forgery", CHANGED)
def test_a_forgery_is_another_file_and_the_same_one_each_time(forgery: Forgery) -> None:
    data = forged(NAME, forgery)
    assert data != forged(NAME, Forgery.NONE)
    forged.cache_clear()
    assert forged(NAME, forgery) == data


@pytest.mark.parametrize(
    ("forgery", "least"),
    [
        (Forgery.RESAVED, 0.99),
        (Forgery.BANNERED, 0.7),
        (Forgery.BADGED, 0.6),
        (Forgery.RECOLOURED, 0.6),
    ],
)
def test_what_stays_in_place_still_looks_like_the_original(
    forgery: Forgery, least: float, original: Image.Image
) -> None:
    assert likeness(opened(forged(NAME, forgery)), original) > least


def test_mirrored_is_the_original_seen_in_a_mirror(original: Image.Image) -> None:
    mirrored = opened(forged(NAME, Forgery.MIRRORED))
    assert likeness(ImageOps.mirror(mirrored), original) > 0.99
    assert likeness(mirrored, original) < 0.9


def test_cropped_shows_seventy_percent_of_the_original(original: Image.Image) -> None:
    w, h = original.size
    kept = original.crop((w * 12 // 100, h * 4 // 100, w * 96 // 100, h * 87 // 100))
    assert 0.66 < kept.width * kept.height / (w * h) < 0.74
    assert likeness(opened(forged(NAME, Forgery.CROPPED)), kept) > 0.99


def test_a_collage_holds_the_original_in_its_first_quarter(original: Image.Image) -> None:
    collage = opened(forged(NAME, Forgery.COLLAGED))
    quarter = collage.crop((0, 0, collage.width // 2 - 3, collage.height // 2 - 3))
    assert likeness(quarter, original) > 0.98


def test_a_collage_of_nothing_else_is_filled_with_the_picture_itself() -> None:
    forge(Image.new("RGB", (64, 64), "teal"), Forgery.COLLAGED)


def test_a_banner_of_unknown_characters_is_refused() -> None:
    with pytest.raises(KeyError):
        banner("假", 40)


def test_the_logo_is_mostly_background() -> None:
    share = float(np.asarray(logo(300), float).mean() / 255)
    assert 0.05 < share < 0.4


def test_a_thumbnail_is_no_larger_than_asked() -> None:
    assert opened(scaled(forged(NAME, Forgery.NONE), 220)).size == (220, 220)
