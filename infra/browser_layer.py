"""Fill the layer of the drawing function: a packed Chromium (x86_64), its libraries, one font.

Without Docker: both packages come by `npm pack`, at one version each, checked by their SHA-256.
With DRAW=no in the environment the layer stays empty; deploy with DrawScreenshots=no then.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CHROMIUM = "@sparticuz/chromium@153.0.0"
FONT = "@expo-google-fonts/noto-sans-sc@0.4.3"
PACKAGES = {
    CHROMIUM: "20e5656fcdcf4118ede85edfb9d6bb9cc1bbb7ffb8b75622fffbcf36a835c3c0",
    FONT: "0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59",
}
WANTED = {
    CHROMIUM: {
        "package/bin/chromium.br": "chromium.br",
        "package/bin/al2023.tar.br": "libraries.tar.br",
        "package/LICENSE": "LICENSE-chromium-package",
    },
    FONT: {
        "package/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC-Regular.ttf",
        "package/LICENSE_FONT": "LICENSE-font",
    },
}
WITHOUT_NPM = """\
The layer that draws screenshots in AWS comes by npm, which is not here. Either
  install it (apt install npm) and build again, or
  leave screenshots out: DRAW=no make build, and deploy with DrawScreenshots=no."""


def main() -> int:
    folder = Path(sys.argv[1]) / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    if os.environ.get("DRAW") == "no":
        (folder / "EMPTY.txt").write_text("built with DRAW=no: deploy with DrawScreenshots=no\n")
        return 0
    if shutil.which("npm") is None:
        print(WITHOUT_NPM, file=sys.stderr)
        return 1
    for package, digest in PACKAGES.items():
        with tempfile.TemporaryDirectory() as temporary:
            archive = fetched(package, Path(temporary))
            found = hashlib.sha256(archive.read_bytes()).hexdigest()
            if found != digest:
                print(f"{package} is not what was checked: SHA-256 {found}", file=sys.stderr)
                return 1
            with tarfile.open(archive) as members:
                for name, target in WANTED[package].items():
                    member = members.extractfile(name)
                    assert member is not None, f"{package} holds no {name}"
                    (folder / target).parent.mkdir(exist_ok=True)
                    (folder / target).write_bytes(member.read())
    return 0


def fetched(package: str, folder: Path) -> Path:
    """The package as its registry has it."""
    command = ["npm", "pack", "--silent", package]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    return archive


if __name__ == "__main__":
    sys.exit(main())
