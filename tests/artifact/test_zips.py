"""What is deployed: each zip imports with nothing but itself, the layer and boto3, and is small."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import PROJECT

FUNCTIONS = {
    "SearchFunction": ("functions/search", "search_function.handler"),
    "ImportFunction": ("functions/search", "search_function.importing"),
    "CaptureFunction": ("functions/capture", "capture_function.handler"),
    "MatchFunction": ("functions/match", "match_function.handler"),
    "DeadlinesFunction": ("functions/deadlines", "deadlines_function.handler"),
    "SiteFunction": ("site", "report_site.handler"),
}
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
"""What AWS's Python runtime brings."""
LAYER_MB = 60
ALL_MB = 200
"""Unzipped; Lambda's limit for a function with its layers is 250."""


def uv() -> str:
    found = shutil.which("uv") or str(PROJECT / ".local" / "uv" / "bin" / "uv")
    if not Path(found).exists():
        pytest.skip("uv is not on the PATH and not in .local/uv: run the tests by `make test`")
    return found


def build(target: str, folder: str, out: Path, *, architecture: str, python: str) -> Path:
    """Run the rule that `sam build` runs."""
    out.mkdir(parents=True)
    subprocess.run(
        ["make", "--no-print-directory", f"build-{target}"],
        cwd=PROJECT / folder,
        check=True,
        capture_output=True,
        env=os.environ
        | {
            "ARTIFACTS_DIR": str(out),
            "UV": uv(),
            "ARCH": architecture,
            "PYTHON_VERSION": python,
            "PYTHON313": "",
        },
    )
    return out


def megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Everything built for this machine and this interpreter, so that it can be imported."""
    machine = "arm64" if os.uname().machine in {"aarch64", "arm64"} else "x86_64"
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    root = tmp_path_factory.mktemp("built")
    built = {
        "CoreLayer": build(
            "CoreLayer", "layers/core", root / "layer", architecture=machine, python=python
        )
    }
    for target, (folder, _) in FUNCTIONS.items():
        built[target] = build(target, folder, root / target, architecture=machine, python=python)
    runtime = root / "runtime"
    runtime.mkdir()
    for name in RUNTIME:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (runtime / source.name).symlink_to(source)
    built["runtime"] = runtime
    return built


@pytest.mark.parametrize("target", sorted(FUNCTIONS))
def test_a_zip_imports_with_nothing_but_itself_the_layer_and_boto3(
    here: dict[str, Path], target: str
) -> None:
    path = [here[target], here["CoreLayer"] / "python", here["runtime"]]
    code = f"import sys; sys.path[:0] = {[str(p) for p in path]}; import {FUNCTIONS[target][1]}"
    subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        check=True,
        env={"AWS_DEFAULT_REGION": "eu-central-1", "POWERTOOLS_METRICS_NAMESPACE": "Headwater"},
    )


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_what_aws_gets_is_small_on_both_architectures(tmp_path: Path, architecture: str) -> None:
    layer = build(
        "CoreLayer", "layers/core", tmp_path / "layer", architecture=architecture, python="3.13"
    )
    layer_mb = megabytes(layer)
    assert layer_mb < LAYER_MB
    for target, (folder, _) in FUNCTIONS.items():
        out = build(target, folder, tmp_path / target, architecture=architecture, python="3.13")
        assert megabytes(out) + layer_mb < ALL_MB, target


def test_no_zip_carries_scipy_or_pywavelets(here: dict[str, Path]) -> None:
    for folder in here.values():
        assert not list(folder.rglob("scipy"))
        assert not list(folder.rglob("pywt"))
