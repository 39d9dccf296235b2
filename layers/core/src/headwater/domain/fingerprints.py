"""Perceptual fingerprints: a picture as a few bits, so that near copies differ in few of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class FingerprintKind(StrEnum):
    """How the bits were taken. The values are stored: never rename one."""

    DHASH = "dhash"
    """Whether the brightness rises from one cell to its right neighbour."""
    AHASH = "ahash"
    """Whether a cell is brighter than the picture's mean."""


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """`width` bits of one kind, most significant bit first (top left cell, row by row)."""

    kind: FingerprintKind
    width: int
    bits: int

    def __post_init__(self) -> None:
        if self.width < 1 or not 0 <= self.bits < 1 << self.width:
            raise ValueError(f"not {self.width} bits: {self.bits:#x}")

    def distance(self, other: Self) -> int:
        """The number of bits that differ. Raises ValueError between kinds or widths."""
        if (self.kind, self.width) != (other.kind, other.width):
            raise ValueError(f"{self} and {other} cannot be compared")
        return (self.bits ^ other.bits).bit_count()

    def __str__(self) -> str:
        return f"{self.kind}/{self.width}/{self.bits:0{-(-self.width // 4)}x}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "dhash/64/0f…" back, exactly as `str()` wrote it. Raises ValueError else."""
        try:
            kind, width, digits = text.split("/")
            fingerprint = cls(FingerprintKind(kind), int(width), int(digits, 16))
        except ValueError:
            raise ValueError(f"not a fingerprint: {text!r}") from None
        if str(fingerprint) != text:
            raise ValueError(f"not a fingerprint: {text!r}")
        return fingerprint
