"""Decoding strangers' pictures: a picture or a named refusal, never anything else."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from headwater.matching.images import MAX_SIDE, UnreadablePicture, open_picture

from .drawn_pictures import encoded, product


def _png(width: int, height: int, rows: bytes) -> bytes:
    """A greyscale PNG of any claimed size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pixel(picture: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    colour = picture.getpixel(place)
    assert isinstance(colour, tuple)
    return colour


def test_a_small_file_that_unfolds_to_a_giant_is_refused_before_it_unfolds() -> None:
    bomb = _png(20_000, 20_000, zlib.compress(bytes(20_000_000), 9))
    assert len(bomb) < 25_000
    with pytest.raises(UnreadablePicture, match="pixels"):
        open_picture(bomb)


@pytest.mark.parametrize("size", [(7_000, 6_000), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_claimed_giant_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnreadablePicture, match="pixels"):
        open_picture(_png(*size, b""))


@pytest.mark.parametrize("file_format", ["PPM", "TIFF", "BMP", "ICO", "PCX", "TGA", "JPEG2000"])
def test_formats_that_shops_do_not_use_are_refused(file_format: str) -> None:
    with pytest.raises(UnreadablePicture, match="no JPEG, PNG"):
        open_picture(encoded(product(1, (64, 64)), file_format))


@pytest.mark.parametrize(
    "data",
    [b"", b"hello, this is product.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8"],
)
def test_text_named_jpg_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadablePicture) as refusal:
        open_picture(data)
    assert refusal.value.reason


def test_heic_is_refused_by_its_name() -> None:
    with pytest.raises(UnreadablePicture, match="HEIC"):
        open_picture(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")


@pytest.mark.parametrize("size", [(1, 1), (15, 400), (1_000, 40)])
def test_specks_and_slivers_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnreadablePicture, match=r"too (small|narrow)"):
        open_picture(encoded(Image.new("RGB", size)))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_truncated_picture_is_refused(file_format: str) -> None:
    whole = encoded(product(1), file_format)
    with pytest.raises(UnreadablePicture) as refusal:
        open_picture(whole[: len(whole) // 2])
    assert refusal.value.reason


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_the_formats_of_the_shops_are_read(file_format: str) -> None:
    original = product(1)
    read = open_picture(encoded(original, file_format))
    assert (read.mode, read.size) == ("RGB", original.size)
    assert np.abs(np.asarray(read, float) - np.asarray(original, float)).mean() < 12


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_counts(file_format: str) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], file_format, save_all=True, append_images=frames[1:], duration=100)
    red, green, blue = pixel(open_picture(data), (32, 32))
    assert red > 200
    assert green < 60
    assert blue < 60


def test_exif_rotation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees to the right when shown
    picture = Image.new("RGB", (60, 40), "black")
    picture.paste("white", (0, 0, 60, 10))
    read = open_picture(encoded(picture, "JPEG", exif=exif, quality=95))
    assert read.size == (40, 60)
    assert pixel(read, (37, 30))[0] > 200
    assert pixel(read, (5, 30))[0] < 50


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_on_white(mode: str) -> None:
    picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (0, 0, 32, 64))
    if mode == "P":
        paletted = picture.convert("RGB").quantize(8)
        data = encoded(paletted, "PNG", transparency=paletted.getpixel((60, 5)))
    else:
        data = encoded(picture.convert(mode))
    read = open_picture(data)
    assert pixel(read, (50, 32)) == (255, 255, 255)
    assert pixel(read, (10, 32)) != (255, 255, 255)


def test_sixteen_bits_keep_their_shades() -> None:
    shades = np.linspace(0, 65535, 64, dtype=np.uint16)[None].repeat(64, 0)
    read = np.asarray(open_picture(encoded(Image.fromarray(shades))))
    assert read[0, 0, 0] == 0
    assert read[0, -1, 0] == 255
    assert abs(int(read[0, 32, 0]) - 129) <= 1


def test_cmyk_is_converted() -> None:
    cmyk = Image.new("RGB", (64, 64), (200, 30, 30)).convert("CMYK")
    red, green, _ = pixel(open_picture(encoded(cmyk, "JPEG")), (30, 30))
    assert red > 150
    assert green < 90


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_every_common_mode_becomes_rgb(mode: str) -> None:
    assert open_picture(encoded(product(2).convert(mode))).mode == "RGB"


def test_a_large_picture_is_returned_small() -> None:
    read = open_picture(encoded(product(1).resize((5_000, 4_375)), "JPEG"))
    assert max(read.size) == MAX_SIDE


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_bytes_with_damage_anywhere_give_a_picture_or_a_refusal(data: st.DataObject) -> None:
    file_format = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "AVIF"]))
    whole = bytearray(encoded(product(3, (96, 80)), file_format))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    try:
        read = open_picture(bytes(whole))
    except UnreadablePicture:
        return
    assert read.mode == "RGB"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadablePicture):
        open_picture(data)


def test_the_returned_picture_is_independent_of_the_file() -> None:
    data = encoded(product(1))
    read = open_picture(data)
    assert Image.open(io.BytesIO(data)).convert("RGB").tobytes() == read.tobytes()
