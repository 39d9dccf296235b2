"""What strangers wrote cannot be clicked and cannot leave its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.strangers import defanged, in_one_line


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.alibaba.com/x_1.html?a=b", "hxxps://www[.]alibaba[.]com/x_1.html?a=b"),
        ("http://shop.example", "hxxp://shop[.]example"),
        ("shop.example/x", "shop[.]example/x"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("", ""),
    ],
)
def test_an_address_reads_well_and_is_none(url: str, shown: str) -> None:
    assert defanged(url) == shown


@given(
    st.sampled_from(["http", "https"]),
    st.from_regex(r"[a-z]{1,9}(\.[a-z]{2,9}){1,3}", fullmatch=True),
)
def test_no_host_stays_whole(scheme: str, host: str) -> None:
    shown = defanged(f"{scheme}://{host}/path")
    assert host not in shown
    assert not shown.startswith("http")


@given(st.text(), st.integers(1, 50))
def test_one_line_is_one_short_printable_line(text: str, most: int) -> None:
    line = in_one_line(text, most=most)
    assert len(line) <= most
    assert line.isprintable()
    assert line == line.strip()
