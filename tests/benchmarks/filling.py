"""The load: some days of the simulated shop, recorded once, and sent to the shop's topics once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from deploy.local.broker import TopicConfig, create_topics
from shop_services.contracts.topics import SHOP_TOPICS
from shop_services.traffic.curve import Surge
from shop_services.traffic.faults import Delivery
from shop_services.traffic.generate import Generation, Wish, line
from shop_services.traffic.replay import Pacing, connected, read_log, send_all

SEED = 5
START = datetime(2026, 3, 25, 9, tzinfo=UTC)  # behind what the shipped models have learnt
HORIZON_DAYS = 400.0  # the log ends with its number of events, long before
PARTITIONS = 4  # of each topic, as `make run` has them
COMPRESSION = "lz4"  # as the shop's own replay sends


@dataclass(frozen=True, slots=True)
class Load:
    """What every contestant reads."""

    records: int
    bytes: int  # of the lines of the log
    minutes: float  # of the shop's time
    path: Path


def record(events: int, demand: float, path: Path) -> Load:
    """So many messages on all six topics, as the generator writes them; `demand` times as many a minute as usual."""
    size, last = 0, START
    with path.open("wb") as file:
        for delivery in islice(deliveries(demand), events):
            size += file.write(line(delivery))
            last = datetime.fromisoformat(delivery.arrived)
    return Load(events, size, (last - START) / timedelta(minutes=1), path)


def deliveries(demand: float) -> Iterator[Delivery]:
    """Messages in order of arrival."""
    generation = Generation.of(Wish(HORIZON_DAYS, SEED, START))
    generation.world.demand.surge(Surge(START.timestamp(), generation.world.end, demand))
    return generation.deliveries()


def fill(bootstrap: str, load: Load) -> None:
    """Create the topics and send the load."""
    create_topics(bootstrap, {name: TopicConfig(PARTITIONS) for name in SHOP_TOPICS})
    with connected(bootstrap) as producer:
        tally = send_all(read_log(load.path), producer, Pacing(None), lambda _: None)
    if tally.failed or tally.total != load.records:
        raise SystemExit(f"only {tally.total - tally.failed} of {load.records} records were taken")
