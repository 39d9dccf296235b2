"""Stream records as queues deliver them: the row that was written, as a domain record."""

import json
from typing import Any, TypeVar

import boto3

from headwater.adapters.records import decode, encode
from headwater.domain.listings import Sighting

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


class CaptureQueue:
    """The way into the capture for what is no new listing: a message as the outbox writes it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = boto3.client("sqs")

    def send(self, sighting: Sighting) -> None:
        record = {"S": json.dumps(encode(sighting), ensure_ascii=False)}
        message = {"eventName": "INSERT", "dynamodb": {"NewImage": {"record": record}}}
        body = json.dumps(message, ensure_ascii=False)
        self._client.send_message(QueueUrl=self._url, MessageBody=body)
