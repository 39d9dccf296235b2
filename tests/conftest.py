"""What every test may use: the local AWS, tables and buckets from the template, the captures."""

import itertools
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import settings
from samtranslator.yaml_helper import yaml_parse

from headwater_demo.local_aws import LocalAws, temporary_local_aws

PROJECT = Path(__file__).parent.parent

# Handlers are imported before any test can say what they are told.
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Headwater")

# No timed tests; and the gate asks the same questions of the same commit.
settings.register_profile("headwater", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("headwater")
_fresh = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only tests that say so may open a socket, and only to this machine."""
    for item in items:
        if item.get_closest_marker("local_aws") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="session")
def captures_dir() -> Path:
    """Real saved pages, private test input. Absent, the tests that need them are skipped."""
    folder = Path(os.environ.get("CAPTURES_DIR", PROJECT.parent / "shared" / "captures"))
    if not (folder / "MANIFEST.tsv").exists():
        pytest.skip(f"no captures at {folder}: set CAPTURES_DIR to a folder of saved pages")
    return folder


@pytest.fixture(scope="session")
def local_aws() -> Iterator[LocalAws]:
    """One local AWS for the whole session; tests keep apart by fresh names."""
    with temporary_local_aws() as server:
        yield server


@cache
def _template() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse((PROJECT / "infra" / "template.yaml").read_text())
    return parsed


def _resources(kind: str) -> dict[str, dict[str, Any]]:
    return {
        logical_id: resource["Properties"]
        for logical_id, resource in _template()["Resources"].items()
        if resource["Type"] == kind
    }


@pytest.fixture
def tables(local_aws: LocalAws) -> dict[str, str]:
    """Fresh, empty tables as the template describes them: logical id -> real name."""
    dynamodb = boto3.client("dynamodb")
    names = {}
    for logical_id, properties in _resources("AWS::DynamoDB::Table").items():
        names[logical_id] = f"{logical_id}-{next(_fresh)}"
        arguments = {
            key: properties[key]
            for key in (
                "AttributeDefinitions",
                "KeySchema",
                "BillingMode",
                "GlobalSecondaryIndexes",
            )
            if key in properties
        }
        dynamodb.create_table(TableName=names[logical_id], **arguments)
    return names


@pytest.fixture
def secrets_path(local_aws: LocalAws) -> str:
    """A fresh corner of the parameter store."""
    return f"/stack-{next(_fresh)}"


@pytest.fixture
def buckets(local_aws: LocalAws) -> dict[str, str]:
    """Fresh, empty buckets, versioned and locked where the template says so."""
    s3 = boto3.client("s3")
    names = {}
    for logical_id, properties in _resources("AWS::S3::Bucket").items():
        name = names[logical_id] = f"{logical_id.lower()}-{next(_fresh)}"
        locked = bool(properties.get("ObjectLockEnabled"))
        s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked)
        if locked:
            s3.put_object_lock_configuration(
                Bucket=name,
                ObjectLockConfiguration={
                    "ObjectLockEnabled": "Enabled",
                    "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
                },
            )
    return names
