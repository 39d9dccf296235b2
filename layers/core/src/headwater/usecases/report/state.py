"""What the report of one brand is made of, read once: the same state gives the same pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from headwater.domain.brands import Brand
from headwater.domain.captures import Capture
from headwater.domain.cases import Case
from headwater.domain.complaints import Complaint
from headwater.domain.coverage import Run
from headwater.domain.deadlines import Clock
from headwater.domain.listings import ListingKey, Sighting
from headwater.domain.manifests import FILE_NAME
from headwater.domain.platforms import Platform
from headwater.domain.weights import DEFAULT_WEIGHTS, Weights
from headwater.usecases.draw import drawings_of
from headwater.usecases.sellers import RetailCopy, by_priority, retail_copies

LISTINGS_SHOWN = 500
RUNS_READ = 120
"""Two weeks of seven platforms' nights, and as many imports."""


class CasesOfBrand(Protocol):
    def of_brand(self, brand: str) -> Iterable[Case]: ...


class ComplaintsOfBrand(Protocol):
    def of_brand(self, brand: str) -> Iterable[Complaint]: ...


class CapturesOfListing(Protocol):
    def of_listing(self, brand: str, key: ListingKey) -> Sequence[Capture]:
        """Newest first."""
        ...


class LatestListings(Protocol):
    def latest(self, brand: str, limit: int) -> Sequence[Sighting]:
        """Newest first."""
        ...


class LatestRuns(Protocol):
    def latest(self, brand: str, limit: int) -> Sequence[Run]:
        """Newest first."""
        ...


class ListsDrawings(Protocol):
    def list(self, prefix: str) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a kept page looks like: the drawing's id, where its picture lies, and of what it is."""

    id: str
    key: str
    capture: Capture


@dataclass(frozen=True, kw_only=True)  # without slots: cached_property needs a place
class ReportState:
    """Everything that the report of one brand is made of. The same state gives the same pages."""

    brand: Brand
    cases: tuple[Case, ...]
    complaints: tuple[Complaint, ...]
    captures: Mapping[ListingKey, tuple[Capture, ...]]
    """The captures of each listing, newest first."""
    sightings: tuple[Sighting, ...]
    runs: tuple[Run, ...]
    clock: Clock
    """What the complaints' dates are counted with."""
    weights: Weights = DEFAULT_WEIGHTS
    by_hand: frozenset[Platform] = frozenset()
    """Watched platforms that nothing asks by itself: only a person does."""
    drawings: Mapping[ListingKey, Drawing] = field(default_factory=dict)
    """The newest drawing of each listing whose case asks something of the owner."""

    @property
    def as_of(self) -> datetime | None:
        """The time of the latest thing that is known; None when nothing is."""
        return max(
            (
                *(case.updated_at for case in self.cases),
                *(complaint.updated_at for complaint in self.complaints),
                *(one.captured_at for captures in self.captures.values() for one in captures),
                *(sighting.seen_at for sighting in self.sightings),
                *(run.finished_at for run in self.runs),
            ),
            default=None,
        )

    @cached_property
    def complaints_by_case(self) -> Mapping[str, tuple[Complaint, ...]]:
        """The complaints about each case that has one."""
        found: dict[str, tuple[Complaint, ...]] = {}
        for complaint in self.complaints:
            for case in complaint.cases:
                found[case] = (*found.get(case, ()), complaint)
        return found

    @cached_property
    def copies(self) -> Mapping[str, tuple[RetailCopy, ...]]:
        """The retail cases that each wholesale case feeds."""
        return retail_copies(self.cases)

    @cached_property
    def sources(self) -> Mapping[str, tuple[tuple[str, RetailCopy], ...]]:
        """The same the other way: by retail case, the sources with what ties the two."""
        found: dict[str, tuple[tuple[str, RetailCopy], ...]] = {}
        for source, copies in self.copies.items():
            for copy in copies:
                found[copy.case] = (*found.get(copy.case, ()), (source, copy))
        return found

    @cached_property
    def alike(self) -> Mapping[ListingKey, Mapping[ListingKey, bool]]:
        """By listing: who else shows its picture, and whether that is the brand's own.

        Both ways: the earlier listing did not know of the later one when it was looked at.
        """
        found: dict[ListingKey, dict[ListingKey, bool]] = {}
        for case in self.cases:
            for one in case.alike:
                found.setdefault(case.listing.key, {})[one.listing] = one.own
                found.setdefault(one.listing, {})[case.listing.key] = one.own
        return found

    @cached_property
    def by_id(self) -> Mapping[str, Case]:
        return {case.id: case for case in self.cases}

    @cached_property
    def case_of(self) -> Mapping[ListingKey, Case]:
        """The case of each listing, those that were removed included."""
        return {key: case for case in self.cases for key in case.keys}

    @property
    def rehearsed(self) -> frozenset[bool]:
        """Whether the records came from a rehearsal marketplace: {True} all, {False} none."""
        captures = (one for captures in self.captures.values() for one in captures)
        records: Iterable[Case | Complaint | Run | Capture] = (
            *self.cases,
            *self.complaints,
            *self.runs,
            *captures,
        )
        return frozenset(record.rehearsal for record in records)


def read_state(
    brand: Brand,
    *,
    cases: CasesOfBrand,
    complaints: ComplaintsOfBrand,
    captures: CapturesOfListing,
    listings: LatestListings,
    runs: LatestRuns,
    drawings: ListsDrawings,
    clock: Clock,
    by_hand: Iterable[Platform] = (),
    weights: Weights = DEFAULT_WEIGHTS,
) -> ReportState:
    """Read what the report needs: all cases and complaints, the latest listings and runs."""
    ordered = by_priority(cases.of_brand(brand.id), weights)
    all_cases = tuple(sorted(ordered, key=lambda case: not case.state.needs_attention))
    sightings = tuple(listings.latest(brand.id, LISTINGS_SHOWN))
    keys = {key for case in all_cases for key in case.keys}
    keys |= {one.listing.key for one in sightings}
    found = {key: tuple(captures.of_listing(brand.id, key)) for key in sorted(keys)}
    return ReportState(
        brand=brand,
        cases=all_cases,
        complaints=tuple(sorted(complaints.of_brand(brand.id), key=lambda one: one.id)),
        captures=found,
        sightings=sightings,
        runs=tuple(runs.latest(brand.id, RUNS_READ)),
        clock=clock,
        by_hand=frozenset(by_hand),
        weights=weights,
        drawings={
            key: drawing
            for case in all_cases
            if case.state.needs_attention
            for key in [case.listing.key]
            if (drawing := _newest_drawing(found[key], drawings))
        },
    )


def _newest_drawing(captures: Sequence[Capture], drawings: ListsDrawings) -> Drawing | None:
    """Of the listing's newest capture that is drawn; drawn with its scripts where that was done.

    The manifest is written last: a drawing without one is not whole yet.
    """
    if not captures:
        return None
    there = sorted(drawings.list(drawings_of(captures[0].brand, captures[0].key)))
    whole = {key.removesuffix(FILE_NAME) for key in there if key.endswith(f"/{FILE_NAME}")}
    pictures = [key for key in there if key.endswith(".png")]
    pictures.sort(key=lambda key: not key.endswith(".scripts.png"))
    for capture in captures:
        for key in pictures:
            folder = key.rpartition("/")[0] + "/"
            if folder in whole and folder.split("/")[-3] == capture.id:
                return Drawing(id=folder.split("/")[-2], key=key, capture=capture)
    return None
