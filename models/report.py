"""Reports: what the first stage tells the second about one source partition.

A report holds *absolute* counters of one segment, a fixed stretch of the source's offsets (`offset // SEGMENT`). A
source that is read again from the start of a segment produces the same counters again, so the second stage takes
the larger of two and a crash, a rebalance or a rewind changes nothing (a state-based grow-only counter with one
writer: Shapiro et al., "A comprehensive study of Convergent and Commutative Replicated Data Types", 2011, section
3.1.1). The first stage therefore needs no table: what it must know is at most one segment back in the topic itself.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Annotated

import msgspec

from models.facts import Facts

SEGMENT = 16_384  # offsets; a restart reads at most this many records of a source again (well under a second)


@dataclass(frozen=True, slots=True)
class Report:
    """Absolute facts of one segment of one source partition, and how far that source has been read."""

    source: str  # "cart-events/3"
    segment: int
    last_offset: int  # -1 while nothing was read
    seen_until: int  # latest event time seen in this source, ms since the epoch; 0 while nothing was seen
    caught_up: bool  # everything the broker had at `clock` is read
    clock: int  # by the reader's clock, ms; 0 when the log's time is the clock
    facts: Facts  # only the rows that changed since the last report of this segment
    blind_until: int = 0  # until then, by the clock, silence was not known to be silence; ms, 0: never
    log: str = ""  # which log of that name this was read from; empty: not known


class _Head(msgspec.Struct, array_like=True, gc=False):
    """A report without its facts, of which there are so many `rows`."""

    source: str
    segment: int
    last_offset: int
    seen_until: int
    caught_up: bool
    clock: int
    rows: Annotated[int, msgspec.Meta(ge=0)]
    blind_until: int = 0
    log: str = ""


class _Wire(msgspec.Struct, array_like=True, gc=False):
    """Reports of one turn on the topic: MessagePack, the columns of all their facts as little-endian int64 bytes."""

    heads: list[_Head]
    columns: list[bytes]
    event_ids: list[str]


class _Alone(msgspec.Struct, array_like=True, gc=False):
    """A report as it stood on the topic when each was a record of its own."""

    source: str
    segment: int
    last_offset: int
    seen_until: int
    caught_up: bool
    clock: int
    columns: list[bytes]
    event_ids: list[str]
    blind_until: int = 0
    log: str = ""

    def wire(self) -> _Wire:
        """The same as a turn of one report."""
        told = (self.source, self.segment, self.last_offset, self.seen_until, self.caught_up, self.clock)
        return _Wire([_Head(*told, len(self.event_ids), self.blind_until, self.log)], self.columns, self.event_ids)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Wire)
_OLDER = msgspec.msgpack.Decoder(_Alone)


def encode(*reports: Report) -> bytes:
    """Reports as they stand on the aggregates topic, in one record: they are judged together."""
    facts = [report.facts for report in reports if len(report.facts)]
    columns, event_ids = (Facts.concat(facts) if facts else Facts.empty()).packed()
    return _ENCODER.encode(_Wire([_head(report) for report in reports], columns, event_ids))


def decode(raw: bytes) -> list[Report]:
    """The reports of one record of the aggregates topic; msgspec.MsgspecError or ValueError when it holds none."""
    try:
        wire = _DECODER.decode(raw)
    except msgspec.ValidationError:
        wire = _OLDER.decode(raw).wire()
    facts = Facts.unpacked(wire.columns, wire.event_ids)
    ends = list(accumulate((head.rows for head in wire.heads), initial=0))
    if not wire.heads or ends[-1] != len(facts):
        raise ValueError("as many facts as the reports say must be there")
    return [_report(head, own) for head, own in zip(wire.heads, facts.cut(ends), strict=True)]


def _head(report: Report) -> _Head:
    return _Head(
        source=report.source,
        segment=report.segment,
        last_offset=report.last_offset,
        seen_until=report.seen_until,
        caught_up=report.caught_up,
        clock=report.clock,
        rows=len(report.facts),
        blind_until=report.blind_until,
        log=report.log,
    )


def _report(head: _Head, facts: Facts) -> Report:
    return Report(
        source=head.source,
        segment=head.segment,
        last_offset=head.last_offset,
        seen_until=head.seen_until,
        caught_up=head.caught_up,
        clock=head.clock,
        facts=facts,
        blind_until=head.blind_until,
        log=head.log,
    )
