"""The brand, the complaint and the case that the tests of the clock room share."""

from datetime import UTC, datetime, time, timedelta

from headwater.adapters.deadline_rules import read_clock
from headwater.domain.brands import Brand, Recipient, RecipientRole, RightKind
from headwater.domain.cases import Case, CaseState, case_id
from headwater.domain.complaints import Complaint, ComplaintState
from headwater.domain.listings import Listing, ListingKey, Seller
from headwater.domain.platforms import Platform
from headwater.domain.risk import Band, Risk
from headwater.usecases.complaints import ComplaintsStore, counter_filed, file_complaint

CLOCK = read_clock()
RECEIVED = datetime(2026, 6, 1, 2, tzinfo=UTC)  # Monday 10:00 in China: act by Thursday 18:00
ACT_BY = datetime(2026, 6, 4, 10, tzinfo=UTC)

OWNER = Recipient(email="owner@fjellvik.example", timezone="Europe/Oslo", role=RecipientRole.OWNER)
LAWYER = Recipient(
    email="lawyer@law.example", timezone="America/New_York", role=RecipientRole.ESCALATION
)
SLEEPER = Recipient(
    email="sleeper@fjellvik.example",
    timezone="Europe/Oslo",
    role=RecipientRole.OWNER,
    quiet_hours=(time(22), time(7)),
)


def brand(*recipients: Recipient) -> Brand:
    return Brand(
        id="fjellvik",
        name="Fjellvik",
        names=("Fjellvik",),
        chinese_names=(),
        ordinary_words=(),
        products=(),
        rights=(),
        watches=(),
        recipients=recipients,
    )


def case(number: int, *, title: str = "Enamel mug 350 ml", seller: str = "Yiwu Shop") -> Case:
    key = ListingKey(Platform.ALIBABA, str(number))
    return Case(
        brand="fjellvik",
        id=case_id(key),
        listing=Listing(
            key=key,
            url=f"https://www.alibaba.com/product-detail/x_{number}.html",
            title=title,
            seller=Seller(platform=Platform.ALIBABA, id="s1", name=seller),
        ),
        state=CaseState.CONFIRMED,
        risk=Risk(score=90, band=Band.NEAR_CERTAIN, reasons=(), infringement=None),
        opened_at=RECEIVED,
        updated_at=RECEIVED,
        capture_ids=(),
        pictures=(),
        events=(),
    )


def waiting_complaint(
    store: ComplaintsStore,
    *,
    number: str = "0001",
    at: datetime = RECEIVED,
    due_typed: datetime | None = None,
    rehearsal: bool = False,
    cases: tuple[str, ...] = ("alibaba-1", "alibaba-2"),
) -> Complaint:
    """A complaint whose counter-notice arrived at `at` and was recorded at once."""
    filed_at = at - timedelta(days=10)
    complaint = file_complaint(
        complaints=store,
        brand="fjellvik",
        platform=Platform.ALIBABA,
        number=number,
        right="018765432",
        right_kind=RightKind.TRADEMARK,
        cases=cases,
        at=filed_at,
        now=filed_at,
        by="owner",
        source="test",
        rehearsal=rehearsal,
    )
    complaint = counter_filed(
        "fjellvik",
        complaint.id,
        complaints=store,
        clock=CLOCK,
        at=at,
        now=at,
        due_typed=due_typed,
        by="owner",
        source="test",
    )
    assert complaint.state is ComplaintState.COUNTER_FILED
    return complaint
