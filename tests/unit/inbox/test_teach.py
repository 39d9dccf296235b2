"""A person marks a mail, and the next such mail is read by it."""

from datetime import timedelta

import pytest

from headwater.adapters.mime import read_mail
from headwater.adapters.notice_patterns import (
    BadPatterns,
    Learnt,
    built_in,
    check,
    forgotten,
    learnt_with,
    with_learnt,
)
from headwater.domain.complaints import ComplaintState
from headwater.domain.notices import Pattern, Patterns
from headwater.usecases.teach import CannotTeach, Lesson, learn
from tests.unit.inbox.letters import NOW, complaint, mail, understood

S = ComplaintState
FIRST = (
    "Dear partner,\n\nDossier ref CN-2026-884213 / 20.11.2026\n"
    "An objection by the opposing party entered our system on 2026-11-20 for dossier"
    " CN-2026-884213.\nReaction window closes: 2026-11-25 18:00 (GMT+8)\n"
)
NEXT = FIRST.replace("884213", "990001").replace("2026-11-20", "2026-11-21").replace("25", "26")
CHINESE = "案卷 CN-2026-884213：对方于2026年11月20日递交了异议材料，回复窗口至2026年11月25日18:00\n"


def taught(text: str, sentence: str, **marks: str) -> tuple[Lesson, Patterns]:
    lesson = learn(
        read_mail(mail(text).as_bytes()).layers,
        event=S.COUNTER_FILED,
        sentence=sentence,
        number=marks.get("number"),
        date=marks.get("date"),
        patterns=built_in(),
    )
    learnt = learnt_with(
        Learnt(),
        event=lesson.event,
        words=lesson.words,
        labels=lesson.labels,
        due=lesson.due,
        due_after=lesson.due_after,
        taught={"words": lesson.words},
    )
    return lesson, with_learnt(learnt)


def test_the_next_mail_of_the_kind_is_read_by_what_was_taught() -> None:
    sentence = "An objection by the opposing party entered our system on 2026-11-20"
    lesson, patterns = taught(FIRST, sentence, number="CN-2026-884213", date="2026-11-25 18:00")
    assert lesson.words == "an objection by the opposing party entered our system on"
    assert "window closes" in lesson.due[0]
    assert understood(mail(NEXT), complaint("CN-2026-990001")).doubts
    reading = understood(
        mail(NEXT), complaint("CN-2026-990001"), patterns=patterns, now=NOW + timedelta(days=1)
    )
    assert reading.doubts == ()
    assert reading.event is S.COUNTER_FILED
    assert reading.due is not None
    assert reading.due.isoformat() == "2026-11-26T10:00:00+00:00"


def test_it_is_taught_in_chinese_too() -> None:
    _, patterns = taught(CHINESE, "对方于2026年11月20日递交了异议材料", date="2026年11月25日18:00")
    text = CHINESE.replace("884213", "990001").replace("月20日", "月19日")
    reading = understood(mail(text), complaint("CN-2026-990001"), patterns=patterns)
    assert reading.event is S.COUNTER_FILED
    assert reading.doubts == ()
    assert reading.due is not None


@pytest.mark.parametrize(
    ("text", "sentence", "why"),
    [
        (FIRST, "words that are not in it", "not in one sentence"),
        (FIRST, "2026-11-25 18:00", "mark the whole sentence"),
        (FIRST, "party", "mark the whole sentence"),
        ("If an objection was entered, we write.", "an objection was entered", "'if' stands by"),
        ("Your complaint was upheld today.", "Your complaint was upheld", "says upheld already"),
        ("Complaint has been accepted.", "complaint has been", "would also find|already"),
    ],
)
def test_what_would_be_a_bad_pattern_is_refused(text: str, sentence: str, why: str) -> None:
    with pytest.raises(CannotTeach, match=why):
        taught(text, sentence)


def test_a_pattern_that_fits_anything_is_refused() -> None:
    for words in ("…", "a … b", "。", "", "x" * 400):
        with pytest.raises(BadPatterns):
            check(Pattern(id="own", event=S.UPHELD, words=words))
    with pytest.raises(BadPatterns, match="no notice tells"):
        check(Pattern(id="own", event=S.DRAFT, words="the complaint is a draft"))


def test_what_was_taught_can_be_taken_back() -> None:
    lesson, _ = taught(FIRST, "An objection by the opposing party entered our system")
    learnt = learnt_with(
        Learnt(),
        event=lesson.event,
        words=lesson.words,
        labels=(),
        due=(),
        due_after=(),
        taught={"words": lesson.words},
    )
    assert forgotten(learnt, "something else") == learnt
    assert forgotten(learnt, lesson.words) == Learnt()
