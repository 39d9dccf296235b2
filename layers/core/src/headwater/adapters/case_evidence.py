"""What is kept about a case, for a mail: the looks at it, and one small picture made of two."""

import hashlib
import io
from collections.abc import Sequence

from headwater.adapters.desk import reference_key
from headwater.adapters.dynamodb.captures import Captures
from headwater.adapters.store import Bucket
from headwater.domain.alerts import CaseEvidence
from headwater.domain.brands import Brand
from headwater.domain.captures import Capture, Part
from headwater.domain.cases import Case
from headwater.domain.pictures import UnreadablePicture

_SIDE = 260
_GAP = 12
_COLOURS = 192


class KeptEvidence:
    """Reads the captures of a brand's cases, and draws their pictures anew."""

    def __init__(self, brand: Brand, *, captures: Captures, evidence: Bucket, work: Bucket) -> None:
        self._brand = brand
        self._captures = captures
        self._evidence = evidence
        self._work = work

    def of_case(self, case: Case) -> CaseEvidence:
        captures = self._captures.of_listing(self._brand.id, case.listing.key)
        try:
            picture = self._picture(case, captures)
        except Exception:  # noqa: BLE001 - the list of the evidence is worth more than its picture
            picture = None
        return CaseEvidence(case=case, captures=tuple(captures), picture=picture)

    def _picture(self, case: Case, captures: Sequence[Capture]) -> bytes | None:
        """The brand's picture beside the one that looks like it, else the listing's first alone."""
        best = max(case.pictures, key=lambda one: one.probability, default=None)
        if best is None:
            first = next((part for capture in captures for part in capture.pictures), None)
            return None if first is None else side_by_side([self._of_listing(first)])
        part = next(
            (
                part
                for capture in captures
                if capture.id == best.capture_id
                for part in capture.parts
                if part.name == best.part_name
            ),
            None,
        )
        own = next((one for one in self._brand.references if one.id == best.reference_id), None)
        if part is None or own is None:
            return None
        ours = self._work.get(reference_key(self._brand.id, own.sha256))
        return side_by_side([ours, self._of_listing(part)])

    def _of_listing(self, part: Part) -> bytes:
        data = self._evidence.get(part.stored.key, part.stored.version_id)
        if hashlib.sha256(data).hexdigest() != part.sha256:
            raise UnreadablePicture("the stored file is not the one that was kept")
        return data


def side_by_side(pictures: Sequence[bytes]) -> bytes:
    """The pictures in one row as a PNG of our own; nothing of the originals' bytes is in it.

    Raises UnreadablePicture.
    """
    from PIL import Image  # noqa: PLC0415 - a run without a mail draws nothing

    from headwater.matching.images import open_picture  # noqa: PLC0415

    row = Image.new("RGB", (len(pictures) * (_SIDE + _GAP) - _GAP, _SIDE), "white")
    for place, data in enumerate(pictures):
        small = open_picture(data)
        small.thumbnail((_SIDE, _SIDE))
        left = place * (_SIDE + _GAP) + (_SIDE - small.width) // 2
        row.paste(small, (left, (_SIDE - small.height) // 2))
    buffer = io.BytesIO()
    row.quantize(_COLOURS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
