"""Domain records to JSON-ready values and back, strictly."""

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

Record = TypeVar("Record")


@cache
def _adapter(record_type: type[Record]) -> TypeAdapter[Record]:
    return TypeAdapter(record_type)


def encode(record: object) -> dict[str, Any]:
    """A dataclass as JSON-ready values: decimals as strings, times as ISO 8601, enums as values."""
    encoded: dict[str, Any] = _adapter(type(record)).dump_python(record, mode="json")
    return encoded


def decode(record_type: type[Record], values: dict[str, Any]) -> Record:
    """The record back. Raises ValueError (pydantic's) when the values do not fit."""
    return _adapter(record_type).validate_python(values)
