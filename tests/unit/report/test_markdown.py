"""The encoder lets through what a reader sees, and nothing that a parser acts on."""

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown import Markdown

from report_site.markdown import MAX_LENGTH, encode, visible
from tests.fakes.report import ATTACKS

ANY_TEXT = st.text(st.characters(), max_size=300)
"""All of Unicode, halves of surrogate pairs included."""


def rendered(text: str) -> lxml_html.HtmlElement:
    """The cell as Python-Markdown, with the extensions that MkDocs always loads, renders it."""
    markdown = Markdown(extensions=["toc", "tables", "fenced_code"])
    source = f"# Case 1\n\n<table><tbody><tr><td>{encode(text)}</td></tr></tbody></table>\n\nend\n"
    return lxml_html.fromstring(f"<body>{markdown.convert(source)}</body>")


@given(ANY_TEXT)
def test_only_letters_spaces_and_numeric_entities_come_out(text: str) -> None:
    without_entities = re.sub(r"&#\d+;", "", encode(text))
    ascii_left = {mark for mark in without_entities if mark < "\x80"}
    assert all(mark.isalnum() or mark == " " for mark in ascii_left)


@given(ANY_TEXT)
def test_a_reader_sees_the_visible_text_and_nothing_else(text: str) -> None:
    assert html.unescape(encode(text)) == visible(text)


@given(ANY_TEXT)
def test_visible_text_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(ANY_TEXT)
def test_nothing_invisible_or_direction_changing_is_left(text: str) -> None:
    left = {unicodedata.category(character) for character in visible(text)}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert "  " not in visible(text)
    assert len(visible(text)) <= MAX_LENGTH


@given(ANY_TEXT)
def test_markdown_makes_one_plain_cell_of_any_text(text: str) -> None:
    page = rendered(text)
    [cell] = page.xpath("//td")
    assert cell.text_content() == visible(text)
    assert [element.tag for element in cell.iter()] == ["td"]
    assert [element.tag for element in page] == ["h1", "table", "p"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_shown_and_not_obeyed(attack: str) -> None:
    [cell] = rendered(attack).xpath("//td")
    assert cell.text_content() == visible(attack)
    assert len(cell) == 0
    assert cell.attrib == {}


def test_an_ordinary_chinese_title_is_left_alone() -> None:
    title = "户外露营马灯 LED 【厂家直销】 Ø 12cm – 50个起批 ñ é ü"
    assert html.unescape(encode(title)) == title


def test_piled_up_accents_do_not_paint_over_the_neighbours() -> None:
    assert visible("a" + "\u0301" * 40) == "a" + "\u0301" * 3


def test_a_long_text_ends_with_an_ellipsis() -> None:
    assert visible("x" * 9000) == "x" * (MAX_LENGTH - 1) + "…"
