"""Bytes become text and data, whatever the page declares about itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.pages import Page
from headwater.marketplaces.document import Document, decode
from headwater.marketplaces.lookup import count, dig, first, identifier, text

CHINESE = "复古铜灯笼 48 件起批，来自义乌市"
GBK_META = '<meta charset="gbk">'
UTF8_META = '<meta charset="utf-8">'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (CHINESE.encode(), ""),
        (CHINESE.encode(), "text/html; charset=gbk"),
        ((GBK_META + CHINESE).encode(), ""),
        ((GBK_META + CHINESE).encode("gbk"), ""),
        (CHINESE.encode("gbk"), ""),
        (CHINESE.encode("gb18030"), "text/html; charset=GB2312"),
        ((UTF8_META + CHINESE).encode("gbk"), "text/html; charset=utf-8"),
        (b"\xef\xbb\xbf" + CHINESE.encode(), "text/html; charset=gbk"),
        (b"\xff\xfe" + CHINESE.encode("utf-16-le"), ""),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), ""),
        (CHINESE.encode("big5", "ignore"), "text/html; charset=nonsense"),
    ],
)
def test_chinese_pages_are_decoded_by_what_their_bytes_prove(
    body: bytes, content_type: str
) -> None:
    decoded = decode(body, content_type)
    assert "48" in decoded
    if "nonsense" not in content_type:
        assert decoded.endswith(CHINESE)


def test_a_declared_single_byte_charset_is_believed_where_utf8_is_impossible() -> None:
    assert decode("Lámpara".encode("latin-1"), "text/html; charset=iso-8859-1") == "Lámpara"
    assert (
        decode("日本語のランプ".encode("shift_jis"), "text/html; charset=Shift_JIS")
        == "日本語のランプ"
    )


def test_a_few_broken_bytes_do_not_turn_utf8_into_gibberish() -> None:
    body = (CHINESE * 20).encode()
    broken = body[:100] + b"\xff" + body[100:-1]
    assert CHINESE in decode(broken, "text/html; charset=gbk")


@given(st.binary(max_size=300), st.text(max_size=40))
def test_no_bytes_break_the_decoding(body: bytes, content_type: str) -> None:
    assert isinstance(decode(body, content_type), str)


def _document(body: str, url: str = "") -> Document:
    return Document(Page(url=url, body=body.encode()))


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ('window.data = {"a": 1};', {"a": 1}),
        ("var data={a:'x',};", {"a": "x"}),
        ("window.data = window.data || {}; data = [1, 2]", [1, 2]),
        ("mydata = {'a': 1}; data = {'a': 2}", {"a": 2}),
        ("data = 7", None),
        ("", None),
    ],
)
def test_a_script_variable_is_found_by_its_whole_name(script: str, value: Any) -> None:
    assert _document(f"<script>{script}</script>").variable("data") == value


def test_a_variable_that_is_cut_off_is_noted() -> None:
    document = _document('<script>data = {"a": [1, 2')
    assert document.variable("data") is None
    assert document.broken


def test_the_browsers_note_tells_where_a_page_was_saved_from() -> None:
    body = "<!-- saved from url=(0044)https://www.lazada.sg/catalog/?q=lantern -->\n<html></html>"
    assert _document(body).url == "https://www.lazada.sg/catalog/?q=lantern"
    assert _document(body, "https://www.lazada.vn/").url == "https://www.lazada.vn/"
    assert (
        _document(body, "/home/someone/page.html").url == "https://www.lazada.sg/catalog/?q=lantern"
    )


def test_replies_with_a_callback_around_them_are_data_too() -> None:
    assert _document('mtopjsonp12({"ret": ["SUCCESS"]})').json == {"ret": ["SUCCESS"]}
    assert _document('{"a": 1').json is None


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("Men&#39;s <b>Lamp</b>\n two", "Men's Lamp two"),
        ("<img src='x'> Lamp", "Lamp"),
        ("a < b > c", "a < b > c"),
        ("\u0000\u0007 ", None),
        ("", None),
        (None, None),
        (True, None),
        ([], None),
        (12, "12"),
        (10**40, None),
    ],
)
def test_text_is_plain(value: Any, plain: str | None) -> None:
    assert text(value) == plain


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1005006123456789", "1005006123456789"),
        (1005006123456789, "1005006123456789"),
        (" 123456 ", "123456"),
        ("1234", None),
        ("12345a", None),
        ("١٢٣٤٥٦", None),
        ("000000", None),
        (True, None),
        (-5, None),
        (10**30, None),
        (1.5, None),
    ],
)
def test_an_identifier_is_digits_and_nothing_else(value: Any, number: str | None) -> None:
    assert identifier(value) == number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("84 sold", 84),
        ("1,234 sold", 1234),
        ("3.5万+", 35_000),
        ("10万+件", 100_000),
        ("1.2k sold", 1200),
        ("5,000+", 5000),
        ("11623人付款", 11_623),
        ("2 yrs", 2),
        (7, 7),
        (0, 0),
        (-1, None),
        ("none", None),
        (True, None),
    ],
)
def test_counts_as_written(value: Any, number: int | None) -> None:
    assert count(value) == number


def test_paths_are_tried_in_order_and_lead_nowhere_quietly() -> None:
    data = {"a": {"b": [{"c": ""}, {"c": 0}]}}
    assert dig(data, "a.b.1.c") == 0
    assert first(data, "x.y", "a.b.0.c", "a.b.1.c") == 0
    assert dig(data, "a.b.9.c") is None
    assert dig("text", "a.b") is None
