"""Whatever a person brings is read, marked as a person's, and what cannot be read is said."""

import io
import json
import warnings
import zipfile
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.records import encode
from headwater.cli.main import main
from headwater.domain.coverage import Run
from headwater.domain.listings import CollectedBy
from headwater.domain.pages import Page, Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces.files import contents
from headwater.usecases.importing import import_file, read_file
from headwater_demo.marketplace import slider_page
from headwater_demo.saved_pages import write_saved_pages
from tests.factories import BRAND
from tests.fakes.search import NOON, ListingsInMemory, PagesInMemory, RunsInMemory


class Room:
    def __init__(self) -> None:
        self.listings = ListingsInMemory()
        self.runs = RunsInMemory()
        self.pages = PagesInMemory()

    def bring(self, name: str, body: bytes, *, at: datetime = NOON) -> Run:
        return import_file(
            name,
            body,
            brand=BRAND,
            brought_at=at,
            rehearsal=True,
            listings=self.listings,
            runs=self.runs,
            pages=self.pages,
            clock=lambda: NOON,
        )


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_saved_pages(tmp_path_factory.mktemp("saved"))


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return packed.getvalue()


def workbook(*rows: tuple[str, ...], link: str = "") -> bytes:
    """As spreadsheet programs write it: shared strings, one sheet, a link behind cell A2."""
    words = sorted({cell for row in rows for cell in row})
    cells = "".join(
        f'<row r="{y}">'
        + "".join(
            f'<c r="{"ABC"[x]}{y}" t="s"><v>{words.index(cell)}</v></c>'
            for x, cell in enumerate(row)
        )
        + "</row>"
        for y, row in enumerate(rows, start=1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = '<hyperlinks><hyperlink ref="A2" r:id="rId1"/></hyperlinks>' if link else ""
    members = {
        "xl/workbook.xml": f'<workbook xmlns="{main}"/>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">'
        + "".join(f"<si><t>{word}</t></si>" for word in words)
        + "</sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}" xmlns:r="{relation}">'
        f"<sheetData>{cells}</sheetData>{links}</worksheet>",
        "xl/worksheets/_rels/sheet1.xml.rels": "<Relationships>"
        f'<Relationship Id="rId1" Target="{link}"/></Relationships>',
    }
    return zipped(**{name: text.encode() for name, text in members.items()})


def test_a_person_s_pages_are_read_and_marked_as_a_person_s(saved: list[Path]) -> None:
    room = Room()
    for file in saved:
        assert room.bring(file.name, file.read_bytes()).covered
    kept = room.listings.kept.values()
    assert {sighting.collected_by for sighting in kept} == {CollectedBy.PERSON}
    assert {sighting.listing.key.platform for sighting in kept} == {
        Platform.ALIEXPRESS,
        Platform.ALIBABA,
        Platform.ALI1688,
    }
    assert {sighting.page_object for sighting in kept} < set(room.pages.kept)  # one was known
    assert all((sighting.page_url or "").startswith("https://") for sighting in kept)


@pytest.mark.parametrize("in_zip", [False, True])
def test_an_mhtml_file_is_also_kept_as_it_was_given(saved: list[Path], *, in_zip: bool) -> None:
    room = Room()
    html = saved[0].read_text("utf-8")
    file = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
        "Content-Type: text/html; charset=utf-8\r\nContent-Location: https://www.aliexpress.com/w/"
        f"\r\n\r\n{html}\r\n--b--"
    ).encode()
    assert room.bring("page", zipped(**{"saved.mhtml": file}) if in_zip else file).covered
    kept = list(room.listings.kept.values())
    assert kept
    for sighting in kept:
        assert room.pages.kept[sighting.given_object or ""] == file
        assert sighting.given_object != sighting.page_object
        assert sighting.page_url == "https://www.aliexpress.com/w/"


def test_the_same_file_again_brings_nothing_new(saved: list[Path]) -> None:
    room = Room()
    body = saved[0].read_bytes()
    first = room.bring("a.html", body)
    assert room.bring("a.html", body) == first
    later = room.bring("a.html", body, at=NOON + timedelta(days=1))
    assert first.id == later.id
    assert sum(asked.new for asked in later.asked) == 0
    assert len(room.runs.kept) == 2


def test_the_same_page_under_two_names_is_two_files(saved: list[Path]) -> None:
    room = Room()
    body = saved[0].read_bytes()
    room.bring("a.html", body)
    room.bring("b.html", body)
    assert [sum(asked.new for asked in run.asked) > 0 for run in room.runs.kept] == [True, False]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 nonsense", "broken zip"),
        (b"\x1f\x8b nonsense", "broken gzip"),
        (b"\x00\xff not a page", "no results"),
        (zipped(), "holds no page and no link"),
        (zipped(**{"notes.docx": b"x"}), "holds no page and no link"),
    ],
)
def test_a_file_without_anything_for_us_says_so(body: bytes, reason: str) -> None:
    run = Room().bring("brought", body)
    assert not run.covered
    assert reason in run.asked[0].reason


def test_one_bad_file_in_a_thousand_stops_none_of_the_others(saved: list[Path]) -> None:
    page = saved[0].read_bytes()
    members = {f"{number:04d}.html": b"<p>a note</p>" for number in range(998)}
    members |= {"0500.har": b'{"log": {', "9999.html": page}
    readings = list(read_file("many.zip", zipped(**members)))
    assert len(readings) == 1000
    assert [r.name for r in readings if "HAR" in r.reason] == ["many.zip/0500.har"]
    assert readings[-1].verdict is Verdict.OK


LINKS = [
    "https://detail.1688.com/offer/601748658723.html?spm=a2615.2177701",
    "https://m.aliexpress.com/item/1005009446764602.html",
    "https://www.aliexpress.us/item/3256809260449850.html",
]


def test_a_list_of_links_becomes_listings_by_identity() -> None:
    room = Room()
    run = room.bring("links.txt", "\n".join(LINKS).encode())
    assert run.covered
    assert sorted(room.listings.kept) == [
        f"{BRAND.id}#1688#601748658723",
        f"{BRAND.id}#aliexpress#1005009446764602",
    ]
    assert all(sighting.page_object is None for sighting in room.listings.kept.values())


TABLE = [
    ("Nr", "Title", "Link"),
    *((str(n), f"Mug, {n}", link) for n, link in enumerate(LINKS[:2], start=1)),
]


@pytest.mark.parametrize(
    "body",
    [
        "\n".join(f'{a},"{b}",{c}' for a, b, c in TABLE).encode(),
        "\r\n".join("\t".join(row) for row in TABLE).encode("utf-16"),
        "\n".join(";".join(row) for row in TABLE).replace("Mug", "搪瓷杯").encode("gb18030"),
        workbook(*TABLE),
    ],
    ids=["csv", "excel's unicode text", "chinese excel's csv", "xlsx"],
)
def test_the_column_of_links_is_found_by_itself(body: bytes) -> None:
    readings = list(read_file("table", body))
    assert [reading.verdict for reading in readings] == [Verdict.OK, Verdict.OK]
    assert "'Link'" in readings[0].reason
    title = readings[0].listings[0].title
    assert title in {"Mug, 1", "搪瓷杯, 1"}


def test_a_linked_cell_stands_for_its_link() -> None:
    (reading,) = read_file("book.xlsx", workbook(("Offer",), ("look here",), link=LINKS[0]))
    assert reading.listings[0].key.offer_id == "601748658723"


def test_a_saved_bookmark_is_a_list_of_one() -> None:
    (reading,) = read_file("a.url", f"[InternetShortcut]\r\nURL={LINKS[1]}\r\n".encode())
    assert reading.listings[0].key.platform is Platform.ALIEXPRESS


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("https://a.aliexpress.com/_mNbVcXz", "open the link"),
        ("https://shop.example.com/mug", "no listing of a marketplace"),
        ("https://luoyu.en.alibaba.com/company_profile.html", "a seller's address"),
        ("", "no link in this row"),
    ],
)
def test_a_row_that_leads_to_no_listing_is_said_with_its_number(link: str, reason: str) -> None:
    body = "\n".join(("link,note", f"{LINKS[0]},a", f"{link},b")).encode()
    bad, good = read_file("links.csv", body)
    assert (good.verdict, bad.verdict) == (Verdict.OK, Verdict.ERROR)
    assert bad.name == "links.csv, row 3"
    assert reason in bad.reason


def test_a_script_that_names_addresses_is_no_list() -> None:
    reply = b'jsonp1({"ret": ["FAIL_SYS_USER_VALIDATE::x"], "url": "https://s.1688.com/a"})'
    (reading,) = read_file("reply.txt", reply)
    assert reading.verdict is Verdict.BLOCKED_CHALLENGE


def test_what_was_sent_stays_behind() -> None:
    har = b"""{"log": {"entries": [{
      "request": {"url": "https://www.aliexpress.com/x", "headers":
        [{"name": "Cookie", "value": "secret-cookie"}, {"name": "Authorization", "value": "s3"}]},
      "response": {"status": 200, "headers": [{"name": "Set-Cookie", "value": "secret-cookie"}],
        "content": {"mimeType": "text/html", "text": "<html><p>hello</p></html>"}}}]}}"""
    ((_, page),) = contents("a.har", har)
    assert isinstance(page, Page)
    assert page.body == b"<html><p>hello</p></html>"
    assert "secret" not in repr(page)


@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: text.encode()))
def test_no_bytes_whatever_stop_an_import(body: bytes) -> None:
    assert list(read_file("anything", body))


def har(*replies: str) -> bytes:
    entries = [
        {
            "request": {"url": "https://www.example.com/api", "headers": []},
            "response": {"status": 200, "content": {"mimeType": "text/html", "text": reply}},
        }
        for reply in replies
    ]
    return json.dumps({"log": {"entries": entries}}).encode()


def test_of_a_browser_s_whole_traffic_only_what_is_ours_is_told_and_kept(saved: list[Path]) -> None:
    room = Room()
    private = '{"account": {"name": "Jane", "mail": "jane@example.org"}}'
    run = room.bring("a.har", har(private, saved[0].read_text(), private))
    assert [asked.platform for asked in run.asked] == [Platform.ALIEXPRESS]
    assert all(b"jane" not in page for page in room.pages.kept.values())
    run = room.bring("b.har", har(private, private))
    assert len(run.asked) == 1
    assert not run.covered


def test_a_page_without_listings_is_told_and_not_kept() -> None:
    room = Room()
    refused = slider_page("s.1688.com", "/selloffer/offer_search.htm")
    run = room.bring("a.html", refused.encode())
    assert run.asked[0].verdict is Verdict.BLOCKED_CHALLENGE
    assert room.pages.kept == {}


def test_a_run_of_very_many_parts_still_fits_into_the_table(saved: list[Path]) -> None:
    page = saved[0].read_bytes()
    members = {f"{'long name ' * 40}{n}.html": b"<p>a note</p>" for n in range(1500)}
    members |= {f"good {n}.html": page for n in range(3)}
    run = Room().bring("many.zip", zipped(**members))
    assert len(json.dumps(encode(run))) < 350_000
    assert run.asked[-2].reason == "1200 more were not read"
    assert run.asked[-1].reason == "3 parts were read"
    assert not run.covered


def test_bombs_in_bombs_share_one_room() -> None:
    bomb = zipped(**{"a.html": bytes(30_000_000)})
    nested = zipped(**{f"{n}.zip": bomb for n in range(40)})
    reasons = [reading.reason for reading in read_file("bomb.zip", nested)]
    assert reasons[-1] == "bomb.zip/2.zip: unfolds to more than 64 MB"
    assert reasons[0] == "a page of more than 12 MB is no marketplace's"
    assert len(reasons) == 3


def test_names_of_members_are_names_and_no_paths(saved: list[Path]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the second member with the same name
        for name in ("../../etc/a.html", "twice.html", "twice.html"):
            archive.writestr(name, saved[0].read_bytes())
    readings = list(read_file("odd.zip", packed.getvalue()))
    assert [reading.verdict for reading in readings] == [Verdict.OK] * 3
    assert readings[0].name == "odd.zip/../../etc/a.html"


@given(st.lists(st.sampled_from([*LINKS, "", "x", '"', "a,b", "https://[", "http://x.com/\x85"])))
def test_no_row_is_lost(rows: list[str]) -> None:
    body = "\n".join([*LINKS, *rows, *LINKS]).encode()
    readings = list(read_file("links", body))
    good = {listing.key for reading in readings for listing in reading.listings}
    assert len(good) == 2


def test_a_preview_sends_nothing_and_says_what_would_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "links.csv"
    file.write_text("\n".join(["link", *LINKS, "https://shop.example.com/\u202emug"]))
    assert main(["import", "--preview", str(file)]) == 1
    said = capsys.readouterr().out
    assert "links.csv: 2 listings; 1 of 3 parts not read" in said
    assert "links.csv, row 5" in said
    assert "\u202e" not in said


def test_a_screenshot_is_not_sent_and_its_owner_is_told_where_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shot.html"  # its bytes say what it is
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    where = "headwater exhibit add CASE FILE --kind screenshot"
    assert main(["import", "--bucket", "no-such-bucket", str(file)]) == 1
    assert where in capsys.readouterr().err
    assert main(["import", "--preview", str(file)]) == 1
    assert where in capsys.readouterr().out


def test_a_list_that_is_too_long_says_how_much_of_it_was_not_read() -> None:
    body = "\n".join(f"https://detail.1688.com/offer/{600_000_000 + n}.html" for n in range(20_007))
    unread, good = read_file("links.txt", body.encode())
    assert unread.reason == "the last 7 rows were not read; split the list"
    assert len(good.listings) == 20_000


def test_entities_in_a_workbook_do_not_unfold() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "xxxxxxxxxx">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghij")
    )
    book = zipped(
        **{
            "xl/workbook.xml": b"<workbook/>",
            "xl/sharedStrings.xml": (bomb + "]><sst><si><t>&j;</t></si></sst>").encode(),
            "xl/worksheets/sheet1.xml": b'<worksheet><sheetData><row r="1">'
            b'<c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>',
        }
    )
    (reading,) = read_file("bomb.xlsx", book)
    assert reading.reason == "a table without a link in it"


BOOK = workbook(*TABLE, link=LINKS[0])


@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), max_size=12))
def test_a_damaged_workbook_stops_nothing(damages: list[tuple[int, int]]) -> None:
    damaged = bytearray(BOOK)
    for place, value in damages:
        damaged[place] = value
    assert list(read_file("book.xlsx", bytes(damaged)))
