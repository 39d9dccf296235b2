"""Is a picture that was saved again known again, and how many strangers must be compared with it?

    python -m benchmarks.known_again FOLDER [COPIES]

FOLDER holds photographs (*.jpg, *.png). Every one is kept as a trace; COPIES of them (300) are
altered as a seller alters a picture before he puts it up again, and asked for. No table is
involved: what is counted are the pictures that lie under the same keys.
"""

import io
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

from PIL import Image, ImageDraw

from headwater.domain.fingerprints import SAME_PICTURE, Fingerprint
from headwater.matching.fingerprints import detailed_fingerprint


def _jpeg(image: Image.Image, quality: int = 80) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _badge(image: Image.Image) -> bytes:
    marked = image.convert("RGB")
    width, height = marked.size
    draw = ImageDraw.Draw(marked)
    draw.rectangle((0, 0, width * 0.18, height * 0.08), fill=(220, 30, 30))
    draw.text((width * 0.1, height * 0.9), "www.shop888.example", fill=(90, 90, 90))
    return _jpeg(marked)


def _crop(image: Image.Image) -> bytes:
    width, height = image.size
    return _jpeg(image.crop((int(width * 0.03), int(height * 0.03), width, height)))


ALTERATIONS: dict[str, Callable[[Image.Image], bytes]] = {
    "JPEG 30": lambda image: _jpeg(image, 30),
    "200 pixels wide": lambda image: _jpeg(
        image.resize((200, max(1, 200 * image.height // image.width))), 70
    ),
    "badge and text": _badge,
    "brighter": lambda image: _jpeg(image.convert("RGB").point(lambda v: min(255, v * 1.12 + 6))),
    "crop 3 %": _crop,
}


def main(folder: Path, copies: int) -> None:
    files = sorted(f for f in folder.rglob("*") if f.suffix in {".jpg", ".jpeg", ".png"})
    started = time.process_time()
    taken = [detailed_fingerprint(file.read_bytes()) for file in files]
    spent = time.process_time() - started
    print(f"{len(files)} photographs, {1000 * spent / len(files):.1f} ms of CPU for each")
    under: dict[str, list[Fingerprint]] = defaultdict(list)
    for one in taken:
        for band in one.bands() if one.telling else ():
            under[band].append(one)
    seen = [len(kept) for kept in under.values() for _ in kept]
    print(f"under one key: {sum(seen) / len(seen):.2f} pictures on average, {max(seen)} at most")
    near = [a.distance(b) for a, b in combinations(taken, 2) if a.distance(b) <= 24]
    pairs = len(taken) * (len(taken) - 1) // 2
    counted = sum(distance <= SAME_PICTURE for distance in near)
    print(f"of {pairs} pairs {counted} lie within {SAME_PICTURE} bits, {len(near)} within 24")
    chosen = random.Random(1).sample(range(len(files)), min(copies, len(files)))
    for name, alter in ALTERATIONS.items():
        within = found = 0
        for number in chosen:
            with Image.open(files[number]) as image:
                altered = detailed_fingerprint(alter(image.convert("RGB")))
            if altered.distance(taken[number]) <= SAME_PICTURE:
                within += 1
                found += bool(set(altered.bands()) & set(taken[number].bands()))
        print(f"{name:>16}: {within} of {len(chosen)} within the radius, {found} of those found")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 300)
