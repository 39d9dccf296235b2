"""`headwater search --explain` and `headwater links` against the tables of a stack."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from headwater.adapters.desk import read_desk, write_desk
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.store import Bucket
from headwater.cli.main import main
from headwater.domain.brands import Desk, PlatformAccess, Watch
from headwater.domain.coverage import Run
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.marketplaces import search_url
from tests.conftest import PROJECT
from tests.factories import ANSWER, BRAND

pytestmark = pytest.mark.local_aws

WATCH = Watch(id="mark", platforms=(Platform.ALI1688,), words=("峡湾", "峡湾 复刻"))
STACK = "headwater-commands"


@pytest.fixture
def runs(tables: dict[str, str], buckets: dict[str, str]) -> Iterator[Runs]:
    """The runs of a stack that has a configuration, and nothing but its outputs."""
    outputs = {"WorkBucket": buckets["WorkBucket"], "RunsTable": tables["RunsTable"]}
    template = {
        "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(template))
    brand = replace(BRAND, watches=(WATCH,))
    access = ((Platform.ALI1688, PlatformAccess(fetch_pages=True)),)
    write_desk(
        Bucket(outputs["WorkBucket"]),
        Desk(contact="mail@example.com", brands=(brand,), access=access),
    )
    yield Runs(outputs["RunsTable"])
    cloudformation.delete_stack(StackName=STACK)


def explain(watch: str = "mark") -> int:
    return main(["search", "--watch", watch, "--explain", "--stack", STACK])


def test_a_gap_is_shown_until_a_person_closes_it(
    runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain() == 1
    assert "never searched" in capsys.readouterr().out
    now = datetime.now(UTC)
    refused = replace(
        ANSWER, watch="mark", query="峡湾 复刻", verdict=Verdict.BLOCKED_LOGIN, reason="a login"
    )
    answers = (replace(ANSWER, watch="mark", query="峡湾"), refused)
    runs.add(Run(brand=BRAND.id, id="r", started_at=now, finished_at=now, asked=answers))
    assert explain() == 1
    said = capsys.readouterr().out
    assert "NO  峡湾 复刻: blocked_login: a login" in said
    assert "watch mark: 1688 1 of 2 answered" in said

    link = search_url(Platform.ALI1688, "峡湾 复刻")
    assert main(["links", "--searched", link, "--nothing-found", "--stack", STACK]) == 0
    assert "nothing" in capsys.readouterr().out
    assert explain() == 0
    assert "ok  峡湾 复刻: 0 found, 0 new (person" in capsys.readouterr().out


def test_a_link_or_watch_that_we_do_not_know_is_said(
    runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    link = "https://s.1688.com/selloffer/offer_search.htm?keywords=other"
    assert main(["links", "--searched", link, "--nothing-found", "--stack", STACK]) == 1
    assert "headwater links" in capsys.readouterr().err
    assert explain("other") == 2
    assert "there is mark" in capsys.readouterr().err
    assert runs.latest(BRAND.id, 10) == []


def test_a_page_and_the_config_go_to_the_stack_by_its_name(
    runs: Runs, buckets: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "page.html"
    file.write_text("<html>one</html>")
    assert main(["import", str(file), "--stack", STACK]) == 0
    work = Bucket(buckets["WorkBucket"])
    assert len(list(work.list("import/"))) == 1
    config = ["config", "--config", str(PROJECT / "config" / "headwater.toml"), "push"]
    assert main([*config, "--stack", STACK]) == 0
    assert read_desk(work).brands[0].id == "harvelk"
    assert (
        main([*config, "--stack", "nowhere"]) == main(["import", str(file), "--stack", "no"]) == 1
    )
    assert capsys.readouterr().err.count("was not found") == 2


def test_a_stack_that_is_not_there_is_said(
    local_aws: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "--watch", "mark", "--explain", "--stack", "nowhere"]) == 1
    assert "stack nowhere was not found" in capsys.readouterr().err
