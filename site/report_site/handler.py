"""Every night: the report of each brand is built from the tables and put into the site bucket."""

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.desk import read_desk, reference_key
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.completions import Completions
from headwater.adapters.dynamodb.listings import Listings
from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.store import Bucket
from headwater.domain.brands import Brand
from headwater.domain.deadlines import Clock
from headwater.domain.platforms import Platform
from headwater.domain.weights import Weights
from headwater.usecases.report.cases import Picture
from headwater.usecases.report.state import read_state
from report_site.build import build_site, front_page
from report_site.publish import Published, publish, published_files
from report_site.settings import Settings

logger = Logger()
metrics = Metrics()


@cache
def _settings() -> Settings:
    return Settings()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001
    settings = _settings()
    desk = read_desk(Bucket(settings.work_bucket))
    clock = read_clock(desk.deadlines)
    by_hand = [platform for platform in Platform if not desk.access_to(platform).by_itself]
    done = [_report(brand, clock, settings, by_hand, desk.weights) for brand in desk.brands]
    site = Bucket(settings.site_bucket)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_text(front_page(desk.brands), encoding="utf-8")
        done.append(publish(Path(folder), site, "", names=()))
    summary = {
        "brands": len(desk.brands),
        "written": sum(one.written for one in done),
        "unchanged": sum(one.unchanged for one in done),
        "removed": sum(one.removed for one in done),
    }
    metrics.add_metric("Completed", MetricUnit.Count, 1)
    Completions(settings.runs_table).done("site", datetime.now(UTC))
    logger.info("reported", extra=summary)
    return summary


def _report(
    brand: Brand, clock: Clock, settings: Settings, by_hand: Sequence[Platform], weights: Weights
) -> Published:
    started = time.monotonic()
    evidence, work = Bucket(settings.evidence_bucket), Bucket(settings.work_bucket)
    site, prefix = Bucket(settings.site_bucket), f"{brand.id}/"
    state = read_state(
        brand,
        cases=Cases(settings.cases_table),
        complaints=Complaints(settings.complaints_table),
        captures=Captures(settings.captures_table),
        listings=Listings(settings.listings_table),
        runs=Runs(settings.runs_table),
        drawings=evidence,
        clock=clock,
        weights=weights,
        by_hand=by_hand,
    )

    def picture_bytes(picture: Picture) -> bytes:
        if picture.stored is None:
            return work.get(reference_key(brand.id, picture.sha256))
        return evidence.get(picture.stored.key, picture.stored.version_id)

    with tempfile.TemporaryDirectory() as folder:
        built = build_site(
            state,
            picture_bytes,
            Path(folder),
            drawing_bytes=lambda drawing: evidence.get(drawing.key),
            published=published_files(site, prefix),
            evidence_bucket=settings.evidence_bucket,
        )
        done = publish(Path(folder), site, prefix, names=built.names)
    seconds = round(time.monotonic() - started, 1)
    logger.info(
        "built",
        extra={
            "brand": brand.id,
            "pages": built.pages,
            "pictures": built.pictures,
            "not_shown": dict(built.unreadable),
            "seconds": seconds,
        },
    )
    return done
