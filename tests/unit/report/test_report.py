"""The views say what is so: dates first, coverage only where it was proven, nothing clickable."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.deadline_rules import read_clock
from headwater.domain.captures import Capture
from headwater.domain.cases import Case, CaseState, Former
from headwater.domain.complaints import Complaint, ComplaintState
from headwater.domain.coverage import CANARY, Asked, Run
from headwater.domain.listings import ListingKey, Sighting
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.domain.risk import Band, Risk
from headwater.domain.sellers import Identifier, IdentifierKind, ListedSeller, SellerList
from headwater.domain.traces import Alike
from headwater.usecases.draw import drawings_of
from headwater.usecases.report.cases import case_page, case_row
from headwater.usecases.report.complaints import complaint_views
from headwater.usecases.report.coverage import calendar, coverage, field_rows, run_views
from headwater.usecases.report.listings import listing_rows
from headwater.usecases.report.overview import key_numbers, suspects_by_platform, todos
from headwater.usecases.report.sellers import seller_views
from headwater.usecases.report.state import ReportState, read_state
from headwater.usecases.report.words import VERDICTS, page_name
from headwater.usecases.review import as_row
from headwater.usecases.sellers import supplier_ties
from tests.factories import ANSWER, BRAND, CAPTURE, CASE, LISTING, NOON, RUN, SIGHTING
from tests.fakes.evidence import BucketInMemory
from tests.fakes.report import autumn

SECOND = ListingKey(Platform.ALI1688, "2")


def a_state(**changes: object) -> ReportState:
    state = ReportState(
        brand=BRAND,
        cases=(CASE,),
        complaints=(),
        captures={LISTING.key: (CAPTURE,)},
        sightings=(SIGHTING,),
        runs=(RUN,),
        clock=read_clock(),
    )
    return replace(state, **changes)  # type: ignore[arg-type]


def a_run(*answers: Asked, hours_ago: int = 0) -> Run:
    at = NOON - timedelta(hours=hours_ago)
    return replace(RUN, started_at=at, finished_at=at, asked=answers)


# --- coverage ---


def test_what_is_read_less_than_usual_stands_out() -> None:
    whole = replace(ANSWER, fields=(("title", 1.0), ("seller", 0.95)))
    drifting = replace(ANSWER, fields=(("title", 0.999), ("seller", 0.5)))
    past = [a_run(whole, hours_ago=24 * day) for day in range(1, 4)]
    (row,) = field_rows(a_state(runs=(a_run(drifting), *past)))
    assert (row.platform, row.words) == ("1688", "title 99%, seller 50% (usually 95%)")
    assert row.drifts
    (row,) = field_rows(a_state(runs=tuple(past)))
    assert (row.words, row.drifts) == ("seller 95%", False)


def test_nothing_new_is_said_where_every_question_was_answered() -> None:
    said = coverage(a_state(runs=(a_run(replace(ANSWER, new=0)),)))
    assert said.proven
    assert "0 new listings" in said.sentence


@pytest.mark.parametrize("verdict", [one for one in Verdict if not one.covers])
def test_nothing_new_is_never_said_after_an_unanswered_question(verdict: Verdict) -> None:
    answer = replace(ANSWER, verdict=verdict, items=0, new=0)
    said = coverage(a_state(runs=(a_run(answer),)))
    assert not said.proven
    assert "0 new" not in said.sentence
    assert said.gaps[0].reason.startswith(VERDICTS[verdict])


def test_without_any_run_we_have_not_looked() -> None:
    said = coverage(a_state(runs=()))
    assert not said.proven
    assert said.headline == "We have not looked yet"
    assert "0 new" not in said.sentence


def test_a_run_that_asked_nothing_proves_nothing() -> None:
    assert not coverage(a_state(runs=(a_run(),))).proven


def test_a_later_refusal_outweighs_an_earlier_answer() -> None:
    refused = replace(ANSWER, verdict=Verdict.BLOCKED_LOGIN, items=0, new=0)
    said = coverage(a_state(runs=(a_run(refused), a_run(ANSWER, hours_ago=24))))
    assert not said.proven


def test_a_later_answer_makes_an_earlier_refusal_good() -> None:
    refused = replace(ANSWER, verdict=Verdict.BLOCKED_LOGIN, items=0, new=0)
    assert coverage(a_state(runs=(a_run(ANSWER), a_run(refused, hours_ago=24)))).proven


def test_what_a_second_route_answered_is_answered() -> None:
    refused = replace(ANSWER, route="page_fetch", verdict=Verdict.BLOCKED_LOGIN, items=0, new=0)
    other = replace(ANSWER, route="aliexpress_affiliate", new=0)
    said = coverage(a_state(runs=(a_run(refused, other),)))
    assert said.proven
    assert (said.asked, said.answered) == (1, 1)


def test_a_blind_run_proves_nothing_whatever_it_answered() -> None:
    blind = replace(a_run(replace(ANSWER, new=0)), blind="the canary was not found")
    said = coverage(a_state(runs=(blind,)))
    assert not said.proven
    assert said.answered == 0
    assert "the canary was not found" in said.gaps[0].reason


def test_a_watched_platform_that_was_never_asked_is_a_gap() -> None:
    watch = replace(BRAND.watches[0], platforms=(Platform.ALI1688, Platform.TAOBAO))
    said = coverage(a_state(brand=replace(BRAND, watches=(watch,))))
    assert not said.proven
    assert [gap.platform for gap in said.gaps] == ["Taobao"]


def test_a_platform_that_only_a_person_can_search_is_said_to_be_one() -> None:
    watch = replace(BRAND.watches[0], platforms=(Platform.ALI1688, Platform.TAOBAO))
    state = a_state(brand=replace(BRAND, watches=(watch,)), by_hand=frozenset({Platform.TAOBAO}))
    [gap] = coverage(state).gaps
    assert (gap.platform, "only a person" in gap.reason) == ("Taobao", True)


def test_a_canary_is_shown_as_one_and_counts_as_no_question() -> None:
    canary = replace(ANSWER, watch=CANARY, query="usb cable", verdict=Verdict.ERROR)
    state = a_state(runs=(a_run(canary, replace(ANSWER, depth="pages 1-2 of about 14")),))
    said = coverage(state)
    assert (said.proven, said.asked) == (True, 1)
    (view,) = run_views(state)
    assert [(row.canary, row.depth) for row in view.answers] == [
        (True, ""),
        (False, "pages 1-2 of about 14"),
    ]


def test_a_page_that_a_person_brought_is_no_question() -> None:
    brought = replace(ANSWER, route="import", watch="", new=12)
    said = coverage(a_state(runs=(a_run(brought),)))
    assert not said.proven
    assert said.asked == 0
    assert "Pages that were brought by hand held 12 new listings." in said.sentence


def test_a_brought_page_that_could_not_be_read_is_a_gap() -> None:
    unread = replace(ANSWER, route="import", verdict=Verdict.SCHEMA_DRIFT, query="a.html", new=0)
    said = coverage(a_state(runs=(a_run(ANSWER), a_run(unread))))
    assert not said.proven
    assert [gap.what for gap in said.gaps] == [("a.html",)]


def test_questions_that_failed_for_the_same_reason_are_one_gap() -> None:
    answers = [
        replace(ANSWER, query=query, verdict=Verdict.ERROR, reason="switched off", new=0)
        for query in ("mug", "lantern")
    ]
    [gap] = coverage(a_state(runs=(a_run(*answers),))).gaps
    assert gap.what == ("mug", "lantern")
    assert gap.reason == "no answer (switched off)"


def test_every_verdict_has_plain_words() -> None:
    assert set(VERDICTS) == set(Verdict)


def test_the_last_answer_of_a_day_is_its_cell_and_a_day_without_a_run_is_there() -> None:
    refused = replace(ANSWER, verdict=Verdict.RATE_LIMITED, new=0)
    other = replace(ANSWER, query="mug")
    brought = replace(ANSWER, watch="", query="a.html")
    runs = (a_run(refused, brought), a_run(ANSWER, hours_ago=2), a_run(other, hours_ago=48))
    shown = calendar(a_state(runs=runs))
    assert [day.isoformat() for day in shown.days] == ["2026-11-21", "2026-11-20", "2026-11-19"]
    [mug, cup] = shown.rows
    assert mug[:2] == ("1688", "mug")
    assert [cell.verdict for cell in mug[2]] == [None, None, Verdict.OK]
    assert [cell.verdict for cell in cup[2]] == [Verdict.RATE_LIMITED, None, None]


# --- what to do ---


def test_what_has_a_date_comes_before_the_strongest_suspicion() -> None:
    first, second, *_ = todos(autumn().state)
    assert first.what == "Accept or reject the seller’s counter-notice"
    assert first.due is not None
    # Counter-notice on Thursday 19 November: the third working day is Tuesday, 18:00 in China.
    assert first.due.isoformat() == "2026-11-24T10:00:00+00:00"
    assert second.due is None


def test_a_complaint_about_listings_that_are_no_cases_is_still_to_do() -> None:
    state = autumn().state
    [first] = [todo for todo in todos(replace(state, cases=())) if todo.due]
    assert first.case is None
    assert "IPP-20261106-0042" in (first.subject or "")


@pytest.mark.parametrize("settled", [CaseState.DISMISSED, CaseState.AUTHORISED, CaseState.CLOSED])
def test_a_settled_case_asks_for_nothing(settled: CaseState) -> None:
    case = CASE.move(settled, at=NOON, by="owner", what="looked at")
    state = a_state(cases=(case,))
    assert todos(state) == ()
    assert suspects_by_platform(state) == {}
    assert key_numbers(state)[0].value == "0"


def test_a_case_shows_the_date_of_its_complaint() -> None:
    state = autumn().state
    [dated] = [case for case in state.cases if case.id in state.complaints[0].cases]
    page = case_page(state, dated)
    assert page.row.due
    assert page.next_step.startswith("Accept or reject the seller’s counter-notice")
    [complaint] = page.complaints
    [due] = complaint.due
    assert due.ours
    assert due.at == page.row.due


@pytest.mark.parametrize(
    ("state", "command"),
    [
        (CaseState.OPEN, "headwater case confirm --brand fjellvik 1688-601748658723"),
        (CaseState.WATCHING, "headwater case dismiss --brand fjellvik 1688-601748658723"),
        (CaseState.CONFIRMED, "headwater complaint file --platform 1688"),
    ],
)
def test_a_case_says_what_to_type_next(state: CaseState, command: str) -> None:
    case = CASE.move(state, at=NOON, by="owner", what="looked at")
    page = case_page(a_state(cases=(case,)), case)
    assert any(line.startswith(command) for line in page.commands)


def test_a_dangerous_id_is_quoted_for_the_shell() -> None:
    case = replace(CASE, id="generic-$(reboot)")
    page = case_page(a_state(cases=(case,)), case)
    assert page.commands[0] == "headwater case confirm --brand fjellvik 'generic-$(reboot)'"


def test_the_cases_of_one_seller_stand_together() -> None:
    second = replace(CASE, id="1688-2", listing=replace(LISTING, key=SECOND))
    first = CASE.move(CaseState.CONFIRMED, at=NOON, by="owner", what="ours")
    [seller] = seller_views(a_state(cases=(first, second)))
    assert {row.id for row in seller.cases} == {CASE.id, "1688-2"}
    assert (seller.strikes, seller.repeat_offender) == (1, False)
    assert seller.products == ("Fjellvik enamel mug",)


def test_complaints_that_wait_for_us_come_before_newer_ones_that_do_not() -> None:
    state = autumn().state
    [waiting] = state.complaints
    newer = replace(
        waiting,
        id="newer",
        state=ComplaintState.NOTIFIED,
        updated_at=waiting.updated_at + timedelta(hours=1),
        events=waiting.events[:2],
    )
    views = complaint_views(replace(state, complaints=(newer, waiting)))
    assert [view.id for view in views] == [waiting.id, "newer"]
    [sellers] = views[1].due
    assert not sellers.ours
    assert sellers.what == "The seller has until"


def test_a_typed_date_is_named_as_such() -> None:
    state = autumn().state
    [complaint] = state.complaints
    named = NOON + timedelta(days=9)
    counter = replace(complaint.events[-1], due=named)
    dated = replace(complaint, events=(*complaint.events[:-1], counter))
    [view] = complaint_views(replace(state, complaints=(dated,)))
    assert view.due[0].at == named
    assert "typed in by a person" in view.due[0].origin


# --- reading ---


class Kept:
    """Every port of the report over plain lists."""

    def __init__(
        self, *, cases: list[Case], captures: list[Capture], listings: list[Sighting]
    ) -> None:
        self._cases, self._captures, self._listings = cases, captures, listings

    def of_brand(self, brand: str) -> list[Case]:
        return [case for case in self._cases if case.brand == brand]

    def of_listing(self, brand: str, key: ListingKey) -> list[Capture]:
        return [one for one in self._captures if (one.brand, one.key) == (brand, key)]

    def latest(self, brand: str, limit: int) -> list[Sighting]:
        return [one for one in self._listings if one.brand == brand][:limit]


class NoComplaints:
    def of_brand(self, brand: str) -> list[Complaint]:
        return []


class TheRuns:
    def latest(self, brand: str, limit: int) -> list[Run]:
        return [RUN][:limit]


def test_the_state_is_read_through_the_ports_and_another_brand_stays_out() -> None:
    stranger = replace(CASE, brand="other")
    weak = replace(
        CASE,
        id="1688-2",
        listing=replace(LISTING, key=SECOND),
        risk=Risk(score=20, band=Band.LOOK, reasons=(), infringement=None),
    )
    kept = Kept(cases=[weak, stranger, CASE], captures=[CAPTURE], listings=[SIGHTING])
    place = drawings_of(BRAND.id, LISTING.key, CAPTURE.id)
    drawn = BucketInMemory()
    for name in ("whole/seen.html.png", "whole/seen.html.scripts.png", "whole/manifest.json"):
        drawn.put(place + name, b"", "")
    drawn.put(f"{place}begun/seen.html.scripts.png", b"", "")
    state = read_state(
        BRAND,
        cases=kept,
        complaints=NoComplaints(),
        captures=kept,
        listings=kept,
        runs=TheRuns(),
        drawings=drawn,
        clock=read_clock(),
    )
    drawing = state.drawings[LISTING.key]
    assert (drawing.id, drawing.key) == ("whole", f"{place}whole/seen.html.scripts.png")
    assert state.cases == (CASE, weak)
    assert state.captures == {LISTING.key: (CAPTURE,), weak.listing.key: ()}
    assert state.sightings == (SIGHTING,)
    assert state.runs == (RUN,)


def test_a_listing_that_matched_nothing_is_shown_as_seen() -> None:
    [row] = listing_rows(a_state(cases=()))
    assert row.title == LISTING.title
    assert row.case_page is None
    assert row.kept == "kept in full"
    assert row.picture


def test_a_listing_seen_twice_is_listed_once_with_its_first_sight() -> None:
    again = replace(SIGHTING, query="mug", seen_at=NOON + timedelta(days=1))
    [row] = listing_rows(a_state(sightings=(again, SIGHTING)))
    assert row.seen_at == NOON


def test_a_rehearsal_anywhere_is_known() -> None:
    assert a_state().rehearsed == {False}
    assert a_state(cases=(replace(CASE, rehearsal=True),)).rehearsed == {True, False}
    assert a_state(runs=(replace(RUN, rehearsal=True),)).rehearsed == {True, False}
    captures = {LISTING.key: (replace(CAPTURE, rehearsal=True),)}
    assert a_state(captures=captures).rehearsed == {True, False}


def test_the_state_is_as_new_as_its_latest_record() -> None:
    later = NOON + timedelta(hours=5)
    assert a_state(runs=(replace(RUN, finished_at=later),)).as_of == later
    nothing = a_state(cases=(), captures={}, sightings=(), runs=())
    assert nothing.as_of is None


# --- names and addresses ---


@given(st.text(st.characters(), min_size=1, max_size=120))
def test_a_page_name_is_safe_whatever_the_offer_is_called(offer: str) -> None:
    assert re.fullmatch(r"cases/[a-z0-9][a-z0-9_-]*\.html", page_name(f"generic-{offer}"))


@given(st.sets(st.text(min_size=1, max_size=40), min_size=2, max_size=2))
def test_two_cases_never_share_a_page(offers: set[str]) -> None:
    one, other = offers
    assert page_name(f"generic-{one}") != page_name(f"generic-{other}")


def test_the_usual_case_keeps_its_name() -> None:
    assert page_name("aliexpress-1005009446764602") == "cases/aliexpress-1005009446764602.html"


# --- what was seen before ---


def known_again() -> ReportState:
    """A source that came back once, the retail copy that it feeds, and the owner's supplier."""
    retail_key = ListingKey(Platform.AMAZON, "B0TEST0001")
    former = Former(
        listing=replace(LISTING, key=SECOND),
        left_at=NOON,
        upheld=True,
        why="picture-01.jpg is picture-01.jpg of the removed 1688#2",
    )
    source = replace(CASE, former=(former,), times=2)
    photograph = Alike(
        listing=LISTING.key,
        capture_id="c",
        part_name="picture-01.jpg",
        other_capture=CAPTURE.id,
        other_part="picture-01.jpg",
        distance=2,
    )
    retail = replace(
        CASE,
        id="amazon-B0TEST0001",
        listing=replace(LISTING, key=retail_key),
        pictures=(),
        alike=(photograph,),
    )
    phone = Identifier(IdentifierKind.ACCOUNT, "1688#b2b-1")
    supplier = ListedSeller(on=SellerList.SUPPLIER, identifier=phone, note="Foo Enamel Works")
    brand = replace(BRAND, sellers=(supplier,))
    return a_state(brand=brand, cases=(source, retail))


def test_a_case_says_how_often_it_came_back_and_what_it_feeds() -> None:
    state = known_again()
    source, retail = state.cases
    row = case_row(state, source)
    assert (row.times, row.copies) == ("2nd time", 1)
    page = case_page(state, source)
    assert [(one.listing, one.on) for one in page.former] == [("1688 2", NOON)]
    assert [(one.page, one.how) for one in page.copies] == [
        (page_name(retail.id), "the same photograph")
    ]
    assert [one.page for one in page.alike] == [page_name(retail.id)]
    assert [one.page for one in case_page(state, retail).sources] == [page_name(source.id)]
    assert todos(state)[0].what == "Back for the 2nd time: look and decide"


def test_the_listing_that_was_removed_leads_to_the_case_that_it_is_now() -> None:
    old = replace(SIGHTING, listing=replace(LISTING, key=SECOND))
    (row,) = listing_rows(replace(known_again(), sightings=(old,)))
    assert row.case_page == page_name(CASE.id)


def test_a_tie_to_the_brands_own_supplier_is_in_no_page() -> None:
    state = known_again()
    assert supplier_ties(state.cases, state.brand.sellers, NOON.date())
    pages = [case_page(state, case) for case in state.cases]
    shown = repr((pages, seller_views(state), todos(state), [as_row(c) for c in state.cases]))
    assert "Foo Enamel" not in shown
    assert "supplier" not in shown
