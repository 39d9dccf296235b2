"""From every size of a picture that pages show to the one original."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.marketplaces import full_size
from headwater.marketplaces.pictures import gallery

KF = "https://ae01.alicdn.com/kf/Sabc123.jpg"
IBANK = "https://cbu01.alicdn.com/img/ibank/O1CN01abc_!!2219062844702-0-cib.jpg"
OLD = "https://cbu01.alicdn.com/img/ibank/2017/375/132/4572231573_951198083.jpg"


@pytest.mark.parametrize(
    ("seen", "original"),
    [
        (f"{KF}_220x220.jpg", KF),
        (f"{KF}_640x640q75.jpg_.webp", KF),
        (f"{KF}_220x220q75.jpg_.avif", KF),
        (f"{KF}_480x480.jpg", KF),
        (f"{KF}_350x350xz.jpg", KF),
        (f"{KF}_Q90.jpg_.webp", KF),
        (f"{KF}_.webp", KF),
        (f"{KF}?width=800&height=800&hash=1", KF),
        (f"//{KF.removeprefix('https://')}", KF),
        (f"http://{KF.removeprefix('https://')}_50x50.jpg", KF),
        (
            "https://s.alicdn.com/@sc04/kf/Hx9.jpg_300x300.jpg",
            "https://s.alicdn.com/@sc04/kf/Hx9.jpg",
        ),
        ("https://sc04.alicdn.com/kf/Hx9.png_250x250xz.png", "https://sc04.alicdn.com/kf/Hx9.png"),
        (
            "https://s.alicdn.com/@sc04/kf/Hx9.jpg_960x960q80.jpg",
            "https://s.alicdn.com/@sc04/kf/Hx9.jpg",
        ),
        (f"{IBANK}_460x460q100.jpg_.webp", IBANK),
        (f"{IBANK}_sum.jpg", IBANK),
        (f"{IBANK}_b.jpg", IBANK),
        (IBANK.replace(".jpg", ".220x220.jpg"), IBANK),
        (OLD.replace(".jpg", ".search.jpg"), OLD),
        (OLD.replace(".jpg", ".summ.jpg"), OLD),
        (OLD.replace(".jpg", ".400x400.jpg"), OLD),
        (
            "//img.alicdn.com/imgextra/i1/2616970884/O1CN01_!!0-item_pic.jpg_60x60q90.jpg",
            "https://img.alicdn.com/imgextra/i1/2616970884/O1CN01_!!0-item_pic.jpg",
        ),
        (
            "//gd4.alicdn.com/imgextra/i4/134583372/TB2_!!134583372.jpg_50x50.jpg_.webp",
            "https://gd4.alicdn.com/imgextra/i4/134583372/TB2_!!134583372.jpg",
        ),
        (
            "https://sg-test-11.slatic.net/p/abc.jpg_400x400q75.jpg_.webp",
            "https://sg-test-11.slatic.net/p/abc.jpg",
        ),
        (
            "//ae-pic-a1.aliexpress-media.com/kf/Sx/A-Name.jpg_350x350xz.jpg",
            "https://ae-pic-a1.aliexpress-media.com/kf/Sx/A-Name.jpg",
        ),
        (
            "https://m.media-amazon.com/images/I/61C4dLgX06L._AC_SX425_.jpg",
            "https://m.media-amazon.com/images/I/61C4dLgX06L.jpg",
        ),
        ("https://shop.example/a.jpg_220x220.jpg", "https://shop.example/a.jpg_220x220.jpg"),
        ("./lazada_files/a.png", "./lazada_files/a.png"),
        ("", ""),
    ],
)
def test_every_size_leads_to_the_original(seen: str, original: str) -> None:
    assert full_size(seen) == original


SIZE = st.from_regex(
    r"_[1-9][0-9]{1,3}x[1-9][0-9]{1,3}(?:xz|xc)?(?:q[1-9][0-9])?\.jpg", fullmatch=True
)
STACK = st.lists(SIZE | st.sampled_from(["_.webp", "_.avif", "_sum.jpg", "_Q90.jpg"]), max_size=3)


@given(STACK)
def test_sizes_stack(suffixes: list[str]) -> None:
    assert full_size(KF + "".join(suffixes)) == KF


@given(st.text(max_size=200))
def test_the_original_of_an_original_is_itself(tail: str) -> None:
    for url in (tail, f"https://ae01.alicdn.com/kf/{tail}", f"https://cbu01.alicdn.com/{tail}.jpg"):
        once = full_size(url)
        assert full_size(once) == once


def test_a_gallery_keeps_the_order_and_drops_repeats_and_what_is_no_address() -> None:
    found = gallery(
        f"{KF}_50x50.jpg", ["data:image/gif;base64,R0", None, 7, KF, f"{IBANK}_sum.jpg"]
    )
    assert found == (KF, IBANK)


def test_letters_outside_ascii_are_encoded() -> None:
    (found,) = gallery("//ae-pic-a1.aliexpress-media.com/kf/Sx/바지-é.jpg_350x350xz.jpg")
    assert found.isascii()
    assert found.endswith(".jpg")
