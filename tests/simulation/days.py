"""Days of the shop through the real scenarios and models, read by workers that lag, die and hang.

What a worker reads at once is drawn from a few records to whole days of a partition, and whoever takes a partition over
reads it again from the start of its segment while others are days ahead. So the watermark stands still and then jumps.
"""

import zlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from faust.types import TP

from models.clock import EventClock
from models.recording import Recording
from models.served import Served
from shop_services.contracts.topics import ANOMALY_TOPIC, SHOP_TOPICS
from shop_services.traffic.replay import read_log
from stream_app.lineup import Lineup
from stream_app.loading import LoadedModel
from tests.builders.replayed import revisions
from tests.chaos.anomalies import last_states, published
from tests.simulation.kafka import FakeKafka
from tests.simulation.node import Node, Plan, Time

PARTITIONS = 3
WORKERS = 3
AT_ONCE = (200, 1_000, 5_000, 20_000)  # records of a partition
PAUSED_TURNS = (5, 40)
SNAPSHOT_SECONDS = 3.0


def plan_of(served: Served) -> Plan:
    """The worker's plan for a scenario as it is shipped, over the clock of a recorded log."""
    model = LoadedModel(served.model, served.identity, served.extras)

    def new_lineup() -> Lineup:
        return Lineup(served.identity.name, model, lambda _: model, features=served.scenario.SPEC.features)

    sources = tuple(TP(topic, partition) for topic in SHOP_TOPICS for partition in range(PARTITIONS))
    return Plan(sources, served.scenario, new_lineup, lambda _: EventClock())


def replayed(served: Served, log: Path) -> dict[str, dict]:
    """The last state of every anomaly by id, as one process that reads the log once has them."""
    return {told["anomalyId"]: told for told in revisions(Recording([log]), [served])}


@dataclass(slots=True)
class Days:
    """Workers over a log that is on the broker already."""

    plan: Plan
    chance: Random
    kafka: FakeKafka = field(default_factory=FakeKafka)
    time: Time = field(default_factory=lambda: Time(1_700_000_000_000))
    nodes: list[Node] = field(default_factory=list)
    paused: dict[int, int] = field(default_factory=dict)  # worker: turns until it is back

    def play(self, log: Path) -> dict[str, dict]:
        """Read all of it; the last state of every anomaly by id, as it was published."""
        for record in read_log(log):
            tp = TP(record.topic, zlib.crc32(record.key) % PARTITIONS)
            self.kafka.append(tp, record.value, self.time.now)
        self.nodes = [self._new() for _ in range(WORKERS)]
        self._spread()
        while not self._is_read():
            self.time.now += self.chance.choice((20, 100, 500))
            self._turn(self.chance.choice(self.nodes))
            self._blow()
        self._settle()
        return last_states(published(self.kafka.values(ANOMALY_TOPIC)))

    def _new(self) -> Node:
        return Node(self.kafka, self.time, SNAPSHOT_SECONDS, len(self.plan.sources), self.plan)

    def _turn(self, node: Node) -> None:
        most = self.chance.choice(AT_ONCE)
        places = [tp for tp in sorted(node.reach) if self.chance.random() < 0.5]
        node.read(places, most, self.chance.choice((*[None] * 12, 0, 1, 2)))
        if self.chance.random() < 0.7:
            node.beat()
        if self.chance.random() < 0.3:
            node.commit(self.chance.random() < 0.8, self.chance.choice((None, None, 0, 1)))

    def _blow(self) -> None:
        """Now and then a worker dies or hangs; whoever hung for long enough is back."""
        worker, what = self.chance.randrange(WORKERS), self.chance.random()
        if what < 0.04:
            self.nodes[worker] = self._new()
            self.paused.pop(worker, None)
            self._spread()
        elif what < 0.06 and not self.paused:
            self.nodes[worker].is_member, self.paused[worker] = False, self.chance.randint(*PAUSED_TURNS)
            self._spread()
        self._bring_back()

    def _bring_back(self) -> None:
        for worker, turns in list(self.paused.items()):
            self.paused[worker] = turns - 1
            if turns <= 1:
                del self.paused[worker]
                self.nodes[worker].is_member = True
                self._spread()

    def _spread(self) -> None:
        members = [node for node in self.nodes if node.is_member]
        places = [*self.plan.sources, self.plan.reports]
        self.chance.shuffle(places)
        for number, node in enumerate(members):
            node.assign(places[number :: len(members)])

    def _is_read(self) -> bool:
        return all(self.kafka.committed.get(tp, 0) >= self.kafka.end(tp) for tp in self.plan.sources)

    def _settle(self) -> None:
        for node in self.nodes:
            node.is_member = True
        self._spread()
        for node in self.nodes * 4:  # what one reports last is judged in a later turn, and days by and by
            node.read(sorted(node.reach), 10**6)
            node.beat()
