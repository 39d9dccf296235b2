"""Mails as somebody ill-meaning writes them: read as far as they go, never an error."""

import base64
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.mime import read_mail
from headwater.domain.letters import Allowed, Verdicts, trust_of
from tests.unit.inbox.letters import mail, received_by_ses

ALLOWED = Allowed(
    forwarders=frozenset({"owner@fjellvik.example"}), platforms=frozenset({"alibaba-inc.com"})
)


def raw(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def test_a_plain_mail_is_read() -> None:
    read = read_mail(mail("Hello\n\nWorld", subject="关于投诉").as_bytes())
    assert read.sender == "no-reply@alibaba-inc.com"
    assert read.subject == "关于投诉"
    assert read.layers[0].body.split() == ["Hello", "World"]
    assert read.problems == ()


@pytest.mark.parametrize("charset", ["gbk", "gb18030", "gb2312", "big5", "utf-8", "utf-16"])
def test_chinese_is_read_in_every_charset(charset: str) -> None:
    text = "中文"
    head = f"From: a@b.example\r\nContent-Type: text/plain; charset={charset}\r\n"
    body = base64.b64encode(text.encode(charset))
    data = head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + body
    assert read_mail(data).layers[0].body == text


def test_a_charset_that_lies_or_is_none_costs_nothing() -> None:
    for charset in ("us-ascii", "x-nonsense", "utf-8", '"', "utf-8; x="):
        head = f"From: a@b.example\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
        assert read_mail(head.encode() + "卖家".encode("gbk")).layers[0].body == "卖家"


def test_html_is_read_as_a_person_sees_it() -> None:
    page = (
        "<html><head><title>t</title><style>p{}</style></head><body><script>evil()</script>"
        "<p>One</p><table><tr><td>Two</td><td>Three</td></tr></table>"
        '<div style="display: none">hidden counter-notification</div>&lt;b&gt;</body></html>'
    )
    body = read_mail(mail(page, html=True).as_bytes()).layers[0].body
    assert body.split() == ["One", "Two", "Three", "<b>"]


def test_what_nobody_can_see_is_gone() -> None:
    read = read_mail(mail("up\u202eheld\u200b", subject="A\u202eB\u200bC").as_bytes())
    assert read.subject == "ABC"
    assert read.layers[0].body.strip() == "upheld"


def test_two_senders_are_none() -> None:
    twice = raw("From: a@alibaba-inc.com\nFrom: b@evil.example\n\nx")
    assert read_mail(twice).sender == ""
    both = raw("From: a@alibaba-inc.com, b@evil.example\n\nx")
    assert read_mail(both).sender == ""
    assert not trust_of(read_mail(both).verdicts, "", ALLOWED).ok


def test_a_name_that_looks_like_an_address_is_no_sender() -> None:
    forged = raw('From: "no-reply@alibaba-inc.com" <x@evil.example>\n\nx')
    assert read_mail(forged).sender == "x@evil.example"


def test_a_truncated_attachment_keeps_what_came() -> None:
    data = raw(
        "From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n"
        '--x\nContent-Type: application/zip; name="../../a.zip"\n'
        "Content-Transfer-Encoding: base64\n\nSGVsbG8gd29ybGQhI\n"
    )
    read = read_mail(data)
    assert [one.name for one in read.attachments] == ["a.zip"]
    assert read.attachments[0].body.startswith(b"Hello")
    assert read.problems


def test_parts_within_parts_within_parts_end_somewhere() -> None:
    deep = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(300)
    )
    assert read_mail(b"From: a@b.example\r\n" + deep.encode()).problems
    deeper = b"Content-Type: message/rfc822\r\n\r\n" * 5000
    assert read_mail(b"From: a@b.example\r\n" + deeper).problems


def test_many_small_attachments_are_capped() -> None:
    outer = EmailMessage()
    outer["From"] = "a@b.example"
    outer.set_content("x")
    for n in range(120):
        outer.add_attachment(b"y", maintype="application", subtype="pdf", filename=f"{n}.pdf")
    read = read_mail(outer.as_bytes())
    assert len(read.attachments) == 50
    assert any("more than 50" in problem for problem in read.problems)


def test_a_giant_header_is_cut() -> None:
    giant = b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\nFrom: a@b.example\r\n\r\nx"
    assert len(read_mail(giant).subject) < 5000
    many = b"".join(b"X-%d: y\r\n" % n for n in range(20_000))
    assert read_mail(many + b"From: a@b.example\r\n\r\nx").sender == "a@b.example"


@pytest.mark.parametrize(
    "line",
    [
        "To: (c):",
        "Content-Type: text/plain; name*",
        'To: "',
        "Message-ID: <[b@x]>",
        "Date: Tue, 99 Foo 99999 99:99:99 +9999",
        "From: =?utf-8?b?????=",
        "Cc: a@b,",
    ],
)
def test_malformed_headers_that_break_others_are_read(line: str) -> None:
    assert read_mail(raw(f"{line}\n\nbody")).layers[0].body == "body"


@pytest.mark.parametrize(
    "body",
    [
        b"\r" * 1_000_000,
        b"\n" * 3_000_000,
        b"--x\r\n\r\n" * 100_000,
        b"Content-Type: message/rfc822\r\n\r\n" * 1000,
        b"X: y\r\n" * 200_000,
    ],
    ids=["returns", "lines", "partings", "messages", "headers"],
)
def test_what_would_take_minutes_to_parse_goes_to_a_person_unparsed(body: bytes) -> None:
    head = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n"
    read = read_mail(head + (b"" if body.startswith(b"X") else b"\r\n") + body)
    assert read.layers == ()
    assert "more" in read.problems[0]


def test_the_same_mail_has_one_identity_and_another_text_another() -> None:
    one = mail("text").as_bytes()
    again = b"Received: from elsewhere\r\n" + one
    assert read_mail(one).id == read_mail(again).id
    assert read_mail(one).id != read_mail(one + b"more").id


@given(st.binary(max_size=3000))
def test_any_bytes_are_read_the_same_way_twice(data: bytes) -> None:
    assert read_mail(data) == read_mail(data)


@given(st.binary(max_size=300), st.integers(0, 900))
def test_a_damaged_mail_is_read_without_an_error(damage: bytes, at: int) -> None:
    outer = mail("see", html=True)
    outer.add_attachment(mail("inner"))
    whole = outer.as_bytes()
    read_mail(whole[:at] + damage + whole[at + len(damage) :])


# --- who sent it -------------------------------------------------------------------------------


def verdict(data: bytes) -> tuple[bool, str]:
    read = read_mail(data)
    trust = trust_of(read.verdicts, read.sender, ALLOWED)
    return trust.ok, trust.why


def test_what_ses_found_is_believed() -> None:
    ok, why = verdict(received_by_ses(mail("x").as_bytes()))
    assert ok
    assert "DMARC passed for alibaba-inc.com" in why


@pytest.mark.parametrize(
    ("changes", "ok"),
    [
        ({"dmarc": "none"}, True),
        ({"dmarc": "none", "dkim": "fail"}, True),
        ({"dmarc": "none", "dkim": "none", "spf": "fail"}, False),
        ({"dmarc": "fail"}, False),
        ({"dmarc": "none", "spf": "softfail", "dkim": "temperror"}, False),
        ({"spam": "FAIL"}, False),
        ({"virus": "FAIL"}, False),
        ({"domain": "evil.example"}, False),
        ({"domain": "notalibaba-inc.com"}, False),
        ({"domain": "mail.alibaba-inc.com"}, True),
    ],
)
def test_a_mail_is_trusted_when_its_own_domain_is_proved(changes: dict[str, str], ok: bool) -> None:
    assert verdict(received_by_ses(mail("x").as_bytes(), **changes))[0] is ok


def test_findings_that_came_with_the_mail_are_not_believed() -> None:
    forged = received_by_ses(mail("x").as_bytes())
    assert read_mail(b"Received: from a by b.example\r\n" + forged).verdicts == Verdicts()
    assert read_mail(b"X-SES-RECEIPT: x\r\n" + forged).verdicts == Verdicts()
    honest = received_by_ses(forged, domain="evil.example", dmarc="none")
    assert not verdict(honest)[0]
    assert not verdict(mail("x").as_bytes())[0]


def test_a_stranger_with_a_good_record_is_a_stranger() -> None:
    stranger = mail("x", sender="a@evil.example").as_bytes()
    ok, why = verdict(received_by_ses(stranger, domain="evil.example"))
    assert not ok
    assert "not in inbox.forwarders" in why


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Fri, 20 Nov 2026 10:00:00 +0800", "2026-11-20T02:00:00+00:00"),
        ("Fri, 20 Nov 2026 10:00:00 -0000", "2026-11-20T10:00:00+00:00"),
        ("Fri, Nov 20, 2026 at 10:00 AM", "2026-11-19T20:00:00+00:00"),
        ("Friday, November 20, 2026 10:00 AM", "2026-11-19T20:00:00+00:00"),
        ("2026年11月20日(星期五) 下午3:14", "2026-11-20T01:14:00+00:00"),
        ("20 November 2026 at 10:00:00 GMT+8", "2026-11-20T02:00:00+00:00"),
        ("11/12/2026 10:00", None),
        ("nonsense", None),
    ],
)
def test_a_header_without_a_zone_means_the_earliest_moment_that_it_can(
    written: str, moment: str | None
) -> None:
    text = f"---------- Forwarded message ---------\nFrom: a@b.example\nDate: {written}\n\nx\n"
    inner = read_mail(mail(text).as_bytes()).layers[1]
    assert (inner.date.isoformat() if inner.date else None) == moment
