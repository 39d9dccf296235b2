"""Stream records as queues deliver them: the row that was written, as a domain record."""

import json
from typing import Any, TypeVar

from headwater.adapters.records import decode

Record = TypeVar("Record")


def new_record(record_type: type[Record], body: str) -> Record:
    """The `record` attribute of the new image in one message of a table's outbox.

    Raises ValueError when the message is not one; the queue then keeps it for a person.
    """
    message: dict[str, Any] = json.loads(body)
    try:
        image = message["dynamodb"]["NewImage"]["record"]["S"]
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a stream record of ours: {body[:200]}") from error
    return decode(record_type, json.loads(image))
