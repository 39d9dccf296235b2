"""The brand's name and the copyists' words, in titles as sellers write them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.listings import Seller
from headwater.domain.platforms import Platform
from headwater.domain.words import Disguise, MarkUse, Place, Strength, WordHit, WordKind
from headwater.matching.folding import fold
from headwater.matching.words import LONGEST_TEXT, WordMatcher
from tests.factories import BRAND, LISTING

MATCHER = WordMatcher(
    replace(
        BRAND,
        names=("Nordwind", "Lumo", "NDW", "Alma Verde"),
        chinese_names=("诺德风", "鹿茉"),
        ordinary_words=("lumos", "luminous", "nordwinds"),
    )
)


def marks(text: str, matcher: WordMatcher = MATCHER) -> list[WordHit]:
    return [hit for hit in matcher.read(text, Place.TITLE) if hit.kind is WordKind.MARK]


def kinds(text: str) -> set[WordKind]:
    return {hit.kind for hit in MATCHER.read(text, Place.TITLE)}


@pytest.mark.parametrize(
    ("text", "words", "term", "disguise"),
    [
        ("New Nordwind backpack", "Nordwind", "Nordwind", Disguise.NONE),
        ("NORDWIND® bag", "NORDWIND", "Nordwind", Disguise.NONE),
        ("Ｎｏｒｄｗｉｎｄ 背包", "Ｎｏｒｄｗｉｎｄ", "Nordwind", Disguise.NONE),
        ("NordwindStyle 2026", "Nordwind", "Nordwind", Disguise.NONE),
        ("新款Nordwind双肩包", "Nordwind", "Nordwind", Disguise.NONE),
        ("AlmaVerde tin", "AlmaVerde", "Alma Verde", Disguise.NONE),
        ("ALMA-VERDE tin", "ALMA-VERDE", "Alma Verde", Disguise.NONE),
        ("Nord\u200bwind bag", "Nord\u200bwind", "Nordwind", Disguise.HIDDEN_CHARACTERS),
        ("N\u00adordwind bag", "N\u00adordwind", "Nordwind", Disguise.HIDDEN_CHARACTERS),
        ("Nоrdwіnd bag", "Nоrdwіnd", "Nordwind", Disguise.LOOK_ALIKE),
        ("ɴᴏʀᴅᴡɪɴᴅ bag", "ɴᴏʀᴅᴡɪɴᴅ", "Nordwind", Disguise.LOOK_ALIKE),
        ("Norclwind bag", "Norclwind", "Nordwind", Disguise.LOOK_ALIKE),
        ("N0rdw1nd bag", "N0rdw1nd", "Nordwind", Disguise.DIGITS),
        ("Lum0 lamp", "Lum0", "Lumo", Disguise.DIGITS),
        ("n-o-r-d-w-i-n-d bag", "n-o-r-d-w-i-n-d", "Nordwind", Disguise.APART),
        ("L U M O lamp", "L U M O", "Lumo", Disguise.APART),
        ("nord wind jacket", "nord wind", "Nordwind", Disguise.APART),
        ("T shirt N*D*W", "N*D*W", "NDW", Disguise.APART),
        ("N*rdwi*d bag", "N*rdwi*d", "Nordwind", Disguise.MASKED),
        ("Lum* lamp", "Lum*", "Lumo", Disguise.MASKED),
        ("the nordwindshop", "nordwind", "Nordwind", Disguise.WITHIN),
        ("Lummo lamp", "Lummo", "Lumo", Disguise.DOUBLED),
        ("nnordwind", "nnordwind", "Nordwind", Disguise.DOUBLED),
        ("ordwind bag", "ordwind", "Nordwind", Disguise.DROPPED),
        ("Norwdind bag", "Norwdind", "Nordwind", Disguise.SWAPPED),
        ("Ndorwind bag", "Ndorwind", "Nordwind", Disguise.SWAPPED),
        ("Nordwint bag", "Nordwint", "Nordwind", Disguise.MISSPELT),
        ("Alma Vedre tin", "Alma Vedre", "Alma Verde", Disguise.SWAPPED),
        ("高端诺德风背包", "诺德风", "诺德风", Disguise.NONE),
        ("諾德風背包", "諾德風", "诺德风", Disguise.NONE),
        ("诺·德风", "诺·德风", "诺德风", Disguise.NONE),
        ("诺*德风", "诺*德风", "诺德风", Disguise.APART),
        ("诺 德 风 背包", "诺 德 风", "诺德风", Disguise.APART),
        ("诺*风 背包", "诺*风", "诺德风", Disguise.MASKED),
        ("喏德风 背包", "喏德风", "诺德风", Disguise.SOUNDS_ALIKE),
        ("NuoDeFeng bag", "NuoDeFeng", "诺德风", Disguise.PINYIN),
        ("ndf 背包", "ndf", "诺德风", Disguise.INITIALS),
    ],
)
def test_a_name_is_found_in_each_disguise(
    text: str, words: str, term: str, disguise: Disguise
) -> None:
    (hit,) = marks(text)
    assert (hit.text, hit.term, hit.disguise) == (words, term, disguise)
    assert text[hit.start : hit.end] == words


@pytest.mark.parametrize(
    "text",
    [
        "Northwind Sailing jacket",
        "luminous watch, lumos spell",
        "Lum lamp",
        "volumo",
        "a lu mo b",
        "ndw",
        "pure cotton T-shirt",
        "10*20*30cm N 20",
        "4ums 1mo5",
        "复诺 德风格",
        "风诺德",
        "",
    ],
)
def test_other_words_are_left_alone(text: str) -> None:
    assert not any(hit.misuse for hit in marks(text)), marks(text)


@pytest.mark.parametrize(
    "name", ["Снегурка", "Ёлка", "ハルヴェルク", "Κύμα", "무민하우스", "Müller & Söhne"]
)
def test_a_name_of_any_script_is_found_as_it_is(name: str) -> None:
    (hit,) = marks(f"new {name} mug", WordMatcher(replace(BRAND, names=(name,))))
    assert (hit.text, hit.disguise) == (name, Disguise.NONE)


@pytest.mark.parametrize("written", ["Bell & Rose", "BELL&ROSE", "Bell and Rose", "bell-rose"])
def test_the_ampersand_of_a_name_is_written_in_many_ways(written: str) -> None:
    (hit,) = marks(f"{written} mug", WordMatcher(replace(BRAND, names=("Bell & Rose",))))
    assert (hit.text, hit.disguise) == (written, Disguise.NONE)


def test_an_ordinary_word_is_no_misspelt_name() -> None:
    matcher = WordMatcher(replace(BRAND, names=("iPhone", "Stovel", "Chanel")))
    assert marks("In-ear phone, old phones, stove, channel letters", matcher) == []
    assert [hit.text for hit in marks("ihone 12, iPhonne", matcher)] == ["ihone", "iPhonne"]


def test_an_ordinary_word_excuses_the_plain_spelling_only() -> None:
    moon = WordMatcher(replace(BRAND, names=("Moonrise",), ordinary_words=("moonrise",)))
    assert marks("a moonrise print", moon) == []
    (hit,) = marks("M00nrise lamp", moon)
    assert hit.disguise is Disguise.DIGITS


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("Nordwind backpack", MarkUse.NAMED),
        ("Backpack for men Nordwind 30L", MarkUse.NAMED),
        ("Lid for Nordwind bottle", MarkUse.FITS),
        ("Filter compatible with Brita, Nordwind", MarkUse.FITS),
        ("Bulb for Osram, Lumo and Philips", MarkUse.FITS),
        ("Lid for Stelton/Nordwind", MarkUse.FITS),
        ("Headset for iPhone Xiaomi Nordwind", MarkUse.FITS),
        ("Backpack for men, women, Nordwind", MarkUse.NAMED),
        ("Cup for coffee Nordwind", MarkUse.NAMED),
        ("适用于诺德风背包的防雨罩", MarkUse.FITS),
        ("Nordwind style backpack", MarkUse.LOOKS_LIKE),
        ("backpack like Nordwind", MarkUse.LOOKS_LIKE),
        ("诺德风同款背包", MarkUse.LOOKS_LIKE),
        ("lighter than Nordwind", MarkUse.COMPARED),
        ("Nordwind vs Osprey", MarkUse.COMPARED),
    ],
)
def test_a_hit_tells_what_the_sentence_does_with_the_name(text: str, use: MarkUse) -> None:
    (hit,) = marks(text)
    assert hit.use is use
    assert hit.misuse is (use in {MarkUse.NAMED, MarkUse.LOOKS_LIKE})


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("高仿背包", WordKind.REPLICA_CLAIM, "高仿"),
        ("高*仿背包", WordKind.REPLICA_CLAIM, "高*仿"),
        ("複刻 背包", WordKind.REPLICA_CLAIM, "複刻"),
        ("1︰1 quality", WordKind.REPLICA_CLAIM, "1︰1"),
        ("Mirror-Quality bag", WordKind.REPLICA_CLAIM, "Mirror-Quality"),
        ("外贸原单 背包", WordKind.EUPHEMISM, "外贸原单"),
        ("源头工厂 背包", WordKind.FACTORY_CLAIM, "源头工厂"),
        ("OEM贴牌 背包", WordKind.PRIVATE_LABEL, "OEM贴牌"),
        ("Custom Logo bag", WordKind.PRIVATE_LABEL, "Custom Logo"),
        ("100% authentic", WordKind.AUTHENTICITY_CLAIM, "100% authentic"),
        ("买前加V", WordKind.OFF_PLATFORM_CONTACT, "加V"),
        ("hidden link bag", WordKind.EVASION, "hidden link"),
    ],
)
def test_the_copyists_words_are_named_with_their_place(
    text: str, kind: WordKind, words: str
) -> None:
    hits = [hit for hit in MATCHER.read(text, Place.TITLE) if hit.kind is kind]
    assert [hit.text for hit in hits] == [words]
    assert hits[0].meaning


@pytest.mark.parametrize(
    "text",
    [
        "2 AAA batteries included",
        "1:1 scale model",
        "仿真花 仿羊绒",
        "21:10 ratio",
        "not a replica",
        "拒绝高仿",
        "batch code printer",
        "power outlet",
        "prepaid report",
    ],
)
def test_the_same_words_in_another_sense_say_nothing(text: str) -> None:
    strong = {
        hit.text
        for hit in MATCHER.read(text, Place.TITLE)
        if hit.kind in {WordKind.REPLICA_CLAIM, WordKind.EUPHEMISM} and hit.strength > Strength.WEAK
    }
    assert not strong


def test_every_text_of_the_listing_is_read() -> None:
    listing = replace(
        LISTING,
        title="Desk lamp",
        attributes=(("Brand Name", "Lumo"), ("Private label", "Yes"), ("OEM", "No")),
        seller=Seller(platform=Platform.ALIBABA, id="1", name="Lumo Official Store"),
    )
    found = [(hit.place, hit.where, hit.text) for hit in MATCHER.find(listing)]
    assert found == [
        (Place.ATTRIBUTE, "Brand Name", "Lumo"),
        (Place.ATTRIBUTE, "Private label", "Private label"),
        (Place.SELLER, "", "Lumo"),
    ]


@pytest.mark.parametrize("name", ["Compatible brand", "适用品牌", "適用機型", "For Brand", "Fit"])
def test_an_attribute_may_say_what_the_goods_fit(name: str) -> None:
    (hit,) = MATCHER.read("Nordwind", Place.ATTRIBUTE, where=name)
    assert hit.use is MarkUse.FITS
    (brand,) = MATCHER.read("Nordwind", Place.ATTRIBUTE, where="Brand Name")
    assert brand.use is MarkUse.NAMED


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_read_and_every_hit_quotes_it(text: str) -> None:
    for hit in MATCHER.read(text, Place.TITLE):
        assert 0 <= hit.start < hit.end <= len(text)
        assert hit.text == text[hit.start : hit.end]


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_plain_name_between_spaces_is_found_whatever_stands_around_it(
    before: str, after: str
) -> None:
    text = f"{before} Nordwind {after}"
    hits = marks(text)
    name = len(before) + 1
    assert any(hit.start <= name and name + 8 <= hit.end for hit in hits)


TRICKS: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "wide letters": lambda name: "".join(chr(ord(c) + 0xFEE0) for c in name),
    "bold letters": lambda name: "".join(chr(ord(c) - 97 + 0x1D41A) for c in name),
    "zero width": "\u200b".join,
    "Cyrillic": lambda name: name.translate(str.maketrans("aeopcxy", "аеорсху")),
    "dashes": "-".join,
    "spaces": " ".join,
    "dots": ".".join,
    "masked": lambda name: f"{name[:2]}*{name[3:]}",
    "digit": lambda name: (
        name.translate(
            str.maketrans("oies", "01" + "35"),
        )
        if sum(map(name.count, "oies")) <= len(name) // 2
        else name
    ),
    "doubled": lambda name: name[:3] + name[2:],
    "swapped": lambda name: name[:2] + name[3] + name[2] + name[4:],
    "dropped": lambda name: name[:3] + name[4:],
    "first letter dropped": lambda name: name[1:],
    "glued": lambda name: f"{name}shop",
    "plural": lambda name: f"{name}s",
}


@pytest.mark.parametrize("trick", TRICKS)
@settings(deadline=None, max_examples=40)
@given(name=st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=14))
def test_every_trick_is_seen_through_for_every_name(trick: str, name: str) -> None:
    matcher = WordMatcher(replace(BRAND, names=(name,), chinese_names=()), terms=())
    text = f"new {TRICKS[trick](name)} bag"
    assert any(hit.misuse for hit in matcher.read(text, Place.TITLE)), text


@settings(deadline=None)
@given(st.text())
def test_folding_is_stable_and_keeps_every_place(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.origins)
    assert list(folded.origins) == sorted(folded.origins)
    assert fold(folded.text).text == folded.text


@pytest.mark.parametrize(
    "text",
    [
        "*" * 100_000,
        "N*" * 50_000,
        "n o r d " * 20_000,
        "仿" * 100_000,
        "ﷺ" * 50_000,
        "1:" * 60_000,
    ],
)
def test_a_hostile_text_is_cut_and_read_in_time(text: str) -> None:
    assert all(hit.end <= LONGEST_TEXT for hit in MATCHER.read(text, Place.TITLE))


def test_a_description_is_read_as_well_and_named_as_the_place() -> None:
    said = "Enamel cup for camping. " * 100 + "Same factory as N0RDWIND, 1:1 quality."
    hits = MATCHER.find(replace(LISTING, title="Enamel cup", description=said))
    assert {hit.place for hit in hits} == {Place.DESCRIPTION}
    (mark,) = (hit for hit in hits if hit.kind is WordKind.MARK)
    assert said[mark.start : mark.end] == mark.text == "N0RDWIND"
    assert len(hits) > 1
