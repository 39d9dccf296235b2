"""The traces table: where each picture and each seller was seen, to know them again."""

import json
from collections.abc import Iterable
from hashlib import sha256
from itertools import islice
from typing import TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from headwater.adapters.dynamodb.tables import bind
from headwater.adapters.records import decode, encode
from headwater.domain.fingerprints import SAME_PICTURE, Fingerprint
from headwater.domain.sellers import Identifier
from headwater.domain.traces import PictureTrace, SellerTrace, nearest

_MOST = 200
"""Rows that are read under one key. A key that has more, a plain picture, says little anyway."""
_Trace = TypeVar("_Trace", PictureTrace, SellerTrace)


class _Row(Model):
    class Meta:
        table_name = "unbound"

    trace = UnicodeAttribute(hash_key=True)
    listing = UnicodeAttribute(range_key=True)
    record = UnicodeAttribute()


class Traces:
    """A picture is written under twelve keys, once; to ask for one reads those twelve."""

    def __init__(self, table: str) -> None:
        self._row = bind(_Row, table)

    def pictures_like(self, brand: str, fingerprint: Fingerprint) -> list[tuple[int, PictureTrace]]:
        """The pictures within SAME_PICTURE bits with their distance, the nearest first."""
        found = {
            (trace.listing, trace.sha256): trace
            for band in fingerprint.bands()
            for trace in self._under(f"{brand}#picture#{band}", PictureTrace)
        }
        return nearest(list(found.values()), fingerprint, SAME_PICTURE)

    def keep_picture(self, brand: str, trace: PictureTrace) -> None:
        """The same again changes nothing."""
        self._keep(
            (f"{brand}#picture#{band}" for band in trace.fingerprint.bands()),
            f"{trace.listing}#{trace.sha256}",
            trace,
        )

    def listings_of(self, brand: str, identifiers: Iterable[Identifier]) -> list[SellerTrace]:
        """The listings of whoever is known by one of the identifiers, by listing."""
        found = {
            trace.listing: trace
            for identifier in identifiers
            for trace in self._under(_seller_key(brand, identifier), SellerTrace)
        }
        return [found[listing] for listing in sorted(found)]

    def keep_seller(
        self, brand: str, identifiers: Iterable[Identifier], trace: SellerTrace
    ) -> None:
        """The same again changes nothing."""
        keys = (_seller_key(brand, identifier) for identifier in identifiers)
        self._keep(keys, str(trace.listing), trace)

    def _under(self, key: str, kind: type[_Trace]) -> list[_Trace]:
        rows = islice(self._row.query(key, consistent_read=True, limit=_MOST), _MOST)
        return [decode(kind, json.loads(row.record)) for row in rows]

    def _keep(self, keys: Iterable[str], listing: str, trace: PictureTrace | SellerTrace) -> None:
        record = json.dumps(encode(trace), ensure_ascii=False)
        with self._row.batch_write() as batch:
            for key in keys:
                batch.save(self._row(key, listing, record=record))


def _seller_key(brand: str, identifier: Identifier) -> str:
    """A key has at most 2,048 bytes, and a stranger chooses what he is called."""
    return f"{brand}#seller#{sha256(str(identifier).encode()).hexdigest()}"
