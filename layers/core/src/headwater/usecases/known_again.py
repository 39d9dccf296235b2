"""Whether a listing's pictures or its seller were seen before, and what became of that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from headwater.domain.captures import Capture, CaptureOutcome, Part
from headwater.domain.cases import SETTLED, Case, CaseState, case_id
from headwater.domain.fingerprints import Fingerprint
from headwater.domain.history import History, KnownPicture, Strike
from headwater.domain.listings import ListingKey
from headwater.domain.pictures import PictureEvidence, PictureMatch, PictureRelation
from headwater.domain.sellers import Identifier
from headwater.domain.traces import Alike, PictureTrace, SellerTrace

KEPT_ALIKE = 12
"""Other listings that a case names: a row has to stay far below 400 KB."""
_MOST_NEIGHBOURS = 20
"""Earlier cases that are read for one listing, of its pictures and of its seller each."""
_MAIN_PICTURE = "picture-01."


class TraceRows(Protocol):
    """Where pictures and sellers were seen before. What is kept twice stands there once."""

    def pictures_like(
        self, brand: str, fingerprint: Fingerprint
    ) -> Sequence[tuple[int, PictureTrace]]:
        """Those that are the same picture, with the bits that differ, the nearest first."""
        ...

    def keep_picture(self, brand: str, trace: PictureTrace) -> None: ...
    def listings_of(
        self, brand: str, identifiers: Iterable[Identifier]
    ) -> Sequence[SellerTrace]: ...
    def keep_seller(
        self, brand: str, identifiers: Iterable[Identifier], trace: SellerTrace
    ) -> None: ...


class KnownCases(Protocol):
    """The cases that are known."""

    def get(self, brand: str, case: str) -> Case | None:
        """The case of the id, or the one that a listing of the id has joined."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture of the listing: what it shows of the brand, and where it was seen before."""

    part: Part
    matches: tuple[PictureMatch, ...]
    before: tuple[tuple[int, PictureTrace], ...]

    @property
    def own(self) -> bool:
        """Whether it is the brand's photograph just as the brand shows it: anybody can take it."""
        return any(
            match.relation is PictureRelation.SAME and match.evidence is PictureEvidence.FINGERPRINT
            for match in self.matches
        )

    @property
    def speaks(self) -> bool:
        """Whether it shows the goods: any shop may have the same size chart further down."""
        return bool(self.matches) or self.part.name.startswith(_MAIN_PICTURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Earlier cases that the listing touches."""

    by_picture: Mapping[ListingKey, Case]
    of_seller: tuple[Case, ...]
    shop_brands: tuple[str, ...]

    def same_seller(self, case: Case) -> bool:
        return any(one.id == case.id for one in self.of_seller)


def cases_around(
    capture: Capture,
    shown: Iterable[Shown],
    identifiers: Iterable[Identifier],
    others: Sequence[str],
    *,
    cases: KnownCases,
    traces: TraceRows,
) -> Around:
    near = sorted((d, trace.listing) for one in shown for d, trace in one.before)
    listings = list(dict.fromkeys(listing for _, listing in near))[:_MOST_NEIGHBOURS]
    read = {key: cases.get(capture.brand, case_id(key)) for key in listings}
    known = traces.listings_of(capture.brand, identifiers)
    ids = dict.fromkeys(t.case for t in known if t.case and t.listing != capture.key)
    of_seller = [cases.get(capture.brand, one) for one in list(ids)[:_MOST_NEIGHBOURS]]
    brands = dict.fromkeys((*others, *(name for trace in known for name in trace.brands)))
    return Around(
        by_picture={key: case for key, case in read.items() if case},
        of_seller=tuple(case for case in of_seller if case and capture.key not in case.keys),
        shop_brands=tuple(sorted(brands)),
    )


def dismissed_in(one: Shown, around: Around) -> Case | None:
    """The case in which a person saw this very picture and dismissed it.

    The brand's own photograph is not let off by that with other sellers: that one of them may show
    it, or that one listing was no matter, says nothing of the next thief.
    """
    for _, trace in one.before:
        case = around.by_picture.get(trace.listing)
        if case is None or case.state is not CaseState.DISMISSED:
            continue
        if not one.own or around.same_seller(case):
            return case
    return None


def history_of(
    capture: Capture,
    counted: Iterable[Shown],
    dismissed: Mapping[str, Case],
    around: Around,
) -> History:
    confirmed, sources = [], []
    for one in counted:
        for _, trace in one.before:
            case = around.by_picture.get(trace.listing)
            if case is None or capture.key in case.keys or not (one.speaks and _spoke(case, trace)):
                continue
            known = KnownPicture(
                part_name=one.part.name,
                case=case.id,
                on=case.decided_on(CaseState.CONFIRMED).date(),
                infringement=case.risk.infringement,
            )
            if case.strikes and case.state not in SETTLED:
                confirmed.append(known)
            elif (
                case.state.needs_attention
                and case.listing.key.platform.source
                and not capture.key.platform.source
            ):
                sources.append(known)
    return History(
        confirmed=tuple(confirmed),
        sources=tuple(sources),
        dismissed=tuple(
            KnownPicture(
                part_name=name, case=case.id, on=case.decided_on(CaseState.DISMISSED).date()
            )
            for name, case in dismissed.items()
        ),
        strikes=tuple(
            Strike(case=case.id, on=case.decided_on(CaseState.CONFIRMED).date())
            for case in around.of_seller
            if case.strikes and case.state not in SETTLED
        ),
        shop_brands=around.shop_brands,
    )


def _spoke(case: Case, trace: PictureTrace) -> bool:
    """Whether the picture showed the goods there, and was no size chart."""
    return trace.part_name.startswith(_MAIN_PICTURE) or any(
        (one.capture_id, one.part_name) == (trace.capture_id, trace.part_name)
        for one in case.pictures
    )


def alike_of(capture: Capture, shown: Iterable[Shown]) -> tuple[Alike, ...]:
    """The nearest picture of each other listing, as far as it shows the goods here."""
    nearest: dict[ListingKey, Alike] = {}
    for one in shown:
        for distance, trace in one.before if one.speaks else ():
            known = nearest.get(trace.listing)
            if known is None or distance < known.distance:
                nearest[trace.listing] = Alike(
                    listing=trace.listing,
                    capture_id=capture.id,
                    part_name=one.part.name,
                    other_capture=trace.capture_id,
                    other_part=trace.part_name,
                    distance=distance,
                    own=one.own,
                )
    return nearest_of_each(nearest.values())


def nearest_of_each(alike: Iterable[Alike]) -> tuple[Alike, ...]:
    """The nearest of each listing, up to a bound."""
    best: dict[ListingKey, Alike] = {}
    for one in sorted(alike, key=lambda a: (a.distance, a.listing, a.capture_id, a.part_name)):
        best.setdefault(one.listing, one)
    return tuple(best.values())[:KEPT_ALIKE]


def came_back(
    capture: Capture,
    shown: Iterable[Shown],
    products: frozenset[str],
    around: Around,
    cases: KnownCases,
) -> tuple[Case | None, str]:
    """The case of a removed listing that this one is, and by what it is known; the surest one.

    `products` are the brand's that the listing shows: a seller's other product is another case.
    """
    if capture.outcome is CaptureOutcome.GONE:
        return None, ""
    found: list[tuple[int, int, str, str]] = []
    for one in shown:
        for distance, trace in one.before if one.speaks else ():
            case = around.by_picture.get(trace.listing)
            if case is not None and _spoke(case, trace):
                same = around.same_seller(case)
                why = f"{one.part.name} is {trace.part_name} of the removed {trace.listing}"
                why += ", and the seller is the same" if same else ""
                found.append((0 if same else 1, distance, case.id, why))
    for case in around.of_seller:
        before = {one.reference_id.partition("/")[0] for one in case.pictures}
        if not (before and products) or before & products:
            why = f"it is the seller of the removed {case.listing.key}"
            found.append((2, 0, case.id, why))
    for _, _, one_id, why in sorted(found):
        fresh = cases.get(capture.brand, one_id)
        if fresh is None or fresh.state in SETTLED:
            continue
        # Who was up beside the other did not come after it.
        removed_at = fresh.removed_at
        if fresh.listing.key == capture.key or (removed_at and capture.captured_at > removed_at):
            return fresh, why
    return None, ""
