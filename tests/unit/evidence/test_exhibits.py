"""What a person brings is sealed once, and signed as soon as somebody signs."""

import json
from datetime import timedelta

import pytest

from headwater.domain.manifests import canonical, sha256
from headwater.usecases.exhibit import ExhibitKind, add_exhibit, exhibits_of, unsigned_exhibits
from headwater.usecases.stamp import AskedAgain, sign_waiting
from tests.factories import NOON
from tests.fakes.evidence import BucketInMemory, UnsignedInMemory
from tests.unit.evidence.test_timestamps import Scripted

BODY = b"%PDF a receipt"


def add(
    bucket: BucketInMemory, *authorities: Scripted, body: bytes = BODY, name: str = "a.pdf"
) -> tuple[str, tuple[str, ...]]:
    return add_exhibit(
        body,
        file_name=name,
        brand="fjellvik",
        case="1688-1",
        kind=ExhibitKind.RECEIPT,
        note="test purchase of 3 March",
        by="owner",
        evidence=bucket,
        authorities=authorities,
        now=lambda: NOON,
        made_by={"tool": "headwater"},
    )


def test_the_file_and_its_manifest_lie_with_the_case() -> None:
    bucket = BucketInMemory()
    identifier, _ = add(bucket)
    prefix = f"{exhibits_of('fjellvik', '1688-1')}{identifier}/"
    assert list(bucket.list("")) == [f"{prefix}exhibit.pdf", f"{prefix}manifest.json"]
    text = bucket.get(f"{prefix}manifest.json")
    said = json.loads(text)
    assert canonical(said) == text
    assert said["parts"][0]["sha256"] == sha256(bucket.get(f"{prefix}exhibit.pdf"))
    assert said["note"] == "test purchase of 3 March"
    assert said["parts"][0]["media_type"] == "application/pdf"


def test_the_same_file_again_changes_nothing() -> None:
    bucket = BucketInMemory()
    first = add(bucket, Scripted("one", answers=True))
    before = {key: list(versions) for key, versions in bucket.versions.items()}
    assert add(bucket, Scripted("one", answers=True)) == first
    assert bucket.versions == before


def test_who_did_not_sign_is_named_and_asked_again() -> None:
    bucket = BucketInMemory()
    authority = Scripted("one", answers=False)
    identifier, silent = add(bucket, authority)
    assert silent == ("one",)
    authority.answers = True
    assert add(bucket, authority) == (identifier, ())
    assert any(key.endswith("manifest.json.one.tsr") for key in bucket.versions)
    assert len(set(authority.asked)) == 1


def test_what_is_unsigned_is_asked_for_every_hour_and_known_to_wait() -> None:
    bucket, unsigned = BucketInMemory(), UnsignedInMemory()
    good, late = Scripted("good", answers=True), Scripted("late", answers=False)
    add(bucket, good, late)
    add(bucket, good, late, body=b"another")
    assert len(late.asked) == 2

    def ask(hours: int) -> AskedAgain:
        return sign_waiting(
            "fjellvik",
            found=unsigned_exhibits("fjellvik", evidence=bucket, authorities=[good, late]),
            authorities=[good, late],
            evidence=bucket,
            unsigned=unsigned,
            now=NOON + timedelta(hours=hours),
        )

    asked = [ask(1), ask(2)]
    assert [(one.signed, len(one.pending)) for one in asked] == [(0, 2), (0, 2)]
    assert "late: it answered HTTP 503" in asked[0].pending[0]
    assert "late: not asked, see above" in asked[0].pending[1]
    assert len(late.asked) == 4
    waiting = unsigned.pending("fjellvik", before=NOON + timedelta(hours=3))
    assert [one.since for one in waiting] == [NOON + timedelta(hours=1)] * 2
    late.answers = True
    assert ask(3) == AskedAgain(signed=2, pending=())
    assert not unsigned.rows
    assert ask(4) == AskedAgain(signed=0, pending=())
    assert len(good.asked) == 2


@pytest.mark.parametrize("name", ["../../x", "a/b.html\n", "no ending", ".bashrc", "x." + "y" * 50])
def test_a_hostile_file_name_names_nothing_but_itself(name: str) -> None:
    bucket = BucketInMemory()
    identifier, _ = add(bucket, name=name)
    for key in bucket.versions:
        rest = key.removeprefix(f"{exhibits_of('fjellvik', '1688-1')}{identifier}/")
        assert rest == "manifest.json" or rest.startswith("exhibit")
        assert "/" not in rest
