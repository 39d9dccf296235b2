"""Prices and smallest orders as pages write them, in any currency and grouping."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from headwater.domain.money import MinimumOrder, Price, PriceTier
from headwater.marketplaces.lookup import Json
from headwater.marketplaces.origins import TracedFlag, carried

_HIGHEST = Decimal(10) ** 13
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_NUMBER = (  # blanks group thousands: "3 200,50"; "5.99 2 sold" is not one number
    r"(?:[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]{1,4})?(?![0-9])|[0-9](?:[0-9.,'’]{0,24}[0-9])?)"
)
_BETWEEN = r"[^0-9]{0,12}?(?:-|–|—|~|～|至|\bto\b)[^0-9%]{0,12}?"
_RANGE = re.compile(rf"(?P<low>{_NUMBER})(?:{_BETWEEN}(?P<high>{_NUMBER}))?(?!\s*%)(?![0-9])")
_PER = re.compile(r"\s*/\s*(?=[^\W\d_]|[0-9]+\s*[^\W\d_])")

# Longer signs first: "US $" before "$". A sign that several countries share is not in the table:
# "$" and "¥" mean what the caller says the site means by them, "kr" and "Rs" stay unknown.
_SIGNS = (
    ("US$", "USD"), ("$US", "USD"), ("U$S", "USD"), ("CA$", "CAD"), ("C$", "CAD"),
    ("AU$", "AUD"), ("A$", "AUD"), ("NZ$", "NZD"), ("HK$", "HKD"), ("NT$", "TWD"),
    ("SG$", "SGD"), ("S$", "SGD"), ("MX$", "MXN"), ("R$", "BRL"), ("CL$", "CLP"),
    ("COP$", "COP"), ("AR$", "ARS"), ("CN¥", "CNY"), ("CN￥", "CNY"), ("JP¥", "JPY"),
    ("RMB", "CNY"), ("元", "CNY"), ("円", "JPY"), ("GH₵", "GHS"), ("₵", "GHS"), ("€", "EUR"),
    ("£", "GBP"), ("₹", "INR"), ("₽", "RUB"), ("руб", "RUB"), ("₴", "UAH"), ("грн", "UAH"),
    ("₺", "TRY"), ("₩", "KRW"), ("￦", "KRW"), ("₫", "VND"), ("đ", "VND"), ("฿", "THB"),
    ("₱", "PHP"),
    ("₪", "ILS"), ("₦", "NGN"), ("₸", "KZT"), ("₾", "GEL"), ("৳", "BDT"), ("₡", "CRC"),
    ("₲", "PYG"), ("zł", "PLN"), ("Kč", "CZK"), ("Rp", "IDR"), ("RM", "MYR"), ("Ft", "HUF"),
    ("лв", "BGN"), ("lei", "RON"), ("֏", "AMD"),
    ("ر.س", "SAR"), ("د.إ", "AED"),
)  # fmt: skip
_CODES = frozenset(
    [
        "AED",
        "AFN",
        "ALL",
        "AMD",
        "ANG",
        "AOA",
        "ARS",
        "AUD",
        "AWG",
        "AZN",
        "BAM",
        "BBD",
        "BDT",
        "BGN",
        "BHD",
        "BIF",
        "BMD",
        "BND",
        "BOB",
        "BRL",
        "BSD",
        "BWP",
        "BYN",
        "BZD",
        "CAD",
        "CDF",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CRC",
        "CUP",
        "CVE",
        "CZK",
        "DJF",
        "DKK",
        "DOP",
        "DZD",
        "EGP",
        "ERN",
        "ETB",
        "EUR",
        "FJD",
        "FKP",
        "GBP",
        "GEL",
        "GHS",
        "GIP",
        "GMD",
        "GNF",
        "GTQ",
        "GYD",
        "HKD",
        "HNL",
        "HTG",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "IQD",
        "IRR",
        "ISK",
        "JMD",
        "JOD",
        "JPY",
        "KES",
        "KGS",
        "KHR",
        "KMF",
        "KRW",
        "KWD",
        "KYD",
        "KZT",
        "LAK",
        "LBP",
        "LKR",
        "LRD",
        "LSL",
        "LYD",
        "MAD",
        "MDL",
        "MGA",
        "MKD",
        "MMK",
        "MNT",
        "MOP",
        "MRU",
        "MUR",
        "MVR",
        "MWK",
        "MXN",
        "MYR",
        "MZN",
        "NAD",
        "NGN",
        "NIO",
        "NOK",
        "NPR",
        "NZD",
        "OMR",
        "PAB",
        "PEN",
        "PGK",
        "PHP",
        "PKR",
        "PLN",
        "PYG",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "RWF",
        "SAR",
        "SBD",
        "SCR",
        "SDG",
        "SEK",
        "SGD",
        "SHP",
        "SLE",
        "SOS",
        "SRD",
        "SSP",
        "STN",
        "SVC",
        "SYP",
        "SZL",
        "THB",
        "TJS",
        "TMT",
        "TND",
        "TOP",
        "TRY",
        "TTD",
        "TWD",
        "TZS",
        "UAH",
        "UGX",
        "USD",
        "UYU",
        "UZS",
        "VES",
        "VND",
        "VUV",
        "WST",
        "XAF",
        "XCD",
        "XOF",
        "XPF",
        "YER",
        "ZAR",
        "ZMW",
        "ZWL",
    ]
)
_CODE = re.compile(r"(?<![A-Za-z])([A-Z]{3})(?![A-Za-z])")


def amount(value: Json) -> Decimal | None:
    """A non-negative amount out of a JSON number or a text with one number; None if neither."""
    if isinstance(value, (bool, TracedFlag)):
        return None
    if isinstance(value, (int, Decimal)):
        if isinstance(value, int) and not 0 <= value < _HIGHEST:
            return None
        number = Decimal(value)
    elif isinstance(value, str):
        parsed = _plain_figure(value) or _stated(value)
        if parsed is None:
            return None
        number = parsed
    else:
        return None
    return carried(_sane(number), value)


def _plain_figure(value: str) -> Decimal | None:
    """A text that is nothing but a figure as programs write it: "1.125" is a little over one."""
    return Decimal(value) if re.fullmatch(r"[0-9]{1,12}\.[0-9]{1,12}", value) else None


def _stated(value: str) -> Decimal | None:
    """The first number of a text that was written for people."""
    found = re.search(_NUMBER, _SPACES.sub(" ", value[:200]))
    return _number(found[0]) if found else None


def _sane(number: Decimal | None) -> Decimal | None:
    if number is None:
        return None
    if not number.is_finite() or not 0 <= number < _HIGHEST:
        return None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -12 or len(number.as_tuple().digits) > 28:
        return None
    return number if exponent <= 0 else number.quantize(Decimal(1))


def _number(digits: str) -> Decimal | None:
    """A number in any grouping: "1,09,988.64", "1.234,56", "3 200", "97,39", "0.055"."""
    from price_parser.parser import parse_number  # noqa: PLC0415 - only pages with text prices

    digits = digits.replace("'", "").replace("’", "").strip(" .,")
    if re.fullmatch(r"0[.,][0-9]+", digits):  # parse_number takes "0.055" for fifty-five
        return Decimal(digits.replace(",", "."))
    try:
        found = parse_number(digits)
    except (InvalidOperation, ValueError):
        return None
    if found is None:  # digits grouped by blanks with decimals: "3 200,50"
        compact = digits.replace(" ", "")
        found = parse_number(compact)
    return found if isinstance(found, Decimal) else None


def currency_of(value: str, *, dollar: str | None = None, yen: str | None = None) -> str | None:
    """The ISO 4217 code that a price text names; None where it names none.

    `dollar` and `yen` are what a lone "$" and a lone "¥" mean on the site.
    """
    compact = _SPACES.sub("", value[:200])
    for code in _CODE.findall(value[:200]):
        if code in _CODES:
            return str(code)
    attached = re.findall(r"(?:^|(?<=[0-9]))([A-Z]{3})(?=[0-9]|$)", compact)
    for code in attached:
        if code in _CODES:
            return str(code)
    for sign, code in _SIGNS:
        if sign in compact:
            return code
    if "$" in compact:
        return dollar
    if "¥" in compact or "￥" in compact:
        return yen
    return None


def price(
    value: Json,
    *,
    currency: Json = None,
    dollar: str | None = None,
    yen: str | None = None,
) -> Price | None:
    """The price or price range that a text states ("US $0.06 - 5.20", "₹59,577-1,09,988.64").

    `currency`, if it is a known code, wins over what the text names. None without a number.
    """
    known = code(currency)
    if not isinstance(value, str):
        single = amount(value)
        return _price(single, single, known)
    line = _SPACES.sub(" ", value[:200])
    line = _PER.split(line, maxsplit=1)[0]
    found = _RANGE.search(line)
    if not found:
        return None
    named = known or carried(currency_of(line, dollar=dollar, yen=yen), value)
    scale = 10_000 if "万" in line[found.end() : found.end() + 2] else 1
    low, high = (_shown(found[name], named, scale) for name in ("low", "high"))
    high = high if found["high"] else low
    return _price(carried(low, value), carried(high, value), named)


_POINT = frozenset(
    {
        "USD",
        "CNY",
        "GBP",
        "HKD",
        "SGD",
        "MYR",
        "PHP",
        "AUD",
        "CAD",
        "NZD",
        "KWD",
        "BHD",
        "OMR",
        "JOD",
    }
)
"""Currencies whose own people write a point before the decimals, and none between thousands."""


def _shown(digits: str | None, currency: str | None, scale: int) -> Decimal | None:
    """A figure shown in a currency: "US$2.125" is two dollars, "Rp12.500" twelve thousand."""
    if digits is None:
        return None
    pointed = _plain_figure(digits) if currency in _POINT else None
    number = _sane(pointed or _stated(digits))
    return number * scale if number is not None else None


def price_between(low: Json, high: Json, currency: Json) -> Price | None:
    """The price from two figures of a page's data; one of them is enough."""
    lowest, highest = amount(low), amount(high)
    return _price(
        lowest if lowest is not None else highest,
        highest if highest is not None else lowest,
        code(currency),
    )


def price_from_tiers(tiers: Iterable[tuple[Json, Json]], currency: Json) -> Price | None:
    """The price from (from-quantity, amount) pairs; None where no pair is readable."""
    known: dict[int, Decimal] = {}
    for from_quantity, figure in tiers:
        quantity, unit_price = amount(from_quantity), amount(figure)
        if quantity is not None and unit_price is not None:
            known.setdefault(carried(int(quantity), quantity), unit_price)
    if not known:
        return None
    return Price(
        minimum=min(known.values()),
        maximum=max(known.values()),
        currency=code(currency),
        tiers=tuple(PriceTier(quantity=q, amount=known[q]) for q in sorted(known)),
    )


def code(value: Json) -> str | None:
    """An ISO 4217 code as such; anything else is None."""
    known = isinstance(value, str) and value.upper() in _CODES
    return carried(value.upper(), value) if known else None


def _price(low: Decimal | None, high: Decimal | None, currency: str | None) -> Price | None:
    if low is None or high is None:
        return None
    return Price(minimum=min(low, high), maximum=max(low, high), currency=currency)


_ORDER = re.compile(
    r"(?P<quantity>[0-9][0-9,. ]{0,14})\s*(?:[-~–][0-9,. ]{1,14}|\+)?\s*"
    r"(?P<unit>[^\W\d_][^\d:：()（）<>]{0,30})?"
)
_NO_UNIT = re.compile(
    r"(?:起批|起订|起购|起售|以上)|\b(?:min\.?\s*order|moq|minimum|or more)\b.*$", re.IGNORECASE
)


def minimum_order(value: Json, *, unit: Json = None) -> MinimumOrder | None:
    """The smallest order: "Min. order: 1 set", "10 - 29 pieces", "≥1个", "2件起批", 10.

    The lower end of a range counts. `unit` is used where the text names none.
    """
    quantity: Decimal | None
    known = isinstance(unit, str) and len(unit) <= 40
    named = carried(unit.strip() or None, unit) if known else None
    if isinstance(value, str):
        found = _ORDER.search(_SPACES.sub(" ", value[:200]))
        if not found:
            return None
        quantity = carried(_sane(_stated(found["quantity"])), value)
        own = _NO_UNIT.sub("", found["unit"] or "").strip(" .,;/") or None
        named = carried(own, value) or named
    else:
        quantity = amount(value)
    if quantity is None or quantity < 1 or quantity > 10**9 or quantity % 1:
        return None
    return MinimumOrder(quantity=carried(int(quantity), quantity), unit=named)
