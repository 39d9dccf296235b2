"""The deployed stack does the main job by itself; twice is once; nothing outlives the demo."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headwater.adapters.configuration import read_configuration
from headwater_demo.offers import OFFERS
from headwater_demo.run import CHECKOUT, Progress, Snapshot, Stage, around, rehearse

pytestmark = [pytest.mark.local_aws, pytest.mark.e2e]
CONFIG = CHECKOUT / "config" / "headwater.toml"


class Rehearsed:
    """The demo run to its end, ended, and run once more on the state that was kept."""

    def __init__(self, folder: Path) -> None:
        self.configuration = read_configuration(CONFIG)
        self.said: list[str] = []
        self.first, self.mails, self.site = self._run(folder)
        self.second, self.later_mails, _ = self._run(folder)

    def _run(self, folder: Path) -> tuple[Snapshot, list[bytes], dict[str, bytes]]:
        with around(folder / "state", folder / "out", keep=True) as world:
            rehearse(world, self.configuration, [], self.said.append)
            snapshot = Stage(world, self.configuration).snapshot(self.configuration.desk.brands[0])
            mails = [file.read_bytes() for file in world.mailbox.files]
            root = world.out / "site"
            site = {
                str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()
            }
        shutil.rmtree(folder / "out")
        return snapshot, mails, site


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "state").mkdir()
    return Rehearsed(folder)


def test_every_listing_that_was_seen_is_captured(rehearsed: Rehearsed) -> None:
    assert rehearsed.first.listings == rehearsed.first.captured > 30


def test_the_cases_are_the_copies(rehearsed: Rehearsed) -> None:
    """Whoever sells a copy is found, and nobody honest is called a likely infringer."""
    copies = {offer.id for offer in OFFERS if offer.copies}
    honest = {offer.id for offer in OFFERS} - copies
    scores = {case_id.split("-", 1)[1]: score for case_id, score in rehearsed.first.cases}
    likely = {offer_id for offer_id, score in scores.items() if score >= 60}
    assert not likely & honest
    assert len(likely & copies) >= 0.6 * len(copies)


def test_what_is_new_and_the_counter_notice_are_mailed_once(rehearsed: Rehearsed) -> None:
    news = [mail for mail in rehearsed.mails if b"Subject: [rehearsal] Counter-notice" not in mail]
    assert len(news) == 1
    assert b"NEW LISTINGS SINCE THE LAST MAIL" in news[0]
    assert len(rehearsed.mails) > 1


def test_the_report_is_there_and_says_that_it_is_a_rehearsal(rehearsed: Rehearsed) -> None:
    pages = {name: body for name, body in rehearsed.site.items() if name.endswith(".html")}
    assert len(pages) > len(rehearsed.first.cases)
    assert b"ehearsal" in pages["harvelk/index.html"]


def test_what_could_not_be_looked_at_is_said(rehearsed: Rehearsed) -> None:
    refused = [line for line in rehearsed.said if "could not look" in line]
    assert any("1688" in line and "then answered by 1688_gateway" in line for line in refused)
    assert any("Taobao" in line and "login" in line for line in refused)


def test_a_copy_that_no_word_names_is_found_by_its_picture(rehearsed: Rehearsed) -> None:
    scores = dict(rehearsed.first.cases)
    assert scores["1688-999900000314"] >= 60


def test_the_second_run_changes_nothing(rehearsed: Rehearsed) -> None:
    first, second = rehearsed.first, rehearsed.second
    assert (first.listings, first.captured) == (second.listings, second.captured)
    assert first.cases == second.cases
    assert first.complaints == second.complaints
    assert not rehearsed.later_mails


def test_nothing_outlives_a_demo_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path;"
        "from headwater_demo.local_aws import LocalAws;"
        "aws = LocalAws(Path(sys.argv[1])).start(); print(aws.endpoint, flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip().rpartition(":")[2]
        assert listens(port)
        os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while listens(port) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not listens(port)


def test_a_local_aws_that_stops_is_said_in_one_line() -> None:
    command = [sys.executable, "-m", "headwater.cli.main", "demo", "--once"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "is deployed" in line:
                break
        os.kill(child_of(child_of(demo.pid)), signal.SIGKILL)
        _, errors = demo.communicate(timeout=120)
    assert demo.returncode == 1
    assert "The demo stopped: the local AWS" in errors
    assert "Traceback" not in errors
    assert "start" in errors.lower()


def child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def listens(port: str) -> bool:
    """Whether something on this machine listens on the port."""
    wanted = f":{int(port):04X}"
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(line.split()[1].endswith(wanted) and line.split()[3] == "0A" for line in table)


def test_progress_says_the_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    Progress()("begun")
    assert capsys.readouterr().out.endswith(" s  begun\n")
