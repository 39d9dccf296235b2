"""What a run asked and what was answered: the proof, or the lack of it, behind "nothing new"."""

from dataclasses import dataclass
from datetime import datetime

from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One query of a run and its answer. `new` counts listings never seen before."""

    platform: Platform
    watch: str
    query: str
    route: str
    verdict: Verdict
    reason: str
    items: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One search run, or one imported file. `id` is deterministic: "source#query#slot"."""

    brand: str
    id: str
    started_at: datetime
    finished_at: datetime
    asked: tuple[Asked, ...]
    rehearsal: bool = False

    @property
    def covered(self) -> bool:
        """Whether every question of the run was answered. Only then may "nothing new" be said."""
        return bool(self.asked) and all(asked.verdict.covers for asked in self.asked)
