"""What the platforms' terms say about automated access: shown before page fetching is allowed."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from headwater.domain.platforms import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One platform's clause. `version` is what the owner names after reading it."""

    platform: Platform
    version: str
    origin: str
    text: str
    note: str
    robots: str


@cache
def clauses() -> dict[Platform, Clause]:
    """Those that were looked for; a platform without one is not searched by itself."""
    text = resources.files("headwater.rules").joinpath("clauses.toml").read_text(encoding="utf-8")
    found = (
        Clause(
            platform=Platform(one["platform"]),
            version=one["version"],
            origin=one["from"],
            text=one["text"].strip(),
            note=one["note"],
            robots=one["robots"].strip(),
        )
        for one in tomllib.loads(text)["clause"]
    )
    return {clause.platform: clause for clause in found}
