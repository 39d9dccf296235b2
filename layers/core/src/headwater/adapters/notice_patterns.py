"""The patterns by which notices are read: ours from `rules/`, the owner's learnt ones beside the
configuration in the work bucket.
"""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from headwater.adapters.store import Bucket, NoSuchObject
from headwater.domain.complaints import ComplaintState
from headwater.domain.notices import EVENTS, GAP, Pattern, Patterns, folded

_KEY = "config/notices.json"
_MOST_LEARNT = 500
_Words = tuple[str, ...]


class BadPatterns(ValueError):  # noqa: N818 - says what is the matter
    """The patterns cannot be used; the message says which and why."""


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid")
    event: ComplaintState
    words: _Words


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    platforms: _Words
    labels: _Words
    due: _Words
    due_after: _Words
    sellers: _Words
    vetoes_before: _Words
    vetoes_anywhere: _Words
    hints: _Words
    event: tuple[_Event, ...]


class Learnt(BaseModel):
    """What a person taught: each field adds to ours."""

    model_config = ConfigDict(extra="forbid")
    events: tuple[_Event, ...] = ()
    labels: _Words = ()
    due: _Words = ()
    due_after: _Words = ()
    taught: tuple[dict[str, str], ...] = Field(default=(), max_length=_MOST_LEARNT)
    """When, by whom, from which mail: the digest of it."""


@cache
def built_in() -> Patterns:
    text = files("headwater.rules").joinpath("notices.toml").read_text(encoding="utf-8")
    try:
        file = _File.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise BadPatterns(f"rules/notices.toml: {error}") from None
    patterns = Patterns(
        events=tuple(_patterns(file.event, "ours")),
        labels=file.labels,
        due=file.due,
        due_after=file.due_after,
        sellers=file.sellers,
        vetoes_before=file.vetoes_before,
        vetoes_anywhere=file.vetoes_anywhere,
        hints=file.hints,
        platforms=file.platforms,
    )
    for pattern in patterns.events:
        check(pattern)
    return patterns


def check(pattern: Pattern) -> None:
    """Raises BadPatterns for words that would match anything or are no event of a notice."""
    parts = [part for part in map(folded, pattern.words.split(GAP)) if part]
    letters = sum(c.isalnum() for part in parts for c in part)
    if pattern.event not in EVENTS:
        raise BadPatterns(f"{pattern.id}: no notice tells {pattern.event}; {sorted(EVENTS)} can be")
    if not 1 <= len(parts) <= 6 or letters < 4 or len(pattern.words) > 300:
        raise BadPatterns(
            f"{pattern.id}: {pattern.words[:80]!r} is too short, or too long, to tell"
        )


def read_learnt(work: Bucket) -> Learnt:
    """Raises BadPatterns when the file in the bucket was damaged by hand."""
    try:
        body = work.get(_KEY)
    except NoSuchObject:
        return Learnt()
    try:
        return Learnt.model_validate_json(body)
    except ValidationError as error:
        raise BadPatterns(f"{_KEY} in the work bucket: {error}") from None


def write_learnt(work: Bucket, learnt: Learnt) -> None:
    text = json.dumps(learnt.model_dump(mode="json"), ensure_ascii=False, indent=1)
    work.put(_KEY, text.encode(), "application/json")


def with_learnt(learnt: Learnt) -> Patterns:
    """Ours and the owner's together; a learnt pattern that is no good is refused."""
    ours = built_in()
    own = tuple(_patterns(learnt.events, "own"))
    for pattern in own:
        check(pattern)
    return replace(
        ours,
        events=(*ours.events, *own),
        labels=(*ours.labels, *learnt.labels),
        due=(*ours.due, *learnt.due),
        due_after=(*ours.due_after, *learnt.due_after),
    )


def read_patterns(work: Bucket) -> Patterns:
    return with_learnt(read_learnt(work))


def learnt_with(
    learnt: Learnt,
    *,
    event: ComplaintState,
    words: str,
    labels: Sequence[str],
    due: Sequence[str],
    due_after: Sequence[str],
    taught: dict[str, str],
) -> Learnt:
    """The same with one more, each word once."""
    by_event = {one.event: list(one.words) for one in learnt.events}
    by_event.setdefault(event, []).append(words)
    return Learnt(
        events=tuple(
            _Event(event=e, words=tuple(dict.fromkeys(w))) for e, w in sorted(by_event.items())
        ),
        labels=tuple(dict.fromkeys([*learnt.labels, *labels])),
        due=tuple(dict.fromkeys([*learnt.due, *due])),
        due_after=tuple(dict.fromkeys([*learnt.due_after, *due_after])),
        taught=(*learnt.taught, taught)[-_MOST_LEARNT:],
    )


def forgotten(learnt: Learnt, words: str) -> Learnt:
    """The same without the pattern of these words. Labels stay: they decide nothing alone."""
    kept = [
        _Event(event=one.event, words=tuple(w for w in one.words if w != words))
        for one in learnt.events
    ]
    return learnt.model_copy(
        update={
            "events": tuple(one for one in kept if one.words),
            "taught": tuple(one for one in learnt.taught if one.get("words") != words),
        }
    )


def _patterns(events: Sequence[_Event], origin: str) -> list[Pattern]:
    return [
        Pattern(id=f"{origin}/{one.event}/{at}", event=one.event, words=words)
        for one in events
        for at, words in enumerate(one.words, start=1)
    ]
