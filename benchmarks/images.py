"""Does the picture matcher find altered copies, beside the usual ways, in one run?

`matcher` and its neighbours are what a picture benchmark takes: `fit({id: bytes})` and
`score(bytes) -> [(id, score)]`. Run as a command it makes such a benchmark from any folder of
pictures (JPEG, PNG, WebP): half become references, each of those is altered in 24 ways, the other
half are strangers. Every matcher's recall is counted at the score that no stranger reaches.

    python benchmarks/images.py FOLDER [--most 200]
    python benchmarks/images.py FOLDER --logos
    python benchmarks/images.py --growth
"""

import argparse
import io
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

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


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def compare(folder: Path, most: int) -> None:
    from alterations import ALTERATIONS, altered  # only here: `matcher` is loaded from anywhere

    paths = sorted(p for p in folder.iterdir() if p.suffix in {".jpg", ".jpeg", ".png", ".webp"})
    random.Random(1).shuffle(paths)
    half = min(most, len(paths) // 2)
    references = {path.name: path.read_bytes() for path in paths[:half]}
    strangers = [path.read_bytes() for path in paths[half : 2 * half]]
    others = [open_picture(data) for data in strangers[:20]]
    queries = [
        (name, kind, altered(kind, open_picture(data), (number, which), others))
        for number, (name, data) in enumerate(references.items())
        for which, kind in enumerate(ALTERATIONS)
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


def logos(folder: Path, most: int) -> None:
    """Drawn logos on a folder's pictures: found how often, by size; and where there is none."""
    paths = sorted(p for p in folder.iterdir() if p.suffix in {".jpg", ".jpeg", ".png", ".webp"})
    scenes = [open_picture(path.read_bytes()) for path in paths[:most]]
    marks = [_logo(seed) for seed in range(12)]
    one = PictureMatcher()
    for number, mark in enumerate(marks):
        paper = Image.new("RGBA", mark.size, "white")
        paper.alpha_composite(mark)
        one.add(f"logo-{number}", one.analyse(_jpeg(paper.convert("RGB"), 90)), logo=True)
    spent, wrong, none = [], 0, 0
    for scene in scenes:
        started = time.process_time()
        none += bool(one.find(_jpeg(scene, 80)))
        spent.append((time.process_time() - started) * 1e3)
    for share in (0.1, 0.15, 0.2, 0.3, 0.4):
        hits = {"as it is": 0, "turned 15 degrees": 0, "in one colour": 0}
        for number, scene in enumerate(scenes):
            for way in hits:
                true = number % len(marks)
                found = one.find(_jpeg(_with_logo(scene, marks[true], share, way, number), 80))
                hits[way] += any(match.reference_id == f"logo-{true}" for match in found)
                wrong += any(match.reference_id != f"logo-{true}" for match in found)
        line = ", ".join(f"{way} {count / len(scenes):.2f}" for way, count in hits.items())
        print(f"logo {share:.0%} as wide as the picture's shorter side: {line}", flush=True)
    asked = 15 * len(scenes)
    print(f"another logo than the true one: {wrong} of {asked}")
    print(f"where there is none: {none} of {len(scenes)}; {statistics.median(spent):.0f} ms of CPU")


def _logo(seed: int) -> Image.Image:
    """A mark with a word, in two colours, on nothing."""
    chance = random.Random(seed)
    mark = Image.new("RGBA", (420, 260), (0, 0, 0, 0))
    draw = ImageDraw.Draw(mark)
    dark = tuple(chance.randrange(10, 150) for _ in range(3))
    draw.rounded_rectangle((10, 10, 180, 180), chance.randrange(10, 85), fill=dark)
    corners = [(chance.randrange(25, 165), chance.randrange(25, 165)) for _ in range(5)]
    draw.polygon(corners, fill="white")
    letters = "".join(chance.choices("ABCDEFGHKLMNORSTUVWXYZ", k=6))
    draw.text((195, 30), letters[:3], fill=dark, font=ImageFont.load_default(92))
    draw.text((195, 125), letters[3:], fill=dark, font=ImageFont.load_default(60))
    draw.text((15, 195), "".join(chance.choices("aeiou nrstlm", k=16)), fill=dark, font_size=42)
    return mark


def _with_logo(
    scene: Image.Image, mark: Image.Image, share: float, way: str, seed: int
) -> Image.Image:
    chance = random.Random(seed)
    width = round(share * min(scene.size))
    small = mark.resize((width, round(width * mark.height / mark.width)), Image.Resampling.LANCZOS)
    if way == "in one colour":
        plain = Image.new("RGBA", small.size, chance.choice(["white", "black", "red"]))
        plain.putalpha(small.getchannel("A"))
        small = plain
    elif way != "as it is":
        small = small.rotate(15, Image.Resampling.BICUBIC, expand=True)
    copy = scene.copy()
    room = copy.width - small.width, copy.height - small.height
    copy.paste(small, (chance.randrange(room[0]), chance.randrange(room[1])), small)
    return copy


def growth(sizes: tuple[int, ...] = (510, 5_000, 20_000, 100_000)) -> None:
    """The two indexes alone, filled with random features and hashes: what a question costs.

    Random features spread evenly over words and codes; photographs' do so a little less.
    """
    chance = np.random.default_rng(1)
    descriptors = chance.uniform(0, 1, (1_400, 128)).astype(np.float32)
    descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True)
    places = chance.uniform(1, 100, (1_400, 4)).astype(np.float32)
    asked = LocalFeatures(places, descriptors)
    print(f"{'references':>12}{'first s':>9}{'then ms':>9}{'dhash ms':>10}{'MB':>7}{'peak MB':>9}")
    for references in sizes:
        index = PictureIndex()
        for _ in range(2 * references):  # each also mirrored
            words = chance.integers(0, count(), 500)
            codes = chance.integers(0, 2**64, 500, dtype=np.uint64)
            index.add(Entries(chance.uniform(1, 100, (500, 4)), words, codes))
        rows = chance.integers(0, 2**64, (2 * references, 4), dtype=np.uint64)
        first = _seconds(index.find, asked, 6)
        then = statistics.median(_seconds(index.find, asked, 6) for _ in range(5)) * 1e3
        near = statistics.median(_seconds(_distances, rows) for _ in range(5))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        megabytes = index.size_bytes / 1e6
        line = f"{references:12,}{first:9.1f}{then:9.1f}{near * 1e3:10.1f}{megabytes:7.0f}"
        print(f"{line}{peak:9.0f}", flush=True)


def _distances(rows: NDArray[np.uint64]) -> NDArray[np.int64]:
    return np.argsort(np.bitwise_count(rows ^ rows[0]).sum(1, dtype=np.int64), kind="stable")


def _seconds(work: Callable[..., object], *given: object) -> float:
    """Of CPU."""
    started = time.process_time()
    work(*given)
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--most", type=int, default=200, help="references at most")
    parser.add_argument("--logos", action="store_true")
    parser.add_argument("--growth", action="store_true")
    arguments = parser.parse_args()
    if arguments.growth:
        growth()
    elif arguments.folder and arguments.logos:
        logos(arguments.folder, arguments.most)
    elif arguments.folder:
        compare(arguments.folder, arguments.most)
    else:
        parser.print_help(sys.stderr)


if __name__ == "__main__":
    main()
