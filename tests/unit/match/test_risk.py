"""The score: what adds to it, what does not, and that its reasons explain all of it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.assessment import assess
from headwater.domain.brands import Brand, Product, Reference
from headwater.domain.listings import Listing
from headwater.domain.money import MinimumOrder, Price
from headwater.domain.pictures import PictureEvidence, PictureMatch, PictureRelation
from headwater.domain.rights import RIGHTS
from headwater.domain.risk import Band, Infringement, Risk, Signal
from headwater.domain.sellers import IdentifierKind, ListedSeller, SellerList, identifiers_of
from headwater.domain.weights import ClaimPoints, Weights
from headwater.domain.words import Disguise, MarkUse, Place, Strength, WordHit, WordKind
from headwater.matching.words import WordMatcher
from tests.factories import BRAND, LISTING, NOON

MATCHER = WordMatcher(BRAND)
TODAY = NOON.date()


def picture(
    probability: float = 0.97, relation: PictureRelation = PictureRelation.SAME, **changes: str
) -> PictureMatch:
    return PictureMatch(
        reference_id=changes.get("reference_id", "mug/front.jpg"),
        probability=probability,
        relation=relation,
        evidence=PictureEvidence.FINGERPRINT,
        transform="unchanged",
    )


def judged(
    title: str, *pictures: PictureMatch, brand: Brand = BRAND, price: Price | None = None
) -> Risk:
    listing = replace(LISTING, title=title, price=price)
    return assess(listing, brand=brand, today=TODAY, pictures=pictures, words=MATCHER.find(listing))


@pytest.mark.parametrize(
    ("title", "band", "infringement"),
    [
        ("搪瓷杯 户外 500ml", Band.IGNORE, None),
        ("高仿 搪瓷杯", Band.IGNORE, None),
        ("源头工厂 来样定制 OEM贴牌 搪瓷杯", Band.IGNORE, None),
        ("Lid for Fjellvik mug", Band.IGNORE, None),
        ("Lighter than Fjellvik", Band.IGNORE, None),
        ("Fjellvik enamel mug", Band.LOOK, Infringement.MARK_IN_TEXT),
        ("Fjellvik style enamel mug", Band.LOOK, Infringement.MARK_IN_TEXT),
        ("Fjellvik 搪瓷杯 高仿", Band.LIKELY, Infringement.COUNTERFEIT),
        ("F*ellv1k 搪瓷杯 1:1 高仿 原单", Band.IGNORE, None),
        ("Fje11vik 搪瓷杯 1:1 高仿 原单", Band.NEAR_CERTAIN, Infringement.COUNTERFEIT),
        ("Fjellvik 源头工厂 贴牌", Band.LOOK, Infringement.MARK_IN_TEXT),
    ],
)
def test_words_alone(title: str, band: Band, infringement: Infringement | None) -> None:
    risk = judged(title)
    assert (risk.band, risk.infringement) == (band, infringement), risk


def test_pictures_alone() -> None:
    same = judged("搪瓷杯", picture())
    assert (same.band, same.infringement) == (Band.LIKELY, Infringement.STOLEN_PICTURE)
    related = judged("搪瓷杯", picture(0.3, PictureRelation.RELATED))
    assert (related.band, related.infringement) == (Band.IGNORE, Infringement.LOOK_ALIKE)


def test_a_related_picture_makes_no_word_telling() -> None:
    plain = judged("搪瓷杯", picture(0.3, PictureRelation.RELATED))
    wholesale = judged("源头工厂 OEM贴牌 现货批发 搪瓷杯", picture(0.3, PictureRelation.RELATED))
    assert wholesale.score == plain.score


def test_picture_and_name_together_are_near_certain() -> None:
    risk = judged("Fjellvik 搪瓷杯", picture())
    assert (risk.band, risk.infringement) == (Band.NEAR_CERTAIN, Infringement.COUNTERFEIT)


def test_factory_words_count_only_beside_the_name_or_the_picture() -> None:
    factory = "源头工厂 OEM贴牌 搪瓷杯"
    assert judged(factory).score == 0
    assert judged(factory, picture()).score > judged("搪瓷杯", picture()).score
    assert judged(f"Fjellvik {factory}").score > judged("Fjellvik 搪瓷杯").score


def test_a_faint_name_counts_beside_a_strong_replica_claim_only() -> None:
    brand = replace(BRAND, chinese_names=("诺德风",))
    matcher = WordMatcher(brand)

    def score(title: str) -> int:
        listing = replace(LISTING, title=title, price=None)
        words = matcher.find(listing)
        return assess(listing, brand=brand, today=TODAY, pictures=(), words=words).score

    assert score("ndf 背包") == score("诺地锋 背包") == 0
    assert score("高仿 背包") < 30 <= score("ndf 背包 高仿") < 60


def test_one_kind_of_claim_counts_once_by_its_strongest_word() -> None:
    many = judged("Fjellvik 高仿 精仿 复刻 A货 山寨")
    assert many.score == judged("Fjellvik 高仿").score
    (claim,) = [reason for reason in many.reasons if reason.text.startswith("replica claim")]
    assert claim.text.count("“") == 3


def test_several_pictures_count_little_more_than_one() -> None:
    one = judged("搪瓷杯", picture())
    three = judged(
        "搪瓷杯",
        picture(),
        picture(0.8, reference_id="mug/b.jpg"),
        picture(reference_id="mug/c.jpg"),
    )
    assert one.score < three.score < one.score + 10
    assert judged("搪瓷杯", picture(), picture(0.5)).score == one.score


@pytest.mark.parametrize(
    ("price", "points", "words"),
    [
        ("2.40", 20, "10 % of your price for Mug"),
        ("9.00", 10, "38 % of your price for Mug"),
        ("20.00", None, ""),
        ("0", None, ""),
    ],
)
def test_a_price_far_below_the_brands_own(price: str, points: int | None, words: str) -> None:
    risk = judged("Fjellvik mug", brand=_priced("24.00", "EUR"), price=_price(price, "EUR"))
    money = [reason for reason in risk.reasons if reason.signal is Signal.MONEY]
    assert [reason.points for reason in money] == ([points] if points else [])
    assert not money or money[0].text.endswith(words)


@pytest.mark.parametrize(
    ("currency", "words"), [("CNY", "CNY, yours in EUR"), (None, "names no currency")]
)
def test_between_currencies_nothing_is_converted(currency: str | None, words: str) -> None:
    risk = judged("Fjellvik mug", brand=_priced("24.00", "EUR"), price=_price("1.00", currency))
    (money,) = [reason for reason in risk.reasons if reason.signal is Signal.MONEY]
    assert money.points == 0
    assert words in money.text


def test_a_price_is_compared_in_the_currency_in_which_the_owner_sells_too() -> None:
    (mug,) = _priced("24.00", "EUR").products
    own = (("CNY", Decimal(188)), ("USD", Decimal(26)))
    brand = replace(BRAND, products=(replace(mug, other_prices=own),))
    risk = judged("Fjellvik mug", brand=brand, price=_price("18.80", "CNY"))
    assert any(reason.text.endswith("10 % of your price for Mug") for reason in risk.reasons)
    (remark,) = (
        reason.text
        for reason in judged("Fjellvik", brand=brand, price=_price("9", "VND")).reasons
        if reason.signal is Signal.MONEY
    )
    assert remark == "the price is in VND, yours in CNY and EUR and USD: not compared"


def test_the_price_is_compared_with_the_product_that_the_picture_shows() -> None:
    cheap = Product(id="pin", name="Pin", references=(), price=Decimal(3), currency="EUR")
    mug = _priced("24.00", "EUR").products[0]
    brand = replace(BRAND, products=(cheap, mug))
    shown = judged("Fjellvik", picture(), brand=brand, price=_price("5.00", "EUR"))
    assert any("Mug" in reason.text for reason in shown.reasons)
    unknown = judged("Fjellvik", brand=brand, price=_price("5.00", "EUR"))
    assert not any(reason.signal is Signal.MONEY for reason in unknown.reasons)


def _priced(amount: str, currency: str) -> Brand:
    reference = Reference(id="mug/front.jpg", product="mug", sha256="a" * 64)
    product = Product(
        id="mug", name="Mug", references=(reference,), price=Decimal(amount), currency=currency
    )
    return replace(BRAND, products=(product,))


def _price(amount: str, currency: str | None) -> Price:
    return Price(minimum=Decimal(amount), maximum=Decimal(amount), currency=currency)


def test_a_smallest_order_that_nobody_wants_for_himself_tells_a_source() -> None:
    def score(quantity: int, title: str) -> int:
        order = MinimumOrder(quantity=quantity, unit="件")
        listing = replace(LISTING, title=title, price=None, minimum_order=order)
        words = MATCHER.find(listing)
        return assess(listing, brand=BRAND, today=TODAY, pictures=(), words=words).score

    assert score(500, "Fjellvik 搪瓷杯") == score(2, "Fjellvik 搪瓷杯") + 5
    assert score(500, "搪瓷杯") == 0


def test_stock_counts_only_beside_the_name() -> None:
    assert judged("现货批发 搪瓷杯").score == 0
    assert judged("Fjellvik 现货批发 搪瓷杯").score > judged("Fjellvik 搪瓷杯").score


def listed_brand(on: SellerList, until: date | None = None) -> Brand:
    assert LISTING.seller
    (account,) = (i for i in identifiers_of(LISTING) if i.kind is IdentifierKind.ACCOUNT)
    entry = ListedSeller(on=on, identifier=account, note="since the fair", until=until)
    return replace(BRAND, sellers=(entry,))


def test_an_allowed_seller_may_use_the_name_until_the_permission_ends() -> None:
    allowed = judged("Fjellvik 搪瓷杯", brand=listed_brand(SellerList.ALLOW, TODAY))
    assert (allowed.score, allowed.band) == (0, Band.IGNORE)
    assert f"until {TODAY.isoformat()}: since the fair" in allowed.reasons[-1].text
    ended = listed_brand(SellerList.ALLOW, TODAY - timedelta(days=1))
    assert judged("Fjellvik 搪瓷杯", brand=ended).band is Band.LOOK


def test_a_denied_or_watched_seller_adds_to_a_suspicion_and_makes_none() -> None:
    plain = judged("Fjellvik 搪瓷杯").score
    denied = listed_brand(SellerList.DENY)
    assert judged("Fjellvik 搪瓷杯", brand=denied).score == plain + 25
    assert judged("Fjellvik 搪瓷杯", brand=listed_brand(SellerList.WATCH)).score == plain + 10
    assert judged("搪瓷杯", brand=denied).score == 0


def test_weights_are_data() -> None:
    listing = replace(LISTING, title="Fjellvik 高仿")
    words = MATCHER.find(listing)
    claims = {WordKind.REPLICA_CLAIM: ClaimPoints(weak=1, medium=2, strong=3)}
    weights = Weights(
        like_mark=40, claims_beside=claims, source_platform=0, look=10, likely=43, near_certain=90
    )
    risk = assess(listing, brand=BRAND, today=TODAY, pictures=(), words=words, weights=weights)
    assert (risk.score, risk.band) == (43, Band.LIKELY)


def test_every_kind_of_infringement_has_a_right() -> None:
    assert set(RIGHTS) == set(Infringement)


@pytest.mark.parametrize("bands", [(60, 30, 85), (30, 60, 101), (0, 60, 85), (30, 86, 85)])
def test_bands_begin_in_their_order(bands: tuple[int, int, int]) -> None:
    look, likely, near_certain = bands
    with pytest.raises(ValueError, match="in this order"):
        Weights(look=look, likely=likely, near_certain=near_certain)


HITS = st.builds(
    WordHit,
    kind=st.sampled_from(WordKind),
    place=st.sampled_from(Place),
    start=st.integers(0, 50),
    end=st.integers(51, 60),
    text=st.text(min_size=1, max_size=80),
    term=st.just("Fjellvik"),
    strength=st.sampled_from(Strength),
    disguise=st.sampled_from(Disguise),
    use=st.sampled_from(MarkUse),
)
PICTURES = st.builds(
    picture,
    st.floats(0, 1),
    st.sampled_from(PictureRelation),
    reference_id=st.sampled_from(["mug/front.jpg", "mug/b.jpg", "pin/a.jpg"]),
)


@settings(deadline=None)
@given(
    st.lists(HITS, max_size=8), st.lists(PICTURES, max_size=5), st.randoms(use_true_random=False)
)
def test_the_reasons_add_up_and_their_order_of_discovery_does_not_matter(
    hits: list[WordHit], pictures: list[PictureMatch], random: Random
) -> None:
    listing: Listing = LISTING
    risk = assess(listing, brand=BRAND, today=TODAY, pictures=pictures, words=hits)
    assert risk.score == max(0, min(100, sum(reason.points for reason in risk.reasons)))
    assert all(reason.text for reason in risk.reasons)
    random.shuffle(hits)
    random.shuffle(pictures)
    again = assess(listing, brand=BRAND, today=TODAY, pictures=pictures, words=hits)
    assert again == risk


@settings(deadline=None)
@given(st.lists(HITS, max_size=8), PICTURES)
def test_a_picture_never_lowers_the_score(hits: list[WordHit], shown: PictureMatch) -> None:
    without = assess(LISTING, brand=BRAND, today=TODAY, pictures=(), words=hits)
    assert (
        assess(LISTING, brand=BRAND, today=TODAY, pictures=[shown], words=hits).score
        >= without.score
    )
