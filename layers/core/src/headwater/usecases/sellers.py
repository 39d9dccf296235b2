"""What is known of each seller: the accounts that belong together, their cases, their strikes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from headwater.domain.cases import SETTLED, Case
from headwater.domain.listings import Listing, Seller
from headwater.domain.pictures import PictureRelation
from headwater.domain.sellers import (
    Account,
    Cluster,
    Identifier,
    IdentifierKind,
    Link,
    ListedSeller,
    SellerGraph,
    SellerList,
    account_of,
    identifiers_of,
    trade_signs,
)
from headwater.domain.weights import DEFAULT_WEIGHTS, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One seller, across accounts and platforms. `products` are the brand's that are shown."""

    id: str
    names: tuple[str, ...]
    accounts: tuple[Account, ...]
    links: tuple[Link, ...]
    cases: tuple[str, ...]
    strikes: tuple[str, ...]
    """The case of each listing that a person confirmed: a case twice when it came back."""
    products: tuple[str, ...]
    trade: tuple[str, ...]
    """What says that they make the goods, or only trade in them."""

    @property
    def repeat_offender(self) -> bool:
        return len(self.strikes) > 1


def dossiers(cases: Iterable[Case]) -> tuple[Dossier, ...]:
    """Every seller of the cases, most strikes first, then most cases. Order-independent."""
    found = [_dossier(cluster, of_cluster) for cluster, of_cluster in _by_cluster(cases)]
    return tuple(sorted(found, key=lambda d: (-len(d.strikes), -len(d.cases), d.id)))


def supplier_ties(
    cases: Iterable[Case], entries: Iterable[ListedSeller], today: date
) -> dict[str, tuple[str, ...]]:
    """By case id: what the seller, in any account, shares with the brand's own suppliers.

    Back-door production is a common source of copies. For the owner's eyes only: neither a
    report nor a complaint may show it.
    """
    suppliers = [
        entry for entry in entries if entry.on is SellerList.SUPPLIER and entry.holds(today)
    ]
    ties: dict[str, tuple[str, ...]] = {}
    for cluster, of_cluster in _by_cluster(cases):
        known = set(cluster.identifiers)
        shared = tuple(
            f"shares the {entry.identifier} with your supplier {entry.note}".rstrip()
            for entry in suppliers
            if entry.identifier in known
        )
        if shared:
            ties |= {offer.case.id: shared for offer in of_cluster}
    return ties


_MOST_SOURCES = 25
"""A picture or word that more sources show says nothing of where a copy was bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetailCopy:
    """A retail case that shows or says the same as a wholesale one, and what ties the two."""

    case: str
    ties: tuple[str, ...]


def retail_copies(cases: Iterable[Case]) -> dict[str, tuple[RetailCopy, ...]]:
    """By the case id of a wholesale source: the retail cases tied to it by pictures and words.

    That they were bought there is likely, not proven. Sources without such a case are not named.
    """
    suspect = sorted((c for c in cases if c.state not in SETTLED), key=lambda case: case.id)
    at_source: dict[str, dict[str, list[str]]] = {}
    for case in suspect:
        if case.listing.key.platform.source:
            for sign, said in _signs(case).items():
                at_source.setdefault(sign, {}).setdefault(case.id, []).append(said)
    fed: dict[str, list[RetailCopy]] = {}
    for case in suspect:
        if case.listing.key.platform.source:
            continue
        ties: dict[str, list[str]] = {}
        for sign in _signs(case):
            sources = at_source.get(sign, {})
            for source, said_there in sources.items() if len(sources) <= _MOST_SOURCES else ():
                ties.setdefault(source, []).extend(said_there)
        for source, found in ties.items():
            copy = RetailCopy(case=case.id, ties=tuple(dict.fromkeys(sorted(found))))
            fed.setdefault(source, []).append(copy)
    return {source: tuple(copies) for source, copies in sorted(fed.items())}


def _signs(case: Case) -> dict[str, str]:
    """What two cases share when one sells what the other makes, and how that is said.

    A photograph goes by the listings that are known to show it, so that either may have been
    looked at first. The brand's own photograph tells only as the picture that it is.
    """
    shared = (*case.keys, *(one.listing for one in case.alike if not one.own))
    signs = {f"photograph {key}": "the same photograph" for key in shared}
    signs |= {
        f"reference {one.reference_id}": f"your picture {one.reference_id}"
        for one in case.pictures
        if one.relation == PictureRelation.SAME
    }
    signs |= {f"word {word}": f"“{word}” in both titles" for word in _telling_words(case.listing)}
    return signs


_ARTICLE = re.compile(r"(?<![a-z0-9])(?=[a-z0-9-]*[a-z])(?=[a-z0-9-]*\d)[a-z0-9-]{5,}")
"""An article number: letters and digits in one word."""
_MEASURE = re.compile(r"[\d.x*-]+(?:ml|oz|cm|mm|inch|kg|g|l|w|v|mah|pcs|pc|pack|set|in)s?\d*")


def _telling_words(listing: Listing) -> frozenset[str]:
    words = _ARTICLE.findall((listing.title or "").casefold())
    return frozenset(word for word in words if not _MEASURE.fullmatch(word))


def by_priority(cases: Iterable[Case], weights: Weights = DEFAULT_WEIGHTS) -> list[Case]:
    """The cases by how much depends on them: the score, and for a source the copies that it feeds.

    What a source feeds moves it up, and changes nothing about its score.
    """
    known = list(cases)
    fed = retail_copies(known)

    def order(case: Case) -> tuple[int, str]:
        copies = len(fed.get(case.id, ()))
        more = min(copies * weights.retail_copy, weights.retail_copies_most)
        return -(case.risk.score + more), case.id

    return sorted(known, key=order)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A listing of a case, the present one or one before it, and whether it was a strike."""

    case: Case
    listing: Listing
    strike: bool


def _offers(case: Case) -> Iterator[_Offer]:
    for former in case.former:
        yield _Offer(case=case, listing=former.listing, strike=former.upheld)
    yield _Offer(case=case, listing=case.listing, strike=case.upheld)


def _by_cluster(cases: Iterable[Case]) -> list[tuple[Cluster, list[_Offer]]]:
    graph = SellerGraph()
    by_account: dict[Account, list[_Offer]] = {}
    for case in cases:
        for offer in _offers(case):
            seller = offer.listing.seller
            account = account_of(seller) if seller else None
            if account:
                graph.add(account, (*identifiers_of(offer.listing), *_photograph(case)))
                by_account.setdefault(account, []).append(offer)
    return [
        (
            cluster,
            sorted(
                (offer for account in cluster.accounts for offer in by_account[account]),
                key=lambda offer: (offer.case.brand, offer.case.id, offer.listing.key),
            ),
        )
        for cluster in graph.clusters()
    ]


def _photograph(case: Case) -> Iterator[Identifier]:
    """What all listings that show one photograph share: the first of them, by its key."""
    shared = [one.listing for one in case.alike if not one.own]
    if shared:
        yield Identifier(IdentifierKind.PHOTOGRAPH, f"of {min(*case.keys, *shared)}")
    else:
        yield from (Identifier(IdentifierKind.PHOTOGRAPH, f"of {key}") for key in case.keys)


def _dossier(cluster: Cluster, offers: list[_Offer]) -> Dossier:
    sellers: list[Seller] = [one.listing.seller for one in offers if one.listing.seller]
    shown = {
        picture.reference_id.partition("/")[0] for one in offers for picture in one.case.pictures
    }
    return Dossier(
        id=cluster.id,
        names=tuple(sorted({seller.name for seller in sellers if seller.name})),
        accounts=cluster.accounts,
        links=cluster.links,
        cases=tuple(dict.fromkeys(one.case.id for one in offers)),
        strikes=tuple(one.case.id for one in offers if one.strike),
        products=tuple(sorted(shown)),
        trade=tuple(sorted({sign for seller in sellers for sign in trade_signs(seller)})),
    )
