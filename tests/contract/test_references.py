"""A reference is analysed once; what is kept of it is as good as the picture."""

from dataclasses import replace

import pytest

from headwater.adapters.desk import reference_key
from headwater.adapters.references import analysed_key, picture_matcher
from headwater.adapters.store import Bucket, NoSuchObject
from headwater.domain.brands import Product, Reference
from headwater.domain.manifests import sha256
from tests.factories import BRAND
from tests.unit.matching.drawn_pictures import encoded, product

pytestmark = pytest.mark.local_aws

PICTURES = {f"mug/{seed}.jpg": encoded(product(seed)) for seed in (1, 2)}
REFERENCES = tuple(
    Reference(id=name, product="mug", sha256=sha256(data)) for name, data in PICTURES.items()
)
OWNER = replace(BRAND, products=(Product(id="mug", name="Mug", references=REFERENCES),))


@pytest.fixture
def work(buckets: dict[str, str]) -> Bucket:
    bucket = Bucket(buckets["WorkBucket"])
    for reference in REFERENCES:
        key = reference_key(OWNER.id, reference.sha256)
        bucket.put(key, PICTURES[reference.id], "image/jpeg")
    return bucket


def found(work: Bucket) -> list[str]:
    matcher = picture_matcher(OWNER, work)
    return [matcher.find(data)[0].reference_id for data in PICTURES.values()]


def test_the_second_process_needs_no_picture(work: Bucket) -> None:
    assert found(work) == list(PICTURES)
    for reference in REFERENCES:
        work.delete(reference_key(OWNER.id, reference.sha256))
    assert found(work) == list(PICTURES)


def test_an_analysis_that_cannot_be_read_is_made_anew(work: Bucket) -> None:
    key = analysed_key(OWNER.id, REFERENCES[0].sha256)
    work.put(key, b"of another version", "application/octet-stream")
    assert found(work) == list(PICTURES)
    assert work.get(key) != b"of another version"


def test_a_picture_that_was_never_pushed_is_named(work: Bucket) -> None:
    gone = reference_key(OWNER.id, REFERENCES[1].sha256)
    work.delete(gone)
    with pytest.raises(NoSuchObject, match=gone):
        picture_matcher(OWNER, work)
