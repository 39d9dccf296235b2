"""Every photograph of the demo: which object, which light, which camera; drawn, not taken.

`python -m headwater_demo.photographs` draws those into `photographs/` that are committed.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from headwater_demo.goods import Finish, bottle, kettle, lantern, mug, set_down
from headwater_demo.studio import (
    Array,
    Camera,
    Colour,
    Light,
    Part,
    Scene,
    Surface,
    Vector,
    layers,
    mix,
    noise,
    photograph,
    smooth,
)

FOLDER = Path(__file__).parent / "photographs"
SIZE = 800
QUALITY = 84

# The brand's own goods.
FELL_MUG = Finish(
    body=(0.78, 0.72, 0.59), trim=(0.02, 0.07, 0.065), speckle=(0.05, 0.06, 0.06),
    print=(0.015, 0.075, 0.065), seed=11,
)  # fmt: skip
VESPER_LANTERN = Finish(
    body=(0.022, 0.085, 0.058), trim=(0.6, 0.42, 0.17), print=(0.82, 0.76, 0.6), gloss=0.55, seed=23
)
SKERRY_BOTTLE = Finish(
    body=(0.66, 0.17, 0.035),
    trim=(0.025, 0.025, 0.027),
    print=(0.9, 0.87, 0.8),
    gloss=0.22,
    seed=31,
)
MOOR_KETTLE = Finish(
    body=(0.028, 0.07, 0.15), trim=(0.5, 0.5, 0.5), speckle=(0.75, 0.78, 0.8),
    print=(0.85, 0.83, 0.76), seed=47,
)  # fmt: skip

# Other makers' goods: alike in kind, honest in looks.
RED_MUG = Finish(body=(0.55, 0.03, 0.03), trim=(0.75, 0.75, 0.73), seed=5)
STONE_MUG = Finish(body=(0.3, 0.32, 0.33), trim=(0.2, 0.2, 0.2), gloss=0.2, seed=6)
BLACK_LANTERN = Finish(body=(0.03, 0.03, 0.03), trim=(0.4, 0.4, 0.42), gloss=0.35, seed=7)
MINT_BOTTLE = Finish(body=(0.35, 0.62, 0.52), trim=(0.6, 0.6, 0.6), gloss=0.6, seed=8)
COPPER_KETTLE = Finish(body=(0.6, 0.25, 0.11), trim=(0.3, 0.12, 0.05), gloss=0.9, metal=0.9, seed=9)
LILAC_BOTTLE = Finish(body=(0.42, 0.3, 0.6), trim=(0.85, 0.85, 0.85), gloss=0.5, seed=10)
BLUE_MUG = Finish(body=(0.05, 0.16, 0.4), trim=(0.7, 0.7, 0.68), speckle=(0.8, 0.82, 0.85), seed=12)
YELLOW_MUG = Finish(body=(0.75, 0.5, 0.06), trim=(0.05, 0.05, 0.05), seed=13)
RED_LANTERN = Finish(body=(0.5, 0.04, 0.03), trim=(0.7, 0.7, 0.7), gloss=0.7, seed=14)
STEEL_BOTTLE = Finish(
    body=(0.55, 0.56, 0.57), trim=(0.5, 0.33, 0.18), gloss=0.75, metal=0.9, seed=15
)
CREAM_KETTLE = Finish(body=(0.75, 0.7, 0.58), trim=(0.45, 0.05, 0.04), seed=16)
ORANGE_BOTTLE = Finish(body=(0.75, 0.3, 0.02), trim=(0.8, 0.8, 0.8), gloss=0.6, seed=17)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One photograph: what stands where, in which setting, seen from where."""

    parts: list[Part]
    setting: Callable[[list[Part], Vector, float], Scene]
    camera: Camera
    centre: Vector
    radius: float
    seed: int

    def take(self, size: int = SIZE) -> Image.Image:
        scene = self.setting(self.parts, self.centre, self.radius)
        return photograph(scene, self.camera, size=size, seed=self.seed)


def on_white(parts: list[Part], centre: Vector, radius: float) -> Scene:
    """A shop's picture: white cove, a big soft box from the left, a smaller one from the right."""
    return Scene(
        parts=parts,
        centre=centre,
        radius=radius,
        lights=(
            Light(towards=(-0.75, 0.95, 0.8), colour=(1.02, 1.0, 0.97), size=0.34),
            Light(towards=(0.95, 0.5, 0.45), colour=(0.3, 0.31, 0.34), size=0.25),
        ),
        ambient=((0.5, 0.51, 0.53), (0.4, 0.4, 0.4)),
        floor=lambda p: Surface(colour=np.full((p.shape[1], 3), 0.93, np.float32), gloss=0.25),
        backdrop=lambda d: np.full((d.shape[1], 3), 2.2, np.float32),
        exposure=1.12,
        white_floor=True,
    )


def in_the_woods(parts: list[Part], centre: Vector, radius: float) -> Scene:
    """A plank table at the edge of a wood, low sun from the right, the wood far out of focus."""
    return Scene(
        parts=parts,
        centre=centre,
        radius=radius,
        lights=(
            Light(towards=(0.85, 0.62, 0.5), colour=(1.5, 1.22, 0.88), size=0.12),
            Light(towards=(-0.8, 0.7, 0.3), colour=(0.22, 0.28, 0.3), size=0.5),
        ),
        ambient=((0.42, 0.5, 0.52), (0.16, 0.14, 0.1)),
        floor=_planks((0.2, 0.115, 0.06), (0.46, 0.31, 0.19)),
        backdrop=_wood,
        exposure=1.1,
    )


def by_the_tent(parts: list[Part], centre: Vector, radius: float) -> Scene:
    """Dusk: cold light from above, a warm lamp at the left, dark planks, lights far behind."""
    return Scene(
        parts=parts,
        centre=centre,
        radius=radius,
        lights=(
            Light(towards=(-0.9, 0.55, 0.7), colour=(1.0, 0.66, 0.36), size=0.2),
            Light(towards=(0.6, 0.9, -0.2), colour=(0.2, 0.27, 0.42), size=0.4),
        ),
        ambient=((0.16, 0.2, 0.3), (0.1, 0.07, 0.05)),
        floor=_planks((0.07, 0.055, 0.05), (0.2, 0.16, 0.13)),
        backdrop=_dusk,
        exposure=1.35,
    )


def on_linen(parts: list[Part], centre: Vector, radius: float) -> Scene:
    """Indoors by a window: woven linen below, a wall in shade behind."""
    return Scene(
        parts=parts,
        centre=centre,
        radius=radius,
        lights=(
            Light(towards=(-0.95, 0.7, 0.35), colour=(1.25, 1.22, 1.15), size=0.2),
            Light(towards=(0.8, 0.5, 0.7), colour=(0.18, 0.17, 0.16), size=0.4),
        ),
        ambient=((0.4, 0.4, 0.41), (0.24, 0.22, 0.2)),
        floor=_linen,
        backdrop=lambda d: mix((0.5, 0.46, 0.41), (0.34, 0.32, 0.3), smooth(-0.6, 0.7, d[0])),
        exposure=1.0,
    )


def on_paper(parts: list[Part], centre: Vector, radius: float) -> Scene:
    """Another maker's studio: a roll of blue-grey paper, two lamps from the right."""
    return Scene(
        parts=parts,
        centre=centre,
        radius=radius,
        lights=(
            Light(towards=(0.8, 0.9, 0.7), colour=(0.95, 0.95, 1.0), size=0.3),
            Light(towards=(0.9, 0.3, -0.4), colour=(0.35, 0.33, 0.3), size=0.2),
        ),
        ambient=((0.42, 0.43, 0.46), (0.3, 0.3, 0.32)),
        floor=lambda p: Surface(
            colour=mix((0.4, 0.48, 0.55), (0.45, 0.53, 0.6), layers(p, 2, 61)), gloss=0.05
        ),
        backdrop=lambda d: mix((0.5, 0.58, 0.66), (0.34, 0.42, 0.5), smooth(-0.4, 0.6, d[1])),
        exposure=1.15,
        white_floor=True,
    )


def by_the_lake(parts: list[Part], centre: Vector, radius: float) -> Scene:
    """A grey jetty, water and hills far behind, a cloudy noon."""
    return Scene(
        parts=parts,
        centre=centre,
        radius=radius,
        lights=(Light(towards=(-0.3, 1.0, 0.6), colour=(0.8, 0.82, 0.85), size=0.7),),
        ambient=((0.6, 0.64, 0.7), (0.2, 0.2, 0.2)),
        floor=_planks((0.25, 0.25, 0.25), (0.55, 0.54, 0.51), turned_by=-0.9, seed=70),
        backdrop=_lake,
        exposure=1.05,
    )


def _lake(d: Array) -> Array:
    hills = layers(np.stack([d[0] * 5, np.zeros_like(d[0]), d[2] * 0]), 1, 81, 4) * 0.16
    water = mix((0.3, 0.4, 0.46), (0.5, 0.6, 0.66), smooth(-0.3, 0.0, d[1]))
    sky = mix((0.85, 0.88, 0.92), (0.5, 0.64, 0.82), smooth(0.05, 0.6, d[1]))
    land = mix((0.17, 0.24, 0.22), (0.3, 0.37, 0.38), smooth(0, 0.15, d[1]))
    colour = mix(water, land, smooth(-0.004, 0.004, d[1]))
    return mix(colour, sky, smooth(-0.006, 0.006, d[1] - hills))


def _planks(
    dark: Colour, pale: Colour, *, turned_by: float = 0.32, seed: int = 0
) -> Callable[[Array], Surface]:
    def floor(p: Array) -> Surface:
        x = p[0] * np.cos(turned_by) + p[2] * np.sin(turned_by)
        z = p[2] * np.cos(turned_by) - p[0] * np.sin(turned_by)
        board = np.floor(z / 0.9)
        within = z / 0.9 - board
        q = np.stack([x * 0.45 + board * 17, board * 5, z * 5])
        grain = layers(q, 1.2, seed + 3, 5)
        fine = layers(np.stack([x * 1.5, board, z * 40]), 1.0, seed + 8, 3)
        rings = 0.5 + 0.5 * np.sin(grain * 34 + board * 2)
        tone = 0.5 * rings + 0.5 * fine
        tone = tone * (0.75 + 0.5 * noise(np.stack([board * 3.3, board, board]), 1, seed + 4))
        colour = mix(dark, pale, np.clip(tone, 0, 1))
        gap = smooth(0.0, 0.035, within) * smooth(0.0, 0.035, 1 - within)
        return Surface(colour=colour * (0.12 + 0.88 * gap)[:, None], gloss=0.3)

    return floor


def _linen(p: Array) -> Surface:
    warp = np.abs(np.sin(p[0] * 60 + 2 * noise(p, 3, 1)))
    weft = np.abs(np.sin(p[2] * 60 + 2 * noise(p, 3, 2)))
    tone = 0.7 + 0.18 * warp * weft + 0.2 * layers(p, 1.6, 5)
    return Surface(colour=np.array((0.62, 0.56, 0.47), np.float32) * tone[:, None], gloss=0.0)


def _wood(d: Array) -> Array:
    """Trees far out of focus: dark green below, bright gaps of sky, discs of light."""
    trunks = layers(np.stack([d[0] * 9, d[1] * 0.8, np.zeros_like(d[0])]), 1, 21, 3)
    leaves = layers(np.stack([d[0] * 7, d[1] * 7, np.zeros_like(d[0])]), 1, 31, 3)
    colour = mix((0.035, 0.07, 0.03), (0.24, 0.34, 0.11), smooth(0.25, 0.8, leaves))
    colour = mix(colour, (0.05, 0.04, 0.03), smooth(0.5, 0.72, trunks) * 0.7)
    colour = mix(colour, (0.75, 0.82, 0.72), smooth(0.12, 0.5, d[1] + 0.25 * (leaves - 0.5)))
    return _discs(colour, d, (0.85, 0.85, 0.5), count=26, seed=5, low=-0.08, high=0.3)


def _dusk(d: Array) -> Array:
    colour = mix((0.035, 0.04, 0.055), (0.1, 0.16, 0.3), smooth(-0.15, 0.5, d[1]))
    colour = mix(colour, (0.32, 0.2, 0.14), np.exp(-(((d[1] - 0.02) / 0.1) ** 2)) * 0.6)
    return _discs(colour, d, (1.0, 0.6, 0.25), count=30, seed=12, low=-0.1, high=0.22)


def _discs(
    colour: Array, d: Array, light: Colour, *, count: int, seed: int, low: float, high: float
) -> Array:
    random = np.random.default_rng(seed)
    for _ in range(count):
        x, y = random.uniform(-0.7, 0.7), random.uniform(low, high)
        radius, strength = random.uniform(0.012, 0.035), random.uniform(0.1, 0.5)
        away = np.hypot(d[0] / np.maximum(-d[2], 0.1) - x, d[1] / np.maximum(-d[2], 0.1) - y)
        inside = 1 - smooth(radius * 0.85, radius, away)
        colour = colour + np.asarray(light, np.float32) * (inside * strength)[:, None]
    return colour


def _shots() -> dict[str, Callable[[], Shot]]:
    return {
        "fell-mug-white": lambda: Shot(
            parts=set_down(mug(FELL_MUG), turn=-0.35),
            setting=on_white,
            camera=Camera(place=(0.25, 1.35, 3.2), target=(0.08, 0.39, 0), angle=24),
            centre=(0.1, 0.42, 0), radius=0.95, seed=101,
        ),
        "fell-mug-scene": lambda: Shot(
            parts=set_down(mug(FELL_MUG), turn=0.3)
            + set_down(mug(FELL_MUG), at=(-1.05, -1.0), turn=-2.0),
            setting=in_the_woods,
            camera=Camera(place=(-0.35, 1.0, 3.1), target=(-0.12, 0.46, 0.4), angle=32, blur=8),
            centre=(-0.4, 0.42, -0.45), radius=1.6, seed=102,
        ),
        "fell-mug-detail": lambda: Shot(
            parts=set_down(mug(FELL_MUG), turn=-0.12),
            setting=on_linen,
            camera=Camera(place=(-0.25, 0.85, 1.7), target=(0.04, 0.45, 0.4), angle=29, blur=5),
            centre=(0.1, 0.42, 0), radius=0.95, seed=103,
        ),
        "vesper-lantern-white": lambda: Shot(
            parts=set_down(lantern(VESPER_LANTERN, lit=0.75), turn=0.3),
            setting=on_white,
            camera=Camera(place=(-0.4, 1.75, 4.9), target=(0, 0.9, 0), angle=28),
            centre=(0, 0.95, 0), radius=1.15, seed=111,
        ),
        "vesper-lantern-scene": lambda: Shot(
            parts=set_down(lantern(VESPER_LANTERN, lit=1.5), turn=-0.2)
            + set_down(mug(FELL_MUG), at=(1.15, -0.5), turn=0.7),
            setting=by_the_tent,
            camera=Camera(place=(0.5, 1.5, 4.2), target=(0.25, 0.85, 0.5), angle=36, blur=6),
            centre=(0.35, 0.9, -0.2), radius=1.75, seed=112,
        ),
        "vesper-lantern-detail": lambda: Shot(
            parts=set_down(lantern(VESPER_LANTERN, lit=1.0), turn=0.12),
            setting=in_the_woods,
            camera=Camera(place=(0.3, 0.75, 1.9), target=(0.02, 0.36, 0.55), angle=36, blur=8),
            centre=(0, 0.95, 0), radius=1.15, seed=113,
        ),
        "skerry-bottle-white": lambda: Shot(
            parts=set_down(bottle(SKERRY_BOTTLE), turn=0.4),
            setting=on_white,
            camera=Camera(place=(0.5, 1.9, 5.6), target=(0, 1.24, 0), angle=29),
            centre=(0, 1.25, 0), radius=1.45, seed=121,
        ),
        "skerry-bottle-scene": lambda: Shot(
            parts=set_down(bottle(SKERRY_BOTTLE), turn=-0.25),
            setting=in_the_woods,
            camera=Camera(place=(-0.6, 1.5, 4.4), target=(0.15, 1.2, 0.37), angle=36, blur=8),
            centre=(0, 1.25, 0), radius=1.45, seed=122,
        ),
        "skerry-bottle-detail": lambda: Shot(
            parts=set_down(bottle(SKERRY_BOTTLE), turn=0.1),
            setting=on_linen,
            camera=Camera(place=(0.75, 1.9, 2.3), target=(0, 1.25, 0.37), angle=34, blur=5),
            centre=(0, 1.25, 0), radius=1.45, seed=123,
        ),
        "moor-kettle-white": lambda: Shot(
            parts=set_down(kettle(MOOR_KETTLE), turn=0.35),
            setting=on_white,
            camera=Camera(place=(0.3, 2.0, 5.0), target=(-0.12, 0.72, 0), angle=28),
            centre=(-0.1, 0.75, 0), radius=1.35, seed=131,
        ),
        "moor-kettle-scene": lambda: Shot(
            parts=set_down(kettle(MOOR_KETTLE), turn=-0.3)
            + set_down(mug(FELL_MUG), at=(1.2, 0.35), turn=-0.5),
            setting=by_the_tent,
            camera=Camera(place=(-0.3, 1.7, 4.4), target=(0.12, 0.68, 0.6), angle=36, blur=5),
            centre=(0.15, 0.75, 0), radius=1.75, seed=132,
        ),
        "moor-kettle-detail": lambda: Shot(
            parts=set_down(kettle(MOOR_KETTLE), turn=0.15),
            setting=on_linen,
            camera=Camera(place=(0.1, 1.3, 2.6), target=(-0.05, 0.5, 0.7), angle=34, blur=6),
            centre=(-0.1, 0.75, 0), radius=1.35, seed=133,
        ),
        "other-red-mug": lambda: Shot(
            parts=set_down(mug(RED_MUG, height=1.0, radius=0.36), turn=2.4),
            setting=on_paper,
            camera=Camera(place=(0.9, 1.6, 2.9), target=(0, 0.45, 0), angle=30, blur=4),
            centre=(0, 0.5, 0), radius=1.0, seed=201,
        ),
        "other-stone-mugs": lambda: Shot(
            parts=set_down(mug(STONE_MUG, height=0.6, radius=0.46), at=(-0.6, 0.1), turn=2.9)
            + set_down(mug(RED_MUG, height=0.6, radius=0.46), at=(0.55, -0.2), turn=-0.6),
            setting=on_white,
            camera=Camera(place=(0.0, 2.3, 3.4), target=(0, 0.3, 0), angle=34),
            centre=(0, 0.4, 0), radius=1.5, seed=202,
        ),
        "other-black-lantern": lambda: Shot(
            parts=set_down(lantern(BLACK_LANTERN, lit=0.15, squat=0.75), turn=0.8),
            setting=on_paper,
            camera=Camera(place=(1.4, 1.1, 3.6), target=(0, 0.65, 0), angle=31, blur=3),
            centre=(0, 0.75, 0), radius=1.15, seed=203,
        ),
        "other-mint-bottle": lambda: Shot(
            parts=set_down(bottle(MINT_BOTTLE, height=1.9, radius=0.44), turn=1.2)
            + set_down(bottle(LILAC_BOTTLE, height=1.9, radius=0.44), at=(1.1, -0.4), turn=1.0),
            setting=on_white,
            camera=Camera(place=(-0.8, 2.6, 5.0), target=(0.5, 0.95, 0), angle=32),
            centre=(0.5, 1.0, -0.2), radius=1.7, seed=204,
        ),
        "other-blue-mugs": lambda: Shot(
            parts=set_down(mug(BLUE_MUG, height=0.74, radius=0.45), at=(-0.5, 0.2), turn=-0.8)
            + set_down(mug(BLUE_MUG, height=0.74, radius=0.45), at=(0.65, -0.5), turn=1.9),
            setting=by_the_lake,
            camera=Camera(place=(0.4, 1.8, 3.6), target=(0, 0.35, 0), angle=36, blur=5),
            centre=(0.1, 0.4, -0.1), radius=1.5, seed=206,
        ),
        "other-yellow-mug": lambda: Shot(
            parts=set_down(mug(YELLOW_MUG, height=0.9, radius=0.4), turn=0.5),
            setting=by_the_lake,
            camera=Camera(place=(0.6, 0.9, 3.0), target=(0.1, 0.45, 0), angle=31, blur=6),
            centre=(0.1, 0.45, 0), radius=1.0, seed=207,
        ),
        "other-red-lantern": lambda: Shot(
            parts=set_down(lantern(RED_LANTERN, lit=0.9, squat=0.85), turn=0.5),
            setting=by_the_lake,
            camera=Camera(place=(-1.3, 1.3, 4.2), target=(0.2, 0.75, 0), angle=34, blur=7),
            centre=(0, 0.85, 0), radius=1.2, seed=208,
        ),
        "other-steel-bottle": lambda: Shot(
            parts=set_down(bottle(STEEL_BOTTLE, height=2.0, radius=0.3), turn=0.2),
            setting=on_paper,
            camera=Camera(place=(0.9, 1.4, 4.6), target=(0, 1.05, 0), angle=31, blur=4),
            centre=(0, 1.1, 0), radius=1.35, seed=209,
        ),
        "other-orange-bottle": lambda: Shot(
            parts=set_down(bottle(ORANGE_BOTTLE, height=1.7, radius=0.42), turn=1.3),
            setting=on_white,
            camera=Camera(place=(-0.9, 2.2, 4.6), target=(0, 0.9, 0), angle=29),
            centre=(0, 0.95, 0), radius=1.25, seed=210,
        ),
        "other-cream-kettle": lambda: Shot(
            parts=set_down(kettle(CREAM_KETTLE), turn=2.9),
            setting=by_the_lake,
            camera=Camera(place=(0.8, 1.5, 4.8), target=(0, 0.65, 0), angle=33, blur=7),
            centre=(0, 0.75, 0), radius=1.35, seed=211,
        ),
        "other-copper-kettle": lambda: Shot(
            parts=set_down(kettle(COPPER_KETTLE), turn=2.6),
            setting=on_paper,
            camera=Camera(place=(-1.2, 2.6, 4.0), target=(0, 0.6, 0), angle=32, blur=3),
            centre=(0, 0.75, 0), radius=1.35, seed=205,
        ),
    }  # fmt: skip


SHOTS: Mapping[str, Callable[[], Shot]] = _shots()


def main(names: list[str]) -> None:
    """Draw the named photographs, all of them if none is named."""
    FOLDER.mkdir(exist_ok=True)
    for name in names or SHOTS:
        SHOTS[name]().take().save(FOLDER / f"{name}.jpg", quality=QUALITY, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
