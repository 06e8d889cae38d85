"""When records arrived, by the monitor's clock: what the times in them are held against.

It is told by the record alone. A reader's own clock would say something else whenever a record is read again, and an
event whose time is corrected would then be counted in two buckets.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.clock import Clock
from shop_services.contracts.envelope import ARRIVED

if TYPE_CHECKING:  # who only records need not load the worker's framework
    from stream_app.batching import Record


def arrived(records: "Iterable[Record]", clock: Clock) -> NDArray[np.int64]:
    """(n,) when each record was written; of a recorded log, what its header says. In ms, 0: not known."""
    if clock.now_ms():
        written = np.array([record.timestamp for record in records], np.int64)
        return np.where(written > 0, clock.of(written), 0)
    return np.array([_noted(record) for record in records], np.int64)


def _noted(record: "Record") -> int:
    for name, value in record.headers:
        if name == ARRIVED and value is not None and value.isdigit():
            return int(value[:18])
    return 0
