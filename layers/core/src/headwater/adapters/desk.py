"""The compiled configuration in the work bucket: what every function reads about the brands."""

import json

from headwater.adapters.records import decode, encode
from headwater.adapters.store import Bucket
from headwater.domain.brands import Desk

_KEY = "config/desk.json"


def read_desk(work: Bucket) -> Desk:
    """Raises NoSuchObject when `headwater config push` was never run."""
    return decode(Desk, json.loads(work.get(_KEY)))


def write_desk(work: Bucket, desk: Desk) -> None:
    work.put(_KEY, json.dumps(encode(desk), ensure_ascii=False).encode(), "application/json")


def reference_key(brand: str, sha256: str) -> str:
    """Where one of the brand's own pictures lies in the work bucket."""
    return f"config/references/{brand}/{sha256}"


def search_picture_key(sha256: str) -> str:
    """Where the small copy of a picture lies that is sent to the searches by picture."""
    return f"config/search-pictures/{sha256}.jpg"
