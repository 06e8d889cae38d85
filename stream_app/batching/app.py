"""Makes the Faust app that batch topics and batch tables need."""

from typing import Any

import faust

from stream_app.batching.agent import BatchAgent
from stream_app.batching.stream import BatchStream
from stream_app.batching.transport import register

# Faust's 20 minutes would let a worker that lost its partitions write to their changelogs that much later.
SEND_SECONDS = 30.0


def batch_app(name: str, *, broker: str, **settings: Any) -> faust.App:
    """A `faust.App` whose agents can read batch topics; `broker` is `batchkafka://host:port`, the rest is Faust's."""
    register()
    ours = {"Stream": BatchStream, "Agent": BatchAgent, "producer_request_timeout": SEND_SECONDS}
    return faust.App(name, broker=broker, **{**ours, **settings})
