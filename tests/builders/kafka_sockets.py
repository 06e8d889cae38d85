"""Sockets of kafka-python that are closed when nobody holds them any more.

kafka-python 3.0 leaves the socket of a connection that was refused, or that it was still opening when its client was
closed, to the garbage collector. Python warns of that in whichever test happens to run then, and warnings are errors
here; our own sockets shall go on to be told.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from kafka.net.inet import KafkaNetSocket


class CollectedSocket(socket.socket):
    """Closes itself without a warning when it is collected."""

    def __del__(self) -> None:
        self.close()


@contextmanager
def closed_when_collected() -> Iterator[None]:
    """While this lasts kafka-python connects by `CollectedSocket`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KafkaNetSocket, "socket", lambda _self, *kind: CollectedSocket(*kind))
        yield
