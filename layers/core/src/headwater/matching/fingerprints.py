"""Fingerprints of a picture by imagehash; only hashes that need neither scipy nor PyWavelets."""

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headwater.domain.fingerprints import Fingerprint, FingerprintKind
from headwater.matching.images import open_picture

DETAILED_BITS = 256


def fingerprint(data: bytes) -> tuple[Fingerprint, ...]:
    """The fingerprints of a picture file: dhash/64, dhash/256, ahash/64.

    Raises UnreadablePicture.
    """
    return fingerprints_of(open_picture(data))


def fingerprints_of(picture: Image.Image) -> tuple[Fingerprint, ...]:
    """The same of a picture that is already decoded."""
    small = picture.convert("L")
    small.thumbnail((256, 256), Image.Resampling.BOX)
    return (
        _from(FingerprintKind.DHASH, imagehash.dhash(small, hash_size=8)),
        _from(FingerprintKind.DHASH, imagehash.dhash(small, hash_size=16)),
        _from(FingerprintKind.AHASH, imagehash.average_hash(small, hash_size=8)),
    )


def detailed_dhash(picture: Image.Image) -> NDArray[np.uint8]:
    """dhash/256 as 32 bytes, to compare with many at once."""
    detailed = next(one for one in fingerprints_of(picture) if one.width == DETAILED_BITS)
    return np.frombuffer(detailed.bits.to_bytes(DETAILED_BITS // 8, "big"), np.uint8)


def _from(kind: FingerprintKind, value: imagehash.ImageHash) -> Fingerprint:
    bits = np.asarray(value.hash, dtype=bool).ravel()
    return Fingerprint(kind, bits.size, int.from_bytes(np.packbits(bits).tobytes(), "big"))
