"""What is known of each seller: the accounts that belong together, their cases, their strikes."""

from collections.abc import Iterable
from dataclasses import dataclass

from headwater.domain.cases import Case, CaseState
from headwater.domain.sellers import Account, Cluster, Link, SellerGraph, account_of, identifiers_of

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

    @property
    def repeat_offender(self) -> bool:
        return len(self.strikes) > 1


def dossiers(cases: Iterable[Case]) -> tuple[Dossier, ...]:
    """Every seller of the cases, most strikes first, then most cases. Order-independent."""
    graph = SellerGraph()
    by_account: dict[Account, list[Case]] = {}
    for case in cases:
        account = account_of(case.listing.seller) if case.listing.seller else None
        if account:
            graph.add(account, identifiers_of(case.listing))
            by_account.setdefault(account, []).append(case)
    found = [
        _dossier(cluster, [case for account in cluster.accounts for case in by_account[account]])
        for cluster in graph.clusters()
    ]
    return tuple(sorted(found, key=lambda d: (-len(d.strikes), -len(d.cases), d.id)))


def _dossier(cluster: Cluster, cases: list[Case]) -> Dossier:
    cases = sorted(cases, key=lambda case: (case.brand, case.id))
    names = {case.listing.seller.name for case in cases if case.listing.seller}
    shown = {picture.reference_id.partition("/")[0] for case in cases for picture in case.pictures}
    return Dossier(
        id=cluster.id,
        names=tuple(sorted(filter(None, names))),
        accounts=cluster.accounts,
        links=cluster.links,
        cases=tuple(case.id for case in cases),
        strikes=tuple(case.id for case in cases if case.state in _STRIKES),
        products=tuple(sorted(shown)),
    )
