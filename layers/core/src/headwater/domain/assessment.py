"""Weigh what was found in a listing: pictures, words, price, quantity, the seller."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from headwater.domain.brands import Brand, Product, RightKind
from headwater.domain.history import NO_HISTORY, History, KnownPicture
from headwater.domain.listings import Listing
from headwater.domain.pictures import PictureMatch, PictureRelation
from headwater.domain.rights import covering
from headwater.domain.risk import Infringement, Reason, Risk, Signal
from headwater.domain.sellers import SellerList, identifiers_of, listed
from headwater.domain.weights import DEFAULT_WEIGHTS, Weights
from headwater.domain.words import Disguise, MarkUse, Place, Strength, WordHit, WordKind


def assess(
    listing: Listing,
    *,
    brand: Brand,
    pictures: Sequence[PictureMatch],
    words: Sequence[WordHit],
    today: date,
    weights: Weights = DEFAULT_WEIGHTS,
    history: History = NO_HISTORY,
) -> Risk:
    """Weigh what was found in a listing. The order of `pictures` and `words` does not matter.

    `today` decides which entries of the owner's seller lists, and which rights, still hold.
    """
    best = _best_pictures(pictures)
    claimed = any(
        hit.kind is WordKind.REPLICA_CLAIM and hit.strength is Strength.STRONG for hit in words
    )
    marks = [hit for hit in words if hit.misuse or (claimed and _faint(hit))]
    # A picture that is only related shows a lantern like any other: it makes no word telling.
    same = any(match.relation is PictureRelation.SAME for match in best)
    known = () if same else history.confirmed or history.sources
    logo = any(match.relation is PictureRelation.LOGO for match in best)
    beside = bool(marks or known) or same or logo
    reasons = [
        *_picture_reasons(best, weights),
        *_logo_reasons(best, weights),
        *_known_reasons(known, history, weights),
        *_mark_reasons(words, weights, claimed=claimed),
        *_claim_reasons(words, weights, beside=beside),
    ]
    if beside:
        reasons += _price_reasons(listing, brand, best, weights)
        reasons += _quantity_reasons(listing, weights)
        reasons += _shop_reasons(listing, history, weights)
    if best or marks or known:
        reasons += _strike_reasons(history, weights)
        reasons += _list_reasons(listing, brand, today, weights)
    score = max(0, min(100, sum(reason.points for reason in reasons)))
    return Risk(
        score=score,
        band=weights.band(score),
        reasons=tuple(reasons),
        infringement=_infringement(best, marks, claimed=claimed, brand=brand, today=today)
        or next((one.infringement for one in known if one.infringement), None),
    )


def _faint(hit: WordHit) -> bool:
    """A name that says nothing alone, but does beside a replica claim: initials, a near sound."""
    selling = hit.use in {MarkUse.NAMED, MarkUse.LOOKS_LIKE}
    return hit.kind is WordKind.MARK and hit.strength is Strength.WEAK and selling


def _best_pictures(pictures: Iterable[PictureMatch]) -> list[PictureMatch]:
    """The best match of each reference, the same picture before a related one."""
    best: dict[str, PictureMatch] = {}
    for match in sorted(pictures, key=_rank):
        best.setdefault(match.reference_id, match)
    return list(best.values())


def _rank(match: PictureMatch) -> tuple[int, float, str, str]:
    return (
        list(PictureRelation).index(match.relation),
        -match.probability,
        match.reference_id,
        match.transform,
    )


def _picture_reasons(best: Sequence[PictureMatch], weights: Weights) -> list[Reason]:
    same = [match for match in best if match.relation is PictureRelation.SAME]
    if same:
        first, *further = same
        sure = f"{first.probability:.0%}".replace("%", " %")
        reasons = [
            Reason(
                signal=Signal.PICTURE,
                points=round(weights.same_picture * first.probability),
                text=f"your picture {first.reference_id} ({first.transform}), {sure} sure",
            )
        ]
        if further:
            names = ", ".join(match.reference_id for match in further)
            text = f"further pictures of yours: {names}"
            reasons.append(
                Reason(signal=Signal.PICTURE, points=weights.further_pictures, text=text)
            )
        return reasons
    return [
        Reason(
            signal=Signal.PICTURE,
            points=weights.related_picture,
            text=f"a picture related to your {match.reference_id}, not the same photograph",
        )
        for match in best[:1]
        if match.relation is PictureRelation.RELATED
    ]


def _logo_reasons(best: Sequence[PictureMatch], weights: Weights) -> list[Reason]:
    logos = [match for match in best if match.relation is PictureRelation.LOGO]
    return [
        Reason(
            signal=Signal.PICTURE,
            points=weights.logo,
            text=f"your {match.reference_id} is in a picture ({match.transform})",
        )
        for match in logos[:1]
    ]


def _known_reasons(
    confirmed: Sequence[KnownPicture], history: History, weights: Weights
) -> list[Reason]:
    """What earlier verdicts say of the listing's pictures."""
    reasons = []
    for one in confirmed[:1]:
        text = f"{one.part_name} is a picture of the wholesale case {one.case}, not decided yet"
        points = weights.source_picture
        if one in history.confirmed:
            text = f"{one.part_name} is a picture of case {one.case}"
            text += f", confirmed on {one.on.isoformat()}"
            points = weights.known_picture
        reasons.append(Reason(signal=Signal.PICTURE, points=points, text=text))
    for one in history.dismissed:
        text = f"{one.part_name}: you dismissed this picture on {one.on.isoformat()}"
        text += f" in case {one.case}"
        reasons.append(Reason(signal=Signal.PICTURE, points=0, text=text))
    return reasons


def _mark_reasons(words: Iterable[WordHit], weights: Weights, *, claimed: bool) -> list[Reason]:
    """One reason for the name in the goods' text, one for its disguise, one for the seller's."""
    hits = sorted((hit for hit in words if hit.kind is WordKind.MARK), key=repr)
    reasons = []
    if in_goods := [hit for hit in hits if hit.place is not Place.SELLER]:
        points, hit = max(
            ((_mark_points(hit, weights, claimed=claimed), hit) for hit in in_goods),
            key=lambda pair: (pair[0], pair[1].disguised, -pair[1].start),
        )
        if points:
            reasons.append(Reason(signal=Signal.WORDS, points=points, text=_say_mark(hit)))
            if hit.misuse and hit.disguised:
                text = f"the name is written {hit.disguise}: it hides from a search"
                reasons.append(
                    Reason(signal=Signal.WORDS, points=weights.disguised_mark, text=text)
                )
    if in_seller := [hit for hit in hits if hit.place is Place.SELLER and hit.misuse]:
        text = _say_mark(in_seller[0])
        reasons.append(Reason(signal=Signal.SELLER, points=weights.mark_in_seller, text=text))
    return reasons


def _mark_points(hit: WordHit, weights: Weights, *, claimed: bool) -> int:
    if not hit.misuse:
        if _faint(hit):
            return weights.faint_mark if claimed else 0
        fits = hit.use is MarkUse.FITS and hit.strength > Strength.WEAK
        return weights.fitting_mark if fits else 0
    if hit.use is MarkUse.LOOKS_LIKE:
        return weights.like_mark
    return weights.mark if hit.strength is Strength.STRONG else weights.uncertain_mark


def _say_mark(hit: WordHit) -> str:
    sentence = f"{_quoted(hit)} {_where(hit)}: your name “{hit.term}”"
    if hit.disguise is not Disguise.NONE:
        sentence += f" {hit.disguise}"
    return sentence + _USES[hit.use]


_USES = {
    MarkUse.NAMED: "",
    MarkUse.LOOKS_LIKE: ", said to be like it",
    MarkUse.FITS: ", named as what it fits",
    MarkUse.COMPARED: ", named for comparison",
}


def _claim_reasons(words: Iterable[WordHit], weights: Weights, *, beside: bool) -> list[Reason]:
    """One reason for each kind of claim: the strongest of its words count, once."""
    table = weights.claims_beside if beside else weights.claims_alone
    by_kind: dict[WordKind, list[WordHit]] = {}
    for hit in words:
        by_kind.setdefault(hit.kind, []).append(hit)
    reasons = []
    for kind in WordKind:
        if kind not in table or kind not in by_kind:
            continue
        hits = sorted(by_kind[kind], key=lambda h: (-h.strength, h.start, repr(h)))
        if points := table[kind].of(hits[0].strength):
            said = list(dict.fromkeys(f"{_quoted(hit)} {_where(hit)}" for hit in hits))
            text = f"{kind.in_words}: {', '.join(said[:3])}"
            if hits[0].meaning:
                text += f" ({hits[0].meaning})"
            reasons.append(Reason(signal=Signal.WORDS, points=points, text=text))
    return reasons


def _quoted(hit: WordHit) -> str:
    text = hit.text if len(hit.text) <= 60 else f"{hit.text[:59]}…"
    return f"“{text}”"


def _where(hit: WordHit) -> str:
    if hit.place is Place.ATTRIBUTE:
        return f"in the attribute “{hit.where[:40]}”"
    return _PLACES[hit.place]


_PLACES = {
    Place.TITLE: "in the title",
    Place.DESCRIPTION: "in the description",
    Place.SELLER: "in the seller's name",
}


def _price_reasons(
    listing: Listing, brand: Brand, pictures: Sequence[PictureMatch], weights: Weights
) -> list[Reason]:
    """How far the price is below the brand's own. Between currencies nothing is converted."""
    priced = [product for product in _products(brand, pictures) if product.prices]
    if listing.price is None or not listing.price.maximum or not priced:
        return []
    price = listing.price
    if price.currency is None:
        return [_remark("the page names no currency: the price was not compared with yours")]
    comparable = [(p.prices[price.currency], p) for p in priced if price.currency in p.prices]
    if not comparable:
        own = " and ".join(sorted({currency for p in priced for currency in p.prices}))
        return [_remark(f"the price is in {price.currency}, yours in {own}: not compared")]
    own_price, product = min(comparable, key=lambda pair: (pair[0], pair[1].id))
    share = price.maximum / own_price
    points = 0
    if share < Decimal("0.25"):
        points = weights.below_quarter_price
    elif share < Decimal("0.5"):
        points = weights.below_half_price
    if not points:
        return []
    percent = round(share * 100)
    text = f"at most {price.maximum} {price.currency}: {percent} % of your price for {product.name}"
    return [Reason(signal=Signal.MONEY, points=points, text=text)]


def _quantity_reasons(listing: Listing, weights: Weights) -> list[Reason]:
    order = listing.minimum_order
    if order is None or order.quantity < weights.wholesale_quantity:
        return []
    text = f"sold from {order.quantity} {order.unit or 'pieces'} on: a source, not a shop"
    return [Reason(signal=Signal.MONEY, points=weights.wholesale, text=text)]


def _shop_reasons(listing: Listing, history: History, weights: Weights) -> list[Reason]:
    """What the place says: a wholesale platform, a shop under many names."""
    reasons = []
    platform = listing.key.platform
    if platform.source and weights.source_platform:
        text = f"offered on {platform.title}, where goods are made and wholesaled"
        reasons.append(Reason(signal=Signal.PLATFORM, points=weights.source_platform, text=text))
    brands = history.shop_brands
    if len(brands) >= weights.many_brands_from:
        text = f"the shop sells under {len(brands)} known names of others: {', '.join(brands[:6])}"
        reasons.append(Reason(signal=Signal.SELLER, points=weights.many_brands, text=text))
    return reasons


def _strike_reasons(history: History, weights: Weights) -> list[Reason]:
    if not history.strikes:
        return []
    latest = max(history.strikes, key=lambda strike: (strike.on, strike.case))
    text = f"the seller's case {latest.case} was confirmed on {latest.on.isoformat()}"
    points = weights.struck_seller
    if len(history.strikes) > 1:
        text = f"a repeat offender: {len(history.strikes)} confirmed cases, the last {latest.case}"
        points = weights.repeat_offender
    return [Reason(signal=Signal.SELLER, points=points, text=text)]


def _list_reasons(listing: Listing, brand: Brand, today: date, weights: Weights) -> list[Reason]:
    entry = listed(brand.sellers, identifiers_of(listing), today)
    if entry is None:
        return []
    points = {
        SellerList.ALLOW: weights.allowed_seller,
        SellerList.WATCH: weights.watched_seller,
        SellerList.DENY: weights.denied_seller,
    }[entry.on]
    text = f"the seller is on your {entry.on} list ({entry.identifier})"
    if entry.until:
        text += f" until {entry.until.isoformat()}"
    if entry.note:
        text += f": {entry.note}"
    return [Reason(signal=Signal.SELLER, points=points, text=text)]


def _products(brand: Brand, pictures: Sequence[PictureMatch]) -> Sequence[Product]:
    """The product that the surest picture shows; all of them where no picture says which."""
    shown = {match.reference_id for match in pictures[:1]}
    named = [p for p in brand.products if any(r.id in shown for r in p.references)]
    return named or brand.products


def _remark(text: str) -> Reason:
    return Reason(signal=Signal.MONEY, points=0, text=text)


def _infringement(
    pictures: Sequence[PictureMatch],
    marks: Sequence[WordHit],
    *,
    claimed: bool,
    brand: Brand,
    today: date,
) -> Infringement | None:
    if marks:
        return Infringement.COUNTERFEIT if pictures or claimed else Infringement.MARK_IN_TEXT
    shown = {match.relation for match in pictures}
    if PictureRelation.SAME in shown:
        return Infringement.COUNTERFEIT if claimed else Infringement.STOLEN_PICTURE
    if PictureRelation.LOGO in shown:
        return Infringement.COUNTERFEIT
    if not pictures:
        return None
    # The same shape without the name: a design protects it, else a patent on what it does may.
    products = products_shown(brand, pictures)
    patented = covering(brand, RightKind.PATENT, products, today)
    if patented and not covering(brand, RightKind.DESIGN, products, today):
        return Infringement.PATENT
    return Infringement.LOOK_ALIKE


def products_shown(brand: Brand, pictures: Iterable[PictureMatch]) -> frozenset[str]:
    """The ids of the brand's products whose pictures were found."""
    of = {reference.id: reference.product for reference in brand.references}
    return frozenset(of[p.reference_id] for p in pictures if of.get(p.reference_id))
