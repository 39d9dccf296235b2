"""JavaScript literals are read as data, never run, and anything else is a ValueError."""

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.marketplaces.javascript import to_json


def read(text: str, position: int = 0) -> Any:
    return json.loads(to_json(text, position))


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (
            "{offerid:1,'title':\"x\",tiers:[[3, 28.00],]}",
            {"offerid": 1, "title": "x", "tiers": [[3, 28.0]]},
        ),
        ("{skuWeight:{6065759283227:0.4}}", {"skuWeight": {"6065759283227": 0.4}}),
        ("{a:undefined,b:!0,c:!1,d:null}", {"a": None, "b": True, "c": False, "d": None}),
        ("{a:function(x){return {b:1}},c:'it\\'s'}", {"a": None, "c": "it's"}),
        ("{a:1+2,b:f(1,{c:[2]}),d:new Date(3)}", {"a": None, "b": None, "d": None}),
        ("{a:-.5,b:0x1F,c:1.,d:2e3,e:01}", {"a": -0.5, "b": 31, "c": 1, "d": 2000, "e": 1}),
        ("{/* why */ a: 1, // and\n b: [,2]}", {"a": 1, "b": [None, 2]}),
        ("{a:'\\u5ce1\\x41\\u{1F600}',b:`two`}", {"a": "峡A😀", "b": "two"}),
        ("{a:[{}],b:[]}; var after = {", {"a": [{}], "b": []}),
    ],
)
def test_what_pages_write_is_read(literal: str, value: object) -> None:
    assert read(literal) == value


def test_it_begins_where_it_is_told() -> None:
    assert read("var a = {b:2};", 8) == {"b": 2}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(json_values) | st.dictionaries(st.text(), json_values))
def test_json_is_javascript(value: object) -> None:
    assert read(json.dumps(value)) == value
    assert read(json.dumps(value, ensure_ascii=False)) == value


@given(st.text(alphabet=string.printable + "峡\\\"'`{}[]:,", max_size=60))
def test_nothing_else_is_raised_than_a_value_error(text: str) -> None:
    try:
        read("{" + text)
    except ValueError:
        return


def test_depth_does_not_cost_the_stack() -> None:
    assert to_json("[" * 50_000 + "]" * 50_000).startswith("[[[[")
