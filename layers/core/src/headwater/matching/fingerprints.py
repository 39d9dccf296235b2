"""Fingerprints of a picture by imagehash; only hashes that need neither scipy nor PyWavelets."""

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headwater.domain.fingerprints import Fingerprint, FingerprintKind
from headwater.matching.images import open_picture


def fingerprint(data: bytes) -> tuple[Fingerprint, ...]:
    """The fingerprints of a picture file: dhash/64, dhash/256, ahash/64.

    Raises UnreadablePicture.
    """
    return fingerprints_of(open_picture(data))


def fingerprints_of(picture: Image.Image) -> tuple[Fingerprint, ...]:
    """The same of a picture that is already decoded."""
    small = _small(picture)
    return (
        _from(FingerprintKind.DHASH, imagehash.dhash(small, hash_size=8)),
        _from(FingerprintKind.DHASH, imagehash.dhash(small, hash_size=16)),
        _from(FingerprintKind.AHASH, imagehash.average_hash(small, hash_size=8)),
    )


def detailed_fingerprint(data: bytes) -> Fingerprint:
    """dhash/256 of a picture file, by which it is known again. Raises UnreadablePicture."""
    return _from(FingerprintKind.DHASH, imagehash.dhash(_small(open_picture(data)), hash_size=16))


def detailed_dhash(picture: Image.Image) -> NDArray[np.uint8]:
    """dhash/256 as 32 bytes, to compare with many at once."""
    return np.packbits(imagehash.dhash(_small(picture), hash_size=16).hash)


def _small(picture: Image.Image) -> Image.Image:
    small = picture.convert("L")
    small.thumbnail((256, 256), Image.Resampling.BOX)
    return small


def _from(kind: FingerprintKind, value: imagehash.ImageHash) -> Fingerprint:
    bits = np.asarray(value.hash, dtype=bool).ravel()
    return Fingerprint(kind, bits.size, int.from_bytes(np.packbits(bits).tobytes(), "big"))
