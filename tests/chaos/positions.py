"""Committed offsets, looked at while things die: none may be ahead of what intake has reported."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from shop_services.contracts.topics import SHOP_TOPICS
from stream_app.topics import APP_ID, aggregates_topic
from tests.chaos.reports import Told

EVERY_SECONDS = 3.0
REQUEST_MS = 4_000


@dataclass(frozen=True, slots=True)
class Look:
    """Committed offsets by source, and where each scenario's topic of reports ended just afterwards."""

    committed: Mapping[str, int]
    report_ends: Mapping[str, int]


class Positions:
    """Takes looks at a broker; one that does not answer at the moment is not looked at."""

    def __init__(self, bootstrap: str, stems: Sequence[str]) -> None:
        self._stems = stems
        self._bootstrap = bootstrap.split(",")
        self._admin: KafkaAdminClient | None = None
        self._looked_at = 0.0
        self.looks: list[Look] = []
        self.unanswered = 0

    def look(self) -> None:
        """Note what is committed now, unless that was done a moment ago."""
        if time.monotonic() - self._looked_at < EVERY_SECONDS:
            return
        try:
            committed = self._committed()  # first: reports only grow
            self.looks.append(Look(committed, self._ends()))
        except KafkaError:
            self.unanswered += 1
            self.close()  # it may hold on to a node that is gone
        self._looked_at = time.monotonic()

    def read(self) -> int:
        """Records of all sources that were committed at the last look."""
        return sum(self.looks[-1].committed.values()) if self.looks else 0

    def close(self) -> None:
        """Leave the broker until the next look."""
        if self._admin is not None:
            self._admin.close()
        self._admin = None

    def faults(self, told: Mapping[str, Told]) -> list[str]:
        """Offsets that were committed before every scenario had been told of the records below them."""
        found = {
            f"{source} was committed up to {offset}, {stem} was told up to {_through(told[stem], source, end)}"
            for look in self.looks
            for source, offset in look.committed.items()
            for stem, end in look.report_ends.items()
            if offset > _through(told[stem], source, end)
        }
        return sorted(found)

    def _asked(self) -> KafkaAdminClient:
        if self._admin is None:
            self._admin = KafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=REQUEST_MS)
        return self._admin

    def _committed(self) -> dict[str, int]:
        held = self._asked().list_group_offsets(APP_ID)[APP_ID]
        return {f"{tp.topic}/{tp.partition}": at.offset for tp, at in held.items() if tp.topic in SHOP_TOPICS}

    def _ends(self) -> dict[str, int]:
        places = {TopicPartition(aggregates_topic(stem), 0): OffsetSpec.LATEST for stem in self._stems}
        ends = self._asked().list_partition_offsets(places)
        return {stem: ends[TopicPartition(aggregates_topic(stem), 0)].offset for stem in self._stems}


def _through(told: Told, source: str, end: int) -> int:
    """The offset behind the last record of a source that reports below `end` include."""
    return max((last + 1 for at, last in told.reached.get(source, ()) if at < end), default=0)
