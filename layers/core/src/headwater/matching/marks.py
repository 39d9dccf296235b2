"""A brand's name in a text, however it is written: exactly, disguised, misspelt, in pinyin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin
from rapidfuzz.distance import OSA

from headwater.domain.words import Disguise, Strength, WordKind
from headwater.matching.folding import Folded, fold, is_form_of_latin, is_han, is_invisible
from headwater.matching.lexicon import common_words

_GAP = r"[\W_]{0,2}"
_OWN_GAP = r"[\W_]{0,4}"
"""Between the words of a name: "Müller & Söhne", "Müller&Söhne", "Müller - Söhne"."""
MASKS = "*#@^~●○■□★☆◯×•✱"
_MASK = f"[{re.escape(MASKS)}]"
_LOOK_ALIKES = {
    "a": "a4@", "b": "b8", "e": "e3", "g": "g9", "i": "i1!|l", "l": "l1!|i", "o": "o0",
    "s": "s5$", "t": "t7", "z": "z2",
}  # fmt: skip
"""What stands for a letter in disguise, on any keyboard ("c0mfrt", "1v", "chanei")."""
_TWO_FOR_ONE = {"m": "rn", "w": "vv", "d": "cl"}
_HAN_LOOK_ALIKES = (
    *("兔免", "未末", "士土", "己已巳", "日曰", "人入八", "大太犬", "王玉主", "米来", "木本术"),
    *("天夭无", "力刀", "千干于", "鸟乌", "贝见", "甲由申田", "白百自", "苹萍", "卑苹", "微徽"),
)
_ENDINGS = frozenset({"d", "r", "rs", "ed", "er", "ers", "ing", "able", "y", "ly", "ness", "like"})
_MIDDLE_DOTS = frozenset("·・•‧")
"""They belong between the parts of a foreign name in Chinese ("路易·威登")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A hit in the folded text."""

    kind: WordKind
    start: int
    end: int
    term: str
    strength: Strength
    meaning: str = ""
    disguise: Disguise = Disguise.NONE


class LatinMark:
    """One name in Latin letters and digits, and the ways in which it is written otherwise."""

    def __init__(self, name: str) -> None:
        self.name = name
        folded = fold(name).text
        self._letters = re.sub(r"[\W_]", "", folded)
        if not self._letters:
            raise ValueError(f"a brand's name needs letters or digits: {name!r}")
        size = len(self._letters)
        own_gaps = [len(part) for part in re.split(r"[\W_]+", folded) if part]
        self._own_gaps = {sum(own_gaps[:count]) for count in range(1, len(own_gaps))}
        self._words = len(own_gaps)
        self._upper_only = size <= 2
        own_gap = rf"{_OWN_GAP}(?:and{_OWN_GAP})?" if "&" in name else _OWN_GAP
        self._spelled = re.compile(
            "".join(
                f"({_letter_class(letter, size)})"
                + ("" if i == size else own_gap if i in self._own_gaps else _GAP)
                for i, letter in enumerate(self._letters, start=1)
            )
        )
        self._masked = re.compile(
            "".join(
                f"(?:{re.escape(letter)}|{_MASK})" + (r"[\s_\-]?" if i in self._own_gaps else "")
                for i, letter in enumerate(self._letters, start=1)
            )
        )

    def find(self, raw: str, folded: Folded) -> Iterator[Found]:
        for match in self._spelled.finditer(folded.text):
            if found := self._judge_spelled(match, raw, folded):
                yield found
        if len(self._letters) >= 4:
            for match in self._masked.finditer(folded.text):
                kept = sum(character.isalnum() for character in match[0])
                if (
                    3 <= kept < len(self._letters)
                    and kept * 2 > len(self._letters)
                    and _bounded(folded.text, *match.span())
                ):
                    yield self._found(*match.span(), Strength.STRONG, Disguise.MASKED)
        if len(self._letters) >= 4 and self._letters.isalpha():
            yield from self._misspelt(folded.text)

    def _found(self, start: int, end: int, strength: Strength, disguise: Disguise) -> Found:
        return Found(
            kind=WordKind.MARK,
            start=start,
            end=end,
            term=self.name,
            strength=strength,
            disguise=disguise,
        )

    def _judge_spelled(self, match: re.Match[str], raw: str, folded: Folded) -> Found | None:
        size = len(self._letters)
        start, end = match.span()
        written = match.groups()
        raw_start, raw_end = folded.span(start, end)
        raw_text = raw[raw_start:raw_end]
        signs = sum(
            not character.isalpha() and character != letter
            for character, letter in zip(written, self._letters, strict=True)
        )
        swaps = sum(
            len(character) > 1 or (character.isalpha() and character != letter)
            for character, letter in zip(written, self._letters, strict=True)
        )
        # "1v1" and "5o5" are no brand, "5t4n13y" is one.
        if signs > (size // 2 if size >= 5 else int(size >= 3)):
            return None
        gaps = {
            index: folded.text[match.end(index) : match.start(index + 1)]
            for index in range(1, size)
            if match.end(index) < match.start(index + 1)
        }
        extra = {index: gap for index, gap in gaps.items() if index not in self._own_gaps}
        if extra and not self._may_be_apart(extra, raw_text):
            return None
        if self._upper_only and not _letters_of(raw_text).isupper():
            return None
        if not _word_like(raw, folded, start, end):
            # Plural and possessive are the name; anything else is a longer word.
            rest = re.match(r"[a-z0-9]*", folded.text[end:])
            plural = rest is not None and rest[0] in {"s", "es"} and size > 4
            if not (plural and _bounded_left(folded.text, start)):
                if size < 6 or gaps or signs or swaps or self._is_part_of_a_word(folded, end):
                    return None
                return self._found(start, end, Strength.MEDIUM, Disguise.WITHIN)
        if any(is_invisible(character) for character in raw_text):
            return self._found(start, end, Strength.STRONG, Disguise.HIDDEN_CHARACTERS)
        if signs:
            return self._found(start, end, Strength.STRONG, Disguise.DIGITS)
        if swaps or (_looks_foreign(raw_text) and raw_text.casefold() != self.name.casefold()):
            strength = Strength.MEDIUM if swaps else Strength.STRONG
            return self._found(start, end, strength, Disguise.LOOK_ALIKE)
        if extra:
            return self._found(start, end, Strength.MEDIUM, Disguise.APART)
        if size > 3:
            return self._found(start, end, Strength.STRONG, Disguise.NONE)
        # "NDW" is a name, "ndw" may be anything.
        exact = raw_text.isupper() or raw_text == self.name
        return self._found(start, end, Strength.MEDIUM if exact else Strength.WEAK, Disguise.NONE)

    def _is_part_of_a_word(self, folded: Folded, end: int) -> bool:
        """Whether the longer word is an ordinary one: "Design" in "designer" names nobody."""
        before = re.search(r"[a-z]*$", folded.text[: end - len(self._letters)])
        after = re.match(r"[a-z]*", folded.text[end:])
        rest = after[0] if after else ""
        longer = f"{before[0] if before else ''}{self._letters}{rest}"
        inflected = self._letters in common_words() and longer == self._letters + rest
        return longer in common_words() or (inflected and rest in _ENDINGS)

    def _may_be_apart(self, extra: dict[int, str], raw_text: str) -> bool:
        """Whether letters apart are a trick and not two words that happen to meet."""
        size = len(self._letters)
        spaced = any(character.isspace() for gap in extra.values() for character in gap)
        spelled_out = len(extra) + len(self._own_gaps) >= size - 1
        if size == 1:
            return False
        if size == 2:
            return not spaced and set(*extra.values()) <= set(MASKS)
        if size == 3:
            return spelled_out and not spaced and _letters_of(raw_text).isupper()
        if spaced:
            return spelled_out or size >= 6
        return True

    def _misspelt(self, text: str) -> Iterator[Found]:
        words = list(re.finditer(r"(?<![a-z0-9])[a-z]+(?![a-z0-9])", text))
        for count in {1, self._words}:
            for index in range(len(words) - count + 1):
                chosen = words[index : index + count]
                start, end = chosen[0].start(), chosen[-1].end()
                letters = "".join(word[0] for word in chosen)
                if end - start - len(letters) > 3 * (count - 1):
                    continue
                if all(word[0] in common_words() for word in chosen):
                    continue
                if judged := _misspelling(letters, self._letters):
                    yield self._found(start, end, *judged[::-1])


def _misspelling(word: str, name: str) -> tuple[Disguise, Strength] | None:
    """How `word` is `name` misspelt, within a bound that grows with the name's length.

    Sellers drop, double and swap letters ("nnike", "ordan", "vuttion", "adadis"); a letter
    replaced by another makes a different word much sooner, so it needs a longer name.
    """
    size = len(name)
    distance = OSA.distance(word, name, score_cutoff=3)
    if distance == 0 or distance > 3:
        return None
    if distance == 1:
        if len(word) == size + 1:
            if any(
                word[i] == word[i + 1] and word[:i] + word[i + 1 :] == name for i in range(size)
            ):
                return Disguise.DOUBLED, Strength.MEDIUM
            longer = size >= 7 and word[0] == name[0]
            return (Disguise.MISSPELT, Strength.MEDIUM) if longer else None
        if len(word) == size - 1:
            if size >= 6:
                return Disguise.DROPPED, Strength.MEDIUM
            return (Disguise.DROPPED, Strength.WEAK) if size == 5 else None
        if sorted(word) == sorted(name):
            return (Disguise.SWAPPED, Strength.MEDIUM) if size >= 5 else None
        if size < 6 or word[0] != name[0]:
            return None
        return Disguise.MISSPELT, Strength.MEDIUM if size >= 7 else Strength.WEAK
    if size >= 6 and sorted(word) == sorted(name) and word[0] == name[0] and word[-1] == name[-1]:
        return Disguise.SWAPPED, Strength.MEDIUM
    if distance == 2 and size >= 9 and word[0] == name[0]:
        return Disguise.MISSPELT, Strength.MEDIUM
    return None


def _letter_class(letter: str, size: int) -> str:
    alternatives = re.escape(_LOOK_ALIKES.get(letter, letter))
    if size < 5:
        alternatives = re.escape(
            "".join(c for c in _LOOK_ALIKES.get(letter, letter) if c == letter or not c.isalpha())
        )
    pair = _TWO_FOR_ONE.get(letter) if size >= 5 else None
    return f"[{alternatives}]|{pair}" if pair else f"[{alternatives}]"


def _letters_of(text: str) -> str:
    return "".join(filter(str.isalpha, text))


def _looks_foreign(raw_text: str) -> bool:
    """Whether letters of another script were taken, other than wide or accented Latin ones."""
    return any(
        not character.isascii() and character.isalpha() and not is_form_of_latin(character)
        for character in raw_text
    )


def _bounded_left(text: str, start: int) -> bool:
    return start == 0 or not is_latin(text[start - 1])


def _bounded(text: str, start: int, end: int) -> bool:
    return _bounded_left(text, start) and (end == len(text) or not is_latin(text[end]))


def is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _word_like(raw: str, folded: Folded, start: int, end: int) -> bool:
    """Whether folded[start:end] stands as a word: no letter beside it, or a change of case."""
    text = folded.text
    first, last = text[start], text[end - 1]
    raw_start, raw_end = folded.span(start, end)
    own = raw[raw_start:raw_end]
    left = _bounded_left(text, start)
    if not left:
        before = text[start - 1]
        left = (before.isdigit() and first.isalpha()) or (
            raw[raw_start - 1].islower() and raw[raw_start].isupper()
        )
    right = end == len(text) or not is_latin(text[end])
    if not right:
        after = text[end]
        right = (after.isdigit() and last.isalpha()) or (
            raw_end < len(raw)
            and (
                (raw[raw_end].isupper() and own[-1].islower())
                or (raw[raw_end].islower() and len(own) > 2 and own.isupper())
            )
        )
    return left and right


class HanMark:
    """One name in Chinese characters; its pinyin and its initials are looked for as well."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._characters = "".join(filter(str.isalnum, fold(name).text))
        size = len(self._characters)
        self._strength = Strength.STRONG if size > 2 else Strength.MEDIUM
        gap = rf"[{re.escape(MASKS)}·・‧._\-\s]{{0,2}}"
        self._spelled = re.compile(gap.join(f"({re.escape(c)})" for c in self._characters))
        self._masked = re.compile("".join(f"(?:{re.escape(c)}|{_MASK})" for c in self._characters))
        self._sounds = [_sound(character) for character in self._characters]
        pinyin = "".join(self._sounds)
        all_han = all(map(is_han, self._characters))
        self._pinyin = LatinMark(pinyin) if all_han and len(pinyin) >= 6 else None
        initials = "".join(sound[:1] for sound in self._sounds)
        self._initials = (
            re.compile(rf"(?<![a-z0-9]){initials}(?![a-z0-9])") if all_han and size >= 3 else None
        )

    def find(self, raw: str, folded: Folded) -> Iterator[Found]:
        text, size = folded.text, len(self._characters)
        for match in self._spelled.finditer(text):
            if found := self._judge_spelled(match, raw, folded):
                yield found
        if size >= 3:
            for match in self._masked.finditer(text):
                if sum(map(str.isalnum, match[0])) == size - 1:
                    yield self._found(*match.span(), Strength.STRONG, Disguise.MASKED)
        if size >= 2 and all(map(is_han, self._characters)):
            yield from self._sounding_alike(text)
        if self._pinyin:
            for hit in self._pinyin.find(raw, folded):
                if hit.disguise in {Disguise.NONE, Disguise.APART}:
                    yield self._found(hit.start, hit.end, Strength.MEDIUM, Disguise.PINYIN)
        if self._initials:
            for match in self._initials.finditer(text):
                yield self._found(*match.span(), Strength.WEAK, Disguise.INITIALS)

    def _found(self, start: int, end: int, strength: Strength, disguise: Disguise) -> Found:
        return Found(
            kind=WordKind.MARK,
            start=start,
            end=end,
            term=self.name,
            strength=strength,
            disguise=disguise,
        )

    def _judge_spelled(self, match: re.Match[str], raw: str, folded: Folded) -> Found | None:
        gaps = [
            folded.text[match.end(index) : match.start(index + 1)]
            for index in range(1, len(self._characters))
        ]
        used = [gap for gap in gaps if gap]
        spaced = any(character.isspace() for gap in used for character in gap)
        # "复古 奇妙" holds 古奇 across two words: a space counts only where all are apart.
        if spaced and (len(used) < len(gaps) or len(gaps) < 2):
            return None
        raw_start, raw_end = folded.span(*match.span())
        if any(is_invisible(character) for character in raw[raw_start:raw_end]):
            return self._found(*match.span(), Strength.STRONG, Disguise.HIDDEN_CHARACTERS)
        if any(set(gap) - _MIDDLE_DOTS for gap in used):
            if len(gaps) == 1 and not set(used[0]) <= set(MASKS):
                return None
            return self._found(*match.span(), Strength.STRONG, Disguise.APART)
        return self._found(*match.span(), self._strength, Disguise.NONE)

    def _sounding_alike(self, text: str) -> Iterator[Found]:
        size = len(self._characters)
        for start in range(len(text) - size + 1):
            window = text[start : start + size]
            same = sum(a == b for a, b in zip(window, self._characters, strict=True))
            if 0 < same < size and all(
                written == own or (is_han(written) and _alike(written, own, sound))
                for written, own, sound in zip(window, self._characters, self._sounds, strict=True)
            ):
                # Two characters of one name alike in sound happen by chance: "环卫医", "环微议".
                strength = Strength.MEDIUM if same > 1 else Strength.WEAK
                yield self._found(start, start + size, strength, Disguise.SOUNDS_ALIKE)


def _alike(written: str, own: str, sound: str) -> bool:
    return _sound(written) == sound or any(
        written in group and own in group for group in _HAN_LOOK_ALIKES
    )


@lru_cache(maxsize=1 << 12)
def _sound(character: str) -> str:
    """The character's most usual reading, without its tone: "兔" is "tu"."""
    return fold("".join(lazy_pinyin(character))).text
