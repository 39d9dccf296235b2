"""Records to start from: a plain example of each, and `replace` for what a test is about."""

from datetime import UTC, datetime
from decimal import Decimal

from headwater.domain.captures import Capture, CaptureOutcome, Part, PartRole, StoredObject
from headwater.domain.listings import CollectedBy, Listing, ListingKey, Seller, Sighting
from headwater.domain.money import MinimumOrder, Price, PriceTier
from headwater.domain.platforms import Platform

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

LISTING = Listing(
    key=ListingKey(Platform.ALI1688, "601748658723"),
    url="https://detail.1688.com/offer/601748658723.html",
    title="峡湾 户外搪瓷杯",
    price=Price(
        minimum=Decimal("2.30"),
        maximum=Decimal("2.80"),
        currency="CNY",
        tiers=(PriceTier(quantity=3, amount=Decimal("2.80")),),
    ),
    minimum_order=MinimumOrder(quantity=3, unit="件"),
    seller=Seller(platform=Platform.ALI1688, id="b2b-1", name="某某厂"),
    pictures=(
        "https://cbu01.alicdn.com/img/ibank/a.jpg",
        "https://cbu01.alicdn.com/img/ibank/b.jpg",
    ),
)

SIGHTING = Sighting(
    brand="fjellvik",
    listing=LISTING,
    run="import#one#1",
    watch="mugs",
    query="搪瓷杯",
    rank=1,
    route="import",
    collected_by=CollectedBy.PERSON,
    seen_at=NOON,
)

CAPTURE = Capture(
    brand="fjellvik",
    listing=LISTING,
    id="0" * 32,
    captured_at=NOON,
    collected_by=CollectedBy.PERSON,
    route="import",
    outcome=CaptureOutcome.COMPLETE,
    parts=(
        Part(
            name="picture-01.jpg",
            role=PartRole.PICTURE,
            source_url=LISTING.pictures[0],
            media_type="image/jpeg",
            size=4,
            sha256="0" * 64,
            stored=StoredObject(key="captures/fjellvik/1688/1/0/0", version_id="v0"),
        ),
    ),
    missing=(),
    manifest=StoredObject(key="captures/fjellvik/1688/1/0/manifest.json", version_id="v0"),
    manifest_sha256="1" * 64,
    previous_manifest_sha256=None,
    watch="mugs",
    query="搪瓷杯",
)
