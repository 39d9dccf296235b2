"""What the report says of a case: its line in a table, and its page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from shlex import quote

from headwater.domain.captures import Capture, StoredObject
from headwater.domain.cases import Case, CaseEvent, CaseState, PictureEvidence
from headwater.domain.listings import Listing, ListingKey
from headwater.domain.pictures import PictureRelation
from headwater.domain.risk import Band, Reason
from headwater.domain.strangers import defanged
from headwater.usecases.report.complaints import (
    ComplaintView,
    Happening,
    complaint_view,
    due_dates,
)
from headwater.usecases.report.evidence import KeptCapture, kept_captures
from headwater.usecases.report.state import Drawing, ReportState
from headwater.usecases.report.words import (
    INFRINGEMENTS,
    OUTCOMES,
    page_name,
    price_words,
)
from headwater.usecases.review import case_right


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture by the hash of its original; `stored` is None for one of the brand's own."""

    sha256: str
    stored: StoredObject | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The listing's picture beside the brand's own, with the regions that agree."""

    found: Picture | None
    own: Picture | None
    product: str
    file: str
    same: bool
    """Whether it is one photograph, and not only a related one."""
    probability: float
    relation: str
    explanation: str
    found_region: tuple[float, float, float, float] | None
    own_region: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as a line of a table."""

    id: str
    page: str
    platform: str
    title: str | None
    price: str | None
    seller: str | None
    score: int
    band: Band
    state: CaseState
    picture: Picture | None
    opened_at: datetime
    due: datetime | None
    """The next date that is the brand's own; None where no clock runs."""
    times: str
    """How often the listing was put up, in words; empty for the first time."""
    copies: int
    """Retail copies that it feeds."""
    rehearsal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another listing that this case has to do with. `page` is None where it is no case."""

    listing: str
    page: str | None
    how: str
    on: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything that the page of one case says."""

    row: CaseRow
    next_step: str
    commands: tuple[str, ...]
    """What to type to record that the step was taken."""
    reasons: tuple[Reason, ...]
    infringement: str | None
    right: str | None
    """The right that a complaint would rest on, or that there is none."""
    former: tuple[Related, ...]
    """The listings under which it was up before, and how it was known again."""
    copies: tuple[Related, ...]
    """The retail listings that it feeds, as far as they were found."""
    sources: tuple[Related, ...]
    """The wholesale listings that it seems to come from."""
    alike: tuple[Related, ...]
    """Other listings with the same picture."""
    pairs: tuple[Pair, ...]
    other_pictures: tuple[Picture, ...]
    address: str
    """The address of the listing, defanged: nobody opens it by accident."""
    listing_facts: tuple[tuple[str, str], ...]
    seller_facts: tuple[tuple[str, str], ...]
    complaints: tuple[ComplaintView, ...]
    timeline: tuple[Happening, ...]
    captures: tuple[KeptCapture, ...]
    drawing: Drawing | None
    """What the listing's page looked like, at the newest look that was drawn."""
    evidence_commands: tuple[str, ...]
    """What to type to check all of the evidence, and to hand it over."""


def case_row(state: ReportState, case: Case) -> CaseRow:
    listing = case.listing
    return CaseRow(
        id=case.id,
        page=page_name(case.id),
        platform=listing.key.platform.title,
        title=listing.title,
        price=price_words(listing.price),
        seller=listing.seller.name if listing.seller else None,
        score=case.risk.score,
        band=case.risk.band,
        state=case.state,
        picture=case_picture(state, case),
        opened_at=case.opened_at,
        due=min(
            (
                due.at
                for complaint in state.complaints_by_case.get(case.id, ())
                for due in due_dates(state, complaint)
                if due.ours
            ),
            default=None,
        ),
        times=case.in_times,
        copies=len(state.copies.get(case.id, ())),
        rehearsal=case.rehearsal,
    )


def case_page(state: ReportState, case: Case) -> CasePage:
    captures = _captures_of_case(state, case)
    pairs = tuple(_pair(state, captures, evidence) for evidence in case.pictures)
    paired = {pair.found for pair in pairs}
    step, commands = _next_step(state, case)
    others = {
        picture: None
        for capture in captures
        for picture in pictures_of(capture)
        if picture not in paired
    }
    return CasePage(
        row=case_row(state, case),
        next_step=step,
        commands=commands,
        reasons=tuple(sorted(case.risk.reasons, key=lambda reason: -abs(reason.points))),
        infringement=INFRINGEMENTS[case.risk.infringement] if case.risk.infringement else None,
        right=case_right(state.brand, case),
        former=tuple(
            Related(listing=_listing_name(one.listing.key), page=None, how=one.why, on=one.left_at)
            for one in case.former
        ),
        copies=tuple(_copies(state, case)),
        sources=tuple(_sources(state, case)),
        alike=tuple(_alike(state, case)),
        pairs=pairs,
        other_pictures=tuple(others)[:12],
        address=defanged(case.listing.url),
        listing_facts=tuple(_listing_facts(case.listing)),
        seller_facts=tuple(_seller_facts(case.listing)),
        complaints=tuple(
            complaint_view(state, one) for one in state.complaints_by_case.get(case.id, ())
        ),
        timeline=tuple(_timeline(case, captures)),
        captures=tuple(kept_captures(captures)),
        drawing=state.drawings.get(case.listing.key),
        evidence_commands=tuple(
            f"headwater {verb} {quote(case.id)}" for verb in ("verify", "bundle")
        ),
    )


def _copies(state: ReportState, case: Case) -> Iterator[Related]:
    for copy in state.copies.get(case.id, ()):
        yield _related(state.by_id[copy.case], ", ".join(copy.ties))


def _sources(state: ReportState, case: Case) -> Iterator[Related]:
    for source, copy in state.sources.get(case.id, ()):
        yield _related(state.by_id[source], ", ".join(copy.ties))


def _related(case: Case, how: str) -> Related:
    return Related(listing=_listing_name(case.listing.key), page=page_name(case.id), how=how)


def _listing_name(key: ListingKey) -> str:
    return f"{key.platform.title} {key.offer_id}"


def _alike(state: ReportState, case: Case) -> Iterator[Related]:
    found = {key: own for mine in case.keys for key, own in state.alike.get(mine, {}).items()}
    for key in sorted(found.keys() - set(case.keys)):
        known = state.case_of.get(key)
        how = "it is your own photograph" if found[key] else ""
        if known is None:
            yield Related(listing=_listing_name(key), page=None, how=how)
        elif known.id != case.id:
            yield _related(known, how)


def _captures_of_case(state: ReportState, case: Case) -> list[Capture]:
    """Oldest first. A case of which no capture was read shows none rather than a stranger's."""
    captures = [one for key in case.keys for one in state.captures.get(key, ())]
    return sorted(captures, key=lambda capture: (capture.captured_at, capture.id))


def pictures_of(capture: Capture) -> Iterator[Picture]:
    for part in capture.pictures:
        yield Picture(sha256=part.sha256, stored=part.stored)


def case_picture(state: ReportState, case: Case) -> Picture | None:
    """The picture that matched best, else the first that was kept."""
    captures = _captures_of_case(state, case)
    for evidence in sorted(case.pictures, key=lambda one: -one.probability):
        if found := _found_picture(captures, evidence):
            return found
    return next((picture for capture in captures for picture in pictures_of(capture)), None)


def _found_picture(captures: Iterable[Capture], evidence: PictureEvidence) -> Picture | None:
    for capture in captures:
        if capture.id == evidence.capture_id:
            for part in capture.parts:
                if part.name == evidence.part_name:
                    return Picture(sha256=part.sha256, stored=part.stored)
    return None


def _pair(state: ReportState, captures: Iterable[Capture], evidence: PictureEvidence) -> Pair:
    product_id, _, file = evidence.reference_id.partition("/")
    names = {product.id: product.name for product in state.brand.products}
    hashes = {reference.id: reference.sha256 for reference in state.brand.references}
    own = hashes.get(evidence.reference_id)
    return Pair(
        found=_found_picture(captures, evidence),
        own=Picture(sha256=own, stored=None) if own else None,
        product=names.get(product_id, product_id),
        file=file,
        same=evidence.relation == PictureRelation.SAME,
        probability=evidence.probability,
        relation=_RELATIONS.get(evidence.relation, evidence.relation),
        explanation=evidence.explanation,
        found_region=evidence.query_region,
        own_region=evidence.reference_region,
    )


_RELATIONS: dict[str, str] = {
    PictureRelation.SAME: "The same photograph:",
    PictureRelation.RELATED: "A related picture, not the same photograph:",
    PictureRelation.LOGO: "Your logo in the picture:",
}


def _next_step(state: ReportState, case: Case) -> tuple[str, tuple[str, ...]]:
    """What the owner does next, and the commands that record it."""
    name = f"--brand {quote(case.brand)} {quote(case.id)}"
    for complaint in state.complaints_by_case.get(case.id, ()):
        ours = [due for due in due_dates(state, complaint) if due.ours]
        if not ours:
            continue
        number = f"--brand {quote(case.brand)} {quote(complaint.id)}"
        return (
            (
                f"{ours[0].what} in the platform’s portal, then record it. If nothing happens in"
                " time, the complaint is lost and the listing comes back."
            ),
            (f"headwater complaint reject {number}", f"headwater complaint accept {number}")
            if complaint.waiting_counter
            else (f"headwater complaint note {number} TEXT",),
        )
    if case.state is CaseState.CONFIRMED and state.complaints_by_case.get(case.id, ()):
        return "Nothing to do now: the complaint is on its way (see below).", ()
    match case.state:
        case CaseState.OPEN:
            return (
                (
                    "Compare the pictures and read the reasons. Then say what it is: an"
                    " infringement, one of your own partners, or nothing."
                ),
                tuple(
                    f"headwater case {verb} {name}" for verb in ("confirm", "authorise", "dismiss")
                ),
            )
        case CaseState.WATCHING:
            return "Nothing to do now. Decide when it becomes clear.", (
                f"headwater case confirm {name}",
                f"headwater case dismiss {name}",
            )
        case CaseState.CONFIRMED:
            platform = case.listing.key.platform
            return (
                (
                    "File the complaint with the platform while the listing is up, then record it"
                    " with its number: from then on the clock runs for you."
                ),
                (
                    (
                        f"headwater complaint file --platform {platform} --number NUMBER"
                        f" --right RIGHT {name}"
                    ),
                ),
            )
        case CaseState.DISMISSED:
            return "Nothing to do: it was looked at and is not an infringement.", ()
        case CaseState.AUTHORISED:
            return "Nothing to do: the seller may sell this.", ()
        case CaseState.CLOSED:
            return "Nothing to do: the case is closed.", ()


def _listing_facts(listing: Listing) -> Iterator[tuple[str, str]]:
    yield "Platform", listing.key.platform.title
    yield "Offer", listing.key.offer_id
    if price := price_words(listing.price):
        yield "Price", price
    if listing.price and listing.price.tiers:
        tiers = (f"from {tier.quantity}: {tier.amount:,.2f}" for tier in listing.price.tiers)
        yield "Price by quantity", "; ".join(tiers)
    if order := listing.minimum_order:
        yield "Smallest order", f"{order.quantity} {order.unit or ''}".strip()
    if listing.sold is not None:
        yield "Sold, as stated", f"{listing.sold:,}"
    if listing.ship_from:
        yield "Ships from", listing.ship_from
    if listing.listed_at:
        yield "Listed, as stated", listing.listed_at
    yield from listing.attributes[:12]


def _seller_facts(listing: Listing) -> Iterator[tuple[str, str]]:
    seller = listing.seller
    if seller is None:
        return
    place = ", ".join(part for part in (seller.location, seller.country) if part)
    facts = (
        ("Name", seller.name),
        ("Id on the platform", seller.id),
        ("Address of the shop", defanged(seller.url) if seller.url else None),
        ("Place", place),
        ("Years on the platform", str(seller.years) if seller.years is not None else None),
        ("Badges", ", ".join(seller.badges)),
        *seller.identifiers,
    )
    yield from ((name, value) for name, value in facts if value)


def _timeline(case: Case, captures: Iterable[Capture]) -> Iterator[Happening]:
    happened = [
        Happening(at=event.at, by=event.by, what=_event_words(event)) for event in case.events
    ]
    happened += [
        Happening(
            at=capture.captured_at,
            by=capture.collected_by.value,
            what=f"Page and pictures {OUTCOMES[capture.outcome]} ({len(capture.parts)} files)",
        )
        for capture in captures
    ]
    yield from sorted(happened, key=lambda one: one.at)


def _event_words(event: CaseEvent) -> str:
    return f"{event.what} ({event.state})" if event.state.value not in event.what else event.what
