"""The transport behind `batchkafka://host:port`."""

from typing import Any, ClassVar

from faust.transport import drivers
from faust.transport.drivers import aiokafka

from stream_app.batching.conductor import BatchConductor
from stream_app.batching.consumer import BatchConsumer
from stream_app.batching.produce import BatchProducer

SCHEME = "batchkafka"


class Transport(aiokafka.Transport):
    """Kafka through aiokafka, with batches for batch topics; other topics work as with `kafka://`."""

    Consumer: ClassVar[Any] = BatchConsumer
    Producer: ClassVar[Any] = BatchProducer
    Conductor: ClassVar[Any] = BatchConductor


def register() -> None:
    """Make the scheme known to Faust where the package is not installed, and so has no entry point."""
    drivers.TRANSPORTS.aliases.setdefault(SCHEME, f"{__name__}:Transport")
