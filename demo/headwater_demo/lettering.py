"""Our own letters as pen strokes: the brand's logo, and the Chinese of the forgers' banners.

No font file is needed, so the pictures come out alike on every machine.
"""

from PIL import Image, ImageDraw

Stroke = tuple[tuple[float, float], ...]

# Each letter in a box 1 high; (width, strokes), y down.
_LATIN: dict[str, tuple[float, tuple[Stroke, ...]]] = {
    "H": (0.72, (((0, 0), (0, 1)), ((0.72, 0), (0.72, 1)), ((0, 0.5), (0.72, 0.5)))),
    "A": (0.8, (((0, 1), (0.4, 0), (0.8, 1)),)),
    "R": (
        0.66,
        (
            ((0, 1), (0, 0), (0.42, 0), (0.6, 0.1), (0.66, 0.27), (0.6, 0.44), (0.42, 0.54)),
            ((0.42, 0.54), (0.16, 0.54)),
            ((0.36, 0.54), (0.68, 1)),
        ),
    ),
    "V": (0.8, (((0, 0), (0.4, 1), (0.8, 0)),)),
    "E": (0.58, (((0.58, 0), (0, 0), (0, 1), (0.58, 1)), ((0, 0.5), (0.48, 0.5)))),
    "L": (0.56, (((0, 0), (0, 1), (0.56, 1)),)),
    "K": (0.68, (((0, 0), (0, 1)), ((0.64, 0), (0.04, 0.56)), ((0.2, 0.42), (0.68, 1)))),
}

_ANTLER: tuple[Stroke, ...] = (
    ((0.06, 1.0), (0.1, 0.78), (0.24, 0.62), (0.42, 0.5), (0.54, 0.3), (0.56, 0.04)),
    ((0.24, 0.62), (0.22, 0.42), (0.27, 0.24)),
    ((0.42, 0.5), (0.41, 0.3), (0.42, 0.12)),
    ((0.1, 0.78), (0.27, 0.8), (0.4, 0.73)),
    ((0.46, 0.45), (0.62, 0.4), (0.7, 0.26)),
)

# The characters that the forgers' banners need, in a box 1 by 1, y down.
_CHINESE: dict[str, tuple[Stroke, ...]] = {
    "工": (((0.15, 0.15), (0.85, 0.15)), ((0.5, 0.15), (0.5, 0.85)), ((0.05, 0.85), (0.95, 0.85))),
    "厂": (((0.15, 0.13), (0.92, 0.13)), ((0.2, 0.13), (0.2, 0.55), (0.06, 0.93))),
    "直": (
        ((0.12, 0.15), (0.88, 0.15)),
        ((0.52, 0.03), (0.46, 0.28)),
        ((0.25, 0.28), (0.75, 0.28), (0.75, 0.8)),
        ((0.25, 0.28), (0.25, 0.92)),
        ((0.25, 0.45), (0.75, 0.45)),
        ((0.25, 0.62), (0.75, 0.62)),
        ((0.25, 0.78), (0.75, 0.78)),
        ((0.05, 0.93), (0.95, 0.93)),
    ),
    "供": (
        ((0.3, 0.05), (0.06, 0.45)),
        ((0.2, 0.28), (0.2, 0.95)),
        ((0.5, 0.08), (0.5, 0.6)),
        ((0.78, 0.08), (0.78, 0.6)),
        ((0.36, 0.27), (0.94, 0.27)),
        ((0.3, 0.6), (0.97, 0.6)),
        ((0.52, 0.7), (0.34, 0.94)),
        ((0.74, 0.7), (0.95, 0.94)),
    ),
    "正": (
        ((0.1, 0.12), (0.9, 0.12)),
        ((0.52, 0.12), (0.52, 0.9)),
        ((0.52, 0.48), (0.84, 0.48)),
        ((0.25, 0.42), (0.25, 0.9)),
        ((0.05, 0.9), (0.95, 0.9)),
    ),
    "品": (
        ((0.28, 0.08), (0.28, 0.42), (0.72, 0.42), (0.72, 0.08), (0.28, 0.08)),
        ((0.08, 0.56), (0.08, 0.93), (0.43, 0.93), (0.43, 0.56), (0.08, 0.56)),
        ((0.57, 0.56), (0.57, 0.93), (0.92, 0.93), (0.92, 0.56), (0.57, 0.56)),
    ),
    "出": (
        ((0.5, 0.05), (0.5, 0.9)),
        ((0.2, 0.15), (0.2, 0.46), (0.8, 0.46)),
        ((0.8, 0.15), (0.8, 0.5)),
        ((0.1, 0.56), (0.1, 0.92), (0.9, 0.92)),
        ((0.9, 0.56), (0.9, 0.98)),
    ),
}


def logo(width: int) -> Image.Image:
    """The mark, white on black (mode "L"), `width` pixels wide and 0.62 as high."""
    sheet = Image.new("L", (width, round(width * 0.62)))
    pen = ImageDraw.Draw(sheet)
    letters = [_LATIN[letter] for letter in "HARVELK"]
    gap = 0.3
    total = sum(wide for wide, _ in letters) + gap * (len(letters) - 1)
    scale = width * 0.9 / total
    x = width * 0.05
    for wide, strokes in letters:
        _draw(pen, strokes, (x, width * 0.41), scale, 0.15)
        x += (wide + gap) * scale
    crown = width * 0.36
    for side in (1, -1):
        mirrored = tuple(tuple((side * px, py) for px, py in stroke) for stroke in _ANTLER)
        _draw(pen, mirrored, (width / 2, width * 0.02), crown, 0.085)
    return sheet


def banner(text: str, height: int) -> Image.Image:
    """Chinese text, white on black (mode "L"), of the characters in this module.

    Raises KeyError for a character that has no strokes here.
    """
    side = round(height * 0.8)
    step = round(height * 0.92)
    sheet = Image.new("L", (step * len(text), height))
    pen = ImageDraw.Draw(sheet)
    for place, character in enumerate(text):
        corner = (place * step + (step - side) / 2, (height - side) / 2)
        _draw(pen, _CHINESE[character], corner, side, 0.1)
    return sheet


def _draw(
    pen: ImageDraw.ImageDraw,
    strokes: tuple[Stroke, ...],
    corner: tuple[float, float],
    scale: float,
    weight: float,
) -> None:
    width = max(round(scale * weight), 1)
    for stroke in strokes:
        points = [(corner[0] + x * scale, corner[1] + y * scale) for x, y in stroke]
        pen.line(points, fill=255, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            r = width / 2
            pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
