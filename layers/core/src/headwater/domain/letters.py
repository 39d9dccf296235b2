"""A mail that came in: what it holds, whether its sender is who it says, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headwater.domain.complaints import ComplaintState

MOST_URGENT_A_DAY = 20
"""Questions that are mailed at once in 24 hours; more of them wait for the digest: a flood."""


class Purpose(StrEnum):
    """What the address that it was sent to is for."""

    NOTICE = "notice"
    IMPORT = "import"
    EVIDENCE = "evidence"


class LetterState(StrEnum):
    """What became of it. The values are stored: never rename one."""

    RECORDED = "recorded"
    """What it says is on record with its complaint."""
    ASKED = "asked"
    """It waits for a person."""
    ANSWERED = "answered"
    """A person said what it says."""
    DISMISSED = "dismissed"
    """A person said that it says nothing."""
    HANDED_ON = "handed_on"
    """Its files went to the import, or to a case as exhibits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in a mail, as it came; `name` is a stranger's text without any folder."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """One layer of a mail: what its writer wrote, without what is quoted or forwarded in it.

    `date` is what its own header says, None if that cannot be read.
    """

    sender: str
    subject: str
    date: datetime | None
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What the receiving host found out, in lower case ("pass", "fail", "none", …, "" unknown).

    `spf_domain` and `dkim_domains` are the domains that passed; `dmarc_domain` the one judged.
    """

    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    spam: str = ""
    virus: str = ""
    spf_domain: str = ""
    dkim_domains: tuple[str, ...] = ()
    dmarc_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as read. `layers` are the mail itself, then what is forwarded in it, inwards.

    `problems` says what of it could not be read or was left out.
    """

    id: str
    message_id: str
    sender: str
    to: tuple[str, ...]
    layers: tuple[MailText, ...]
    attachments: tuple[Attachment, ...]
    verdicts: Verdicts
    automatic: bool
    """Written by a machine: nobody answers it."""
    problems: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.layers[0].subject if self.layers else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whether a mail may be acted on, and why (not)."""

    ok: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is kept of a mail that came in; the mail itself lies under `key` in the work bucket.

    `id` is the same for the same mail, however often it comes. `complaint`, `event`, `at` and
    `due` are what it was understood to say, or a guess while it waits for a person; `reasons`
    tell what was done, or why a person is asked. `exhibits` are case and exhibit ("c-1/0a2b…").
    """

    brand: str
    id: str
    key: str
    received_at: datetime
    purpose: Purpose
    state: LetterState
    sender: str
    subject: str
    trust: str
    reasons: tuple[str, ...]
    urgent: bool = False
    complaint: str | None = None
    event: ComplaintState | None = None
    sentence: str = ""
    at: datetime | None = None
    due: datetime | None = None
    exhibits: tuple[str, ...] = ()
    closed_by: str | None = None
    closed_at: datetime | None = None


def trust_of(verdicts: Verdicts, sender: str, allowed: "Allowed") -> Trust:
    """Whether a mail that came over the network is from whom it says, and from one who may.

    The receiving host's verdict has to be about the domain in From: DMARC passed, or SPF or DKIM
    passed for that domain (which is what DMARC asks where the domain publishes no policy).
    """
    domain = sender.rpartition("@")[2].lower()
    if not domain:
        return Trust(ok=False, why="it names no sender, or more than one")
    role = allowed.role(sender)
    if role is None:
        return Trust(
            ok=False, why=f"{sender} is not in inbox.forwarders and no address of a platform"
        )
    if verdicts.virus == "fail":
        return Trust(ok=False, why="the receiving host found a virus in it")
    if verdicts.spam == "fail":
        return Trust(ok=False, why="the receiving host takes it for spam")
    if verdicts.dmarc == "fail":
        return Trust(ok=False, why=f"it fails the DMARC check of {domain}: it may be forged")
    if verdicts.dmarc == "pass" and _same_house(verdicts.dmarc_domain, domain):
        return Trust(ok=True, why=f"{role}; DMARC passed for {domain}")
    if verdicts.dkim == "pass" and any(_same_house(d, domain) for d in verdicts.dkim_domains):
        return Trust(ok=True, why=f"{role}; DKIM passed for {domain}")
    if verdicts.spf == "pass" and _same_house(verdicts.spf_domain, domain):
        return Trust(ok=True, why=f"{role}; SPF passed for {domain}")
    checks = (
        ("SPF", verdicts.spf, verdicts.spf_domain),
        ("DKIM", verdicts.dkim, ", ".join(verdicts.dkim_domains[:3])),
        ("DMARC", verdicts.dmarc, verdicts.dmarc_domain),
    )
    found = "; ".join(
        f"{name} {result or 'unknown'}{f' for {about}' if about else ''}"
        for name, result, about in checks
    )
    return Trust(ok=False, why=f"nothing proves that it is from {domain} ({found})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Whose mails may be acted on: people by address, platforms by domain, all in lower case."""

    forwarders: frozenset[str]
    platforms: frozenset[str]

    def role(self, sender: str) -> str | None:
        """What the sender is to us; None for a stranger."""
        if sender.lower() in self.forwarders:
            return "an allowed forwarder"
        return "a platform's domain" if self.claims_platform(sender) else None

    def claims_platform(self, sender: str) -> bool:
        domain = sender.rpartition("@")[2].lower()
        return any(domain == own or domain.endswith(f".{own}") for own in self.platforms)


def _same_house(checked: str, domain: str) -> bool:
    """Whether one of the two is the other or lies below it."""
    checked = checked.lower().strip(".")
    if checked.count(".") < 1:
        return False
    return checked == domain or checked.endswith(f".{domain}") or domain.endswith(f".{checked}")
