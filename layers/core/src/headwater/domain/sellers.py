"""Who is behind the sellers' accounts: a shared licence, telephone or address ties them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from headwater.domain.listings import Listing, Seller
from headwater.domain.platforms import Platform


class IdentifierKind(StrEnum):
    """What an identifier is. The values are stored and shown: never rename one."""

    ACCOUNT = "account"
    """The platform's own key of a seller, or a further one of the same platform."""
    COMPANY = "company name"
    LICENCE = "licence number"
    PHONE = "telephone"
    EMAIL = "e-mail address"
    WECHAT = "WeChat id"
    ADDRESS = "street address"
    UPLOADER = "uploader id in a picture's name"
    PICTURE = "very same picture file"
    PHOTOGRAPH = "photograph"

    @property
    def proves(self) -> bool:
        """Whether two accounts that share it are one seller. Pictures are copied."""
        return self not in {
            IdentifierKind.UPLOADER,
            IdentifierKind.PICTURE,
            IdentifierKind.PHOTOGRAPH,
        }


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A normalised value of one kind: two that mean the same are equal."""

    kind: IdentifierKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One seller's account on one platform, by the platform's key or else by its name."""

    platform: Platform
    id: str

    def __str__(self) -> str:
        return f"{self.platform}#{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Why accounts belong together, or (a hint) may do so: all of them show this identifier."""

    identifier: Identifier
    accounts: tuple[Account, ...]

    @property
    def hint(self) -> bool:
        return not self.identifier.kind.proves

    def __str__(self) -> str:
        shared = f"share the {self.identifier}"
        accounts = ", ".join(map(str, self.accounts))
        return (
            f"{accounts} may belong together: they {shared}"
            if self.hint
            else f"{accounts} {shared}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Accounts that proven links tie together, with every link and hint that touches them."""

    accounts: tuple[Account, ...]
    links: tuple[Link, ...]
    identifiers: tuple[Identifier, ...]
    """Everything by which one of its accounts is known."""

    @property
    def id(self) -> str:
        """The first of its accounts: stable as long as no earlier one joins."""
        return str(self.accounts[0])


class SellerGraph:
    """Accounts and their identifiers, taken in one by one. The order makes no difference."""

    def __init__(self) -> None:
        self._holders: dict[Identifier, set[Account]] = {}
        self._parents: dict[Account, Account] = {}

    def add(self, account: Account, identifiers: Iterable[Identifier]) -> None:
        """Take in what is known of an account; adding the same again changes nothing."""
        self._parents.setdefault(account, account)
        for identifier in identifiers:
            holders = self._holders.setdefault(identifier, set())
            if identifier.kind.proves:
                for other in holders:
                    self._join(account, other)
                    break  # the others are joined with it already
            holders.add(account)

    def clusters(self) -> tuple[Cluster, ...]:
        """Every account in exactly one cluster, each by its smallest account."""
        members: dict[Account, list[Account]] = {}
        for account in sorted(self._parents):
            members.setdefault(self._root(account), []).append(account)
        links: dict[Account, list[Link]] = {root: [] for root in members}
        known: dict[Account, list[Identifier]] = {root: [] for root in members}
        for identifier in sorted(self._holders):
            holders = sorted(self._holders[identifier])
            for root in {self._root(holder) for holder in holders}:
                known[root].append(identifier)
                if len(holders) > 1:
                    links[root].append(Link(identifier=identifier, accounts=tuple(holders)))
        found = (
            Cluster(
                accounts=tuple(accounts),
                links=tuple(links[root]),
                identifiers=tuple(known[root]),
            )
            for root, accounts in members.items()
        )
        return tuple(sorted(found, key=lambda cluster: cluster.accounts))

    def _root(self, account: Account) -> Account:
        while (parent := self._parents[account]) != account:
            self._parents[account] = self._parents[parent]
            account = parent
        return account

    def _join(self, one: Account, other: Account) -> None:
        first, second = sorted((self._root(one), self._root(other)))
        self._parents[second] = first


def account_of(seller: Seller) -> Account | None:
    """The seller's account; None where the page tells neither a key nor a name."""
    if seller.id:
        return Account(seller.platform, seller.id)
    name = _squeezed(seller.name or "")
    return Account(seller.platform, f"name:{name}") if name else None


def identifiers_of(listing: Listing) -> frozenset[Identifier]:
    """Everything in a listing by which its seller can be known again."""
    seller = listing.seller
    if seller is None:
        return frozenset()
    found = set()
    if account := account_of(seller):
        found.add(Identifier(IdentifierKind.ACCOUNT, str(account)))
    for kind, value in (("company", seller.name or ""), *seller.identifiers):
        found |= read_identifier(kind, value, seller.platform)
    for url in listing.pictures:
        if uploader := _UPLOADER.search(url):
            found.add(Identifier(IdentifierKind.UPLOADER, uploader[1]))
        if file := _PICTURE_FILE.search(url):
            found.add(Identifier(IdentifierKind.PICTURE, file[1]))
    return frozenset(found)


def read_identifier(kind: str, value: str, platform: Platform) -> frozenset[Identifier]:
    """The identifiers in what a page calls `kind`: none where the value is no good as one."""
    match kind:
        case "business_type" | "business_scope" | "audit_report":
            return frozenset()  # what many are, not who one is
        case "company" | "company_name":
            found = {(IdentifierKind.COMPANY, _company(value))}
        case "licence" | "license" | "social_credit_code":
            found = {(IdentifierKind.LICENCE, _licence(value))}
        case "phone" | "mobile" | "telephone" | "fax" | "whatsapp":
            found = {(IdentifierKind.PHONE, _phone(value))}
        case "email":
            found = {(IdentifierKind.EMAIL, _email(value))}
        case "wechat":
            # A WeChat id is often simply the mobile number.
            found = {
                (IdentifierKind.WECHAT, _wechat(value)),
                (IdentifierKind.PHONE, _phone(value)),
            }
        case "address" | "factory_address":
            found = {(IdentifierKind.ADDRESS, _address(value))}
        case "user_id":
            found = {
                (IdentifierKind.ACCOUNT, f"{platform}:{kind}:{value.strip()}"),
                (IdentifierKind.UPLOADER, value.strip()),
            }
        case _:
            own = value.strip()
            found = {(IdentifierKind.ACCOUNT, f"{platform}:{kind}:{own}" if own else None)}
    return frozenset(Identifier(kind, text) for kind, text in found if text)


_UPLOADER = re.compile(r"!!(\d{6,})(?:-|\.)")
"""In the file names of 1688 and Taobao: "O1CN01abc_!!2208812345678-0-cib.jpg"."""
_PICTURE_FILE = re.compile(r"/(?:kf/)?((?:[HSU]|O1CN)[0-9A-Za-z]{20,})[._]")
"""A platform names a picture's file by its content: "kf/S0f3c…b.jpg" is one file in every shop."""
_COMPANY = re.compile(
    r"(?:公司|厂|商行|经营部|合作社|工作室)(?:\W|$)"
    r"|\b(?:ltd|limited|inc|incorporated|llc|gmbh|corp|corporation|company)\W*$"
)
"""What tells a registered name from a shop's fancy one, "Factory Direct Store", of which any
number exist."""
_LEGAL_FORMS: Mapping[str, str] = {
    "limited": "ltd", "company": "co", "corporation": "corp", "incorporated": "inc",
}  # fmt: skip
_CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
"""Alphabet and weights of China's unified social credit code, GB 32100-2015."""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, _plain(text)))


def _company(name: str) -> str | None:
    plain = _plain(name)
    if not _COMPANY.search(plain):
        return None
    words = [_LEGAL_FORMS.get(word, word) for word in re.findall(r"\w+", plain)]
    squeezed = "".join(words)
    return squeezed if len(squeezed) >= 6 else None


def _licence(number: str) -> str | None:
    """A social credit code with a right check digit, or the 15 digits of the older licence."""
    code = _squeezed(number).upper()
    if re.fullmatch(r"\d{15}", code):
        return code
    if len(code) != 18 or any(character not in _CREDIT_CODE for character in code):
        return None
    total = sum(
        _CREDIT_CODE.index(character) * weight
        for character, weight in zip(code, _CREDIT_WEIGHTS, strict=False)
    )
    return code if _CREDIT_CODE[-total % 31] == code[17] else None


def _phone(number: str) -> str | None:
    """Digits with the country's code. A number without one is taken for Chinese if it fits."""
    plain = unicodedata.normalize("NFKC", number)
    digits = "".join(character for character in plain if character in "0123456789")
    stripped = digits.removeprefix("00")
    international = plain.strip().startswith("+") or stripped != digits
    if re.fullmatch(r"(?:86)?0?1[3-9]\d{9}", stripped):
        return f"+86{stripped[-11:]}"
    if not international and re.fullmatch(r"0\d{9,11}", digits):
        return f"+86{digits[1:]}"
    if re.fullmatch(r"860?\d{9,11}", stripped):
        return f"+86{stripped[2:].removeprefix('0')}"
    return f"+{stripped}" if international and 8 <= len(stripped) <= 15 else None


def _email(address: str) -> str | None:
    plain = _plain(address)
    return plain if re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+", plain) else None


def _wechat(name: str) -> str | None:
    plain = _plain(name)
    return plain if re.fullmatch(r"[a-z][a-z0-9_-]{5,19}", plain) else None


def _address(text: str) -> str | None:
    """A house, not a town: without a number thousands share it."""
    squeezed = _squeezed(text)
    return squeezed if len(squeezed) >= 8 and any(map(str.isdigit, squeezed)) else None


_MAKER = re.compile(r"厂|制造|制品|生产|加工|\b(?:factory|manufactur\w*|industr(?:y|ial|ies))\b")
_TRADER = re.compile(
    r"贸易|商贸|进出口|批发|销售|\b(?:trad(?:e|ing)|import|export|imp|exp|wholesal\w*)\b"
)
_MAKING_BADGE = re.compile(r"factory|manufactur|工厂|厂家")
_AUDIT_BADGE = re.compile(r"验厂|factory (?:inspection|audit)")
_SAID_OF_TRADE = {
    "business_type": "the platform states the business",
    "business_scope": "the licence covers",
}


def trade_signs(seller: Seller) -> tuple[str, ...]:
    """What says that the seller makes the goods, or only trades in them. Both may be said.

    From badges, audit reports, the stated business and the licence's scope, an address of a
    factory, the company's registered name.
    """
    signs = []
    for badge in seller.badges:
        if _AUDIT_BADGE.search(_plain(badge)):
            signs.append(f"maker: a factory audit, “{badge}”")
        elif _MAKING_BADGE.search(_plain(badge)):
            signs.append(f"maker: the platform's badge “{badge}”")
    for kind, value in seller.identifiers:
        if kind == "audit_report":
            signs.append(f"maker: a factory audit, “{value[:60]}”")
        elif kind == "factory_address":
            signs.append(f"maker: an address of a factory, “{value[:60]}”")
        elif kind in _SAID_OF_TRADE:
            signs += _said(value, f"{_SAID_OF_TRADE[kind]} “{{}}”")
    name = seller.name or ""
    if _COMPANY.search(_plain(name)):
        signs += _said(name, "“{}” in the company's name")
    return tuple(dict.fromkeys(signs))


def _said(text: str, sentence: str) -> list[str]:
    roles = (("maker", _MAKER), ("trader", _TRADER))
    found = [(role, pattern.search(_plain(text))) for role, pattern in roles]
    return [f"{role}: {sentence.format(match[0])}" for role, match in found if match]


class SellerList(StrEnum):
    """What the owner decided about a seller. The values are stored: never rename one."""

    ALLOW = "allow"
    WATCH = "watch"
    DENY = "deny"
    SUPPLIER = "supplier"
    """One of the brand's own suppliers: a tie to a copier is for the owner's eyes only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSeller:
    """An entry of the owner's lists. It counts up to and including `until`; None: for good."""

    on: SellerList
    identifier: Identifier
    note: str = ""
    until: date | None = None

    def holds(self, today: date) -> bool:
        return self.until is None or today <= self.until


def listed(
    entries: Iterable[ListedSeller], identifiers: Iterable[Identifier], today: date
) -> ListedSeller | None:
    """The entry that counts for a seller today: deny before allow before watch.

    A supplier's never does: it may not show in a score that others read.
    """
    known = set(identifiers)
    order = (SellerList.DENY, SellerList.ALLOW, SellerList.WATCH)
    holding = [e for e in entries if e.on in order and e.identifier in known and e.holds(today)]
    return min(holding, key=lambda e: (order.index(e.on), str(e.identifier)), default=None)
