"""What the bookmarklet copied is read as far as it holds; anything else is no such text."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.cli.main import main
from headwater.marketplaces.facts import MARK, MOST_CARDS, read_facts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    max_leaves=8,
)


def copied(**said: Any) -> bytes:
    return json.dumps({"headwater": "facts/1", **said}, separators=(",", ":")).encode()


@given(JSON, JSON, JSON)
def test_whatever_is_in_it_is_read_or_left_out(url: Any, cards: Any, left_out: Any) -> None:
    facts = read_facts(copied(url=url, title=url, cards=cards, left_out=left_out))
    assert facts is not None
    assert facts.left_out >= 0
    assert all(isinstance(one.title, str) for one in facts.listings)


@given(st.binary())
def test_bytes_behind_the_mark_raise_nothing(body: bytes) -> None:
    read_facts(MARK + body)
    assert read_facts(body) is None


def test_cards_without_end_are_cut_and_counted() -> None:
    facts = read_facts(copied(cards=[{"url": "u"}] * (MOST_CARDS + 7), left_out="3"))
    assert facts is not None
    assert (len(facts.listings), facts.left_out) == (MOST_CARDS, 10)


def test_what_was_pasted_is_shown_before_it_is_sent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = copied(
        url="https://detail.1688.com/offer/601748658723.html", title="搪瓷杯", price="¥2.3"
    )

    class Pasted:
        class buffer:  # noqa: N801 - as sys.stdin has it
            read = staticmethod(lambda: text)

        isatty = staticmethod(lambda: False)

    monkeypatch.setattr("sys.stdin", Pasted)
    assert main(["import", "-", "--preview"]) == 0
    assert "1 listings" in capsys.readouterr().out
