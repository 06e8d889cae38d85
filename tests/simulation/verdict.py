"""What one process says of the same log, and whether the workers say the same."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from models.recording import Recording
from models.replay import Replay
from models.served import Served
from models.verdict import ModelIdentity
from shop_services.contracts.topics import ANOMALY_TOPIC
from tests.builders.logs import record, write
from tests.simulation.kafka import FakeKafka
from tests.simulation.minutes import STEM, Cell, Minutes, MinutesMemory, Steps

TOLD = ("status", "entity", "severity", "score", "direction", "summary")
Told = dict[tuple[str, int], Any]


class Sent(NamedTuple):
    """An event and when it arrived, ms."""

    topic: str
    raw: bytes
    arrived: int
    cell: Cell
    pieces: int


class Right(NamedTuple):
    """What must come out."""

    cells: dict[Cell, tuple[int, int]]
    told: Told
    watermark: int


def right(sent: Sequence[Sent]) -> Right:
    """The log replayed in one process, and its events counted one by one."""
    replay = Replay([Served(Minutes(), Steps(), ModelIdentity(STEM, "1", "", "serving"))])
    with tempfile.TemporaryDirectory() as folder:
        log = write(Path(folder) / "log.jsonl", [record(one.topic, one.raw, one.arrived) for one in sent])
        events = [msgspec.json.decode(event.data) for event in replay.events(Recording([log]))]
    memory = replay.lanes[0].detector.memory
    assert isinstance(memory, MinutesMemory)
    assert memory.cells == counted(sent), "the replay itself counts wrongly"
    return Right(counted(sent), told(events), replay.lanes[0].detector.watermark.value)


def counted(sent: Iterable[Sent]) -> dict[Cell, tuple[int, int]]:
    """Events and pieces by product and minute."""
    events, pieces = Counter[Cell](), Counter[Cell]()
    for one in sent:
        events[one.cell] += 1
        pieces[one.cell] += one.pieces
    return {cell: (events[cell], pieces[cell]) for cell in events}


def published(kafka: FakeKafka) -> Told:
    """What stands on the topic of anomalies."""
    return told(msgspec.json.decode(value)["data"] for value in kafka.values(ANOMALY_TOPIC))


def told(events: Iterable[dict[str, Any]]) -> Told:
    """Every revision once; AssertionError when one was told in two ways."""
    revisions: Told = {}
    for event in events:
        name = event["anomalyId"], event["revision"]
        said = [*(event[part] for part in TOLD), event["window"]]
        assert revisions.setdefault(name, said) == said, f"{name} was told in two ways: {revisions[name]} and {said}"
    return revisions
