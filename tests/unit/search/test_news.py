"""What the searches found is told once, grouped, in one mail; nothing new, no mail."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from headwater.adapters.mail import compose_news
from headwater.domain.alerts import LEASE, NotSent
from headwater.domain.brands import Recipient, RecipientRole
from headwater.domain.coverage import CANARY, Asked, Run
from headwater.domain.listings import ListingKey
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.usecases.news import SHOWN, News, Reported, tell_news
from tests.factories import ANSWER, BRAND, NOON, SIGHTING
from tests.fakes.clock import LedgerInMemory
from tests.fakes.search import ListingsInMemory, RunsInMemory

OWNER = Recipient(email="owner@example.org", timezone="Europe/Berlin", role=RecipientRole.OWNER)
LAWYER = replace(OWNER, email="law@example.org", role=RecipientRole.ESCALATION)


class Postbox:
    def __init__(self) -> None:
        self.sent: list[News] = []
        self.refuses = False
        self.breaks = False

    def send_news(self, news: News) -> None:
        if self.refuses:
            raise NotSent("the address is not verified")
        self.sent.append(news)
        if self.breaks:
            raise ConnectionError("nobody knows whether it went")


class Room:
    def __init__(self) -> None:
        self.runs = RunsInMemory()
        self.listings = ListingsInMemory()
        self.ledger = LedgerInMemory()
        self.box = Postbox()

    def found(self, new: int, *, platform: Platform = Platform.ALI1688, slot: datetime = NOON,
              watch: str = "mugs", **changes: object) -> Run:  # fmt: skip
        """A search that found so many new ones (and a canary that is nobody's)."""
        run_id = f"{BRAND.id}#{platform}#{slot:%Y-%m-%dT%H:%MZ}"
        for number in range(new):
            key = ListingKey(platform, f"{watch}-{slot:%d%H%M}-{number}")
            listing = replace(SIGHTING.listing, key=key)
            sighting = replace(
                SIGHTING, listing=listing, run=run_id, watch=watch, rank=number, seen_at=slot
            )
            self.listings.add(sighting)
        canary = replace(ANSWER, platform=platform, watch=CANARY, query="usb cable", new=0)
        asked = replace(ANSWER, platform=platform, watch=watch, new=new)
        run = Run(
            brand=BRAND.id, id=run_id, started_at=slot, finished_at=slot, asked=(canary, asked)
        )
        run = replace(run, **changes)  # type: ignore[arg-type]
        self.runs.add(run)
        return run

    def tell(self, *recipients: Recipient, now: datetime = NOON) -> Reported:
        return tell_news(
            replace(BRAND, recipients=recipients or (OWNER,)),
            runs=self.runs,
            listings=self.listings,
            ledger=self.ledger,
            mail=self.box,
            now=now + timedelta(minutes=25),
        )


def test_the_searches_of_a_night_are_one_mail_grouped_the_most_first() -> None:
    room = Room()
    room.found(2, platform=Platform.ALIEXPRESS)
    room.found(11)
    room.found(0, platform=Platform.TAOBAO)
    assert room.tell(OWNER, LAWYER).sent == 1  # who is told only in need is not told of this
    (news,) = room.box.sent
    groups = [(group.platform, group.watch, group.new) for group in news.groups]
    assert groups == [(Platform.ALI1688, "mugs", 11), (Platform.ALIEXPRESS, "mugs", 2)]
    assert [len(group.shown) for group in news.groups] == [SHOWN, 2]
    assert news.new == 13


def test_what_was_told_is_not_told_again_and_what_comes_later_is() -> None:
    room = Room()
    room.found(2)
    room.tell()
    assert room.tell(now=NOON + timedelta(hours=1)).sent == 0
    later = NOON + timedelta(hours=6)
    room.found(1, slot=later)
    room.tell(now=later)
    assert [news.new for news in room.box.sent] == [2, 1]


@pytest.mark.parametrize("days_ago", [0, 3])
def test_nothing_new_or_long_ago_is_no_mail(days_ago: int) -> None:
    room = Room()
    room.found(2 if days_ago else 0, slot=NOON - timedelta(days=days_ago))
    assert room.tell().sent == 0
    assert room.box.sent == []


def test_a_refused_mail_is_sent_later_and_one_of_unknown_fate_is_marked() -> None:
    room = Room()
    room.found(2)
    room.box.refuses = True
    assert "not verified" in room.tell().failures[0]
    room.box.refuses, room.box.breaks = False, True
    with pytest.raises(ConnectionError):
        room.tell()
    room.box.breaks = False
    assert room.tell().sent == 0  # its lease still runs
    assert room.tell(now=NOON + LEASE).sent == 1
    assert [news.possible_repeat for news in room.box.sent] == [False, True]


def test_it_waits_for_the_end_of_quiet_hours() -> None:
    room = Room()
    room.found(2)
    sleeper = replace(OWNER, quiet_hours=(time(12), time(15)))  # 13:25 in Berlin
    assert room.tell(sleeper).sent == 0
    assert room.tell(sleeper, now=NOON + timedelta(hours=3)).sent == 1


def test_what_could_not_be_looked_at_stands_beside_what_is_new() -> None:
    room = Room()
    room.found(2, platform=Platform.ALIEXPRESS, blind="'usb cable' was not found")
    refused: Asked = replace(ANSWER, verdict=Verdict.BLOCKED_CHALLENGE)
    room.found(0, asked=(refused,), slot=NOON - timedelta(minutes=2))
    room.found(1, platform=Platform.LAZADA)
    room.tell()
    gaps = {(gap.platform, gap.blind, gap.answered) for gap in room.box.sent[0].gaps}
    assert gaps == {(Platform.ALIEXPRESS, True, 1), (Platform.ALI1688, False, 0)}


def test_a_seller_s_words_are_no_link_no_markup_and_no_header() -> None:
    room = Room()
    room.found(1)
    (key,) = room.listings.kept
    evil = "<script>x</script> visit shop.example now\r\nBcc: a@b.example \u202e https://x.example/"
    hostile = replace(room.listings.kept[key].listing, title=evil, url="https://x.example/a")
    room.listings.kept[key] = replace(room.listings.kept[key], listing=hostile)
    room.tell()
    message = compose_news(
        room.box.sent[0], sender="watch@example.org", report_url="https://report.example/"
    )
    assert set(message.keys()) >= {"Subject", "From", "To", "Date"}
    assert "Bcc" not in message
    assert message["Subject"] == "1 new listing: 1688 1 - fjellvik"
    text, page = (part.get_content() for part in message.iter_parts())
    for body in (text, page):
        assert "https://x.example" not in body
        assert "shop.example" not in body
        assert "\u202e" not in body
        assert "https://report.example/fjellvik/listings.html" in body
        assert "hxxps[:]//x[.]example/a" in body
    assert "<script>" not in page


def test_a_great_find_is_a_short_mail() -> None:
    room = Room()
    for number, platform in enumerate((Platform.ALI1688, Platform.ALIEXPRESS, Platform.LAZADA)):
        room.found(200, platform=platform, watch=f"watch-{number}")
    room.tell()
    message = compose_news(room.box.sent[0], sender="watch@example.org", report_url="")
    text = next(message.iter_parts()).get_content()
    assert len(text.splitlines()) < 120
    assert "... and 192 more" in text
