"""Stand-ins for the world around the match: the cases table, pictures that a test decides about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from headwater.domain.cases import Case, Conflict
from headwater.domain.pictures import PictureMatch, UnreadablePicture


class CasesInMemory:
    """The cases table's promises without the table."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Case] = {}

    def get(self, brand: str, case: str) -> Case | None:
        return self.rows.get((brand, case))

    def open(self, case: Case) -> bool:
        if (case.brand, case.id) in self.rows:
            return False
        self.rows[case.brand, case.id] = replace(case, version=1)
        return True

    def save(self, case: Case) -> Case:
        known = self.rows.get((case.brand, case.id))
        if known is None or known.version != case.version:
            raise Conflict(f"case {case.id} was changed by somebody else since it was read")
        saved = replace(case, version=case.version + 1)
        self.rows[case.brand, case.id] = saved
        return saved

    def of_brand(self, brand: str) -> Iterator[Case]:
        return iter([case for key, case in sorted(self.rows.items()) if key[0] == brand])


class PicturesByBytes:
    """Finds what the test says of these very bytes; a text says why they are unreadable."""

    def __init__(self, answers: Mapping[bytes, Sequence[PictureMatch] | str]) -> None:
        self.answers = answers

    def find(self, query: bytes) -> Sequence[PictureMatch]:
        answer = self.answers.get(query, ())
        if isinstance(answer, str):
            raise UnreadablePicture(answer)
        return answer
