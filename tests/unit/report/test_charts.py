"""The chart says in words what it draws."""

from lxml import etree

from headwater.domain.risk import Band
from report_site.charts import stacked_bars

ROWS = {
    "AliExpress": {Band.NEAR_CERTAIN: 3, Band.LIKELY: 1},
    "A<b>&": {Band.LOOK: 2},
}


def drawn() -> etree._Element:
    return etree.fromstring(str(stacked_bars(ROWS)))


def test_each_count_is_a_bar_in_proportion_and_the_strongest_band_first() -> None:
    bars = drawn().findall("rect")
    assert [bar.get("class") for bar in bars] == [
        "hw-fill-near_certain",
        "hw-fill-likely",
        "hw-fill-look",
    ]
    three, one, two = (float(bar.get("width", "0")) + 2 for bar in bars)
    assert (round(three / one, 1), round(two / one, 1)) == (3.0, 2.0)


def test_no_bar_leaves_the_picture() -> None:
    width = float(drawn().get("viewBox", "").split()[2])
    for bar in drawn().findall("rect"):
        assert float(bar.get("x", "0")) + float(bar.get("width", "0")) < width


def test_who_cannot_see_it_hears_the_numbers() -> None:
    assert drawn().get("aria-label") == (
        "AliExpress: 3 near certain, 1 likely; A<b>&: 2 worth a look"
    )
