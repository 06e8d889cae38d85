"""Logs to Kafka, without a Kafka."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shop_services.contracts.envelope import decode
from shop_services.traffic.errors import UnreadableLog
from shop_services.traffic.faults import Faults
from shop_services.traffic.generate import Generation, Wish, write_log
from shop_services.traffic.replay import Pacing, Producer, between, read_log, send_all
from shop_services.traffic.retail import Record

START = datetime(2026, 3, 4, 12, tzinfo=UTC)


@dataclass
class Sending:
    """A send that succeeds, or fails at once."""

    fails: bool

    def add_errback(self, errback: Callable[[object], object]) -> None:
        if self.fails:
            errback(TimeoutError())


@dataclass
class ListProducer:
    """Keeps what it was sent."""

    fails: bool = False
    sent: list[tuple[str, bytes, bytes, dict[str, bytes]]] = field(default_factory=list)
    flushes: int = 0

    def send(self, topic: str, *, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> Sending:
        self.sent.append((topic, key, value, dict(headers)))
        return Sending(self.fails)

    def flush(self, timeout: float | None = None) -> None:
        self.flushes += 1


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A short log with late messages."""
    path = tmp_path / "log.jsonl.gz"
    write_log(Generation.of(Wish(0.02, 3, START, faults=Faults(late=0.05))), path, lambda messages, share: None)
    return path


def test_every_record_is_sent_in_order_with_key_and_headers(log: Path) -> None:
    producer: Producer = (kept := ListProducer())

    tally = send_all(read_log(log), producer, Pacing(None), lambda sent: None)

    records = list(read_log(log))
    assert [(topic, key, value) for topic, key, value, _ in kept.sent] == [record[:3] for record in records]
    assert all(headers["ce_id"].decode() == decode(value).id for _, _, value, headers in kept.sent)
    assert (tally.total, tally.failed, kept.flushes) == (len(records), 0, 1)


def test_what_the_broker_does_not_take_is_counted(log: Path) -> None:
    tally = send_all(read_log(log), ListProducer(fails=True), Pacing(None), lambda sent: None)

    assert tally.failed == tally.total > 0


def test_a_period_can_be_cut_out(log: Path) -> None:
    begin, end = START + timedelta(minutes=5), START + timedelta(minutes=10)

    cut = list(between(read_log(log), begin, end))

    times = [record.time for record in read_log(log)]
    assert len(cut) == sum(begin <= at < end for at in times) > 0
    assert times == sorted(times)


def test_a_log_passes_as_many_times_as_fast_as_asked() -> None:
    slept: list[float] = []
    wall = 100.0

    def sleep(seconds: float) -> None:
        nonlocal wall
        slept.append(seconds)
        wall += seconds

    pacing = Pacing(60.0, clock=lambda: wall, sleep=sleep)
    for minute in (0, 1, 3):
        pacing.wait_for(START + timedelta(minutes=minute))

    assert slept == pytest.approx([1.0, 2.0])


def test_a_line_that_is_no_record_is_told_by_its_place(tmp_path: Path, log: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_bytes(b'{"topic":"cart-events","key":"1","value":{"no":"event"}}\n')

    with pytest.raises(UnreadableLog, match=r"broken\.jsonl"):
        list(read_log(path))


def test_a_missing_log_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match=r"nothing\.jsonl"):
        list[Record](read_log(tmp_path / "nothing.jsonl"))
