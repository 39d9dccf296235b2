"""One spelling per manifest, or the hash over it means nothing."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.manifests import canonical, capture_id, sha256
from tests.factories import LISTING, NOON, SIGHTING

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
)


@settings(deadline=None)
@given(json_values)
def test_the_spelling_is_read_back_as_the_same_value_and_spelled_the_same(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@settings(deadline=None)
@given(st.dictionaries(st.text("abcäß仿", max_size=3), st.integers(), min_size=2))
def test_the_order_in_which_facts_came_does_not_matter(facts: dict[str, int]) -> None:
    assert canonical(facts) == canonical(dict(reversed(facts.items())))


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        {"a": [0.1]},
        NOON.replace(tzinfo=None),
        b"bytes",
        {1, 2},
        object(),
        "\ud800",
    ],
)
def test_what_has_no_exact_spelling_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"exact spelling|surrogates"):
        canonical(value)


def test_money_times_and_chinese_are_spelled_out() -> None:
    east = datetime(2026, 11, 21, 20, tzinfo=timezone(timedelta(hours=8)))
    assert canonical({"b": Decimal("2.30"), "a": east, "c": "仿冒"}) == (
        '{"a":"2026-11-21T12:00:00Z","b":"2.30","c":"仿冒"}'.encode()
    )


def test_the_same_page_and_facts_make_the_same_capture_whoever_saw_them() -> None:
    page = sha256(b"page")
    later = replace(SIGHTING, run="other", rank=9, seen_at=NOON + timedelta(days=1))
    assert capture_id(SIGHTING, page) == capture_id(later, page)


@pytest.mark.parametrize(
    "other",
    [
        capture_id(SIGHTING, sha256(b"another page")),
        capture_id(SIGHTING, None),
        capture_id(replace(SIGHTING, brand="other"), sha256(b"page")),
        capture_id(replace(SIGHTING, look="2026-W47"), sha256(b"page")),
        capture_id(replace(SIGHTING, listing=replace(LISTING, title="x")), sha256(b"page")),
    ],
)
def test_another_page_brand_fact_or_look_makes_another_capture(other: str) -> None:
    assert capture_id(SIGHTING, sha256(b"page")) != other
