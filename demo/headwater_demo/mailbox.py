"""Catches what SES sends on this machine: every mail as .eml and as readable text."""

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller

from headwater_demo.local_aws import free_port


class Mailbox:
    """An SMTP server on loopback that writes each mail into a folder, numbered as it came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def address(self) -> str:
        return f"{self._controller.hostname}:{self._controller.port}"

    @property
    def files(self) -> list[Path]:
        """The mails so far, the first first."""
        return sorted(self.folder.glob("*.eml"))

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        raw: bytes = envelope.content
        message: EmailMessage = email.message_from_bytes(raw, policy=email.policy.default)
        subject = re.sub(r"[^A-Za-z0-9]+", "-", str(message["Subject"] or "mail")).strip("-")
        name = f"{len(self.files) + 1:02d}-{subject[:60]}"
        (self.folder / f"{name}.eml").write_bytes(raw)
        (self.folder / f"{name}.txt").write_text(_readable(message), encoding="utf-8")
        return "250 kept"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


def _readable(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    heads = "\n".join(f"{name}: {message[name]}" for name in ("From", "To", "Date", "Subject"))
    return f"{heads}\n\n{body.get_content() if body else ''}"
