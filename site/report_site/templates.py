"""The page templates: where they lie, and how values become text in them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shlex import quote

import jinja2
from markupsafe import Markup

from headwater.domain.calendars import CHINA
from headwater.domain.strangers import defanged
from headwater.usecases.report.evidence import KeptCapture
from report_site.markdown import encode
from report_site.thumbnails import SIZES, drawing_name, thumbnail_name

_PACKAGE = Path(__file__).parent
ROOT = _PACKAGE if (_PACKAGE / "mkdocs.yml").exists() else _PACKAGE.parent
"""Where mkdocs.yml and pages/ lie: in the package when installed, beside it in a checkout."""


_OURS = re.compile(r"[A-Za-z0-9 _.…-]*")


def page_templates(evidence_bucket: str) -> jinja2.Environment:
    """The templates; whatever they print is encoded unless our own code marked it as markup."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "pages"),
        autoescape=True,
        finalize=encode,  # every value of every {{ }}, so that none can be forgotten
        undefined=jinja2.StrictUndefined,
    )
    filters: dict[str, Callable[..., object]] = {
        "ours": _ours,
        "iso": lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "utc": lambda at: _date(at.astimezone(UTC), "{} %b %Y, %H:%M UTC"),
        "day": lambda at: _date(at.astimezone(UTC), "{} %b %Y"),
        "short_day": lambda day: day.strftime("{} %b").format(day.day),
        "china": lambda at: _date(at.astimezone(CHINA), "%a {} %b %Y, %H:%M China time"),
        "percent": lambda fraction: f"{100 * min(max(fraction, 0), 1):.1f}%",
        "whole_percent": _whole_percent,
        "thousands": lambda number: f"{number:,}",
        "signed": lambda number: f"{number:+d}".replace("-", "−") if number else "0",
        "drawn": lambda drawing: drawing_name(drawing.id),
        "defanged": defanged,
        "small": lambda picture: thumbnail_name(picture.sha256, SIZES[0]),
        "large": lambda picture: thumbnail_name(picture.sha256, SIZES[1]),
        "fetch_commands": partial(_fetch_commands, bucket=evidence_bucket),
    }
    environment.filters |= filters
    return environment


def _ours(text: str) -> Markup:
    """One of our own words, printed as it is: for class names and constant titles."""
    if not _OURS.fullmatch(text):
        raise ValueError(f"not a word of our own: {text!r}")
    return Markup(text)  # noqa: S704 - checked above


def _date(at: datetime, form: str) -> str:
    return at.strftime(form).format(at.day)


def _whole_percent(probability: float) -> str:
    return "over 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"


def _fetch_commands(capture: KeptCapture, *, bucket: str) -> tuple[str, ...]:
    """Without Headwater: exactly the version that was kept, and its hash."""
    version = capture.manifest.version_id
    return (
        (
            f"aws s3api get-object --bucket {quote(bucket)} --key {quote(capture.manifest.key)}"
            f"{f' --version-id {quote(version)}' if version else ''} manifest.json"
        ),
        "sha256sum manifest.json",
    )
