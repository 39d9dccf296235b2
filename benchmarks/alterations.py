# ruff: noqa: ARG001 - every alteration has the same signature
"""Ways in which sellers alter a photograph, drawn with Pillow and numpy alone.

Every alteration is a function of a picture, a generator of chance and some other pictures; the same
seed gives the same bytes. `ALTERATIONS` are not those that the matcher was first set at.
"""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Chance = np.random.Generator
Others = Sequence[Image.Image]
Alteration = Callable[[Image.Image, Chance, Others], tuple[Image.Image, int]]
"""Gives the altered picture and the JPEG quality at which it is kept."""

_CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
_WORDS = (
    "厂家直销 一件代发",
    "源头工厂 支持定制",
    "限时特价 ¥19.9",
    "FACTORY PRICE",
    "现货批发 48小时发货",
    "HOT SALE 50% OFF",
    "正品保证 七天退换",
)
_LOUD = ((230, 30, 45), (255, 120, 0), (255, 208, 0), (20, 90, 200), (0, 150, 90), (30, 30, 30))


def altered(name: str, picture: Image.Image, seed: Sequence[int], others: Others) -> bytes:
    """The picture as JPEG, altered in the way of that name."""
    made, quality = ALTERATIONS[name](picture.convert("RGB"), np.random.default_rng(seed), others)
    file = io.BytesIO()
    made.convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    if _CJK.exists():
        return ImageFont.truetype(str(_CJK), max(8, round(size)))
    return ImageFont.load_default(max(8, round(size)))


def _one(chance: Chance, among: Sequence[Any]) -> Any:
    return among[int(chance.integers(len(among)))]


def _words(chance: Chance) -> str:
    return _one(chance, _WORDS if _CJK.exists() else [w for w in _WORDS if w.isascii()])


def _at_most(picture: Image.Image, side: int) -> Image.Image:
    copy = picture.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    return copy


def _cropped(picture: Image.Image, chance: Chance, area: float) -> Image.Image:
    stretch = np.exp(chance.uniform(-0.25, 0.25))
    across, down = min(1, area**0.5 * stretch), min(1, area**0.5 / stretch)
    x, y = chance.uniform(0, 1 - across), chance.uniform(0, 1 - down)
    width, height = picture.size
    box = width * x, height * y, width * (x + across), height * (y + down)
    return picture.crop(tuple(map(round, box)))  # type: ignore[arg-type]


def heavy_jpeg(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    return picture, int(chance.integers(12, 22))


def tiny(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    return _at_most(picture, int(chance.integers(110, 200))), 70


def third_left(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    return _cropped(picture, chance, chance.uniform(0.3, 0.4)), 78


def collage_of_nine(
    picture: Image.Image, chance: Chance, others: Others
) -> tuple[Image.Image, int]:
    side, gap = 270, int(chance.integers(0, 14))
    sheet = Image.new("RGB", (3 * side + 2 * gap,) * 2, _one(chance, ["white", "black", "pink"]))
    shown = [picture, *(others[int(i)] for i in chance.integers(len(others), size=8))]
    for seat, which in enumerate(chance.permutation(9)):
        tile = ImageOps.fit(shown[which], (side, side))
        sheet.paste(tile, ((seat % 3) * (side + gap), (seat // 3) * (side + gap)))
    return sheet, 80


def two_halves(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    pair = [picture, _one(chance, others)]
    if chance.random() < 0.5:
        pair.reverse()
    sheet = Image.new("RGB", (800, 800), "white")
    for seat, one in enumerate(pair):
        sheet.paste(ImageOps.fit(one, (400, 800)), (400 * seat, 0))
    return sheet, 80


def mirrored_cropped_recoloured(
    picture: Image.Image, chance: Chance, others: Others
) -> tuple[Image.Image, int]:
    copy = _cropped(ImageOps.mirror(picture), chance, 0.6)
    return _at_most(_turned_hue(copy, int(chance.integers(30, 220))), 420), 65


def _turned_hue(picture: Image.Image, by: int) -> Image.Image:
    hue, saturation, value = picture.convert("HSV").split()
    turned = hue.point([(level + by) % 256 for level in range(256)])
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


def grey_and_flat(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    grey = ImageEnhance.Contrast(ImageOps.grayscale(picture)).enhance(chance.uniform(0.4, 0.6))
    return ImageEnhance.Brightness(grey.convert("RGB")).enhance(chance.uniform(0.8, 1.3)), 75


def duotone(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    dark, light = chance.integers(0, 90, 3), chance.integers(180, 256, 3)
    ends = tuple(map(int, dark)), tuple(map(int, light))
    return ImageOps.colorize(ImageOps.grayscale(picture), *ends), 75


def posterised(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    return ImageOps.posterize(picture, int(chance.integers(2, 4))), 80


def blurred(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    copy = _at_most(picture, 560)
    return copy.filter(ImageFilter.GaussianBlur(chance.uniform(1.5, 3))), 80


def grainy(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    values = np.asarray(_at_most(picture, 600), np.float32)
    noisy = values + chance.normal(0, chance.uniform(12, 26), values.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)), 80


def stretched(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    factor = _one(chance, [0.7, 0.77, 1.3, 1.42])
    return picture.resize((round(picture.width * factor), picture.height)), 80


def turned_far(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    angle = float(_one(chance, [15, -20, 30, 45, 90, 180, 270]))
    turned = _at_most(picture, 600).rotate(
        angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_one(chance, _LOUD)
    )
    return turned, 78


def stickers(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    copy = _at_most(picture, 640)
    draw = ImageDraw.Draw(copy)
    least = min(copy.size)
    for _ in range(int(chance.integers(3, 6))):
        radius = least * chance.uniform(0.07, 0.15)
        x, y = chance.uniform(0, copy.width), chance.uniform(0, copy.height)
        box = x - radius, y - radius, x + radius, y + radius
        shape = _one(chance, [draw.ellipse, draw.rectangle])
        shape(box, fill=_one(chance, _LOUD), outline="white", width=3)
        place = x - radius * 0.9, y - radius * 0.3
        draw.text(place, _words(chance)[:5], fill="white", font=_font(radius * 0.4))
    return copy, 78


def written_over(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    copy = _at_most(picture, 640)
    draw = ImageDraw.Draw(copy)
    for line in range(int(chance.integers(3, 6))):
        place = copy.width * chance.uniform(0, 0.3), copy.height * (0.08 + 0.17 * line)
        size = copy.height * chance.uniform(0.07, 0.12)
        colour = _one(chance, _LOUD)
        draw.text(
            place, _words(chance), fill=colour, font=_font(size), stroke_width=2,
            stroke_fill="white",
        )  # fmt: skip
    return copy, 75


def poster(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    """The picture at 60 % of the width of an advertisement with words above and below."""
    sheet = Image.new("RGB", (750, 1000), _one(chance, _LOUD))
    draw = ImageDraw.Draw(sheet)
    draw.text((40, 40), _words(chance), fill="white", font=_font(64))
    draw.text((40, 130), _words(chance), fill="yellow", font=_font(44))
    inner = ImageOps.contain(picture, (450, 560))
    sheet.paste(inner, (int(chance.integers(30, 750 - inner.width - 20)), 230))
    draw.rectangle((0, 830, 750, 1000), fill="white")
    draw.text((40, 860), _words(chance), fill="black", font=_font(56))
    return sheet, 80


def long_page(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    """The long strip of pictures below a listing."""
    width = 750
    strips = [picture, *(others[int(i)] for i in chance.integers(len(others), size=2))]
    fitted = [ImageOps.contain(one, (width, 760)) for one in strips]
    sheet = Image.new("RGB", (width, sum(one.height + 60 for one in fitted)), "white")
    draw, top = ImageDraw.Draw(sheet), 0
    for which in chance.permutation(len(fitted)):
        draw.text((20, top + 8), _words(chance), fill="black", font=_font(36))
        sheet.paste(fitted[which], ((width - fitted[which].width) // 2, top + 60))
        top += fitted[which].height + 60
    return sheet, 78


def filmed_screen(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    """A screen taken with a phone: its coloured stripes beat with the sensor's, light falls off."""
    shown = ImageOps.contain(picture, (520, 520))
    values = np.asarray(shown, np.float32).repeat(3, 0).repeat(3, 1)
    mask = np.full((3, 3, 3), 0.55, np.float32)
    for column in range(3):
        mask[:, column, column] = 1.35
    mask[2] *= 0.7
    tiled = np.tile(mask, (shown.height, shown.width, 1))
    lit = Image.fromarray(np.clip(values * tiled, 0, 255).astype(np.uint8))
    lit = lit.rotate(chance.uniform(-4, 4), Image.Resampling.BILINEAR, expand=True)
    seen = _tilted(
        lit, chance, 0.05, (620, 620), ground=(25, 25, 28), resample=Image.Resampling.NEAREST
    )
    values = np.asarray(seen.filter(ImageFilter.GaussianBlur(0.7)), np.float32)
    falling = np.linspace(chance.uniform(0.7, 0.9), 1.15, values.shape[1])[None, :, None]
    return Image.fromarray(np.clip(values * falling + 12, 0, 255).astype(np.uint8)), 72


def photographed_print(
    picture: Image.Image, chance: Chance, others: Others
) -> tuple[Image.Image, int]:
    """A print on a table, seen from the side, unevenly lit."""
    table = ImageOps.fit(_one(chance, others), (700, 640)).filter(ImageFilter.GaussianBlur(2))
    printed = ImageOps.contain(picture, (560, 560))
    sheet, seen = Image.new("L", printed.size, 255), (700, 640)
    state = chance.bit_generator.state
    laid = _tilted(printed, chance, 0.14, seen)
    chance.bit_generator.state = state
    mask = _tilted(sheet.convert("RGB"), chance, 0.14, seen).convert("L")
    values = np.asarray(Image.composite(laid, table, mask), np.float32)
    lit = np.linspace(0.65, 1.15, values.shape[0])[:, None, None]
    noisy = values * lit + chance.normal(0, 5, values.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)), 75


def _tilted(
    picture: Image.Image,
    chance: Chance,
    by: float,
    size: tuple[int, int],
    *,
    ground: tuple[int, int, int] = (0, 0, 0),
    resample: Image.Resampling = Image.Resampling.BICUBIC,
) -> Image.Image:
    """The picture in perspective, its corners moved by up to that part of its size."""
    width, height = picture.size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    scale = min(size[0] / width, size[1] / height) * (1 - 2 * by)
    margin = (np.array(size) - [width * scale, height * scale]) / 2
    target = corners * scale + margin
    target += chance.uniform(-by, by, (4, 2)) * [width * scale, height * scale]
    rows = []
    for (x, y), (u, v) in zip(target, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    solved = np.linalg.solve(np.array(rows), corners.ravel())
    if scale < 0.6:  # else a transform takes every second pixel only
        picture = picture.filter(ImageFilter.BoxBlur(0.4 / scale))
    return picture.transform(
        size, Image.Transform.PERSPECTIVE, tuple(solved), resample, fillcolor=ground
    )


def cut_out(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    """The product on a textured ground, a little smaller, with a shadow."""
    copy = _at_most(picture, 560)
    mask = _body(copy)
    ground = ImageOps.fit(_one(chance, others), copy.size)
    scale = chance.uniform(0.65, 1)
    size = round(copy.width * scale), round(copy.height * scale)
    small, small_mask = copy.resize(size), mask.resize(size)
    place = (
        int(chance.integers(0, copy.width - size[0] + 1)),
        int(chance.integers(0, copy.height - size[1] + 1)),
    )
    shadow = small_mask.filter(ImageFilter.GaussianBlur(8)).point(lambda level: level * 0.4)
    ground.paste("black", (place[0] + 5, place[1] + 7), shadow)
    ground.paste(small, place, small_mask)
    return ground, 80


def cut_out_on_pattern(
    picture: Image.Image, chance: Chance, others: Others
) -> tuple[Image.Image, int]:
    """The product on stripes, dots or clouds."""
    copy = _at_most(picture, 560)
    down, across = np.mgrid[: copy.height, : copy.width].astype(np.float32)
    period = chance.uniform(14, 60)
    waves = {
        "stripes": np.sin((across * chance.uniform(-1, 1) + down) * 2 * np.pi / period),
        "dots": np.sin(across * 2 * np.pi / period) * np.sin(down * 2 * np.pi / period) * 2,
        "plain": np.zeros_like(down),
    }[_one(chance, ["stripes", "dots", "plain"])]
    one, two = chance.integers(0, 256, 3), chance.integers(0, 256, 3)
    share = np.clip(waves * 2 + 0.5, 0, 1)[..., None]
    ground = Image.fromarray((one * share + two * (1 - share)).astype(np.uint8))
    ground.paste(copy, (0, 0), _body(copy))
    return ground, 80


def _body(picture: Image.Image) -> Image.Image:
    """A mask of the product: what the border's colour does not reach, else an ellipse."""
    small = picture.filter(ImageFilter.GaussianBlur(1))
    values = np.asarray(small, np.int64)
    edge = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    usual = np.median(edge, axis=0)
    if (np.abs(edge - usual).max(1) < 18).mean() > 0.6:
        near = (np.abs(values - usual).max(2) < 20).astype(np.uint8) * 255
        framed = ImageOps.expand(Image.fromarray(near), 1, 255)
        ImageDraw.floodfill(framed, (0, 0), 128)
        reached = np.asarray(framed)[1:-1, 1:-1] == 128
        mask = Image.fromarray(np.where(reached, 0, 255).astype(np.uint8))
        mask = mask.filter(ImageFilter.MedianFilter(5))
        if 0.1 < np.asarray(mask).mean() / 255 < 0.92:
            return mask.filter(ImageFilter.GaussianBlur(1))
    mask = Image.new("L", picture.size, 0)
    width, height = picture.size
    box = width * 0.08, height * 0.08, width * 0.92, height * 0.92
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(1.5))


def veiled(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    """A half-transparent sheet of colour over a part, dark corners."""
    copy = _at_most(picture, 600)
    sheet = Image.new("RGB", copy.size, _one(chance, _LOUD))
    mask = Image.new("L", copy.size, 0)
    top = round(copy.height * chance.uniform(0.3, 0.6))
    mask.paste(150, (0, top, copy.width, copy.height))
    values = np.asarray(Image.composite(sheet, copy, mask), np.float32)
    down, across = np.mgrid[-1 : 1 : copy.height * 1j, -1 : 1 : copy.width * 1j]
    corners = 1 - 0.35 * (across**2 + down**2)[..., None]
    return Image.fromarray(np.clip(values * corners, 0, 255).astype(np.uint8)), 78


def rounded_card(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    """On a soft ground with round corners, as shops lay out their covers."""
    inner = ImageOps.contain(picture, (560, 560))
    mask = Image.new("L", inner.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *inner.size), 50, fill=255)
    ground = ImageOps.fit(_one(chance, others), (800, 800)).filter(ImageFilter.GaussianBlur(18))
    ground.paste(inner, ((800 - inner.width) // 2, (800 - inner.height) // 2), mask)
    return ground, 80


def everything(picture: Image.Image, chance: Chance, others: Others) -> tuple[Image.Image, int]:
    """Cropped, mirrored or not, recoloured, written over, framed, small."""
    copy = _cropped(picture, chance, 0.8)
    if chance.random() < 0.5:
        copy = ImageOps.mirror(copy)
    copy = _turned_hue(copy, int(chance.integers(10, 40)))
    copy, _ = written_over(copy, chance, others)
    copy = ImageOps.expand(copy, round(0.06 * max(copy.size)), _one(chance, _LOUD))
    return _at_most(copy, 400), 55


ALTERATIONS: dict[str, Alteration] = {
    one.__name__: one
    for one in (
        heavy_jpeg,
        tiny,
        third_left,
        collage_of_nine,
        two_halves,
        mirrored_cropped_recoloured,
        grey_and_flat,
        duotone,
        posterised,
        blurred,
        grainy,
        stretched,
        turned_far,
        stickers,
        written_over,
        poster,
        long_page,
        filmed_screen,
        photographed_print,
        cut_out,
        cut_out_on_pattern,
        veiled,
        rounded_card,
        everything,
    )
}
