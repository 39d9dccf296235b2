"""Pages that we wrote in the structure of the real ones: a new folder is a new test.

`page.json` says where the page came from and which file is its body; `expected.json` what must be
read in it, in the form of `headwater parse --json` (what it leaves out is not compared), plus
"query" and "sellers"; or {"raises": "a word of the message"} for a layout that must be reported.
"""

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headwater.cli.parse import as_json
from headwater.domain.pages import LayoutChanged, Page, PageReading
from headwater.domain.platforms import Platform
from headwater.marketplaces import read

RECORDINGS = Path(__file__).parents[2] / "recordings"
CASES = sorted(path.parent for path in RECORDINGS.glob("*/*/page.json"))


def page_of(case: Path) -> Page:
    page = json.loads((case / "page.json").read_text("utf-8"))
    return Page(
        url=page["url"],
        body=(case / page["body"]).read_bytes(),
        status=page["status"],
        headers=page["headers"],
    )


def _as_expected(reading: PageReading) -> dict[str, Any]:
    sellers = [{"id": seller.id, "name": seller.name} for seller in reading.sellers]
    return {**as_json("", reading), "query": reading.query, "sellers": sellers}


def _compared(found: Any, expected: Any) -> Any:
    """What was found, cut down to what is expected of it."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {name: _compared(found.get(name), value) for name, value in expected.items()}
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        return [_compared(one, other) for one, other in zip(found, expected, strict=True)]
    return found


def test_there_are_recordings() -> None:
    assert len(CASES) > 50


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_recording_is_read_as_expected(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    if "raises" in expected:
        with pytest.raises(LayoutChanged, match=expected["raises"]):
            read(page_of(case))
        return
    found = _as_expected(read(page_of(case)))
    assert _compared(found, expected) == expected, found["reason"]


FAMILY = {Platform.TAOBAO, Platform.TMALL, Platform.TMALL_GLOBAL}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_no_other_platforms_reader_takes_the_page_for_an_answer(case: Path) -> None:
    own = Platform(case.parent.name)
    page = replace(page_of(case), url="")
    for platform in Platform:
        if platform is own or {platform, own} <= FAMILY or platform is Platform.GENERIC:
            continue
        with contextlib.suppress(LayoutChanged):
            assert not read(page, platform=platform).verdict.covers
