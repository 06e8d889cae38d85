"""The first story: one broker, some workers in one group, and what is done to them while a log comes in."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from shop_services.contracts.topics import SHOP_TOPICS
from tests.chaos.acts import Act, draw_acts
from tests.chaos.findings import Findings
from tests.chaos.judgement import judge
from tests.chaos.reference import Reference
from tests.chaos.stage import Stage

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Story:
    """How much is played; `settle_seconds` bounds what comes after the last blow."""

    seed: int
    kills: int
    workers: int = 3
    partitions: int = 3
    wave: int = 200_000  # events that come in at once
    heap_mb: int = 400
    settle_seconds: float = 300.0


def play(story: Story, log: Path, reference: Reference, folder: Path, tell: Tell) -> Findings:
    """Play it in `folder`, then compare with what the replay of the log says."""
    began = time.monotonic()
    acts = draw_acts(Random(story.seed), story.workers, story.kills)
    with Broker(folder / "kafka", free_port(), free_port(), heap_mb=story.heap_mb) as node, ExitStack() as stack:
        create_topics(node.bootstrap, dict.fromkeys(SHOP_TOPICS, TopicConfig(story.partitions)))
        stage = Stage(stack, node.bootstrap, folder / "workers", story.workers)
        stage.open(log, reference.events, story.wave)
        for before, act in pairwise([Act(0.0, "start", 0), *acts]):
            stage.read_for(act.at - before.at)
            stage.crew.act(act)
        tell(f"{time.monotonic() - began:.0f} s: the last blow has fallen")
        stage.settle(story.settle_seconds)
        tell(f"{time.monotonic() - began:.0f} s: everything is read and judged")
        faults = judge(node.bootstrap, reference, stage.positions)
    crew, seconds = stage.crew, time.monotonic() - began
    return Findings("workers", story.seed, reference.events, dict(crew.done), crew.ended, faults, seconds)
