"""The template keeps its promises: least privilege, no silent queue, settings that fit."""

import importlib
import json
import re
from functools import cache
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from headwater.adapters.clauses import clauses
from tests.conftest import PROJECT

TEMPLATE = PROJECT / "infra" / "template.yaml"


@cache
def resources() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse(TEMPLATE.read_text())["Resources"]
    return parsed


def of_type(kind: str) -> dict[str, Any]:
    return {
        logical_id: resource["Properties"]
        for logical_id, resource in resources().items()
        if resource["Type"] == kind
    }


def functions() -> dict[str, Any]:
    return of_type("AWS::Serverless::Function")


def statements() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for logical_id, function in functions().items():
        for policy in function["Policies"]:
            found += [(logical_id, statement) for statement in policy["Statement"]]
    for logical_id, role in of_type("AWS::IAM::Role").items():
        for policy in role["Policies"]:
            found += [(logical_id, s) for s in policy["PolicyDocument"]["Statement"]]
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("logical_id", sorted(functions()))
def test_a_function_is_told_exactly_what_its_settings_ask_for(logical_id: str) -> None:
    function = functions()[logical_id]
    module, _, _ = function["Handler"].rpartition(".")
    settings = importlib.import_module(module).Settings
    wanted = {name.upper() for name in settings.model_fields}
    told = {
        name for name in function["Environment"]["Variables"] if not name.startswith("POWERTOOLS_")
    }
    assert told == wanted


@pytest.mark.parametrize("logical_id", sorted(functions()))
def test_a_handler_is_where_the_template_says(logical_id: str) -> None:
    module, _, name = functions()[logical_id]["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


def test_no_role_may_do_everything_or_touch_everything() -> None:
    for logical_id, statement in statements():
        for action in listed(statement["Action"]):
            assert "*" not in action, f"{logical_id}: {action}"
        for resource in listed(statement["Resource"]):
            assert resource != "*", f"{logical_id}: {statement['Action']}"


def test_nothing_that_runs_by_itself_may_delete_or_overwrite_evidence() -> None:
    for logical_id, statement in statements():
        touches = "EvidenceBucket" in str(statement["Resource"])
        allowed = {
            "s3:PutObject",
            "s3:PutObjectRetention",
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:ListBucket",
            "s3:ListBucketVersions",
        }
        if touches:
            assert set(listed(statement["Action"])) <= allowed, logical_id


def test_whoever_writes_evidence_cannot_read_it_and_the_other_way_round() -> None:
    """By the objects' names: a token is written beside a manifest that may be read."""
    written: dict[str, set[str]] = {}
    read: dict[str, set[str]] = {}
    for logical_id, statement in statements():
        places = {place for place in map(str, listed(statement["Resource"])) if "Evidence" in place}
        actions = set(listed(statement["Action"]))
        if "s3:PutObject" in actions:
            written.setdefault(logical_id, set()).update(places)
        if actions & {"s3:GetObject", "s3:GetObjectVersion"}:
            read.setdefault(logical_id, set()).update(places)
    assert written
    for logical_id, places in written.items():
        assert not places & read.get(logical_id, set()), logical_id


def test_mail_goes_out_only_from_the_sender_of_the_stack() -> None:
    mailing = [s for _, s in statements() if "ses:" in str(s["Action"])]
    assert mailing
    for statement in mailing:
        assert statement["Condition"]["StringEquals"]["ses:FromAddress"] == {"Ref": "Sender"}


def test_every_queue_of_work_has_dead_letters_and_somebody_is_told() -> None:
    queues = of_type("AWS::SQS::Queue")
    dead = {name for name in queues if name.endswith("DeadLetters")}
    watched = set(re.findall(r"(\w+DeadLetters)", str(of_type("AWS::CloudWatch::Alarm"))))
    assert dead == watched
    for name, queue in queues.items():
        assert name in dead or "RedrivePolicy" in queue, name


def test_every_alarm_tells_somebody() -> None:
    for name, alarm in of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}], name


def test_a_deadline_function_that_never_runs_is_noticed() -> None:
    silent = of_type("AWS::CloudWatch::Alarm")["DeadlinesSilent"]
    assert silent["TreatMissingData"] == "breaching"


def test_every_schedule_keeps_what_it_could_not_deliver_and_has_a_name_of_its_own() -> None:
    names = []
    for function in functions().values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "ScheduleV2":
                properties = event["Properties"]
                assert "DeadLetterConfig" in properties
                assert "${AWS::StackName}" in properties["Name"]["Fn::Sub"]
                names.append(properties["Name"]["Fn::Sub"])
    assert len(names) == len(set(names)) >= 5


def test_every_platform_that_can_be_searched_by_itself_has_a_schedule() -> None:
    events = functions()["SearchFunction"]["Events"].values()
    scheduled = {json.loads(event["Properties"]["Input"])["platform"] for event in events}
    assert scheduled == set(clauses())


def test_any_function_that_fails_and_any_blind_search_is_an_alarm() -> None:
    alarms = {
        alarm["MetricName"]: alarm.get("Dimensions", [])
        for name, alarm in of_type("AWS::CloudWatch::Alarm").items()
        if name in {"FunctionFailed", "SearchBlind"}
    }
    assert alarms == {"Errors": [], "RunsBlind": [{"Name": "service", "Value": "search"}]}


def test_the_watchdog_watches_every_schedule_but_its_own() -> None:
    told = functions()["WatchdogFunction"]["Environment"]["Variables"]["SCHEDULES"]["Fn::Sub"]
    scheduled = {
        properties["Name"]["Fn::Sub"].removeprefix("${AWS::StackName}-"): (
            f"${{{properties['ScheduleExpression']['Ref']}}}"
        )
        for function in functions().values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
        for properties in [event["Properties"]]
    }
    del scheduled["watchdog"]
    assert json.loads(told) == scheduled


def test_a_queue_waits_longer_than_its_function_may_take() -> None:
    for function in functions().values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                queue = event["Properties"]["Queue"]["Fn::GetAtt"][0]
                timeout = of_type("AWS::SQS::Queue")[queue]["VisibilityTimeout"]
                assert timeout >= 6 * function["Timeout"]
                assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_tables_can_be_restored_and_survive_the_stack() -> None:
    for logical_id, resource in resources().items():
        if resource["Type"] == "AWS::DynamoDB::Table":
            point_in_time = resource["Properties"]["PointInTimeRecoverySpecification"]
            assert point_in_time["PointInTimeRecoveryEnabled"] is True, logical_id
            assert resource["DeletionPolicy"] == "Retain", logical_id


def test_no_bucket_is_public_and_evidence_is_locked() -> None:
    for logical_id, bucket in of_type("AWS::S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, logical_id
    evidence = of_type("AWS::S3::Bucket")["EvidenceBucket"]
    assert evidence["ObjectLockEnabled"] is True
    assert evidence["VersioningConfiguration"]["Status"] == "Enabled"


def test_logs_do_not_stay_forever() -> None:
    for logical_id, function in functions().items():
        log_group = function["LoggingConfig"]["LogGroup"]["Ref"]
        assert of_type("AWS::Logs::LogGroup")[log_group]["RetentionInDays"] <= 400, logical_id


def test_everything_that_is_deployed_has_a_rule_that_builds_it() -> None:
    for logical_id, resource in resources().items():
        properties = resource.get("Properties", {})
        folder = properties.get("CodeUri") or properties.get("ContentUri")
        if folder is not None:
            rules = (TEMPLATE.parent / folder / "Makefile").read_text()
            assert re.search(rf"^build-.*\b{logical_id}\b.*:", rules, re.MULTILINE), logical_id
