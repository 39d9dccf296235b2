"""A local AWS: ministack as a child process, and our template deployed to its CloudFormation."""

import hashlib
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from headwater.adapters.store import reconnect

ARTIFACTS = "headwater-artifacts"
_START_SECONDS = 60
_DEPLOY_SECONDS = 120


class LocalAwsFailed(Exception):  # noqa: N818 - says what happened
    """The local AWS did not start, stopped, or refused the template; the message says why."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class LocalAws:
    """A running ministack. The process environment points every AWS client at it until `stop`."""

    def __init__(self, state: Path, *, smtp: str | None = None, keep: bool = False) -> None:
        self.state = state
        self._smtp = smtp
        self._keep = keep
        self._before: dict[str, str | None] = {}
        self.endpoint = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        temporary = self.state / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        port = self._port()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        environment |= {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "TMPDIR": str(temporary),
            "LOG_LEVEL": "WARNING",
            "PERSIST_STATE": str(int(self._keep)),
            "S3_PERSIST": str(int(self._keep)),
            "STATE_DIR": str(self.state / "state"),
            "S3_DATA_DIR": str(self.state / "s3"),
        }
        if self._smtp:
            environment["SMTP_HOST"] = self._smtp
        log = (self.state / "local-aws.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "headwater_demo.leash", sys.executable, "-m", "ministack"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self.endpoint = f"http://127.0.0.1:{port}"
        self._await_health()
        self._point_clients_here()
        return self

    def _port(self) -> int:
        """A free port; with a kept state the one of its beginning, for queues are kept by address.

        On another port the kept queues would exist and never be read.
        """
        file = self.state / "port"
        if not (self._keep and file.exists()):
            file.write_text(str(free_port()))
        return int(file.read_text())

    def _await_health(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2):
                    return
            except OSError:
                self.check()
                time.sleep(0.05)
        self.stop()
        raise LocalAwsFailed(
            f"the local AWS did not answer within {_START_SECONDS} s; "
            f"its own words are in {self.state / 'local-aws.log'}"
        )

    def check(self) -> None:
        """Raises LocalAwsFailed when the process is gone."""
        if self._process is not None and self._process.poll() is not None:
            raise LocalAwsFailed(
                f"the local AWS stopped; its own words are in {self.state / 'local-aws.log'}. "
                "Start the command again."
            )

    def _point_clients_here(self) -> None:
        settings = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        for name in (*settings, "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"):
            self._before[name] = os.environ.pop(name, None)
        os.environ.update(settings)
        reconnect()

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()  # the leash
            process.wait()
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._before = {}
        reconnect()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A deployed stack: its name and its outputs by name."""

    name: str
    outputs: Mapping[str, str]

    def __getitem__(self, output: str) -> str:
        return self.outputs[output]


def prepare(template: Path) -> str:
    """The template's text for `deploy`, every code folder uploaded as plain source.

    The functions run in the interpreter of the local AWS, which has the locked dependencies; what
    a built zip holds is proved by the artifact tests, not here.
    """
    parsed: dict[str, Any] = yaml_parse(template.read_text())
    s3 = boto3.client("s3")
    try:
        s3.create_bucket(Bucket=ARTIFACTS)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
    for resource in parsed["Resources"].values():
        resource.pop("Metadata", None)
        properties = resource.get("Properties", {})
        for name in ("CodeUri", "ContentUri"):
            if name in properties:
                folder = (template.parent / properties[name]).resolve()
                is_layer = name == "ContentUri"
                archive = _zip(folder / "src", "python/") if is_layer else _zip(folder, "")
                key = hashlib.sha256(archive).hexdigest()
                s3.put_object(Bucket=ARTIFACTS, Key=key, Body=archive)
                properties[name] = f"s3://{ARTIFACTS}/{key}"
    return json.dumps(parsed, default=str)


def _zip(folder: Path, prefix: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                entry = zipfile.ZipInfo(
                    prefix + str(file.relative_to(folder)), (1980, 1, 1, 0, 0, 0)
                )
                archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()


def deploy(prepared: str, name: str, parameters: Mapping[str, str]) -> Stack:
    """Create the stack, or update it when it exists, and add what CloudFormation dropped here."""
    cloudformation = boto3.client("cloudformation")
    template = f"{hashlib.sha256(prepared.encode()).hexdigest()}.json"
    boto3.client("s3").put_object(Bucket=ARTIFACTS, Key=template, Body=prepared.encode())
    arguments: dict[str, Any] = {
        "StackName": name,
        # In the call itself a template may have 51,200 bytes; ours is larger.
        "TemplateURL": f"https://s3.amazonaws.com/{ARTIFACTS}/{template}",
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
    }
    try:
        cloudformation.describe_stacks(StackName=name)
    except ClientError:
        cloudformation.create_stack(**arguments)
    else:
        try:
            cloudformation.update_stack(**arguments)
        except ClientError as error:
            if "No updates" not in str(error):
                raise
    stack = _await_stack(name)
    _add_what_was_dropped(name)
    return stack


def _await_stack(name: str) -> Stack:
    cloudformation = boto3.client("cloudformation")
    deadline = time.monotonic() + _DEPLOY_SECONDS
    while time.monotonic() < deadline:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        status = stack["StackStatus"]
        if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            outputs = {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
            return Stack(name=name, outputs=outputs)
        if not status.endswith("IN_PROGRESS"):
            events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            reasons = [
                f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
                for event in events
                if "FAILED" in event.get("ResourceStatus", "")
            ]
            raise LocalAwsFailed(f"the template was refused ({status}): {'; '.join(reasons)}")
        time.sleep(0.1)
    raise LocalAwsFailed(f"the stack {name} was not ready within {_DEPLOY_SECONDS} s")


def _add_what_was_dropped(name: str) -> None:
    """CloudFormation on ministack ignores Object Lock, lifecycle, TTL and PITR: set them by API."""
    cloudformation, s3, dynamodb = (
        boto3.client("cloudformation"),
        boto3.client("s3"),
        boto3.client("dynamodb"),
    )
    processed = cloudformation.get_template(StackName=name, TemplateStage="Processed")
    body: Any = processed["TemplateBody"]
    resources = (json.loads(body) if isinstance(body, str) else body)["Resources"]
    values = {
        p["ParameterKey"]: p["ParameterValue"]
        for p in cloudformation.describe_stacks(StackName=name)["Stacks"][0].get("Parameters", [])
    }
    for logical_id, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] not in {"AWS::S3::Bucket", "AWS::DynamoDB::Table"}:
            continue
        detail = cloudformation.describe_stack_resource(
            StackName=name, LogicalResourceId=logical_id
        )["StackResourceDetail"]
        physical = detail["PhysicalResourceId"]
        if "ObjectLockConfiguration" in properties:
            s3.put_object_lock_configuration(
                Bucket=physical,
                ObjectLockConfiguration=_resolved(properties["ObjectLockConfiguration"], values),
            )
        if "LifecycleConfiguration" in properties:
            rules: Any = [
                {
                    "ID": rule["Id"],
                    "Status": rule["Status"],
                    "Filter": {"Prefix": rule.get("Prefix", "")},
                    "Expiration": {"Days": rule["ExpirationInDays"]},
                }
                for rule in properties["LifecycleConfiguration"]["Rules"]
            ]
            s3.put_bucket_lifecycle_configuration(
                Bucket=physical, LifecycleConfiguration={"Rules": rules}
            )
        if "TimeToLiveSpecification" in properties:
            current = dynamodb.describe_time_to_live(TableName=physical)
            if current["TimeToLiveDescription"].get("TimeToLiveStatus") != "ENABLED":
                dynamodb.update_time_to_live(
                    TableName=physical,
                    TimeToLiveSpecification=properties["TimeToLiveSpecification"],
                )
        if "PointInTimeRecoverySpecification" in properties:
            dynamodb.update_continuous_backups(
                TableName=physical,
                PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"],
            )


def _resolved(value: Any, parameters: Mapping[str, str]) -> Any:
    """A property with its `Ref`s to parameters replaced; numbers become numbers again."""
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            text = parameters[value["Ref"]]
            return int(text) if text.isdigit() else text
        return {key: _resolved(inner, parameters) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, parameters) for inner in value]
    return value


@contextmanager
def temporary_local_aws(*, smtp: str | None = None) -> Iterator[LocalAws]:
    """A local AWS whose state is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="headwater-aws-") as folder:
        server = LocalAws(Path(folder), smtp=smtp)
        with server:
            yield server
