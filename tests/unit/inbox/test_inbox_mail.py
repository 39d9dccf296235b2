"""What the inbox writes: the question that cannot wait, the answer to files, the digest's list."""

from dataclasses import replace
from email.message import EmailMessage

import pytest

from headwater.adapters.inbox_mail import compose_question, compose_reply
from headwater.adapters.mail import compose_digest
from headwater.domain.complaints import ComplaintState
from headwater.domain.letters import Letter, LetterState, Purpose
from headwater.usecases.digest import Digest
from tests.unit.clock.desk import OWNER, brand
from tests.unit.inbox.letters import NOW

SENDER = "alerts@fjellvik.example"
HOSTILE = (
    '<script>alert(1)</script> http://evil.example/x "a@evil.example" \u202e\r\nBcc: x@y.example'
)
LETTER = Letter(
    brand="fjellvik",
    id="a" * 24,
    key="mail/ses/notices/x",
    received_at=NOW,
    purpose=Purpose.NOTICE,
    state=LetterState.ASKED,
    sender=HOSTILE,
    subject=HOSTILE,
    trust=HOSTILE,
    sentence=HOSTILE,
    reasons=(HOSTILE,),
    urgent=True,
    complaint="alibaba-77",
    event=ComplaintState.COUNTER_FILED,
    at=NOW,
)


def body(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text


def digest(*questions: Letter) -> EmailMessage:
    one = Digest(brand=brand(OWNER), recipient=OWNER, now=NOW, due=(), questions=questions)
    return compose_digest(one, sender=SENDER, report_url="")


@pytest.mark.parametrize(
    "message",
    [
        compose_question(LETTER, brand(OWNER), OWNER, sender=SENDER),
        compose_reply(replace(LETTER, sender=OWNER.email), brand(OWNER), sender=SENDER),
        digest(LETTER),
    ],
    ids=["question", "reply", "digest"],
)
def test_a_stranger_s_words_stay_words(message: EmailMessage) -> None:
    assert all("evil" not in str(value) for value in message.values())
    assert message["Bcc"] is None
    text = body(message)
    assert "http://evil" not in text
    assert "a@evil" not in text
    assert "\u202e" not in text
    assert "script" in text
    page = message.get_body(("html",))
    assert page is None or "<script" not in page.get_content()


def test_a_question_says_what_to_do_with_the_guess_filled_in() -> None:
    for message in (compose_question(LETTER, brand(OWNER), OWNER, sender=SENDER), digest(LETTER)):
        text = body(message)
        said = f"answer {LETTER.id} --complaint alibaba-77 --event counter_filed --at 2026-11-21T12"
        assert said in text
        assert f"headwater inbox dismiss {LETTER.id} --brand fjellvik" in text


def test_a_digest_of_mails_alone_says_that_nothing_is_due() -> None:
    message = digest(LETTER, replace(LETTER, id="b" * 24, urgent=False))
    assert "2 mails to look at" in str(message["Subject"])
    assert "Nothing." in body(message)
    assert body(message).count("MAY BE A COUNTER-NOTICE") == 1


def test_a_hundred_questions_are_counted_not_listed() -> None:
    text = body(digest(*(replace(LETTER, id=f"{n:024}") for n in range(100))))
    assert text.count("headwater inbox show") == 20
    assert "and 80 more: headwater inbox list" in text
