"""How long it takes from a recorded counter-notice to the mail, on the deployed local stack.

python benchmarks/notice_to_mail.py [TIMES]      (default 5)

Deploys infra/template.yaml to a local AWS, records a counter-notice, starts the deployed deadline
function as the inbox does, and waits for the mail to arrive at an SMTP server on this machine. The
first time includes the function's cold start. A counter-notice that a person records waits for the
next scheduled run besides: up to five minutes.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import boto3

from headwater.adapters.configuration import read_configuration
from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.store import Bucket
from headwater.cli.config import push_configuration
from headwater.domain.brands import RightKind
from headwater.domain.platforms import Platform
from headwater.usecases.complaints import counter_filed, file_complaint
from headwater_demo.local_aws import deploy, prepare, temporary_local_aws
from headwater_demo.mailbox import Mailbox

CHECKOUT = Path(__file__).parent.parent
STACK = "notice-to-mail"
PARKED = "at(2099-01-01T00:00:00)"


def main(times: int) -> None:
    configuration = read_configuration(CHECKOUT / "config" / "headwater.toml")
    with (
        tempfile.TemporaryDirectory() as folder,
        Mailbox(Path(folder) / "mail") as mailbox,
        temporary_local_aws(smtp=mailbox.address),
    ):
        template = prepare(CHECKOUT / "infra" / "template.yaml")
        parameters = configuration.stack_parameters()
        parameters |= {name: PARKED for name in parameters if name.endswith("Schedule")}
        stack = deploy(template, STACK, parameters)
        push_configuration(configuration, Bucket(stack["WorkBucket"]))
        function = boto3.client("cloudformation").describe_stack_resource(
            StackName=STACK, LogicalResourceId="DeadlinesFunction"
        )["StackResourceDetail"]["PhysicalResourceId"]
        complaints = Complaints(stack["ComplaintsTable"])
        for number in range(times):
            seconds = once(number, complaints, mailbox, function)
            print(f"{number + 1}: {seconds:.1f} s from the record to the mail", flush=True)


def once(number: int, complaints: Complaints, mailbox: Mailbox, function: str) -> float:
    before = len(mailbox.files)
    now = datetime.now(UTC)
    complaint = file_complaint(
        complaints=complaints,
        brand="harvelk",
        platform=Platform.ALIBABA,
        number=f"BENCH-{number}",
        right="DEMO-99900021",
        right_kind=RightKind.TRADEMARK,
        cases=["alibaba-1"],
        at=now,
        now=now,
        by="benchmark",
        source="benchmark",
        rehearsal=True,
    )
    started = time.perf_counter()
    counter_filed(
        "harvelk",
        complaint.id,
        complaints=complaints,
        clock=read_clock(),
        at=now,
        now=now,
        by="benchmark",
        source="benchmark",
    )
    boto3.client("lambda").invoke(FunctionName=function, InvocationType="Event")
    while len(mailbox.files) == before:
        time.sleep(0.01)
        if time.perf_counter() - started > 120:
            raise SystemExit("no mail came within two minutes")
    return time.perf_counter() - started


if __name__ == "__main__":
    main(*[int(times) for times in sys.argv[1:2]] or [5])
