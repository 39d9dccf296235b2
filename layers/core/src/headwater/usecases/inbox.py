"""Deal with a mail that came in: record what a notice says, hand on what somebody sends, ask a
person about everything else. A mail may start a clock; none stops one by itself.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from headwater.domain.alerts import Claim, NotSent, told
from headwater.domain.alerts import Level as AlertLevel
from headwater.domain.brands import Brand, Desk, Recipient
from headwater.domain.cases import Case, NotAllowed
from headwater.domain.complaints import Complaint, ComplaintState, stops_our_clock
from headwater.domain.deadlines import Clock, NoRule
from headwater.domain.letters import (
    MOST_URGENT_A_DAY,
    Allowed,
    Attachment,
    Letter,
    LetterState,
    Mail,
    Purpose,
    Trust,
    trust_of,
)
from headwater.domain.notices import Patterns, Reading, understand
from headwater.domain.strangers import in_one_line
from headwater.usecases.complaints import ComplaintsStore, counter_filed, move
from headwater.usecases.deadlines import Ledger
from headwater.usecases.importing import read_file

MOST_SEALED = 10
"""Cases of one complaint with which the notice itself is sealed."""
_MOST_LINKS = 200
_LINK = re.compile(r"https?://[^\s<>\"'，；、。）)]{4,1500}", re.IGNORECASE)
_CASE = re.compile(r"[a-z0-9_]{2,16}-[A-Za-z0-9._-]{1,80}")


class LettersStore(Protocol):
    """What is kept of the mails that came in."""

    def get(self, brand: str, letter_id: str) -> Letter | None: ...
    def of_brand(self, brand: str) -> Iterable[Letter]: ...
    def add(self, letter: Letter) -> bool:
        """Keep a new one; False when it is known."""
        ...

    def close(self, letter: Letter) -> bool:
        """Save it in its new state if it still waits for a person; False when it does not."""
        ...


class Complaints(ComplaintsStore, Protocol):
    """The complaints of a brand."""

    def of_brand(self, brand: str) -> Iterable[Complaint]: ...


class Cases(Protocol):
    def get(self, brand: str, case_id: str) -> Case | None: ...


Seal = Callable[[str, str, Attachment, str], str]
"""Brand, case, file, note: adds the file to the case as an exhibit, and says under which id."""
Drop = Callable[[str, bytes, str], bool]
"""Key, body, media type: puts it below `import/`; False when the same is there already."""


class InboxMail(Protocol):
    """What we write back or ask. Raises NotSent when it certainly did not go."""

    def send_question(self, letter: Letter, brand: Brand, recipient: Recipient) -> None: ...
    def send_reply(self, letter: Letter, brand: Brand) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Everything that the inbox works with."""

    desk: Desk
    patterns: Patterns
    clock: Clock
    letters: LettersStore
    complaints: Complaints
    cases: Cases
    ledger: Ledger
    mail: InboxMail
    seal: Seal
    drop: Drop
    wake: Callable[[], None]
    """Have the deadlines looked at now."""
    now: Callable[[], datetime]

    @property
    def allowed(self) -> Allowed:
        return Allowed(
            forwarders=frozenset(one.lower() for one in self.desk.inbox.forwarders),
            platforms=frozenset((*self.patterns.platforms, *self.desk.inbox.platforms)),
        )

    @property
    def known(self) -> tuple[Complaint, ...]:
        return tuple(
            complaint
            for brand in self.desk.brands
            for complaint in self.complaints.of_brand(brand.id)
        )


def receive(
    mail: Mail,
    *,
    raw: Attachment,
    key: str,
    purpose: Purpose,
    given_by: str | None,
    received_at: datetime,
    inbox: Inbox,
) -> Letter:
    """Deal with the mail once; the same mail again changes nothing.

    `given_by` is the person who put it into the bucket; None: it came over the network.
    """
    known = _known(mail, inbox)
    letter = known
    if letter is None:
        trust = _trust(mail, given_by, inbox)
        begun = Letter(
            brand=inbox.desk.brands[0].id,
            id=mail.id,
            key=key,
            received_at=received_at,
            purpose=purpose,
            state=LetterState.ASKED,
            sender=in_one_line(mail.sender or "no sender", most=120),
            subject=in_one_line(mail.subject, most=200),
            trust=trust.why,
            reasons=(),
        )
        if purpose is Purpose.NOTICE:
            letter = _notice(begun, mail, raw, inbox, trust=trust, given_by=given_by)
        elif not trust.ok:
            letter = replace(begun, reasons=(f"nothing was taken from it: {trust.why}",))
        elif not _person(mail, given_by, inbox):
            who = f"{begun.sender} is not in inbox.forwarders"
            letter = replace(begun, reasons=(f"nothing was taken from it: {who}",))
        elif purpose is Purpose.IMPORT:
            letter = _import(begun, mail, inbox)
        else:
            letter = _exhibits(begun, mail, raw, inbox)
        inbox.letters.add(letter)
    _tell(letter, mail, inbox)
    return letter


def read_only(
    mail: Mail, *, given_by: str | None, received_at: datetime, inbox: Inbox
) -> tuple[Reading, Trust]:
    """What would be understood, and whether it would be trusted. Changes nothing."""
    trust = _trust(mail, given_by, inbox)
    reading = understand(
        mail.layers, patterns=inbox.patterns, complaints=inbox.known, received_at=received_at
    )
    doubts = [*reading.doubts]
    if not trust.ok:
        doubts.append(trust.why)
    if not mail.layers:
        doubts += mail.problems
    return replace(reading, doubts=tuple(dict.fromkeys(doubts))), trust


def answer(
    letter: Letter,
    *,
    complaint: Complaint,
    event: ComplaintState,
    at: datetime,
    due: datetime | None,
    by: str,
    raw: Attachment,
    inbox: Inbox,
) -> Letter:
    """A person says what the mail says: it is recorded in their name and sealed.

    Raises what the complaint's own change raises: NotAllowed, ValueError.
    """
    said = _Said(event=event, at=at, due=due, text=f"said by {by} of mail {letter.id}", by=by)
    _record(complaint, said, letter, inbox)
    closed = replace(
        letter,
        state=LetterState.ANSWERED,
        complaint=complaint.id,
        event=event,
        at=at,
        due=due,
        exhibits=_sealed(complaint, letter, raw, inbox),
        closed_by=by,
        closed_at=inbox.now(),
    )
    inbox.letters.close(closed)
    inbox.wake()
    return closed


def dismiss(letter: Letter, *, by: str, inbox: Inbox) -> Letter:
    """A person says that the mail says nothing."""
    closed = replace(
        letter, state=LetterState.DISMISSED, closed_by=by, closed_at=inbox.now(), urgent=False
    )
    inbox.letters.close(closed)
    return closed


# --- notices ---------------------------------------------------------------------------------


def _notice(
    begun: Letter,
    mail: Mail,
    raw: Attachment,
    inbox: Inbox,
    *,
    trust: Trust,
    given_by: str | None,
) -> Letter:
    reading, _ = read_only(mail, given_by=given_by, received_at=begun.received_at, inbox=inbox)
    letter = replace(
        begun,
        brand=reading.complaint.brand if reading.complaint else begun.brand,
        complaint=reading.complaint.id if reading.complaint else None,
        event=reading.event,
        sentence=in_one_line(reading.sentence, most=400),
        at=reading.at,
        due=reading.due,
        reasons=reading.doubts,
    )
    sealed: tuple[str, ...] = ()
    if reading.complaint is not None and trust.ok:
        sealed = _sealed(reading.complaint, letter, raw, inbox)
    letter = replace(letter, exhibits=sealed)
    if reading.sure and reading.complaint and reading.event and reading.at:
        letter = _act(letter, reading, mail, given_by, inbox)
    if letter.state is not LetterState.ASKED:
        return letter
    return replace(letter, urgent=_is_urgent(letter, reading, mail, trust, inbox))


def _act(
    letter: Letter, reading: Reading, mail: Mail, given_by: str | None, inbox: Inbox
) -> Letter:
    """Record what is sure; what a mail alone must not do stays a question."""
    complaint, event, at, due = reading.complaint, reading.event, reading.at, reading.due
    if complaint is None or event is None or at is None:
        return letter
    doubts: list[str] = []
    waiting = complaint.waiting_counter
    if waiting and stops_our_clock(event):
        doubts.append(f"to record {event} would stop the clock, and no mail alone may do that")
    typed = complaint.typed_date(waiting) if waiting else None
    if event is ComplaintState.COUNTER_FILED and due:
        if typed and typed != due:
            doubts.append(f"another date is on record: {typed:%Y-%m-%d %H:%M} UTC")
        elif _later_than_ours(complaint, at, due, inbox) and not _person(mail, given_by, inbox):
            doubts.append(
                f"it names {due:%Y-%m-%d %H:%M} UTC, later than our own rule: until a person says"
                " so, the rule's date counts"
            )
            due = None if not waiting else typed
    if doubts and (stops_our_clock(event) or typed):
        return replace(letter, reasons=(*letter.reasons, *doubts))
    text = f'read in a mail: "{letter.sentence}" (letter {letter.id}; {letter.trust})'
    said = _Said(event=event, at=at, due=due, text=text, by=given_by or mail.sender)
    try:
        after = _record(complaint, said, letter, inbox)
    except (NotAllowed, NoRule, ValueError) as error:
        return replace(letter, reasons=(*letter.reasons, *doubts, str(error)))
    told_before = after == complaint
    what = f"complaint {complaint.id}: {event}, {at:%Y-%m-%d %H:%M} UTC"
    if told_before:
        what = f"complaint {complaint.id}: {event} is on record already"
    return replace(
        letter,
        state=LetterState.ASKED if doubts else LetterState.RECORDED,
        reasons=(what, *doubts, *reading.assumptions),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is to be recorded, and in whose name."""

    event: ComplaintState
    at: datetime
    due: datetime | None
    text: str
    by: str


def _record(complaint: Complaint, said: _Said, letter: Letter, inbox: Inbox) -> Complaint:
    text = in_one_line(said.text, most=700)
    if said.event is ComplaintState.COUNTER_FILED:
        waiting = complaint.waiting_counter
        return counter_filed(
            complaint.brand,
            complaint.id,
            complaints=inbox.complaints,
            clock=inbox.clock,
            at=None if waiting else said.at,
            now=inbox.now(),
            by=said.by,
            source="mail",
            due_typed=said.due,
            text=text,
            event_id=waiting.id if waiting else f"mail#{letter.id}",
        )
    return move(
        complaint.brand,
        complaint.id,
        said.event,
        complaints=inbox.complaints,
        clock=inbox.clock,
        at=said.at,
        now=inbox.now(),
        by=said.by,
        source="mail",
        text=text,
        due_typed=said.due,
        event_id=f"mail#{letter.id}",
    )


def _later_than_ours(complaint: Complaint, at: datetime, due: datetime, inbox: Inbox) -> bool:
    rule = inbox.clock.deadline(complaint.platform, ComplaintState.COUNTER_FILED, at)
    return due > rule.act_by_at


def _person(mail: Mail, given_by: str | None, inbox: Inbox) -> bool:
    """Whether a person of ours saw it and sent it on."""
    return given_by is not None or mail.sender.lower() in inbox.allowed.forwarders


def _is_urgent(letter: Letter, reading: Reading, mail: Mail, trust: Trust, inbox: Inbox) -> bool:
    """It may be a counter-notification: that does not wait for the morning, save in a flood."""
    concerns_us = (
        trust.ok or reading.complaint is not None or inbox.allowed.claims_platform(mail.sender)
    )
    counter = reading.maybe_counter or not mail.layers
    if not (counter and concerns_us):
        return False
    since = letter.received_at - timedelta(days=1)
    recent = sum(
        one.urgent and one.received_at >= since for one in inbox.letters.of_brand(letter.brand)
    )
    return trust.ok or recent < MOST_URGENT_A_DAY


def _sealed(complaint: Complaint, letter: Letter, raw: Attachment, inbox: Inbox) -> tuple[str, ...]:
    note = f"the notice as it came in, to complaint {complaint.id}; {letter.trust}"
    return tuple(
        f"{case}/{inbox.seal(complaint.brand, case, raw, note)}"
        for case in complaint.cases[:MOST_SEALED]
    )


# --- imports and exhibits --------------------------------------------------------------------


def _import(begun: Letter, mail: Mail, inbox: Inbox) -> Letter:
    """Put every file and every link below `import/`; say what will be read in them."""
    files = list(mail.attachments)
    links = [one.rstrip(".,;") for layer in mail.layers for one in _LINK.findall(layer.body)]
    unique = list(dict.fromkeys(links))[:_MOST_LINKS]
    if unique:
        files.append(
            Attachment(name="links.txt", media_type="text/plain", body="\n".join(unique).encode())
        )
    brand = _tagged_brand(mail, inbox)
    reasons: list[str] = []
    for file in files:
        digest = hashlib.sha256(file.body).hexdigest()[:12]
        folder = f"{brand.id}/" if brand else ""
        new = inbox.drop(f"import/{folder}{digest}/{_safe(file.name)}", file.body, file.media_type)
        reasons += _told(file, new=new)
    if not files:
        reasons.append("there was no file and no link in it")
    return replace(
        begun,
        brand=brand.id if brand else begun.brand,
        state=LetterState.HANDED_ON,
        reasons=(*reasons, *mail.problems),
    )


def _told(file: Attachment, *, new: bool) -> list[str]:
    """What the import reads in a file, in words."""
    name = in_one_line(file.name, most=80)
    if not new:
        return [f"{name}: was imported before, byte for byte; nothing was done"]
    readings = list(read_file(file.name, file.body))
    listings = {str(one.key) for reading in readings for one in reading.listings}
    unread = [one for one in readings if not one.verdict.covers]
    said = [f"{name}: {len(listings)} listing(s) in {len(readings)} part(s)"]
    said += [f"{in_one_line(r.name, most=60)}: {in_one_line(r.reason)}" for r in unread[:10]]
    if len(unread) > 10:
        said.append(f"{name}: {len(unread) - 10} more parts were not read")
    return said


def _exhibits(begun: Letter, mail: Mail, raw: Attachment, inbox: Inbox) -> Letter:
    """Seal the mail and every file in it with the case that it names."""
    words = [local for to in mail.to for local in [to.partition("@")[0].partition("+")[2]]]
    words += _CASE.findall(mail.subject)
    wanted = {word.lower() for word in words if word}
    found = [
        (brand, case)
        for brand in inbox.desk.brands
        for word in dict.fromkeys((*words, *wanted))
        if word and (case := inbox.cases.get(brand.id, word)) is not None
    ]
    cases = {(brand.id, case.id) for brand, case in found}
    if len(cases) != 1:
        named = ", ".join(sorted(case for _, case in cases)) or "no case that is known"
        reason = f"it names {named}: write one case into the subject, or to evidence+CASE@…"
        return replace(begun, reasons=(reason,))
    ((brand_id, case_id),) = cases
    files = f"{len(mail.attachments)} file(s)"
    note = f"by mail from {begun.sender}: {begun.subject}"
    sealed = [inbox.seal(brand_id, case_id, file, note) for file in (raw, *mail.attachments)]
    return replace(
        begun,
        brand=brand_id,
        state=LetterState.HANDED_ON,
        exhibits=tuple(f"{case_id}/{one}" for one in sealed),
        reasons=(f"sealed with case {case_id}: the mail itself and {files}", *mail.problems),
    )


def _tagged_brand(mail: Mail, inbox: Inbox) -> Brand | None:
    tags = {to.partition("@")[0].partition("+")[2] for to in mail.to}
    return next((brand for brand in inbox.desk.brands if brand.id in tags), None)


def _safe(name: str) -> str:
    """A file name that is one step of a key."""
    return re.sub(r"[^\w.\- ()\[\]]", "_", name).strip(" .")[:120] or "file"


# --- who is told -----------------------------------------------------------------------------


def _tell(letter: Letter, mail: Mail, inbox: Inbox) -> None:
    """Idempotent: the ledger sends each mail once. Raises NotSent, after everybody was tried."""
    brand = inbox.desk.brand(letter.brand)
    if letter.event == ComplaintState.COUNTER_FILED and letter.complaint:
        inbox.wake()
    failures = []
    if letter.state is LetterState.ASKED and letter.urgent:
        for recipient in told(brand.recipients, AlertLevel.AT_ONCE):
            key = f"{brand.id}#question#{letter.id}#{recipient.email}"
            try:
                _once(
                    key,
                    lambda r=recipient: inbox.mail.send_question(letter, brand, r),  # type: ignore[misc]
                    brand,
                    inbox,
                )
            except NotSent as error:
                failures.append(f"{recipient.email}: {error}")
    forwarder = letter.sender.lower() in inbox.allowed.forwarders
    answered = letter.purpose is not Purpose.NOTICE and letter.state is LetterState.HANDED_ON
    if answered and forwarder and not mail.automatic:
        try:
            _once(
                f"{brand.id}#reply#{letter.id}",
                lambda: inbox.mail.send_reply(letter, brand),
                brand,
                inbox,
            )
        except NotSent as error:
            failures.append(f"{letter.sender}: {error}")
    if failures:
        raise NotSent("; ".join(failures))


def _once(key: str, send: Callable[[], None], brand: Brand, inbox: Inbox) -> None:
    now = inbox.now()
    if inbox.ledger.claim(key, brand.id, now) not in {Claim.SEND, Claim.REPEAT}:
        return
    try:
        send()
    except NotSent:
        inbox.ledger.release(key)
        raise
    inbox.ledger.confirm(key, now)


def _trust(mail: Mail, given_by: str | None, inbox: Inbox) -> Trust:
    if given_by is not None:
        return Trust(ok=True, why=f"given by a person: {given_by}")
    return trust_of(mail.verdicts, mail.sender, inbox.allowed)


def _known(mail: Mail, inbox: Inbox) -> Letter | None:
    found: Sequence[Letter | None] = [
        inbox.letters.get(brand.id, mail.id) for brand in inbox.desk.brands
    ]
    return next((one for one in found if one is not None), None)
