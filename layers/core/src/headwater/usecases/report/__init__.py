"""The nightly report: a state that is read once, and what its pages say of it."""

from headwater.usecases.report.words import defanged, page_name

__all__ = ["defanged", "page_name"]
