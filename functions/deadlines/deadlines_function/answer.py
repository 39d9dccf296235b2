"""The links in mails: GET shows what it is about, POST records what the reader did; a calendar."""

from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from deadlines_function.settings import AnswerSettings as Settings
from headwater.adapters import answer_page, calendar_feed
from headwater.adapters.deadline_rules import read_clock
from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.secrets import Secrets
from headwater.adapters.store import Bucket
from headwater.domain.answers import Answer, BadLink, opens_calendar, unseal
from headwater.domain.brands import Desk
from headwater.domain.deadlines import Clock, typed_moment
from headwater.usecases.answers import act, look
from headwater.usecases.digest import Due, upcoming
from headwater.usecases.report import page_name

logger = Logger()
metrics = Metrics()
app = LambdaFunctionUrlResolver()

_SAID = {
    Answer.REJECTED: "You rejected the counter-notice. The platform decides now.",
    Answer.ACCEPTED: "You accepted the counter-notice. The complaint is withdrawn.",
    Answer.OTHER_DATE: "From now on that date counts. New warnings follow it.",
}


@cache
def _settings() -> Settings:
    return Settings()


def _complaints() -> Complaints:
    return Complaints(_settings().complaints_table)


def _desk() -> Desk:
    return read_desk(Bucket(_settings().work_bucket))


def _clock() -> Clock:
    return read_clock(_desk().deadlines)


def _key() -> bytes:
    return Secrets(_settings().secrets_path).key(answer_page.KEY)


@app.get("/")
def show() -> Response[str]:
    token = app.current_event.query_string_parameters.get("t", "")
    link = unseal(token, _key(), datetime.now(UTC))
    complaint, deadline = look(link, complaints=_complaints(), clock=_clock())
    metrics.add_metric("AnswersLookedAt", MetricUnit.Count, 1)
    return _page(answer_page.question(token, complaint, deadline))


@app.post("/")
def record() -> Response[str]:
    form = parse_qs(app.current_event.decoded_body or "", max_num_fields=10)
    said = {name: values[0] for name, values in form.items()}
    now = datetime.now(UTC)
    link = unseal(said.get("t", ""), _key(), now)
    answer = Answer(said.get("answer", ""))
    due = typed_moment(said["due"]) if "due" in said else None
    act(link, answer, complaints=_complaints(), clock=_clock(), now=now, due_typed=due)
    metrics.add_metric("AnswersRecorded", MetricUnit.Count, 1)
    return _page(answer_page.message(_SAID[answer], good=True))


@app.get("/calendar/<brand_id>/<name>")
def calendar(brand_id: str, name: str) -> Response[str]:
    """Every open deadline of the brand, for whoever knows the address."""
    if not opens_calendar(name.removesuffix(".ics"), brand_id, _key()):
        return _nothing()
    desk, report_url = _desk(), _settings().report_url

    def page(due: Due) -> str | None:
        if due.complaint is None or not report_url:
            return None
        return f"{report_url.rstrip('/')}/{brand_id}/{page_name(due.complaint.cases[0])}"

    brand = desk.brand(brand_id)
    complaints = _complaints().of_brand(brand_id)
    dates = upcoming(brand, complaints, read_clock(desk.deadlines), datetime.now(UTC), within=None)
    metrics.add_metric("CalendarsRead", MetricUnit.Count, 1)
    text = calendar_feed.render(dates, page=page).decode()
    return Response(HTTPStatus.OK, "text/calendar; charset=utf-8", text, dict(answer_page.HEADERS))


@app.exception_handler([BadLink, ValueError])  # type: ignore[untyped-decorator]
def refuse(error: Exception) -> Response[str]:
    metrics.add_metric("AnswersRefused", MetricUnit.Count, 1)
    return _page(answer_page.message(str(error)), HTTPStatus.BAD_REQUEST)


@app.not_found
def nothing(_: Exception) -> Response[str]:
    return _nothing()


def _nothing() -> Response[str]:
    metrics.add_metric("AnswersRefused", MetricUnit.Count, 1)
    return _page(answer_page.message("There is nothing at this address."), HTTPStatus.NOT_FOUND)


def _page(html: str, status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    return Response(status, "text/html; charset=utf-8", html, dict(answer_page.HEADERS))


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
