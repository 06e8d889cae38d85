"""The first story: one broker, some workers in one group, and what is done to them while a log comes in."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from models.scenarios.discovery import scenarios
from shop_services.contracts.topics import SHOP_TOPICS
from tests.chaos.acts import Act, draw_acts
from tests.chaos.crew import Crew
from tests.chaos.feed import Feed
from tests.chaos.findings import Findings
from tests.chaos.judgement import judge
from tests.chaos.positions import Positions
from tests.chaos.reference import replayed
from tests.integration.worker.live_worker import wait_until_judged

HEAD_START = 0.2  # of the log
SETTINGS = {"MONITOR_CLOCK": "events", "MONITOR_LOG_LEVEL": "warning", "MONITOR_SETTLE_SECONDS": "2"}
LOOK_SECONDS = 1.0
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Story:
    """How much is played. `seconds` bounds everything after the last blow."""

    seed: int
    kills: int
    workers: int = 3
    partitions: int = 3
    heap_mb: int = 400
    seconds: float = 300.0


def play(story: Story, log: Path, events: int, folder: Path, tell: Tell) -> Findings:
    """Play it in `folder`, then compare with the replay of the log."""
    began = time.monotonic()
    acts = draw_acts(Random(story.seed), story.workers, story.kills)
    with Broker(folder / "kafka", free_port(), free_port(), heap_mb=story.heap_mb) as node, ExitStack() as stack:
        create_topics(node.bootstrap, dict.fromkeys(SHOP_TOPICS, TopicConfig(story.partitions)))
        feed = started_feed(stack, node.bootstrap, log, events, acts[-1].at)
        crew = started_crew(stack, node.bootstrap, folder / "workers", story.workers)
        positions = Positions(node.bootstrap, tuple(scenarios()))
        stack.callback(positions.close)
        perform(acts, crew, lambda: look(feed, crew, positions))
        tell(f"{time.monotonic() - began:.0f} s: the last blow has fallen, {feed.tally.total} records are sent")
        settle(feed, crew, story.seconds)
        tell(f"{time.monotonic() - began:.0f} s: everything is read")
        crew.stop()
        faults = judge(node.bootstrap, replayed(log), positions)
    return Findings("workers", story.seed, events, dict(crew.done), crew.ended, faults, time.monotonic() - began)


def started_feed(stack: ExitStack, bootstrap: str, log: Path, events: int, seconds: float) -> Feed:
    """A feed that has its head start and sends the rest within so many seconds."""
    at_once = int(events * HEAD_START)
    feed = Feed(bootstrap, log, at_once, (events - at_once) / seconds)
    feed.thread.start()
    stack.callback(feed.end)
    feed.is_ahead.wait()
    return feed


def started_crew(stack: ExitStack, bootstrap: str, folder: Path, size: int) -> Crew:
    """Workers that are ended when the stack is left."""
    folder.mkdir(parents=True, exist_ok=True)
    crew = Crew(bootstrap, folder, size, SETTINGS)
    stack.callback(crew.stop)
    crew.start()
    return crew


def perform(acts: Sequence[Act], crew: Crew, look: Callable[[], None]) -> None:
    """Do what was drawn, when it is due; `look` about every second."""
    begun = time.monotonic()
    for act in acts:
        while (left := begun + act.at - time.monotonic()) > 0:
            time.sleep(min(LOOK_SECONDS, left))
            look()
        crew.act(act)


def look(feed: Feed, crew: Crew, positions: Positions) -> None:
    """Raise what keeps the feed from going on, mend the crew, note what is committed."""
    assert feed.has_ended in (True, False)
    crew.mend()
    positions.look()


def settle(feed: Feed, crew: Crew, seconds: float) -> None:
    """Wait until everything is sent, read and judged; AssertionError when that takes longer."""
    deadline = time.monotonic() + seconds
    while not feed.has_ended:
        assert time.monotonic() < deadline, f"after {seconds:.0f} s only {feed.tally.total} records were sent"
        crew.mend()
        time.sleep(LOOK_SECONDS)
    wait_until_judged(crew.ports, deadline - time.monotonic())
