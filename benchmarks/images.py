"""Does the picture matcher find altered copies, beside the usual ways, in one run?

`matcher` and its neighbours are what a picture benchmark takes: `fit({id: bytes})` and
`score(bytes) -> [(id, score)]`. Run as a command it makes such a benchmark from any folder of
pictures (JPEG, PNG, WebP): half become references, each of those is altered in ten ways, the other
half are strangers. Every matcher's recall is counted at the score that no stranger reaches.

    python benchmarks/images.py FOLDER [--most 200]
    python benchmarks/images.py --growth
"""

import argparse
import io
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from headwater.domain.fingerprints import FingerprintKind
from headwater.matching.fingerprints import fingerprint
from headwater.matching.images import UnreadablePicture, open_picture
from headwater.matching.local_features import LocalFeatures
from headwater.matching.picture_index import Entries, PictureIndex
from headwater.matching.pictures import PictureMatcher
from headwater.matching.visual_words import count

Scores = list[tuple[str, float]]


class Matcher(Protocol):
    def fit(self, references: Mapping[str, bytes]) -> None: ...

    def score(self, query: bytes) -> Scores: ...


class _Headwater:
    """The probability of the same picture as the score."""

    def __init__(self) -> None:
        self._matcher = PictureMatcher()

    def fit(self, references: Mapping[str, bytes]) -> None:
        self._matcher.fit(references)

    def score(self, query: bytes) -> Scores:
        try:
            matches = self._matcher.find(query)
        except UnreadablePicture:
            return []
        return [(match.reference_id, match.probability) for match in matches]


class _Bits:
    """References by the bits of one hash, the nearest first."""

    def __init__(self, bits: Callable[[bytes], int]) -> None:
        self._bits = bits

    def fit(self, references: Mapping[str, bytes]) -> None:
        self._references = {name: self._bits(data) for name, data in references.items()}

    def score(self, query: bytes) -> Scores:
        asked = self._bits(query)
        return [(name, -(asked ^ bits).bit_count()) for name, bits in self._references.items()]


class _OrbRansac:
    """ORB, all against all with a ratio test, a homography for the eight likeliest references."""

    def __init__(self) -> None:
        import cv2

        cv2.setNumThreads(1)
        self._cv2 = cv2
        self._orb = cv2.ORB_create(500)
        self._pairs = cv2.BFMatcher(cv2.NORM_HAMMING)

    def _features(self, data: bytes) -> tuple[Any, Any]:
        picture = open_picture(data).convert("L")
        picture.thumbnail((512, 512))
        return self._orb.detectAndCompute(np.asarray(picture), None)

    def fit(self, references: Mapping[str, bytes]) -> None:
        found = {name: self._features(data) for name, data in references.items()}
        self._references = {name: one for name, one in found.items() if one[1] is not None}
        self._names = list(self._references)
        self._all = np.concatenate([one[1] for one in self._references.values()])
        lengths = [len(one[1]) for one in self._references.values()]
        self._owner = np.repeat(np.arange(len(lengths)), lengths)

    def score(self, query: bytes) -> Scores:
        places, descriptors = self._features(query)
        if descriptors is None:
            return []
        nearest = [pair.trainIdx for pair in self._pairs.match(descriptors, self._all)]
        votes = np.bincount(self._owner[nearest], minlength=len(self._names))
        scores = []
        for number in np.argsort(-votes)[:8]:
            name = self._names[number]
            scores.append((name, float(self._inliers(places, descriptors, name))))
        return scores

    def _inliers(self, places: Any, descriptors: Any, name: str) -> int:
        others, other_descriptors = self._references[name]
        pairs = self._pairs.knnMatch(descriptors, other_descriptors, k=2)
        good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < 0.8 * p[1].distance]
        if len(good) < 6:
            return 0
        source = np.float32([others[pair.trainIdx].pt for pair in good])
        target = np.float32([places[pair.queryIdx].pt for pair in good])
        self._cv2.setRNGSeed(1)
        _, inside = self._cv2.findHomography(source, target, self._cv2.RANSAC, 5.0)
        return 0 if inside is None else int(inside.sum())


def matcher() -> Matcher:
    return _Headwater()


def dhash() -> Matcher:
    def bits(data: bytes) -> int:
        kind = FingerprintKind.DHASH, 64
        return next(one.bits for one in fingerprint(data) if (one.kind, one.width) == kind)

    return _Bits(bits)


def phash() -> Matcher:
    import imagehash
    import scipy.fftpack  # noqa: F401 - imagehash asks for it only when it is too late

    return _Bits(lambda data: int(str(imagehash.phash(open_picture(data))), 16))


def pdq() -> Matcher:
    import pdqhash

    def bits(data: bytes) -> int:
        vector, _ = pdqhash.compute(np.asarray(open_picture(data)))
        return int.from_bytes(np.packbits(vector).tobytes(), "big")

    return _Bits(bits)


def orb() -> Matcher:
    return _OrbRansac()


def _crop(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    return picture.crop((width // 5, height // 8, width, height * 7 // 8))


def _banner(picture: Image.Image) -> Image.Image:
    copy = picture.copy()
    draw = ImageDraw.Draw(copy)
    draw.rectangle((0, 0, copy.width, copy.height // 7), fill="red")
    draw.rectangle((0, copy.height * 5 // 6, copy.width, copy.height), fill="orange")
    draw.ellipse((10, copy.height // 3, 10 + copy.width // 4, copy.height // 2), fill="gold")
    return copy


def _collage(picture: Image.Image, others: list[Image.Image]) -> Image.Image:
    sheet = Image.new("RGB", (720, 720), "white")
    for number, one in enumerate([others[0], picture, *others[1:3]]):
        sheet.paste(ImageOps.fit(one, (360, 360)), (360 * (number % 2), 360 * (number // 2)))
    return sheet


def _cut_out(picture: Image.Image, others: list[Image.Image]) -> Image.Image:
    mask = Image.new("L", picture.size, 0)
    width, height = picture.size
    box = (width // 10, height // 10, width * 9 // 10, height * 9 // 10)
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(2))
    return Image.composite(picture, ImageOps.fit(others[0], picture.size), mask)


def _screen(picture: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", (540, 1170), (245, 245, 245))
    sheet.paste(ImageOps.fit(picture, (250, 250)), (12, 420))
    draw = ImageDraw.Draw(sheet)
    for line in range(30):
        draw.text((20, 20 + 12 * line), "Factory price, free sample, ships in 3 days", fill="black")
    return sheet


def _alterations(
    picture: Image.Image, others: list[Image.Image]
) -> Iterator[tuple[str, Image.Image, int]]:
    turned = picture.rotate(8, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    yield "JPEG 30", picture, 30
    yield "140 pixels", ImageOps.contain(picture, (140, 140)), 70
    yield "mirrored", ImageOps.mirror(picture), 75
    yield "cropped", _crop(picture), 75
    yield "turned", turned, 75
    yield "framed", ImageOps.expand(picture, max(picture.size) // 8, (20, 90, 200)), 75
    yield "banners", _banner(picture), 75
    yield "collage", _collage(picture, others), 75
    yield "cut out", _cut_out(picture, others), 75
    yield "screen", _screen(picture), 75


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def compare(folder: Path, most: int) -> None:
    paths = sorted(p for p in folder.iterdir() if p.suffix in {".jpg", ".jpeg", ".png", ".webp"})
    random.Random(1).shuffle(paths)
    half = min(most, len(paths) // 2)
    references = {path.name: path.read_bytes() for path in paths[:half]}
    strangers = [path.read_bytes() for path in paths[half : 2 * half]]
    others = [open_picture(data) for data in strangers[:3]]
    queries = [
        (name, kind, _jpeg(altered, quality))
        for name, data in references.items()
        for kind, altered, quality in _alterations(open_picture(data), others)
    ]
    print(f"{half} references, {len(queries)} altered copies, {half} strangers")
    print(f"{'':12}{'recall':>8}{'ms':>8}{'times':>8}{'fit ms':>8}{'MB':>6}  by alteration")
    pace = 0.0
    for factory in (matcher, dhash, phash, pdq, orb):
        try:
            one = factory()
        except ImportError as missing:
            print(f"{factory.__name__:12}skipped: {missing.name} is not installed")
            continue
        cost, line = _measure(factory.__name__, one, references, queries, strangers)
        pace = pace or cost
        print(line.replace("%", f"{cost / pace:8.2f}"))


def _measure(
    name: str,
    one: Matcher,
    references: dict[str, bytes],
    queries: list[tuple[str, str, bytes]],
    strangers: list[bytes],
) -> tuple[float, str]:
    """Milliseconds per question, and the line of the table with a gap for the ratio."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    one.fit(references)
    fit = (time.process_time() - started) * 1e3 / len(references)
    bar = max(max((s for _, s in one.score(data)), default=-1e9) for data in strangers)
    found: dict[str, list[bool]] = {}
    spent = []
    for true, kind, data in queries:
        started = time.process_time()
        scores = dict(one.score(data))
        spent.append((time.process_time() - started) * 1e3)
        found.setdefault(kind, []).append(scores.get(true, -1e9) > bar)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    each = {kind: statistics.mean(hits) for kind, hits in found.items()}
    cost = statistics.median(spent)
    details = ", ".join(f"{kind} {share:.2f}" for kind, share in each.items())
    recall = statistics.mean(each.values())
    line = f"{name:12}{recall:8.3f}{cost:8.1f}%{fit:8.1f}{memory:6.0f}  {details}"
    return cost, line


def growth() -> None:
    """The index alone, filled with random features: what a question costs as references grow."""
    chance = np.random.default_rng(1)

    def entries() -> Entries:
        places = chance.uniform(1, 100, (500, 4)).astype(np.float32)
        words = chance.integers(0, count(), 500)
        return Entries(places, words, chance.integers(0, 2**64, 500, dtype=np.uint64))

    descriptors = chance.uniform(0, 1, (1_400, 128)).astype(np.float32)
    descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True)
    asked = LocalFeatures(chance.uniform(1, 100, (1_400, 4)).astype(np.float32), descriptors)
    print(f"{'references':>12}{'first ms':>10}{'then ms':>10}{'MB':>8}")
    for references in (500, 2_000, 8_000, 32_000):
        index = PictureIndex()
        for _ in range(2 * references):  # each also mirrored
            index.add(entries())
        started = time.process_time()
        index.find(asked, 6)
        first = (time.process_time() - started) * 1e3
        started = time.process_time()
        for _ in range(5):
            index.find(asked, 6)
        then = (time.process_time() - started) * 1e3 / 5
        print(f"{references:12,}{first:10.0f}{then:10.1f}{index.size_bytes / 1e6:8.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--most", type=int, default=200, help="references at most")
    parser.add_argument("--growth", action="store_true")
    arguments = parser.parse_args()
    if arguments.growth:
        growth()
    elif arguments.folder:
        compare(arguments.folder, arguments.most)
    else:
        parser.print_help(sys.stderr)


if __name__ == "__main__":
    main()
