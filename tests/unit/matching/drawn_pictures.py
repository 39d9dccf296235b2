"""Pictures that the tests draw themselves, the same on every machine."""

import io
import random

from PIL import Image, ImageDraw, ImageFilter, ImageFont


def product(seed: int, size: tuple[int, int] = (480, 420)) -> Image.Image:
    """Something like a packaged product on white: a body, panels, a label with many marks."""
    chance = random.Random(seed)
    width, height = size
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    left, top = width * chance.uniform(0.1, 0.25), height * chance.uniform(0.05, 0.2)
    right, bottom = width * chance.uniform(0.75, 0.9), height * chance.uniform(0.8, 0.95)

    def colour() -> tuple[int, int, int]:
        return chance.randrange(230), chance.randrange(230), chance.randrange(230)

    def box(scale: float) -> tuple[float, float, float, float]:
        x, y = chance.uniform(left, right), chance.uniform(top, bottom)
        across, down = chance.uniform(4, scale), chance.uniform(4, scale)
        return x, y, min(right, x + across), min(bottom, y + down)

    draw.rounded_rectangle((left, top, right, bottom), 24, fill=colour())
    for scale, count in ((140, 8), (50, 40), (18, 120)):
        for _ in range(count):
            x0, y0, x1, y1 = box(scale)
            if x1 - x0 < 2 or y1 - y0 < 2:
                continue
            shape = chance.choice((draw.rectangle, draw.ellipse))
            shape((x0, y0, x1, y1), fill=colour())
    for _ in range(30):
        x, y = chance.uniform(left, right - 60), chance.uniform(top, bottom - 12)
        word = "".join(chance.choices("ABEHKMNRSXZ27", k=7))
        draw.text((x, y), word, fill=colour(), font=ImageFont.load_default_imagefont())
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def encoded(picture: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()
