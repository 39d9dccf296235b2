"""Copies of a reference are found however they were altered; strangers and relatives are not."""

import random
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from headwater.domain.pictures import PictureEvidence, PictureMatch, PictureRelation
from headwater.matching.images import open_picture
from headwater.matching.pictures import PictureMatcher, StaleAnalysis, side_by_side

from .drawn_pictures import encoded, product

REFERENCES = {f"ref-{seed}": encoded(product(seed)) for seed in range(1, 9)}


@pytest.fixture(scope="module")
def matcher() -> PictureMatcher:
    matcher = PictureMatcher()
    matcher.fit(REFERENCES)
    return matcher


def _best(matcher: PictureMatcher, picture: Image.Image, quality: int = 70) -> PictureMatch:
    return matcher.find(encoded(picture, "JPEG", quality=quality))[0]


def _is_copy(match: PictureMatch, reference_id: str) -> bool:
    return (match.reference_id, match.relation) == (reference_id, PictureRelation.SAME)


@pytest.mark.parametrize("reference_id", REFERENCES)
def test_the_identical_picture_is_the_same(matcher: PictureMatcher, reference_id: str) -> None:
    best = matcher.find(REFERENCES[reference_id])[0]
    assert _is_copy(best, reference_id)
    assert best.probability > 0.99
    assert best.evidence is PictureEvidence.FINGERPRINT
    assert best.distance == 0
    assert best.transform == "unchanged"


@pytest.mark.parametrize("reference_id", ["ref-2", "ref-5"])
def test_a_mirrored_small_jpeg_is_the_same_and_says_so(
    matcher: PictureMatcher, reference_id: str
) -> None:
    picture = product(int(reference_id[-1]))
    best = _best(matcher, ImageOps.mirror(picture).resize((300, 262)), quality=50)
    assert _is_copy(best, reference_id)
    assert "mirrored" in best.transform


def test_a_crop_is_the_same_and_says_what_is_left(matcher: PictureMatcher) -> None:
    best = _best(matcher, product(4).crop((120, 60, 470, 400)))
    assert _is_copy(best, "ref-4")
    assert best.evidence is PictureEvidence.LOCAL_FEATURES
    assert best.inliers is not None
    assert best.inliers > 30
    assert "cropped 4" in best.transform  # 350 x 340 of 480 x 420: 41 % are gone
    assert best.reference_region == pytest.approx((0.25, 0.143, 0.98, 0.952), abs=0.03)
    assert best.query_region == pytest.approx((0, 0, 1, 1), abs=0.03)


def test_a_mirrored_crop_names_the_region_of_the_unmirrored_reference(
    matcher: PictureMatcher,
) -> None:
    best = _best(matcher, ImageOps.mirror(product(4).crop((0, 0, 300, 420))))
    assert _is_copy(best, "ref-4")
    assert best.reference_region == pytest.approx((0, 0, 0.625, 1), abs=0.03)


def test_a_picture_in_a_collage_is_found_where_it_is(matcher: PictureMatcher) -> None:
    collage = Image.new("RGB", (960, 840), "white")
    for number, seed in enumerate((101, 102, 6, 103)):
        collage.paste(product(seed), (480 * (number % 2), 420 * (number // 2)))
    best = _best(matcher, collage)
    assert _is_copy(best, "ref-6")
    assert best.query_region == pytest.approx((0, 0.5, 0.5, 1), abs=0.03)
    assert best.reference_region == pytest.approx((0, 0, 1, 1), abs=0.03)
    assert "fills 2" in best.transform


def _turned(picture: Image.Image) -> Image.Image:
    return picture.rotate(9, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def _turned_by_a_quarter(picture: Image.Image) -> Image.Image:
    return picture.transpose(Image.Transpose.ROTATE_90)


def _recoloured(picture: Image.Image) -> Image.Image:
    hue, saturation, value = picture.convert("HSV").split()
    return Image.merge("HSV", (hue.point(lambda h: (h + 25) % 256), saturation, value)).convert(
        "RGB"
    )


def _grey_and_pale(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(ImageOps.grayscale(picture).convert("RGB")).enhance(1.25)


def _with_banners(picture: Image.Image) -> Image.Image:
    copy = picture.copy()
    draw = ImageDraw.Draw(copy)
    draw.rectangle((0, 0, 480, 60), fill="red")
    draw.rectangle((0, 350, 480, 420), fill="orange")
    draw.ellipse((330, 70, 440, 180), fill="yellow")
    draw.text((20, 20), "FACTORY DIRECT WHOLESALE 50% OFF", fill="white")
    return copy


def _framed(picture: Image.Image) -> Image.Image:
    return ImageOps.expand(picture, 70, (20, 90, 200))


def _stretched(picture: Image.Image) -> Image.Image:
    return picture.resize((480, 330))


def _blurred(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(1.6)).resize((240, 210))


def _watermarked(picture: Image.Image) -> Image.Image:
    marks = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(marks)
    for x in range(0, 480, 90):
        for y in range(0, 420, 40):
            draw.text((x, y), "SHOP 8812", fill=120)
    copy = picture.copy()
    copy.paste("white", (0, 0), marks)
    return copy


def _on_another_ground(picture: Image.Image) -> Image.Image:
    ground = Image.effect_noise(picture.size, 60).filter(ImageFilter.GaussianBlur(4))
    body = ImageOps.invert(ImageOps.grayscale(picture)).point(lambda v: 255 if v > 12 else 0)
    return Image.composite(picture, ground.convert("RGB"), body)


@pytest.mark.parametrize(
    "altered",
    [
        _turned,
        _turned_by_a_quarter,
        _recoloured,
        _grey_and_pale,
        _with_banners,
        _framed,
        _stretched,
        _blurred,
        _watermarked,
        _on_another_ground,
    ],
)
@pytest.mark.parametrize("seed", [1, 3, 7])
def test_altered_copies_are_the_same(
    matcher: PictureMatcher, altered: Callable[[Image.Image], Image.Image], seed: int
) -> None:
    assert _is_copy(_best(matcher, altered(product(seed))), f"ref-{seed}")


@pytest.mark.parametrize("seed", range(100, 112))
def test_strangers_are_not_found(matcher: PictureMatcher, seed: int) -> None:
    assert matcher.find(encoded(product(seed))) == []


def test_the_same_print_on_another_product_is_related_at_most(matcher: PictureMatcher) -> None:
    other = product(140)
    other.paste(product(2).crop((180, 150, 300, 250)), (60, 60))
    matches = matcher.find(encoded(other, "JPEG", quality=80))
    assert [match.relation for match in matches] in ([], [PictureRelation.RELATED])


def _logo() -> Image.Image:
    logo = Image.new("RGB", (300, 200), "white")
    draw = ImageDraw.Draw(logo)
    draw.ellipse((20, 20, 180, 180), fill=(180, 20, 40))
    draw.polygon([(100, 30), (60, 170), (150, 80), (50, 80), (140, 170)], fill="white")
    for line, word in enumerate(("ARDEN", "& VALE", "EST 1987")):
        draw.text((190, 40 + 40 * line), word, fill=(30, 30, 30), font_size=24)
    return logo


def test_a_logo_as_reference_is_found_on_a_product(matcher: PictureMatcher) -> None:
    with_logo = PictureMatcher()
    with_logo.fit(REFERENCES | {"logo": encoded(_logo())})
    worn = product(150)
    worn.paste(_logo().resize((180, 120)), (150, 150))
    best = _best(with_logo, worn, quality=85)
    assert best.reference_id == "logo"
    assert best.query_region == pytest.approx((0.31, 0.36, 0.69, 0.64), abs=0.06)


def test_an_empty_picture_matches_nothing() -> None:
    matcher = PictureMatcher()
    blank = encoded(Image.new("RGB", (300, 300), "white"))
    matcher.fit(REFERENCES | {"blank": blank})
    assert matcher.find(blank) == []


def test_without_references_nothing_is_found() -> None:
    assert PictureMatcher().find(REFERENCES["ref-1"]) == []


def test_a_reference_without_details_disturbs_no_other() -> None:
    matcher = PictureMatcher()
    grey = Image.new("RGB", (300, 300), (200, 200, 200))
    matcher.fit({"plain": encoded(grey)} | REFERENCES)
    assert _is_copy(_best(matcher, product(3)), "ref-3")


def test_a_reference_added_after_a_question_is_found() -> None:
    matcher = PictureMatcher()
    matcher.fit({"ref-1": REFERENCES["ref-1"]})
    assert matcher.find(REFERENCES["ref-2"]) == []
    matcher.add("ref-2", matcher.analyse(REFERENCES["ref-2"]))
    assert _is_copy(_best(matcher, product(2).crop((60, 60, 420, 400))), "ref-2")


def test_analysing_and_adding_is_fitting_and_gives_the_same_every_time(
    matcher: PictureMatcher,
) -> None:
    other = PictureMatcher()
    for reference_id, data in REFERENCES.items():
        analysed = PictureMatcher().analyse(data)
        assert analysed == matcher.analyse(data)
        other.add(reference_id, analysed)
    crop = encoded(product(1).crop((40, 40, 400, 400)), "JPEG")
    assert other.find(crop) == matcher.find(crop)


@pytest.mark.parametrize(
    "analysed", [b"", b"{}", b"\x00\xff", b"PK\x03\x04", b'{"version": 1}', REFERENCES["ref-1"]]
)
def test_what_is_no_analysis_of_this_version_is_refused(analysed: bytes) -> None:
    with pytest.raises(StaleAnalysis):
        PictureMatcher().add("ref", analysed)


def test_an_analysis_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    analysed = PictureMatcher().analyse(REFERENCES["ref-1"])
    monkeypatch.setattr("headwater.matching.pictures.ALGORITHM_VERSION", 999)
    with pytest.raises(StaleAnalysis, match="999"):
        PictureMatcher().add("ref", analysed)


def test_a_hostile_picture_costs_little(matcher: PictureMatcher) -> None:
    chance = random.Random(3)
    noise = Image.frombytes("RGB", (3_000, 2_000), chance.randbytes(18_000_000))
    data = encoded(noise, "JPEG", quality=90)
    tracemalloc.start()
    started = time.process_time()
    matcher.find(data)
    seconds = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 5
    assert peak < 150_000_000


@settings(max_examples=20, deadline=None)
@given(width=st.integers(16, 320), height=st.integers(16, 320), seed=st.integers(0, 10**6))
def test_a_picture_of_any_proportions_is_read_as_query_and_as_reference(
    *, width: int, height: int, seed: int
) -> None:
    picture = product(seed, (400, 400)).resize((width, height))
    matcher = PictureMatcher()
    matcher.fit({"it": encoded(picture)})
    matches = matcher.find(encoded(picture, "JPEG", quality=90))
    if min(width, height) >= 100:
        assert _is_copy(matches[0], "it")


def test_side_by_side_shows_both_pictures_with_the_region(matcher: PictureMatcher) -> None:
    crop = encoded(product(1).crop((100, 0, 480, 420)), "JPEG")
    match = matcher.find(crop)[0]
    sheet = open_picture(side_by_side(crop, REFERENCES["ref-1"], match))
    assert sheet.height == 480
    pixels = np.asarray(sheet, np.int64)
    red = (pixels[..., 0] > pixels[..., 1] + 90) & (pixels[..., 0] > 180)
    assert red[:, 0:5].mean() > 0.5  # the query is marked from its left edge
    query_width = round(380 * 480 / 420)
    left = query_width + 12 + round(100 / 480 * 549)
    assert red[100:400, left - 9 : left + 9].any(axis=1).mean() > 0.9
