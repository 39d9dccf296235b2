"""`headwater verify`: check a capture, a case's folder or a bundle, offline and without AWS."""

from headwater.verifier import add_arguments, run

__all__ = ["add_arguments", "run"]
