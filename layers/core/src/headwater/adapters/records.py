"""Domain records to JSON-ready values and back, strictly."""

from typing import Any, TypeVar

from pydantic import TypeAdapter

Record = TypeVar("Record")
_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def encode(record: object) -> dict[str, Any]:
    """A dataclass as JSON-ready values: decimals as strings, times as ISO 8601, enums as values."""
    encoded: dict[str, Any] = _adapter(type(record)).dump_python(record, mode="json")
    return encoded


def decode(record_type: type[Record], values: dict[str, Any]) -> Record:
    """The record back. Raises ValueError (pydantic's) when the values do not fit."""
    record: Record = _adapter(record_type).validate_python(values)
    return record


def _adapter(record_type: type) -> TypeAdapter[Any]:
    """Made once for each type: to build one costs more than a thousand uses of it."""
    if record_type not in _ADAPTERS:
        _ADAPTERS[record_type] = TypeAdapter(record_type)
    return _ADAPTERS[record_type]
