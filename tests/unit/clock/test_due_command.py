"""headwater due: the answer for programs, the answer in words, and what is refused."""

import argparse
import json
from pathlib import Path

import pytest

from headwater.cli import due


def asked(*words: str) -> int:
    parser = argparse.ArgumentParser()
    due.add_arguments(parser)
    return due.run(parser.parse_args(words))


ASKED = ("--platform", "1688", "--event", "counter_filed", "--at", "2026-02-11T09:30:00+08:00")


def test_the_answer_for_programs_keeps_its_promise(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(*ASKED, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    source = answer.pop("source")
    assert "Corsearch" in source
    assert answer == {
        "rule": "CMP-GENERIC",
        "who": "complainant",
        "limit": "3 working days",
        "formally_due": "2026-02-14",
        "act_by": "2026-02-14",
        "latest": "2026-02-24",
        "provisional": False,
        "calendars": {
            "official": "2026-02-14",
            "mon_fri": "2026-02-16",
            "holidays_only": "2026-02-24",
        },
    }


def test_in_words_it_says_by_when_and_what_is_not_certain(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert asked(*ASKED) == 0
    words = capsys.readouterr().out
    assert "Act by Saturday, 14 February 2026 (Asia/Shanghai)." in words
    assert "Tue 24 Feb 2026  without holidays" in words
    assert "Rule CMP-GENERIC (default, confidence low)" in words


@pytest.mark.parametrize("platform", ["Tmall-Global", "Alibaba.com"])
def test_a_name_is_understood_however_it_is_written(
    platform: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--platform", platform, "--event", "Counter filed", *ASKED[4:], "--json")
    assert asked(*words) == 0
    assert json.loads(capsys.readouterr().out)["rule"] == "CMP-GENERIC"


def test_a_year_without_a_calendar_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(*ASKED[:-1], "2026-12-31T09:30:00+08:00") == 0
    assert "Provisional" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--platform", "ebay"), "unknown platform 'ebay'; there is 1688, alibaba, aliexpress"),
        (("--event", "exploded"), "no rule for the event 'exploded' on 1688; there is"),
        (("--at", "2026-02-11"), "write it like 2026-02-11T09:30:00+08:00"),
        (("--as-of", "soon"), "'soon' is not a date; write it like 2026-02-11"),
        (("--own", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_a_mistake_is_one_clear_line(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(*ASKED, *words) == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1


def test_the_owners_numbers_are_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "deadlines.toml"
    own.write_text("[override]\nCMP-GENERIC = 1\n", encoding="utf-8")
    assert asked(*ASKED, "--json", "--own", str(own)) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["limit"], answer["act_by"]) == ("1 working day", "2026-02-12")
    own.write_text("[override]\nNO-SUCH = 1\n", encoding="utf-8")
    assert asked(*ASKED, "--own", str(own)) == 2
    assert f"{own}: [override] names NO-SUCH" in capsys.readouterr().err


def test_as_of_takes_the_rules_of_that_day(capsys: pytest.CaptureFixture[str]) -> None:
    upheld = ("--platform", "alibaba", "--event", "upheld", "--at", "2022-03-01T10:00:00+08:00")
    asked(*upheld, "--json")
    now = json.loads(capsys.readouterr().out)
    asked(*upheld, "--as-of", "2022-01-19", "--json")
    then = json.loads(capsys.readouterr().out)
    assert (now["rule"], then["rule"]) == ("ALI-CN23", "ALI-CN23-OLD")


def test_a_notice_in_the_owners_file_makes_a_provisional_year_definite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_2027 = (*ASKED[:-1], "2026-12-31T09:30:00+08:00", "--json")
    own = tmp_path / "deadlines.toml"
    own.write_text(
        "[[notice]]\nyear = 2027\npublished = 2026-11-25\nsource = 'https://www.gov.cn/'\n"
        "off = [2027-01-01]\nwork = [2027-01-03]\n",
        encoding="utf-8",
    )
    asked(*in_2027)
    before = json.loads(capsys.readouterr().out)
    asked(*in_2027, "--own", str(own))
    after = json.loads(capsys.readouterr().out)
    assert (before["provisional"], after["provisional"]) == (True, False)
    assert after["calendars"] == {
        "official": "2027-01-05",  # Friday is off, Sunday 3 January works
        "mon_fri": "2027-01-05",
        "holidays_only": "2027-01-06",
    }
    asked(*in_2027, "--own", str(own), "--as-of", "2026-11-24")
    assert json.loads(capsys.readouterr().out)["provisional"]
