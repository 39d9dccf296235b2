"""The peak memory of the search function on the largest saved pages, through its real handler.

    python -m benchmarks.search_memory FOLDER_OF_SAVED_PAGES

For each platform a child process of its own imports the handler, searches for twenty words against
a server on loopback that answers each with the largest saved search page, and keeps what it finds
in a local AWS. What counts is the child's own high-water mark (VmHWM: ru_maxrss would count its
parent's too), beside the mark after the import alone. The function has 512 MB; the limit is 256.
"""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import boto3
from samtranslator.yaml_helper import yaml_parse

from headwater.adapters.desk import write_desk
from headwater.adapters.store import Bucket
from headwater.domain.brands import Brand, Desk, PlatformAccess, Watch
from headwater.domain.platforms import Platform
from headwater_demo.local_aws import temporary_local_aws

LIMIT = 256
WORDS = tuple(f"word {number}" for number in range(20))
FOLDERS = {
    Platform.ALIBABA: "alibaba",
    Platform.ALI1688: "1688",
    Platform.ALIEXPRESS: "aliexpress",
    Platform.LAZADA: "lazada",
    Platform.TAOBAO: "taobao",
}
TEMPLATE = Path(__file__).parents[1] / "infra" / "template.yaml"

_CHILD = """
import json, sys
from search_function.handler import lambda_handler

def peak():
    status = open("/proc/self/status").read()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

class Context:
    function_name, memory_limit_in_mb, aws_request_id = "search", 512, "1"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:search"
    def get_remaining_time_in_millis(self): return 900_000

imported = peak()
found = lambda_handler({"platform": sys.argv[1], "slot": "2026-11-21T03:15:00Z"}, Context())
print(json.dumps({"imported": imported, "peak": peak(), **found}))
"""


def main(folder: Path) -> int:
    worst = 0.0
    with temporary_local_aws():
        environment = _environment()
        for platform, name in FOLDERS.items():
            pages = sorted((folder / name / "search").glob("*.html"), key=_size)
            if not pages:
                continue
            body = pages[-1].read_bytes()
            _configure(environment["WORK_BUCKET"], platform)
            with _Serving(body) as address:
                child = subprocess.run(
                    [sys.executable, "-c", _CHILD, platform],
                    env=os.environ | environment | {"MARKETPLACE_REHEARSAL": address},
                    capture_output=True,
                    text=True,
                    check=True,
                )
            said = json.loads(child.stdout.splitlines()[-1])
            worst = max(worst, said["peak"])
            print(
                f"{platform.title:12} {said['peak']:6.1f} MB at its peak "
                f"({said['imported']:.1f} MB imported), {said['asked']} questions, "
                f"{said['new']} listings kept, page of {len(body) / 1e6:.2f} MB"
            )
    print(f"limit {LIMIT} MB: {'held' if worst < LIMIT else 'BROKEN'}")
    return 0 if worst < LIMIT else 1


def _size(path: Path) -> int:
    return path.stat().st_size


def _environment() -> dict[str, str]:
    """Fresh tables as the template has them, and a bucket."""
    resources = yaml_parse(TEMPLATE.read_text())["Resources"]
    dynamodb = boto3.client("dynamodb")
    names = {}
    for logical_id in ("ListingsTable", "RunsTable", "VisitsTable"):
        properties = resources[logical_id]["Properties"]
        wanted = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        arguments = {key: properties[key] for key in wanted if key in properties}
        dynamodb.create_table(TableName=logical_id, **arguments)
        names[logical_id.removesuffix("Table").upper() + "_TABLE"] = logical_id
    boto3.client("s3").create_bucket(Bucket="work")
    return names | {
        "WORK_BUCKET": "work",
        "SECRETS_PATH": "/none",
        "POWERTOOLS_METRICS_NAMESPACE": "Headwater",
        "POWERTOOLS_SERVICE_NAME": "search",
    }


def _configure(bucket: str, platform: Platform) -> None:
    brand = Brand(
        id="memory",
        name="Memory",
        names=("memory",),
        chinese_names=(),
        ordinary_words=(),
        products=(),
        rights=(),
        watches=(Watch(id="words", platforms=(platform,), words=WORDS),),
        recipients=(),
    )
    access = PlatformAccess(fetch_pages=True, countries=("sg",) * (platform is Platform.LAZADA))
    desk = Desk(contact="mail@example.com", brands=(brand,), access=((platform, access),))
    write_desk(Bucket(bucket), desk)


class _Serving:
    """A marketplace that has one page, whatever it is asked for."""

    def __init__(self, body: bytes) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = b"" if self.path == "/robots.txt" else body
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
