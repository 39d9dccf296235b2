"""headwater due: by when has who to act, for any event on any platform."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from headwater.adapters.deadline_rules import BadRules, read_clock
from headwater.domain.deadlines import Clock, Deadline, NoRule, instant

OWN_FILE = Path("config/deadlines.toml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--platform", required=True, help="a marketplace or authority: alibaba, …")
    parser.add_argument("--event", required=True, help="submitted, notified, counter_filed, …")
    parser.add_argument("--at", required=True, help="when it happened: 2026-02-11T09:30:00+08:00")
    parser.add_argument("--as-of", help="with the rules and calendars of this date: 2026-02-11")
    parser.add_argument("--json", action="store_true", help="for other programs")
    parser.add_argument(
        "--own", type=Path, help=f"your own limits and holidays (default {OWN_FILE}, if it exists)"
    )


def run(arguments: argparse.Namespace) -> int:
    try:
        clock = own_clock(arguments.own)
        as_of = None if arguments.as_of is None else _day(arguments.as_of)
        at = instant(arguments.at)
        platform, event = _name(arguments.platform).removesuffix(".com"), _name(arguments.event)
        deadline = clock.deadline(platform, event, at, as_of=as_of)
    except (BadRules, NoRule, ValueError, OSError) as error:
        print(f"headwater due: {error}", file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(as_json(deadline), ensure_ascii=False, indent=2))
    else:
        print(in_words(deadline))
    return 0


def own_clock(own: Path | None) -> Clock:
    """The shipped clock with the owner's file, if there is one. Raises BadRules, OSError."""
    path = own or (OWN_FILE if OWN_FILE.exists() else None)
    if path is None:
        return read_clock()
    try:
        return read_clock(path.read_text(encoding="utf-8"))
    except BadRules as error:
        raise BadRules(f"{path}: {error}") from None


def _name(text: str) -> str:
    """Counter-Filed is counter_filed."""
    return text.strip().lower().replace("-", "_").replace(" ", "_")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date; write it like 2026-02-11") from None


def as_json(deadline: Deadline) -> dict[str, object]:
    """A promise to other programs: these keys, dates as ISO 8601 in the rule's own zone."""
    return {
        "rule": deadline.rule.id,
        "who": deadline.rule.who,
        "limit": deadline.rule.limit_in_words,
        "formally_due": deadline.formally_due.isoformat(),
        "act_by": deadline.act_by.isoformat(),
        "latest": deadline.latest.isoformat(),
        "provisional": deadline.provisional,
        "calendars": {
            "official": deadline.calendars.official.isoformat(),
            "mon_fri": deadline.calendars.mon_fri.isoformat(),
            "holidays_only": deadline.calendars.holidays_only.isoformat(),
        },
        "source": deadline.rule.citation,
    }


def in_words(deadline: Deadline) -> str:
    rule, dates = deadline.rule, deadline.calendars
    act = "act by" if deadline.ours else "over at the latest on"
    lines = [
        f"The {rule.who} has {rule.limit_in_words} {rule.direction} {rule.counts_from}.",
        f"{act.capitalize()} {deadline.act_by:%A, %d %B %Y} ({rule.timezone}).",
    ]
    if dates.differ:
        lines += [
            "Which days count is not certain:",
            f"  {dates.official:%a %d %b %Y}  official calendar, make-up days included",
            f"  {dates.mon_fri:%a %d %b %Y}  Monday to Friday, holidays or not",
            f"  {dates.holidays_only:%a %d %b %Y}  without holidays, without make-up days",
        ]
    elif deadline.formally_due != deadline.act_by:
        lines.append(f"Formally due {deadline.formally_due:%A, %d %B %Y}; do not rely on it.")
    if deadline.provisional:
        lines.append("Provisional: China has not published the holidays of that year yet.")
    lines += [
        f"If it is missed: {rule.consequence}",
        f"Rule {rule.id} ({deadline.basis}, confidence {rule.confidence}): {rule.citation}",
    ]
    return "\n".join(lines)
