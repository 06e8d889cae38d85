"""Records as lines of a log. Of a message stays what the monitor decodes, and what its type says of it: nothing else.

So no line holds a name or an address, whatever a producer writes, and each is read as its record was.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.arrival import arrivals
from models.clock import Clock
from models.decode import Decoded, Event, decode
from models.synthetic import synthetic
from shop_services.contracts.catalogue import message_types
from stream_app.arriving import arrived
from stream_app.recording.disguise import Disguise

if TYPE_CHECKING:
    from stream_app.batching import Record

Int64s = NDArray[np.int64]
_EVENT = msgspec.json.Decoder(Event)


class Line(NamedTuple):
    """One record. Lines in order are in the order in which their records arrived."""

    arrived: int  # ms by the monitor's clock; of one source it never falls
    source: str  # cart-events/3
    offset: int
    text: bytes  # with the end of the line


class _Value(msgspec.Struct, omit_defaults=True):
    """A CloudEvent of a declared type."""

    specversion: str
    id: str
    source: str
    type: str
    time: str
    data: Any  # the fields that `models.decode` names
    correlationid: str | None = None
    causationid: str | None = None


class _Recorded(msgspec.Struct, omit_defaults=True):
    topic: str
    key: str
    value: _Value
    arrived: int = 0


@dataclass(slots=True)
class Tally:
    """What became of the records that were read."""

    read: int = 0
    kept: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # unreadable ones by reason
    unknown: int = 0  # of a type the contracts do not know
    probes: int = 0  # canaries
    lost: int = 0  # gone from Kafka before they were read

    def outcomes(self) -> dict[str, int]:
        """The counts by what became of them, for metrics; any thread may ask."""
        unreadable = sum(self.refused.copy().values())
        counts = (self.kept, unreadable, self.unknown, self.probes, self.lost)
        return dict(zip(("kept", "unreadable", "unknown", "probe", "lost"), counts, strict=True))


@dataclass(slots=True)
class Lines:
    """Makes lines of the records of all partitions, each partition in order."""

    clock: Clock
    tally: Tally = field(default_factory=Tally)
    disguise: Disguise = field(default_factory=Disguise)
    _newest: dict[str, int] = field(default_factory=dict)  # arrival by source

    def of(self, topic: str, partition: int, records: "Sequence[Record]") -> list[Line]:
        """The lines of records that follow one another; what cannot be read or is a probe's is counted."""
        decoded = decode([record.value for record in records], range(len(records)))
        columns = decoded.columns.where(~synthetic(decoded.columns))
        self._count(len(records), decoded, len(columns))
        rows, source = columns.offset, f"{topic}/{partition}"
        noted = arrived(records, self.clock)[rows]
        order = arrivals(noted, columns.time, self._newest.get(source, 0))
        if len(order):
            self._newest[source] = int(order[-1])
        kept = zip(order.tolist(), noted.tolist(), (records[row] for row in rows.tolist()), strict=True)
        return [Line(at, source, record.offset, self._text(topic, record, said)) for at, said, record in kept]

    def _count(self, read: int, decoded: Decoded, kept: int) -> None:
        tally = self.tally
        tally.read += read
        tally.kept += kept
        tally.probes += len(decoded.columns) - kept
        tally.unknown += decoded.unknown
        tally.refused.update(refusal.reason for refusal in decoded.refused)

    def _text(self, topic: str, record: "Record", said: int) -> bytes:
        event = _EVENT.decode(record.value or b"")
        kind, of = message_types()[event.type], self.disguise.of
        names = (of(event.correlationid), of(event.causationid))
        value = _Value(
            "1.0", of(event.id) or event.id, f"/cqshop/{kind.service}", kind.type, event.time, event.data, *names
        )
        return msgspec.json.encode(_Recorded(topic, _key(record.key), value, said)) + b"\n"


def _key(raw: bytes | None) -> str:
    """An aggregate's number; a name, which may be a person's, is left out."""
    return raw.decode() if raw and raw.isdigit() else ""
