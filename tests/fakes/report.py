"""A brand's autumn, invented: what the report shows when there is something to show."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from io import BytesIO

from PIL import Image

from headwater.adapters.deadline_rules import read_clock
from headwater.domain.brands import Brand, Product, Reference, RightKind, Watch
from headwater.domain.captures import (
    Capture,
    CaptureOutcome,
    MissingPart,
    Part,
    PartRole,
    StoredObject,
)
from headwater.domain.cases import Case, CaseState, PictureEvidence, case_id
from headwater.domain.complaints import Complaint, ComplaintEvent, ComplaintState, EventKind
from headwater.domain.coverage import Asked, Run
from headwater.domain.listings import CollectedBy, Listing, ListingKey, Seller, Sighting
from headwater.domain.money import MinimumOrder, Price
from headwater.domain.pages import Verdict
from headwater.domain.platforms import Platform
from headwater.domain.risk import Band, Infringement, Reason, Risk, Signal
from headwater.usecases.report.cases import Picture
from headwater.usecases.report.state import Drawing, ReportState
from headwater_demo.forgeries import PHOTOGRAPHS, Forgery, forge
from tests.factories import CASE

EVENING = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
"""A Friday."""


@dataclass(slots=True)
class Season:
    """The state of an invented brand, and the pictures that it names, by hash."""

    state: ReportState
    pictures: dict[str, bytes]

    def picture_bytes(self, picture: Picture) -> bytes:
        return self.pictures[picture.sha256]

    def drawing_bytes(self, drawing: Drawing) -> bytes:
        """A tall page with a picture at its top."""
        buffer = BytesIO()
        page = Image.new("RGB", (1280, 5000), "white")
        page.paste(
            Image.open(BytesIO(_photograph("fell-mug-scene"))).resize((1180, 900)), (50, 150)
        )
        page.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    platform: Platform
    id: str
    title: str
    seller: str
    place: str
    price: str
    currency: str
    quantity: int
    picture: str
    score: int
    band: Band
    state: CaseState = CaseState.OPEN
    infringement: Infringement = Infringement.STOLEN_PICTURE
    relation: str = "same"
    probability: float = 0.99
    explanation: str = "unchanged"
    found_region: tuple[float, float, float, float] | None = None
    own_region: tuple[float, float, float, float] | None = None
    reasons: tuple[Reason, ...] = ()
    days_ago: int = 0
    asked: str = "harvelk mug"


def _reason(signal: Signal, points: int, text: str) -> Reason:
    return Reason(signal=signal, points=points, text=text)


_OFFERS = (
    _Offer(
        platform=Platform.ALIEXPRESS, id="1005999000000102", seller="Sunny Ridge Outdoor Store",
        title="H-a-r-v-e-l-k Deer Antler Enamel Mug Cream Camping Cup Free Shipping",
        place="Zhejiang", price="2.19", currency="USD", quantity=1,
        picture="fell-mug-scene/mirrored", score=97, band=Band.NEAR_CERTAIN,
        state=CaseState.CONFIRMED, probability=0.998, explanation="mirrored, recompressed",
        found_region=(0.02, 0.03, 0.97, 0.98), own_region=(0.03, 0.03, 0.98, 0.98),
        reasons=(
            _reason(Signal.PICTURE, 62, "your photograph “fell-mug-scene.jpg”, mirrored"),
            _reason(Signal.WORDS, 24, "“H-a-r-v-e-l-k” in the title: your mark with hyphens"),
            _reason(Signal.MONEY, 11, "costs a tenth of your own price"),
        ), days_ago=16,
    ),
    _Offer(
        platform=Platform.ALI1688, id="729000000417", seller="永康市鹿雨五金制品厂",
        title="户外露营复古马灯 小鹿灯 LED野营灯 厂家直销 可定制LOGO",
        place="浙江 永康", price="38.50", currency="CNY", quantity=50,
        picture="vesper-lantern-white/bannered", score=94, band=Band.NEAR_CERTAIN,
        probability=0.995, explanation="with a banner across the lower edge",
        found_region=(0.18, 0.06, 0.83, 0.8), own_region=(0.18, 0.06, 0.83, 0.8),
        reasons=(
            _reason(Signal.PICTURE, 60, "your photograph “vesper-lantern-white.jpg” with a banner"),
            _reason(Signal.WORDS, 18, "“小鹿灯” is a nickname of your lantern"),
            _reason(Signal.WORDS, 10, "“厂家直销”, “可定制LOGO”: a factory, relabels"),
            _reason(Signal.MONEY, 6, "50 pieces at least: wholesale"),
        ), days_ago=9, asked="小鹿灯",
    ),
    _Offer(
        platform=Platform.ALIBABA, id="1601000000231", seller="Yongkang Luoyu Hardware Co., Ltd.",
        title="Wholesale Custom Logo Insulated Bottle 750ml Powder Coat Outdoor Flask",
        place="Yongkang, Zhejiang", price="3.10", currency="USD", quantity=500,
        picture="skerry-bottle-scene/cropped", score=81, band=Band.LIKELY, probability=0.97,
        state=CaseState.CONFIRMED,
        explanation="cropped 35 %", found_region=(0.0, 0.0, 1.0, 1.0),
        own_region=(0.2, 0.12, 0.85, 0.9),
        reasons=(
            _reason(Signal.PICTURE, 58, "your photograph “skerry-bottle-scene.jpg”, cropped 35 %"),
            _reason(Signal.SELLER, 14, "the same company as case 1688-729000000417"),
            _reason(Signal.WORDS, 9, "“Custom Logo”: offered for relabelling"),
        ), days_ago=9, asked="insulated bottle powder coat",
    ),
    _Offer(
        platform=Platform.ALIEXPRESS, id="1005999000000105", seller="Daily Deals 88",
        title="Vintage Antler Storm Lantern Outdoor Camping Lamp H*rvelk Style",
        place="Guangdong", price="12.05", currency="USD", quantity=1,
        picture="vesper-lantern-scene/badged", score=72, band=Band.LIKELY, probability=0.93,
        explanation="with a price badge", found_region=(0.1, 0.08, 0.92, 0.95),
        own_region=(0.1, 0.08, 0.92, 0.95), infringement=Infringement.COUNTERFEIT,
        reasons=(
            _reason(Signal.PICTURE, 54, "your photograph “vesper-lantern-scene.jpg” with a badge"),
            _reason(Signal.WORDS, 18, "“H*rvelk” in the title: your mark with a masked letter"),
        ), days_ago=3, asked="storm lantern antler",
    ),
    _Offer(
        platform=Platform.TAOBAO, id="881000000022", seller="露营小屋",
        title="网红搪瓷杯 鹿角杯 户外咖啡杯 ins风", place="江苏 苏州", price="19.90",
        currency="CNY", quantity=1, picture="fell-mug-white/recoloured", score=58, band=Band.LOOK,
        relation="related", probability=0.41, explanation="another colour of the same photograph",
        infringement=Infringement.LOOK_ALIKE,
        reasons=(
            _reason(Signal.PICTURE, 38, "looks like “fell-mug-white.jpg” in another colour"),
            _reason(Signal.WORDS, 20, "“鹿角杯” is a nickname of your mug"),
        ), days_ago=2, state=CaseState.WATCHING, asked="鹿角杯",
    ),
    _Offer(
        platform=Platform.ALIEXPRESS, id="1005999000000104", seller="Homey Corner Store",
        title="Red Enamel Mug Retro Tall Coffee Cup White Rim Home Office Gift",
        place="Zhejiang", price="5.20", currency="USD", quantity=1, picture="other-red-mug",
        score=22, band=Band.IGNORE, state=CaseState.DISMISSED, relation="related",
        probability=0.06, explanation="the same kind of mug",
        reasons=(_reason(Signal.PICTURE, 22, "the same kind of mug"),), days_ago=14,
    ),
)  # fmt: skip


def autumn() -> Season:
    """Six cases on four platforms, forty innocent listings, two weeks of runs."""
    pictures: dict[str, bytes] = {}

    def keep(data: bytes) -> str:
        digest = sha256(data).hexdigest()
        pictures[digest] = data
        return digest

    names = ("fell-mug", "vesper-lantern", "skerry-bottle", "moor-kettle")
    products = tuple(
        Product(
            id=name,
            name=name.replace("-", " ").title(),
            references=tuple(
                Reference(
                    id=f"{name}/{name}-{view}.jpg",
                    product=name,
                    sha256=keep(_photograph(f"{name}-{view}")),
                )
                for view in ("white", "scene", "detail")
            ),
        )
        for name in names
    )
    platforms = (Platform.ALIEXPRESS, Platform.ALIBABA, Platform.ALI1688, Platform.TAOBAO)
    brand = Brand(
        id="harvelk",
        name="Harvelk",
        names=("Harvelk",),
        chinese_names=("哈芙鹿",),
        ordinary_words=(),
        products=products,
        rights=(),
        watches=(Watch(id="names", platforms=platforms, words=("harvelk mug", "鹿角杯")),),
        recipients=(),
    )
    cases, captures, sightings = [], {}, []
    for offer in _OFFERS:
        data = _photograph(offer.picture)
        case, capture, sighting = _found(offer, data, keep(data))
        cases.append(case)
        captures[case.listing.key] = (capture,)
        sightings.append(sighting)
    for number in range(40):
        sighting = _innocent(number)
        sightings.append(sighting)
    key = cases[0].listing.key
    state = ReportState(
        brand=brand,
        cases=tuple(
            sorted(cases, key=lambda case: (not case.state.needs_attention, -case.risk.score))
        ),
        complaints=(_complaint(cases[0].id),),
        captures=captures,
        sightings=tuple(sorted(sightings, key=lambda one: one.seen_at, reverse=True)),
        runs=tuple(_runs()),
        clock=read_clock(),
        drawings={key: Drawing(id="d" * 32, key=f"drawings/{key}", capture=captures[key][0])},
    )
    return Season(state, pictures)


def _found(offer: _Offer, data: bytes, digest: str) -> tuple[Case, Capture, Sighting]:
    seen = EVENING - timedelta(days=offer.days_ago, hours=15)
    key = ListingKey(offer.platform, offer.id)
    photograph = offer.picture.partition("/")[0]
    listing = Listing(
        key=key,
        url=f"https://www.{offer.platform}.example/item/{offer.id}.html",
        title=offer.title,
        price=Price(
            minimum=Decimal(offer.price), maximum=Decimal(offer.price), currency=offer.currency
        ),
        minimum_order=MinimumOrder(quantity=offer.quantity, unit="pieces"),
        seller=Seller(
            platform=offer.platform,
            id=offer.id[-6:],
            name=offer.seller,
            location=offer.place,
            country="CN",
            years=4,
            identifiers=(("phone", "+86 138 0000 0417"),) if offer.days_ago == 9 else (),
            badges=("verified supplier",) if offer.platform is Platform.ALIBABA else (),
        ),
        attributes=(("Brand Name", "NONE"), ("Origin", "Mainland China")),
        sold=412,
    )
    at = f"captures/harvelk/{offer.platform}/{offer.id}"

    def part(name: str, role: PartRole, body: bytes, media_type: str) -> Part:
        return Part(
            name=name,
            role=role,
            source_url=None,
            media_type=media_type,
            size=len(body),
            sha256=sha256(body).hexdigest(),
            stored=StoredObject(key=f"{at}/{name}", version_id="3sL4kqtJlcpXroDTDmJ"),
        )

    parts = (
        part("page.html", PartRole.PAGE, f"<html>{offer.title}</html>".encode() * 700, "text/html"),
        part("picture-01.jpg", PartRole.PICTURE, data, "image/jpeg"),
        part("facts.json", PartRole.FACTS, b"{}" * 600, "application/json"),
    )
    capture = Capture(
        brand="harvelk",
        listing=listing,
        id=digest[:32],
        captured_at=seen + timedelta(minutes=2),
        collected_by=CollectedBy.SCHEDULE,
        route="page",
        outcome=CaptureOutcome.PARTIAL,
        parts=parts,
        missing=(
            MissingPart(
                role=PartRole.PICTURE,
                source_url="https://pictures.example/2.jpg",
                reason="the picture server answered 404",
            ),
        ),
        manifest=StoredObject(key=f"{at}/manifest.json", version_id="6qT0cXk2Wd8mJvYh1LQe"),
        manifest_sha256=sha256(offer.id.encode()).hexdigest(),
        previous_manifest_sha256=None,
        watch="names",
        query=offer.asked,
    )
    product = next(
        name
        for name in ("fell-mug", "vesper-lantern", "skerry-bottle", "moor-kettle", "other")
        if photograph.startswith(name)
    )
    product = "fell-mug" if product == "other" else product
    own = photograph if not photograph.startswith("other") else "fell-mug-white"
    case = replace(
        CASE,
        brand="harvelk",
        id=case_id(key),
        listing=listing,
        state=CaseState.OPEN,
        risk=Risk(
            score=offer.score,
            band=offer.band,
            reasons=offer.reasons,
            infringement=offer.infringement,
        ),
        opened_at=seen + timedelta(minutes=3),
        updated_at=seen + timedelta(minutes=3),
        capture_ids=(capture.id,),
        pictures=(
            PictureEvidence(
                capture_id=capture.id,
                part_name="picture-01.jpg",
                reference_id=f"{product}/{own}.jpg",
                probability=offer.probability,
                relation=offer.relation,
                explanation=offer.explanation,
                query_region=offer.found_region,
                reference_region=offer.own_region,
            ),
        ),
        events=(
            replace(
                CASE.events[0],
                at=seen + timedelta(minutes=3),
                what=f"opened with a score of {offer.score}",
            ),
        ),
    )
    if offer.state is not CaseState.OPEN:
        case = case.move(
            offer.state,
            at=seen + timedelta(days=1, hours=2),
            by="owner",
            what={
                CaseState.CONFIRMED: "compared with our own photograph: ours",
                CaseState.WATCHING: "not sure yet",
                CaseState.DISMISSED: "an ordinary red mug",
            }[offer.state],
        )
    sighting = Sighting(
        brand="harvelk",
        listing=listing,
        run="run",
        watch="names",
        query=offer.asked,
        rank=3,
        route="page",
        collected_by=CollectedBy.SCHEDULE,
        seen_at=seen,
    )
    return case, capture, sighting


@cache
def _photograph(name: str) -> bytes:
    """A photograph of the demo's after a forgery: "fell-mug-scene/mirrored"."""
    photograph, _, forgery = name.partition("/")
    data = (PHOTOGRAPHS / f"{photograph}.jpg").read_bytes()
    if not forgery:
        return data
    with Image.open(BytesIO(data)) as image:
        return forge(image.convert("RGB"), Forgery(forgery))


def _complaint(case: str) -> Complaint:
    """Filed two weeks ago; on Thursday the seller answered."""

    def event(name: str, state: ComplaintState, days_ago: int, by: str) -> ComplaintEvent:
        at = EVENING - timedelta(days=days_ago, hours=9)
        return ComplaintEvent(
            id=name,
            kind=EventKind.STATE,
            state=state,
            at=at,
            recorded_at=at,
            by=by,
            source="cli",
        )

    events = (
        event("filed", ComplaintState.UNDER_REVIEW, 14, "owner"),
        event("accepted", ComplaintState.NOTIFIED, 13, "owner"),
        event("counter", ComplaintState.COUNTER_FILED, 1, "owner"),
    )
    return Complaint(
        brand="harvelk",
        id="aliexpress-IPP-20261106-0042",
        platform=Platform.ALIEXPRESS,
        number="IPP-20261106-0042",
        right="photographs of the Fell Mug",
        right_kind=RightKind.COPYRIGHT,
        cases=(case,),
        state=ComplaintState.COUNTER_FILED,
        opened_at=events[0].at,
        updated_at=events[-1].at,
        events=events,
    )


def _innocent(number: int) -> Sighting:
    platform = (Platform.ALIEXPRESS, Platform.ALIBABA, Platform.ALI1688)[number % 3]
    titles = (
        "Enamel Camping Cup 350ml Blue Rim Portable Picnic Tableware",
        "Stainless Steel Kettle 1.2L Gooseneck Pour Over Coffee",
        "复古煤油灯 户外氛围灯 装饰灯",
    )
    return Sighting(
        brand="harvelk",
        listing=Listing(
            key=ListingKey(platform, f"90{number:06d}"),
            url=f"https://www.{platform}.example/item/90{number:06d}.html",
            title=titles[number % 3],
            price=Price(minimum=Decimal("4.10"), maximum=Decimal("6.80"), currency="USD"),
            seller=Seller(platform=platform, id=str(number), name=f"Shop {number}"),
        ),
        run="run",
        watch="names",
        query="harvelk mug",
        rank=number + 4,
        route="page",
        collected_by=CollectedBy.SCHEDULE,
        seen_at=EVENING - timedelta(days=number % 5, hours=15, minutes=number),
    )


def _runs() -> Iterator[Run]:
    def asked(platform: Platform, query: str, verdict: Verdict, **more: object) -> Asked:
        values = {"reason": "", "items": 48, "new": 0, "watch": "names", "route": "page"} | more
        return Asked(platform=platform, query=query, verdict=verdict, **values)  # type: ignore[arg-type]

    for day in (0, 1, 2, 3, 4, 6, 7):
        at = EVENING - timedelta(days=day, hours=15)
        yield Run(
            brand="harvelk",
            id=f"search#{at:%Y-%m-%d}",
            started_at=at,
            finished_at=at + timedelta(minutes=4),
            asked=(
                asked(
                    Platform.ALIEXPRESS, "harvelk mug", Verdict.OK, items=60, new=max(2 - day, 0)
                ),
                asked(Platform.ALIEXPRESS, "storm lantern antler", Verdict.OK, items=41, new=1),
                asked(
                    Platform.ALIBABA,
                    "insulated bottle powder coat",
                    Verdict.SHELL_NO_DATA if day == 3 else Verdict.OK,
                    items=0 if day == 3 else 48,
                ),
                asked(Platform.ALI1688, "小鹿灯", Verdict.OK, items=37, new=1 if day else 0),
                asked(
                    Platform.ALI1688,
                    "哈芙鹿",
                    Verdict.OK_EMPTY,
                    items=0,
                    reason="the page says “没有找到相关货源”",
                ),
                asked(
                    Platform.TAOBAO,
                    "鹿角杯",
                    Verdict.BLOCKED_LOGIN if day in {0, 1, 4} else Verdict.OK,
                    items=0 if day in {0, 1, 4} else 31,
                    reason="sent to login.taobao.com" if day in {0, 1, 4} else "",
                ),
            ),
        )


ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</td></tr></table></div><script>alert(1)</script>",
    "</title></head><script>alert(1)</script>",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;/title&#62;&#60;script&#62;alert(1)&#60;/script&#62;",
    "[win](javascript:alert(1))",
    "![beacon](https://evil.example/beacon.png)",
    "https://evil.example/visit and www.evil.example",
    "x{: onclick=alert(1) }",
    "# heading\n\n---\ntitle: <script>alert(1)</script>\n---\n",
    "```\n</code></pre><script>alert(1)</script>",
    "a | b || c",
    '{{ 7 * 7 }} {% raw %} --8<-- "pages/about.md"',
    "safe \u202etxet desrever\u202c \u2066x\u2069 \u200b\u200d\ufeff",
    "\x02wzxhzdk:0\x03 \x00 \ud800",
    "Z\u0351\u0301\u0302\u0303\u0304\u0305\u0306a\u0301\u0302\u0303\u0304\u0305lgo" + "x" * 5000,
    "x' onmouseover='alert(1)' style='position:fixed;inset:0",
)
"""What a seller may write, wherever a seller may write."""


def attacked() -> Season:
    """The autumn with an attack in everything that comes from outside, another one per case."""
    season = autumn()
    state = season.state
    texts = itertools.cycle(ATTACKS)
    keys = {case.listing.key: next(texts) for case in state.cases}

    def text(key: ListingKey) -> str:
        return keys.get(key) or next(texts)

    return Season(
        replace(
            state,
            cases=tuple(_attacked_case(case, text(case.listing.key)) for case in state.cases),
            complaints=tuple(
                replace(
                    one,
                    number=next(texts),
                    right=next(texts),
                    events=tuple(replace(event, text=next(texts)) for event in one.events),
                )
                for one in state.complaints
            ),
            captures={
                key: tuple(_attacked_capture(one, text(key)) for one in captures)
                for key, captures in state.captures.items()
            },
            sightings=tuple(
                replace(
                    one,
                    listing=_attacked_listing(one.listing, text(one.listing.key)),
                    query=next(texts),
                )
                for one in state.sightings
            ),
            runs=tuple(
                replace(
                    run,
                    id=next(texts),
                    asked=tuple(
                        replace(one, query=next(texts), reason=next(texts), route=next(texts))
                        for one in run.asked
                    ),
                )
                for run in state.runs
            ),
        ),
        season.pictures,
    )


def _attacked_listing(listing: Listing, text: str) -> Listing:
    assert listing.price
    assert listing.seller
    return replace(
        listing,
        url=f"https://evil.example/{text}",
        title=text,
        price=replace(listing.price, currency=text),
        minimum_order=MinimumOrder(quantity=1, unit=text),
        seller=replace(
            listing.seller,
            id=text,
            name=text,
            url=f"javascript:alert(1)//{text}",
            location=text,
            badges=(text, text),
            identifiers=((text, text),),
        ),
        ship_from=text,
        listed_at=text,
        attributes=((text, text),),
    )


def _attacked_case(case: Case, text: str) -> Case:
    return replace(
        case,
        listing=_attacked_listing(case.listing, text),
        risk=replace(
            case.risk, reasons=tuple(replace(one, text=text) for one in case.risk.reasons)
        ),
        pictures=tuple(
            replace(one, explanation=text, relation=text, reference_id=f"{text}/{text}")
            for one in case.pictures
        ),
        events=tuple(replace(one, what=text, by=text) for one in case.events),
    )


def _attacked_capture(capture: Capture, text: str) -> Capture:
    return replace(
        capture,
        listing=_attacked_listing(capture.listing, text),
        route=text,
        parts=tuple(
            replace(one, name=text) if one.role is PartRole.FACTS else one for one in capture.parts
        ),
        missing=tuple(replace(one, reason=text) for one in capture.missing),
        manifest=StoredObject(key=f"captures/{text}/manifest.json", version_id=text),
    )
