"""The nightly report: a state that is read once, and what its pages say of it."""

from headwater.usecases.report.words import page_name

__all__ = ["page_name"]
