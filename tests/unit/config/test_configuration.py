"""A broken config is refused with file, line and the next step; a good one becomes the desk."""

from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from headwater.adapters.configuration import ConfigurationError, read_configuration
from headwater.adapters.schedules import check_schedule
from headwater.cli.main import main
from headwater.domain.brands import SecondChannel
from headwater.domain.platforms import Platform, RouteName

GOOD = """\
contact = "brand@example.org"
sender = "watch@example.org"
alarms = "ops@example.org"

[[brand]]
id = "fjell"
name = "Fjell"
names = ["Fjell"]
chinese_names = ["菲耶"]

  [[brand.product]]
  id = "mug"
  name = "Mug"
  pictures = ["mug.jpg"]
  price = "39.00"
  currency = "EUR"

  [[brand.watch]]
  id = "mugs"
  platforms = ["aliexpress", "1688"]
  words = ["fjell mug"]

  [[brand.recipient]]
  email = "owner@example.org"
  timezone = "Europe/Berlin"

[platforms.aliexpress]
fetch_pages = true
clause_read = "none-2026-11"
[schedules]
search = "cron(0 2 * * ? *)"
"""


def written(folder: Path, text: str) -> Path:
    Image.effect_noise((64, 64), 80).convert("RGB").save(folder / "mug.jpg")
    file = folder / "headwater.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(written(folder, text))
    return [problem.removeprefix(str(folder) + "/") for problem in caught.value.problems]


def test_a_good_config_becomes_the_desk(tmp_path: Path) -> None:
    configuration = read_configuration(written(tmp_path, GOOD))
    brand = configuration.desk.brand("fjell")
    assert brand.products[0].price == Decimal("39.00")
    assert brand.references[0].id == "mug/mug.jpg"
    assert configuration.pictures[brand.references[0].sha256] == (tmp_path / "mug.jpg").read_bytes()
    assert configuration.desk.access_to(Platform.ALIEXPRESS).fetch_pages
    assert configuration.stack_parameters()["SearchSchedule"] == "cron(0 2 * * ? *)"


def test_pages_are_not_fetched_unless_the_owner_says_so(tmp_path: Path) -> None:
    desk = read_configuration(written(tmp_path, GOOD)).desk
    assert not desk.access_to(Platform.ALI1688).fetch_pages


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ('id = "mug"', 'id = "mug"\n  colour = "red"'),
            "headwater.toml:13: brand.1.product.1.colour",
        ),
        (('"mug.jpg"', '"nowhere.jpg"'), "headwater.toml:14: brand.1.product.1.pictures"),
        (("cron(0 2 * * ? *)", "cron(0 25 * * ? *)"), "headwater.toml:31: schedules.search"),
        (('"Europe/Berlin"', '"Berlin"'), "headwater.toml:25: brand.1.recipient.1.timezone"),
        (('"aliexpress", "1688"', '"ebay"'), "headwater.toml:20: brand.1.watch.1.platforms.1"),
        (('alarms = "ops@example.org"', ""), "headwater.toml:1: alarms: is missing"),
        (('price = "39.00"', 'price = "-1"'), "headwater.toml:15: brand.1.product.1.price"),
        (('names = ["Fjell"]', 'names = ["&!"]'), "headwater.toml:8: brand.1.names.1"),
        (("[schedules]", "[schedules"), "headwater.toml:30: column 11: not TOML"),
        (("[platforms.aliexpress]", "[platforms.ebay]"), "headwater.toml:27: platforms.ebay"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, change: tuple[str, str], expected: str
) -> None:
    problems = problems_of(tmp_path, GOOD.replace(*change))
    assert len(problems) == 1
    assert problems[0].startswith(expected)


WATCH = '  words = ["fjell mug"]'


def test_a_watch_may_look_for_pictures_and_for_the_names_with_claims(tmp_path: Path) -> None:
    text = GOOD.replace(WATCH, '  pictures = ["mug.jpg"]\n  claims = ["复刻", "replica"]')
    configuration = read_configuration(written(tmp_path, text))
    (watch,) = configuration.desk.brand("fjell").watches
    assert watch.pictures[0].id == "mug.jpg"
    assert watch.pictures[0].sha256 in configuration.pictures
    assert dict(watch.variants) == {
        "Fjell": None,
        "菲耶": True,
        "feiye": None,
        "菲耶 复刻": True,
        "Fjell 复刻": True,
        "Fjell replica": False,
    }


def test_the_lexicon_s_claims_are_asked_for_when_the_owner_says_only_yes(tmp_path: Path) -> None:
    configuration = read_configuration(written(tmp_path, GOOD.replace(WATCH, "  claims = true")))
    (watch,) = configuration.desk.brand("fjell").watches
    assert ("菲耶 高仿", True) in watch.variants
    assert len(watch.variants) > 50


def test_the_check_says_what_will_be_asked_and_what_cannot_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = GOOD.replace(WATCH, '  pictures = ["mug.jpg"]\n  claims = true')
    text += '\n[platforms.1688]\nroutes = ["1688_gateway"]\ndaily_budget = 12\n'
    text += 'canary_listing = "https://detail.1688.com/offer/601748658723.html"\n'
    assert main(["config", "--config", str(written(tmp_path, text)), "check"]) == 0
    said = capsys.readouterr().out.splitlines()
    chinese, other = (
        next(line for line in said if f"Fjell, {name}" in line) for name in ("1688", "AliExpress")
    )
    assert chinese.endswith("by 1688_gateway")
    assert "each within" in chinese
    assert other.endswith("every day, by page_fetch")
    assert "BLIND until canary_listing names a listing" in said[said.index(other) + 1]
    assert said[said.index(other) + 2].strip().startswith("its pictures cannot be searched for")


def test_a_person_is_named_where_nothing_may_be_fetched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "--config", str(written(tmp_path, GOOD)), "check"]) == 0
    assert "Fjell, 1688: 1 question(s), every day, by a person only" in capsys.readouterr().out


def test_the_clauses_are_shown_with_what_to_write_after_reading(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["config", "clauses"]) == 0
    said = capsys.readouterr().out
    assert "Systematic retrieval of Site Content" in said
    assert '[platforms.alibaba]  clause_read = "2026-03-11"' in said


def test_a_link_s_address_becomes_the_one_of_its_listing(tmp_path: Path) -> None:
    link = "https://m.1688.com/offer/601748658723.html?spm=a1"
    text = GOOD.replace(WATCH, f'  links = ["{link}"]')
    (watch,) = read_configuration(written(tmp_path, text)).desk.brand("fjell").watches
    assert watch.links == ("https://detail.1688.com/offer/601748658723.html",)


def test_routes_budget_and_canaries_reach_the_desk(tmp_path: Path) -> None:
    listing = "https://www.aliexpress.com/item/1005009446764602.html"
    text = GOOD.replace(
        "fetch_pages = true",
        'routes = ["aliexpress_affiliate", "page_fetch"]\ndaily_budget = 12\n'
        f'canary_query = "cup"\ncanary_listing = "{listing}"',
    )
    access = read_configuration(written(tmp_path, text)).desk.access_to(Platform.ALIEXPRESS)
    assert access.routes == (RouteName.ALIEXPRESS_AFFILIATE, RouteName.PAGE_FETCH)
    assert (access.daily_budget, access.canary_query) == (12, "cup")
    assert access.canary_listing == listing
    assert not access.fetch_pages


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((WATCH, ""), "headwater.toml:18: brand.1.watch.1: looks for nothing"),
        ((WATCH, '  pictures = ["no.jpg"]'), "headwater.toml:21: brand.1.watch.1.pictures"),
        (
            ("fetch_pages = true", 'routes = ["1688_gateway"]'),
            "headwater.toml:28: platforms.aliexpress.routes: '1688_gateway' leads to 1688",
        ),
        (("fetch_pages = true", 'routes = ["mtop"]'), "headwater.toml:28: platforms.aliexpress.ro"),
        (("fetch_pages = true", "daily_budget = 0"), "headwater.toml:28: platforms.aliexpress.da"),
        (
            ('clause_read = "none-2026-11"', ""),
            "headwater.toml:28: platforms.aliexpress.fetch_pages: first read what AliExpress says",
        ),
        (
            ('clause_read = "none-2026-11"', 'clause_read = "2019-01-01"'),
            "headwater.toml:28: platforms.aliexpress.fetch_pages: first read what AliExpress says",
        ),
        (
            ("[platforms.aliexpress]", "[platforms.amazon]"),
            "headwater.toml:28: platforms.amazon.fetch_pages: Amazon is not searched by itself",
        ),
        (
            ("fetch_pages = true", 'countries = ["sg"]'),
            "headwater.toml:28: platforms.aliexpress.countries: 'sg' is none of",
        ),
        (
            ('"aliexpress", "1688"]', '"1688"]\n  routes = ["1688_gateway"]'),
            "headwater.toml:21: brand.1.watch.1.routes: 1688 is asked by page_fetch only",
        ),
        (
            (WATCH, '  links = ["https://example.com/mug"]'),
            "headwater.toml:21: brand.1.watch.1.links: 'https://example.com/mug' is no listing",
        ),
        (
            ("fetch_pages = true", 'canary_listing = "https://example.com/"'),
            "headwater.toml:28: platforms.aliexpress.canary_listing",
        ),
    ],
)
def test_a_mistake_in_watches_and_routes_is_named(
    tmp_path: Path, change: tuple[str, str], expected: str
) -> None:
    problems = problems_of(tmp_path, GOOD.replace(*change))
    assert len(problems) == 1
    assert problems[0].startswith(expected)


def test_the_second_brand_has_lines_of_its_own(tmp_path: Path) -> None:
    second = GOOD.split("[platforms", maxsplit=1)[0].split("\n\n", 1)[1].replace('"fjell"', '"dal"')
    text = GOOD.split("[platforms", maxsplit=1)[0] + second.replace(
        'timezone = "Europe/Berlin"', ""
    )
    line = 1 + text.splitlines().index("  [[brand.recipient]]", 25)
    assert problems_of(tmp_path, text) == [
        f"headwater.toml:{line}: brand.2.recipient.1.timezone: is missing; add it"
    ]


def test_an_id_stands_once(tmp_path: Path) -> None:
    text = GOOD.replace(
        "  [[brand.watch]]",
        '  [[brand.product]]\n  id = "mug"\n  name = "M"\n  pictures = ["mug.jpg"]\n\n'
        "  [[brand.watch]]",
    )
    assert problems_of(tmp_path, text) == [
        "headwater.toml:19: brand.1.product.2.id: the id 'mug' is used twice"
    ]


def test_a_picture_that_is_none_is_said_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    (tmp_path / "mug.jpg").write_bytes(b"<html>not a picture</html>")
    with pytest.raises(ConfigurationError, match=r"mug\.jpg.*picture"):
        read_configuration(file)


def test_no_config_at_all_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--config FILE"):
        read_configuration(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    "expression",
    [
        "cron(15 3 * * ? *)",
        "cron(0/15 8-17 ? * MON-FRI *)",
        "cron(0 0 L * ? 2027)",
        "cron(0 9 ? * 2#1 *)",
        "rate(1 hour)",
        "rate(6 hours)",
        "at(2026-12-01T03:00:00)",
    ],
)
def test_schedules_as_aws_takes_them(expression: str) -> None:
    check_schedule(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "15 3 * * *",
        "cron(15 3 * * *)",
        "cron(15 3 * * * *)",
        "cron(15 3 ? * ? *)",
        "cron(61 3 * * ? *)",
        "cron(15 3 * FOO ? *)",
        "cron(15 9-3 * * ? *)",
        "cron(*/0 3 * * ? *)",
        "rate(1 hours)",
        "rate(0 hours)",
        "rate(2 weeks)",
        "at(tomorrow)",
        "",
    ],
)
def test_schedules_that_aws_would_refuse(expression: str) -> None:
    with pytest.raises(ValueError, match=r"write|fields|exactly|is no"):
        check_schedule(expression)


def test_quiet_hours_own_limits_and_the_second_channel_reach_the_desk(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[override]\nCMP-GENERIC = 5\n", encoding="utf-8")
    text = 'deadlines = "own.toml"\nheartbeat = true\n' + GOOD.replace(
        'timezone = "Europe/Berlin"', 'timezone = "Europe/Berlin"\n  quiet_hours = "22:00-07:30"'
    )
    text += (
        '[second_channel]\nphone = "+4915112345678"\nwebhook = "https://hooks.example.org/a?b=c"\n'
    )
    configuration = read_configuration(written(tmp_path, text))
    desk = configuration.desk
    assert desk.brands[0].recipients[0].quiet_hours == (time(22), time(7, 30))
    assert "CMP-GENERIC = 5" in desk.deadlines
    assert desk.heartbeat
    assert desk.second_channel == SecondChannel(sms=True, webhook="https://hooks.example.org/a?b=c")
    assert configuration.stack_parameters()["AlertPhone"] == "+4915112345678"


@pytest.mark.parametrize(
    ("top", "bottom", "expected"),
    [
        ('deadlines = "none.toml"', "", "headwater.toml:1: deadlines: the file 'none.toml' cannot"),
        ('deadlines = "bad.toml"', "", "[override] names NO-SUCH, which is no rule"),
        ("", '[second_channel]\nwebhook = "http://hooks.example.org/"', "second_channel.webhook"),
        ("", '[second_channel]\nwebhook = "https://u:p@evil.example/"', "second_channel.webhook"),
        ("", '[second_channel]\nphone = "0151 123"', "second_channel.phone"),
        ("", '[schedules]\nwatchdog = "hourly"', "'hourly' is no schedule"),
    ],
)
def test_what_the_clock_cannot_use_is_refused(
    tmp_path: Path, top: str, bottom: str, expected: str
) -> None:
    (tmp_path / "bad.toml").write_text("[override]\nNO-SUCH = 5\n", encoding="utf-8")
    text = GOOD.replace('[schedules]\nsearch = "cron(0 2 * * ? *)"\n', "")
    (problem,) = problems_of(tmp_path, f"{top}\n{text}\n{bottom}\n")
    assert expected in problem


@pytest.mark.parametrize("span", ["22-7", "22:00", "25:00-07:00", "07:00-07:00", "22:00-07:00Z"])
def test_quiet_hours_are_a_span(tmp_path: Path, span: str) -> None:
    zone = 'timezone = "Europe/Berlin"'
    (problem,) = problems_of(tmp_path, GOOD.replace(zone, f'{zone}\nquiet_hours = "{span}"'))
    assert "is no span of quiet hours" in problem
    assert "recipient.1.quiet_hours" in problem


def test_the_inbox_reaches_the_desk_and_the_stack(tmp_path: Path) -> None:
    plain = read_configuration(written(tmp_path, GOOD))
    assert plain.desk.inbox.domain == ""
    assert "InboxDomain" not in plain.stack_parameters()
    text = GOOD + '[inbox]\ndomain = "in.example.org"\nforwarders = ["Owner@example.org"]\n'
    configured = read_configuration(written(tmp_path, text))
    assert configured.desk.inbox.forwarders == ("owner@example.org",)
    assert configured.stack_parameters()["InboxDomain"] == "in.example.org"


@pytest.mark.parametrize(
    ("inbox", "said"),
    [
        ('domain = "not a domain"', "headwater.toml:33: inbox.domain: "),
        ('forwarders = ["nobody"]', "headwater.toml:33: inbox.forwarders.1: "),
        ('forwarder = ["a@b.org"]', "headwater.toml:33: inbox.forwarder: is no setting"),
        (
            'domain = "in.example.org"\nforwarders = ["x@in.example.org"]',
            "headwater.toml:34: inbox.forwarders: 'x@in.example.org' is an address of inbox.domain",
        ),
        ('domain = "example.org"', "headwater.toml:2: sender: 'watch@example.org' is an address"),
    ],
)
def test_a_mistake_in_the_inbox_is_named(tmp_path: Path, inbox: str, said: str) -> None:
    problems = problems_of(tmp_path, GOOD + f"[inbox]\n{inbox}\n")
    assert any(problem.startswith(said) for problem in problems), problems
