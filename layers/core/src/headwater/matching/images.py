"""Decode strangers' pictures: a small upright RGB picture, or a refusal with its reason."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from headwater.domain.pictures import UnreadablePicture

__all__ = ["UnreadablePicture", "open_picture"]

MAX_BYTES = 30_000_000
MAX_PIXELS = 40_000_000
"""A 20 kB PNG may unfold to gigabytes: what is larger than this is not decoded at all."""
MIN_SIDE = 16
MAX_ASPECT = 20
MAX_SIDE = 1600
"""The longer side of what `open_picture` returns, at most."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1")


def open_picture(data: bytes) -> Image.Image:
    """Decode the first frame: upright, RGB, on white, the longer side at most MAX_SIDE pixels.

    Raises UnreadablePicture for everything that is not such a picture, and nothing else.
    """
    if not data:
        raise UnreadablePicture("the file is empty")
    if len(data) > MAX_BYTES:
        raise UnreadablePicture(f"the file has {len(data):,} bytes, more than {MAX_BYTES:,}")
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        raise UnreadablePicture("HEIC pictures cannot be read here: save it as JPEG")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                _check_size(*picture.size)
                return _normalised(picture)
    except UnreadablePicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadablePicture(f"more than {MAX_PIXELS:,} pixels when unfolded") from error
    except UnidentifiedImageError as error:
        kinds = ", ".join(_FORMATS[:-1])
        raise UnreadablePicture(f"no {kinds} or {_FORMATS[-1]} picture") from error
    except Exception as error:  # a decoder may raise anything on hostile bytes
        raise UnreadablePicture(f"damaged or cut off: {error}"[:200]) from error


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UnreadablePicture(f"{width} x {height} is more than {MAX_PIXELS:,} pixels")
    if min(width, height) < MIN_SIDE:
        raise UnreadablePicture(f"{width} x {height} is too small to compare")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise UnreadablePicture(f"{width} x {height} is too narrow to compare")


def _normalised(picture: Image.Image) -> Image.Image:
    picture.draft(None, (MAX_SIDE, MAX_SIDE))  # a large JPEG is decoded at a half or a quarter
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I") or upright.mode == "F":
        upright = _eight_bits(upright)
    if upright.mode in {"1", "P", "PA"}:  # colour numbers cannot be averaged
        upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    upright.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BOX)
    if min(upright.size) < MIN_SIDE:
        raise UnreadablePicture(f"{picture.width} x {picture.height} is too narrow to compare")
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    paper = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(paper, upright.convert("RGBA")).convert("RGB")


def _eight_bits(picture: Image.Image) -> Image.Image:
    """A 16-bit or float picture, its full range mapped to 0-255 (Pillow would clip it)."""
    values = np.nan_to_num(np.asarray(picture, dtype=np.float64))
    white = 65535.0 if values.max() > 255 else 255.0
    return Image.fromarray(np.clip(values * (255.0 / white), 0, 255).astype(np.uint8))
