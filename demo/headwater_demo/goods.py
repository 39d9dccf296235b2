"""The things that can be photographed: mugs, lanterns, bottles and kettles, each in its paint."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from headwater_demo.lettering import logo
from headwater_demo.studio import (
    Array,
    Colour,
    Distance,
    Part,
    Surface,
    curve,
    layers,
    mix,
    moved,
    noise,
    outline,
    placed,
    specks,
    tube,
    turned,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Colours of an object: body, the second colour (rim, cap), speckles, and the print."""

    body: Colour
    trim: Colour
    speckle: Colour | None = None
    print: Colour | None = None
    """Colour of the logo; None leaves the object blank."""
    gloss: float = 0.8
    metal: float = 0.0
    seed: int = 1


STEEL: Colour = (0.56, 0.57, 0.58)


@cache
def _mark() -> Array:
    return np.asarray(logo(1200), np.float32) / 255


def _printed(p: Array, colour: Array, ink: Colour, *, width: float, height: float) -> Array:
    """The logo round the object's front (+z), `width` decimetres wide, its middle at `height`."""
    mark = _mark()
    tall = width * mark.shape[0] / mark.shape[1]
    radius = np.hypot(p[0], p[2])
    across = np.arctan2(p[0], p[2]) * radius
    u = (across / width + 0.5) * (mark.shape[1] - 1)
    v = (0.5 - (p[1] - height) / tall) * (mark.shape[0] - 1)
    inside = (u >= 0) & (u < mark.shape[1] - 1) & (v >= 0) & (v < mark.shape[0] - 1)
    inside &= p[2] > 0
    column, row = np.where(inside, u, 0).astype(int), np.where(inside, v, 0).astype(int)
    share = np.where(inside, mark[row, column], 0)
    # Printed ink is never quite even.
    share = share * (0.9 + 0.1 * noise(p, 40, 77))
    return mix(colour, ink, share)


def _enamel(p: Array, finish: Finish) -> Array:
    shade = 0.93 + 0.14 * layers(p, 2.5, finish.seed)
    colour = np.asarray(finish.body, np.float32) * shade[:, None]
    if finish.speckle:
        spots = np.maximum(
            specks(p, 14, finish.seed, 0.55), 0.8 * specks(p, 30, finish.seed + 20, 0.3)
        )
        colour = mix(colour, finish.speckle, spots * 0.85)
    return colour


def _painted(distance: Distance, colour: Colour, *, gloss: float, metal: float = 0.0) -> Part:
    """A part of one colour; metal looks brushed, the rest slightly worn."""

    def paint(p: Array) -> Surface:
        grain = layers(p * np.array([[2], [18], [2]], np.float32), 2, 5)
        shade = 0.92 + 0.16 * grain
        return Surface(
            colour=np.asarray(colour, np.float32) * shade[:, None], gloss=gloss, metal=metal
        )

    return Part(distance=distance, paint=paint)


def set_down(parts: list[Part], *, at: tuple[float, float] = (0, 0), turn: float = 0) -> list[Part]:
    """The object standing at (x, z), turned about its own axis by `turn` radians."""
    by = (at[0], 0.0, at[1])
    back = placed(by, turn)
    return [
        Part(
            distance=moved(part.distance, by, turn),
            paint=lambda p, paint=part.paint: paint(back(p)),  # type: ignore[misc]
        )
        for part in parts
    ]


def mug(finish: Finish, *, height: float = 0.82, radius: float = 0.42) -> list[Part]:
    """An enamel mug with a rolled rim and a strap handle; 0.82 dm high unless told."""
    r, h = radius, height
    wall = turned(
        [
            (0, 0.03), (r * 0.84, 0.03), (r * 0.93, 0.07), (r * 0.955, 0.14), (r, h - 0.02),
            (r - 0.016, h - 0.02), (r * 0.925, 0.15), (r * 0.88, 0.085), (0, 0.075),
        ],
        0.008,
    )  # fmt: skip
    rim = turned([(r + 0.002, h - 0.012), (r + 0.012, h), (r - 0.01, h + 0.004)], 0.014)
    handle = tube(
        curve(
            [
                (r - 0.01, h * 0.8, 0),
                (r + 0.17, h * 0.84, 0),
                (r + 0.28, h * 0.66, 0),
                (r + 0.22, h * 0.36, 0),
                (r - 0.02, h * 0.2, 0),
            ],
            5,
        ),
        0.026,
        flat=2.2,
    )

    def body(p: Array) -> Surface:
        colour = _enamel(p, finish)
        if finish.print:
            # The handle is at +x, the print faces +z.
            colour = _printed(p, colour, finish.print, width=r * 1.35, height=h * 0.47)
        return Surface(colour=colour, gloss=finish.gloss, metal=finish.metal)

    return [
        Part(distance=wall, paint=body),
        _painted(rim, finish.trim, gloss=0.85),
        Part(
            distance=handle,
            paint=lambda p: Surface(
                colour=_enamel(p, finish), gloss=finish.gloss, metal=finish.metal
            ),
        ),
    ]


def bottle(finish: Finish, *, height: float = 2.3, radius: float = 0.37) -> list[Part]:
    """An insulated bottle: powder coat, steel collar and foot, a screw cap with a carrying loop."""
    r, h = radius, height
    shoulder = outline([(r, h * 0.72), (r * 0.97, h * 0.77), (r * 0.74, h * 0.83)], 8)
    coat = turned([(0, 0.1), (r, 0.1), *shoulder, (r * 0.66, h * 0.845), (0, h * 0.845)], 0.012)
    foot = turned([(0, 0.0), (r * 0.94, 0.0), (r * 0.985, 0.04), (r * 0.985, 0.1), (0, 0.1)], 0.008)
    collar = turned(
        [(0, h * 0.84), (r * 0.68, h * 0.84), (r * 0.68, h * 0.87), (0, h * 0.87)], 0.01
    )
    plain_cap = turned(
        [(0, h * 0.872), (r * 0.78, h * 0.872), (r * 0.78, h * 0.965), (r * 0.7, h * 0.985),
         (0, h * 0.985)], 0.012,
    )  # fmt: skip

    def cap(p: Array) -> Array:
        ribs = np.cos(np.arctan2(p[0], p[2]) * 28) * np.float32(0.006)
        ribbed: Array = plain_cap(p) - ribs * (np.abs(p[1] - h * 0.918) < h * 0.03)
        return ribbed

    loop = tube(
        curve(
            [
                (-r * 0.62, h * 0.97, 0),
                (-r * 0.56, h * 1.06, 0),
                (0, h * 1.09, 0),
                (r * 0.56, h * 1.06, 0),
                (r * 0.62, h * 0.97, 0),
            ],
            5,
        ),
        0.028,
        flat=2.4,
    )

    def body(p: Array) -> Surface:
        grain = 0.74 + 0.34 * noise(p, 90, finish.seed) + 0.16 * layers(p, 3, finish.seed)
        colour = np.asarray(finish.body, np.float32) * grain[:, None]
        if finish.print:
            colour = _printed(p, colour, finish.print, width=r * 1.5, height=h * 0.47)
        return Surface(colour=colour, gloss=finish.gloss, metal=finish.metal)

    return [
        Part(distance=coat, paint=body),
        _painted(foot, STEEL, gloss=0.75, metal=1.0),
        _painted(collar, STEEL, gloss=0.85, metal=1.0),
        _painted(cap, finish.trim, gloss=0.35),
        _painted(loop, finish.trim, gloss=0.35),
    ]


def lantern(finish: Finish, *, lit: float = 1.0, squat: float = 1.0) -> list[Part]:
    """A storm lantern: tank, frosted globe with a light in it, guard wires, hood, bail."""
    s = squat
    tank = turned(
        [(0, 0.02), *outline([(0.5, 0.02), (0.56, 0.12), (0.55, 0.3), (0.42, 0.44), (0.3, 0.5)], 9),
         (0, 0.5)], 0.015,
    )  # fmt: skip
    band = turned([(0, 0.2), (0.565, 0.2), (0.565, 0.235), (0, 0.235)], 0.008)
    globe = turned(
        [(0, 0.5), *outline(
            [(0.27, 0.5), (0.4, 0.72), (0.42, 0.86), (0.34, 1.06), (0.26, 1.16)], 6),
         (0, 1.16)], 0.01,
    )  # fmt: skip
    hood = turned(
        [(0, 1.17), (0.38, 1.17), (0.4, 1.2), (0.27, 1.3), (0.27, 1.4), (0.33, 1.42),
         *outline([(0.32, 1.46), (0.2, 1.55), (0.08, 1.6)], 7), (0, 1.6)], 0.014,
    )  # fmt: skip
    wires = [
        tube(
            curve(
                [
                    (0.36 * np.cos(a), 0.48, 0.36 * np.sin(a)),
                    (0.475 * np.cos(a), 0.84, 0.475 * np.sin(a)),
                    (0.38 * np.cos(a), 1.19, 0.38 * np.sin(a)),
                ],
                4,
            ),
            0.014,
        )
        for a in np.arange(4) * np.pi / 2 + np.pi / 4
    ]
    ring = turned([(0.47, 0.835), (0.49, 0.835), (0.49, 0.865), (0.47, 0.865)], 0.008)
    bail = tube(
        curve(
            [(-0.56, 0.34, 0), (-0.64, 0.9, 0), (-0.5, 1.62, 0), (0, 1.9, 0), (0.5, 1.62, 0),
             (0.64, 0.9, 0), (0.56, 0.34, 0)], 5,
        ),
        0.017,
    )  # fmt: skip

    def frame(p: Array) -> Array:
        nearest = np.minimum(ring(p), wires[0](p))
        for wire in wires[1:]:
            nearest = np.minimum(nearest, wire(p))
        return nearest

    def body(p: Array) -> Surface:
        shade = 0.9 + 0.2 * layers(p, 4, finish.seed)
        colour = np.asarray(finish.body, np.float32) * shade[:, None]
        if finish.print:
            colour = _printed(p, colour, finish.print, width=0.46, height=0.185)
        return Surface(colour=colour, gloss=finish.gloss, metal=finish.metal)

    def glass(p: Array) -> Surface:
        centre = np.exp(-(((p[1] - 0.78) / 0.24) ** 2))
        warm = mix((0.9, 0.48, 0.16), (1.0, 0.86, 0.6), centre) * (0.35 + 1.3 * centre)[:, None]
        return Surface(
            colour=np.full((p.shape[1], 3), 0.55, np.float32), gloss=0.9, glow=warm * lit
        )

    parts = [
        Part(distance=tank, paint=body),
        Part(distance=globe, paint=glass),
        Part(
            distance=hood,
            paint=lambda p: Surface(
                colour=body(p + 2).colour, gloss=finish.gloss, metal=finish.metal
            ),
        ),
        _painted(band, finish.trim, gloss=0.8, metal=0.8),
        _painted(frame, STEEL, gloss=0.8, metal=1.0),
        _painted(bail, STEEL, gloss=0.8, metal=1.0),
    ]
    return [_stretched(part, s) for part in parts]


def _stretched(part: Part, factor: float) -> Part:
    if factor == 1:
        return part
    scale = np.array([[1], [1 / factor], [1]], np.float32)
    return Part(
        distance=lambda p: part.distance(p * scale) * np.float32(min(1, factor)),
        paint=lambda p: part.paint(p * scale),
    )


def kettle(finish: Finish, *, spout: bool = True) -> list[Part]:
    """A camp kettle of enamel: round body, lid with a wooden knob, spout at -x, wire bail."""
    body_shape = turned(
        [(0, 0.02), *outline(
            [(0.6, 0.02), (0.72, 0.14), (0.76, 0.36), (0.68, 0.62), (0.5, 0.82), (0.4, 0.87)], 9),
         (0, 0.87)], 0.012,
    )  # fmt: skip
    lid = turned(
        [(0, 0.875), (0.4, 0.875), (0.4, 0.9),
         *outline([(0.36, 0.92), (0.2, 0.98), (0.05, 1.0)], 6), (0, 1.0)], 0.012,
    )  # fmt: skip
    seam = turned([(0.4, 0.865), (0.425, 0.875), (0.4, 0.885)], 0.012)
    knob = turned(
        [(0, 1.0), (0.05, 1.0), (0.045, 1.05), (0.1, 1.1), (0.085, 1.16), (0, 1.17)], 0.012
    )
    pipe = tube(
        curve([(-0.6, 0.3, 0), (-0.86, 0.46, 0), (-0.96, 0.72, 0), (-1.12, 0.86, 0)], 5), 0.085
    )
    wire = tube(
        curve(
            [(-0.5, 0.8, 0), (-0.56, 1.15, 0), (-0.3, 1.5, 0), (0.3, 1.5, 0), (0.56, 1.15, 0),
             (0.5, 0.8, 0)], 5,
        ),
        0.02,
    )  # fmt: skip
    grip = tube([(-0.26, 1.53, 0), (0, 1.545, 0), (0.26, 1.53, 0)], 0.055)

    def shell(p: Array) -> Array:
        whole = np.minimum(body_shape(p), lid(p))
        return np.minimum(whole, pipe(p)) if spout else whole

    def enamel(p: Array) -> Surface:
        colour = _enamel(p, finish)
        if finish.print:
            colour = _printed(p, colour, finish.print, width=0.82, height=0.42)
        return Surface(colour=colour, gloss=finish.gloss, metal=finish.metal)

    def wood(p: Array) -> Surface:
        rings = layers(p * np.array([[0.6], [7], [7]], np.float32), 3, finish.seed + 3)
        return Surface(colour=mix((0.2, 0.1, 0.045), (0.42, 0.25, 0.12), rings), gloss=0.35)

    return [
        Part(distance=shell, paint=enamel),
        _painted(seam, finish.trim, gloss=0.8),
        Part(distance=knob, paint=wood),
        _painted(wire, STEEL, gloss=0.8, metal=1.0),
        Part(distance=grip, paint=wood),
    ]
