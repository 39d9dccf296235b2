"""Does a listing use the brand's name, or the words with which copies are sold? Explained."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from headwater.domain.brands import Brand
from headwater.domain.listings import Listing
from headwater.domain.words import (
    DELIBERATE,
    Disguise,
    MarkUse,
    Place,
    Strength,
    WordHit,
    WordKind,
)
from headwater.matching.folding import Folded, fold, is_han
from headwater.matching.lexicon import Term, common_words, known_brands, lexicon
from headwater.matching.marks import MASKS, Found, HanMark, LatinMark, is_latin

LONGEST_TEXT = 5_000
"""Characters of one text that are read. A title has at most some hundred, a description more."""
MOST_ATTRIBUTES = 100
"""Attributes of one listing that are read. The longest list that was seen has 54."""

_FITS_BEFORE = re.compile(
    r"(?:(?:compatible (?:with|for)|fits?(?: for)?|fitting|suitable for|works with|designed for"
    r"|made for|for use (?:with|in|on)|replace(?:s|ment)"
    r"(?: (?:parts?|lid|cap|straw|strap|filter|cover|case))? ?(?:for|of)?"
    r"|accessor(?:y|ies) for|spare parts? for)(?:\W+\w+){0,3}?\W*"
    r"|\bfor(?: the| your| original)?(?: \d+ ?(?:oz|ml|l|inch|cm|mm|g))?\W{0,2}"
    r"|(?:适用于?|兼容|适配|配套|适合|可用于|用于|通用|替换)\W{0,2})$"
)
_FOR_A_LIST = re.compile(r"\bfor ((?:[a-z0-9]+[ ,/&]{1,3}){1,5})$")
"""A list of other people's goods: "for Osram, Lumo", "for iPhone Apple Xiaomi"."""
_FITS_AFTER = re.compile(r"^\W{0,2}(?:compatible\b|专用|通用|适用|兼容|配件)")
_FITTING_ATTRIBUTE = re.compile(r"\b(?:compatib|fits?\b|suitable|for\b)|适用|兼容|适配|适合")
"""Attributes whose values name other people's goods: "Compatible brand", "适用品牌"."""
_LIKE_BEFORE = re.compile(
    r"(?:\b(?:like|looks? like|inspired by|similar to|imitation|copy of|replica|fake|dupe for)"
    r"\W{0,2}"
    r"|(?:仿|仿冒|复刻|平替|同款|高仿|精仿)\W{0,2})$"
)
_LIKE_AFTER = re.compile(
    r"^\W{0,2}(?:(?:style|styled|like|inspired|type|look|looks|dupes?|replicas?|copy|alike)\b"
    r"|同款|风格|款式|平替|复刻|仿|高仿|类似)"
)
_COMPARED_BEFORE = re.compile(
    r"(?:\b(?:vs|versus|than|unlike|alternatives? to|instead of|compared (?:to|with)"
    r"|not(?: by)?|no)(?: an?| the| any)?\W{0,2}|(?:对比|相比|不是|非|媲美)\W{0,2})$"
)
_COMPARED_AFTER = re.compile(r"^\W{0,2}(?:vs\b|versus\b|alternatives?\b|competitors?\b|对比)")
_DENIAL = re.compile(
    r"(?:\b(?:not?|never|non|anti|without|isn t|isn't)(?: an?| any)?[\W_]{0,2}"
    r"|(?:不是|没有|拒绝|谢绝|抵制|杜绝|绝非|并非|非|无|不做|打击|举报)\W{0,1})$"
)
_DENIABLE = {WordKind.REPLICA_CLAIM, WordKind.EUPHEMISM}
_CONTEXT = 40
"""Characters before and after the name that are read for what the sentence does with it."""
_YES = frozenset({"yes", "y", "support", "supported", "available", "accept", "是", "支持", "可"})


class WordMatcher:
    """Reads listings for one brand. Build it once, it compiles the brand's names."""

    def __init__(self, brand: Brand, terms: Sequence[Term] | None = None) -> None:
        names = (*brand.names, *brand.chinese_names)
        self._names = [HanMark(n) if any(map(is_han, n)) else LatinMark(n) for n in names]
        self._ordinary = [
            re.compile(rf"(?<![a-z0-9]){re.escape(text)}(?![a-z0-9])")
            if text.isascii()
            else re.compile(re.escape(text))
            for text in (fold(word).text for word in brand.ordinary_words)
            if text
        ]
        self._terms = [_compile(term) for term in (lexicon() if terms is None else terms)]

    def find(self, listing: Listing) -> tuple[WordHit, ...]:
        """Every hit in title, attributes, description and the seller's name, in reading order."""
        hits: list[WordHit] = []
        if listing.title:
            hits += self.read(listing.title, Place.TITLE)
        for name, value in listing.attributes[:MOST_ATTRIBUTES]:
            hits += self.read(value, Place.ATTRIBUTE, where=name)
            if fold(value).text.strip() in _YES:
                hits += self.read(name, Place.ATTRIBUTE, where=name)
        if listing.description:
            hits += self.read(listing.description, Place.DESCRIPTION)
        if listing.seller and listing.seller.name:
            hits += self.read(listing.seller.name, Place.SELLER)
        return tuple(hits)

    def read(self, raw: str, place: Place, *, where: str = "") -> tuple[WordHit, ...]:
        """Every hit in one text, by place; of hits that overlap, the plainest of each kind."""
        raw = raw[:LONGEST_TEXT]
        folded = fold(raw)
        ordinary = [m.span() for pattern in self._ordinary for m in pattern.finditer(folded.text)]
        found = [*self._marks(raw, folded, ordinary), *self._claims(raw, folded)]
        hits = []
        for hit in found:
            start, end = folded.span(hit.start, hit.end)
            hits.append(
                WordHit(
                    kind=hit.kind,
                    place=place,
                    where=where,
                    start=start,
                    end=end,
                    text=raw[start:end],
                    term=hit.term,
                    strength=hit.strength,
                    meaning=hit.meaning,
                    disguise=hit.disguise,
                    use=_use(folded.text, hit, where),
                )
            )
        return tuple(sorted(hits, key=lambda hit: (hit.start, hit.end, hit.kind)))

    def _marks(self, raw: str, folded: Folded, ordinary: Sequence[tuple[int, int]]) -> list[Found]:
        candidates = (hit for mark in self._names for hit in mark.find(raw, folded))
        return _without_overlaps(
            hit
            for hit in candidates
            # Digits, masks and look-alike characters are no accident: nothing excuses them.
            if hit.disguise in DELIBERATE
            or not any(start <= hit.start and hit.end <= end for start, end in ordinary)
        )

    def _claims(self, raw: str, folded: Folded) -> list[Found]:
        found = []
        for term in self._terms:
            unless = [m.span() for p in term.unless for m in p.finditer(folded.text)]
            for match in term.pattern.finditer(folded.text):
                start, end = match.span()
                raw_start, raw_end = folded.span(start, end)
                if term.upper_case and not raw[raw_start:raw_end].isupper():
                    continue
                if any(left < end and start < right for left, right in unless):
                    continue
                found.append(
                    Found(
                        kind=term.term.kind,
                        start=start,
                        end=end,
                        term=term.term.text,
                        strength=term.term.strength,
                        meaning=term.term.meaning,
                    )
                )
        # Only now: in "拒绝高仿" the denied 高仿 still hides the bare 仿.
        return [
            hit
            for hit in _without_overlaps(found)
            if hit.kind not in _DENIABLE
            or not _DENIAL.search(folded.text[max(0, hit.start - 12) : hit.start])
        ]


def brands_named(listing: Listing) -> tuple[str, ...]:
    """The well-known brands under whose names the goods are sold: not what they fit or resemble.

    Read in the title only, and only as written: a shop is judged by what it says openly.
    """
    title = fold((listing.title or "")[:LONGEST_TEXT]).text
    found = []
    for brand, pattern in _known_names():
        for match in pattern.finditer(title):
            hit = Found(
                kind=WordKind.MARK,
                start=match.start(),
                end=match.end(),
                term=brand,
                strength=Strength.STRONG,
            )
            if _use(title, hit, "") is MarkUse.NAMED:
                found.append(brand)
                break
    return tuple(found)


@cache
def _known_names() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (brand, re.compile("|".join(_term_pattern(name).pattern for name in names)))
        for brand, names in known_brands()
    )


def _without_overlaps(found: Iterable[Found]) -> list[Found]:
    """Of overlapping hits the strongest, then the longest, then the plainest disguise."""
    order = list(Disguise)
    kept: list[Found] = []
    for hit in sorted(
        found,
        key=lambda h: (-h.strength, h.start - h.end, order.index(h.disguise), h.start, h.term),
    ):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return kept


def _use(text: str, hit: Found, attribute: str) -> MarkUse:
    if hit.kind is not WordKind.MARK:
        return MarkUse.NAMED
    if _FITTING_ATTRIBUTE.search(fold(attribute).text):
        return MarkUse.FITS
    before = text[max(0, hit.start - _CONTEXT) : hit.start]
    after = text[hit.end : hit.end + _CONTEXT]
    if _COMPARED_BEFORE.search(before) or _COMPARED_AFTER.search(after):
        return MarkUse.COMPARED
    if _LIKE_BEFORE.search(before) or _LIKE_AFTER.search(after):
        return MarkUse.LOOKS_LIKE
    if _FITS_BEFORE.search(before) or _FITS_AFTER.search(after):
        return MarkUse.FITS
    listed = _FOR_A_LIST.search(before)
    # "for men, women, Nordwind" is no list of brands: its words are ordinary ones.
    if listed and not common_words().intersection(re.findall(r"[a-z0-9]+", listed[1])):
        return MarkUse.FITS
    return MarkUse.NAMED


@dataclass(frozen=True, slots=True)
class _CompiledTerm:
    term: Term
    pattern: re.Pattern[str]
    unless: tuple[re.Pattern[str], ...]
    upper_case: bool


@cache
def _compile(term: Term) -> _CompiledTerm:
    return _CompiledTerm(
        term=term,
        pattern=_term_pattern(term.text),
        unless=tuple(re.compile(re.escape(fold(phrase).text)) for phrase in term.unless),
        upper_case=term.text.isascii() and term.text.isupper() and len(term.text) == 2,
    )


def _term_pattern(text: str) -> re.Pattern[str]:
    """Masks may stand between Chinese characters, and any gap between the words of a phrase."""
    folded = fold(text).text
    parts = []
    for index, character in enumerate(folded):
        if character in " -":
            parts.append(r"[\W_]{0,2}")
            continue
        parts.append(re.escape(character))
        following = folded[index + 1 : index + 2]
        if following and is_han(character) and is_han(following):
            parts.append(rf"[{re.escape(MASKS)}·._\-]?")
    left = r"(?<![a-z0-9])" if is_latin(folded[0]) else ""
    if folded[0].isdigit():
        left = r"(?<![a-z0-9.:])"
    right = r"(?![a-z0-9])" if is_latin(folded[-1]) else ""
    return re.compile(left + "".join(parts) + right)
