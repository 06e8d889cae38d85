"""Brings a recorded log to Kafka on a thread, in its order, at a pace."""

import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from shop_services.traffic.replay import Pacing, Tally, connected, read_log, send_all
from shop_services.traffic.retail import Record

LOOK_EVERY = 500  # records between two looks at the clock


class Feed:
    """Sends the first `at_once` records as fast as Kafka takes them, the others `per_second`.

    A head start matters where workers are compared with a replay: while a partition is behind, nothing is taken for
    complete that another partition's records, still in the producer's hands, would change.
    """

    def __init__(self, bootstrap: str, log: Path, at_once: int, per_second: float) -> None:
        self._bootstrap = bootstrap
        self._log = log
        self._at_once = at_once
        self._per_second = per_second
        self._failure: BaseException | None = None
        self._is_asked_to_end = threading.Event()
        self.is_ahead = threading.Event()  # the head start is sent
        self.tally = Tally()
        self.thread = threading.Thread(target=self._run, name="feed", daemon=True)

    @property
    def has_ended(self) -> bool:
        """True when everything is sent; raises what kept it from that."""
        if self._failure is not None:
            raise self._failure
        return not self.thread.is_alive()

    def end(self) -> None:
        """Send no more."""
        self._is_asked_to_end.set()
        self.thread.join(30)

    def _run(self) -> None:
        try:
            with connected(self._bootstrap) as producer:
                self.tally = send_all(self._paced(read_log(self._log)), producer, Pacing(None), lambda _: None)
            if self.tally.failed:
                raise AssertionError(f"Kafka did not take {self.tally.failed} of {self.tally.total} records")
        except BaseException as error:  # noqa: BLE001 - told by `has_ended` on the thread that asks
            self._failure = error
        finally:
            self.is_ahead.set()

    def _paced(self, records: Iterable[Record]) -> Iterator[Record]:
        begun = 0.0
        for number, record in enumerate(records):
            if number % LOOK_EVERY == 0 and self._is_asked_to_end.is_set():
                return
            if number == self._at_once:
                self.is_ahead.set()
                begun = time.monotonic()
            if number > self._at_once and number % LOOK_EVERY == 0:
                due = begun + (number - self._at_once) / self._per_second
                time.sleep(max(0.0, due - time.monotonic()))
            yield record
