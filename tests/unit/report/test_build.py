"""The built site: the same bytes from the same state, no dead link, nothing of a seller's loose."""

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html
from PIL import Image

from headwater.adapters.store import NoSuchObject
from headwater.domain.captures import Capture
from headwater.domain.pictures import UnreadablePicture
from headwater.usecases.report.cases import Picture
from headwater.usecases.report.state import Drawing, ReportState
from report_site.build import Built, build_site, front_page
from report_site.markdown import visible
from report_site.thumbnails import make_drawing
from tests.factories import BRAND
from tests.fakes.report import ATTACKS, Season, attacked, autumn


def built(season: Season, out: Path) -> Built:
    return build_site(season.state, season.picture_bytes, out, drawing_bytes=season.drawing_bytes)


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    built(autumn(), out)
    return out


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hostile")
    built(attacked(), out)
    return out


def pages(folder: Path) -> Iterator[tuple[str, html.HtmlElement]]:
    for path in sorted(folder.rglob("*.html")):
        yield path.relative_to(folder).as_posix(), html.fromstring(path.read_bytes())


def words(folder: Path, page: str) -> str:
    content = html.fromstring((folder / page).read_bytes()).find_class("md-content")[0]
    return re.sub(r"\s+", " ", content.text_content())


def test_the_same_state_gives_the_same_bytes(site: Path, tmp_path: Path) -> None:
    result = built(autumn(), tmp_path)
    assert files(tmp_path) == files(site)
    assert result.names == set(files(site))


def test_every_link_and_picture_is_there(site: Path) -> None:
    there = set(files(site))
    missing = [
        (page, link)
        for page, tree in pages(site)
        for link in tree.xpath("//@href | //@src")
        if not urlsplit(link).scheme and urlsplit(link).path
        if (site / page).parent.joinpath(unquote(urlsplit(link).path)).resolve()
        not in {(site / name).resolve() for name in there}
    ]
    assert missing == []


def test_no_page_names_another_server(site: Path) -> None:
    for page, tree in pages(site):
        addresses = tree.xpath("//@href | //@src | //@srcset | //@action | //@poster")
        assert not [a for a in addresses if "//" in a], page


def test_every_case_has_its_page_and_its_line(site: Path) -> None:
    cases = autumn().state.cases
    listed = html.fromstring((site / "cases.html").read_bytes())
    links = {a.get("href") for a in listed.find_class("hw-table")[0].iter("a")}
    assert links == {f"cases/{case.id}.html" for case in cases}
    assert all((site / link).exists() for link in links)


def test_the_overview_leads_with_the_date(site: Path) -> None:
    tree = html.fromstring((site / "index.html").read_bytes())
    first = tree.find_class("hw-todos")[0][0]
    assert "Accept or reject" in first.text_content()
    assert "Tue 24 Nov 2026, 18:00 China time" in first.text_content()
    assert first.xpath(".//time/@datetime") == ["2026-11-24T10:00:00Z"]


def test_a_case_shows_both_pictures_with_the_region_that_agrees(site: Path) -> None:
    tree = html.fromstring((site / "cases/1688-729000000417.html").read_bytes())
    assert len(tree.find_class("hw-pair")[0].xpath(".//img")) == 2
    regions = [one.get("style") for one in tree.find_class("hw-region")]
    assert regions == ["left:18.0%;top:6.0%;width:65.0%;height:74.0%"] * 2


def test_a_refusal_is_told_in_plain_words(site: Path) -> None:
    assert "refused: the platform asked for a login" in words(site, "coverage.html")
    assert "We could not look everywhere" in words(site, "index.html")


def test_listings_that_matched_nothing_are_shown(site: Path) -> None:
    tree = html.fromstring((site / "listings.html").read_bytes())
    rows = tree.xpath("//table[@id='hw-rows']/tbody/tr")
    assert len(rows) == 46
    assert sum("no match" in row.text_content() for row in rows) == 40


def test_the_commands_that_check_the_evidence_are_printed(site: Path) -> None:
    said = words(site, "cases/1688-729000000417.html")
    assert "aws s3api get-object --bucket EVIDENCE_BUCKET --key captures/harvelk/1688/" in said
    assert sha256(b"729000000417").hexdigest() in said


def test_without_rehearsal_no_page_says_so_and_with_it_every_page_does(
    site: Path, tmp_path: Path
) -> None:
    assert not [page for page, tree in pages(site) if tree.find_class("hw-rehearsal")]
    season = autumn()
    cases = tuple(replace(case, rehearsal=True) for case in season.state.cases)
    season.state = replace(season.state, cases=cases)
    built(season, tmp_path)
    assert all(tree.find_class("hw-rehearsal") for _, tree in pages(tmp_path))


def test_an_empty_state_says_that_nobody_looked(tmp_path: Path) -> None:
    state = replace(autumn().state, cases=(), complaints=(), captures={}, sightings=(), runs=())
    built(Season(state, {}), tmp_path)
    assert "We have not looked yet" in words(tmp_path, "index.html")
    assert "0 new" not in words(tmp_path, "index.html")
    assert "No case is open" in words(tmp_path, "cases.html")


# --- pictures ---


def test_only_our_own_small_copies_are_published(site: Path) -> None:
    season = autumn()
    copies = {name: data for name, data in files(site).items() if name.startswith("pictures/")}
    assert copies
    originals = {sha256(data).hexdigest() for data in season.pictures.values()}
    for name, data in copies.items():
        assert sha256(data).hexdigest() not in originals
        with Image.open(BytesIO(data)) as picture:
            assert picture.format == "JPEG"
            most = 480 if "drawn-" in name else int(name.removesuffix(".jpg").rpartition("-")[2])
            assert max(picture.size) <= most
            assert not picture.getexif()


def _spoilt(season: Season, how: str) -> Capture:
    [capture] = season.state.captures[season.state.cases[0].listing.key]
    [picture] = capture.pictures
    if how == "missing":
        del season.pictures[picture.sha256]
    elif how == "exchanged":
        season.pictures[picture.sha256] = season.pictures[season.state.brand.references[0].sha256]
    return capture


@pytest.mark.parametrize(
    ("how", "said"), [("missing", "does not exist"), ("exchanged", "its hash differs")]
)
def test_a_picture_that_cannot_be_shown_says_why_and_stops_nothing(
    tmp_path: Path, how: str, said: str
) -> None:
    season = autumn()
    _spoilt(season, how)

    def picture_bytes(picture: Picture) -> bytes:
        if picture.sha256 not in season.pictures:
            raise NoSuchObject("s3://evidence/picture does not exist")
        return season.pictures[picture.sha256]

    result = build_site(season.state, picture_bytes, tmp_path, drawing_bytes=season.drawing_bytes)
    assert len(result.unreadable) == 1
    assert said in words(tmp_path, f"cases/{season.state.cases[0].id}.html")
    assert len(list((tmp_path / "cases").iterdir())) == len(season.state.cases)


def test_a_case_shows_the_top_of_its_drawn_page_in_little(site: Path) -> None:
    case = autumn().state.cases[0]
    assert "drawn from the kept bytes" in words(site, f"cases/{case.id}.html").lower()
    (drawn,) = (site / "pictures").glob("drawn-*.jpg")
    assert drawn.stat().st_size <= 30_000
    assert Image.open(BytesIO(drawn.read_bytes())).size == (480, 480)
    with pytest.raises(UnreadablePicture):
        make_drawing(b"\x89PNG\r\n\x1a\n" + bytes(99))


def test_thumbnails_that_are_published_are_not_made_again(site: Path, tmp_path: Path) -> None:
    def never(picture: Picture | Drawing) -> bytes:
        raise AssertionError(picture)

    result = build_site(
        autumn().state, never, tmp_path, drawing_bytes=never, published=set(files(site))
    )
    assert result.names == set(files(site))
    assert not (tmp_path / "pictures").exists()
    assert (tmp_path / "cases.html").read_bytes() == (site / "cases.html").read_bytes()


# --- what sellers write ---


def test_no_word_of_a_seller_is_in_a_title_a_heading_or_the_navigation(
    hostile_site: Path,
) -> None:
    for page, tree in pages(hostile_site):
        title = tree.findtext(".//title") or ""
        assert re.fullmatch(r"[A-Za-z0-9 ·-]+", title), page
        for heading in tree.xpath("//h1"):
            assert re.fullmatch(r"[A-Za-z0-9 -]+", heading.text_content().strip()), page
        for part in tree.xpath("//nav"):
            assert "alert" not in part.text_content(), page


def test_an_attack_adds_no_element_that_the_quiet_site_does_not_have(
    site: Path, hostile_site: Path
) -> None:
    quiet = {element.tag for _, tree in pages(site) for element in tree.iter()}
    for page, tree in pages(hostile_site):
        assert {element.tag for element in tree.iter()} <= quiet, page
        handlers = tree.xpath("//@*[starts-with(name(), 'on')]")
        assert handlers == [], page
        assert not [a for a in tree.xpath("//@href") if a.startswith("javascript")], page


@pytest.mark.parametrize("attack", ATTACKS[:6])
def test_an_attack_can_be_read_on_its_case(hostile_site: Path, attack: str) -> None:
    titles = {visible(case.listing.title or ""): case.id for case in attacked().state.cases}
    case = titles[visible(attack)]
    assert visible(attack) in words(hostile_site, f"cases/{case}.html")


def test_every_page_has_the_same_number_of_scripts(hostile_site: Path) -> None:
    counts = {len(tree.xpath("//script")) for _, tree in pages(hostile_site)}
    assert len(counts) == 1


def test_every_page_allows_only_the_scripts_of_the_theme(hostile_site: Path) -> None:
    policies = {
        tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        for _, tree in pages(hostile_site)
    }
    [policy] = policies
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "unsafe-inline" not in policy.split(";")[1]


def test_an_offer_with_a_dangerous_id_gets_a_harmless_page(tmp_path: Path) -> None:
    season = autumn()
    cases = (replace(season.state.cases[0], id="generic-..\\..\\<script>"),)
    season.state = replace(season.state, cases=cases)
    built(season, tmp_path)
    [page] = (tmp_path / "cases").iterdir()
    assert re.fullmatch(r"case-[0-9a-f]{20}\.html", page.name)


def test_a_brand_may_have_marks_in_its_name(tmp_path: Path) -> None:
    season = autumn()
    brand = replace(season.state.brand, name='Lu<mo> & "Söhne"')
    season.state = replace(season.state, brand=brand)
    built(season, tmp_path)
    for page, tree in pages(tmp_path):
        assert tree.xpath("//mo") == [], page
        assert (tree.findtext(".//title") or "").endswith('Lu<mo> & "Söhne" · Headwater'), page


# --- the page above ---


def test_the_front_page_leads_on_to_the_only_brand() -> None:
    tree = html.fromstring(front_page([BRAND]))
    assert tree.xpath("//meta[@http-equiv='refresh']/@content") == ["0; url=fjellvik/index.html"]


def test_the_front_page_lists_several_brands() -> None:
    other = replace(BRAND, id="lumo", name="Lu<mo>")
    tree = html.fromstring(front_page([BRAND, other]))
    assert tree.xpath("//meta[@http-equiv='refresh']") == []
    assert tree.xpath("//a/@href") == ["fjellvik/index.html", "lumo/index.html"]
    assert tree.xpath("//a")[1].text_content() == "Lu<mo>"


def test_a_state_is_never_changed_by_building(tmp_path: Path) -> None:
    season = autumn()
    before: ReportState = season.state
    built(season, tmp_path)
    assert season.state == before == autumn().state
