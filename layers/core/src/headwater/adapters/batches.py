"""Messages of a queue one by one: what failed goes back to the queue, and the log says why."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType


def of_queue(logger: Logger) -> BatchProcessor:
    """A batch in which every message may fail without the function failing.

    A failed message is tried again and ends among the dead letters, which have an alarm. An error
    of the function is an alarm at once, so it is kept for what no second try mends.
    """
    their_logger: Any = logger  # Powertools' own Logger is no logging.Logger by its types
    return BatchProcessor(
        event_type=EventType.SQS, raise_on_entire_batch_failure=False, logger=their_logger
    )
