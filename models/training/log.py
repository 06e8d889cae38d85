"""A recorded log in memory: flat columns in order of arrival, read once, cut and enriched as training needs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.errors import LogRefused
from models.recording import Block, Recording
from shop_services.contracts.topics import SHOP_TOPICS

DAY_MS = 86_400_000
MIN_DAYS = 7


class Batch(NamedTuple):
    """Records of one source partition, one after another."""

    topic: str
    partition: int
    columns: Columns
    last_offset: int

    @property
    def source(self) -> str:
        """As reports name it: `cart-events/0`."""
        return f"{self.topic}/{self.partition}"


@dataclass(frozen=True, slots=True)
class RecordedLog:
    """n records in order of arrival; offsets are running counts of each topic."""

    columns: Columns
    topic: NDArray[np.int8]  # (n,) index in `SHOP_TOPICS`
    unknown: int = 0  # records of a type the contracts do not know: skipped
    refused: Mapping[str, int] | None = None  # unreadable records by reason

    def __len__(self) -> int:
        return len(self.topic)

    @property
    def span(self) -> tuple[int, int]:
        """First and last event time, ms; a thousandth at either end is left out, since some clocks are wrong."""
        first, last = np.quantile(self.columns.time, [0.001, 0.999], method="nearest")
        return int(first), int(last)

    @property
    def days(self) -> float:
        """Length in days of event time."""
        first, last = self.span
        return (last - first) / DAY_MS

    def batches(self, rows: int = 2_000) -> Iterator[Batch]:
        """The log as its readers got it: cut after every `rows` records, one batch a topic in each cut."""
        for start in range(0, len(self), rows):
            yield from self.cut(slice(start, start + rows))

    def cut(self, rows: slice) -> Iterator[Batch]:
        """One batch a topic of the rows."""
        part, topic = _rows(self.columns, rows), self.topic[rows]
        for code in np.unique(topic).tolist():
            held = part.where(topic == code)
            yield Batch(SHOP_TOPICS[code], 0, held, int(held.offset[-1]))

    def between(self, start: int, end: int) -> Self:
        """The events of [start, end) in event time, ms; a log of its own."""
        mask = (self.columns.time >= start) & (self.columns.time < end)
        return replace(self, columns=self.columns.where(mask), topic=self.topic[mask]).renumbered()

    def without(self, mask: NDArray[np.bool_]) -> Self:
        """The log without the rows of the mask."""
        return replace(self, columns=self.columns.where(~mask), topic=self.topic[~mask]).renumbered()

    def with_injected(self, events: Mapping[str, Columns]) -> Self:
        """The log with further events by topic, each placed where its time fits into the order of arrival."""
        parts = [self.columns, *events.values()]
        codes = [np.full(len(columns), SHOP_TOPICS.index(topic), np.int8) for topic, columns in events.items()]
        merged = concat(parts)
        topic = np.concatenate([self.topic, *codes])
        order = np.argsort(self._places(list(events.values())), kind="stable")
        return replace(self, columns=_rows(merged, order), topic=topic[order]).renumbered()

    def _places(self, events: Sequence[Columns]) -> NDArray[np.float64]:
        """Sorting keys: own records by their number, others just before the first record that is later."""
        arrived = np.maximum.accumulate(self.columns.time)
        others = [np.searchsorted(arrived, columns.time) - 0.5 for columns in events]
        return np.concatenate([np.arange(len(self), dtype=np.float64), *others])

    def renumbered(self) -> Self:
        """The same records with offsets that count from 0 in each topic."""
        offset = np.empty(len(self), np.int64)
        for code in range(len(SHOP_TOPICS)):
            rows = np.flatnonzero(self.topic == code)
            offset[rows] = np.arange(len(rows))
        return replace(self, columns=replace(self.columns, offset=offset))


def read_log(paths: Sequence[Path], progress: Callable[[int], None] = lambda _: None) -> RecordedLog:
    """A log of at least 7 days; LogRefused when it is missing, empty, no such log or too short."""
    recording = Recording(paths, progress)
    log = of_blocks(list(recording.blocks()))
    log = replace(log, unknown=recording.unknown, refused=dict(recording.refused))
    if not len(log):
        raise LogRefused("none of the records can be read; check that the values are CloudEvents of the shop")
    if log.days < MIN_DAYS - 0.5:
        raise LogRefused(f"the log spans {log.days:.1f} days, training needs {MIN_DAYS} or more; record a longer one")
    return log


def of_blocks(blocks: Sequence[Block]) -> RecordedLog:
    """The blocks of a recording as one log; at least one block."""
    return RecordedLog(concat([block.columns for block in blocks]), np.concatenate([block.topic for block in blocks]))


def concat(parts: Sequence[Columns]) -> Columns:
    """All rows of the parts, one after another."""
    names = [field.name for field in fields(Columns)]
    return Columns(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _rows(columns: Columns, rows: slice | NDArray[np.int64]) -> Columns:
    return Columns(**{field.name: getattr(columns, field.name)[rows] for field in fields(Columns)})
