"""Build the zips as AWS gets them, for one architecture, and print what each weighs unzipped."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

INFRA = Path(__file__).resolve().parent
REPO = INFRA.parent
BUDGET_MB = {"CoreLayer": 100, "total": 200}
"""Megabytes unzipped, well below Lambda's limit of 250 for a function with its layers."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], default="arm64")
    architecture = parser.parse_args().architecture
    out = build(architecture)
    sizes = {folder.name: size_mb(folder) for folder in sorted(out.iterdir()) if folder.is_dir()}
    for name, size in sizes.items():
        print(f"{name:20} {size:7.1f} MB unzipped")
    problems = over_budget(sizes)
    print("\n".join(problems) if problems else f"all within budget; built in {out}")
    return 1 if problems else 0


def build(architecture: str) -> Path:
    """Run `sam build` (makefile, no Docker). A literal architecture is all that SAM accepts, so the
    template for the other one is written next to the real one for the time of the build.
    """
    template = INFRA / "template.yaml"
    variant = INFRA / f".template-{architecture}.yaml"
    variant.write_text(
        template.read_text()
        .replace("[arm64]", f"[{architecture}]")
        .replace("BuildArchitecture: arm64", f"BuildArchitecture: {architecture}")
    )
    out = REPO / "build" / architecture
    try:
        subprocess.run(
            [
                str(Path(sys.executable).parent / "sam"),
                "build",
                "--template",
                str(variant),
                "--build-dir",
                str(out),
                "--build-in-source",
                "--base-dir",
                str(INFRA),
            ],
            check=True,
            env=os.environ | {"ARCH": architecture, "SAM_CLI_TELEMETRY": "0"},
        )
    finally:
        variant.unlink()
    return out


def size_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def over_budget(sizes: dict[str, float]) -> list[str]:
    """One line for each artifact that is too large, empty when all fit."""
    layers = {
        "CoreLayer": sizes.get("CoreLayer", 0.0),
        "BrowserLayer": sizes.get("BrowserLayer", 0.0),
    }
    layer = layers["CoreLayer"]
    problems = []
    if layer > BUDGET_MB["CoreLayer"]:
        problems.append(f"CoreLayer has {layer:.0f} MB, its budget is {BUDGET_MB['CoreLayer']}")
    for name, size in sizes.items():
        below = layers["BrowserLayer" if name == "DrawFunction" else "CoreLayer"]
        if name not in layers and size + below > BUDGET_MB["total"]:
            problems.append(
                f"{name} and its layer have {size + below:.0f} MB, the budget is "
                f"{BUDGET_MB['total']}"
            )
    return problems


if __name__ == "__main__":
    sys.exit(main())
