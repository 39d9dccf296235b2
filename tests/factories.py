"""Records to start from: a plain example of each, and `replace` for what a test is about."""

from datetime import UTC, datetime
from decimal import Decimal

from headwater.domain.brands import Brand, Product, Reference, Watch
from headwater.domain.captures import Capture, CaptureOutcome, Part, PartRole, StoredObject
from headwater.domain.cases import Case, CaseEvent, CaseState, PictureEvidence, case_id
from headwater.domain.coverage import Asked, Run
from headwater.domain.listings import CollectedBy, Listing, ListingKey, Seller, Sighting
from headwater.domain.money import MinimumOrder, Price, PriceTier
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.domain.risk import Band, Infringement, Reason, Risk, Signal

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

BRAND = Brand(
    id="fjellvik",
    name="Fjellvik",
    names=("Fjellvik",),
    chinese_names=("峡湾",),
    ordinary_words=(),
    products=(
        Product(
            id="mug",
            name="Fjellvik enamel mug",
            references=(Reference(id="mug/front.jpg", product="mug", sha256="a" * 64),),
        ),
    ),
    rights=(),
    watches=(Watch(id="mugs", platforms=(Platform.ALI1688,), words=("搪瓷杯",)),),
    recipients=(),
)

CASE = Case(
    brand="fjellvik",
    id=case_id(LISTING.key),
    listing=LISTING,
    state=CaseState.OPEN,
    risk=Risk(
        score=84,
        band=Band.LIKELY,
        reasons=(
            Reason(signal=Signal.PICTURE, points=70, text="your photograph, cropped 20 %"),
            Reason(signal=Signal.WORDS, points=14, text="your mark in the title"),
        ),
        infringement=Infringement.STOLEN_PICTURE,
    ),
    opened_at=NOON,
    updated_at=NOON,
    capture_ids=(CAPTURE.id,),
    pictures=(
        PictureEvidence(
            capture_id=CAPTURE.id,
            part_name="picture-01.jpg",
            reference_id="mug/front.jpg",
            probability=0.97,
            relation="same",
            explanation="cropped 20 %",
            query_region=(0.1, 0.1, 0.9, 0.8),
            reference_region=(0.2, 0.2, 0.8, 0.9),
        ),
    ),
    events=(
        CaseEvent(at=NOON, by="match", what="opened with a score of 84", state=CaseState.OPEN),
    ),
)

ANSWER = Asked(
    platform=Platform.ALI1688,
    watch="mugs",
    query="搪瓷杯",
    route="page",
    verdict=Verdict.OK,
    reason="",
    items=60,
    new=1,
)

RUN = Run(brand="fjellvik", id="1688#搪瓷杯#1", started_at=NOON, finished_at=NOON, asked=(ANSWER,))
