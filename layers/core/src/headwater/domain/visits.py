"""How often a host or route was asked, and how long a refusal keeps it closed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from headwater.domain.pages import Verdict

FIRST_PAUSE = timedelta(hours=6)
LONGEST_PAUSE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What is known of one way to ask. `refusals` counts those since it last answered."""

    day: str = ""
    asked: int = 0
    refusals: int = 0
    closed_until: datetime | None = None
    verdict: Verdict = Verdict.OK
    reason: str = ""
    next_turn: datetime | None = None

    def closed(self, now: datetime) -> bool:
        return self.closed_until is not None and now < self.closed_until

    def used_up(self, now: datetime, budget: int) -> bool:
        return self.day == _day(now) and self.asked >= budget

    def counted(self, now: datetime) -> "Lane":
        """One request more on that (UTC) day."""
        asked = self.asked if self.day == _day(now) else 0
        return replace(self, day=_day(now), asked=asked + 1)

    def refused(self, now: datetime, verdict: Verdict, reason: str, retry_after: str) -> "Lane":
        """Closed for 6 hours, after the next refusal for 12, then 24; never shorter than asked."""
        pause = min(FIRST_PAUSE * 2 ** min(self.refusals, 4), LONGEST_PAUSE)
        if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 8:
            pause = max(pause, timedelta(seconds=int(retry_after)))
        return replace(
            self,
            refusals=self.refusals + 1,
            closed_until=now + pause,
            verdict=verdict,
            reason=reason,
        )

    def answered(self) -> "Lane":
        return replace(self, refusals=0, closed_until=None, verdict=Verdict.OK, reason="")

    def turn(self, now: datetime, gap: timedelta) -> tuple[datetime, "Lane"]:
        """When the one who asks now may go; the next one has to wait `gap` longer."""
        mine = max(now, self.next_turn) if self.next_turn else now
        return mine, replace(self, next_turn=mine + gap)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
