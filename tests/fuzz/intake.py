"""The target of most payloads: decode and the first stage, as the worker calls them."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np
from prometheus_client import CollectorRegistry, generate_latest

from models.clock import Clock, EventClock, WallClock
from models.decode import MAX_SKEW_MS, decode
from models.facts import Facts
from models.report import SEGMENT
from models.report import decode as read_report
from models.scenarios.discovery import scenarios
from shop_services.contracts.synthetic import RESERVED_FROM
from shop_services.contracts.times import milliseconds
from shop_services.contracts.topics import DEAD_LETTER_TOPIC, SHOP_TOPICS
from stream_app.batching import RecordBatch
from stream_app.complete import Complete
from stream_app.counting import Counting
from stream_app.dead_letters import DeadLetter
from stream_app.metrics import Metrics
from stream_app.sending import FakeSender, Outgoing
from stream_app.topics import AGGREGATES_PREFIX, aggregates_topic
from stream_app.worker import Worker
from tests.fuzz.events import NOON
from tests.fuzz.every_event import STEM, EveryEvent
from tests.fuzz.logs import Logs
from tests.fuzz.reference import Expected, Row, expected
from tests.fuzz.secrets import ID_SECRET, SECRET, leaks

Payloads = Sequence[bytes | None]


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the client gives it; its headers may lie."""

    offset: int
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    timestamp: int = 0
    key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a batch arrives."""

    topic: str
    partition: int
    offsets: list[int]
    now: int  # the reader's clock, ms; 0: the log's time is the clock

    @classmethod
    def drawn(cls, size: int, random: Random) -> "Setting":
        """Any topic, the right one or not; offsets with gaps, at times over the end of a segment."""
        first = random.choice((0, 17, SEGMENT - 3, 2**40))
        gaps = [random.choice((1, 1, 1, 5)) for _ in range(size)]
        offsets = [first + sum(gaps[:row]) for row in range(size)]
        now = random.choice((0, milliseconds(NOON), milliseconds(NOON) - 120_000))
        return cls(random.choice(SHOP_TOPICS), random.randrange(4), offsets, now)

    @property
    def clock(self) -> Clock:
        return WallClock(lambda: self.now / 1000) if self.now else EventClock()


def check(payloads: Payloads, seed: int) -> Counter[str]:
    """What became of the payloads, by outcome; AssertionError when one was treated wrongly."""
    random = Random(seed)
    setting = Setting.drawn(len(payloads), random)
    wanted = [expected(payload) for payload in payloads]
    _check_columns(payloads, wanted, setting)
    with Logs() as logs:
        sender, metrics = _take(_batch(payloads, setting, random), setting.clock)
    outcomes = _check_letters(wanted, setting, sender)
    _check_counted(wanted, setting, sender)
    _check_sum(metrics, len(payloads))
    _check_secrets(sender, metrics, logs.text())
    return outcomes


def _batch(payloads: Payloads, setting: Setting, random: Random) -> RecordBatch:
    lies = [("ce_type", SECRET.encode()), ("ce_id", None), ("content-type", b"application/avro")]
    records = [
        Record(offset, payload, tuple(random.sample(lies, random.randrange(4))))
        for offset, payload in zip(setting.offsets, payloads, strict=True)
    ]
    return RecordBatch(setting.topic, setting.partition, records, setting.offsets[-1] + 1, 0.0)


def _take(batch: RecordBatch, clock: Clock) -> tuple[FakeSender, Metrics]:
    sender, metrics = FakeSender(), Metrics(CollectorRegistry())
    counting = Counting([EveryEvent(), *scenarios().values()], clock, sender, metrics)
    nothing: Any = None
    sight: Any = SimpleNamespace(is_clear=True)
    worker = Worker(nothing, counting, {}, nothing, metrics, sender, sight, clock, dict, Complete(clock))
    asyncio.run(worker.take([batch]))
    return sender, metrics


def _check_columns(payloads: Payloads, wanted: Sequence[Expected], setting: Setting) -> None:
    """What is taken says what its JSON says."""
    decoded = decode(payloads, setting.offsets)
    columns, refused = decoded.columns, {refusal.row for refusal in decoded.refused}
    rows = zip(
        columns.kind.tolist(),
        columns.time.tolist(),
        columns.product.tolist(),
        columns.user.tolist(),
        columns.cart.tolist(),
        columns.quantity.tolist(),
        [None if price != price else price for price in columns.price.tolist()],
        columns.event_id.tolist(),
        strict=True,
    )
    found = dict(zip(columns.offset.tolist(), map(Row._make, rows), strict=True))
    right = _right(wanted, setting, refused)
    assert found == right, f"columns {_difference(found, right)}"
    assert decoded.unknown == len(payloads) - len(found) - len(refused), "not every record has one outcome"


def _right(wanted: Sequence[Expected], setting: Setting, refused: set[int]) -> dict[int, Row]:
    """The rows that must have been taken, by offset."""
    return {
        setting.offsets[row]: one.row
        for row, one in enumerate(wanted)
        if one.row is not None and not (one.may_be_undecodable and row in refused)
    }


def _check_letters(wanted: Sequence[Expected], setting: Setting, sender: FakeSender) -> Counter[str]:
    """Every refused record has one letter, with its place and the right reason."""
    letters = [msgspec.json.decode(value, type=DeadLetter) for value in sender.values(DEAD_LETTER_TOPIC)]
    reasons = {letter.offset: letter.reason for letter in letters}
    assert len(reasons) == len(letters), "two letters for one record"
    assert {(letter.topic, letter.partition) for letter in letters} <= {(setting.topic, setting.partition)}
    outcomes: Counter[str] = Counter()
    for offset, one in zip(setting.offsets, wanted, strict=True):
        reason = reasons.pop(offset, "")
        allowed = {one.reason, "undecodable"} if one.may_be_undecodable else {one.reason}
        assert reason in allowed, f"refused for {reason!r}, right is {one}"
        outcomes[reason or ("unknown type" if one.is_skipped else "taken")] += 1
    assert not reasons, f"letters for records that never were: {reasons}"
    return outcomes


def _check_counted(wanted: Sequence[Expected], setting: Setting, sender: FakeSender) -> None:
    """The reports count every taken record once, and nothing else."""
    reports = [report for value in sender.values(aggregates_topic(STEM)) for report in read_report(value)]
    counted = Facts.concat([Facts.empty(), *(report.facts for report in reports)])
    letters = [msgspec.json.decode(value, type=DeadLetter).offset for value in sender.values(DEAD_LETTER_TOPIC)]
    rows = _right(wanted, setting, {setting.offsets.index(offset) for offset in letters})
    assert np.all(counted.n == 1), "an event was counted twice"
    names = zip(counted.offset.tolist(), counted.tag.tolist(), counted.key.tolist(), strict=True)
    found = dict(zip(names, zip(counted.amount.tolist(), counted.event_id.tolist(), strict=True), strict=True))
    real = {offset: row for offset, row in rows.items() if max(row.product, row.user) < RESERVED_FROM}  # else a canary
    right = {(offset, row.kind, row.product): (row.quantity, row.event_id) for offset, row in real.items()}
    assert found == right, f"counts {_difference(found, right)}"
    for offset, first, last in zip(counted.offset.tolist(), counted.first.tolist(), counted.last.tolist(), strict=True):
        assert first == last == _arrived(rows[offset].time, setting.now) or (
            not setting.now and last <= rows[offset].time
        )


def _arrived(time: int, now: int) -> int:
    """A time as the reader's clock allows it."""
    return now if time > now + MAX_SKEW_MS else time


def _check_sum(metrics: Metrics, sent: int) -> None:
    """Taken, refused and skipped together are what was sent."""
    names = ("monitor_events_total", "monitor_dead_letters_total", "monitor_skipped_total")
    samples = [sample for metric in metrics.registry.collect() for sample in metric.samples]
    assert sum(sample.value for sample in samples if sample.name in names) == sent, "records were lost, or told twice"


def _check_secrets(sender: FakeSender, metrics: Metrics, logs: str) -> None:
    """Nothing of the content goes where people or other programs see it; ids go into reports, for evidence."""
    for record in sender.sent:
        assert not leaks(_told(record), SECRET, ID_SECRET), f"content on {record.topic}"
    assert not leaks(generate_latest(metrics.registry), SECRET, ID_SECRET), "content in metrics"
    assert not leaks(logs, SECRET, ID_SECRET), "content in the log"


def _told(record: Outgoing) -> bytes:
    """What a record says, reports without the ids of their events."""
    if not record.topic.startswith(AGGREGATES_PREFIX):
        return record.key + record.value
    reports = read_report(record.value)
    return record.key + b"".join(report.source.encode() + b"".join(report.facts.packed()[0]) for report in reports)


def _difference(found: dict[Any, Any], right: dict[Any, Any]) -> str:
    """The first that differs."""
    name = next(iter(sorted(cast(Any, found.items() ^ right.items()), key=repr)))[0]
    return f"at {name}: {found.get(name)!r}, right is {right.get(name)!r}"
