"""Accounts that show the same identifier are one seller, in whatever order they are found."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.cases import Case, CaseState, case_id
from headwater.domain.listings import Listing, ListingKey, Seller
from headwater.domain.platforms import Platform
from headwater.domain.sellers import (
    Account,
    Identifier,
    IdentifierKind,
    ListedSeller,
    SellerGraph,
    SellerList,
    account_of,
    identifiers_of,
    listed,
    read_identifier,
    trade_signs,
)
from headwater.domain.traces import Alike
from headwater.domain.weights import Weights
from headwater.usecases.sellers import by_priority, dossiers, retail_copies, supplier_ties
from tests.factories import CASE, LISTING, NOON


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("company", "Shenzhen Foo Trading Co., Ltd.", "SHENZHEN FOO TRADING CO LTD"),
        ("company", "Shenzhen Foo Trading Company Limited", "Shenzhen Foo Trading Co., Ltd"),
        ("company", "义乌市某某工艺品有限公司", "义乌市 某某工艺品有限公司"),
        ("company", "深圳某某（国际）有限公司", "深圳某某(国际)有限公司"),
        ("licence", "914403001922038216", "9144 0300 1922 0382 16"),
        ("licence", "9144030071526726xg", "9144030071526726XG"),
        ("phone", "13800138000", "+86 138-0013-8000"),
        ("phone", "008613800138000", "86 13800138000"),
        ("phone", "0755-26711234", "+86 755 2671 1234"),
        ("phone", "＋４４ 20 7946 0958", "+44 (20) 7946-0958"),
        ("email", " Sales@Example.COM", "sales@example.com"),
        ("wechat", "Some_Shop88", "some_shop88"),
        ("address", "No. 12, Foo Road, Yiwu", "no 12 foo road yiwu"),
    ],
)
def test_the_same_identifier_written_otherwise(kind: str, one: str, other: str) -> None:
    first = read_identifier(kind, one, Platform.ALIBABA)
    assert first
    assert first == read_identifier(kind, other, Platform.ALI1688)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("company", "Bright Home Store"),
        ("company", "Factory Direct Store"),
        ("company", "源头厂家直销店"),
        ("company", "Manda Trading Company Store"),
        ("licence", "914403001922038217"),
        ("licence", "12345"),
        ("phone", "400"),
        ("phone", "see the picture"),
        ("email", "ask us"),
        ("wechat", "vx"),
        ("address", "Yiwu, Zhejiang"),
        ("login_id", " "),
    ],
)
def test_what_many_share_or_nobody_can_have_is_no_identifier(kind: str, value: str) -> None:
    assert not read_identifier(kind, value, Platform.ALI1688)


def test_a_mobile_number_as_wechat_id_is_a_telephone() -> None:
    assert read_identifier("wechat", "13800138000", Platform.ALI1688) == read_identifier(
        "whatsapp", "+86 13800138000", Platform.ALIBABA
    )


def test_an_unknown_kind_ties_accounts_of_one_platform_only() -> None:
    one = read_identifier("shop", "x1", Platform.ALI1688)
    assert one == read_identifier("shop", "x1", Platform.ALI1688)
    assert one != read_identifier("shop", "x1", Platform.TAOBAO)


@settings(deadline=None)
@given(st.text(), st.sampled_from(["company", "licence", "phone", "email", "wechat", "address"]))
def test_any_text_is_read_without_a_crash_and_reads_itself_again(value: str, kind: str) -> None:
    for identifier in read_identifier(kind, value, Platform.ALIBABA):
        again = read_identifier(kind, identifier.value, Platform.ALIBABA)
        if identifier.kind is not IdentifierKind.COMPANY:
            assert identifier in again


def offer(
    number: int,
    platform: Platform,
    seller_id: str,
    *,
    identifiers: tuple[tuple[str, str], ...] = (),
    pictures: tuple[str, ...] = (),
) -> Listing:
    seller = Seller(
        platform=platform, id=seller_id, name=f"Shop {seller_id}", identifiers=identifiers
    )
    key = ListingKey(platform, str(number))
    return replace(LISTING, key=key, seller=seller, pictures=pictures)


LICENCE = ("licence", "914403001922038216")
OFFERS = (
    offer(1, Platform.ALI1688, "b2b-1", identifiers=(LICENCE, ("phone", "13800138000"))),
    offer(2, Platform.ALIBABA, "co-2", identifiers=(("whatsapp", "+8613800138000"),)),
    offer(3, Platform.TAOBAO, "33", identifiers=(LICENCE,)),
    offer(4, Platform.ALIEXPRESS, "44", identifiers=(("email", "a@b.cn"),)),
    offer(5, Platform.ALI1688, "b2b-5", pictures=("https://x/O1CN_!!2208812345678-0-cib.jpg",)),
    offer(6, Platform.ALI1688, "b2b-6", pictures=("https://x/O1CN_!!2208812345678-0-cib.jpg",)),
)


def graph_of(offers: tuple[Listing, ...]) -> SellerGraph:
    graph = SellerGraph()
    for listing in offers:
        assert listing.seller
        account = account_of(listing.seller)
        assert account
        graph.add(account, identifiers_of(listing))
    return graph


def test_accounts_are_tied_across_platforms_and_each_tie_says_why() -> None:
    first, *others = graph_of(OFFERS).clusters()
    assert [str(a) for a in first.accounts] == ["1688#b2b-1", "alibaba#co-2", "taobao#33"]
    assert [str(link) for link in first.links] == [
        "1688#b2b-1, taobao#33 share the licence number 914403001922038216",
        "1688#b2b-1, alibaba#co-2 share the telephone +8613800138000",
    ]
    assert [len(cluster.accounts) for cluster in others] == [1, 1, 1]


def test_a_shared_uploader_is_a_hint_and_ties_nobody() -> None:
    hinted = [c for c in graph_of(OFFERS).clusters() if any(link.hint for link in c.links)]
    assert [[str(a) for a in cluster.accounts] for cluster in hinted] == [
        ["1688#b2b-5"],
        ["1688#b2b-6"],
    ]
    assert "may belong together" in str(hinted[0].links[0])


def test_a_seller_without_a_key_goes_by_the_name_and_without_one_by_nothing() -> None:
    nameless = Seller(platform=Platform.ALIBABA, id=None, name=None)
    assert account_of(nameless) is None
    named = replace(nameless, name="Foo Shop")
    assert account_of(named) == account_of(replace(named, name="foo SHOP"))


ACCOUNTS = st.builds(Account, st.sampled_from(Platform), st.sampled_from("abcde"))
IDENTIFIERS = st.builds(
    Identifier, st.sampled_from(IdentifierKind), st.integers(0, 6).map(lambda n: f"v{n}")
)
SIGHTS = st.lists(st.tuples(ACCOUNTS, st.frozensets(IDENTIFIERS, max_size=3)), max_size=20)


@settings(deadline=None)
@given(SIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_sights_makes_no_difference(
    sights: list[tuple[Account, frozenset[Identifier]]], random: Random
) -> None:
    one, other = SellerGraph(), SellerGraph()
    for account, identifiers in sights:
        one.add(account, identifiers)
    shuffled = sights * 2  # and seeing again changes nothing
    random.shuffle(shuffled)
    for account, identifiers in shuffled:
        other.add(account, identifiers)
    assert one.clusters() == other.clusters()


@settings(deadline=None)
@given(SIGHTS)
def test_every_account_is_in_one_cluster_and_only_proof_ties(
    sights: list[tuple[Account, frozenset[Identifier]]],
) -> None:
    graph = SellerGraph()
    holders: dict[Identifier, set[Account]] = {}
    for account, identifiers in sights:
        graph.add(account, identifiers)
        for identifier in identifiers:
            holders.setdefault(identifier, set()).add(account)
    clusters = graph.clusters()
    everyone = [account for cluster in clusters for account in cluster.accounts]
    assert sorted(everyone) == sorted({account for account, _ in sights})
    home = {account: cluster.id for cluster in clusters for account in cluster.accounts}
    for identifier, accounts in holders.items():
        if identifier.kind.proves:
            assert len({home[account] for account in accounts}) == 1
    for cluster in clusters:
        tied = {cluster.accounts[0]}
        ties = [set(link.accounts) for link in cluster.links if not link.hint]
        for _ in ties:
            tied = tied.union(*(tie for tie in ties if tie & tied))
        assert tied == set(cluster.accounts)


def test_strikes_count_across_a_sellers_accounts() -> None:
    opened = [a_case(listing) for listing in OFFERS[:4]]
    confirmed = [decided(case, CaseState.CONFIRMED) for case in opened]
    cases = [
        confirmed[0],
        decided(confirmed[1], CaseState.CLOSED),
        decided(opened[2], CaseState.CLOSED),
        decided(opened[3], CaseState.DISMISSED),
    ]
    first, second = dossiers(cases)
    assert first.strikes == ("1688-1", "alibaba-2")
    assert first.cases == ("1688-1", "alibaba-2", "taobao-3")
    assert first.repeat_offender
    assert first.products == ("mug",)
    assert first.names == ("Shop 33", "Shop b2b-1", "Shop co-2")
    assert not second.repeat_offender
    for reordered in permutations(cases):
        assert dossiers(reordered) == (first, second)


def test_a_verdict_that_was_taken_back_is_no_strike() -> None:
    case = decided(a_case(OFFERS[0]), CaseState.CONFIRMED)
    assert case.strikes == 1
    assert decided(case, CaseState.OPEN).strikes == 0
    back = case.move(CaseState.OPEN, at=NOON, by="match", what="the listing is back")
    assert back.strikes == 1
    assert decided(back, CaseState.DISMISSED).strikes == 0


def decided(case: Case, state: CaseState) -> Case:
    return case.move(state, at=NOON, by="owner", what="my verdict")


def test_the_very_same_picture_file_is_a_hint() -> None:
    file = "https://ae01.alicdn.com/kf/S0f3c1e2d4b5a69788796a5b4c3d2e1f0b.jpg"
    one, other = (
        offer(n, Platform.ALIEXPRESS, f"s{n}", pictures=(file.replace("ae01", f"ae0{n}"),))
        for n in (1, 2)
    )
    first, second = graph_of((one, other)).clusters()
    assert "very same picture file" in str(first.links[0])
    assert first.links == second.links


@pytest.mark.parametrize(
    ("name", "badges", "signs"),
    [
        ("Foo Trading Co., Ltd.", (), ("trader: “trading” in the company's name",)),
        ("Foo Industrial Co., Ltd.", (), ("maker: “industrial” in the company's name",)),
        ("义乌市某某日用品厂", (), ("maker: “厂” in the company's name",)),
        ("某某进出口贸易有限公司", (), ("trader: “进出口” in the company's name",)),
        ("Foo", ("super factory",), ("maker: the platform's badge “super factory”",)),
        ("Foo", ("验厂报告",), ("maker: a factory audit, “验厂报告”",)),
        ("Foo", ("factory inspection",), ("maker: a factory audit, “factory inspection”",)),
        ("Foo", ("源头工厂",), ("maker: the platform's badge “源头工厂”",)),
        ("Factory Outlet Store", ("verified",), ()),
        (None, (), ()),
    ],
)
def test_what_says_maker_or_trader(
    name: str | None, badges: tuple[str, ...], signs: tuple[str, ...]
) -> None:
    seller = Seller(platform=Platform.ALIBABA, id="1", name=name, badges=badges)
    assert trade_signs(seller) == signs


def test_what_the_page_states_of_the_business_says_maker_or_trader_and_ties_nobody() -> None:
    stated = (
        ("business_type", "Manufacturer, Trading Company"),
        ("business_scope", "五金制品生产；货物进出口"),
        ("factory_address", "No. 12, Foo Road, Yiwu"),
        ("audit_report", "TÜV 2026-0417"),
    )
    seller = Seller(platform=Platform.ALIBABA, id="1", name="Foo", identifiers=stated)
    assert trade_signs(seller) == (
        "maker: the platform states the business “manufacturer”",
        "trader: the platform states the business “trading”",
        "maker: the licence covers “制品”",
        "trader: the licence covers “进出口”",
        "maker: an address of a factory, “No. 12, Foo Road, Yiwu”",
        "maker: a factory audit, “TÜV 2026-0417”",
    )
    found = {kind for kind, value in stated if read_identifier(kind, value, Platform.ALIBABA)}
    assert found == {"factory_address"}


def a_case(listing: Listing, **changes: Any) -> Case:
    return replace(CASE, id=case_id(listing.key), listing=listing, **changes)


def test_a_tie_to_a_supplier_reaches_every_account_of_the_seller() -> None:
    phone = Identifier(IdentifierKind.PHONE, "+8613800138000")
    entries = [
        ListedSeller(on=SellerList.SUPPLIER, identifier=phone, note="Foo Enamel"),
        ListedSeller(on=SellerList.DENY, identifier=phone),
    ]
    ties = supplier_ties(map(a_case, OFFERS), entries, TODAY)
    assert set(ties) == {"1688-1", "alibaba-2", "taobao-3"}
    assert ties["taobao-3"] == (
        "shares the telephone +8613800138000 with your supplier Foo Enamel",
    )
    assert listed(entries[:1], [phone], TODAY) is None
    former = replace(entries[0], until=TODAY - timedelta(days=1))
    assert not supplier_ties(map(a_case, OFFERS), [former], TODAY)


def test_a_source_shows_the_retail_cases_with_the_same_picture_or_article_number() -> None:
    related = replace(CASE.pictures[0], relation="related")
    source = offer(1, Platform.ALI1688, "a")
    numbered = replace(offer(1, Platform.ALI1688, "a"), title="搪瓷杯 FJ-2207 350ml")
    photograph = Alike(
        listing=source.key,
        capture_id="c",
        part_name="picture-01.jpg",
        other_capture="d",
        other_part="picture-01.jpg",
        distance=3,
    )
    said = replace(offer(7, Platform.AMAZON, "g"), title="Camping mug FJ-2207, 350ml")
    cases = [
        a_case(numbered),
        a_case(offer(2, Platform.ALIEXPRESS, "b")),
        a_case(offer(3, Platform.AMAZON, "c"), pictures=(), alike=(photograph,)),
        a_case(offer(4, Platform.AMAZON, "d"), pictures=(related,)),
        a_case(offer(5, Platform.GENERIC, "e"), state=CaseState.DISMISSED),
        a_case(offer(6, Platform.ALIBABA, "f"), pictures=()),
        a_case(said, pictures=()),
        a_case(offer(8, Platform.AMAZON, "h"), pictures=(), alike=(replace(photograph, own=True),)),
    ]
    assert {
        source: [(copy.case, *copy.ties) for copy in copies]
        for source, copies in retail_copies(reversed(cases)).items()
    } == {
        "1688-1": [
            ("aliexpress-2", "your picture mug/front.jpg"),
            ("amazon-3", "the same photograph"),
            ("amazon-7", "“fj-2207” in both titles"),
        ]
    }


def test_a_source_comes_before_what_is_as_suspect_but_feeds_nobody() -> None:
    fed = a_case(offer(1, Platform.ALI1688, "a"))
    cases = [
        a_case(offer(0, Platform.ALI1688, "z"), pictures=()),
        fed,
        a_case(offer(2, Platform.AMAZON, "b")),
    ]
    assert by_priority(cases)[0] == fed
    assert by_priority(cases, Weights(retail_copy=0))[0].id == "1688-0"


def test_a_photograph_that_two_shops_share_is_a_hint_unless_it_is_the_brands_own() -> None:
    one, other = offer(1, Platform.ALI1688, "a"), offer(2, Platform.ALI1688, "b")
    alike = Alike(
        listing=one.key,
        capture_id="c",
        part_name="picture-01.jpg",
        other_capture="d",
        other_part="picture-01.jpg",
        distance=0,
    )
    cases = [a_case(one), a_case(other, alike=(alike,))]
    for ordered in permutations(cases):
        first, second = dossiers(ordered)
        assert [str(link) for link in first.links] == [
            "1688#a, 1688#b may belong together: they share the photograph of 1688#1"
        ]
        assert first.links == second.links
    own = a_case(other, alike=(replace(alike, own=True),))
    assert not any(dossier.links for dossier in dossiers([cases[0], own]))


TODAY = NOON.date()
PHONE = Identifier(IdentifierKind.PHONE, "+8613800138000")
OTHER = Identifier(IdentifierKind.EMAIL, "a@b.cn")


def test_a_list_entry_ends_with_its_day() -> None:
    entry = ListedSeller(on=SellerList.ALLOW, identifier=PHONE, until=TODAY)
    assert listed([entry], [PHONE], TODAY) is entry
    assert listed([entry], [PHONE], date(2026, 11, 22)) is None
    assert listed([entry], [OTHER], TODAY) is None


def test_deny_comes_before_allow_and_allow_before_watch() -> None:
    entries = [
        ListedSeller(on=on, identifier=identifier)
        for on in (SellerList.WATCH, SellerList.ALLOW, SellerList.DENY)
        for identifier in (PHONE,)
    ]
    assert listed(entries, [PHONE], TODAY) is entries[2]
    assert listed(entries[:2], [PHONE], TODAY) is entries[1]
    assert listed(entries[:1], [PHONE], TODAY) is entries[0]
