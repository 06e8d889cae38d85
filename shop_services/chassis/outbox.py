"""State and messages in one transaction, then at least once to Kafka, in the order in which they were committed."""

import threading
import time

import msgspec
import structlog

from shop_services.chassis.background import Background
from shop_services.chassis.bus import Bus, BusRecord, Publisher
from shop_services.chassis.errors import BusUnavailable, DatabaseUnavailable
from shop_services.chassis.metrics import ServiceMetrics
from shop_services.chassis.pipeline import Published
from shop_services.chassis.rows import Database, Tables
from shop_services.contracts.envelope import decode, encode, headers, key

_BATCH = 500
_LOOK_ANYWAY_SECONDS = 1.0
_PAUSES_SECONDS = (0.1, 0.5, 1.0, 2.0)

_log = structlog.get_logger()


class Outbox(msgspec.Struct, frozen=True):
    """One message on its way out; `committed` is wall-clock time in seconds."""

    number: int
    topic: str
    value: bytes
    committed: float


def prepare_outbox(tables: Tables) -> None:
    """Make sure the table exists."""
    tables.rows(Outbox)


def put_in_outbox(tables: Tables, published: list[Published]) -> None:
    """Call it in the transaction that changes the state."""
    rows = tables.rows(Outbox)
    for topic, envelope, _ in published:
        rows.put(Outbox(tables.next_id("outbox"), topic, encode(envelope), time.time()))


class Relay(Background):
    """A thread that publishes what the outbox holds; `wake` it after a commit."""

    def __init__(self, service: str, database: Database, bus: Bus, metrics: ServiceMetrics) -> None:
        super().__init__("relay", self._run)
        self._database = database
        self._bus = bus
        self._failures = metrics.bus_failures.labels(service, "out")
        self._seconds = metrics.relay_seconds.labels(service)
        self._pending = metrics.outbox_pending.labels(service)
        self._wakened = threading.Event()
        self._publisher: Publisher | None = None
        self.failed_in_a_row = 0

    def wake(self) -> None:
        """There is something to publish."""
        self._wakened.set()

    def stop(self, timeout: float = 15.0) -> None:
        """Publish what is left, once, and end."""
        self.stopping.set()  # before it wakes
        self.wake()
        super().stop(timeout)

    def relay(self) -> int:
        """Publish one batch; how many messages that were. Raises BusUnavailable or DatabaseUnavailable."""
        with self._database.snapshot() as tables:
            batch = tables.rows(Outbox).page(0, _BATCH)
        self._pending.set(len(batch))
        if batch:
            self._publish(batch)
            with self._database.transaction() as tables:
                tables.rows(Outbox).delete_until(batch[-1].number)
            self._pending.set(0)
        return len(batch)

    def _publish(self, batch: list[Outbox]) -> None:
        publisher = self._connected()
        try:
            publisher.send([_as_record(entry) for entry in batch])
        except BusUnavailable:
            # A producer that was refused once refuses ever after.
            publisher.close()
            self._publisher = None
            raise
        now = time.time()
        for entry in batch:
            self._seconds.observe(now - entry.committed)

    def _connected(self) -> Publisher:
        if self._publisher is None:
            self._publisher = self._bus.publisher()
        return self._publisher

    def _run(self) -> None:
        while True:
            is_last = self.stopping.is_set()
            self._drain()
            if is_last:
                break
            self._wakened.wait(_LOOK_ANYWAY_SECONDS)
            self._wakened.clear()
        if self._publisher is not None:
            self._publisher.close()

    def _drain(self) -> None:
        try:
            self._connected()  # at once, so that the first message need not wait for it
            while self.relay() == _BATCH:
                continue
            self.failed_in_a_row = 0
        except (BusUnavailable, DatabaseUnavailable) as error:
            self._failures.inc()
            _log.warning("outbox waits", reason=str(error), failed_in_a_row=self.failed_in_a_row)
            time.sleep(_PAUSES_SECONDS[min(self.failed_in_a_row, len(_PAUSES_SECONDS) - 1)])
            self.failed_in_a_row += 1
            if not self.stopping.is_set():
                self._wakened.set()


def _as_record(entry: Outbox) -> BusRecord:
    envelope = decode(entry.value)
    return BusRecord(entry.topic, key(envelope), entry.value, headers(envelope))
