"""Give a verdict on a case, and take it back by another."""

from datetime import datetime
from typing import Protocol

from headwater.domain.cases import Case, CaseState, Conflict

_TRIES = 5


class CasesStore(Protocol):
    """Where cases are kept."""

    def get(self, brand: str, case: str) -> Case | None: ...

    def save(self, case: Case) -> Case:
        """Raises Conflict when somebody else saved first."""
        ...


class NoSuchCase(LookupError):  # noqa: N818 - says what is the matter
    """There is no case under the id; the message names both."""


def give_verdict(
    brand: str,
    case_id: str,
    verdict: CaseState,
    *,
    cases: CasesStore,
    at: datetime,
    by: str,
    what: str,
) -> Case:
    """The case with the verdict. The same verdict again changes nothing. Raises NotAllowed."""
    for _ in range(_TRIES):
        case = cases.get(brand, case_id)
        if case is None:
            raise NoSuchCase(f"brand {brand} has no case {case_id}")
        moved = case.move(verdict, at=at, by=by, what=what)
        if moved == case:
            return case
        try:
            return cases.save(moved)
        except Conflict:
            continue
    raise Conflict(f"case {case_id} is being changed by others all the time; try again")
