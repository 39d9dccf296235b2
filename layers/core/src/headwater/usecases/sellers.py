"""What is known of each seller: the accounts that belong together, their cases, their strikes."""

from collections.abc import Iterable
from dataclasses import dataclass

from headwater.domain.cases import Case, CaseState
from headwater.domain.listings import Seller
from headwater.domain.pictures import PictureRelation
from headwater.domain.platforms import Platform
from headwater.domain.sellers import (
    Account,
    Cluster,
    Link,
    ListedSeller,
    SellerGraph,
    SellerList,
    account_of,
    identifiers_of,
    trade_signs,
)

_STRIKES = {CaseState.CONFIRMED, CaseState.CLOSED}
"""What a person held to be an infringement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One seller, across accounts and platforms. `products` are the brand's that are shown."""

    id: str
    names: tuple[str, ...]
    accounts: tuple[Account, ...]
    links: tuple[Link, ...]
    cases: tuple[str, ...]
    strikes: tuple[str, ...]
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
    cases: Iterable[Case], entries: Iterable[ListedSeller]
) -> dict[str, tuple[str, ...]]:
    """By case id: what the seller, in any account, shares with the brand's own suppliers.

    Back-door production is a common source of copies. For the owner's eyes only: neither a
    report nor a complaint may show it.
    """
    suppliers = [entry for entry in entries if entry.on is SellerList.SUPPLIER]
    ties: dict[str, tuple[str, ...]] = {}
    for cluster, of_cluster in _by_cluster(cases):
        known = set(cluster.identifiers)
        shared = tuple(
            f"shares the {entry.identifier} with your supplier {entry.note}".rstrip()
            for entry in suppliers
            if entry.identifier in known
        )
        if shared:
            ties |= {case.id: shared for case in of_cluster}
    return ties


_SOURCES = {Platform.ALI1688, Platform.ALIBABA, Platform.MADE_IN_CHINA}
_CLEARED = {CaseState.DISMISSED, CaseState.AUTHORISED}


def retail_copies(cases: Iterable[Case]) -> dict[str, tuple[str, ...]]:
    """By the case id of a wholesale source: the retail cases that show the same of our pictures.

    That they were bought there is likely, not proven. Sources without such a case are not named.
    """
    suspect = sorted((c for c in cases if c.state not in _CLEARED), key=lambda case: case.id)
    shown = {
        case.id: {p.reference_id for p in case.pictures if p.relation == PictureRelation.SAME}
        for case in suspect
    }
    fed = {
        source.id: tuple(
            case.id
            for case in suspect
            if case.listing.key.platform not in _SOURCES and shown[case.id] & shown[source.id]
        )
        for source in suspect
        if source.listing.key.platform in _SOURCES
    }
    return {source: retail for source, retail in fed.items() if retail}


def _by_cluster(cases: Iterable[Case]) -> list[tuple[Cluster, list[Case]]]:
    graph = SellerGraph()
    by_account: dict[Account, list[Case]] = {}
    for case in cases:
        account = account_of(case.listing.seller) if case.listing.seller else None
        if account:
            graph.add(account, identifiers_of(case.listing))
            by_account.setdefault(account, []).append(case)
    return [
        (
            cluster,
            sorted(
                (case for account in cluster.accounts for case in by_account[account]),
                key=lambda case: (case.brand, case.id),
            ),
        )
        for cluster in graph.clusters()
    ]


def _dossier(cluster: Cluster, cases: list[Case]) -> Dossier:
    sellers: list[Seller] = [case.listing.seller for case in cases if case.listing.seller]
    names = {seller.name for seller in sellers}
    shown = {picture.reference_id.partition("/")[0] for case in cases for picture in case.pictures}
    return Dossier(
        id=cluster.id,
        names=tuple(sorted(filter(None, names))),
        accounts=cluster.accounts,
        links=cluster.links,
        cases=tuple(case.id for case in cases),
        strikes=tuple(case.id for case in cases if case.state in _STRIKES),
        products=tuple(sorted(shown)),
        trade=tuple(sorted({sign for seller in sellers for sign in trade_signs(seller)})),
    )
