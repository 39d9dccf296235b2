"""What is different between two looks at one listing, in words."""

from headwater.domain.captures import Capture, CaptureOutcome
from headwater.domain.listings import Seller
from headwater.domain.money import MinimumOrder, Price
from headwater.domain.strangers import in_one_line


def changes(before: Capture, after: Capture) -> tuple[str, ...]:
    """One line for each difference, none when nothing changed.

    Only what both looks know is compared: what could not be had is not called gone.
    """
    was_gone = before.outcome is CaptureOutcome.GONE
    is_gone = after.outcome is CaptureOutcome.GONE
    if is_gone:
        return () if was_gone else ("the listing is gone",)
    found = ["the listing is back"] if was_gone else []
    old, new = before.listing, after.listing
    for name, one, other in (
        ("title", old.title, new.title),
        ("price", _price(old.price), _price(new.price)),
        ("minimum order", _order(old.minimum_order), _order(new.minimum_order)),
        ("seller", _seller(old.seller), _seller(new.seller)),
    ):
        if one is not None and other is not None and one != other:
            found.append(
                f"{name} was {in_one_line(one, most=80)}, is {in_one_line(other, most=80)}"
            )
    return (*found, *_pictures(before, after))


def _pictures(before: Capture, after: Capture) -> tuple[str, ...]:
    """By content, not by address: sellers upload the same picture under new names."""
    old = {part.sha256: part for part in before.pictures}
    new = {part.sha256: part for part in after.pictures}
    unseen = {gap.source_url for gap in after.missing}
    taken_down = [old[h] for h in old.keys() - new.keys() if old[h].source_url not in unseen]
    not_had = {gap.source_url for gap in before.missing}
    added = [new[h] for h in new.keys() - old.keys() if new[h].source_url not in not_had]
    return tuple(
        f"{_count(len(pictures))} {what}"
        for pictures, what in ((added, "added"), (taken_down, "taken down"))
        if pictures
    )


def _count(number: int) -> str:
    return "1 picture" if number == 1 else f"{number} pictures"


def _price(price: Price | None) -> str | None:
    if price is None:
        return None
    low, high = (f"{amount.normalize():f}" for amount in (price.minimum, price.maximum))
    return f"{low if low == high else f'{low} to {high}'} {price.currency or '(no currency)'}"


def _order(order: MinimumOrder | None) -> str | None:
    return None if order is None else f"{order.quantity} {order.unit or ''}".strip()


def _seller(seller: Seller | None) -> str | None:
    return None if seller is None else seller.name or seller.id
