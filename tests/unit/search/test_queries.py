"""Every question has its turn within the period, whatever the budget, and only its turn."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.brands import Reference, Watch
from headwater.domain.platforms import Platform
from headwater.domain.queries import Plan, plan
from headwater.matching.queries import claim_words, variants

DAY = date(2026, 11, 21)
WATCH = Watch(
    id="mark",
    platforms=(Platform.ALI1688, Platform.ALIEXPRESS),
    words=("harvelk",),
    pictures=(Reference(id="mug.jpg", product="", sha256="a" * 64),),
    variants=tuple((f"variant {n}", None) for n in range(10)),
)


def asked(watch: Watch, day: date, budget: int, platform: Platform = Platform.ALI1688) -> list[str]:
    return [query.label for query in plan([watch], platform, day=day, budget=budget).today]


@given(
    own=st.integers(0, 30),
    made=st.integers(0, 200),
    budget=st.integers(-5, 60),
    start=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    countries=st.lists(st.sampled_from(["sg", "my", "th"]), unique=True),
)
def test_every_question_is_asked_within_the_period_in_every_country(
    own: int, made: int, budget: int, start: date, countries: list[str]
) -> None:
    watch = replace(
        WATCH,
        words=tuple(f"own {n}" for n in range(own)),
        pictures=(),
        variants=tuple((f"made {n}", None) for n in range(made)),
    )
    watch = replace(watch, platforms=(Platform.LAZADA,))

    def planned(day: date) -> Plan:
        return plan([watch], Platform.LAZADA, day=day, budget=budget, countries=countries)

    seen: list[str] = []
    for days in range(planned(start).period.days):
        today = [query.label for query in planned(start + timedelta(days=days)).today]
        assert len(today) <= max(budget, 1)
        assert len(set(today)) == len(today)
        seen += today
    words = [f"own {n}" for n in range(own)] + [f"made {n}" for n in range(made)]
    places = [f" ({country})" for country in countries] or [""]
    assert set(seen) == {word + place for word in words for place in places}


def test_what_the_owner_wrote_is_asked_daily_and_the_variants_go_round() -> None:
    today, tomorrow = asked(WATCH, DAY, 5), asked(WATCH, DAY + timedelta(days=1), 5)
    assert today[:2] == tomorrow[:2] == ["harvelk", "picture mug.jpg"]
    assert not set(today[2:]) & set(tomorrow[2:])


def test_the_day_that_is_foretold_is_the_day_on_which_it_is_asked() -> None:
    for query, day in plan([WATCH], Platform.ALI1688, day=DAY, budget=5).later:
        assert query.label in asked(WATCH, day, 5)


def test_the_same_day_asks_the_same() -> None:
    assert asked(WATCH, DAY, 5) == asked(WATCH, DAY, 5)


def test_a_question_of_two_watches_is_asked_once() -> None:
    other = replace(WATCH, id="other", words=("Harvelk", "kettle"))
    queries = plan([WATCH, other], Platform.ALI1688, day=DAY, budget=50).today
    labels = [query.label.casefold() for query in queries]
    assert len(labels) == len(set(labels)) == 13
    assert queries[0].watch == "mark"


def test_a_watch_of_another_platform_asks_nothing_here() -> None:
    assert asked(WATCH, DAY, 50, Platform.LAZADA) == []


def test_chinese_claims_are_asked_in_chinese_only() -> None:
    watch = replace(WATCH, words=(), pictures=(), variants=variants(["Fell"], [], ["复刻", "dupe"]))
    assert asked(watch, DAY, 50) == ["Fell", "Fell 复刻"]
    assert asked(watch, DAY, 50, Platform.ALIEXPRESS) == ["Fell", "Fell dupe"]


def test_a_chinese_name_is_asked_in_both_scripts_and_in_pinyin() -> None:
    assert dict(variants([], ["鹿角杯", "龍馬"], [])) == {
        "鹿角杯": True,
        "lujiaobei": None,
        "龍馬": True,
        "龙马": True,
        "longma": None,
    }


@pytest.mark.parametrize("word", ["高仿", "复刻"])
def test_the_lexicon_s_strong_claims_are_among_them(word: str) -> None:
    assert word in claim_words()
