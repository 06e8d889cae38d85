"""The first stage: a batch of shop records becomes one report a scenario, and silence becomes a heartbeat."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.clock import Clock
from models.columns import Columns, kinds
from models.combiner import Combiner
from models.decode import Decoded, Refusal, decode
from models.report import SEGMENT, Report, encode
from models.spec import Scenario
from models.synthetic import CARRIER, real
from stream_app.dead_letters import DeadLetter, to_records
from stream_app.metrics import Metrics
from stream_app.sending import Outgoing, Sender
from stream_app.topics import aggregates_topic

MOST_ROWS = 2_000  # facts of one report: below Kafka's default limit of 1 MB a record, whatever the ids' length


class Slice(NamedTuple):
    """Records of one source partition that one fetch brought."""

    topic: str
    partition: int
    values: Sequence[bytes | None]
    offsets: Sequence[int]
    caught_up: bool  # the broker had nothing more when this was fetched
    arrived: Sequence[int] | NDArray[np.int64] = ()  # when each was written, by our clock, ms; 0 or nothing: not known

    def arrivals(self) -> NDArray[np.int64]:
        """(n,) `arrived`, with 0 where it is not known."""
        return np.asarray(self.arrived, np.int64) if len(self.arrived) else np.zeros(len(self.offsets), np.int64)

    @property
    def source(self) -> str:
        """The source partition's name in reports."""
        return f"{self.topic}/{self.partition}"


class Reading(NamedTuple):
    """How far a source partition has been read."""

    source: str
    caught_up: bool


class Counting:
    """Folds slices into reports. Holds one combiner a scenario and source, for the open segment only."""

    def __init__(self, scenarios: Sequence[Scenario], clock: Clock, sender: Sender, metrics: Metrics) -> None:
        self.blind_until = 0  # see `stream_app.sight`
        self.logs: dict[str, str] = {}  # id of the log behind each topic's name, as of the last rebalance
        self._scenarios = scenarios
        self._clock = clock
        self._sender = sender
        self._metrics = metrics
        self._combiners: dict[str, list[Combiner]] = {}
        self._timely: dict[str, int] = {}  # by source: see `_timely_until`
        self._gaps: set[str] = set()  # sources of which records are gone, until the next one comes
        self._unseen_until = 0  # event time up to which they may have been, ms
        self._unsent: list[Outgoing] = []  # of the batch in hand: a failed send is repeated with it
        self._in_hand = ""  # the source of that batch

    async def take(self, batch: Slice) -> None:
        """Count one slice and publish what changed; returns when the broker has acknowledged it."""
        now = self._clock.now_ms()
        self._in_hand = batch.source
        decoded = self._decode(batch, now)
        letters = [self._letter(batch, refusal) for refusal in decoded.refused]
        self._absorb(batch, decoded.columns, now)
        await self._sender.send([*to_records(letters), *self._unsent])
        self._unsent.clear()
        self._in_hand = ""
        self._measure(batch, decoded)

    async def beat(self, readings: Iterable[Reading]) -> None:
        """Report how far every source has been read, news or not.

        All but the one whose batch is in hand: its position must not be told before what was counted up to there.
        """
        now = self._clock.now_ms()
        records = []
        for reading in (reading for reading in readings if reading.source != self._in_hand):
            for combiner in self._of(reading.source):
                report = combiner.report(caught_up=reading.caught_up, clock=now, blind_until=self._blind_until())
                records.append(_record(combiner, report))
        await self._sender.send(records)

    def forget(self, sources: Iterable[str]) -> None:
        """Drop the counters of sources that go to another worker or are read again from their segment's start."""
        for source in sources:
            self._combiners.pop(source, None)
            self._timely.pop(source, None)
            self._in_hand = "" if source == self._in_hand else self._in_hand

    def miss(self, source: str) -> None:
        """Records of the source are gone: up to the next that is there, silence is not known to be silence."""
        self._gaps.add(source)

    def _blind_until(self) -> int:
        return max(self.blind_until, self._unseen_until)

    def _decode(self, batch: Slice, now: int) -> Decoded:
        """The batch, no event later than its record allows: whoever reads it again must count it in the same bucket.
        A producer whose clock runs ahead writes no later than now.
        """
        arrived = batch.arrivals()
        if now:
            arrived = np.where(arrived > 0, np.minimum(arrived, now), now)
        return decode(batch.values, batch.offsets, arrived)

    def _of(self, source: str) -> list[Combiner]:
        held = self._combiners.get(source)
        if held is None:
            log = self.logs.get(source.rpartition("/")[0], "")
            held = [Combiner(scenario, source, log=log) for scenario in self._scenarios]
            self._combiners[source] = held
        return held

    def _absorb(self, batch: Slice, columns: Columns, now: int) -> None:
        if batch.source in self._gaps and len(columns):
            self._gaps.remove(batch.source)
            self._unseen_until = max(self._unseen_until, int(columns.time[0]))
        for last_offset, part in _by_segment(columns, batch.offsets):
            is_last, meant = last_offset == batch.offsets[-1], real(part)
            timely_until = None if now else self._timely_until(batch, part)
            for combiner in self._of(batch.source):
                seen_until = combiner.seen_until
                changed = combiner.absorb(part if combiner.scenario.SPEC.stem == CARRIER else meant, last_offset)
                if timely_until is not None:
                    combiner.seen_until = min(combiner.seen_until, timely_until)
                caught_up = batch.caught_up and is_last
                report = combiner.report(changed, caught_up=caught_up, clock=now, blind_until=self._blind_until())
                self._unsent += [_record(combiner, piece) for piece in _pieces(report, seen_until)]

    def _timely_until(self, batch: Slice, part: Columns) -> int:
        """Where the log is the clock: the latest time of the source's records that came at their own time. Only they
        move it: one that came late may be by a wrong clock too.
        """
        rows = np.searchsorted(np.asarray(batch.offsets, np.int64), part.offset)
        own = part.time[batch.arrivals()[rows] == 0]
        self._timely[batch.source] = max(self._timely.get(batch.source, 0), int(own.max(initial=0)))
        return self._timely[batch.source]

    def _measure(self, batch: Slice, decoded: Decoded) -> None:
        meant = real(decoded.columns)
        counts = np.bincount(meant.kind, minlength=len(kinds()))
        for code in np.flatnonzero(counts):
            self._metrics.events.labels(batch.topic, kinds()[code].name).inc(int(counts[code]))
        for refusal in decoded.refused:
            self._metrics.dead_letters.labels(batch.topic, refusal.reason).inc()
        self._metrics.skipped.labels("unknown_type").inc(decoded.unknown)
        self._metrics.skipped.labels("synthetic").inc(len(decoded.columns) - len(meant))
        self._metrics.batches.labels("intake").inc()

    @staticmethod
    def _letter(batch: Slice, refusal: Refusal) -> DeadLetter:
        offset = batch.offsets[refusal.row]
        return DeadLetter(batch.topic, batch.partition, offset, refusal.reason, refusal.detail)


def _by_segment(columns: Columns, offsets: Sequence[int]) -> Iterator[tuple[int, Columns]]:
    """The batch cut where a segment ends: the last offset of each part, and its rows."""
    segments = np.asarray(offsets, np.int64) // SEGMENT
    for segment in np.unique(segments).tolist():
        last = int(np.asarray(offsets)[segments == segment][-1])
        yield last, columns.where(columns.offset // SEGMENT == segment)


def _pieces(report: Report, seen_until: int) -> Iterator[Report]:
    """The report in pieces that fit into a record; only the last one says how far the source was read."""
    facts = report.facts
    whole = range(0, len(facts) - MOST_ROWS, MOST_ROWS)
    for start in whole:
        piece = facts.take(slice(start, start + MOST_ROWS))
        yield replace(report, facts=piece, seen_until=seen_until, caught_up=False)
    yield replace(report, facts=facts.take(slice(len(whole) * MOST_ROWS, None)))


def _record(combiner: Combiner, report: Report) -> Outgoing:
    topic = aggregates_topic(combiner.scenario.SPEC.stem)
    return Outgoing(topic, report.source.encode(), encode(report), partition=0)
