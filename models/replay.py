"""The production brain on a recorded log, without Kafka: the events that the worker would have published."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from models.calendar import Calendar
from models.chunks import Chunk, Chunking, CutBlock
from models.detector import Detector
from models.errors import StateRefused
from models.lane import Lane
from models.outcome import Outcome
from models.recording import Recording
from models.served import Served
from models.verdict import to_event
from models.windows import Watermark
from shop_services.contracts.anomaly import Links
from shop_services.contracts.envelope import Envelope

LATENESS_MS = 30_000  # as in serving


class _Saved(msgspec.Struct):
    """Detectors' states and sources by stem, the next offset of each topic, and when the last record arrived."""

    detectors: dict[str, bytes]
    sources: dict[str, set[str]]
    offsets: list[int]
    clock: int


@dataclass(slots=True)
class Replay:
    """All scenarios over one recording, in order of arrival."""

    served: Iterable[Served]
    calendar: Calendar = field(default_factory=Calendar)
    chunking: Chunking = field(default_factory=Chunking)
    lateness_ms: int = LATENESS_MS
    lanes: list[Lane] = field(init=False)

    def __post_init__(self) -> None:
        self.lanes = [self._lane(served) for served in self.served]

    def events(self, recording: Recording) -> Iterator[Envelope]:
        """The published events in the order of the chunks that set them off."""
        for cut in self.chunking.cut(recording.blocks()):
            yield from self.judge(cut)

    def save(self, recording: Recording) -> bytes:
        """The state after the recording, for a replay of what follows it."""
        states = {lane.served.identity.name: lane.detector.save() for lane in self.lanes}
        sources = {lane.served.identity.name: lane.sources for lane in self.lanes}
        return msgspec.msgpack.encode(_Saved(states, sources, recording.next_offset, recording.clock))

    def load(self, raw: bytes, recording: Recording) -> None:
        """Take up where `save` left off, before the recording is read; StateRefused."""
        try:
            saved = msgspec.msgpack.decode(raw, type=_Saved)
            for lane in self.lanes:
                lane.detector.load(saved.detectors[lane.served.identity.name])
                lane.sources = saved.sources[lane.served.identity.name]
        except (msgspec.MsgspecError, KeyError) as error:
            raise StateRefused(
                f"the saved state does not fit these scenarios ({error}); replay from the start"
            ) from error
        recording.next_offset, recording.clock, self.chunking.clock = saved.offsets, saved.clock, saved.clock

    def _lane(self, served: Served) -> Lane:
        detector = Detector(served.scenario, served.model, Watermark(self.lateness_ms), served.extras)
        detector.follow(self.calendar)
        return Lane(served, detector)

    def judge(self, cut: CutBlock) -> Iterator[Envelope]:
        """The events that one block sets off, in order; every block once, one after the other."""
        found: list[tuple[int, Envelope]] = []
        for lane in self.lanes:
            for chunk, outcome in lane.run(cut):
                found += [(chunk.clock, event) for event in self._published(lane.served, outcome, chunk)]
        yield from (event for _, event in sorted(found, key=lambda pair: pair[0]))

    def _published(self, served: Served, outcome: Outcome, chunk: Chunk) -> list[Envelope]:
        now = datetime.fromtimestamp(chunk.clock / 1000, UTC)
        return [
            to_event(
                served.scenario.SPEC,
                change,
                finding,
                served.identity,
                watermark=outcome.watermark,
                now=now,
                links=Links(),
            )
            for change, finding in outcome.changes
        ]
