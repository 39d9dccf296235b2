"""Copies of a reference are found, strangers are not."""

import pytest
from PIL import Image, ImageOps

from headwater.domain.pictures import PictureRelation
from headwater.matching.images import open_picture
from headwater.matching.pictures import PictureMatcher, StaleAnalysis, side_by_side

from .drawn_pictures import encoded, product

REFERENCES = {f"ref-{seed}": encoded(product(seed)) for seed in range(1, 9)}


@pytest.fixture(scope="module")
def matcher() -> PictureMatcher:
    matcher = PictureMatcher()
    matcher.fit(REFERENCES)
    return matcher


@pytest.mark.parametrize("reference_id", REFERENCES)
def test_the_identical_picture_is_the_same(matcher: PictureMatcher, reference_id: str) -> None:
    best = matcher.find(REFERENCES[reference_id])[0]
    assert best.reference_id == reference_id
    assert best.relation is PictureRelation.SAME
    assert best.probability > 0.99
    assert best.transform == "unchanged"


def test_a_mirrored_small_jpeg_is_the_same_and_says_so(matcher: PictureMatcher) -> None:
    copy = ImageOps.mirror(product(4)).resize((300, 262))
    best = matcher.find(encoded(copy, "JPEG", quality=60))[0]
    assert (best.reference_id, best.relation) == ("ref-4", PictureRelation.SAME)
    assert "mirrored" in best.transform


@pytest.mark.parametrize("seed", range(100, 112))
def test_strangers_are_not_found(matcher: PictureMatcher, seed: int) -> None:
    assert matcher.find(encoded(product(seed))) == []


def test_an_empty_picture_matches_nothing(matcher: PictureMatcher) -> None:
    matcher.add("blank", matcher.analyse(encoded(Image.new("RGB", (300, 300), "white"))))
    assert matcher.find(encoded(Image.new("RGB", (300, 300), "white"))) == []


def test_analysing_and_adding_is_fitting(matcher: PictureMatcher) -> None:
    other = PictureMatcher()
    for reference_id, data in REFERENCES.items():
        other.add(reference_id, PictureMatcher().analyse(data))
    assert other.find(REFERENCES["ref-1"]) == matcher.find(REFERENCES["ref-1"])


@pytest.mark.parametrize("analysed", [b"", b"{}", b"[]", b"\x00\xff", b'{"version": 0}'])
def test_what_is_no_analysis_of_this_version_is_refused(analysed: bytes) -> None:
    with pytest.raises(StaleAnalysis):
        PictureMatcher().add("ref", analysed)


def test_side_by_side_shows_both_pictures_with_the_region(matcher: PictureMatcher) -> None:
    match = matcher.find(REFERENCES["ref-1"])[0]
    sheet = open_picture(side_by_side(REFERENCES["ref-1"], REFERENCES["ref-1"], match))
    assert sheet.height == 480
    assert sheet.width > 2 * sheet.height
    red, green, _ = sheet.getpixel((2, 240))
    assert red > green + 80
