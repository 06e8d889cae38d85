"""Makes the Faust app that batch topics and batch tables need."""

from typing import Any

import faust

from stream_app.batching.agent import BatchAgent
from stream_app.batching.stream import BatchStream
from stream_app.batching.transport import register


def batch_app(name: str, *, broker: str, **settings: Any) -> faust.App:
    """A `faust.App` whose agents can read batch topics; `broker` is `batchkafka://host:port`, the rest is Faust's."""
    register()
    return faust.App(name, broker=broker, **{"Stream": BatchStream, "Agent": BatchAgent, **settings})
