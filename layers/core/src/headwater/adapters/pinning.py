"""Who signs for a timestamp authority: what its answer brings along, for the owner to compare."""

import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import certifi
import rfc3161_client
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from headwater.verifier import may_sign_others


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One certificate of a chain. `sha256` is the fingerprint that authorities publish."""

    pem: str
    subject: str
    issuer: str
    until: datetime
    sha256: str
    signs_others: bool


def chain_in(reply: bytes) -> tuple[Certificate, ...]:
    """The certificates that a reply brings along, the signer first, and the root that this machine
    knows for them, if it does. Nothing of it is to be trusted before somebody compared it.
    """
    found = rfc3161_client.decode_timestamp_response(reply).signed_data.certificates
    brought = [x509.load_der_x509_certificate(der) for der in found]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old roots with serial numbers that are none
        roots = x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())
    # A root that is brought along proves nothing, the same one known from elsewhere does.
    chain = [one for one in brought if one not in roots]
    for root in roots:
        if root in brought or any(_issued(one, root) for one in chain):
            chain.append(root)
    described = [
        Certificate(
            pem=one.public_bytes(Encoding.PEM).decode(),
            subject=one.subject.rfc4514_string(),
            issuer=one.issuer.rfc4514_string(),
            until=one.not_valid_after_utc,
            sha256=one.fingerprint(SHA256()).hex(),
            signs_others=may_sign_others(one),
        )
        for one in chain
    ]
    return tuple(sorted(described, key=lambda one: (one.signs_others, one.subject == one.issuer)))


def _issued(one: x509.Certificate, root: x509.Certificate) -> bool:
    if one.issuer != root.subject:
        return False
    try:
        one.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
