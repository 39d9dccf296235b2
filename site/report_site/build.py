"""Build the report of one brand into a folder: pages filled from the state, then MkDocs."""

import base64
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import jinja2
from markupsafe import Markup, escape
from mkdocs.commands.build import build as run_mkdocs
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from headwater.adapters.store import NoSuchObject
from headwater.domain.brands import Brand
from headwater.domain.pictures import UnreadablePicture
from headwater.usecases.report.cases import Picture, case_page, case_row
from headwater.usecases.report.complaints import complaint_views
from headwater.usecases.report.coverage import calendar, coverage, field_rows, run_views
from headwater.usecases.report.listings import listing_rows
from headwater.usecases.report.overview import key_numbers, suspects_by_platform, todos
from headwater.usecases.report.sellers import seller_views
from headwater.usecases.report.state import Drawing, ReportState
from headwater.usecases.review import reliability
from report_site.charts import BANDS, stacked_bars
from report_site.markdown import encode, visible
from report_site.templates import ROOT, page_templates
from report_site.thumbnails import (
    SIZES,
    drawing_name,
    make_drawing,
    make_thumbnails,
    thumbnail_name,
)

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)

CASES_LISTED = 1000
"""How many lines the table of cases has at most; every case has its page."""


class ReportNotBuilt(Exception):  # noqa: N818 - says what happened
    """MkDocs did not accept the pages; the message says what it minded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What the site consists of. `names` include pictures that were published before."""

    names: frozenset[str]
    pages: int
    pictures: int
    unreadable: Mapping[str, str]
    """Why a picture is not shown, by the hash of its original."""


def build_site(
    state: ReportState,
    picture_bytes: Callable[[Picture], bytes],
    out: Path,
    *,
    drawing_bytes: Callable[[Drawing], bytes],
    published: Collection[str] = (),
    evidence_bucket: str = "EVIDENCE_BUCKET",
) -> Built:
    """Write the site into `out`. The same state gives the same bytes.

    `picture_bytes` and `drawing_bytes` raise NoSuchObject for one that is not there. Thumbnails
    whose names are in `published` are not made again. `evidence_bucket` is only printed, in the
    commands that check the evidence. Raises ReportNotBuilt.
    """
    thumbnails: dict[str, bytes] = {}
    unreadable: dict[str, str] = {}
    wanted = {picture.sha256: picture for picture in _pictures(state)}
    names = {thumbnail_name(hash_, size) for hash_ in wanted for size in SIZES}
    for hash_, picture in wanted.items():
        if all(thumbnail_name(hash_, size) in published for size in SIZES):
            continue
        try:
            thumbnails |= make_thumbnails(picture_bytes(picture), expected_sha256=hash_)
        except (UnreadablePicture, NoSuchObject) as error:
            unreadable[hash_] = f"This picture cannot be shown: {error}."
            names -= {thumbnail_name(hash_, size) for size in SIZES}
    for drawing in state.drawings.values():
        name = drawing_name(drawing.id)
        if name not in published:
            try:
                thumbnails[name] = make_drawing(drawing_bytes(drawing))
            except (UnreadablePicture, NoSuchObject) as error:
                unreadable[drawing.id] = f"The drawn page cannot be shown: {error}."
                continue
        names.add(name)
    with tempfile.TemporaryDirectory(prefix="headwater-report-") as folder:
        docs = Path(folder) / "pages"
        shutil.copytree(ROOT / "pages", docs, ignore=shutil.ignore_patterns("*.md"))
        pages = _write_pages(state, unreadable, docs, page_templates(evidence_bucket))
        _run_mkdocs(state, docs, out)
    _protect(out)
    for name, data in thumbnails.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(data)
    names |= {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    return Built(names=frozenset(names), pages=pages, pictures=len(wanted), unreadable=unreadable)


def _pictures(state: ReportState) -> Iterator[Picture]:
    for case in state.cases:
        page = case_page(state, case)
        shown = [page.row.picture, *page.other_pictures]
        shown += [picture for pair in page.pairs for picture in (pair.found, pair.own)]
        yield from filter(None, shown)
    for row in listing_rows(state):
        if row.picture:
            yield row.picture


def _write_pages(
    state: ReportState,
    unreadable: Mapping[str, str],
    docs: Path,
    templates: jinja2.Environment,
) -> int:
    covered = coverage(state)
    rows = {case.id: case_row(state, case) for case in state.cases}
    sellers = seller_views(state)
    seller_of = {row.id: seller for seller in sellers for row in seller.cases}
    suspects = suspects_by_platform(state)
    shared: dict[str, object] = {
        "as_of": state.as_of,
        "rehearsed": state.rehearsed,
        "unreadable": unreadable,
        "band_words": BANDS,
        "coverage": covered,
        "numbers": key_numbers(state),
    }
    pages: dict[str, dict[str, object]] = {
        "index.md": {
            "todos": todos(state),
            "chart": stacked_bars(suspects) if suspects else None,
            "legend": [band for band in BANDS if any(row[band] for row in suspects.values())],
        },
        "cases.md": {"cases": list(rows.values())[:CASES_LISTED], "total": len(rows)},
        "complaints.md": {
            "complaints": complaint_views(state),
            "rows_of": lambda complaint: [rows[one] for one in complaint.cases if one in rows],
        },
        "sellers.md": {"sellers": sellers},
        "listings.md": {"listings": listing_rows(state)},
        "coverage.md": {
            "runs": run_views(state),
            "calendar": calendar(state),
            "fields": field_rows(state),
        },
        "about.md": {"reliability": reliability(state.cases)},
    }
    for name, values in pages.items():
        text = templates.get_template(name).render(**shared, **values)
        (docs / name).write_text(text, encoding="utf-8")
    (docs / "cases").mkdir()
    template = templates.get_template("case.md")
    for case in state.cases:
        page = case_page(state, case)
        path = (docs / page.row.page).with_suffix(".md")
        text = template.render(**shared, case=page, name=path.stem, seller=seller_of.get(case.id))
        path.write_text(text, encoding="utf-8")
    return len(pages) + len(state.cases)


def _run_mkdocs(state: ReportState, docs: Path, out: Path) -> None:
    os.environ["NO_MKDOCS_2_WARNING"] = "1"  # Material's advertisement, printed while it loads
    config = load_config(
        str(ROOT / "mkdocs.yml"),
        docs_dir=str(docs),
        site_dir=str(out),
        site_name=f"{escape(visible(state.brand.name))} · Headwater",
        copyright="Built by Headwater from the brand’s own records. Not legal advice.",
    )
    try:
        run_mkdocs(config)
    except Abort as error:
        raise ReportNotBuilt(f"MkDocs did not accept the pages: {error}") from error
    for name in ("sitemap.xml", "sitemap.xml.gz", "404.html"):
        (out / name).unlink(missing_ok=True)  # they hold the build date or absolute addresses


def _protect(out: Path) -> None:
    """Give every page a content policy: our files and the theme's own inline scripts, no more.

    The hashes are taken from the page that holds nothing a seller wrote.
    """
    scripts = _INLINE_SCRIPT.findall((out / "about.html").read_text(encoding="utf-8"))
    hashes = " ".join(
        f"'sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}'"
        for script in dict.fromkeys(scripts)
    )
    policy = (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data:; base-uri 'none'; form-action 'none'"
    )
    head = (
        f'<head>\n    <meta http-equiv="Content-Security-Policy" content="{policy}">'
        '\n    <meta name="referrer" content="no-referrer">'
        '\n    <meta name="robots" content="noindex">'
    )
    for page in out.rglob("*.html"):
        text = page.read_text(encoding="utf-8").replace("<head>", head, 1)
        page.write_text(text, encoding="utf-8")


def front_page(brands: Sequence[Brand]) -> str:
    """The page above the brands' reports: leads on to the only one, or lists them."""
    links = Markup("").join(
        Markup('<li><a href="{}/index.html">{}</a></li>').format(
            encode(brand.id), encode(brand.name)
        )
        for brand in brands
    )
    onward = Markup('<meta http-equiv="refresh" content="0; url={}/index.html">')
    return Markup(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Headwater</title>'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        '<link rel="icon" href="data:,">'  # else every browser asks the server for one
        "{}<style>body{{font:1rem/1.6 system-ui;margin:3rem auto;max-width:30rem;padding:0 1rem;"
        "color-scheme:light dark}}</style><h1>Reports</h1><ul>{}</ul></html>\n"
    ).format(onward.format(encode(brands[0].id)) if len(brands) == 1 else "", links)
