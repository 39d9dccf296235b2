"""`headwater bookmarklet`: a bookmark that copies what the open page shows, for `import`."""

import argparse
import html
import sys
from importlib import resources
from pathlib import Path
from string import Template
from urllib.parse import quote

_PAGE = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Headwater: copy what a page shows</title>
<style>
body {font: 17px/1.5 system-ui, sans-serif; max-width: 38em; margin: 3em auto; padding: 0 1em}
a.take {display: inline-block; padding: .6em 1.2em; border-radius: 6px; background: #1f2933;
 color: #fff; text-decoration: none; font-weight: 600; cursor: grab}
code, textarea {font: 14px monospace} textarea {width: 100%; height: 6em}
</style>
<h1>Copy what a page shows</h1>
<p><a class="take" href="$link">Copy for Headwater</a></p>
<ol>
<li>Show the bookmarks bar (Ctrl+Shift+B), and drag the button above onto it.</li>
<li>Open a listing or a page of results on a marketplace, and click the bookmark.</li>
<li>What it copied goes in with <code>headwater import -</code>: paste, then Ctrl+D. Or save it
as a file and import that.</li>
</ol>
<p>It copies the address, title, picture, price and shop of the page, or of every result on it. It
asks the network for nothing, reads no cookie and sends nothing: the text is on your clipboard.</p>
<p>No bookmarks bar, as on a phone? Make any bookmark, and put this in the place of its
address:</p>
<textarea readonly>$link</textarea>
</html>
""")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE.html",
        help="write a page with a button to drag onto the bookmarks bar",
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.page is None:
        print(link())
        print("Put that in the place of a bookmark's address, or use --page.", file=sys.stderr)
        return 0
    try:
        arguments.page.write_text(page(), encoding="utf-8")
    except OSError as error:
        print(f"headwater bookmarklet: {arguments.page}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{arguments.page}: open it in your browser and drag the button onto the bookmarks bar")
    return 0


def link() -> str:
    """The script as an address, without its comments and its indentation."""
    script = resources.files("headwater.cli").joinpath("bookmarklet.js").read_text("utf-8")
    lines = (line.strip() for line in script.splitlines())
    code = " ".join(line for line in lines if not line.startswith("//"))
    return "javascript:" + quote(code, safe="!*'();:@&=+$,/?[]{}<>|^`~-_.")


def page() -> str:
    """A page that explains it, with the button."""
    return _PAGE.substitute(link=html.escape(link(), quote=True))
