"""A person sees on one screen what was asked, answered and not covered, and can add to it."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from headwater import marketplaces
from headwater.cli.main import main
from headwater.cli.search import in_words
from headwater.domain.brands import Brand, Desk, PlatformAccess, Watch
from headwater.domain.coverage import CANARY, Asked, Run
from headwater.domain.listings import CollectedBy
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform, RouteName
from headwater.usecases.coverage import NotOurLink, explain, links, nothing_found
from tests.factories import ANSWER, BRAND
from tests.fakes.search import NOON, RunsInMemory

WATCH = Watch(
    id="mark",
    platforms=(Platform.ALI1688, Platform.ALIEXPRESS),
    words=("harvelk", "harvelk mug"),
    variants=tuple((f"harvelk claim{n}", None) for n in range(20)),
)
HARVELK = replace(BRAND, id="harvelk", name="Harvelk", watches=(WATCH,))


def desk(brand: Brand = HARVELK) -> Desk:
    gateway = PlatformAccess(routes=(RouteName.GATEWAY_1688, RouteName.PAGE_FETCH), daily_budget=12)
    return Desk(contact="mail@x.org", brands=(brand,), access=((Platform.ALI1688, gateway),))


def asked(query: str, verdict: Verdict = Verdict.OK, **changes: object) -> Asked:
    known = replace(ANSWER, watch="mark", query=query, verdict=verdict, reason="", new=2)
    return replace(known, **changes)  # type: ignore[arg-type]


def ran(*answers: Asked, days_ago: int = 0, blind: str = "") -> Run:
    at = NOON - timedelta(days=days_ago)
    run_id = f"harvelk#1688#{days_ago}"
    return Run(
        brand="harvelk", id=run_id, started_at=at, finished_at=at, asked=answers, blind=blind
    )


def kept(*runs: Run) -> RunsInMemory:
    memory = RunsInMemory()
    for run in runs:
        memory.add(run)
    return memory


def screen(*runs: Run) -> list[str]:
    explained = explain(WATCH, brand=HARVELK, desk=desk(), runs=kept(*runs), day=NOON.date())
    return in_words("mark", explained, NOON.date())


def test_the_screen_says_what_was_answered_and_what_was_not() -> None:
    said = screen(
        ran(
            asked("数据线", watch=CANARY),
            asked("harvelk", depth="pages 1-2 of about 14"),
            asked("harvelk mug", Verdict.BLOCKED_CHALLENGE, reason="a slider\u202e"),
        )
    )
    whole = "\n".join(said)
    assert "1688: by 1688_gateway, page_fetch (switched off); 12 requests a day" in said[0]
    assert "canary '数据线' by page is seen" in whole
    assert "ok  harvelk: 60 found, 2 new; pages 1-2 of about 14 (page, 2026-11-21)" in whole
    assert "NO  harvelk mug: blocked_challenge: a slider" in whole
    assert "\u202e" not in whole
    assert "AliExpress: by page_fetch (switched off); 40 requests a day; never searched" in whole
    assert said[-1] == "watch mark: 1688 1 of 22 answered; AliExpress 0 of 22 answered"


def test_it_fits_on_one_screen() -> None:
    assert len(screen()) <= 40
    assert max(len(line) for line in screen()) <= 160


def test_a_blind_run_is_shouted() -> None:
    said = "\n".join(screen(ran(asked("harvelk"), blind="1688: 'usb cable' was not found")))
    assert "BLIND  1688: 'usb cable' was not found" in said
    assert "the last run was BLIND" in said


def test_the_newest_answer_counts_and_of_two_routes_the_one_that_answered() -> None:
    said = "\n".join(
        screen(
            ran(
                asked("harvelk", Verdict.ERROR, route="1688_gateway"),
                asked("harvelk", Verdict.OK, route="page_fetch", items=7),
            ),
            ran(asked("harvelk", Verdict.RATE_LIMITED), days_ago=1),
        )
    )
    assert "ok  harvelk: 7 found" in said
    assert "rate_limited" not in said


def test_a_field_that_is_read_less_than_usual_stands_beside_its_median() -> None:
    usual = (("title", 1.0), ("seller", 0.9), ("minimum order", 0.0))
    past = [ran(asked("harvelk", fields=usual), days_ago=day) for day in range(1, 6)]
    now = asked("harvelk", items=10, fields=(("title", 1.0), ("seller", 0.2)))
    more = asked("harvelk mug", items=30, fields=(("title", 1.0), ("seller", 0.6)))
    (said,) = (line for line in screen(ran(now, more), *past) if "fields read" in line)
    assert said == "  fields read by page in every listing, but seller 50% (usually 90%)"
    (said,) = (line for line in screen(*past) if "fields read" in line)
    assert said == "  fields read by page in every listing, but seller 90%, minimum order 0%"


def test_what_waits_for_its_turn_says_when_it_comes() -> None:
    explained, _ = explain(WATCH, brand=HARVELK, desk=desk(), runs=kept(), day=NOON.date())
    turns = {answer.turn for answer in explained.answers}
    assert turns == {NOON.date() + timedelta(days=n) for n in range(3)}
    assert explained.period_days == 3


def test_links_lead_to_every_question_of_the_day() -> None:
    found = dict(links(HARVELK, desk(), day=date(2026, 11, 21), all_days=False))
    assert {query.platform for query in found} == {Platform.ALI1688, Platform.ALIEXPRESS}
    assert any("s.1688.com" in url for url in found.values())
    assert len(found) == 10 + 22
    assert len(list(links(HARVELK, desk(), day=date(2026, 11, 21), all_days=True))) == 44


def test_a_person_s_empty_search_covers_its_question() -> None:
    runs = RunsInMemory()
    query, link = next(links(HARVELK, desk(), day=NOON.date(), all_days=False))
    nothing_found(link, brand=HARVELK, desk=desk(), runs=runs, now=NOON)
    (run,) = runs.kept
    assert run.covered
    assert run.asked[0].collected_by is CollectedBy.PERSON
    platform = explain(WATCH, brand=HARVELK, desk=desk(), runs=runs, day=NOON.date())[
        WATCH.platforms.index(query.platform)
    ]
    covered = [answer.query for answer in platform.answers if answer.covered]
    assert covered == [query]
    assert platform.last is None  # nobody but a person looked


def test_a_link_in_gbk_is_the_same_search() -> None:
    watch = replace(WATCH, words=("鹿角杯",), variants=())
    brand, runs = replace(HARVELK, watches=(watch,)), RunsInMemory()
    older = "https://s.1688.com/selloffer/offer_search.htm?keywords=%C2%B9%BD%C7%B1%AD"
    assert marketplaces.older_search_url(Platform.ALI1688, "鹿角杯") == older
    asked = nothing_found(older, brand=brand, desk=desk(), runs=runs, now=NOON)
    assert (asked.platform, asked.query) == (Platform.ALI1688, "鹿角杯")
    assert marketplaces.older_search_url(Platform.ALI1688, "Ʒ杯") == ""


def test_lazada_has_a_link_for_each_country() -> None:
    watch = replace(WATCH, platforms=(Platform.LAZADA,), words=("mug",), variants=())
    brand = replace(HARVELK, watches=(watch,))
    found = dict(links(brand, Desk(contact="m@x.org", brands=(brand,), access=()), day=NOON.date(),
                       all_days=False))  # fmt: skip
    assert [query.label for query in found][:2] == ["mug (sg)", "mug (my)"]
    assert len(found) == len({url.split("/")[2] for url in found.values()}) == 6


def test_somebody_else_s_link_covers_nothing() -> None:
    runs = RunsInMemory()
    with pytest.raises(NotOurLink, match="headwater links"):
        nothing_found(
            "https://s.1688.com/?keywords=x", brand=HARVELK, desk=desk(), runs=runs, now=NOON
        )
    assert runs.kept == []


def test_the_command_prints_links_from_the_config(capsys: pytest.CaptureFixture[str]) -> None:
    config = Path(__file__).parents[3] / "config" / "headwater.toml"
    assert main(["links", "--config", str(config), "--platform", "1688", "--watch", "mark"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["1688", "  harvelk"]
    assert said[2].startswith("    https://s.1688.com/")


def test_only_half_of_the_note_is_not_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["links", "--searched", "https://s.1688.com/"]) == 2
    assert "--nothing-found" in capsys.readouterr().err
