"""Reports: what the first stage tells the second about one source partition.

A report holds *absolute* counters of one segment, a fixed stretch of the source's offsets (`offset // SEGMENT`). A
source that is read again from the start of a segment produces the same counters again, so the second stage takes
the larger of two and a crash, a rebalance or a rewind changes nothing (a state-based grow-only counter with one
writer: Shapiro et al., "A comprehensive study of Convergent and Commutative Replicated Data Types", 2011, section
3.1.1). The first stage therefore needs no table: what it must know is at most one segment back in the topic itself.
"""

from dataclasses import dataclass

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
    caught_up: bool  # everything the broker had was read when this was written
    clock: int  # the reader's clock when this was written, ms; 0 when the log's time is the clock
    facts: Facts  # only the rows that changed since the last report of this segment
    blind_until: int = 0  # until then, by the clock, silence was not known to be silence; ms, 0: never
    log: str = ""  # which log of that name this was read from; empty: not known


class _Wire(msgspec.Struct, array_like=True, gc=False):
    """The report on the topic: MessagePack, columns as little-endian int64 bytes."""

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


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Wire)


def encode(report: Report) -> bytes:
    """The report as it stands on the aggregates topic."""
    columns, event_ids = report.facts.packed()
    wire = _Wire(
        source=report.source,
        segment=report.segment,
        last_offset=report.last_offset,
        seen_until=report.seen_until,
        caught_up=report.caught_up,
        clock=report.clock,
        columns=columns,
        event_ids=event_ids,
        blind_until=report.blind_until,
        log=report.log,
    )
    return _ENCODER.encode(wire)


def decode(raw: bytes) -> Report:
    """The report from the aggregates topic; msgspec.MsgspecError or ValueError when it is none."""
    wire = _DECODER.decode(raw)
    return Report(
        source=wire.source,
        segment=wire.segment,
        last_offset=wire.last_offset,
        seen_until=wire.seen_until,
        caught_up=wire.caught_up,
        clock=wire.clock,
        facts=Facts.unpacked(wire.columns, wire.event_ids),
        blind_until=wire.blind_until,
        log=wire.log,
    )
