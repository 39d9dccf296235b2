"""Prices and smallest orders as pages of many countries write them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.marketplaces import amounts


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("₹59,577.18-1,09,988.64", "59577.18", "109988.64", "INR"),
        ("3 200 $US", "3200", "3200", "USD"),
        ("€ 97,39 - 128,72", "97.39", "128.72", "EUR"),
        ("US $0.06 - 5.20", "0.06", "5.20", "USD"),
        ("US $1,999.00", "1999.00", "1999.00", "USD"),
        ("GH₵80.51", "80.51", "80.51", "GHS"),
        ("DKK414.19/lot", "414.19", "414.19", "DKK"),
        ("NGN129,151.31", "129151.31", "129151.31", "NGN"),
        ("PKR1,542", "1542", "1542", "PKR"),
        ("4.68 GEL", "4.68", "4.68", "GEL"),
        ("$1100.0~2000.0", "1100.0", "2000.0", None),
        ("¥19.50--¥200.00", "19.50", "200.00", None),
        ("CN¥82.34", "82.34", "82.34", "CNY"),
        ("US$ 220-260 / Piece", "220", "260", "USD"),
        ("R$ 1.234,56", "1234.56", "1234.56", "BRL"),
        ("MX$35.99", "35.99", "35.99", "MXN"),
        ("1 234,50 zł", "1234.50", "1234.50", "PLN"),
        ("₫1.250.000", "1250000", "1250000", "VND"),
        ("Rp97.500", "97500", "97500", "IDR"),
        ("฿1,058.00", "1058.00", "1058.00", "THB"),
        ("₱305", "305", "305", "PHP"),
        ("¥0.055", "0.055", "0.055", None),
        ("US $5.99 2 sold", "5.99", "5.99", "USD"),
        ("10 000 - 20 000 zł", "10000", "20000", "PLN"),
        ("kr 129,00", "129.00", "129.00", None),
        ("5.20 - 0.06 USD", "0.06", "5.20", "USD"),
    ],
)
def test_a_price_as_written(text: str, low: str, high: str, currency: str | None) -> None:
    price = amounts.price(text)
    assert price is not None
    assert (price.minimum, price.maximum) == (Decimal(low), Decimal(high))
    assert price.currency == currency


def test_the_site_says_what_its_lone_sign_means() -> None:
    dollars = amounts.price("$890", dollar="USD")
    yuan = amounts.price("¥3.1", yen="CNY")
    assert dollars is not None
    assert yuan is not None
    assert (dollars.currency, yuan.currency) == ("USD", "CNY")


def test_a_stated_currency_wins_and_an_unknown_one_is_not_kept() -> None:
    stated = amounts.price("$5", currency="EUR", dollar="USD")
    nonsense = amounts.price("5", currency="XYZ")
    assert stated is not None
    assert nonsense is not None
    assert (stated.currency, nonsense.currency) == ("EUR", None)


@pytest.mark.parametrize("text", ["", "free", "-57%", None, True, [], {}, "NaN", "Infinity"])
def test_what_is_no_price_is_none(text: Any) -> None:
    assert amounts.price(text) is None


@pytest.mark.parametrize(
    "figure",
    [
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal(-1),
        Decimal("1e999999"),
        Decimal("1e-999999"),
        10**30,
        -5,
        True,
        "9" * 100,
    ],
)
def test_hostile_figures_are_no_amounts(figure: Any) -> None:
    assert amounts.amount(figure) is None


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(["US ${}", "€ {}", "{} zł", "₹{}"]),
)
def test_a_figure_survives_any_sign(figure: Decimal, form: str) -> None:
    price = amounts.price(form.format(f"{figure:.2f}"))
    assert price is not None
    assert price.minimum == price.maximum == figure


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_grouping_changes_nothing(figure: Decimal) -> None:
    english = amounts.price(f"US ${figure:,.2f}")
    german = f"{figure:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    assert english == amounts.price(f"US $ {german}")


@given(st.text(max_size=120))
def test_no_text_breaks_the_reading_of_amounts(text: str) -> None:
    amounts.price(text)
    amounts.minimum_order(text)
    amounts.currency_of(text)


@pytest.mark.parametrize(
    ("text", "quantity", "unit"),
    [
        ("Min. order: 1 set", 1, "set"),
        ("Min. Order: 1,000 Pieces", 1000, "Pieces"),
        ("Min. order 10 pieces", 10, "pieces"),
        ("10 - 29 pieces", 10, "pieces"),
        (">= 1000 pieces", 1000, "pieces"),
        ("≥1个", 1, "个"),
        ("3-19件", 3, "件"),
        ("2件起批", 2, "件"),
        ("1~99", 1, None),
        ("5 Pieces", 5, "Pieces"),
        ("1000.0 Pieces", 1000, "Pieces"),
        ("2 Square Meters (MOQ)", 2, "Square Meters"),
        (10, 10, None),
    ],
)
def test_a_smallest_order_as_written(text: Any, quantity: int, unit: str | None) -> None:
    order = amounts.minimum_order(text)
    assert order is not None
    assert (order.quantity, order.unit) == (quantity, unit)


@pytest.mark.parametrize("text", ["", "ask the seller", "0 pieces", None, True, -3, 10**12])
def test_what_is_no_smallest_order_is_none(text: Any) -> None:
    assert amounts.minimum_order(text) is None


def test_tiers_are_sorted_and_span_the_price() -> None:
    price = amounts.price_from_tiers(
        [("200", "25.00"), (3, "28.00"), (None, "1"), (20, "x")], "CNY"
    )
    assert price is not None
    assert [(tier.quantity, tier.amount) for tier in price.tiers] == [
        (3, Decimal("28.00")),
        (200, Decimal("25.00")),
    ]
    assert (price.minimum, price.maximum) == (Decimal("25.00"), Decimal("28.00"))
