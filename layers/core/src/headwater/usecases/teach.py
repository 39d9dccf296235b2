"""Make a pattern of a mail that a person marked: literal words, with what changes left open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from headwater.domain.complaints import ComplaintState
from headwater.domain.letters import MailText
from headwater.domain.notice_dates import dates_in
from headwater.domain.notices import GAP, Pattern, Patterns, folded, matches, sentences, veto

_FEWEST_WORDS = 3
_EDGES = " .,;:!?()[]\"'#。（）【】"
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+(?:['-][^\W_]+)*")


class CannotTeach(ValueError):  # noqa: N818 - says what is the matter
    """No pattern can be made of it; the message says what to mark instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was learnt of one mail; `labels` and `due` are the words before number and date."""

    event: ComplaintState
    words: str
    sentence: str
    labels: tuple[str, ...]
    due: tuple[str, ...]
    due_after: tuple[str, ...] = ()


def learn(
    layers: Sequence[MailText],
    *,
    event: ComplaintState,
    sentence: str,
    number: str | None,
    date: str | None,
    patterns: Patterns,
) -> Lesson:
    """The pattern of that sentence (or a part of it), what stands before the number and the date.

    Numbers, dates and addresses in it become gaps, so that the next mail of the kind matches.
    Raises CannotTeach when the words are not in the mail, are too few, or already mean something
    else.
    """
    lines = [line for one in layers for line in (folded(one.subject), *sentences(one.body))]
    marked = folded(sentence)
    home = next((line for line in lines if marked and marked in line), None)
    if home is None:
        raise CannotTeach(
            f"{sentence[:80]!r} is not in one sentence of the mail; copy the words as they stand:"
            " `headwater inbox read FILE.eml --sentences` shows them"
        )
    words = _opened(marked, folded(number) if number else "")
    pattern = Pattern(id="new", event=event, words=words)
    spans = matches(words, home)
    if not spans:
        raise CannotTeach(f"{words!r} would not find its own sentence; mark a shorter part")
    against = veto(home, spans, patterns)
    if against:
        raise CannotTeach(
            f"{against!r} stands by these words, which makes them no report of something that"
            " happened; mark the sentence that reports it"
        )
    _differs(pattern, home, patterns)
    labels = _before(lines, folded(number), "number") if number else ()
    due = _before(lines, folded(date), "date") if date else ()
    if date and not any(
        folded(date) in d.words or d.words in folded(date) for d in dates_in(" ".join(lines))
    ):
        raise CannotTeach(f"{date!r} cannot be read as a date; dates like 2026-11-25 18:00 can be")
    known_labels = {folded(one) for one in patterns.labels}
    known_due = {folded(one) for one in patterns.due}
    return Lesson(
        event=event,
        words=words,
        sentence=home,
        labels=tuple(one for one in labels if one not in known_labels),
        due=tuple(one for one in due if not any(one.endswith(k) for k in known_due)),
    )


def _opened(marked: str, number: str) -> str:
    """The words with every number, date, address and name of a file as a gap."""
    text = marked
    if number:
        text = text.replace(number, f" {GAP} ")
    for read in reversed(dates_in(text)):
        text = f"{text[: read.start]} {GAP} {text[read.end :]}"
    text = re.sub(r"https?://\S{1,500}|[^\s@]{1,100}@[^\s@]{1,100}", f" {GAP} ", text)
    text = re.sub(r"\S{0,40}\d\S{0,40}", lambda found: _without_digits(found[0]), text)
    pieces = [" ".join(piece.split()).strip(_EDGES) for piece in text.split(GAP)]
    kept = [piece for piece in pieces if len(_WORD.findall(piece)) >= 1][:6]
    count = sum(len(_WORD.findall(piece)) for piece in kept)
    chinese = sum("\u3400" <= c <= "\u9fff" for piece in kept for c in piece)
    if count < _FEWEST_WORDS or (chinese and chinese < 4 and count < 4):
        raise CannotTeach(
            f"only {' … '.join(kept)!r} is left without its numbers: mark the whole sentence that"
            " says what happened"
        )
    return f" {GAP} ".join(kept)


def _without_digits(token: str) -> str:
    """Chinese writes numbers between its words, without a space."""
    return re.sub(r"[^\u3400-\u9fff]+", f" {GAP} ", token)


def _differs(pattern: Pattern, home: str, patterns: Patterns) -> None:
    """From every pattern of another event: neither finds the other's sentence."""
    for known in patterns.events:
        if known.event is pattern.event:
            continue
        if matches(known.words, home):
            raise CannotTeach(
                f"that sentence says {known.event} already, by {known.words!r} ({known.id})"
            )
        if matches(pattern.words, folded(known.words.replace(GAP, " "))):
            raise CannotTeach(
                f"{pattern.words!r} would also find {known.words!r}, which is {known.event}"
                f" ({known.id}); mark more of the sentence"
            )


def _before(lines: Sequence[str], marked: str, what: str) -> tuple[str, ...]:
    """The one to four words right before it."""
    for line in lines:
        at = line.find(marked)
        if at == -1:
            continue
        before = line[max(0, at - 60) : at].rstrip(" :：#.()[]\"'")
        found = _WORD.findall(re.split(r"[.;,，。；]", before)[-1])
        if not found:
            return ()
        chinese = "\u3400" <= found[-1][0] <= "\u9fff"
        if chinese:
            tail = re.search(r"[\u3400-\u9fff]{2,8}$", before)
            return (tail[0],) if tail else ()
        return (" ".join(found[-3:]),) if not any(c.isdigit() for c in " ".join(found[-3:])) else ()
    raise CannotTeach(f"the {what} {marked[:60]!r} is not in the mail")
