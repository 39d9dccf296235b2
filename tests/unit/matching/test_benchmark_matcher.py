"""`benchmarks/images.py:matcher` is a promise: other programs load it by its path."""

import importlib.util
from pathlib import Path

from PIL import ImageOps

from .drawn_pictures import encoded, product

FILE = Path(__file__).parents[3] / "benchmarks" / "images.py"


def test_the_matcher_is_loaded_from_anywhere_and_scores_a_mirrored_copy_first() -> None:
    found = importlib.util.spec_from_file_location("picture_benchmark", FILE)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    matcher = module.matcher()
    matcher.fit({f"ref-{seed}": encoded(product(seed)) for seed in range(1, 4)})

    best, score = max(matcher.score(encoded(ImageOps.mirror(product(2)))), key=lambda one: one[1])

    assert best == "ref-2"
    assert score > 0.9
    assert matcher.score(b"no picture") == []
