"""The second story: three brokers that die in turn and come back, one of them only cut off, under the same load."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from deploy.local.broker import TopicConfig, create_topics
from deploy.local.cluster import Cluster
from shop_services.contracts.topics import SHOP_TOPICS
from tests.chaos.findings import Findings
from tests.chaos.judgement import judge
from tests.chaos.node_blows import NodeBlows
from tests.chaos.reference import Reference
from tests.chaos.stage import Stage
from tests.chaos.workers import Tell


@dataclass(frozen=True, slots=True)
class Story:
    """How much is played; a blow falls every `every_seconds`."""

    seed: int
    seconds: float = 300.0
    every_seconds: float = 30.0
    workers: int = 2
    partitions: int = 3
    wave: int = 50_000  # events that come in at once
    heap_mb: int = 400
    settle_seconds: float = 240.0


def play(story: Story, log: Path, reference: Reference, folder: Path, tell: Tell) -> Findings:
    """Play it in `folder`, then compare with what the replay of the log says."""
    began = time.monotonic()
    with Cluster(folder / "kafka", heap_mb=story.heap_mb) as cluster, ExitStack() as stack:
        create_topics(cluster.bootstrap, dict.fromkeys(SHOP_TOPICS, TopicConfig(story.partitions, replicas=3)))
        stage = Stage(stack, cluster.bootstrap, folder / "workers", story.workers)
        stage.open(log, reference.events, story.wave)
        blows = NodeBlows(cluster, Random(story.seed), story.every_seconds)
        blows.fall(story.seconds, stage.wait_until)
        tell(f"{time.monotonic() - began:.0f} s: the last blow has fallen")
        stage.settle(story.settle_seconds)
        tell(f"{time.monotonic() - began:.0f} s: everything is read and judged")
        faults = judge(cluster.bootstrap, reference, stage.positions)
    seconds = time.monotonic() - began
    return Findings("nodes", story.seed, reference.events, dict(blows.done), stage.crew.ended, faults, seconds)
