"""The report's one chart: horizontal bars, stacked by the band of the score, as inline SVG."""

from collections.abc import Mapping

from markupsafe import Markup

from headwater.domain.risk import Band
from report_site.markdown import encode

BANDS = {
    Band.NEAR_CERTAIN: "near certain",
    Band.LIKELY: "likely",
    Band.LOOK: "worth a look",
    Band.IGNORE: "no suspicion",
}
"""The bands in words, the strongest first."""

_WIDTH, _LABEL, _NUMBER, _ROW, _BAR, _GAP = 420, 104, 34, 34, 18, 2


def stacked_bars(rows: Mapping[str, Mapping[Band, int]]) -> Markup:
    """One bar per name, as long as its total. The colours are the style sheet's (`hw-fill-…`)."""
    largest = max((sum(bands.values()) for bands in rows.values()), default=0) or 1
    scale = (_WIDTH - _LABEL - _NUMBER) / largest
    height = _ROW * len(rows)
    drawn = Markup("").join(
        _bar(name, bands, top=_ROW * index, scale=scale)
        for index, (name, bands) in enumerate(rows.items())
    )
    spoken = "; ".join(
        f"{name}: " + ", ".join(f"{bands[band]} {BANDS[band]}" for band in BANDS if bands.get(band))
        for name, bands in rows.items()
    )
    return Markup(
        '<svg class="hw-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(_WIDTH, height, encode(spoken), drawn)


def _bar(name: str, bands: Mapping[Band, int], *, top: int, scale: float) -> Markup:
    middle = top + _ROW / 2
    pieces = [Markup('<text x="0" y="{:.1f}">{}</text>').format(middle, encode(name))]
    left = float(_LABEL)
    for band, words in BANDS.items():
        if not (count := bands.get(band, 0)):
            continue
        pieces.append(
            Markup(
                '<rect class="hw-fill-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}" rx="2">'
                "<title>{}</title></rect>"
            ).format(
                band.value,
                left,
                middle - _BAR / 2,
                max(count * scale - _GAP, 2),
                _BAR,
                encode(f"{name}: {count} {words}"),
            )
        )
        left += count * scale
    pieces.append(
        Markup('<text class="hw-total" x="{:.1f}" y="{:.1f}">{}</text>').format(
            left + 6, middle, sum(bands.values())
        )
    )
    return Markup("").join(pieces)
