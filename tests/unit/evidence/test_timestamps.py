"""Tokens of real authorities: the good one holds, each evil one is named for what it does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from headwater.adapters.timestamping import Authority, authorities, timestamp_request
from headwater.domain.brands import TimestampAuthority
from headwater.domain.captures import Capture, Stamp, StampFailed
from headwater.usecases.stamp import AskedAgain, stamp, stamp_pending
from headwater.verifier import Trust, Verdict, check_timestamp
from tests.factories import CAPTURE
from tests.fakes.evidence import BucketInMemory, CapturesInMemory, raw_server
from tests.fakes.timestamp_authority import OpensslAuthority, served

DIGEST = "ab" * 32
NONCE = 0x1234_5678_9ABC_DEF0
REQUEST = timestamp_request(DIGEST, NONCE)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return OpensslAuthority(tmp_path_factory.mktemp("good") / "tsa")


@pytest.fixture(scope="module")
def trust(good: OpensslAuthority) -> Trust:
    return Trust(good.certificates.encode())


def word(
    reply: bytes, trust: Trust | None, *, request: bytes | None = REQUEST, digest: str = DIGEST
) -> Verdict:
    return check_timestamp(reply, request, digest, None, trust)[0]


def test_our_request_is_read_by_openssl_as_it_is_meant(good: OpensslAuthority) -> None:
    text = good.text_of_query(REQUEST)
    assert "Hash Algorithm: sha256" in text
    assert "Nonce: 0x123456789ABCDEF0" in text
    assert "Certificate required: yes" in text


@pytest.mark.parametrize("nonce", [0, 1, 0x7F, 0x80, 0xFF, 2**63 - 1])
def test_a_nonce_of_any_size_comes_back(good: OpensslAuthority, trust: Trust, nonce: int) -> None:
    request = timestamp_request(DIGEST, nonce)
    assert word(good.reply(request), trust, request=request) is Verdict.OK


def test_a_good_token_is_ok_and_carries_the_authoritys_time(
    good: OpensslAuthority, trust: Trust
) -> None:
    verdict, detail, at = check_timestamp(good.reply(REQUEST), REQUEST, DIGEST, None, trust)
    assert verdict is Verdict.OK
    assert "signed by CN=Test Timestamps" in detail
    assert at is not None
    assert abs(at - datetime.now(UTC)) < timedelta(seconds=10)


def test_a_good_token_is_still_ok_when_its_certificates_have_long_expired(
    good: OpensslAuthority, trust: Trust
) -> None:
    reply = good.reply(REQUEST)
    with time_machine.travel(datetime(2046, 1, 1, tzinfo=UTC)):
        assert word(reply, trust) is Verdict.OK


def test_an_authority_with_rsa_keys_is_ok_too(tmp_path: Path) -> None:
    authority = OpensslAuthority(tmp_path / "rsa", key="RSA -pkeyopt rsa_keygen_bits:2048")
    assert word(authority.reply(REQUEST), Trust(authority.certificates.encode())) is Verdict.OK


def test_without_trusted_certificates_nothing_is_claimed(good: OpensslAuthority) -> None:
    reply = good.reply(REQUEST)
    assert word(reply, None) is Verdict.UNVERIFIABLE
    assert word(reply, Trust(b"")) is Verdict.UNVERIFIABLE
    assert word(reply, Trust(b"no certificate")) is Verdict.UNVERIFIABLE


def test_a_stranger_is_untrusted(trust: Trust, tmp_path: Path) -> None:
    stranger = OpensslAuthority(tmp_path / "stranger", common_name="Stranger")
    assert word(stranger.reply(REQUEST), trust) is Verdict.UNTRUSTED


def test_a_stranger_who_brings_his_own_root_is_untrusted(trust: Trust, tmp_path: Path) -> None:
    """rfc3161-client up to 1.0.8 said that this token is good."""
    evil = OpensslAuthority(tmp_path / "evil", embeds_its_root=True)
    reply = evil.reply(REQUEST)
    assert word(reply, Trust(evil.certificates.encode())) is Verdict.OK
    assert word(reply, trust) is Verdict.UNTRUSTED


def test_the_pinned_name_with_another_key_is_untrusted(
    good: OpensslAuthority, trust: Trust, tmp_path: Path
) -> None:
    double = OpensslAuthority(tmp_path / "double", common_name=good.common_name)
    assert word(double.reply(REQUEST), trust) is Verdict.UNTRUSTED


def test_another_signer_below_the_pinned_root_is_untrusted(tmp_path: Path) -> None:
    authority = OpensslAuthority(tmp_path / "tsa")
    trust = Trust(authority.certificates.encode())
    authority.renew()
    assert word(authority.reply(REQUEST), trust) is Verdict.UNTRUSTED


def test_a_token_over_another_file_is_a_mismatch(good: OpensslAuthority, trust: Trust) -> None:
    assert word(good.reply(REQUEST), trust, digest="ac" * 32) is Verdict.MISMATCH


def test_an_answer_to_another_request_is_a_mismatch(good: OpensslAuthority, trust: Trust) -> None:
    other = timestamp_request(DIGEST, NONCE + 1)
    assert word(good.reply(other), trust) is Verdict.MISMATCH
    assert word(good.reply(other), trust, request=None) is Verdict.OK


def test_a_token_older_than_the_capture_is_a_mismatch(good: OpensslAuthority, trust: Trust) -> None:
    reply = good.reply(REQUEST)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    verdict, detail, _ = check_timestamp(reply, REQUEST, DIGEST, tomorrow, trust)
    assert verdict is Verdict.MISMATCH
    assert "before the capture" in detail


@pytest.mark.parametrize(
    "spoil",
    [
        lambda reply: b"",
        lambda reply: b"<html>busy</html>",
        lambda reply: reply[:-1],
        lambda reply: reply[: len(reply) // 2],
        lambda reply: reply + b"x",
        lambda reply: reply[9:],
    ],
)
def test_what_is_no_reply_is_malformed(
    good: OpensslAuthority, trust: Trust, spoil: Callable[[bytes], bytes]
) -> None:
    assert word(spoil(good.reply(REQUEST)), trust) is Verdict.MALFORMED


def test_no_flipped_bit_changes_what_a_token_says_and_leaves_it_ok(
    good: OpensslAuthority, trust: Trust
) -> None:
    """The name of the signature's algorithm is not signed itself: a few bits there do nothing."""
    reply = good.reply(REQUEST)
    said = check_timestamp(reply, REQUEST, DIGEST, None, trust)
    harmless = 0
    for at in range(len(reply)):
        spoiled = bytearray(reply)
        spoiled[at] ^= 1 << at % 8
        answer = check_timestamp(bytes(spoiled), REQUEST, DIGEST, None, trust)
        if answer[0] is Verdict.OK:
            assert answer == said
            harmless += 1
    assert harmless < 16


def test_a_refusal_of_the_authority_is_malformed_with_its_words(
    good: OpensslAuthority, trust: Trust
) -> None:
    sha1 = bytes.fromhex("3021300906052b0e03021a05000414") + bytes(20)
    query = b"\x30\x26\x02\x01\x01" + sha1
    verdict, detail, _ = check_timestamp(good.reply(query), None, DIGEST, None, trust)
    assert verdict is Verdict.MALFORMED
    assert "did not sign" in detail


# ---- asking --------------------------------------------------------------------------------------

LOOPBACK = pytest.mark.allow_hosts(["127.0.0.1"])


@LOOPBACK
def test_an_authority_is_asked_and_its_answer_checked(good: OpensslAuthority, trust: Trust) -> None:
    with served(good) as configured:
        made = Authority(configured).stamp(DIGEST)
    assert word(made.reply, trust, request=made.request) is Verdict.OK
    assert abs(made.at - datetime.now(UTC)) < timedelta(seconds=10)


@LOOPBACK
def test_two_requests_never_carry_the_same_nonce(good: OpensslAuthority) -> None:
    with served(good) as configured:
        authority = Authority(configured)
        assert authority.stamp(DIGEST).request != authority.stamp(DIGEST).request


@LOOPBACK
def test_a_stranger_in_the_authoritys_place_gives_no_stamp(
    good: OpensslAuthority, tmp_path: Path
) -> None:
    with served(OpensslAuthority(tmp_path / "evil", embeds_its_root=True)) as evil:
        posing = replace(evil, certificates=good.certificates)
        with pytest.raises(StampFailed, match="untrusted"):
            Authority(posing).stamp(DIGEST)


@LOOPBACK
def test_yesterdays_answer_gives_no_stamp(good: OpensslAuthority) -> None:
    body = good.reply(timestamp_request(DIGEST, 1))
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    with raw_server(answer) as server:
        configured = TimestampAuthority(
            name="replayed", url=server.address(), certificates=good.certificates
        )
        with pytest.raises(StampFailed, match="nonces differ"):
            Authority(configured).stamp(DIGEST)


@LOOPBACK
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "HTTP 503"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://x.example/\r\nContent-Length: 0\r\n\r\n",
            "HTTP 302",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", "malformed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + bytes(200_000), "larger than"),
        (b"nonsense\r\n\r\n", "did not answer"),
        (b"", "did not answer"),
    ],
)
def test_an_authority_that_does_not_answer_well_gives_no_stamp(
    good: OpensslAuthority, answer: bytes, words: str
) -> None:
    with raw_server(answer) as server:
        configured = TimestampAuthority(
            name="bad", url=server.address(), certificates=good.certificates
        )
        with pytest.raises(StampFailed, match=words):
            Authority(configured).stamp(DIGEST)


def test_a_rehearsal_asks_only_authorities_on_this_machine() -> None:
    here = TimestampAuthority(name="here", url="http://127.0.0.1:9", certificates="")
    there = TimestampAuthority(name="there", url="http://timestamp.example/", certificates="")
    asked = authorities([here, there], rehearsal="http://127.0.0.1:8")
    assert [authority.name for authority in asked] == ["here"]
    assert len(authorities([here, there], rehearsal=None)) == 2


# ---- keeping -------------------------------------------------------------------------------------


class Scripted:
    """An authority that answers, or does not."""

    def __init__(self, name: str, *, answers: bool) -> None:
        self.name = name
        self.answers = answers
        self.asked: list[str] = []

    def stamp(self, sha256: str) -> Stamp:
        self.asked.append(sha256)
        if not self.answers:
            raise StampFailed("it answered HTTP 503")
        return Stamp(request=b"request", reply=b"reply", at=CAPTURE.captured_at)


class Room:
    def __init__(self) -> None:
        self.evidence, self.captures = BucketInMemory(), CapturesInMemory()
        self.captures.add(CAPTURE)

    def stamp(self, capture: Capture, *asked: Scripted) -> Capture:
        stamped, self.reasons = stamp(
            capture, authorities=asked, evidence=self.evidence, captures=self.captures
        )
        return stamped

    def ask_again(self, *asked: Scripted) -> AskedAgain:
        return stamp_pending(
            CAPTURE.brand,
            authorities=asked,
            evidence=self.evidence,
            captures=self.captures,
            now=CAPTURE.captured_at + timedelta(hours=1),
        )

    @property
    def row(self) -> Capture:
        (row,) = self.captures.of_listing(CAPTURE.brand, CAPTURE.key)
        return row


def test_every_token_is_kept_beside_the_manifest_and_in_the_row() -> None:
    room = Room()
    stamped = room.stamp(CAPTURE, Scripted("a", answers=True), Scripted("b", answers=True))
    assert room.row == stamped
    assert [timestamp.authority for timestamp in stamped.timestamps] == ["a", "b"]
    reply = stamped.timestamps[0].reply
    assert reply.key == f"{CAPTURE.manifest.key}.a.tsr"
    assert room.evidence.get(reply.key, reply.version_id) == b"reply"


def test_no_answer_loses_nothing_and_is_asked_for_again() -> None:
    room = Room()
    answering, silent = Scripted("a", answers=True), Scripted("b", answers=False)
    pending = room.stamp(CAPTURE, answering, silent)
    assert (len(pending.timestamps), pending.awaited) == (1, ("b",))
    assert room.reasons == ("b: it answered HTTP 503",)
    assert room.row == pending
    (why,) = room.ask_again(answering, silent).pending
    assert "b: it answered HTTP 503" in why
    silent.answers = True
    assert room.ask_again(answering, silent).signed == 1
    assert [timestamp.authority for timestamp in room.row.timestamps] == ["a", "b"]
    assert room.row.awaited == ()
    assert room.ask_again(answering, silent) == AskedAgain(signed=0, pending=())
    assert len(answering.asked) == 1


def test_who_does_not_answer_is_not_asked_for_the_captures_behind() -> None:
    room = Room()
    silent = Scripted("a", answers=False)
    for digit in "23456":
        room.captures.add(replace(CAPTURE, id=digit * 32, awaited=("a",)))
    assert len(room.ask_again(silent).pending) == 5
    assert len(silent.asked) == 1


def test_an_authority_that_the_owner_no_longer_names_is_not_waited_for() -> None:
    room = Room()
    room.captures.add(replace(CAPTURE, id="2" * 32, awaited=("gone",)))
    assert room.ask_again() == AskedAgain(signed=1, pending=())
    left = room.captures.pending_stamps(CAPTURE.brand, before=CAPTURE.captured_at + timedelta(1))
    assert not list(left)


def test_what_is_stamped_is_not_stamped_again() -> None:
    room = Room()
    authority = Scripted("a", answers=True)
    stamped = room.stamp(CAPTURE, authority)
    assert room.stamp(stamped, authority) == stamped
    assert len(authority.asked) == 1


def test_without_authorities_nothing_is_pending() -> None:
    assert Room().stamp(CAPTURE) == CAPTURE
