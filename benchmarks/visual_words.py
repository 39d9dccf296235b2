"""Learn the visual words from pictures drawn here, and write them where the matcher reads them.

Run it when `local_features` changes what it describes; then raise ALGORITHM_VERSION. It takes about
a minute and gives the same file every time on the same machine.
"""

import io
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from headwater.matching import local_features, visual_words

PICTURES, SIDE, FEATURES, WORDS, ROUNDS, SAMPLES = 500, 420, 350, 2048, 10, 150_000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789&%$#@!?+*/()"


def main() -> None:
    chance = np.random.default_rng(5)
    features = [local_features.extract(picture(seed), FEATURES) for seed in range(PICTURES)]
    features += [local_features.mirrored(one, SIDE) for one in features]
    found = np.concatenate([one.descriptors for one in features])
    found = found[chance.permutation(len(found))]
    mean = found.mean(0)
    _, vectors = np.linalg.eigh(np.cov((found - mean).T))
    principal = vectors[:, ::-1][:, : visual_words.CODE_BITS].T
    turn = np.linalg.qr(chance.normal(size=(len(principal), len(principal))))[0]
    axes = (turn @ principal).astype(np.float32)
    samples = ((found - mean) @ axes.T).astype(np.float32)[:SAMPLES]
    words, nearest = clusters(samples)
    medians = words.copy()
    for word in range(WORDS):
        mine = samples[nearest == word]
        if len(mine) >= 12:
            medians[word] = np.median(mine, axis=0)
    path = Path(visual_words.__file__).with_suffix(".npz")
    arrays = {"mean": mean, "axes": axes, "words": words, "medians": medians}
    np.savez(path, **{name: array.astype(np.float16) for name, array in arrays.items()})
    print(f"{WORDS} words from {len(found)} features in {path}, {path.stat().st_size} bytes")


def clusters(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Plain k-means: the centres, and the centre of each sample."""
    centres = samples[:WORDS].copy()
    for _ in range(ROUNDS):
        half = (centres**2).sum(1) / 2
        parts = np.array_split(samples, 60)
        nearest = np.concatenate([(part @ centres.T - half).argmax(1) for part in parts])
        size = np.bincount(nearest, minlength=WORDS)
        sums = [np.bincount(nearest, samples[:, axis], WORDS) for axis in range(samples.shape[1])]
        filled = size > 0
        centres[filled] = (np.stack(sums, 1)[filled] / size[filled, None]).astype(np.float32)
    return centres, nearest


def picture(seed: int) -> np.ndarray:
    """Clouds, shapes, lines, letters, cloth; unevenly lit, blurred, grainy, as JPEG."""
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    ground = 128 + 60 * chance.random() * clouds(noise, SIDE, chance.uniform(1, 2))
    sheet = Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    if chance.random() < 0.5:
        sheet = Image.new("L", (SIDE, SIDE), chance.randrange(256))
    draw = ImageDraw.Draw(sheet)
    for _ in range(chance.randrange(5, 60)):
        shape(sheet, draw, chance)
    values = np.asarray(sheet, np.float32).copy()
    if chance.random() < 0.4:
        left, top = chance.randrange(SIDE), chance.randrange(SIDE)
        values[top : top + 200, left : left + 200] += cloth(chance)[: SIDE - top, : SIDE - left]
    light = Image.fromarray(clouds(noise, 16, 1.5).astype(np.float32))
    values *= np.clip(1 + 0.3 * np.asarray(light.resize((SIDE, SIDE), 3)), 0.3, 1.7)
    photograph = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    photograph = photograph.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 2)))
    grainy = np.asarray(photograph) + noise.normal(0, chance.uniform(0, 4), (SIDE, SIDE))
    file = io.BytesIO()
    photograph = Image.fromarray(np.clip(grainy, 0, 255).astype(np.uint8))
    photograph.save(file, "JPEG", quality=chance.randrange(50, 96))
    return np.asarray(Image.open(file), np.float32)


def clouds(noise: np.random.Generator, side: int, slope: float) -> np.ndarray:
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    frequency[0, 0] = 1
    values = np.fft.ifft2(np.fft.fft2(noise.normal(size=(side, side))) / frequency**slope).real
    return (values - values.mean()) / values.std()


def cloth(chance: random.Random) -> np.ndarray:
    """Stripes or a weave, 200 x 200."""
    down, across = np.mgrid[:200, :200]
    angle, period = chance.uniform(0, np.pi), chance.uniform(3, 30)
    one = np.sin((across * np.cos(angle) + down * np.sin(angle)) * 2 * np.pi / period)
    other = np.sin((down * np.cos(angle) - across * np.sin(angle)) * 2 * np.pi / period)
    return 40 * (one * other if chance.random() < 0.5 else one)


def shape(sheet: Image.Image, draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    x, y = chance.uniform(-20, SIDE), chance.uniform(-20, SIDE)
    width, height = chance.lognormvariate(3.2, 0.9), chance.lognormvariate(3.2, 0.9)
    box, shade = (x, y, x + width, y + height), chance.randrange(256)
    kind = chance.randrange(8)
    if kind == 0:
        draw.rectangle(box, fill=shade)
    elif kind == 1:
        draw.ellipse(box, fill=shade)
    elif kind == 2:
        ends = chance.randrange(2, 6)
        line = [(chance.uniform(0, SIDE), chance.uniform(0, SIDE)) for _ in range(ends)]
        draw.line(line, fill=shade, width=chance.randrange(1, 9))
    elif kind == 3:
        start, end = chance.randrange(360), chance.randrange(360)
        draw.arc(box, start, end, fill=shade, width=chance.randrange(1, 7))
    elif kind == 4:
        corners = chance.randrange(3, 7)
        draw.polygon(
            [(x + chance.uniform(0, width), y + chance.uniform(0, height)) for _ in range(corners)],
            fill=shade,
        )
    elif kind == 5:
        radius = min(width, height) / 4
        draw.rounded_rectangle(box, radius, outline=shade, width=chance.randrange(1, 6))
    else:
        word = "".join(chance.choices(LETTERS, k=chance.randrange(1, 10)))
        mask = Image.new("L", (400, 90), 0)
        font = ImageFont.load_default(chance.uniform(8, 60))
        ImageDraw.Draw(mask).text((5, 5), word, fill=255, font=font)
        mask = mask.rotate(chance.choice((0, 0, 90, chance.uniform(0, 360))), expand=True)
        sheet.paste(shade, (int(x), int(y)), mask)


if __name__ == "__main__":
    main()
