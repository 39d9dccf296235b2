"""What becomes of a mail: acted on when sure, asked about when not, whatever breaks in between."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from headwater.adapters.mime import read_mail
from headwater.adapters.notice_patterns import built_in
from headwater.domain.alerts import NotSent
from headwater.domain.brands import Brand, Desk, InboxSettings, Recipient
from headwater.domain.complaints import Complaint, ComplaintState
from headwater.domain.letters import MOST_URGENT_A_DAY, Attachment, Letter, LetterState, Purpose
from headwater.usecases.inbox import Inbox, receive
from tests.fakes.clock import CasesInMemory, ComplaintsInMemory, LedgerInMemory
from tests.fakes.inbox import LettersInMemory
from tests.unit.clock.desk import CLOCK, LAWYER, OWNER, brand
from tests.unit.inbox.letters import NOW, NUMBER, complaint, mail, received_by_ses
from tests.unit.inbox.test_notices import CONFUSING

COUNTER = f"The seller has submitted a counter-notification to your complaint {NUMBER}."


class Crashed(Exception):  # noqa: N818 - says what happened
    """The function died here."""


@dataclass
class Room:
    """An inbox in memory; `calls_left` counts down to a crash before or after a call."""

    letters: LettersInMemory = field(default_factory=LettersInMemory)
    complaints: ComplaintsInMemory = field(default_factory=ComplaintsInMemory)
    ledger: LedgerInMemory = field(default_factory=LedgerInMemory)
    sealed: dict[tuple[str, str], bytes] = field(default_factory=dict)
    dropped: dict[str, bytes] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    woken: int = 0
    now: datetime = NOW
    calls_left: int | None = None
    after: bool = False

    def __post_init__(self) -> None:
        self.complaints.open(complaint())

    def receive(
        self, raw: bytes, *, purpose: Purpose = Purpose.NOTICE, given_by: str | None = None
    ) -> Letter:
        return receive(
            read_mail(raw),
            raw=Attachment(name="m.eml", media_type="message/rfc822", body=raw),
            key="mail/ses/notices/m",
            purpose=purpose,
            given_by=given_by,
            received_at=NOW,
            inbox=self.inbox,
        )

    @property
    def inbox(self) -> Inbox:
        settings = InboxSettings(forwarders=("owner@fjellvik.example",))
        return Inbox(
            desk=Desk(contact="x", brands=(brand(OWNER, LAWYER),), access=(), inbox=settings),
            patterns=built_in(),
            clock=CLOCK,
            letters=Fragile(self.letters, self),
            complaints=Fragile(self.complaints, self),
            cases=CasesInMemory(),
            ledger=Fragile(self.ledger, self),
            mail=Fragile(Written(self), self),
            seal=self.fragile(self._seal),
            drop=self.fragile(self._drop),
            wake=self.fragile(self._wake),
            now=lambda: self.now,
        )

    def fragile(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def tried(*arguments: object) -> object:
            if self.calls_left is not None:
                self.calls_left -= 1
                if self.calls_left < 0:
                    raise Crashed
                if self.calls_left == 0 and not self.after:
                    self.calls_left = -1
                    raise Crashed
            result = call(*arguments)
            if self.calls_left == 0 and self.after:
                raise Crashed
            return result

        return tried

    def _seal(self, brand_id: str, case: str, file: Attachment, note: str) -> str:
        self.sealed[case, file.name] = file.body
        return f"x{len(file.body)}"

    def _drop(self, key: str, body: bytes, media_type: str) -> bool:
        return self.dropped.setdefault(key, body) is body

    def _wake(self) -> None:
        self.woken += 1

    @property
    def complaint(self) -> Complaint:
        found = self.complaints.get("fjellvik", f"alibaba-{NUMBER}")
        assert found is not None
        return found

    @property
    def outcome(self) -> tuple[object, ...]:
        """What is left behind; how often the deadlines were woken does not count."""
        states = [(one.id, one.state, one.urgent) for one in self.letters.of_brand("fjellvik")]
        events = [(one.id, one.state) for one in self.complaint.events]
        return (states, events, self.sealed, self.dropped, self.woken > 0)


@dataclass
class Fragile:
    """Each method of it may be where the function dies."""

    whole: object
    room: Room

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return self.room.fragile(getattr(self.whole, name))


@dataclass
class Written:
    room: Room

    def send_question(self, letter: Letter, brand: Brand, recipient: Recipient) -> None:
        self.room.questions.append(recipient.email)

    def send_reply(self, letter: Letter, brand: Brand) -> None:
        self.room.replies.append(letter.sender)


def ses(text: str, **changes: str) -> bytes:
    return received_by_ses(mail(text).as_bytes(), **changes)


@pytest.mark.parametrize("text", CONFUSING.values(), ids=CONFUSING.keys())
def test_no_confusing_mail_changes_a_complaint(text: str) -> None:
    room = Room()
    before = room.complaint
    letter = room.receive(ses(text))
    assert letter.state is LetterState.ASKED
    assert room.complaint == before
    assert letter.reasons


@pytest.mark.parametrize(
    "changes", [{"dmarc": "fail"}, {"domain": "evil.example"}, {"spam": "FAIL"}, {"virus": "FAIL"}]
)
def test_no_unproved_mail_changes_a_complaint(changes: dict[str, str]) -> None:
    room = Room()
    before = room.complaint
    letter = room.receive(ses(COUNTER, **changes))
    assert (letter.state, letter.urgent) == (LetterState.ASKED, True)
    assert room.complaint == before
    assert room.questions == [OWNER.email]
    assert room.sealed == {}


def test_a_flood_of_forged_notices_does_not_flood_the_owner() -> None:
    room = Room()
    for number in range(MOST_URGENT_A_DAY + 10):
        room.receive(ses(f"{COUNTER} {number}", dmarc="fail"))
    assert len(room.questions) == MOST_URGENT_A_DAY
    assert len(room.letters.asked("fjellvik")) == MOST_URGENT_A_DAY + 10
    genuine = room.receive(ses("A counter-notification may have been filed."))
    assert genuine.urgent


def test_an_advertisement_waits_for_the_digest() -> None:
    room = Room()
    letter = room.receive(ses("Singles' Day! 70% off.", domain="shop.example"))
    assert (letter.state, letter.urgent) == (LetterState.ASKED, False)
    assert room.questions == []


MAILS = {
    "counter": (ses(COUNTER), Purpose.NOTICE),
    "question": (ses(f"A seller may have filed a counter-notice {NUMBER}."), Purpose.NOTICE),
    "import": (
        received_by_ses(
            mail("https://detail.1688.com/offer/601748658723.html", sender=OWNER.email).as_bytes(),
            domain="fjellvik.example",
        ),
        Purpose.IMPORT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", MAILS)
def test_a_crash_at_any_call_loses_nothing_and_doubles_nothing(name: str, after: bool) -> None:
    raw, purpose = MAILS[name]
    whole = Room()
    whole.receive(raw, purpose=purpose)
    for calls in range(1, 60):
        room = Room(calls_left=calls, after=after)
        try:
            room.receive(raw, purpose=purpose)
        except Crashed:
            room.calls_left = None
            room.now = NOW + timedelta(minutes=16)  # the queue brings it again; a lease is over
            room.receive(raw, purpose=purpose)
            assert room.outcome == whole.outcome, calls
            assert set(room.questions) == set(whole.questions), calls
            assert set(room.replies) == set(whole.replies), calls
            assert len(room.questions) <= len(whole.questions) + 1
        else:
            assert calls > 4
            break
    else:
        pytest.fail("the mail takes more calls than were tried")


def test_a_mail_that_could_not_be_sent_is_tried_again() -> None:
    room = Room()

    class Refusing(Written):
        def send_question(self, letter: Letter, brand: Brand, recipient: Recipient) -> None:
            raise NotSent("not verified")

    raw, _ = MAILS["question"]
    arguments: dict[str, Any] = {
        "raw": Attachment(name="m.eml", media_type="message/rfc822", body=raw),
        "key": "k",
        "purpose": Purpose.NOTICE,
        "given_by": None,
        "received_at": NOW,
    }
    with pytest.raises(NotSent, match="not verified"):
        receive(read_mail(raw), inbox=replace(room.inbox, mail=Refusing(room)), **arguments)
    room.receive(raw)
    assert room.questions == [OWNER.email]


def test_a_person_who_gives_a_mail_is_believed_and_named() -> None:
    room = Room()
    letter = room.receive(mail(COUNTER).as_bytes(), given_by="anna")
    assert letter.state is LetterState.RECORDED
    assert letter.trust == "given by a person: anna"
    assert room.complaint.events[-1].by == "anna"
    assert room.complaint.state is ComplaintState.COUNTER_FILED
