"""The brands' own pictures are analysed beforehand, and anew when the algorithm changes."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.adapters import references
from headwater.adapters.references import analysed_key, not_analysed, picture_matcher
from headwater.adapters.store import Bucket
from headwater.cli.main import main
from headwater.domain.brands import Brand
from headwater.matching import pictures
from tests.conftest import PROJECT
from tests.unit.matching.drawn_pictures import encoded, product

from .test_match_handler import Context

pytestmark = pytest.mark.local_aws


@pytest.fixture
def work(
    buckets: dict[str, str], tables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bucket]:
    monkeypatch.setenv("WORK_BUCKET", buckets["WorkBucket"])
    monkeypatch.setenv("RUNS_TABLE", tables["RunsTable"])
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Headwater")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "references")
    from match_function import references as handler

    handler._settings.cache_clear()
    yield Bucket(buckets["WorkBucket"])
    handler._settings.cache_clear()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The sample config with its pictures beside it."""
    shutil.copytree(PROJECT / "demo/headwater_demo/photographs", tmp_path / "photographs")
    text = (PROJECT / "config/headwater.toml").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("../demo/headwater_demo/", ""))
    return path


def _fire() -> Any:
    from match_function.references import lambda_handler

    return lambda_handler({}, Context())


def _brand(config: Path) -> Brand:
    from headwater.adapters.configuration import read_configuration

    return read_configuration(config).desk.brands[0]


def test_what_refs_adds_is_analysed_when_it_is_added(work: Bucket, config: Path) -> None:
    picture = config.parent / "catalogue.png"
    picture.write_bytes(encoded(product(4)))
    adding = ["refs", "--config", str(config), "add", str(picture), "--product", "fell-mug"]
    assert main([*adding, "--bucket", work.name]) == 0
    brand = _brand(config)
    assert "fell-mug/catalogue.png" in {one.id for one in brand.references}
    assert not_analysed(brand, work) == []
    assert _fire() == {"analysed": 0, "problems": 0}


def test_another_version_is_analysed_in_the_background(
    work: Bucket, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["config", "--config", str(config), "push", "--bucket", work.name]) == 0
    brand = _brand(config)
    old = [analysed_key(brand.id, one.sha256) for one in brand.references]
    monkeypatch.setattr(references, "ALGORITHM_VERSION", 999)
    monkeypatch.setattr(pictures, "ALGORITHM_VERSION", 999)
    assert _fire() == {"analysed": len(brand.references), "problems": 0}
    assert _fire() == {"analysed": 0, "problems": 0}
    before = set(work.list("config/analysed/"))
    assert before > set(old)
    monkeypatch.setattr(pictures.PictureMatcher, "analyse", None)  # nothing is left to analyse
    shown = (config.parent / "photographs/fell-mug-scene.jpg").read_bytes()
    assert picture_matcher(brand, work).find(shown)[0].reference_id.startswith("fell-mug/")


def test_without_a_configuration_there_is_nothing_to_analyse(work: Bucket) -> None:
    assert _fire() == {"analysed": 0, "problems": 0}
