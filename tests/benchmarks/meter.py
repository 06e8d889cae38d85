"""A contestant's own watch: from the first record in hand to the last one done."""

import asyncio
import time
from typing import Any

from tests.benchmarks.order import Order, Result


class Meter:
    """Counts records; `is_over` when all are done or the time is."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self.records = 0
        self.over = asyncio.Event()  # for whoever waits in the same loop
        self._began = self._ended = 0.0
        self._cpu_began = self._cpu_ended = 0.0

    def begin(self) -> None:
        """Records are in hand; only the first call counts."""
        if not self._began:
            self._began, self._cpu_began = time.perf_counter(), time.process_time()

    def done(self, records: int) -> None:
        """So many more are done."""
        self.records += records
        self._ended = time.perf_counter()
        if self.is_over:
            self._cpu_ended = self._cpu_ended or time.process_time()
            self.over.set()

    @property
    def wanted(self) -> int:
        """Records there are to read."""
        return self._order.records

    @property
    def is_over(self) -> bool:
        """Nothing more is to be measured."""
        return self.records >= self._order.records or self._ended - self._began > self._order.seconds > 0

    def result(self, **checks: Any) -> Result:
        """The figures, once the meter is over."""
        is_complete = self.records >= self._order.records
        return Result(
            self.records, self._ended - self._began, self._cpu_ended - self._cpu_began, is_complete, dict(checks)
        )
