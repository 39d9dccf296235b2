"""Answering from a mail: what a link can do, once, and what a forged or old one cannot."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters import answer_page
from headwater.domain.answers import Answer, AnswerLink, BadLink, seal, unseal
from headwater.domain.complaints import Complaint, ComplaintState
from headwater.usecases.answers import act, look
from headwater.usecases.complaints import move
from tests.fakes.clock import ComplaintsInMemory
from tests.unit.clock.desk import ACT_BY, CLOCK, OWNER, RECEIVED, waiting_complaint
from tests.unit.clock.test_mail import Page, alert, mail, part

KEY = b"k" * 32
NOW = RECEIVED + timedelta(hours=3)
LINK = AnswerLink(
    brand="fjellvik",
    complaint="alibaba-0001",
    deadline="CMP-GENERIC@20260604T1000Z",
    recipient=OWNER.email,
    expires=ACT_BY + timedelta(days=7),
)


@pytest.fixture
def store() -> ComplaintsInMemory:
    complaints = ComplaintsInMemory()
    waiting_complaint(complaints)
    return complaints


def answered(store: ComplaintsInMemory, answer: Answer, hours: int = 0) -> Complaint:
    due = RECEIVED + timedelta(hours=30) if answer is Answer.OTHER_DATE else None
    return act(
        LINK,
        answer,
        complaints=store,
        clock=CLOCK,
        now=NOW + timedelta(hours=hours),
        due_typed=due,
    )


def test_a_link_comes_back_as_it_was_sealed() -> None:
    assert unseal(seal(LINK, KEY), KEY, NOW) == LINK


@given(st.text(), st.text(), st.binary(min_size=1))
def test_whatever_it_is_about_only_our_key_opens_it(brand: str, who: str, key: bytes) -> None:
    link = replace(LINK, brand=brand, recipient=who)
    assert unseal(seal(link, KEY), KEY, NOW) == link
    if key != KEY:
        with pytest.raises(BadLink):
            unseal(seal(link, key), KEY, NOW)


@given(st.data())
def test_a_link_with_any_character_changed_is_refused(data: st.DataObject) -> None:
    token = seal(LINK, KEY)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda one: one != token[place]))
    with pytest.raises(BadLink):
        unseal(token[:place] + other + token[place + 1 :], KEY, NOW)


@given(st.text())
def test_any_text_that_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(BadLink):
        unseal(text, KEY, NOW)


def test_an_old_link_is_refused() -> None:
    token = seal(LINK, KEY)
    assert unseal(token, KEY, LINK.expires - timedelta(seconds=1))
    with pytest.raises(BadLink, match="too old"):
        unseal(token, KEY, LINK.expires)


def test_looking_changes_nothing(store: ComplaintsInMemory) -> None:
    before = dict(store.rows)
    complaint, deadline = look(LINK, complaints=store, clock=CLOCK)
    assert (complaint.id, deadline.act_by_at) == ("alibaba-0001", ACT_BY)
    assert store.rows == before


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer.REJECTED, ComplaintState.ANSWERED),
        (Answer.ACCEPTED, ComplaintState.WITHDRAWN),
    ],
)
def test_an_answer_is_recorded_once_in_the_readers_name(
    store: ComplaintsInMemory, answer: Answer, state: ComplaintState
) -> None:
    complaint = answered(store, answer)
    assert complaint.state is state
    assert complaint.next_alert_at is None
    assert (complaint.events[-1].by, complaint.events[-1].source) == (OWNER.email, "mail link")
    for again in Answer:
        with pytest.raises(BadLink, match="answered already"):
            answered(store, again, hours=1)
    assert store.get("fjellvik", "alibaba-0001") == complaint


def test_another_date_moves_the_deadline_and_uses_the_link_up(store: ComplaintsInMemory) -> None:
    complaint = answered(store, Answer.OTHER_DATE)
    (deadline,) = complaint.own_deadlines(CLOCK)
    assert deadline.act_by_at == RECEIVED + timedelta(hours=30)
    assert complaint.next_alert_at == NOW
    with pytest.raises(BadLink):
        answered(store, Answer.REJECTED, hours=1)


def test_another_date_without_a_date_is_asked_for(store: ComplaintsInMemory) -> None:
    with pytest.raises(ValueError, match="Write the date"):
        act(LINK, Answer.OTHER_DATE, complaints=store, clock=CLOCK, now=NOW)


def test_two_presses_at_once_count_once(store: ComplaintsInMemory) -> None:
    class Slow(ComplaintsInMemory):
        """Somebody else rejects between our look and our act."""

        looked = False

        def get(self, brand: str, complaint_id: str) -> Complaint | None:
            found = super().get(brand, complaint_id)
            if not self.looked:
                self.looked = True
                move(
                    brand,
                    complaint_id,
                    ComplaintState.ANSWERED,
                    complaints=store,
                    clock=CLOCK,
                    at=NOW,
                    now=NOW,
                    by="other",
                    source="test",
                )
            return found

    with pytest.raises(BadLink):
        answered(Slow(store.rows), Answer.ACCEPTED)
    kept = store.get("fjellvik", "alibaba-0001")
    assert kept is not None
    assert kept.state is ComplaintState.ANSWERED


class Forms(HTMLParser):
    """The forms of a page, as field names and values."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.methods: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
            self.methods.append(values.get("method", "get"))
        elif tag == "input":
            self.forms[-1][values["name"]] = values.get("value", "")


def test_the_page_asks_again_and_only_posts(store: ComplaintsInMemory) -> None:
    complaint, deadline = look(LINK, complaints=store, clock=CLOCK)
    page = Forms(answer_page.question(seal(LINK, KEY), complaint, deadline))
    assert page.methods == ["post"] * 3
    assert [form["answer"] for form in page.forms] == ["rejected", "accepted", "other_date"]
    assert {form["t"] for form in page.forms} == {seal(LINK, KEY)}


@given(st.text())
def test_a_page_shows_any_text_as_text(text: str) -> None:
    page = answer_page.message(f"<script>{text}")
    assert "<script>" not in page


def test_the_mail_carries_a_link_that_opens_this_very_deadline() -> None:
    url = answer_page.address(alert(), "https://x.lambda-url.example/", KEY)
    assert url is not None
    token = parse_qs(urlsplit(url).query)["t"][0]
    assert unseal(token, KEY, NOW) == LINK
    message = mail(alert(), answer=url)
    assert url in part(message, "plain")
    assert url in Page(part(message, "html")).links


def test_without_an_address_there_is_no_link() -> None:
    assert answer_page.address(alert(), "", KEY) is None
    assert "lambda-url" not in part(mail(alert()), "plain")
