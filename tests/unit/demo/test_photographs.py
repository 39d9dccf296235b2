"""The photographs: each is committed, small enough, and drawn by the code that stands beside it."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from headwater_demo.brand import PRODUCTS
from headwater_demo.photographs import FOLDER, SHOTS, SIZE

# One per kind of object and setting; all of them would take half a minute.
REDRAWN = ("fell-mug-white", "skerry-bottle-detail", "moor-kettle-scene", "other-yellow-mug")


def small(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(image.convert("RGB").resize((32, 32), Image.Resampling.BOX), float)


def committed() -> dict[str, Image.Image]:
    pictures = {}
    for file in sorted(FOLDER.glob("*.jpg")):
        with Image.open(file) as image:
            pictures[file.stem] = image.convert("RGB")
    return pictures


def test_every_shot_is_committed_and_nothing_else_is() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(SHOTS)


def test_every_product_is_photographed_on_white_in_a_scene_and_close_up() -> None:
    for product in PRODUCTS:
        assert set(product.photographs) <= set(SHOTS)


@pytest.mark.parametrize("name", sorted(SHOTS))
def test_a_photograph_is_square_large_and_below_80_kilobytes(name: str) -> None:
    file = FOLDER / f"{name}.jpg"
    assert file.stat().st_size < 80_000
    with Image.open(file) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (SIZE, SIZE), "RGB")


@pytest.mark.parametrize("name", REDRAWN)
def test_the_code_draws_the_committed_photograph(name: str) -> None:
    drawn = small(SHOTS[name]().take(size=128))
    away = {
        other: float(np.abs(drawn - small(image)).mean()) for other, image in committed().items()
    }
    assert min(away, key=away.__getitem__) == name
    assert away[name] < 3, "more than 3 of 255 steps from the committed file"


def test_drawing_twice_gives_the_same_bytes() -> None:
    def drawn() -> bytes:
        out = BytesIO()
        SHOTS["other-red-mug"]().take(size=64).save(out, "PNG")
        return out.getvalue()

    assert drawn() == drawn()


def test_photographs_differ_clearly_from_each_other() -> None:
    pictures = {name: small(image) for name, image in committed().items()}
    names = sorted(pictures)
    closest = min(
        float(np.abs(pictures[one] - pictures[other]).mean())
        for place, one in enumerate(names)
        for other in names[place + 1 :]
    )
    assert closest > 8
