"""A listing is kept as far as it can be had, and what is missing is said."""

import gzip
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from headwater.adapters.warc import Archive
from headwater.domain.brands import PlatformAccess
from headwater.domain.captures import Capture, CaptureOutcome, PartRole, StoredObject
from headwater.domain.exchanges import FetchFailed
from headwater.domain.listings import Listing, ListingKey, Sighting
from headwater.domain.manifests import canonical, sha256
from headwater.domain.pages import LayoutChanged, Page, PageKind, PageReading, Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces import sources_of
from headwater.usecases.capture import MAX_PICTURES, PICTURE_BYTES, capture
from tests.factories import LISTING, NOON, SIGHTING
from tests.fakes.evidence import (
    BucketInMemory,
    CapturesInMemory,
    DoorInMemory,
    answer,
    page_key,
)

PAGE = "<html><title>峡湾</title></html>".encode()
JPEG = b"\xff\xd8\xff\xe0 a picture"
PNG = b"\x89PNG\r\n\x1a\n another picture"
A, B = LISTING.pictures
SEEN = replace(SIGHTING, page_object=page_key(PAGE))


@dataclass
class Room:
    """All that a capture needs, in memory."""

    door: DoorInMemory = field(
        default_factory=lambda: DoorInMemory(
            {A: answer(A, JPEG, media_type="image/jpeg"), B: answer(B, PNG)}
        )
    )
    pages: BucketInMemory = field(default_factory=lambda: BucketInMemory({page_key(PAGE): PAGE}))
    evidence: BucketInMemory = field(default_factory=BucketInMemory)
    captures: CapturesInMemory = field(default_factory=CapturesInMemory)
    access: PlatformAccess = field(default_factory=PlatformAccess)
    now: datetime = NOON
    verdict: Verdict = Verdict.OK
    read_listings: tuple[Listing, ...] = ()

    def read(self, page: Page) -> PageReading:
        if self.verdict is Verdict.SCHEMA_DRIFT:
            raise LayoutChanged("no price where it was")
        return PageReading(
            platform=Platform.ALI1688,
            kind=PageKind.LISTING,
            verdict=self.verdict,
            reason="a slider",
            listings=self.read_listings,
        )

    def capture(self, sighting: Sighting) -> Capture:
        return capture(
            sighting,
            access=self.access,
            read=self.read,
            sources=sources_of,
            pages=self.pages,
            evidence=self.evidence,
            captures=self.captures,
            listing_pages=self.door,
            pictures=self.door,
            new_archive=lambda capture_id: Archive(capture_id, "headwater/1"),
            now=lambda: self.now,
            made_by={"tool": "headwater", "version": "1"},
            timestamp_authorities=(),
            rehearsal=True,
        )

    def bytes_of(self, stored: StoredObject) -> bytes:
        return self.evidence.get(stored.key, stored.version_id)


def test_an_imported_listing_is_kept_with_its_pictures() -> None:
    room = Room()
    kept = room.capture(SEEN)
    assert kept.outcome is CaptureOutcome.COMPLETE
    assert [(part.name, part.role) for part in kept.parts] == [
        ("seen.html", PartRole.PAGE),
        ("picture-01.jpg", PartRole.PICTURE),
        ("picture-02.png", PartRole.PICTURE),
        ("wire.warc.gz", PartRole.WARC),
        ("fields.json", PartRole.FACTS),
    ]
    assert [room.bytes_of(part.stored) for part in kept.parts if part.name != "fields.json"][
        :3
    ] == [
        PAGE,
        JPEG,
        PNG,
    ]
    assert room.captures.of_listing("fjellvik", LISTING.key) == [kept]
    assert kept.rehearsal
    assert room.door.asked == [A, B]


def test_every_part_lies_under_its_hash_below_the_capture() -> None:
    room = Room()
    kept = room.capture(SEEN)
    for part in kept.parts:
        own = f"captures/fjellvik/1688/601748658723/{kept.id}/"
        prefix = "captures/fjellvik/pages/" if part.name == "seen.html" else own
        assert part.stored.key == prefix + part.sha256
        body = room.bytes_of(part.stored)
        assert (sha256(body), len(body)) == (part.sha256, part.size)


def test_the_manifest_names_all_of_it_and_its_hash_is_the_rows() -> None:
    room = Room()
    kept = room.capture(SEEN)
    text = room.bytes_of(kept.manifest)
    assert sha256(text) == kept.manifest_sha256
    said = json.loads(text)
    assert canonical(said) == text
    assert [part["sha256"] for part in said["parts"]] == [part.sha256 for part in kept.parts]
    assert said["parts"][0]["stored"]["version_id"] == "v0"
    assert said["found"]["rank"] == 1
    assert said["found"]["listing"]["price"]["minimum"] == "2.30"
    assert said["fetches"][0]["address"] == "47.246.146.1:443"
    assert said["made_by"] == {"tool": "headwater", "version": "1"}
    assert said["rehearsal"] is True


def test_a_refusal_stays_in_the_record_of_the_wire() -> None:
    room = Room(access=PlatformAccess(fetch_pages=True), verdict=Verdict.BLOCKED_CHALLENGE)
    room.door.answers[LISTING.url] = answer(LISTING.url, b"<html>slide")
    kept = room.capture(SEEN)
    assert b"<html>slide" in gzip.decompress(
        room.bytes_of(next(p for p in kept.parts if p.role is PartRole.WARC).stored)
    )


def test_nothing_fetched_leaves_no_record_of_the_wire() -> None:
    kept = Room(access=PlatformAccess(fetch_pictures=False)).capture(SEEN)
    assert [part.name for part in kept.parts] == ["seen.html", "fields.json"]


def test_the_same_message_again_changes_nothing_and_asks_nobody() -> None:
    room = Room()
    first = room.capture(SEEN)
    room.now += timedelta(hours=1)
    asked = list(room.door.asked)
    assert room.capture(replace(SEEN, run="again")) == first
    assert room.door.asked == asked
    assert all(len(versions) == 1 for versions in room.evidence.versions.values())


def test_a_capture_that_broke_off_is_finished_by_the_next_try() -> None:
    room = Room()
    reference = Room().capture(SEEN)
    prefix = reference.parts[0].stored.key.rpartition("/")[0]
    room.evidence.put(f"{prefix}/{sha256(PAGE)}", PAGE, "text/html")
    room.evidence.put(f"{prefix}/manifest.json", b"of the first try", "application/json")
    kept = room.capture(SEEN)
    assert room.bytes_of(kept.parts[0].stored) == PAGE
    assert sha256(room.bytes_of(kept.manifest)) == kept.manifest_sha256


def test_a_second_look_names_the_manifest_of_the_first() -> None:
    room = Room()
    first = room.capture(SEEN)
    room.now += timedelta(days=1)
    second = room.capture(replace(SEEN, listing=replace(LISTING, title="changed")))
    assert second.id != first.id
    assert second.previous_manifest_sha256 == first.manifest_sha256
    assert first.previous_manifest_sha256 is None


def test_one_bad_picture_marks_one_picture() -> None:
    room = Room()
    room.door.answers[A] = FetchFailed("'cbu01.alicdn.com' did not answer in time")
    kept = room.capture(SEEN)
    assert kept.outcome is CaptureOutcome.PARTIAL
    assert [(gap.source_url, gap.reason) for gap in kept.missing] == [
        (A, "'cbu01.alicdn.com' did not answer in time")
    ]
    assert [part.name for part in kept.pictures] == ["picture-02.png"]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (answer(A, b"gone", status=404), "HTTP 404"),
        (answer(A, JPEG, status=503), "HTTP 503"),
        (answer(A, b"<html>slide to verify", media_type="image/jpeg"), "is no picture"),
        (answer(A, b"", media_type="image/jpeg"), "is no picture"),
    ],
)
def test_what_is_no_picture_is_not_kept_as_one(page: Page, words: str) -> None:
    room = Room()
    room.door.answers[A] = page
    kept = room.capture(SEEN)
    assert words in kept.missing[0].reason
    assert len(kept.pictures) == 1


def test_the_same_picture_twice_is_stored_once() -> None:
    room = Room()
    room.door.answers[B] = answer(B, JPEG)
    kept = room.capture(SEEN)
    assert kept.pictures[0].stored == kept.pictures[1].stored
    assert kept.pictures[0].name != kept.pictures[1].name


def test_pictures_stop_at_the_limits_of_number_and_weight() -> None:
    many = tuple(f"https://cbu01.alicdn.com/{number}.jpg" for number in range(20))
    heavy = JPEG + bytes(PICTURE_BYTES // 2)
    room = Room(door=DoorInMemory({url: answer(url, heavy) for url in many}))
    kept = room.capture(replace(SEEN, listing=replace(LISTING, pictures=many)))
    assert len(room.door.asked) == 2
    assert len(kept.pictures) == 2
    *too_heavy, left_out = kept.missing
    assert len(too_heavy) == MAX_PICTURES - 2
    assert all("weigh more" in gap.reason for gap in too_heavy)
    assert left_out.source_url == many[MAX_PICTURES]
    assert f"{len(many) - MAX_PICTURES} further" in left_out.reason
    assert kept.outcome is CaptureOutcome.PARTIAL


def test_nothing_is_fetched_that_the_owner_did_not_allow() -> None:
    room = Room(access=PlatformAccess(fetch_pages=False, fetch_pictures=False))
    kept = room.capture(SEEN)
    assert room.door.asked == []
    assert kept.outcome is CaptureOutcome.PARTIAL
    assert {gap.reason for gap in kept.missing} == {
        "fetching pictures from 1688 is not switched on"
    }


def test_an_allowed_page_is_fetched_and_kept_beside_the_seen_one() -> None:
    room = Room(access=PlatformAccess(fetch_pages=True))
    room.door.answers[LISTING.url] = answer(LISTING.url, b"<html>live")
    kept = room.capture(SEEN)
    assert [part.name for part in kept.parts][:2] == ["seen.html", "fetched.html"]
    assert kept.parts[1].source_url == LISTING.url
    assert kept.outcome is CaptureOutcome.COMPLETE


def test_what_the_listings_own_page_says_is_taken_over_with_its_pictures() -> None:
    more = "https://cbu01.alicdn.com/img/ibank/c.jpg"
    own = Listing(
        key=LISTING.key,
        url="https://detail.1688.com/other",
        title="full title",
        pictures=(more, A),
        attributes=(("材质", "搪瓷"),),
    )
    room = Room(access=PlatformAccess(fetch_pages=True), read_listings=(own,))
    room.door.answers |= {
        LISTING.url: answer(LISTING.url, b"<html>live"),
        more: answer(more, JPEG + b"c"),
    }
    kept = room.capture(SEEN)
    assert kept.listing == replace(
        LISTING, title="full title", pictures=(A, B, more), attributes=own.attributes
    )
    assert [part.source_url for part in kept.pictures] == [A, B, more]
    said = json.loads(room.bytes_of(kept.manifest))
    assert said["listing"]["title"] == "full title"
    assert said["found"]["listing"]["title"] == LISTING.title


def test_another_offer_on_the_page_is_not_taken_for_this_one() -> None:
    other = Listing(key=ListingKey(Platform.ALI1688, "2"), url="https://x.example", title="other")
    room = Room(access=PlatformAccess(fetch_pages=True), read_listings=(other,))
    room.door.answers[LISTING.url] = answer(LISTING.url, b"<html>live")
    assert room.capture(SEEN).listing == LISTING


@pytest.mark.parametrize(
    "verdict", [Verdict.BLOCKED_CHALLENGE, Verdict.BLOCKED_LOGIN, Verdict.RATE_LIMITED]
)
def test_a_refusal_is_kept_as_one_and_not_asked_again(verdict: Verdict) -> None:
    room = Room(access=PlatformAccess(fetch_pages=True), verdict=verdict)
    room.door.answers[LISTING.url] = answer(LISTING.url, b"<html>slide")
    kept = room.capture(SIGHTING)
    assert kept.outcome is CaptureOutcome.REFUSED
    assert kept.missing[0].reason == "the platform refused: a slider"
    room.capture(SIGHTING)
    assert room.door.asked.count(LISTING.url) == 1


def test_a_refusal_does_not_undo_the_page_that_was_seen() -> None:
    room = Room(access=PlatformAccess(fetch_pages=True), verdict=Verdict.BLOCKED_CHALLENGE)
    room.door.answers[LISTING.url] = answer(LISTING.url, b"<html>slide")
    kept = room.capture(SEEN)
    assert kept.outcome is CaptureOutcome.PARTIAL
    assert kept.parts[0].name == "seen.html"


def test_a_listing_that_is_gone_is_said_to_be_gone() -> None:
    room = Room(access=PlatformAccess(fetch_pages=True), verdict=Verdict.GONE)
    room.door.answers[LISTING.url] = answer(LISTING.url, b"<html>removed", status=404)
    kept = room.capture(SEEN)
    assert kept.outcome is CaptureOutcome.GONE
    assert "fetched.html" in [part.name for part in kept.parts]


def test_a_page_whose_layout_changed_is_kept_all_the_same() -> None:
    room = Room(access=PlatformAccess(fetch_pages=True), verdict=Verdict.SCHEMA_DRIFT)
    room.door.answers[LISTING.url] = answer(LISTING.url, b"<html>new layout")
    assert "fetched.html" in [part.name for part in room.capture(SEEN).parts]


def test_no_page_at_all_is_said() -> None:
    kept = Room().capture(SIGHTING)
    assert kept.outcome is CaptureOutcome.PARTIAL
    assert kept.missing[0].role is PartRole.PAGE


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"ret": []}', "seen.json"),
        (b"\xef\xbb\xbf<!doctype html>", "seen.html"),
        (
            b"From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n",
            "seen.mhtml",
        ),
        (b"\x00\xff", "seen.html"),
    ],
)
def test_a_saved_page_keeps_its_kind(body: bytes, name: str) -> None:
    room = Room(pages=BucketInMemory({page_key(body): body}))
    kept = room.capture(replace(SIGHTING, page_object=page_key(body)))
    assert kept.parts[0].name == name


def test_the_page_that_showed_sixty_listings_is_kept_once_with_its_wire() -> None:
    wire = b"what went over the wire"
    room = Room(pages=BucketInMemory({page_key(PAGE): PAGE, "pages/wire": wire}))
    looks = [
        room.capture(
            replace(
                SEEN,
                listing=replace(LISTING, key=ListingKey(Platform.ALI1688, str(number))),
                rank=number,
                wire_object="pages/wire",
            )
        )
        for number in range(1, 61)
    ]
    shared = [key for key in room.evidence.versions if key.startswith("captures/fjellvik/pages/")]
    assert len(shared) == 2
    assert all(len(room.evidence.versions[key]) == 1 for key in shared)
    for kept in looks:
        page, record, *_ = kept.parts
        assert (page.name, record.name) == ("seen.html", "seen-wire.warc.gz")
        assert room.bytes_of(page.stored) == PAGE
        assert room.bytes_of(record.stored) == wire
    said = json.loads(room.bytes_of(looks[7].manifest))["found"]
    assert (said["rank"], said["watch"], said["query"]) == (8, "mugs", "搪瓷杯")


def test_a_later_look_shows_what_the_page_shows_now() -> None:
    own = replace(LISTING, pictures=(B,))
    room = Room(access=PlatformAccess(fetch_pages=True), read_listings=(own,))
    room.door.answers[LISTING.url] = answer(LISTING.url, b"<html>live")
    kept = room.capture(replace(SIGHTING, look="2026-11-28T01:30Z"))
    assert kept.listing.pictures == (B,)
    assert [part.source_url for part in kept.pictures] == [B]


def test_the_same_look_is_made_once_whatever_the_case_has_learnt_since() -> None:
    room = Room()
    first = room.capture(replace(SIGHTING, look="2026-11-28T01:30Z"))
    learnt = replace(LISTING, title="another title")
    assert room.capture(replace(SIGHTING, look="2026-11-28T01:30Z", listing=learnt)) == first


def test_a_listing_that_went_is_not_asked_for_its_pictures_again() -> None:
    room = Room(access=PlatformAccess(fetch_pages=True), verdict=Verdict.GONE)
    room.door.answers[LISTING.url] = answer(LISTING.url, b"<html>removed", status=404)
    assert room.capture(replace(SIGHTING, look="later")).outcome is CaptureOutcome.GONE
    assert room.door.asked == [LISTING.url]


def test_a_file_that_a_person_gave_is_kept_as_given_and_labelled() -> None:
    room = Room()
    given = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b--"
    room.pages.versions[page_key(given)] = [given]
    kept = room.capture(replace(SEEN, given_object=page_key(given)))
    (part,) = (part for part in kept.parts if part.role is PartRole.GIVEN)
    assert (part.name, part.media_type) == ("given.mhtml", "multipart/related")
    assert room.evidence.get(part.stored.key, part.stored.version_id) == given
