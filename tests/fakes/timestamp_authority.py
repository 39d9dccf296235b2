"""The demo's timestamp authority, for tests: without the openssl command they are skipped."""

from dataclasses import dataclass

import pytest

from headwater_demo import timestamp_authority
from headwater_demo.timestamp_authority import NoOpenssl, served

__all__ = ["OpensslAuthority", "served"]


@dataclass
class OpensslAuthority(timestamp_authority.OpensslAuthority):
    """Skips the test where there is nothing to sign with."""

    def __post_init__(self) -> None:
        try:
            super().__post_init__()
        except NoOpenssl as missing:
            pytest.skip(str(missing))
