"""Records as a Kafka client gives them, and lines of a recording."""

from collections.abc import Sequence
from typing import NamedTuple

from stream_app.recording.lines import Line


class Written(NamedTuple):
    """One record; `timestamp` in ms since the epoch."""

    offset: int
    timestamp: int
    value: bytes | None
    key: bytes | None = b"1"
    headers: Sequence[tuple[str, bytes | None]] = ()


def arrived_at(arrived: int, source: str = "cart-events/0", offset: int = 0) -> Line:
    """A line of which only its place in time matters."""
    return Line(arrived, source, offset, b'{"at":%d}\n' % arrived)
