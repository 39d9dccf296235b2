"""headwater inbox and the import of complaint tables, on a stack."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.letters import Letters
from headwater.adapters.mime import read_mail
from headwater.adapters.notice_patterns import read_learnt
from headwater.adapters.store import Bucket
from headwater.domain.complaints import ComplaintState
from headwater.domain.letters import Letter, LetterState, Purpose
from tests.integration.test_case_and_complaint_commands import said, stack
from tests.unit.inbox.letters import mail

__all__ = ["stack"]
pytestmark = pytest.mark.local_aws

NUMBER = "CN-2026-884213"
ODD = f"An objection by the opposing party entered our system for dossier {NUMBER}.\n"


@pytest.fixture
def filed(stack: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    there = ("--stack", stack)
    since = (datetime.now(UTC) - timedelta(days=3)).isoformat(timespec="seconds")
    filing = ("--platform", "alibaba", "--number", NUMBER, "--right", "018765432", "--at", since)
    said(capsys, "complaint", "file", *filing, "alibaba-1", *there)
    return there


def written(folder: Path, text: str = ODD) -> Path:
    file = folder / "notice.eml"
    sent = datetime.now(UTC) - timedelta(hours=2)
    file.write_bytes(mail(text, date=sent).as_bytes())
    return file


def waiting(tables: dict[str, str], buckets: dict[str, str], file: Path) -> Letter:
    """The letter as the function leaves it when it is not sure."""
    body = file.read_bytes()
    key = "mail/given/test/x.eml"
    Bucket(buckets["WorkBucket"]).put(key, body, "message/rfc822")
    letter = Letter(
        brand="fjellvik",
        id=read_mail(body).id,
        key=key,
        received_at=datetime.now(UTC),
        purpose=Purpose.NOTICE,
        state=LetterState.ASKED,
        sender="no-reply@alibaba-inc.com",
        subject="x",
        trust="given by a person: test",
        reasons=("no known sentence says what happened",),
    )
    Letters(tables["LettersTable"]).add(letter)
    return letter


def test_a_mail_is_read_before_and_after_it_was_taught(
    filed: tuple[str, str],
    tmp_path: Path,
    buckets: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    from headwater.cli.main import main

    file = str(written(tmp_path))
    assert main(["inbox", "read", file, *filed]) == 1
    assert "no known sentence says what happened" in capsys.readouterr().out
    sentence = "An objection by the opposing party entered our system"
    teaching = ("inbox", "teach", file, "--event", "counter_filed", "--sentence", sentence)
    shown = said(capsys, *teaching, "--number", NUMBER, "--dry-run", *filed)
    assert "Nothing was kept" in shown
    assert read_learnt(Bucket(buckets["WorkBucket"])).events == ()
    assert "Tried on this mail: counter_filed" in said(
        capsys, *teaching, "--number", NUMBER, *filed
    )
    understood = json.loads(said(capsys, "inbox", "read", file, "--json", *filed))
    assert understood["sure"] is True
    assert understood["event"] == "counter_filed"
    assert understood["complaint"] == f"alibaba-{NUMBER}"
    assert "1 taught" in said(capsys, "inbox", "patterns", *filed)
    words = "an objection by the opposing party entered our system"
    assert said(capsys, "inbox", "forget", words, *filed) == "forgotten\n"
    assert main(["inbox", "read", file, *filed]) == 1


def test_a_question_is_shown_and_answered(
    filed: tuple[str, str],
    tmp_path: Path,
    tables: dict[str, str],
    buckets: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    letter = waiting(tables, buckets, written(tmp_path))
    assert "1 mail(s) wait" in said(capsys, "inbox", "list", *filed)
    shown = said(capsys, "inbox", "show", letter.id, *filed)
    assert "An objection by the opposing party" in shown
    assert "headwater inbox answer" in shown
    at = (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="seconds")
    due = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    answer = ("inbox", "answer", letter.id, "--event", "counter_filed", "--at", at, "--due", due)
    assert "which complaint?" in said(capsys, *answer, *filed, code=1)
    done = said(capsys, *answer, "--complaint", f"alibaba-{NUMBER}", *filed)
    assert "sealed: exhibit alibaba-1/" in done
    complaint = Complaints(tables["ComplaintsTable"]).get("fjellvik", f"alibaba-{NUMBER}")
    assert complaint is not None
    assert complaint.state is ComplaintState.COUNTER_FILED
    assert complaint.events[-1].due is not None
    again = said(capsys, *answer, "--complaint", f"alibaba-{NUMBER}", *filed, code=1)
    assert "is answered already" in again
    assert "0 mail(s) wait" in said(capsys, "inbox", "list", *filed)


def test_a_mail_that_says_nothing_is_dismissed(
    filed: tuple[str, str],
    tmp_path: Path,
    tables: dict[str, str],
    buckets: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    letter = waiting(tables, buckets, written(tmp_path))
    said(capsys, "inbox", "dismiss", letter.id, "--by", "anna", *filed)
    assert "closed by anna" in said(capsys, "inbox", "show", letter.id, *filed)


def test_a_mail_is_given_once(
    filed: tuple[str, str],
    tmp_path: Path,
    buckets: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(written(tmp_path))
    assert "handed over" in said(capsys, "inbox", "add", file, "--by", "anna", *filed)
    assert "was given before" in said(capsys, "inbox", "add", file, "--by", "anna", *filed)
    (key,) = Bucket(buckets["WorkBucket"]).list("mail/given/anna/")
    assert key.endswith(".eml")


def test_how_a_table_is_read_is_remembered(
    filed: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from headwater.cli.main import main

    table = tmp_path / "complaints.csv"
    at = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    table.write_text(f"Complaint ID,Status,Date\n{NUMBER},Accepted,{at}\n")
    given = ["complaint", "import", str(table), *filed]
    assert main(given) == 1
    shown = capsys.readouterr().out
    assert "from 'Complaint ID'" in shown
    assert "(a GUESS)" in shown
    assert "What does 'Accepted' mean (1 rows)?" in shown
    flags = ["--word", "Accepted=notified", "--set", "platform=alibaba", "--zone", "UTC"]
    assert main([*given, *flags]) == 1
    assert "give the command again with --yes" in capsys.readouterr().out
    assert main([*given, *flags, "--yes"]) == 0
    assert "1 recorded" in capsys.readouterr().out
    assert main(given) == 0
    assert "1 rows: 0 recorded, 1 known already" in capsys.readouterr().out
