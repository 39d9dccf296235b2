"""The browser of the drawing function: packed in its layer, unpacked once where Lambda lets write.

The layer (infra/browser_layer.py) holds Chromium and its libraries packed with Brotli, and one
font. Without a font that can be found, every text would silently be invisible.
"""

import shutil
import tarfile
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from headwater.adapters.chromium import CannotDraw, Chromium, installed

LAYER = Path("/opt/browser")
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def start_here(layer: Path = LAYER) -> Callable[[], Chromium]:
    """What starts the layer's Chromium, or this machine's where there is no layer.

    Lambda and containers allow no sandbox: what bounds the page there is the function itself,
    which has no way out but the evidence bucket. Raises CannotDraw.
    """
    if (layer / "chromium.br").exists():
        path, environment = unpacked(layer, Path(tempfile.gettempdir()) / "headwater-browser")
    elif (layer / "EMPTY.txt").exists():
        raise CannotDraw((layer / "EMPTY.txt").read_text())
    else:
        path, environment = installed(), {}
    return lambda: Chromium(path, sandbox=False, environment=environment)


def unpacked(layer: Path, target: Path) -> tuple[Path, dict[str, str]]:
    """The program and what it has to be told; about 220 MB, and seconds for the first time."""
    if not target.exists():
        # Under another name until it is whole: a call that broke off leaves nothing half done.
        with tempfile.TemporaryDirectory(dir=target.parent) as temporary:
            made = Path(temporary) / "made"
            (made / "lib").mkdir(parents=True)
            with (made / "chromium").open("wb") as program:
                _unpack(layer / "chromium.br", program.write)
            (made / "chromium").chmod(0o755)
            libraries = BytesIO()
            _unpack(layer / "libraries.tar.br", libraries.write)
            libraries.seek(0)
            with tarfile.open(fileobj=libraries) as members:
                for member in members:
                    file = members.extractfile(member) if member.isfile() else None
                    if file is not None:
                        (made / "lib" / Path(member.name).name).write_bytes(file.read())
            fonts = _FONTS.format(fonts=layer / "fonts", cache=target / "cache")
            (made / "fonts.conf").write_text(fonts)
            shutil.move(made, target)
    return target / "chromium", {
        "LD_LIBRARY_PATH": str(target / "lib"),
        "FONTCONFIG_FILE": str(target / "fonts.conf"),
    }


def _unpack(packed: Path, write: Callable[[bytes], object]) -> None:
    import brotli  # noqa: PLC0415 - only in the drawing function

    unpacker = brotli.Decompressor()
    with packed.open("rb") as file:
        while piece := file.read(1 << 20):
            write(unpacker.process(piece))
