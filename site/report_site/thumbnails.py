"""Small JPEGs of our own making: the only form in which a stranger's picture enters the report."""

import io
from hashlib import sha256

from PIL import Image

from headwater.domain.pictures import UnreadablePicture
from headwater.matching.images import open_picture

SIZES = (160, 800)
"""The longer side in pixels: for tables, and for the page of a case."""


def thumbnail_name(original_sha256: str, size: int) -> str:
    return f"pictures/{original_sha256}-{size}.jpg"


def make_thumbnails(data: bytes, *, expected_sha256: str) -> dict[str, bytes]:
    """The picture in each size, by file name. Raises UnreadablePicture with the reason."""
    if sha256(data).hexdigest() != expected_sha256:
        raise UnreadablePicture("the stored file is not the one that was kept (its hash differs)")
    picture = open_picture(data)
    return {thumbnail_name(expected_sha256, size): _jpeg(picture, size) for size in SIZES}


def _jpeg(picture: Image.Image, size: int) -> bytes:
    small = picture.copy()
    small.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=82, optimize=True)
    return buffer.getvalue()
