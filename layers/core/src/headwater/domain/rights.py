"""Which of the brand's registered rights a complaint about a listing would rest on."""

from datetime import date

from headwater.domain.brands import Brand, Right, RightKind
from headwater.domain.platforms import Platform
from headwater.domain.risk import Infringement

RIGHTS = {
    Infringement.COUNTERFEIT: RightKind.TRADEMARK,
    Infringement.MARK_IN_TEXT: RightKind.TRADEMARK,
    Infringement.LOOK_ALIKE: RightKind.DESIGN,
    Infringement.STOLEN_PICTURE: RightKind.COPYRIGHT,
    Infringement.PATENT: RightKind.PATENT,
}
"""What a complaint about it would rest on first."""


def covering(
    brand: Brand, kind: RightKind, products: frozenset[str], today: date
) -> tuple[Right, ...]:
    """The brand's rights of the kind that hold today and cover one of the products.

    A right that names no products covers all; no products at all means that nobody knows which.
    """
    return tuple(
        right
        for right in brand.rights
        if right.kind is kind
        and (right.expires is None or today <= right.expires)
        and (not right.products or not products or products & set(right.products))
    )


def counts_on(right: Right, platform: Platform) -> bool:
    """Whether the platform takes a complaint that rests on it.

    Alibaba's platforms take Chinese registrations only; a copyright needs no registration there
    to be named.
    """
    return right.kind is RightKind.COPYRIGHT or right.country == "CN" or not platform.of_alibaba


def fitting(
    brand: Brand,
    infringement: Infringement,
    platform: Platform,
    *,
    products: frozenset[str],
    today: date,
) -> Right | None:
    """The right to name in a complaint there, the one that holds longest; None: there is none."""
    rights = [
        right
        for right in covering(brand, RIGHTS[infringement], products, today)
        if counts_on(right, platform)
    ]
    return max(rights, key=lambda right: (right.expires or date.max, right.number), default=None)


def right_in_words(
    brand: Brand,
    infringement: Infringement,
    platform: Platform,
    *,
    products: frozenset[str],
    today: date,
) -> str:
    """One sentence for the owner: which right fits, or what is missing for a complaint."""
    kind = RIGHTS[infringement]
    right = fitting(brand, infringement, platform, products=products, today=today)
    if right is not None:
        until = f", until {right.expires.isoformat()}" if right.expires else ""
        return f"your {kind} {right.number} ({right.country}{until})"
    if covering(brand, kind, products, today):
        return f"none: {platform.title} takes a {kind} registered in China, yours are elsewhere"
    return f"none: your config names no {kind} that covers it and holds today"
