"""Recorded logs: JSON lines `{"topic", "key", "value"[, "arrived"]}` in order of arrival, plain or gzipped.

Each topic is one source partition, `<topic>/0`; offsets are the running count of its records. `arrived` (ms since the
epoch) is when the record reached its consumer; without it the log's own time is the clock, see `arrival`.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import IO, NamedTuple, Self, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.arrival import FOLLOWING, arrivals
from models.columns import Columns
from models.decode import MAX_RECORD_BYTES, Decoded, Event, decode, decode_events, timely
from models.errors import LogRefused
from models.log_files import files_of
from models.repeats import Repeats, events_of
from models.synthetic import synthetic
from shop_services.contracts.topics import SHOP_TOPICS

BLOCK = 8_192  # lines decoded in one call
EXAMPLE = '{"topic": "cart-events", "key": "12", "value": {...}}'


class _Line(msgspec.Struct, gc=False):
    topic: str
    value: msgspec.Raw
    arrived: int | None = None


class _Read(msgspec.Struct, gc=False):
    """A line whose value is parsed at once."""

    topic: str
    value: Event
    arrived: int | None = None


class _Part(NamedTuple):
    """Lines of a file with what their values say."""

    lines: Sequence[_Line | _Read]
    decoded: Decoded


_NO_MORE = _Part((), decode_events([], ()))
_DECODER = msgspec.json.Decoder(_Line)
_READER = msgspec.json.Decoder(_Read)


class Block(NamedTuple):
    """Readable records in order of arrival, several topics mixed; n rows."""

    columns: Columns
    topic: NDArray[np.int8]  # (n,) index in `SHOP_TOPICS`
    arrived: NDArray[np.int64]  # (n,) ms since the epoch, never falling; guessed where the log does not say

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """The rows for which the mask holds."""
        if mask.all():
            return self
        return type(self)(self.columns.where(mask), self.topic[mask], self.arrived[mask])


@dataclass(slots=True)
class Recording:
    """Logs read one after another as one stream of blocks; a folder stands for the logs in it."""

    paths: Sequence[Path]
    progress: Callable[[int], None] = lambda _: None  # told the number of records read, after each block
    records: int = 0
    clock: int = 0  # arrival of the newest record, ms
    unknown: int = 0  # records of a type the contracts do not know: skipped
    written_twice: int = 0  # records of events that stand there already: passed over
    refused: Counter[str] = field(default_factory=Counter)  # unreadable records by reason
    next_offset: list[int] = field(default_factory=lambda: [0] * len(SHOP_TOPICS))  # of each topic
    repeats: Repeats = field(default_factory=Repeats)

    def blocks(self) -> Iterator[Block]:
        """All readable records; LogRefused when a file is missing, empty or no such log."""
        parts = chain.from_iterable(map(_parts, files_of(self.paths)))
        for part, following in pairwise(chain(parts, [_NO_MORE])):
            yield self._block(*part, following.decoded.columns.time[:FOLLOWING])
            self.progress(self.records)

    def _block(self, lines: Sequence[_Line | _Read], decoded: Decoded, after: NDArray[np.int64]) -> Block:
        codes = _codes()
        topic = np.array([codes[line.topic] for line in lines], np.int8)
        arrived = np.array([line.arrived or 0 for line in lines], np.int64)
        self.records += len(lines)
        self._count(decoded)
        rows = decoded.columns.offset  # of the records that could be read
        offsets = self._offsets(topic)[rows]
        clock = arrivals(arrived[rows], decoded.columns.time, self.clock, after)
        self.clock = int(clock[-1]) if len(clock) else self.clock
        time = timely(decoded.columns.time, clock)
        block = Block(replace(decoded.columns, offset=offsets, time=time), topic[rows], clock)
        return _meant(block.where(self._is_first(block)))

    def _is_first(self, block: Block) -> NDArray[np.bool_]:
        """(n,) bool: all but the second records of events that stand in the log twice."""
        mask, events = np.empty(len(block.topic), bool), events_of(block.columns)
        for code in np.unique(block.topic).tolist():
            rows = block.topic == code
            mask[rows] = self.repeats.is_first(SHOP_TOPICS[code], events[rows], block.columns.offset[rows])
        self.written_twice += int(np.count_nonzero(~mask))
        return mask

    def _count(self, decoded: Decoded) -> None:
        self.refused.update(refusal.reason for refusal in decoded.refused)
        self.unknown += decoded.unknown

    def _offsets(self, topic: NDArray[np.int8]) -> NDArray[np.int64]:
        offsets = np.empty(len(topic), np.int64)
        for code, first in enumerate(self.next_offset):
            mask = topic == code
            count = int(np.count_nonzero(mask))
            offsets[mask] = np.arange(first, first + count)
            self.next_offset[code] += count
        return offsets


def _meant(block: Block) -> Block:
    """The block without what probes wrote: nothing is learnt from it or judged by it."""
    return block.where(~synthetic(block.columns))


def _open(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


@cache
def _codes() -> dict[str, int]:
    return {topic: code for code, topic in enumerate(SHOP_TOPICS)}


def _parts(path: Path) -> Iterator[_Part]:
    """A file's records, many at a time."""
    empty = True
    try:
        with _open(path) as stream:
            for number, raw in enumerate(iter(lambda: list(islice(stream, BLOCK)), [])):
                part = _parsed(path, number * BLOCK, raw)
                empty = empty and not part.lines
                yield part
    except (OSError, EOFError) as error:
        raise LogRefused(f"{path} cannot be read ({error}); check the path and its permissions") from error
    if empty:
        raise LogRefused(f"{path} holds no records; give a recorded log with a JSON object a line")


def _parsed(path: Path, first: int, raw: list[bytes]) -> _Part:
    """The lines and their values; all in one go, or on any doubt lines first and then value by value."""
    try:
        read = _READER.decode_lines(b"".join(raw)) if max(map(len, raw)) <= MAX_RECORD_BYTES else []
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        read = []
    if len(read) == len(raw) and _codes().keys() >= {line.topic for line in read}:
        return _Part(read, decode_events([line.value for line in read], range(len(read))))
    lines = _lines(path, first, raw)
    return _Part(lines, decode([bytes(line.value) for line in lines], range(len(lines))))


def _lines(path: Path, first: int, raw: list[bytes]) -> list[_Line]:
    """The parsed lines; LogRefused names the first that is none. `first` is the number of lines before these."""
    try:
        lines = _DECODER.decode_lines(b"".join(raw))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        lines = []  # looked at one by one below, to name the line
    if len(lines) == len(raw) and all(line.topic in _codes() for line in lines):
        return lines
    return [_line(f"{path}, line {first + row + 1}", text) for row, text in enumerate(raw) if text.strip()]


def _line(place: str, text: bytes) -> _Line:
    try:
        line = _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LogRefused(f"{place} is no record of a log; a line looks like {EXAMPLE}") from error
    if line.topic not in _codes():
        raise LogRefused(f"{place} names the topic {line.topic[:60]!r}; known are {', '.join(SHOP_TOPICS)}")
    return line
