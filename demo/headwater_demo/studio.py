"""A small photographer's studio: distance fields, light, camera and sensor noise, in numpy.

Objects are signed distance fields that rays are marched against. Points are arrays of shape (3, n),
colours (n, 3) in linear light; lengths are in decimetres; y points up, the floor is y = 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Array = npt.NDArray[Any]
"""Points, colours and distances, float32."""
Distance = Callable[[Array], Array]
Colour = tuple[float, float, float]
Vector = tuple[float, float, float]

_STEPS = 110
_HIT = 4e-4  # decimetres; below that a ray has arrived
_SOFT_BOX = 7.0  # how much brighter a soft box looks than the white card that it lights


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What light does at some points: `gloss` and `metal` from 0 to 1, `glow` is own light."""

    colour: Array
    gloss: float = 0.3
    metal: float = 0.0
    glow: Array | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A body of one material."""

    distance: Distance
    paint: Callable[[Array], Surface]


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """A soft box: the direction towards it, its colour, its half size as an angle (radians)."""

    towards: Vector
    colour: Colour
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Where the camera stands, where it looks, how wide (degrees), what is sharp."""

    place: Vector
    target: Vector
    angle: float
    blur: float = 0.0
    """Diameter of the blur in thousandths of the picture per decimetre out of focus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything in front of the camera. `backdrop` colours what no ray meets, `floor` y = 0."""

    parts: Sequence[Part]
    centre: Vector
    radius: float
    """A ball around all parts; rays that miss it meet floor or backdrop only."""
    lights: Sequence[Light]
    ambient: tuple[Colour, Colour]
    """Light from above and from below."""
    floor: Callable[[Array], Surface]
    backdrop: Callable[[Array], Array]
    exposure: float = 1.0
    white_floor: bool = False
    """A product photograph on white: the floor melts into the backdrop, only shadows stay."""


# --- distances ---------------------------------------------------------------------------------


def turned(outline: Sequence[tuple[float, float]], rounding: float = 0.0) -> Distance:
    """A body turned on a lathe: a closed outline of (radius, height) around the y axis."""
    corners = np.asarray(outline, np.float32)

    def distance(p: Array) -> Array:
        return _polygon(np.hypot(p[0], p[2]), p[1], corners) - np.float32(rounding)

    return distance


def _polygon(x: Array, y: Array, corners: Array) -> Array:
    nearest = np.full_like(x, np.inf)
    inside = np.ones_like(x)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        ex, ey = bx - ax, by - ay
        wx, wy = x - ax, y - ay
        along = np.clip((wx * ex + wy * ey) / max(float(ex * ex + ey * ey), 1e-12), 0, 1)
        nearest = np.minimum(nearest, (wx - ex * along) ** 2 + (wy - ey * along) ** 2)
        left = ex * wy - ey * wx
        crossing = ((y >= ay) & (y < by) & (left > 0)) | ((y < ay) & (y >= by) & (left <= 0))
        inside = np.where(crossing, -inside, inside)
    result: Array = inside * np.sqrt(nearest)
    return result


def tube(points: Sequence[Vector], radius: float, flat: float = 1.0) -> Distance:
    """A wire through the points; `flat` > 1 makes it a band that is wider along z."""
    corners = np.asarray(points, np.float32)
    squeeze = np.array([[1], [1], [1 / flat]], np.float32)

    def distance(p: Array) -> Array:
        q = p * squeeze
        nearest = np.full_like(q[0], np.inf)
        for a, b in zip(corners[:-1] * squeeze.T, corners[1:] * squeeze.T, strict=True):
            edge = b - a
            w = q - a[:, None]
            along = np.clip((edge @ w) / float(edge @ edge), 0, 1)
            nearest = np.minimum(nearest, ((w - edge[:, None] * along) ** 2).sum(axis=0))
        result: Array = np.sqrt(nearest) - radius
        return result

    return distance


def curve(control: Sequence[Vector], pieces: int) -> list[Vector]:
    """A smooth line through control points (Catmull-Rom), as `pieces` points per section."""
    knots = [np.array(point, float) for point in control]
    knots = [2 * knots[0] - knots[1], *knots, 2 * knots[-1] - knots[-2]]
    line: list[Vector] = []
    for before, start, end, after in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        for t in np.linspace(0, 1, pieces, endpoint=False):
            bend = 2 * before - 5 * start + 4 * end - after
            twist = -before + 3 * start - 3 * end + after
            x, y, z = 0.5 * (2 * start + (end - before) * t + bend * t**2 + twist * t**3)
            line.append((float(x), float(y), float(z)))
    return [*line, control[-1]]


def outline(control: Sequence[tuple[float, float]], pieces: int) -> list[tuple[float, float]]:
    """A smooth line of (radius, height) through control points, for `turned`."""
    return [(x, y) for x, y, _ in curve([(x, y, 0.0) for x, y in control], pieces)]


def moved(distance: Distance, by: Vector, turn: float = 0.0, tilt: float = 0.0) -> Distance:
    """The same body elsewhere: tilted about z, then turned about y (radians), then moved."""
    back = placed(by, turn, tilt)
    return lambda p: distance(back(p))


def placed(by: Vector, turn: float = 0.0, tilt: float = 0.0) -> Callable[[Array], Array]:
    """The map from scene points to an object's own points; the inverse of `moved`."""
    offset = np.array(by, np.float32)[:, None]
    c, s = np.cos(turn), np.sin(turn)
    about_y = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]], np.float32)
    c, s = np.cos(tilt), np.sin(tilt)
    about_z = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]], np.float32)
    matrix = about_z @ about_y
    return lambda p: matrix @ (p - offset)


# --- textures ----------------------------------------------------------------------------------


def noise(p: Array, frequency: float, seed: int) -> Array:
    """Smooth noise from 0 to 1 at points, about `frequency` bumps per decimetre."""
    q = p * np.float32(frequency)
    cell = np.floor(q)
    t = q - cell
    t = t * t * (3 - 2 * t)
    i = cell.astype(np.int64)
    total: Array = np.zeros_like(q[0])
    for corner in range(8):
        dx, dy, dz = corner & 1, corner >> 1 & 1, corner >> 2 & 1
        weight = (
            (t[0] if dx else 1 - t[0]) * (t[1] if dy else 1 - t[1]) * (t[2] if dz else 1 - t[2])
        )
        total += weight * _hash(i[0] + dx, i[1] + dy, i[2] + dz, seed)
    return total


def _hash(
    x: npt.NDArray[np.int64], y: npt.NDArray[np.int64], z: npt.NDArray[np.int64], seed: int
) -> Array:
    h = (x * 73856093) ^ (y * 19349663) ^ (z * 83492791) ^ (seed * 2654435761)
    h = (h ^ (h >> 13)) * 1274126177
    h = (h ^ (h >> 16)) & 0xFFFFFF
    return (h / np.float32(0xFFFFFF)).astype(np.float32)


def layers(p: Array, frequency: float, seed: int, count: int = 4) -> Array:
    """Noise over noise, each layer twice as fine and half as strong; from 0 to 1."""
    total: Array = np.zeros_like(p[0])
    for layer in range(count):
        total += noise(p, frequency * 2**layer, seed + layer) / np.float32(2 ** (layer + 1))
    total /= 1 - 0.5**count
    return total


def specks(p: Array, frequency: float, seed: int, share: float) -> Array:
    """Round spots, 1 inside; about `share` of the cells of a grid hold one."""
    q = p * np.float32(frequency)
    i = np.floor(q).astype(np.int64)
    cell = (i[0], i[1], i[2])
    middle = [0.3 + 0.4 * _hash(*cell, seed + axis) for axis in range(3)]
    distance = np.sqrt(sum((q[k] - i[k] - middle[k]) ** 2 for k in range(3)))
    size = 0.28 * _hash(*cell, seed + 7) * (_hash(*cell, seed + 9) < share)
    result: Array = (1 - smooth(size - 0.05, size + 0.05, distance)).astype(np.float32)
    return np.where(size > 0, result, 0).astype(np.float32)


def smooth(low: Array | float, high: Array | float, value: Array) -> Array:
    """0 below `low`, 1 above `high`, a smooth step between."""
    t = np.clip((value - low) / (np.asarray(high) - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def mix(a: Array | Colour, b: Array | Colour, share: Array) -> Array:
    """Colour a where share is 0, b where it is 1."""
    one, other = np.asarray(a, np.float32), np.asarray(b, np.float32)
    return one + (other - one) * share[:, None]


# --- the photograph ----------------------------------------------------------------------------


def photograph(scene: Scene, camera: Camera, *, size: int, seed: int) -> Image.Image:
    """Take the picture, `size` by `size` pixels; each pixel averages the light of 2.25 rays."""
    wide = size * 3 // 2
    origin, rays = _rays(camera, wide)
    light, depth = _trace(scene, origin, rays)
    picture = light.reshape(wide, wide, 3)
    if camera.blur:
        focus = float(np.linalg.norm(np.subtract(camera.target, camera.place)))
        picture = _out_of_focus(picture, depth.reshape(wide, wide), focus, camera.blur)
    return _develop(picture * scene.exposure, size, seed)


def _rays(camera: Camera, wide: int) -> tuple[Array, Array]:
    place = np.array(camera.place, np.float32)
    ahead = np.array(camera.target, np.float32) - place
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, np.array([0, 1, 0], np.float32))
    right /= np.linalg.norm(right)
    up = np.cross(right, ahead)
    half = np.tan(np.radians(camera.angle) / 2)
    steps = (np.arange(wide, dtype=np.float32) + 0.5) / wide * 2 - 1
    x, y = np.meshgrid(steps * half, -steps * half)
    rays = (
        ahead[:, None]
        + right[:, None] * x.ravel()[None].astype(np.float32)
        + up[:, None] * y.ravel()[None].astype(np.float32)
    )
    rays /= np.linalg.norm(rays, axis=0)
    return place[:, None], rays.astype(np.float32)


def _trace(scene: Scene, origin: Array, rays: Array) -> tuple[Array, Array]:
    light = scene.backdrop(rays)
    depth = np.full(rays.shape[1], 60.0, np.float32)
    body = _march(scene, np.broadcast_to(origin, rays.shape), rays)
    with np.errstate(divide="ignore"):
        ground = np.where(rays[1] < -1e-4, -origin[1] / rays[1], np.inf).astype(np.float32)
    on_floor = np.flatnonzero((ground < 60) & ~(body < ground))
    depth[on_floor] = ground[on_floor]
    p = origin + rays[:, on_floor] * ground[on_floor]
    lit = _shade_floor(scene, p, rays[:, on_floor])
    if scene.white_floor:
        # The cove: the floor fades into the backdrop some way behind the object.
        far = smooth(3.0, 7.0, np.hypot(p[0], p[2]))
        lit = mix(lit, light[on_floor], far)
    light[on_floor] = lit
    hit = np.flatnonzero(np.isfinite(body) & (body <= ground))
    depth[hit] = body[hit]
    p = origin + rays[:, hit] * body[hit]
    light[hit] = _shade_bodies(scene, p, rays[:, hit])
    return light, depth


def _distance(scene: Scene, p: Array) -> Array:
    nearest = scene.parts[0].distance(p)
    for part in scene.parts[1:]:
        nearest = np.minimum(nearest, part.distance(p))
    return nearest


def _march(scene: Scene, origin: Array, rays: Array) -> Array:
    """Length of each ray until it meets a part; infinite where it meets none."""
    start, end = _ball_span(scene, origin, rays)
    reached = np.full(rays.shape[1], np.inf, np.float32)
    alive = np.flatnonzero(end > start)
    t = start[alive]
    for _ in range(_STEPS):
        if not alive.size:
            break
        d = _distance(scene, origin[:, alive] + rays[:, alive] * t)
        arrived = d < _HIT
        reached[alive[arrived]] = t[arrived]
        t = t + d * np.float32(0.92)
        going = ~arrived & (t < end[alive])
        alive, t = alive[going], t[going]
    return reached


def _ball_span(scene: Scene, origin: Array, rays: Array) -> tuple[Array, Array]:
    away = origin - np.array(scene.centre, np.float32)[:, None]
    b = (away * rays).sum(axis=0)
    inside = b * b - (away * away).sum(axis=0) + scene.radius**2
    root = np.sqrt(np.maximum(inside, 0))
    start = np.maximum(-b - root, 0).astype(np.float32)
    end = np.where(inside > 0, -b + root, -1).astype(np.float32)
    return start, end


def _normals(scene: Scene, p: Array) -> Array:
    e = np.float32(1.5e-3)
    total = np.zeros_like(p)
    for corner in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        step = np.array(corner, np.float32)[:, None]
        total += step * _distance(scene, p + step * e)
    total /= np.maximum(np.linalg.norm(total, axis=0), 1e-9)
    return total


def _shadow(scene: Scene, p: Array, light: Light) -> Array:
    """How much of a soft box each point sees, 0 to 1: the nearest miss on the way decides."""
    towards = _unit(light.towards)
    rays = np.broadcast_to(towards[:, None], p.shape)
    start, end = _ball_span(scene, p, rays)
    seen = np.ones(p.shape[1], np.float32)
    alive = np.flatnonzero(end > start)
    t = np.maximum(start[alive], 0.02).astype(np.float32)
    for _ in range(48):
        if not alive.size:
            break
        d = _distance(scene, p[:, alive] + rays[:, alive] * t)
        # -1: the ray passes wholly inside; +1: the whole light is seen beside the body.
        seen[alive] = np.minimum(seen[alive], np.clip(d / (light.size * t), -1, 1))
        t = t + np.clip(d, 0.02, 0.25)
        going = (t < end[alive]) & (seen[alive] > -0.99)
        alive, t = alive[going], t[going]
    half = (seen + 1) / 2
    return half * half * (3 - 2 * half)


def _openness(scene: Scene, p: Array, normal: Array, reach: float) -> Array:
    """How open the surroundings are (ambient occlusion), 0 in a crack, 1 in the open."""
    closed = np.zeros(p.shape[1], np.float32)
    for step in range(1, 6):
        h = np.float32(reach * step / 5)
        closed += (h - np.minimum(_distance(scene, p + normal * h), h)) / h / 2**step
    result: Array = np.clip(1 - 1.1 * closed, 0, 1)
    return result


def _unit(vector: Vector) -> Array:
    v = np.array(vector, np.float32)
    return v / np.linalg.norm(v)


def _reflection(scene: Scene, p: Array, rays: Array, gloss: float) -> Array:
    """What a mirror at `p` shows along `rays`: soft boxes, surroundings, the floor below."""
    above, below = (np.asarray(colour, np.float32) for colour in scene.ambient)
    share = smooth(-0.5, 0.9, rays[1])
    seen = mix(below, above, share)
    soften = 0.03 + 0.5 * (1 - gloss) ** 2
    for light in scene.lights:
        towards = _unit(light.towards)
        side = np.cross(towards, np.array([0, 1, 0], np.float32))
        side /= np.linalg.norm(side)
        top = np.cross(side, towards)
        front = towards @ rays
        ahead = np.maximum(front, 1e-3)
        u, v = np.abs(side @ rays) / ahead, np.abs(top @ rays) / ahead
        width = float(np.tan(light.size)) * 1.1
        inside = (1 - smooth(width - soften, width + soften, u)) * (
            1 - smooth(width * 1.5 - soften, width * 1.5 + soften, v)
        )
        seen += (inside * (front > 0))[:, None] * np.asarray(light.colour, np.float32) * _SOFT_BOX
    down = np.flatnonzero(rays[1] < -0.02)
    if down.size:
        t = np.minimum(p[1, down] / -rays[1, down], 8)
        floor = scene.floor(p[:, down] + rays[:, down] * t).colour
        near = np.exp(-t * 0.25) * 0.8
        seen[down] = mix(seen[down], floor * (above + below) * 0.6, near)
    return seen


def _lit(scene: Scene, p: Array, normal: Array, openness: Array) -> Array:
    above, below = (np.asarray(colour, np.float32) for colour in scene.ambient)
    light = mix(below, above, normal[1] * 0.5 + 0.5) * openness[:, None]
    for source in scene.lights:
        facing = np.clip((_unit(source.towards) @ normal + source.size * 0.3), 0, None)
        lit = facing * (facing > 0)
        aim = np.flatnonzero(lit > 0)
        seen = np.zeros_like(lit)
        seen[aim] = _shadow(scene, p[:, aim] + normal[:, aim] * 0.01, source)
        light += (lit * seen)[:, None] * np.asarray(source.colour, np.float32)
    return light


def _shade_bodies(scene: Scene, p: Array, rays: Array) -> Array:
    result = np.zeros((p.shape[1], 3), np.float32)
    if not p.shape[1]:
        return result
    owner = np.argmin(np.stack([part.distance(p) for part in scene.parts]), axis=0)
    normal = _normals(scene, p)
    openness = _openness(scene, p, normal, 0.5)
    openness *= 0.55 + 0.45 * smooth(0.0, 0.7, p[1] + 0.4 * np.maximum(normal[1], 0))
    light = _lit(scene, p, normal, openness)
    facing = np.clip(-(normal * rays).sum(axis=0), 0, 1)
    mirrored = rays + 2 * normal * facing
    for index, part in enumerate(scene.parts):
        own = np.flatnonzero(owner == index)
        if not own.size:
            continue
        surface = part.paint(p[:, own])
        shine = _reflection(scene, p[:, own], mirrored[:, own], surface.gloss)
        bare = 0.04 + (surface.metal * 0.6)
        grazing = bare + (1 - bare) * (1 - facing[own]) ** 5
        shine *= (grazing * (0.15 + 0.85 * surface.gloss) * (0.3 + 0.7 * openness[own]))[:, None]
        if surface.metal:
            shine *= mix((1.0, 1.0, 1.0), surface.colour, np.full_like(facing[own], surface.metal))
        result[own] = surface.colour * light[own] * (1 - 0.75 * surface.metal) + shine
        if surface.glow is not None:
            result[own] += surface.glow
    return result


def _shade_floor(scene: Scene, p: Array, rays: Array) -> Array:
    normal = np.zeros_like(p)
    normal[1] = 1
    away = np.linalg.norm(p - np.array(scene.centre, np.float32)[:, None], axis=0)
    openness = np.ones(p.shape[1], np.float32)
    close = np.flatnonzero(away < scene.radius + 0.8)
    openness[close] = _openness(scene, p[:, close], normal[:, close], 0.7)
    light = _lit(scene, p, normal, openness)
    surface = scene.floor(p)
    lit = surface.colour * light
    if surface.gloss > 0.05:
        mirrored = rays.copy()
        mirrored[1] = -mirrored[1]
        body = _march(scene, p, mirrored)
        hit = np.flatnonzero(np.isfinite(body))
        seen = scene.backdrop(mirrored)
        if hit.size:
            q = p[:, hit] + mirrored[:, hit] * body[hit]
            seen[hit] = _shade_bodies(scene, q, mirrored[:, hit])
        grazing = 0.04 + 0.96 * (1 - np.clip(-rays[1], 0, 1)) ** 5
        lit += seen * (grazing * surface.gloss)[:, None]
    return lit


def _out_of_focus(picture: Array, depth: Array, focus: float, blur: float) -> Array:
    """Blend the picture with blurred copies of itself, the more the farther from the focus."""
    wide = picture.shape[0]
    circle = np.abs(depth - focus) / np.maximum(depth, 0.1) * focus * blur * wide / 1000
    result = picture
    for radius in (wide / 800, wide / 400, wide / 200, wide / 109):
        if radius < 1:
            continue
        soft = np.stack([_blurred(picture[..., k], radius) for k in range(3)], axis=-1)
        share = smooth(radius * 0.4, radius, circle.astype(np.float32))[..., None]
        result = result + (soft - result) * share
    return result


def _blurred(channel: Array, radius: float) -> Array:
    # Pillow's blur wants at most 8-bit or 32-bit float single channels: the latter by boxes only.
    image = Image.fromarray(channel.astype(np.float32))
    half = max(int(radius), 1)
    values = np.asarray(image)
    for axis in (0, 1):
        for _ in range(2):
            values = _box(values, half, axis)
    return values


def _box(values: Array, half: int, axis: int) -> Array:
    pad = [(0, 0), (0, 0)]
    pad[axis] = (half + 1, half)
    sums = np.cumsum(np.pad(values, pad, mode="edge"), axis=axis, dtype=np.float64)
    n = values.shape[axis]
    first = np.take(sums, range(n), axis=axis)
    last = np.take(sums, range(2 * half + 1, 2 * half + 1 + n), axis=axis)
    result: Array = ((last - first) / (2 * half + 1)).astype(np.float32)
    return result


def _develop(light: Array, size: int, seed: int) -> Image.Image:
    """From light to an 8-bit picture: film curve, vignette, the sensor's noise, sharpening."""
    wide = light.shape[0]
    steps = np.linspace(-1, 1, wide, dtype=np.float32)
    edge = steps[:, None] ** 2 + steps[None] ** 2
    light = np.maximum(light, 0) * (1 - 0.05 * edge[..., None])
    # A shoulder that keeps bright parts from clipping hard.
    toned = np.clip(light * (1 + light / 7.0) / (1 + light * 0.55), 0, 1)
    values = toned ** np.float32(1 / 2.2)
    values = values + 0.35 * (values * values * (3 - 2 * values) - values)
    image = Image.fromarray((values * 255 + 0.5).astype(np.uint8))
    image = image.resize((size, size), Image.Resampling.LANCZOS)
    image = image.filter(ImageFilter.UnsharpMask(radius=0.8, percent=45, threshold=2))
    grain = np.random.default_rng(seed).normal(0, 1, (size, size, 3)).astype(np.float32)
    final = np.asarray(image, np.float32) + grain * 1.7 + grain[..., :1] * 0.9
    return Image.fromarray(np.clip(final + 0.5, 0, 255).astype(np.uint8))
