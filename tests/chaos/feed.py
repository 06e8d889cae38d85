"""Brings a recorded log to Kafka on a thread, in its order and in waves."""

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from shop_services.traffic.replay import Pacing, Producer, connected, read_log, send_all
from shop_services.traffic.retail import Record

LOOK_SECONDS = 0.1


class Feed:
    """Sends what it is allowed to and waits for the next allowance; `sent` records are acknowledged by then."""

    def __init__(self, bootstrap: str, log: Path) -> None:
        self._bootstrap = bootstrap
        self._log = log
        self._allowed = 0
        self._failure: BaseException | None = None
        self._is_asked_to_end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self.sent = 0
        self._thread.start()

    def allow(self, records: int) -> None:
        """So many records may be sent in all."""
        self._allowed = records

    @property
    def is_done(self) -> bool:
        """True when everything allowed is sent; raises what kept it from that."""
        if self._failure is not None:
            raise self._failure
        return self.sent >= self._allowed

    def end(self) -> None:
        """Send no more."""
        self._is_asked_to_end.set()
        self._thread.join(30)

    def _run(self) -> None:
        try:
            with connected(self._bootstrap) as producer:
                records = read_log(self._log)
                while not self._is_asked_to_end.wait(LOOK_SECONDS):
                    self._send(records, producer)
        except BaseException as error:  # noqa: BLE001 - told by `is_done` on the thread that asks
            self._failure = error

    def _send(self, records: Iterator[Record], producer: Producer) -> None:
        tally = send_all(self._wanted(records), producer, Pacing(None), lambda _: None)
        if tally.failed:
            raise AssertionError(f"Kafka did not take {tally.failed} of {tally.total} records")
        self.sent += tally.total

    def _wanted(self, records: Iterator[Record]) -> Iterator[Record]:
        for record in islice(records, self._allowed - self.sent):
            yield record
            if self._is_asked_to_end.is_set():
                return
