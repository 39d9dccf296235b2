"""What a platform's notice says: which complaint, what happened, when; with the sentence that says
so. Patterns are literal words with gaps, never regular expressions: no notice can make them slow.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from headwater.domain.complaints import TRANSITIONS, Complaint, ComplaintState, EventKind
from headwater.domain.letters import MailText
from headwater.domain.notice_dates import DateRead, dates_in

GAP = "…"
WIDEST_GAP = 60
"""Characters between two words of a pattern."""
_LONGEST = 600
"""Characters of a sentence; a longer one is no sentence and proves nothing."""
_MOST_TEXT = 60_000
_A_NOTE = 6
"""Sentences that somebody writes above what they forward."""
_OLDEST = timedelta(days=60)
_FURTHEST_DUE = timedelta(days=90)
_SHORT_NUMBER = 6
"""A number this short, or without a digit, counts only behind a label: "77" is everywhere."""

EVENTS = frozenset(
    {
        ComplaintState.UNDER_REVIEW,
        ComplaintState.REJECTED,
        ComplaintState.NOTIFIED,
        ComplaintState.COUNTER_FILED,
        ComplaintState.PLATFORM_DECIDING,
        ComplaintState.UPHELD,
        ComplaintState.RESTORED,
        ComplaintState.WITHDRAWN,
    }
)
"""What a notice can tell. The others are our own doings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Words that stand in a sentence in this order, `…` between them for up to 60 characters."""

    id: str
    event: ComplaintState
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Everything by which notices are read, all as data.

    `labels` stand before a complaint's number, `due` before (or, `due_after`, behind) the date by
    which we answer; `sellers` are words for the other side. `vetoes` make of a report a condition,
    a denial or a lesson. `hints` are the words that a counter-notification may hide behind.
    """

    events: tuple[Pattern, ...]
    labels: tuple[str, ...]
    due: tuple[str, ...]
    due_after: tuple[str, ...]
    sellers: tuple[str, ...]
    vetoes_before: tuple[str, ...]
    vetoes_anywhere: tuple[str, ...]
    hints: tuple[str, ...]
    platforms: tuple[str, ...] = ()
    """Domains that platforms write from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a mail was understood to say. `doubts` empty: it may be acted on.

    `at` and `due` are moments; `assumptions` say what they rest on beyond the words.
    """

    complaint: Complaint | None
    event: ComplaintState | None
    at: datetime | None
    due: datetime | None
    sentence: str
    pattern: str
    doubts: tuple[str, ...]
    assumptions: tuple[str, ...] = ()
    maybe_counter: bool = False

    @property
    def sure(self) -> bool:
        return not self.doubts


def folded(text: str) -> str:
    """Lower case, one form for every width, no marks that cannot be seen, spaces as one."""
    plain = unicodedata.normalize("NFKC", text[:_MOST_TEXT]).casefold()
    seen = "".join(
        " " if c.isspace() else "-" if c in "‐‑–—−" else "'" if c in "’‘" else c
        for c in plain
        if unicodedata.category(c) not in {"Cf", "Cc", "Cs"} or c.isspace()
    )
    return " ".join(seen.split())


def understand(
    layers: Sequence[MailText],
    *,
    patterns: Patterns,
    complaints: Iterable[Complaint],
    received_at: datetime,
) -> Reading:
    """Read the innermost layer that is a notice: what was forwarded, or the mail itself.

    A layer counts alone: what its writer quotes below is old and says nothing new.
    """
    known = tuple(complaints)
    everything = folded(" ".join(f"{one.subject} {one.body}" for one in layers))
    hinted = any(_holds(everything, folded(hint)) for hint in patterns.hints)
    telling = _telling(layers, patterns)
    if telling is None:
        return _nothing("the mail holds no text", hinted)
    doubts: list[str] = []
    lines = sentences(telling.body)
    subject = folded(telling.subject)
    text = folded(f"{telling.subject}\n{telling.body}")
    complaint = _complaint(text, patterns, known, doubts)
    found = list(_events([subject, *lines], patterns))
    counter_maybe = hinted or any(
        pattern.event is ComplaintState.COUNTER_FILED for _, pattern, _ in found
    )
    said = {pattern.event for _, pattern, veto in found if not veto}
    if not said:
        vetoed = next((veto for _, _, veto in found if veto), None)
        doubts.append(
            f'it does not report that something happened: "{vetoed}" stands by it'
            if vetoed
            else "no known sentence says what happened"
        )
    elif len(said) > 1:
        doubts.append(f"it says several things: {', '.join(sorted(said))}")
    sure = [(s, p) for s, p, veto in found if not veto]
    sentence, pattern = sure[-1] if sure else next(((s, p) for s, p, _ in found), ("", None))
    event = next(iter(said)) if len(said) == 1 else (pattern.event if pattern else None)
    in_body = [one for one in sure if one[0] in lines]
    own = [one for one, _ in in_body or sure]
    at, assumed = _happened(own, telling, patterns, received_at, doubts)
    due = None
    if event is ComplaintState.COUNTER_FILED:
        due, more = _due(lines, own, patterns, doubts)
        assumed += more
    if at and due and not at < due <= at + _FURTHEST_DUE:
        doubts.append(f"an answer by {due:%Y-%m-%d} does not go with something of {at:%Y-%m-%d}")
    first_heard = complaint is not None and complaint.round == 0
    if first_heard and counter_maybe and event is not ComplaintState.COUNTER_FILED:
        doubts.append("it speaks of a counter-notification, and none is on record")
    if complaint and at and at < complaint.opened_at - timedelta(days=1):
        doubts.append(f"{at:%Y-%m-%d} is before complaint {complaint.id} was filed")
    if complaint and at and event and event is not complaint.state:
        known_until = max(e.at for e in complaint.effective_events if e.kind is EventKind.STATE)
        if at < known_until - timedelta(days=1):
            doubts.append(
                f"{at:%Y-%m-%d} is before the last change on record ({known_until:%Y-%m-%d})"
            )
    if complaint and event and event not in {complaint.state, *TRANSITIONS[complaint.state]}:
        doubts.append(f"complaint {complaint.id} is {complaint.state}: it cannot become {event}")
    return Reading(
        complaint=complaint,
        event=event,
        at=at,
        due=due,
        sentence=_original(sentence, telling),
        pattern=pattern.id if pattern else "",
        doubts=tuple(dict.fromkeys(doubts)),
        assumptions=tuple(dict.fromkeys(assumed)),
        maybe_counter=counter_maybe,
    )


def _original(sentence: str, telling: MailText) -> str:
    """The sentence with its own capitals and widths."""
    written = (telling.subject, *_as_written(telling.body))
    return next((one for one in written if folded(one) == sentence), sentence)


Spans = tuple[tuple[int, int], ...]


def matches(words: str, sentence: str) -> Spans:
    """Where each part of the words stands in a folded sentence; empty if they are not in it."""
    parts = [part for part in map(folded, words.split(GAP)) if part]
    if not parts or len(sentence) > _LONGEST:
        return ()
    start = _find(sentence, parts[0], 0)
    while start != -1:
        spans = [(start, start + len(parts[0]))]
        for part in parts[1:]:
            end = spans[-1][1]
            following = _find(sentence, part, end)
            if following == -1 or following - end > WIDEST_GAP:
                break
            spans.append((following, following + len(part)))
        else:
            return tuple(spans)
        start = _find(sentence, parts[0], start + 1)
    return ()


def veto(sentence: str, spans: Spans, patterns: Patterns) -> str | None:
    """What makes of these words of the sentence no report of anything; None if nothing does."""
    if sentence.endswith("?"):
        return "?"
    before = sentence[: spans[-1][1]]
    for start, end in reversed(spans):  # the pattern's own words speak for it
        before = f"{before[:start]} | {before[end:]}"
    before = _NUMERO.sub(" ", before)
    against = [word for word in patterns.vetoes_before if matches(word, before)]
    against += [word for word in patterns.vetoes_anywhere if matches(word, sentence)]
    return against[0] if against else None


_NUMERO = re.compile(r"\bno\.?\s?[:#]?\s?(?=[a-z]{0,12}-?\d)")
"""The "No." of a number denies nothing."""


def sentences(body: str) -> list[str]:
    """The sentences of a text, folded. Lines that a mail program broke are joined again."""
    return [said for one in _as_written(body) if (said := folded(one))]


def _as_written(body: str) -> list[str]:
    """The sentences of a text as they stand there, in one line each."""
    joined: list[str] = []
    open_end = False
    for raw in body[:_MOST_TEXT].splitlines():
        line = " ".join(raw.split())
        if not line:
            open_end = False
            continue
        if open_end and joined and _goes_on(joined[-1], line):
            last = joined[-1]
            glue = "" if _chinese(last[-1]) and _chinese(line[0]) else " "
            joined[-1] = f"{last}{glue}{line}"
        else:
            joined.append(line)
        open_end = line[-1] not in ".!?。!?;;::"
    return [part for line in joined for part in _parted(line)]


_END = re.compile(r"(?<=[!?。;！？；])\s*|(?<=\.)\s+(?!\d)")


def _parted(line: str) -> Iterator[str]:
    for part in _END.split(line):
        if part.strip():
            yield part.strip()


def _goes_on(before: str, line: str) -> bool:
    first = line[0]
    if _chinese(first) and _chinese(before[-1]):
        return True
    width = sum(2 if _chinese(c) else 1 for c in before[-120:])
    return first.islower() or width >= 55


def _chinese(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character in ",、"


def _holds(text: str, words: str) -> bool:
    return _find(text, words, 0) != -1


def _find(text: str, words: str, start: int) -> int:
    """Where the words stand as words of their own (Chinese has none); -1 if nowhere."""
    at = text.find(words, start)
    while at != -1:
        before, after = text[at - 1 : at], text[at + len(words) : at + len(words) + 1]
        if not (_word(before) and _word(words[0])) and not (_word(after) and _word(words[-1])):
            return at
        at = text.find(words, at + 1)
    return -1


def _word(character: str) -> bool:
    return character.isalnum() and not _chinese(character)


def _telling(layers: Sequence[MailText], patterns: Patterns) -> MailText | None:
    """The notice: what was forwarded, if the one who forwards it adds nothing of a notice."""
    filled = [one for one in layers if one.body.strip() or one.subject.strip()]
    if not filled:
        return None
    if len(filled) == 1:
        return filled[0]
    outer, inner = filled[:2]
    own = sentences(outer.body)
    tells = any(matches(p.words, s) for s in own for p in patterns.events)
    return outer if tells or len(own) > _A_NOTE else inner


def _complaint(
    text: str, patterns: Patterns, known: Sequence[Complaint], doubts: list[str]
) -> Complaint | None:
    labelled = set(_labelled(text, patterns))
    named = []
    for complaint in known:
        number = folded(complaint.number or "")
        if not number:
            continue
        plain = len(number) >= _SHORT_NUMBER and any(c.isdigit() for c in number)
        if number in labelled or (plain and _number_in(text, number)):
            named.append(complaint)
    numbers = {folded(one.number or "") for one in named}
    strangers = sorted(one for one in labelled if not any(n.startswith(one) for n in numbers))
    if not named:
        seen = f" (it names {strangers[0][:60]!r})" if strangers else ""
        doubts.append(f"it names no complaint that is known{seen}")
        return None
    if len(named) > 1:
        doubts.append(f"it names several complaints: {', '.join(one.id for one in named)}")
        return named[0]
    if strangers:
        doubts.append(f"it names another number too: {strangers[0][:60]!r}")
    (complaint,) = named
    if complaint.state is ComplaintState.CLOSED:
        doubts.append(f"complaint {complaint.id} is closed")
    return complaint


_NUMBER = re.compile(r"[a-z0-9][a-z0-9._/-]{0,59}")
_BETWEEN = re.compile(r"[\s::#.()\[\]no'\"-]{0,8}(?:is|为|是)?\s?[::#]?\s?")


def _labelled(text: str, patterns: Patterns) -> Iterator[str]:
    """What stands behind each label of a number and holds a digit."""
    for label in patterns.labels:
        word = folded(label)
        at = _find(text, word, 0)
        while at != -1:
            gap = _BETWEEN.match(text, at + len(word))
            number = _NUMBER.match(text, gap.end() if gap else at + len(word))
            if number and any(c.isdigit() for c in number[0]):
                yield number[0].rstrip("._/-")
            at = _find(text, word, at + 1)


def _number_in(text: str, number: str) -> bool:
    """Whether the number stands there whole: not as a part of a longer one."""
    at = text.find(number)
    while at != -1:
        before, after = text[at - 1 : at], text[at + len(number) :][:2]
        longer = _word(before) or before in {"-", "_", "/"} or _word(after[:1])
        if not longer and not (after[:1] in {"-", "_", "/", "."} and _word(after[1:])):
            return True
        at = text.find(number, at + 1)
    return False


def _events(lines: Iterable[str], patterns: Patterns) -> Iterator[tuple[str, Pattern, str | None]]:
    """Every sentence that a pattern is in, with what speaks against it."""
    for line in lines:
        found = [(p, spans) for p in patterns.events if (spans := matches(p.words, line))]
        for pattern, spans in found:
            if not any(_within(spans, other) for _, other in found):
                yield line, pattern, veto(line, spans, patterns)


def _within(spans: Spans, other: Spans) -> bool:
    """Whether the other words embrace these: "counter-notice to your complaint was filed"."""
    (start, end), (first, last) = (spans[0][0], spans[-1][1]), (other[0][0], other[-1][1])
    return first <= start and end <= last and (first, last) != (start, end)


def _happened(
    own: Sequence[str],
    telling: MailText,
    patterns: Patterns,
    received_at: datetime,
    doubts: list[str],
) -> tuple[datetime | None, list[str]]:
    """When it happened: by the sentence that says so, or else when the notice was written."""
    dates = {
        one.moment: one
        for sentence in own
        for one in dates_in(sentence)
        if not _is_due(sentence, one, patterns)
    }
    if None in dates:
        doubts.append(f"the date {dates[None].words!r} can be read in several ways")
        return None, []
    if len(dates) > 1:
        doubts.append("the sentence names several dates")
        return None, []
    for moment, read in dates.items():
        if moment is None:
            continue
        at, assumed = moment, [f"{read.words}: {read.assumed}"] if read.assumed else []
        if read.whole_day:
            # The day began at midnight in China: the earlier moment gives us the earlier end.
            at, assumed = moment - timedelta(hours=18), []
        break
    else:
        if telling.date is None:
            doubts.append("neither a sentence nor the notice's own header says when")
            return None, []
        at, assumed = telling.date, ["it is dated by the notice's own header"]
    if at > received_at + timedelta(minutes=5):
        doubts.append(f"{at:%Y-%m-%d %H:%M} UTC is in the future")
        return None, assumed
    if at < received_at - _OLDEST:
        doubts.append(f"{at:%Y-%m-%d} is more than {_OLDEST.days} days ago")
    return at, assumed


def _due(
    lines: Sequence[str], own: Sequence[str], patterns: Patterns, doubts: list[str]
) -> tuple[datetime | None, list[str]]:
    """The moment that the notice names for our answer."""
    found: dict[datetime, DateRead] = {}
    for sentence in lines:
        if len(sentence) > _LONGEST:
            if dates_in(sentence[:_LONGEST]):
                doubts.append("a passage with dates is too long to be a sentence")
            continue
        for one in dates_in(sentence):
            if not _is_due(sentence, one, patterns):
                continue
            if one.moment is None:
                doubts.append(f"the date {one.words!r} can be read in several ways")
            elif sentence not in own and any(_holds(sentence, folded(w)) for w in patterns.sellers):
                doubts.append(f"whose date is {one.words!r}? The sentence speaks of the seller")
            else:
                found[one.moment] = one
    if len(found) > 1:
        doubts.append("it names several dates for the answer")
    for moment, one in found.items():
        return moment, [f"{one.words}: {one.assumed}"] if one.assumed else []
    return None, []


def _is_due(sentence: str, one: DateRead, patterns: Patterns) -> bool:
    """Whether the date ends a time: a word for that stands close before or right behind it."""
    earlier = max((d.end for d in dates_in(sentence) if d.end <= one.start), default=0)
    before = sentence[max(earlier, one.start - 40) : one.start]
    if any(_leads_to_the_end(before, folded(word), patterns) for word in patterns.due):
        return True
    after = sentence[one.end : one.end + 8].lstrip(" )）")
    return any(after.startswith(folded(word)) for word in patterns.due_after)


def _leads_to_the_end(before: str, word: str, patterns: Patterns) -> bool:
    """Whether the word means a time there: "filed by the seller on" names who, not until when."""
    at = _find(before, word, 0)
    if at == -1:
        return False
    between = before[at + len(word) :]
    names_who = word == "by" and (
        between.rstrip().endswith(" on")
        or any(_holds(between, folded(s)) for s in patterns.sellers)
    )
    return not names_who or _leads_to_the_end(between, word, patterns)


def _nothing(why: str, hinted: bool) -> Reading:  # noqa: FBT001
    return Reading(
        complaint=None,
        event=None,
        at=None,
        due=None,
        sentence="",
        pattern="",
        doubts=(why,),
        maybe_counter=hinted,
    )
