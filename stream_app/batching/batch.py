"""What an agent receives: the records of one partition that one fetch brought, or a part of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol


class Record(Protocol):
    """One Kafka record as the client parsed it; `timestamp` is in ms since the epoch."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Records of one partition in the order of their offsets; never empty.

    Offsets may have gaps (compaction, transaction markers). `high_watermark` is the partition's end as the fetch saw
    it, `fetched_at` the wall clock of the fetch in seconds since the epoch.
    """

    topic: str
    partition: int
    records: Sequence[Record]
    high_watermark: int
    fetched_at: float

    @property
    def first_offset(self) -> int:
        """Offset of the first record."""
        return self.records[0].offset

    @property
    def last_offset(self) -> int:
        """Offset of the last record."""
        return self.records[-1].offset

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def values(self) -> list[bytes | None]:
        """The value of every record, in order."""
        return [record.value for record in self.records]

    def halves(self) -> tuple["RecordBatch", "RecordBatch"]:
        """The batch cut in the middle; needs two records or more."""
        middle = len(self.records) // 2
        return replace(self, records=self.records[:middle]), replace(self, records=self.records[middle:])
