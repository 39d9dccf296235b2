"""What sellers do to a photograph that they have taken from someone else."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from headwater_demo.lettering import banner

PHOTOGRAPHS = Path(__file__).parent / "photographs"


class Forgery(StrEnum):
    """One way to abuse a picture. NONE is the picture as it is: a seller's own, or stolen whole."""

    NONE = "none"
    RESAVED = "resaved"
    MIRRORED = "mirrored"
    CROPPED = "cropped"
    BANNERED = "bannered"
    BADGED = "badged"
    COLLAGED = "collaged"
    RECOLOURED = "recoloured"
    MIRRORED_AND_BANNERED = "mirrored-and-bannered"


@cache
def forged(photograph: str, forgery: Forgery) -> bytes:
    """The committed photograph of that name after the forgery, as JPEG bytes."""
    if forgery is Forgery.NONE:
        return (PHOTOGRAPHS / f"{photograph}.jpg").read_bytes()
    others = ("other-stone-mugs", "other-mint-bottle") if forgery is Forgery.COLLAGED else ()
    image, *rest = (_opened(PHOTOGRAPHS / f"{name}.jpg") for name in (photograph, *others))
    return forge(image, forgery, rest)


def _opened(file: Path) -> Image.Image:
    with Image.open(file) as image:
        return image.convert("RGB")


def forge(image: Image.Image, forgery: Forgery, others: Sequence[Image.Image] = ()) -> bytes:
    """The picture after the forgery, as JPEG bytes; `others` fill a collage's last places."""
    if forgery is Forgery.COLLAGED:
        return _jpeg(_collaged(image, others), 80)
    if forgery is Forgery.RESAVED:
        return _jpeg(image.resize((480, 480), Image.Resampling.BICUBIC), 45)
    return _jpeg(_CHANGES[forgery](image), 78)


def scaled(jpeg: bytes, side: int) -> bytes:
    """What a picture server sends for a thumbnail: no side longer than `side` pixels."""
    with Image.open(BytesIO(jpeg)) as image:
        image.thumbnail((side, side))
        return _jpeg(image.convert("RGB"), 75)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _cropped(image: Image.Image) -> Image.Image:
    """About 30 % of the area is lost, more at the left and the bottom, and the rest enlarged."""
    w, h = image.size
    return image.crop((w * 12 // 100, h * 4 // 100, w * 96 // 100, h * 87 // 100)).resize((w, h))


def _bannered(image: Image.Image) -> Image.Image:
    """The seller's words across the middle, half transparent, and in a red bar at the foot."""
    sheet = image.copy()
    w, h = sheet.size
    across = banner("工厂直出", h // 7).rotate(18, expand=True)
    veil = across.point(lambda v: v * 2 // 5)
    sheet.paste((255, 255, 255), ((w - across.width) // 2, (h - across.height) // 2), veil)
    bar = h // 10
    ImageDraw.Draw(sheet).rectangle((0, h - bar, w, h), fill=(196, 22, 28))
    words = banner("正品直供", bar * 8 // 10)
    sheet.paste((255, 236, 160), ((w - words.width) // 2, h - bar + bar // 10), words)
    return sheet


def _badged(image: Image.Image) -> Image.Image:
    """A rebate in a red star at the corner and a frame around everything."""
    sheet = image.copy()
    w, h = sheet.size
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, 0, w - 1, h - 1), outline=(240, 90, 20), width=w // 40)
    middle, radius = (w * 0.8, h * 0.2), w * 0.16
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    star = [
        (middle[0] + r * np.cos(a), middle[1] + r * np.sin(a))
        for a, r in zip(angles, [radius, radius * 0.86] * 16, strict=True)
    ]
    pen.polygon(star, fill=(222, 20, 30))
    font = ImageFont.load_default(size=w / 12)
    pen.text(middle, "-60%", fill=(255, 240, 120), font=font, anchor="mm", stroke_width=1)
    return sheet


def _collaged(image: Image.Image, others: Sequence[Image.Image]) -> Image.Image:
    """Four in one: the picture, its close-up, and two of other goods."""
    w, h = image.size
    close_up = image.crop((w // 4, h // 4, w * 3 // 4, h * 3 // 4))
    four = [image, close_up, *others, ImageOps.mirror(image), image][:4]
    sheet = Image.new("RGB", (w, h), (250, 250, 250))
    side = w // 2 - 3
    for place, one in enumerate(four):
        corner = ((place % 2) * (side + 6), (place // 2) * (side + 6))
        sheet.paste(one.convert("RGB").resize((side, side)), corner)
    return sheet


def _recoloured(image: Image.Image) -> Image.Image:
    """Another colour variant out of the same photograph: the hue is turned, white stays white."""
    hue, saturation, value = image.convert("HSV").split()
    turned = hue.point(lambda v: (v + 95) % 256)
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


_CHANGES: dict[Forgery, Callable[[Image.Image], Image.Image]] = {
    Forgery.MIRRORED: ImageOps.mirror,
    Forgery.CROPPED: _cropped,
    Forgery.BANNERED: _bannered,
    Forgery.BADGED: _badged,
    Forgery.RECOLOURED: _recoloured,
    Forgery.MIRRORED_AND_BANNERED: lambda image: _bannered(ImageOps.mirror(image)),
}
