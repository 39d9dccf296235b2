"""What is promised of the alert ledger, by the table on the local AWS and by the fake alike."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from headwater.adapters.dynamodb.alerts import AlertLedger
from headwater.domain.alerts import LEASE, Claim
from tests.fakes.clock import LedgerInMemory

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOON + LEASE + timedelta(seconds=1)

Ledger = AlertLedger | LedgerInMemory


@pytest.fixture(params=["memory", pytest.param("table", marks=pytest.mark.local_aws)])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "memory":
        return LedgerInMemory()
    return AlertLedger(request.getfixturevalue("tables")["AlertsTable"])


def test_a_mail_that_was_sent_is_never_sent_again(ledger: Ledger) -> None:
    assert ledger.claim("k", "fjellvik", NOON) is Claim.SEND
    ledger.confirm("k", NOON)
    assert ledger.was_sent("k")
    assert ledger.claim("k", "fjellvik", LATER) is Claim.SENT


def test_while_somebody_sends_nobody_else_does(ledger: Ledger) -> None:
    ledger.claim("k", "fjellvik", NOON)
    assert ledger.claim("k", "fjellvik", NOON + timedelta(minutes=1)) is Claim.BUSY
    assert not ledger.was_sent("k")


def test_a_lost_lease_is_taken_over_as_a_possible_repeat(ledger: Ledger) -> None:
    ledger.claim("k", "fjellvik", NOON)
    assert ledger.claim("k", "fjellvik", LATER) is Claim.REPEAT
    assert ledger.claim("k", "fjellvik", LATER) is Claim.BUSY


def test_a_refusal_is_no_repeat_the_next_time(ledger: Ledger) -> None:
    ledger.claim("k", "fjellvik", NOON)
    ledger.release("k")
    assert ledger.claim("k", "fjellvik", NOON) is Claim.SEND


def test_a_refusal_after_a_lost_try_leaves_the_doubt(ledger: Ledger) -> None:
    ledger.claim("k", "fjellvik", NOON)
    ledger.claim("k", "fjellvik", LATER)
    ledger.release("k")
    assert ledger.claim("k", "fjellvik", LATER) is Claim.REPEAT


def test_a_sent_mail_cannot_be_released(ledger: Ledger) -> None:
    ledger.claim("k", "fjellvik", NOON)
    ledger.confirm("k", NOON)
    ledger.release("k")
    assert ledger.was_sent("k")


def test_each_mail_has_its_own_row(ledger: Ledger) -> None:
    assert ledger.claim("a", "fjellvik", NOON) is Claim.SEND
    assert ledger.claim("b", "fjellvik", NOON) is Claim.SEND


@pytest.mark.local_aws
@pytest.mark.parametrize("start", [NOON, LATER], ids=["new", "after a lost lease"])
def test_of_many_at_once_one_sends(tables: dict[str, str], start: datetime) -> None:
    table = tables["AlertsTable"]
    if start is LATER:
        AlertLedger(table).claim("k", "fjellvik", NOON)
    with ThreadPoolExecutor(8) as pool:
        claims = list(
            pool.map(lambda _: AlertLedger(table).claim("k", "fjellvik", start), range(16))
        )
    won = [claim for claim in claims if claim in {Claim.SEND, Claim.REPEAT}]
    assert won == [Claim.SEND if start is NOON else Claim.REPEAT]
    assert set(claims) - set(won) == {Claim.BUSY}


@pytest.mark.local_aws
def test_what_was_sent_can_be_listed_the_newest_first(tables: dict[str, str]) -> None:
    ledger = AlertLedger(tables["AlertsTable"])
    for minute, key in enumerate(["a", "b", "c"]):
        ledger.claim(key, "fjellvik", NOON)
        if key != "b":
            ledger.confirm(key, NOON + timedelta(minutes=minute))
    assert list(ledger.sent("fjellvik", 10)) == ["c", "a"]
    assert list(ledger.sent("other", 10)) == []
