"""`headwater search --watch X --explain`: what was asked, what answered, what not covered."""

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from headwater.adapters.dynamodb.runs import Runs
from headwater.adapters.stack import StackUnusable, find_stack
from headwater.domain.coverage import field_words
from headwater.domain.platforms import RouteName
from headwater.domain.strangers import in_one_line
from headwater.usecases.coverage import Answer, Explained, explain

_ROWS = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--watch", required=True, help="the watch's id in the config")
    parser.add_argument(
        "--explain", action="store_true", required=True, help="show it on one screen"
    )
    parser.add_argument("--stack", default="headwater", help="the stack's name (default headwater)")
    parser.add_argument("--brand", help="needed when there are several")


def run(arguments: argparse.Namespace) -> int:
    """0: everything is covered, 1: something is not."""
    try:
        stack = find_stack(arguments.stack)
        brand = stack.brand(arguments.brand)
        watches = {watch.id: watch for watch in brand.watches}
        if arguments.watch not in watches:
            known = ", ".join(watches)
            said = f"headwater search: no watch {arguments.watch!r}; there is {known}"
            print(said, file=sys.stderr)
            return 2
        today = datetime.now(UTC).date()
        runs = Runs(stack.outputs["RunsTable"])
        watch = watches[arguments.watch]
        explained = explain(watch, brand=brand, desk=stack.desk, runs=runs, day=today)
    except (StackUnusable, BotoCoreError, ClientError, PynamoDBException) as error:
        print(f"headwater search: {error}", file=sys.stderr)
        return 1
    print("\n".join(in_words(arguments.watch, explained, today)))
    return 1 if any(one.gaps or one.blind for one in explained) else 0


def in_words(watch: str, explained: Iterable[Explained], today: date) -> list[str]:
    """The screen, line by line."""
    lines, said = [], []
    for one in explained:
        lines += _platform(one, today)
        covered = len(one.answers) - len(one.gaps)
        blind = ", and the last run was BLIND" if one.blind else ""
        said.append(f"{one.platform.title} {covered} of {len(one.answers)} answered{blind}")
    return [*lines, f"watch {watch}: " + "; ".join(said)]


def _platform(one: Explained, today: date) -> list[str]:
    ways = ", ".join(_way(one, name) for name in one.access.routes)
    when = f"last run {one.last.at:%Y-%m-%d %H:%M} UTC" if one.last else "never searched"
    if one.last and one.last.rehearsal:
        when += " (a rehearsal)"
    lines = [
        f"{one.platform.title}: by {ways}; {one.access.daily_budget} requests a day; {when}",
    ]
    if one.blind:
        lines.append(f"  BLIND  {in_one_line(one.blind)}")
    for canary in one.canaries:
        found = "is seen" if canary.verdict.covers else f"NOT seen: {in_one_line(canary.reason)}"
        lines.append(f"  canary {canary.query!r} by {canary.route} {found}")
    for way, shares in one.fields.items():
        if few := field_words(shares):
            lines.append(f"  fields read by {way} in every listing, but {few}")
    asked = [answer for answer in one.answers if answer.last]
    asked.sort(key=lambda answer: answer.covered)  # the gaps first
    lines += ["  " + _line(answer) for answer in asked[:_ROWS]]
    if rest := asked[_ROWS:]:
        answered = sum(answer.covered for answer in rest)
        lines.append(f"  … {len(rest)} more: {answered} answered, {len(rest) - answered} not")
    waiting = [answer for answer in one.answers if not answer.last]
    if waiting and not one.access.by_itself:
        first = ", ".join(in_one_line(answer.query.label, most=30) for answer in waiting[:3])
        lines.append(
            f"  -   not asked: {len(waiting)} ({first}…). Nothing asks here by itself; "
            f"a person can: headwater links --platform {one.platform}"
        )
    elif waiting:
        last = max(answer.turn for answer in waiting)
        first = ", ".join(in_one_line(answer.query.label, most=30) for answer in waiting[:3])
        until = "today" if last == today else f"by {last}"
        lines.append(f"  -   not asked yet: {len(waiting)} ({first}…), their turn comes {until}")
    if one.period_days > 1:
        lines.append(f"  every question has its turn within {one.period_days} days")
    return lines


def _way(one: Explained, name: RouteName) -> str:
    off = name is RouteName.PAGE_FETCH and not one.access.fetch_pages
    return f"{name} (switched off)" if off else name


def _line(answer: Answer) -> str:
    label = in_one_line(answer.query.label, most=40)
    if answer.last is None:
        return f"-   {label}"
    asked, at = answer.last.asked, answer.last.at
    if not asked.verdict.covers:
        why = in_one_line(asked.reason, most=110)
        return f"NO  {label}: {asked.verdict}: {why} ({at:%Y-%m-%d})"
    found = f"{asked.items} found, {asked.new} new" + (f"; {asked.depth}" if asked.depth else "")
    if asked.depth and asked.reason:
        found += f" ({in_one_line(asked.reason, most=80)})"
    return f"ok  {label}: {found} ({asked.route}, {at:%Y-%m-%d})"
