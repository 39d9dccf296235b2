"""Small JPEGs of our own making: the only form in which a stranger's picture enters the report."""

import io
from hashlib import sha256

from PIL import Image

from headwater.domain.pictures import UnreadablePicture
from headwater.matching.images import MAX_PIXELS, open_picture

SIZES = (160, 800)
"""The longer side in pixels: for tables, and for the page of a case."""
_DRAWN = 480
_DRAWN_BYTES = 30_000


def thumbnail_name(original_sha256: str, size: int) -> str:
    return f"pictures/{original_sha256}-{size}.jpg"


def make_thumbnails(data: bytes, *, expected_sha256: str) -> dict[str, bytes]:
    """The picture in each size, by file name. Raises UnreadablePicture with the reason."""
    if sha256(data).hexdigest() != expected_sha256:
        raise UnreadablePicture("the stored file is not the one that was kept (its hash differs)")
    picture = open_picture(data)
    return {thumbnail_name(expected_sha256, size): _jpeg(picture, size) for size in SIZES}


def drawing_name(drawing: str) -> str:
    return f"pictures/drawn-{drawing}.jpg"


def make_drawing(data: bytes) -> bytes:
    """The top of a drawn page as a JPEG that is small for a page. Raises UnreadablePicture."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as page:
            if page.width * page.height > MAX_PIXELS:
                raise UnreadablePicture(f"{page.width} x {page.height} is too large")
            top = page.crop((0, 0, page.width, min(page.height, page.width))).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadablePicture(f"the drawn page is damaged: {error}"[:200]) from error
    top.thumbnail((_DRAWN, _DRAWN), Image.Resampling.LANCZOS)
    for quality in (80, 60, 40, 20):
        buffer = io.BytesIO()
        top.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= _DRAWN_BYTES:
            break
    return buffer.getvalue()


def _jpeg(picture: Image.Image, size: int) -> bytes:
    small = picture.copy()
    small.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=82, optimize=True)
    return buffer.getvalue()
