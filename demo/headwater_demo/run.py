"""`headwater demo`: the whole way once, on a local AWS, from saved pages to report and mail."""

import argparse
import fcntl
import http.server
import json
import os
import shutil
import signal
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby, zip_longest
from pathlib import Path
from typing import TypeVar

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters.chromium import CannotDraw, installed
from headwater.adapters.configuration import (
    Configuration,
    ConfigurationError,
    read_configuration,
)
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.listings import Listings
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.evidence import download_case_evidence
from headwater.adapters.records import encode
from headwater.adapters.routes import gateway_1688
from headwater.adapters.store import Bucket
from headwater.cli import verify
from headwater.cli.bundle import write_bundle
from headwater.cli.config import push_configuration
from headwater.cli.import_ import import_file
from headwater.domain.brands import Brand, Desk, PlatformAccess, RightKind, TimestampAuthority
from headwater.domain.captures import Capture
from headwater.domain.cases import Case, CaseState
from headwater.domain.complaints import Complaint
from headwater.domain.coverage import Asked, Run
from headwater.domain.platforms import Platform, RouteName
from headwater.domain.strangers import in_one_line
from headwater.usecases.complaints import file_complaint
from headwater_demo.gateway_1688 import ACCESS_KEY
from headwater_demo.local_aws import (
    LocalAws,
    LocalAwsFailed,
    Stack,
    deploy,
    free_port,
    prepare,
)
from headwater_demo.mailbox import Mailbox
from headwater_demo.marketplace import PLATFORMS, Marketplace, canary_listing
from headwater_demo.notices import forwarded_counter_notice
from headwater_demo.saved_pages import write_saved_pages
from headwater_demo.timestamp_authority import NoOpenssl, OpensslAuthority, served

CHECKOUT = Path(__file__).resolve().parents[2]
STACK = "headwater-demo"
QUEUES = ("ImportQueue", "CaptureQueue", "MatchQueue", "InboxQueue")
SHOWN = 25
"""How many cases the demo names; the report names all."""
COMPLAINT_NUMBER = "DEMO-2026-0001"
PARKED = "at(2099-01-01T00:00:00)"
"""A schedule that waits. The local AWS fires one that was at() from its beginning once at its new
time; one that was cron() before would never fire."""
SEARCHED = (
    Platform.ALIBABA,
    Platform.ALI1688,
    Platform.ALIEXPRESS,
    Platform.LAZADA,
    Platform.TAOBAO,
    Platform.TMALL,
)
_Found = TypeVar("_Found")


class DemoFailed(Exception):  # noqa: N818 - says what happened
    """A step did not come to its end; the message says which and where to look."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="end when everything was shown")
    parser.add_argument(
        "--captures", type=Path, metavar="DIR", help="real saved pages to bring along (HTML, JSON)"
    )
    parser.add_argument(
        "--most",
        type=int,
        default=24,
        metavar="N",
        help="how many of those pages, of every folder in turn (0: all; default 24)",
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep the local AWS's state: the next run with --keep goes on with it",
    )
    parser.add_argument(
        "--config", type=Path, default=CHECKOUT / "config" / "headwater.toml", metavar="FILE"
    )


def run(arguments: argparse.Namespace) -> int:
    try:
        configuration = read_configuration(arguments.config)
        captures = saved_files(arguments.captures, arguments.most)
    except (ConfigurationError, DemoFailed) as error:
        print(error, file=sys.stderr)
        return 1
    say = Progress()
    signal.signal(signal.SIGTERM, _interrupt)
    out = CHECKOUT / "out"
    try:
        with (
            _workplace(CHECKOUT / ".local", out, keep=arguments.keep) as state,
            around(state, out, keep=arguments.keep) as world,
        ):
            rehearse(world, configuration, captures, say)
            if not arguments.once:
                say(f"the report stays at {world.report_url} until you press Ctrl-C")
                _show_on_desktop(world.report_url)
                _until_interrupted(world.aws)
    except (DemoFailed, LocalAwsFailed) as error:
        print(f"\nThe demo stopped: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError, PynamoDBException) as error:
        said = in_one_line(str(error).splitlines()[0], most=300)
        log = _short(CHECKOUT / ".local" / "demo" / "local-aws.log")
        print(
            f"\nThe demo stopped: the local AWS does not answer ({said}). Its log is {log}; "
            "start the command again.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
        return 130
    return 0


@contextmanager
def _workplace(local: Path, out: Path, *, keep: bool) -> Iterator[Path]:
    """The folder for the local AWS's state, gone afterwards unless it is to be kept.

    After a failure it stays, for the log in it. Two demos in one checkout would take it from under
    each other, so the second one is refused.
    """
    local.mkdir(exist_ok=True)
    with (local / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DemoFailed("another demo runs in this checkout; end it first (Ctrl-C)") from None
        state = local / "demo"
        if not keep:
            shutil.rmtree(state, ignore_errors=True)
        shutil.rmtree(out, ignore_errors=True)
        state.mkdir(exist_ok=True)
        try:
            yield state
        except Exception:
            keep = True
            raise
        finally:
            if not keep:
                shutil.rmtree(state, ignore_errors=True)


def _interrupt(*_: object) -> None:
    """To be ended politely is to be interrupted: everything is cleaned up."""
    raise KeyboardInterrupt


class Progress:
    """Says what happens, with the seconds since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, text: str) -> None:
        print(f"{self.seconds:6.1f} s  {text}", flush=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything around the stack that runs on this machine only."""

    aws: LocalAws
    marketplace: str
    mailbox: Mailbox
    report_url: str
    authorities: tuple[TimestampAuthority, ...]
    can_draw: bool
    state: Path
    out: Path


@contextmanager
def around(state: Path, out: Path, *, keep: bool) -> Iterator[World]:
    """Start the mailbox, the marketplace, the local AWS and the report's server; end them all."""
    port = free_port()
    with (
        Mailbox(out / "mail") as mailbox,
        Marketplace() as marketplace,
        LocalAws(state, smtp=mailbox.address, keep=keep) as aws,
        _served(out / "site", port) as report_url,
        ExitStack() as signing,
    ):
        yield World(
            aws=aws,
            marketplace=marketplace.url,
            mailbox=mailbox,
            report_url=report_url,
            authorities=_authorities(state, signing),
            can_draw=_can_draw(),
            state=state,
            out=out,
        )


def _can_draw() -> bool:
    try:
        installed()
    except CannotDraw as missing:
        print(f"without screenshots: {missing}", file=sys.stderr)
        return False
    return True


def _authorities(state: Path, signing: ExitStack) -> tuple[TimestampAuthority, ...]:
    """The rehearsal's two own authorities, their keys stay with the state; none without openssl."""
    try:
        made = [
            OpensslAuthority(state / name, common_name=f"Rehearsal Timestamps {name}")
            for name in ("one", "two")
        ]
    except NoOpenssl as missing:
        print(f"without timestamps: {missing}", file=sys.stderr)
        return ()
    return tuple(
        signing.enter_context(served(authority, f"rehearsal-{authority.folder.name}"))
        for authority in made
    )


def rehearse(
    world: World, configuration: Configuration, captures: list[Path], say: Callable[[str], None]
) -> None:
    """Bring the brand, pages and time; the deployed functions do the rest. Raises DemoFailed."""
    say("the local AWS runs; deploying infra/template.yaml …")
    stage = Stage(world, configuration)
    say(f"the stack is deployed: {len(stage.stack.outputs)} outputs, the functions sleep")
    desk = configuration.desk
    rehearsed = replace(
        desk,
        access=tuple((platform, _rehearsed_access(platform)) for platform in SEARCHED),
        timestamp_authorities=world.authorities,
    )
    push_configuration(replace(configuration, desk=rehearsed), stage.work)
    brand = desk.brands[0]
    before = stage.snapshot(brand)
    say(f"{brand.name} is brought in: {len(brand.references)} own pictures, {_words(brand)}")

    saved = write_saved_pages(world.state / "saved")
    handed = sum(
        import_file(file, stage.work, brand=brand.id) is not None for file in [*saved, *captures]
    )
    known = len(saved) + len(captures) - handed
    earlier = f"; {known} are there from before" if known else ""
    say(f"{handed} saved pages are dropped into the import folder{earlier}")
    first = stage.wait("a first finding", lambda: next(stage.cases.of_brand(brand.id), None))
    say(f"FIRST FINDING: {_described(first)}")

    stage.wait_for_runs(brand, "imports", handed, before, route="import")
    _search(stage, brand, before, say)
    stage.settle(say)
    _tell_coverage(stage.runs.latest(brand.id, 200), say)
    cases = sorted(stage.cases.of_brand(brand.id), key=lambda case: -case.risk.score)
    say(f"{len(cases)} cases out of {stage.snapshot(brand).listings} listings, the first of them:")
    for case in cases[:SHOWN]:
        say(f"  {case.risk.score:3d}  {_described(case)}")

    earlier_mails = set(world.mailbox.files)
    complaint = _go_to_war(stage, brand, cases[0], say)
    stage.fire("DeadlinesSchedule")
    _tell_mails(stage, complaint, before, earlier_mails, say)

    stage.site.delete("index.html")  # written last: when it is back, the report is new
    stage.fire("SiteSchedule")
    stage.wait("the report", lambda: "index.html" in stage.site.list(""))
    stage.download_report()
    say(f"the report is built: {world.report_url} ({world.out.name}/site/index.html)")

    _hand_over(stage, brand, rehearsed, cases[0], say)
    _tell_changes(before, stage.snapshot(brand), say)
    stage.park()


def _hand_over(
    stage: "Stage", brand: Brand, desk: Desk, case: Case, say: Callable[[str], None]
) -> None:
    """The case's evidence as a folder and as one zip, each checked as a stranger would."""
    out = stage.world.out
    captures_of_case = stage.wait("the lock", lambda: stage.locked_captures(brand, case))
    stage.draw(captures_of_case, say)
    folder = out / "evidence" / case.id
    expected = download_case_evidence(captures_of_case, stage.evidence, folder)
    until = captures_of_case[0].locked_until
    say(f"the evidence of case {case.id} is locked for everybody until {until:%Y-%m-%d}")
    say(f"a copy of it is in {_short(folder)}; anyone can check it with")
    trusted = _pins(stage.world)
    options = "".join(f" --trust {_short(file)}" for file in trusted)
    # Without an authority each hash has to be known from elsewhere.
    hashes = "".join(f" --expect {one}" for one in (expected[:1] if trusted else expected))
    say(f"  headwater verify {_short(folder)}{hashes}{options}")
    if verify.run(
        argparse.Namespace(path=folder, expect=list(expected), trust=trusted, json=False)
    ):
        raise DemoFailed(f"the evidence in {_short(folder)} does not stand up to its own check")
    zipped = out / "evidence" / f"{case.id}.zip"
    digest = write_bundle(
        stage.cases.get(brand.id, case.id) or case,  # with what the owner did since
        brand=brand,
        desk=desk,
        captures=stage.captures,
        evidence=stage.evidence,
        work=stage.work,
        out=zipped,
    )
    say(f"the same as one zip for a lawyer, a platform or customs: {_short(zipped)}")
    say(f"  headwater verify {_short(zipped)} --expect {digest}{options}")


def _search(stage: "Stage", brand: Brand, before: "Snapshot", say: Callable[[str], None]) -> None:
    """Let the schedules ask every platform, and the news tell what that found."""
    boto3.client("ssm").put_parameter(
        Name=f"/{STACK}/{gateway_1688.SECRET}",
        Value=ACCESS_KEY,
        Type="SecureString",
        Overwrite=True,
    )
    began = datetime.now(UTC)
    stage.fire("SearchSchedule")
    stage.wait_for_runs(brand, "searches", len(SEARCHED), before, route="page_fetch")
    stage.fire("NewsSchedule")
    _tell_news(stage, brand, began, say)


def _rehearsed_access(platform: Platform) -> PlatformAccess:
    """Pages of the rehearsal marketplaces may be fetched; on 1688 the gateway is asked as well.

    A listing must always be there; Taobao and Tmall show nothing to whoever is not logged in.
    """
    access = PlatformAccess(fetch_pages=True, countries=("sg",) * (platform is Platform.LAZADA))
    if platform is Platform.ALI1688:
        access = replace(access, routes=(RouteName.PAGE_FETCH, RouteName.GATEWAY_1688))
    if platform not in PLATFORMS:
        return access
    return replace(access, canary_listing=canary_listing(platform, access.canary_words(platform)))


def _pins(world: World) -> list[Path]:
    """What a reader would have from the authority itself: its certificates, as files."""
    files = []
    for authority in world.authorities:
        file = world.out / "evidence" / f"authority-{authority.name}.pem"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(authority.certificates)
        files.append(file)
    return files


class Stage:
    """The deployed stack, seen through the repositories that the functions use themselves."""

    def __init__(self, world: World, configuration: Configuration) -> None:
        self.world = world
        self._template = prepare(CHECKOUT / "infra" / "template.yaml")
        self._parameters: dict[str, str] = {
            **configuration.stack_parameters(),
            "SearchSchedule": PARKED,
            "NewsSchedule": PARKED,
            "DeadlinesSchedule": PARKED,
            "SiteSchedule": PARKED,
            "LookAgainSchedule": PARKED,
            "StampSchedule": PARKED,
            "LockSchedule": PARKED,
            "DrawScreenshots": "yes" if world.can_draw else "no",
            "ReferencesSchedule": PARKED,
            "ReportUrl": world.report_url,
            "MarketplaceRehearsal": world.marketplace,
        }
        self.stack: Stack = self._deploy()
        cloudformation = boto3.client("cloudformation")
        self._queues = [
            cloudformation.describe_stack_resource(StackName=STACK, LogicalResourceId=queue)[
                "StackResourceDetail"
            ]["PhysicalResourceId"]
            for queue in QUEUES
        ]
        self._drawing = ""
        if world.can_draw:
            self._drawing = cloudformation.describe_stack_resource(
                StackName=STACK, LogicalResourceId="DrawFunction"
            )["StackResourceDetail"]["PhysicalResourceId"]
            self._draw_on_demand()
        self.work = Bucket(self.stack["WorkBucket"])
        self.evidence = Bucket(self.stack["EvidenceBucket"])
        self.site = Bucket(self.stack["SiteBucket"])
        self.listings = Listings(self.stack["ListingsTable"])
        self.captures = Captures(self.stack["CapturesTable"])
        self.cases = Cases(self.stack["CasesTable"])
        self.complaints = Complaints(self.stack["ComplaintsTable"])
        self.runs = Runs(self.stack["RunsTable"])

    def _draw_on_demand(self) -> None:
        """In AWS every capture is drawn. Here a hundred pages would be, on a few cores, while
        somebody waits: the demo asks for those of the case that it shows.
        """
        functions = boto3.client("lambda")
        mappings = functions.list_event_source_mappings(FunctionName=self._drawing)
        for mapping in mappings["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)

    def _schedules(self) -> list[str]:
        parameters = json.loads(self._template)["Parameters"]
        return [name for name in parameters if name.endswith("Schedule")]

    def _deploy(self) -> Stack:
        return deploy(self._template, STACK, self._parameters)

    def fire(self, schedule: str) -> None:
        """Tune a schedule of the stack to a moment from now; the scheduler does the rest."""
        moment = datetime.now(UTC) + timedelta(seconds=2)
        self._parameters[schedule] = f"at({moment:%Y-%m-%dT%H:%M:%S})"
        self._deploy()

    def draw(self, captures: Iterable[Capture], say: Callable[[str], None]) -> None:
        """Have the stack's function draw the pages of these captures now."""
        if not self.world.can_draw:
            return
        for capture in captures:
            self._draw(capture)
        say(f"their pages are drawn by {self._drawing}, from the kept bytes alone")

    def _draw(self, capture: Capture) -> None:
        image = {"record": {"S": json.dumps(encode(capture))}}
        body = {"eventName": "INSERT", "dynamodb": {"NewImage": image}}
        record = {"messageId": capture.id, "body": json.dumps(body), "eventSource": "aws:sqs"}
        answer = boto3.client("lambda").invoke(
            FunctionName=self._drawing, Payload=json.dumps({"Records": [record]})
        )
        said = json.loads(answer["Payload"].read())
        if said != {"batchItemFailures": []}:
            raise DemoFailed(f"the pages of capture {capture.id} could not be drawn: {said}")

    def park(self) -> None:
        """Let no schedule fire when a kept state is started again."""
        self._parameters |= dict.fromkeys(self._schedules(), PARKED)
        self._deploy()

    def wait(self, what: str, look: Callable[[], _Found | None], seconds: float = 180) -> _Found:
        """Look until there is something. Raises DemoFailed, or LocalAwsFailed when it is gone."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.world.aws.check()
            if found := look():
                return found
            time.sleep(0.25)
        log = _short(self.world.state / "local-aws.log")
        raise DemoFailed(f"{what} did not come within {seconds:.0f} s; {log} may say why")

    def wait_for_runs(
        self, brand: Brand, what: str, count: int, before: "Snapshot", *, route: str
    ) -> None:
        """Wait for that many new runs that came by a route."""

        def arrived() -> bool:
            runs = [run for run in self.runs.latest(brand.id, 1000) if run.asked[0].route == route]
            return len(runs) - before.runs.get(route, 0) >= count

        self.wait(f"{count} {what}", arrived, seconds=120 + 40 * count)

    def settle(self, say: Callable[[str], None]) -> None:
        """Wait until every listing is captured and matched; say how far it is every ten seconds."""
        still, said = 0, time.monotonic()
        while still < 4:
            self.world.aws.check()
            time.sleep(0.5)
            listings, captured = self._count("ListingsTable"), self._count("CapturesTable")
            done = captured >= listings and not self._waiting()
            still = still + 1 if done else 0
            if time.monotonic() - said > 10:
                say(f"  {captured} of {listings} listings are captured …")
                said = time.monotonic()

    def _count(self, table: str) -> int:
        pages = boto3.client("dynamodb").get_paginator("scan")
        counted = pages.paginate(TableName=self.stack[table], Select="COUNT")
        return sum(page["Count"] for page in counted)

    def _waiting(self) -> int:
        """Messages in the queues, seen or unseen."""
        sqs = boto3.client("sqs")
        waiting = 0
        for url in self._queues:
            attributes = sqs.get_queue_attributes(
                QueueUrl=url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                ],
            )["Attributes"]
            waiting += sum(int(number) for number in attributes.values())
        return waiting

    def snapshot(self, brand: Brand) -> "Snapshot":
        """What the stack holds of a brand."""
        runs: dict[str, int] = {}
        for run in self.runs.latest(brand.id, 1000):
            runs[run.asked[0].route] = runs.get(run.asked[0].route, 0) + 1
        return Snapshot(
            listings=self._count("ListingsTable"),
            captured=self._count("CapturesTable"),
            cases=tuple(
                sorted((case.id, case.risk.score) for case in self.cases.of_brand(brand.id))
            ),
            complaints=tuple(
                sorted((c.id, len(c.events)) for c in self.complaints.of_brand(brand.id))
            ),
            mails=len(self.world.mailbox.files),
            runs=runs,
        )

    def locked_captures(self, brand: Brand, case: Case) -> list[Capture]:
        """Every look at the case's listing, once the lock function has locked them all."""
        found = self.captures.of_listing(brand.id, case.listing.key)
        return found if all(capture.locked_until for capture in found) else []

    def download_report(self) -> None:
        target = self.world.out / "site"
        for key in self.site.list(""):
            file = target / key
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self.site.get(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How much the stack holds of a brand; `runs` counts by route."""

    listings: int
    captured: int
    cases: tuple[tuple[str, int], ...]
    complaints: tuple[tuple[str, int], ...]
    mails: int
    runs: Mapping[str, int]


def _go_to_war(stage: Stage, brand: Brand, case: Case, say: Callable[[str], None]) -> Complaint:
    """What a person does by hand: confirm, file at the platform, record the counter-notice."""
    now = datetime.now(UTC)
    if case.state is CaseState.OPEN:
        confirmed = case.move(
            CaseState.CONFIRMED, at=now, by="owner", what="confirmed after a look at both pictures"
        )
        stage.cases.save(confirmed)
    right = next(right for right in brand.rights if right.kind is RightKind.TRADEMARK)
    complaint = file_complaint(
        complaints=stage.complaints,
        brand=brand.id,
        platform=case.listing.key.platform,
        number=COMPLAINT_NUMBER,
        right=right.number,
        right_kind=right.kind,
        cases=[case.id],
        at=now,
        now=now,
        by="owner",
        source="demo",
        rehearsal=True,
    )
    say(f"the owner confirms {case.id} and records the complaint {complaint.number} as filed")
    if complaint.waiting_counter is None:
        _counter_notice_comes_in(stage, brand, complaint, say)
    return complaint


def _counter_notice_comes_in(
    stage: Stage, brand: Brand, complaint: Complaint, say: Callable[[str], None]
) -> None:
    """The platform's notice, forwarded by the owner, lies where SES would lay it."""
    owner = brand.recipients[0].email
    sent_at = datetime.now(UTC)
    mail = forwarded_counter_notice(COMPLAINT_NUMBER, owner, "notices@in.harvelk.example", sent_at)
    began = time.monotonic()
    stage.work.put("mail/ses/notices/rehearsal", mail, "message/rfc822")
    say("the seller's counter-notification arrives by mail, forwarded by the owner")

    def recorded() -> Complaint | None:
        known = stage.complaints.get(brand.id, complaint.id)
        return known if known is not None and known.waiting_counter else None

    event = stage.wait("the counter-notice", recorded).events[-1]
    say(f"  {time.monotonic() - began:.1f} s later the clock runs; {event.text[:120]}")
    mailbox = stage.world.mailbox
    stage.wait("its mail", lambda: any("Counter-notice" in one.name for one in mailbox.files))
    say(f"  {time.monotonic() - began:.1f} s after the notice came in, its warning is in the box")


def _tell_coverage(runs: list[Run], say: Callable[[str], None]) -> None:
    asked = [question for run in runs for question in run.asked]
    answered = [question for question in asked if question.verdict.covers]
    say(f"asked {len(asked)} questions, {len(answered)} were answered")
    for question in asked:
        if not question.verdict.covers:
            name = question.query or question.watch
            title = question.platform.title
            other = next((one.route for one in answered if _same(one, question)), "")
            instead = f" (then answered by {other})" if other else ""
            say(f"  could not look: {title} · {name[:60]} · {question.reason[:120]}{instead}")


def _same(one: Asked, other: Asked) -> bool:
    return (one.platform, one.watch, one.query) == (other.platform, other.watch, other.query)


def _tell_news(stage: Stage, brand: Brand, began: datetime, say: Callable[[str], None]) -> None:
    """The mail about what the searches since then found that is new, if anything is."""
    searches = stage.runs.searches_since(brand.id, began)
    if not any(one.new for run in searches for one in run.asked):
        say("the searches found nothing new: no mail says so")
        return
    news = stage.wait("the mail about new listings", lambda: stage.world.mailbox.files)
    say(f"a mail was sent: {_short(news[-1])}")


def _tell_mails(
    stage: Stage,
    complaint: Complaint,
    before: "Snapshot",
    earlier: set[Path],
    say: Callable[[str], None],
) -> None:
    """What is due is mailed once: a complaint of a kept state had its mail in an earlier run."""
    if any(complaint.id == known for known, _ in before.complaints):
        say("the counter-notice was mailed in an earlier run; it is not mailed twice")
        return
    stage.wait("the alert mail", lambda: set(stage.world.mailbox.files) - earlier)
    for mail in sorted(set(stage.world.mailbox.files) - earlier):
        say(f"a mail was sent: {_short(mail)}")


def _tell_changes(before: Snapshot, after: Snapshot, say: Callable[[str], None]) -> None:
    if before.listings:
        say(
            f"compared with the run before: {after.listings - before.listings} new listings, "
            f"{len(after.cases) - len(before.cases)} new cases, "
            f"{len(after.complaints) - len(before.complaints)} new complaints, "
            f"{after.mails} new mails"
        )


def saved_files(folder: Path | None, most: int) -> list[Path]:
    """The pages of a folder of captures, without what only describes them.

    A page of results brings sixty listings, so only the first of every folder are taken, then the
    second, until there are enough.
    """
    if folder is None:
        return []
    if not folder.is_dir():
        raise DemoFailed(f"{folder} is no folder; name one with saved pages: --captures DIR")
    files = sorted(
        file
        for kind in ("search", "listing")
        for ending in ("html", "json", "mhtml", "har")
        for file in folder.glob(f"**/{kind}/*.{ending}")
    )
    if not files:
        files = sorted(file for ending in ("html", "json") for file in folder.glob(f"*.{ending}"))
    if not files:
        raise DemoFailed(f"{folder} holds no saved page (*.html, *.json)")
    if most < 0:
        raise DemoFailed(f"--most {most}: write how many pages to bring, or 0 for all")
    folders = groupby(files, key=lambda file: file.parent)
    rounds = zip_longest(*(list(together) for _, together in folders))
    in_turn = [file for one_round in rounds for file in one_round if file is not None]
    taken = in_turn[: most or None]
    print(f"{len(taken)} of the {len(files)} pages in {folder} are brought (--most 0 brings all)")
    return taken


@contextmanager
def _served(folder: Path, port: int) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    handler = partial(_QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Nobody reads an access log of a demo."""


def _show_on_desktop(url: str) -> None:
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin":
        webbrowser.open(url)


def _until_interrupted(aws: LocalAws) -> None:
    while True:
        aws.check()
        time.sleep(1)


def _described(case: Case) -> str:
    title = (case.listing.title or "without a title")[:60]
    return f"{case.id} [{case.risk.band}] {title}"


def _words(brand: Brand) -> str:
    words = sum(len(watch.words) for watch in brand.watches)
    return f"{words} watched words, {len(brand.rights)} rights, {len(brand.recipients)} recipients"


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
