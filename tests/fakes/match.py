"""Stand-ins for the world around the match: the cases table, pictures that a test decides about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from headwater.domain.cases import Case, Conflict
from headwater.domain.fingerprints import SAME_PICTURE, Fingerprint
from headwater.domain.pictures import PictureMatch, UnreadablePicture
from headwater.domain.sellers import Identifier
from headwater.domain.traces import PictureTrace, SellerTrace, nearest


class CasesInMemory:
    """The cases table's promises without the table."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Case] = {}
        self.joined: dict[tuple[str, str], str] = {}

    def get(self, brand: str, case: str) -> Case | None:
        return self.rows.get((brand, self.joined.get((brand, case), case)))

    def join(self, brand: str, case: str, joined: str) -> None:
        if (brand, case) not in self.rows:
            self.joined.setdefault((brand, case), joined)

    def open(self, case: Case) -> bool:
        if (case.brand, case.id) in {*self.rows, *self.joined}:
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


class TracesInMemory:
    """The traces table's promises without the table; it finds what shares a band, as that does."""

    def __init__(self) -> None:
        self.pictures: dict[tuple[str, str], set[PictureTrace]] = {}
        self.sellers: dict[tuple[str, Identifier], dict[str, SellerTrace]] = {}

    def pictures_like(self, brand: str, fingerprint: Fingerprint) -> list[tuple[int, PictureTrace]]:
        found: set[PictureTrace] = set()
        for band in fingerprint.bands():
            found |= self.pictures.get((brand, band), set())
        return nearest(list(found), fingerprint, SAME_PICTURE)

    def keep_picture(self, brand: str, trace: PictureTrace) -> None:
        for band in trace.fingerprint.bands():
            under = self.pictures.setdefault((brand, band), set())
            under -= {t for t in under if (t.listing, t.sha256) == (trace.listing, trace.sha256)}
            under.add(trace)

    def listings_of(self, brand: str, identifiers: Iterable[Identifier]) -> list[SellerTrace]:
        found: dict[str, SellerTrace] = {}
        for identifier in identifiers:
            found |= self.sellers.get((brand, identifier), {})
        return sorted(found.values(), key=lambda trace: trace.listing)

    def keep_seller(
        self, brand: str, identifiers: Iterable[Identifier], trace: SellerTrace
    ) -> None:
        for identifier in identifiers:
            self.sellers.setdefault((brand, identifier), {})[str(trace.listing)] = trace
