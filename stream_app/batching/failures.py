"""Which errors pass by themselves, so that waiting is right and blaming a record is wrong."""

from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from faust.exceptions import ProducerSendError

from stream_app.batching.errors import PartitionNotOwned


def is_passing(error: BaseException) -> bool:
    """True for an error of the broker, the network or the assignment that a later attempt may not meet."""
    if isinstance(error, KafkaConnectionError | KafkaTimeoutError | PartitionNotOwned):
        return True
    if isinstance(error, KafkaError):
        return bool(error.retriable)
    return isinstance(error, ProducerSendError | OSError | TimeoutError)
