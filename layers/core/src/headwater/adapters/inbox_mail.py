"""What the inbox writes: a question that cannot wait, and the answer to somebody who sent files."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from headwater.adapters.mail import SesMail, commands, quoted
from headwater.domain.alerts import zone_of
from headwater.domain.brands import Brand, Recipient
from headwater.domain.letters import Letter, Purpose


class SesInboxMail:
    """Sends through SES, from `sender`."""

    def __init__(self, sender: str) -> None:
        self._sender = sender
        self._ses = SesMail(sender, "")

    def send_question(self, letter: Letter, brand: Brand, recipient: Recipient) -> None:
        """Raises NotSent when SES refused it; any other error leaves open whether it went."""
        self._ses.deliver(compose_question(letter, brand, recipient, sender=self._sender))

    def send_reply(self, letter: Letter, brand: Brand) -> None:
        """To the sender, whose address was checked. Raises as above."""
        self._ses.deliver(compose_reply(letter, brand, sender=self._sender))


def compose_question(
    letter: Letter, brand: Brand, recipient: Recipient, *, sender: str
) -> EmailMessage:
    """Text only; nothing of the strange mail stands in a header or can be clicked."""
    local = letter.received_at.astimezone(zone_of(recipient))
    lines = [
        "WHAT HAPPENED",
        f"A mail came in at {local:%H:%M on %A %d %B %Y} that may be a counter-notification.",
        "Headwater is not sure enough to record it. If it is one, your time to answer runs.",
        "",
        "THE MAIL (its own words; nothing here can be clicked)",
        f"From: {quoted(letter.sender)}",
        f"Subject: {quoted(letter.subject)}",
    ]
    if letter.sentence:
        lines.append(f"It says: {quoted(letter.sentence)}")
    lines += [f"Its sender: {quoted(letter.trust)}", "", "WHY YOU ARE ASKED"]
    lines += [f"- {quoted(reason)}" for reason in letter.reasons]
    lines += ["", "WHAT TO DO", "Look into the platform's own account now. Then say what it is:"]
    lines += [f"  {command}" for command in commands(letter)]
    return _message(
        "A mail may be a counter-notice: look now",
        lines,
        letter,
        brand,
        to=recipient.email,
        sender=sender,
    )


def compose_reply(letter: Letter, brand: Brand, *, sender: str) -> EmailMessage:
    """To somebody who sent files: what was read in each, and what was not."""
    what = "import" if letter.purpose is Purpose.IMPORT else "exhibits"
    lines = ["What became of what you sent:", ""]
    lines += [f"- {quoted(reason)}" for reason in letter.reasons]
    if letter.purpose is Purpose.IMPORT:
        lines += ["", "What is new in it is captured and compared now; the report shows it."]
    return _message(f"Your mail: {what}", lines, letter, brand, to=letter.sender, sender=sender)


def _message(
    subject: str, lines: Iterable[str], letter: Letter, brand: Brand, *, to: str, sender: str
) -> EmailMessage:
    message = EmailMessage()
    message["Auto-Submitted"] = "auto-generated"
    message["From"] = f"Headwater <{sender}>"
    message["To"] = to
    message["Subject"] = f"{subject} - letter {letter.id}"
    message["Date"] = format_datetime(datetime.now(UTC))
    message["References"] = f"<{letter.id}.inbox@{sender.rpartition('@')[2]}>"
    text = "\n".join([*lines, "", "--", f"Sent by Headwater for {brand.name} to {to}.", ""])
    message.set_content(text)
    return message
