"""What the report says of the sellers of suspect listings."""

from collections.abc import Mapping
from dataclasses import dataclass

from headwater.domain.cases import CaseState
from headwater.usecases.report.cases import CaseRow, case_row
from headwater.usecases.report.state import ReportState
from headwater.usecases.sellers import Dossier, dossiers


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerView:
    """One seller across accounts and platforms, with what ties the accounts and its cases."""

    names: tuple[str, ...]
    accounts: tuple[tuple[str, str], ...]
    ties: tuple[str, ...]
    hints: tuple[str, ...]
    """What may tie it to accounts that are not its own."""
    cases: tuple[CaseRow, ...]
    strikes: int
    repeat_offender: bool
    products: tuple[str, ...]
    trade: tuple[str, ...]
    """What says that they make the goods, or only trade in them."""


def seller_views(state: ReportState) -> tuple[SellerView, ...]:
    """The sellers of the suspect listings, most strikes first, then most cases.

    Whoever was cleared does not stand here.
    """
    suspect = [case for case in state.cases if case.state not in _CLEARED]
    rows = {case.id: case_row(state, case) for case in suspect}
    names = {product.id: product.name for product in state.brand.products}
    return tuple(_seller_view(dossier, rows, names) for dossier in dossiers(suspect))


_CLEARED = {CaseState.DISMISSED, CaseState.AUTHORISED}


def _seller_view(
    dossier: Dossier, rows: Mapping[str, CaseRow], products: Mapping[str, str]
) -> SellerView:
    return SellerView(
        names=dossier.names,
        accounts=tuple((account.platform.title, account.id) for account in dossier.accounts),
        ties=tuple(str(link) for link in dossier.links if not link.hint),
        hints=tuple(
            str(link)
            for link in dossier.links
            if link.hint and not set(link.accounts) <= set(dossier.accounts)
        ),
        cases=tuple(rows[case] for case in dossier.cases),
        strikes=len(dossier.strikes),
        repeat_offender=dossier.repeat_offender,
        products=tuple(products.get(product, product) for product in dossier.products),
        trade=dossier.trade,
    )
