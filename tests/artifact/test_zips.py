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
    "InboxFunction": ("functions/deadlines", "deadlines_function.inbox"),
    "SiteFunction": ("site", "report_site.handler"),
}
WHOLE = {"DrawFunction": ("functions/capture", "capture_function.drawing")}
"""Without the layer of the others: x86_64 only, as its browser is."""
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
    for target, (folder, _) in {**FUNCTIONS, **(WHOLE if machine == "x86_64" else {})}.items():
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


def test_the_drawing_function_needs_no_layer_but_its_browser(here: dict[str, Path]) -> None:
    if "DrawFunction" not in here:
        pytest.skip("its zip is for x86_64 only")
    code = (
        f"import sys; sys.path[:0] = {[str(here['DrawFunction']), str(here['runtime'])]}; "
        "import capture_function.drawing, brotli"
    )
    subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        check=True,
        env={"AWS_DEFAULT_REGION": "eu-central-1", "POWERTOOLS_METRICS_NAMESPACE": "Headwater"},
    )


@pytest.mark.browser
def test_the_browser_of_the_layer_draws_as_lambda_would_start_it(
    here: dict[str, Path], tmp_path: Path
) -> None:
    """Unpacked from the layer, with nothing of this machine: text, Chinese too, is on the page."""
    if "DrawFunction" not in here:
        pytest.skip("the packed browser is for x86_64 only")
    if shutil.which("npm") is None:
        pytest.skip("the layer comes by npm, which is not here")
    try:
        layer = build(
            "BrowserLayer", "layers/browser", tmp_path / "l", architecture="x86_64", python="3.13"
        )
    except subprocess.CalledProcessError as failure:
        pytest.skip(f"the layer cannot be fetched: {failure.stderr.decode()[-300:]}")
    assert megabytes(layer) + megabytes(here["DrawFunction"]) < ALL_MB
    (tmp_path / "page.html").write_text("<meta charset=utf-8><h1>峡湾搪瓷杯</h1>")
    script = tmp_path / "draw.py"
    script.write_text(_DRAW)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(layer / "browser"), str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        env={
            "TMPDIR": str(tmp_path),
            "ZIP": os.pathsep.join(map(str, (here["DrawFunction"], here["runtime"]))),
        },
    )
    assert done.returncode == 0, done.stderr
    dark, boxes = map(int, done.stdout.split())
    assert dark > 500, "no text is visible"
    assert boxes > 1, "every character has the same shape: the font has none of them"


_DRAW = """
import os, sys
sys.path[:0] = os.environ["ZIP"].split(os.pathsep)
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from PIL import Image
from headwater.adapters.browser_layer import start_here
from headwater.adapters.recorded import Answer, RecordedPage
from headwater.adapters.screenshot import Browser

folder = Path(sys.argv[2])
body = (folder / "page.html").read_bytes()
page = RecordedPage(
    part="seen.html", url="https://detail.1688.com/", shown_as="https://detail.1688.com/",
    answer=Answer(media_type="text/html", body=body),
)
with Browser(start_here(Path(sys.argv[1]))) as browser:
    drawn = browser.draw(
        page, answers={}, full_size=str, captured_at=datetime(2026, 11, 21, tzinfo=UTC)
    )
shown = Image.open(BytesIO(drawn.png)).convert("L").crop((0, 70, 300, 140))
shapes = {shown.crop((x, 0, x + 32, 70)).tobytes() for x in range(8, 168, 32)}
print(sum(shown.histogram()[:100]), len(shapes))
"""


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
