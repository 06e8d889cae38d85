"""Brings a recorded log to Kafka on a thread, in its order, at a pace."""

import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from shop_services.traffic.replay import Pacing, connected, read_log, send_all
from shop_services.traffic.retail import Record

LOOK_EVERY = 100  # records between two looks at the clock


class Feed:
    """Sends what it may: `allow` says up to which record, and `per_second` how fast behind the head start.

    Records that workers and a replay are to judge alike must not come as fast as the workers read. A partition that is
    read to its end counts as complete, but what belongs before it in another partition may still be in the producer's
    hands. So either the log's time passes no faster than the allowed lateness forgives, or the feed stays ahead.
    """

    def __init__(self, bootstrap: str, log: Path, at_once: int, per_second: float | None) -> None:
        self._bootstrap = bootstrap
        self._log = log
        self._at_once = at_once
        self._per_second = per_second
        self._allowed = at_once
        self._failure: BaseException | None = None
        self._is_asked_to_end = threading.Event()
        self.is_ahead = threading.Event()  # the head start is sent
        self.thread = threading.Thread(target=self._run, name="feed", daemon=True)

    @property
    def has_ended(self) -> bool:
        """True when everything is sent; raises what kept it from that."""
        if self._failure is not None:
            raise self._failure
        return not self.thread.is_alive()

    def allow(self, records: int) -> None:
        """So many records may be sent in all."""
        self._allowed = max(self._allowed, records)

    def end(self) -> None:
        """Send no more."""
        self._is_asked_to_end.set()
        self.thread.join(30)

    def _run(self) -> None:
        try:
            with connected(self._bootstrap) as producer:
                tally = send_all(self._paced(read_log(self._log)), producer, Pacing(None), lambda _: None)
            if tally.failed:
                raise AssertionError(f"Kafka did not take {tally.failed} of {tally.total} records")
        except BaseException as error:  # noqa: BLE001 - told by `has_ended` on the thread that asks
            self._failure = error
        finally:
            self.is_ahead.set()

    def _paced(self, records: Iterable[Record]) -> Iterator[Record]:
        begun = 0.0
        for number, record in enumerate(records):
            if number == self._at_once:
                self.is_ahead.set()
                begun = time.monotonic()
            if number >= self._at_once and number % LOOK_EVERY == 0:
                self._wait_for(number, begun)
            if self._is_asked_to_end.is_set():
                return
            yield record

    def _wait_for(self, number: int, begun: float) -> None:
        """Wait until a record is due and allowed, or until the feed is to end."""
        if self._per_second is not None:
            due = begun + (number - self._at_once) / self._per_second
            self._is_asked_to_end.wait(max(0.0, due - time.monotonic()))
        while self._per_second is None and number >= self._allowed and not self._is_asked_to_end.wait(0.05):
            continue
