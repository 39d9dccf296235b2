"""The owner's one config file: read, checked with line numbers, turned into the desk."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol
from zoneinfo import available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)

from headwater.adapters.clauses import clauses
from headwater.adapters.deadline_rules import BadRules, read_clock
from headwater.adapters.schedules import check_schedule
from headwater.domain.brands import (
    Brand,
    Desk,
    InboxSettings,
    PlatformAccess,
    Product,
    Recipient,
    RecipientRole,
    Reference,
    ReferenceKind,
    Right,
    RightKind,
    SecondChannel,
    TimestampAuthority,
    Watch,
)
from headwater.domain.platforms import Platform, RouteName
from headwater.domain.sellers import (
    Account,
    Identifier,
    IdentifierKind,
    ListedSeller,
    SellerList,
    read_identifier,
)
from headwater.domain.weights import DEFAULT_WEIGHTS, ClaimPoints, Weights
from headwater.domain.words import OwnTerm, Strength, WordKind
from headwater.marketplaces import canonical_url, identify, marketplace
from headwater.matching.folding import fold
from headwater.matching.images import UnreadablePicture, open_picture
from headwater.matching.lexicon import lexicon
from headwater.matching.queries import claim_words, variants
from headwater.verifier import problem_with_certificates

_Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Mark = Annotated[str, Field(pattern=r"\w", max_length=200)]
"""A name that can be looked for: it has a letter or a digit."""
_Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
_Mail = Annotated[str, Field(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$", max_length=200)]


class ConfigurationError(Exception):
    """What is wrong with the config, one line each: "file:line: where: what and the next step"."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Product(_Table):
    id: _Id
    name: _Text
    pictures: Annotated[list[_Text], Field(min_length=1)]
    price: Decimal | None = Field(default=None, gt=0)
    currency: _Currency | None = None
    other_prices: dict[_Currency, Annotated[Decimal, Field(gt=0)]] = {}


class _Right(_Table):
    kind: RightKind
    number: _Text
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    owner: _Text
    classes: list[Annotated[int, Field(ge=1, le=45)]] = []
    expires: date | None = None
    products: list[_Id] = []


class _Watch(_Table):
    """`claims`: ask for the brand's names with these words, or (true) with the lexicon's."""

    id: _Id
    platforms: Annotated[list[Platform], Field(min_length=1)]
    words: list[_Text] = []
    pictures: list[_Text] = []
    links: list[Annotated[str, Field(max_length=500)]] = []
    claims: bool | list[_Text] = False
    routes: list[RouteName] = []

    @model_validator(mode="after")
    def _looks_for_something(self) -> "_Watch":
        if not (self.words or self.pictures or self.links or self.claims):
            raise ValueError("looks for nothing; add words, pictures, links or claims")
        return self

    @field_validator("links")
    @classmethod
    def _listings(cls, links: list[str]) -> list[str]:
        for link in links:
            if identify(link) is None:
                raise ValueError(f"{link!r} is no listing that Headwater knows; paste its address")
        return [canonical_url(key) for key in map(identify, links) if key]


class _Recipient(_Table):
    email: _Mail
    timezone: str
    role: RecipientRole = RecipientRole.OWNER
    quiet_hours: Annotated[str, Field(max_length=20)] | None = None

    @field_validator("quiet_hours")
    @classmethod
    def _a_span(cls, text: str | None) -> str | None:
        if text is not None:
            _span(text)
        return text

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is no time zone; write one like Europe/Berlin")
        return name


def _span(text: str) -> tuple[time, time]:
    """Two times, from and until. Raises ValueError."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
    if found is None or found[1] + found[2] == found[3] + found[4]:
        raise ValueError('is no span of quiet hours; write one like "22:00-07:00"')
    start, end = text.split("-")
    return time.fromisoformat(start), time.fromisoformat(end)


class _Seller(_Table):
    """One entry of the owner's lists: who, and until when it counts."""

    on: SellerList = Field(alias="list")
    kind: Literal["account", "company", "licence", "phone", "email", "wechat", "address"]
    value: _Text
    platform: Platform | None = None
    until: date | None = None
    note: Annotated[str, Field(max_length=200)] = ""

    def identifier(self) -> Identifier:
        """Raises ValueError when the value is no good as what it is said to be."""
        if self.kind == "account":
            if self.platform is None:
                raise ValueError("an account belongs to a platform; add platform = …")
            return Identifier(IdentifierKind.ACCOUNT, str(Account(self.platform, self.value)))
        found = read_identifier(self.kind, self.value, Platform.GENERIC)
        if not found:
            raise ValueError(f"{self.value!r} is no {self.kind} by which one seller is known")
        return min(found)

    @model_validator(mode="after")
    def _usable(self) -> "_Seller":
        self.identifier()
        return self


class _Brand(_Table):
    id: _Id
    name: _Text
    names: Annotated[list[_Mark], Field(min_length=1)]
    chinese_names: list[_Mark] = []
    ordinary_words: list[_Text] = []
    logos: list[_Text] = []
    product: Annotated[list[_Product], Field(min_length=1)]
    right: list[_Right] = []
    watch: Annotated[list[_Watch], Field(min_length=1)]
    recipient: Annotated[list[_Recipient], Field(min_length=1)]
    seller: list[_Seller] = []


class _Word(_Table):
    """A word by which copies are sold, added to ours; or ours with another meaning, or removed."""

    term: _Mark
    kind: WordKind | None = None
    strength: Literal["weak", "medium", "strong"] = "medium"
    meaning: Annotated[str, Field(max_length=200)] = ""
    unless: list[_Mark] = []
    remove: bool = False

    @model_validator(mode="after")
    def _says_what_it_does(self) -> "_Word":
        if self.remove == (self.kind is not None):
            raise ValueError("says what the word does with kind = …, or remove = true: one of both")
        if self.kind is WordKind.MARK:
            raise ValueError("names of the brand belong into its `names`")
        return self


_Points = Annotated[int, Field(ge=0, le=100)]


class _ClaimPoints(_Table):
    """What a weak, a medium and a strong word of one kind add."""

    weak: _Points
    medium: _Points
    strong: _Points

    @model_validator(mode="after")
    def _grows(self) -> "_ClaimPoints":
        if not self.weak <= self.medium <= self.strong:
            raise ValueError("a stronger word cannot add less than a weaker one")
        return self


_Claims = dict[WordKind, _ClaimPoints]
_Weights = create_model(  # type: ignore[call-overload]
    "_Weights",
    __base__=_Table,
    claims_beside=(_Claims, {}),
    claims_alone=(_Claims, {}),
    **{one.name: (int | None, None) for one in fields(Weights) if isinstance(one.default, int)},
)
"""Every number of `Weights`; those that the owner does not write stay as they are."""


def _weights(written: BaseModel) -> Weights:
    values = written.model_dump(exclude_unset=True)
    for table in ("claims_beside", "claims_alone"):
        points = {kind: ClaimPoints(**three) for kind, three in values.pop(table, {}).items()}
        values[table] = {**getattr(DEFAULT_WEIGHTS, table), **points}
    return replace(DEFAULT_WEIGHTS, **values)


class _Access(_Table):
    fetch_pages: bool = False
    clause_read: Annotated[str, Field(max_length=40)] = ""
    fetch_pictures: bool = True
    routes: Annotated[list[RouteName], Field(min_length=1)] = [RouteName.PAGE_FETCH]
    daily_budget: Annotated[int, Field(ge=5, le=500)] = PlatformAccess().daily_budget
    pages: Annotated[int, Field(ge=1, le=10)] = PlatformAccess().pages
    countries: list[str] = []
    canary_query: Annotated[str, Field(max_length=200)] = ""
    canary_listing: Annotated[str, Field(max_length=500)] = ""


class _Timestamp(_Table):
    id: _Id
    url: Annotated[str, Field(pattern="^https?://[^ ]+$", max_length=200)]
    certificates: list[_Text] = []


_Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=200)]


class _Inbox(_Table):
    """Mail that comes in. Without a domain only what is dropped below mail/ is read."""

    domain: _Domain | None = None
    forwarders: list[_Mail] = []
    platforms: list[_Domain] = []


class _SecondChannel(_Table):
    phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")] = ""
    webhook: Annotated[str, Field(pattern=r"^https://[^/@?#\s]+(/[^\s]*)?$", max_length=500)] = ""


class Schedules(_Table):
    """When the functions run, as EventBridge writes it: cron(…) in UTC, rate(…) or at(…)."""

    search: str = "cron(15 3 * * ? *)"
    news: str = "cron(40 * * * ? *)"
    deadlines: str = "cron(0/5 * * * ? *)"
    digest: str = "cron(0 5 * * ? *)"
    watchdog: str = "cron(35 */6 * * ? *)"
    site: str = "cron(45 4 * * ? *)"
    look_again: str = "cron(30 1 ? * SUN *)"
    stamps: str = "cron(50 * * * ? *)"
    lock: str = "cron(20 2 * * ? *)"

    @field_validator("*")
    @classmethod
    def _valid(cls, expression: str) -> str:
        check_schedule(expression)
        return expression


class EvidenceLocks(_Table):
    """For how many days evidence cannot be deleted; both ends are bounded."""

    lock_days: Annotated[int, Field(ge=1, le=400)] = 30
    case_lock_days: Annotated[int, Field(ge=0, le=1825)] = 400


class _File(_Table):
    contact: _Text
    sender: _Mail
    alarms: _Mail
    brand: Annotated[list[_Brand], Field(min_length=1)]
    platforms: dict[Platform, _Access] = {}
    weights: _Weights = _Weights()
    deadlines: _Text | None = None
    second_channel: _SecondChannel = _SecondChannel()
    heartbeat: bool = False

    @field_validator("weights")
    @classmethod
    def _in_order(cls, weights: BaseModel) -> BaseModel:
        _weights(weights)
        return weights

    words: list[_Word] = []

    timestamp: list[_Timestamp] = []
    inbox: _Inbox = _Inbox()
    schedules: Schedules = Schedules()
    evidence: EvidenceLocks = EvidenceLocks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The checked config: the desk, the stack's parameters, and the pictures by their SHA-256."""

    desk: Desk
    sender: str
    alarms: str
    schedules: Schedules
    evidence: EvidenceLocks
    pictures: dict[str, bytes]
    phone: str = ""

    def stack_parameters(self) -> dict[str, str]:
        """What `sam deploy` is to be told."""
        return {
            "Sender": self.sender,
            "AlarmAddress": self.alarms,
            "SearchSchedule": self.schedules.search,
            "NewsSchedule": self.schedules.news,
            "DeadlinesSchedule": self.schedules.deadlines,
            "DigestSchedule": self.schedules.digest,
            "WatchdogSchedule": self.schedules.watchdog,
            "SiteSchedule": self.schedules.site,
            "LookAgainSchedule": self.schedules.look_again,
            "StampSchedule": self.schedules.stamps,
            "LockSchedule": self.schedules.lock,
            "EvidenceLockDays": str(self.evidence.lock_days),
            "CaseLockDays": str(self.evidence.case_lock_days),
            "AlertPhone": self.phone,
        } | ({"InboxDomain": self.desk.inbox.domain} if self.desk.inbox.domain else {})


def read_configuration(path: Path) -> Configuration:
    """Read and check the file and every picture that it names. Raises ConfigurationError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            [f"{path}: cannot be read ({error.strerror}); name your config with --config FILE"]
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError([f"{path}: is not UTF-8 text; save it as UTF-8"]) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([_toml_problem(path, error)]) from error
    lines = _Lines(path, text)
    try:
        file = _File.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError([_problem(lines, item) for item in error.errors()]) from error
    return _compile(file, path.parent, lines)


def _compile(file: _File, folder: Path, lines: "_Lines") -> Configuration:
    pictures: dict[str, bytes] = {}
    problems: list[str] = []
    brands = []
    for brand_at, brand in enumerate(file.brand):
        products = []
        for product_at, product in enumerate(brand.product):
            where: tuple[str | int, ...] = ("brand", brand_at, "product", product_at, "pictures")
            references = []
            for name in product.pictures:
                data = _picture(folder / name, name)
                if isinstance(data, str):
                    problems.append(lines.say(where, data))
                    continue
                sha256 = hashlib.sha256(data).hexdigest()
                pictures[sha256] = data
                reference_id = f"{product.id}/{Path(name).name}"
                references.append(Reference(id=reference_id, product=product.id, sha256=sha256))
            products.append(
                Product(
                    id=product.id,
                    name=product.name,
                    references=tuple(references),
                    price=product.price,
                    currency=product.currency,
                    other_prices=tuple(sorted(product.other_prices.items())),
                )
            )
        logos, wrong = _logos(brand, folder, pictures)
        problems += [lines.say(("brand", brand_at, "logos"), one) for one in wrong]
        watches = []
        for watch_at, watch in enumerate(brand.watch):
            heroes = []
            for name in watch.pictures:
                data = _picture(folder / name, name)
                if isinstance(data, str):
                    where = ("brand", brand_at, "watch", watch_at, "pictures")
                    problems.append(lines.say(where, data))
                    continue
                sha256 = hashlib.sha256(data).hexdigest()
                pictures[sha256] = data
                heroes.append(Reference(id=Path(name).name, product="", sha256=sha256))
            watches.append(_watch(watch, brand, tuple(heroes)))
        problems += _unknown_products(lines, brand_at, brand)
        brands.append(replace(_brand(brand, tuple(products), tuple(watches)), logos=logos))
        problems += _repeats(lines, ("brand", brand_at, "product"), brand.product)
        problems += _repeats(lines, ("brand", brand_at, "watch"), brand.watch)
    problems += _repeats(lines, ("brand",), file.brand)
    problems += _repeats(lines, ("timestamp",), file.timestamp)
    terms = _own_terms(lines, file.words, problems)
    accesses = []
    for platform, written in sorted(file.platforms.items()):
        access, wrong = _access(lines, platform, written)
        accesses.append((platform, access))
        problems += wrong
    problems += _routes_of_watches(lines, file, dict(accesses))
    authorities = _authorities(lines, file, folder, problems)
    deadlines, wrong = _own_deadlines(lines, folder, file.deadlines)
    problems += wrong
    problems += _loops(lines, file)
    if problems:
        raise ConfigurationError(problems)
    desk = Desk(
        contact=file.contact,
        brands=tuple(brands),
        access=tuple(accesses),
        timestamp_authorities=authorities,
        weights=_weights(file.weights),
        terms=terms,
        inbox=InboxSettings(
            domain=file.inbox.domain or "",
            forwarders=tuple(one.lower() for one in file.inbox.forwarders),
            platforms=tuple(file.inbox.platforms),
        ),
        deadlines=deadlines,
        second_channel=SecondChannel(
            sms=bool(file.second_channel.phone), webhook=file.second_channel.webhook
        ),
        heartbeat=file.heartbeat,
    )
    return Configuration(
        desk=desk,
        sender=file.sender,
        alarms=file.alarms,
        schedules=file.schedules,
        evidence=file.evidence,
        pictures=pictures,
        phone=file.second_channel.phone,
    )


def _authorities(
    lines: "_Lines", file: _File, folder: Path, problems: list[str]
) -> tuple[TimestampAuthority, ...]:
    """Who signs, with the certificates; what is wrong with those is added to `problems`."""
    authorities = []
    for at, authority in enumerate(file.timestamp):
        where = ("timestamp", at, "certificates")
        try:
            pem = "\n".join((folder / name).read_text() for name in authority.certificates)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(lines.say(where, f"a certificate cannot be read ({error})"))
            continue
        if pem and (problem := problem_with_certificates(pem.encode())):
            problems.append(lines.say(where, problem))
        authorities.append(
            TimestampAuthority(name=authority.id, url=authority.url, certificates=pem)
        )
    return tuple(authorities)


def _loops(lines: "_Lines", file: _File) -> list[str]:
    """A mail of ours that came back in would be answered by us, and so on."""
    domain = file.inbox.domain
    if domain is None:
        return []
    ours = [("inbox", "forwarders", one) for one in file.inbox.forwarders]
    ours += [("sender", "", file.sender), ("alarms", "", file.alarms)]
    return [
        lines.say(tuple(part for part in (table, name) if part), what)
        for table, name, address in ours
        if address.lower().endswith(f"@{domain}")
        and (what := f"{address!r} is an address of inbox.domain; mails would go in circles")
    ]


def _own_deadlines(lines: "_Lines", folder: Path, name: str | None) -> tuple[str, list[str]]:
    """The text of the owner's file of limits and holidays, and what is wrong with it."""
    if name is None:
        return "", []
    try:
        text = (folder / name).read_text(encoding="utf-8")
        read_clock(text)
    except (OSError, UnicodeDecodeError, BadRules) as error:
        return "", [lines.say(("deadlines",), f"the file {name!r} cannot be used: {error}")]
    return text, []


def _logos(
    brand: _Brand, folder: Path, pictures: dict[str, bytes]
) -> tuple[tuple[Reference, ...], list[str]]:
    """The references, and what is wrong; the files are put to the other pictures."""
    references, problems = [], []
    for name in brand.logos:
        data = _picture(folder / name, name)
        if isinstance(data, str):
            problems.append(data)
            continue
        sha256 = hashlib.sha256(data).hexdigest()
        pictures[sha256] = data
        reference_id, kind = f"logo/{Path(name).name}", ReferenceKind.LOGO
        references.append(Reference(id=reference_id, product="", sha256=sha256, kind=kind))
    return tuple(references), problems


def _picture(path: Path, name: str) -> bytes | str:
    """The picture's bytes, or what is wrong with it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return (
            f"the picture {name!r} cannot be read ({error.strerror}); "
            "paths start at the config's folder"
        )
    try:
        open_picture(data)
    except UnreadablePicture as error:
        return f"the picture {name!r} cannot be used: {error.reason}"
    return data


def _watch(watch: _Watch, brand: _Brand, pictures: tuple[Reference, ...]) -> Watch:
    claims = claim_words() if watch.claims is True else tuple(watch.claims or ())
    return Watch(
        id=watch.id,
        platforms=tuple(watch.platforms),
        words=tuple(watch.words),
        pictures=pictures,
        links=tuple(dict.fromkeys(watch.links)),
        routes=tuple(dict.fromkeys(watch.routes)),
        variants=variants(brand.names, brand.chinese_names, claims) if claims else (),
    )


def _access(
    lines: "_Lines", platform: Platform, access: _Access
) -> tuple[PlatformAccess, list[str]]:
    """What may be asked, and what is wrong with how it is written."""
    problems = []
    for route in access.routes:
        if route.platform not in {None, platform}:
            what = f"'{route}' leads to {route.platform}, not to {platform}; remove it"
            problems.append(lines.say(("platforms", platform, "routes"), what))
    if access.fetch_pages:
        problems += _unread_clause(lines, platform, access)
    there = marketplace(platform).countries
    for country in access.countries:
        if country not in there:
            what = f"{country!r} is none of {', '.join(there) or 'the countries: it has no choice'}"
            problems.append(lines.say(("platforms", platform, "countries"), what))
    listing = identify(access.canary_listing) if access.canary_listing else None
    if access.canary_listing and (listing is None or listing.platform is not platform):
        what = f"{access.canary_listing!r} is no listing of {platform.title}; paste its address"
        problems.append(lines.say(("platforms", platform, "canary_listing"), what))
    allowed = PlatformAccess(
        fetch_pages=access.fetch_pages,
        fetch_pictures=access.fetch_pictures,
        routes=tuple(dict.fromkeys(access.routes)),
        daily_budget=access.daily_budget,
        pages=access.pages,
        countries=tuple(dict.fromkeys(access.countries)),
        canary_query=access.canary_query,
        canary_listing=access.canary_listing,
    )
    return allowed, problems


def _routes_of_watches(
    lines: "_Lines", file: _File, accesses: Mapping[Platform, PlatformAccess]
) -> list[str]:
    """A watch that names its routes must have one of them on each of its platforms."""
    problems = []
    for brand_at, brand in enumerate(file.brand):
        for watch_at, watch in enumerate(brand.watch):
            for platform in watch.platforms if watch.routes else ():
                there = accesses.get(platform, PlatformAccess()).routes
                if not set(watch.routes) & set(there):
                    what = (
                        f"{platform.title} is asked by {', '.join(there)} only; name one of these, "
                        f"or add yours to routes of [platforms.{platform}]"
                    )
                    where = ("brand", brand_at, "watch", watch_at, "routes")
                    problems.append(lines.say(where, what))
    return problems


def _unread_clause(lines: "_Lines", platform: Platform, access: _Access) -> list[str]:
    """Pages are fetched only where the owner says which text of the platform's terms was read."""
    clause = clauses().get(platform)
    where = ("platforms", platform, "fetch_pages")
    if clause is None:
        what = f"{platform.title} is not searched by itself; save its pages and import them"
        return [lines.say(where, what)]
    if access.clause_read == clause.version:
        return []
    what = (
        f"first read what {platform.title} says about automated access (headwater config clauses), "
        f'decide with your counsel, then write clause_read = "{clause.version}"'
    )
    return [lines.say(where, what)]


def _brand(brand: _Brand, products: tuple[Product, ...], watches: tuple[Watch, ...]) -> Brand:
    return Brand(
        id=brand.id,
        name=brand.name,
        names=tuple(brand.names),
        chinese_names=tuple(brand.chinese_names),
        ordinary_words=tuple(brand.ordinary_words),
        products=products,
        rights=tuple(
            Right(
                kind=right.kind,
                number=right.number,
                country=right.country,
                owner=right.owner,
                classes=tuple(right.classes),
                expires=right.expires,
                products=tuple(right.products),
            )
            for right in brand.right
        ),
        watches=watches,
        recipients=tuple(
            Recipient(
                email=person.email,
                timezone=person.timezone,
                role=person.role,
                quiet_hours=_span(person.quiet_hours) if person.quiet_hours else None,
            )
            for person in brand.recipient
        ),
        sellers=tuple(
            ListedSeller(
                on=seller.on,
                identifier=seller.identifier(),
                until=seller.until,
                note=seller.note,
            )
            for seller in brand.seller
        ),
    )


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def _repeats(lines: "_Lines", where: tuple[str | int, ...], tables: Sequence[_Named]) -> list[str]:
    seen: set[str] = set()
    problems = []
    for at, table in enumerate(tables):
        if table.id in seen:
            problems.append(lines.say((*where, at, "id"), f"the id {table.id!r} is used twice"))
        seen.add(table.id)
    return problems


def _unknown_products(lines: "_Lines", brand_at: int, brand: _Brand) -> list[str]:
    known = {product.id for product in brand.product}
    return [
        lines.say(
            ("brand", brand_at, "right", at, "products"),
            f"there is no product {name!r}; there is {', '.join(sorted(known))}",
        )
        for at, right in enumerate(brand.right)
        for name in right.products
        if name not in known
    ]


def _own_terms(lines: "_Lines", words: Sequence[_Word], problems: list[str]) -> tuple[OwnTerm, ...]:
    """The owner's words; what is wrong with how they are written is added to `problems`."""
    ours = {fold(term.text).text for term in lexicon()}
    terms, seen = [], set[str]()
    for at, word in enumerate(words):
        folded = fold(word.term).text
        if folded in seen:
            problems.append(lines.say(("words", at, "term"), f"{word.term!r} stands there twice"))
        if word.remove and folded not in ours:
            what = f"{word.term!r} is none of our words; there is nothing to remove"
            problems.append(lines.say(("words", at, "term"), what))
        seen.add(folded)
        terms.append(
            OwnTerm(
                text=word.term,
                kind=word.kind,
                strength=Strength[word.strength.upper()],
                meaning=word.meaning,
                unless=tuple(word.unless),
            )
        )
    return tuple(terms)


def _toml_problem(path: Path, error: tomllib.TOMLDecodeError) -> str:
    found = re.search(
        r"^(?P<what>.*?) \(at line (?P<line>\d+), column (?P<column>\d+)\)", str(error)
    )
    if found is None:
        return f"{path}: is not TOML: {error}"
    return f"{path}:{found['line']}: column {found['column']}: not TOML: {found['what']}"


def _problem(lines: "_Lines", item: Any) -> str:
    where = tuple(part for part in item["loc"] if part != "[key]")
    kind: str = item["type"]
    if kind == "extra_forbidden":
        return lines.say(where, "is no setting that Headwater knows; correct or remove it")
    if kind == "missing":
        return lines.say(where, "is missing; add it")
    message = item["msg"].removeprefix("Value error, ")
    return lines.say(where, f"{message} (it is {item['input']!r})")


class _Lines:
    """Where each setting stands in the file. tomllib does not say, so the headers are followed."""

    _HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
    _SETTING = re.compile(r"^\s*([A-Za-z0-9_-]+|\"[^\"]*\")\s*=")

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._at: dict[tuple[str | int, ...], int] = {}
        counts: dict[tuple[str | int, ...], int] = {}
        table: tuple[str | int, ...] = ()
        for number, line in enumerate(text.splitlines(), start=1):
            if header := self._HEADER.match(line):
                table = ()
                names = [name.strip().strip('"') for name in header[2].split(".")]
                for position, name in enumerate(names):
                    table = (*table, name)
                    last = position == len(names) - 1
                    if last and header[1] == "[[":
                        counts[table] = counts.get(table, -1) + 1
                    if table in counts:
                        table = (*table, counts[table])
                # A new brand starts its own products, watches and rights again.
                inside = len(table)
                for other in [t for t in counts if len(t) > inside and t[:inside] == table]:
                    del counts[other]
                self._at.setdefault(table, number)
            elif setting := self._SETTING.match(line):
                self._at.setdefault((*table, setting[1].strip('"')), number)

    def say(self, where: tuple[str | int, ...], what: str) -> str:
        """One line: the file, the nearest line that is known, the setting's path, the problem."""
        line = next(
            (self._at[where[:n]] for n in range(len(where), 0, -1) if where[:n] in self._at), 1
        )
        path = ".".join(f"{part + 1}" if isinstance(part, int) else part for part in where)
        return f"{self._path}:{line}: {path}: {what}"
