"""How long a worker takes from its start to its first verdict, with a state of many users and products and without.

    python -m tests.benchmarks.restart [--entities 1000,1000000] [--json FILE]

The states of the scenarios that follow single users and products are made in-process (see `many_keys`) and written to
their changelogs as the worker would have stored them. Giant adds wait in the shop's topics. Then the worker starts:
`seconds` is wall time from there until both scenarios' first anomaly is seen, `cpu` the worker's time of the processor
until then. The first row is a worker without any state; `x` is the time over that row's.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from models.registry import Registry
from models.scenarios.discovery import scenarios
from models.served import load_served
from shop_services.contracts.topics import ANOMALY_TOPIC, SHOP_TOPICS
from stream_app.snapshots import FakeStore, Snapshot, Snapshots
from stream_app.topics import APP_ID
from tests.benchmarks.latency import cpu_seconds
from tests.benchmarks.latency_probes import probes
from tests.benchmarks.latency_traffic import Load
from tests.benchmarks.many_keys import PER_SECOND, STEMS, Brain, Shop, fill
from tests.benchmarks.telling import show, tell
from tests.integration.worker.live_worker import start_worker

PARTITIONS = 4
PROBES = 10
PATIENCE_SECONDS = 300.0


def states(entities: int) -> dict[str, bytes]:
    """What the worker would have stored, by stem, of a shop with so many users and products up to now."""
    events = 3 * entities
    shop = Shop(entities, start_ms=int(time.time() * 1000) - events * 1000 // PER_SECOND)
    brain = Brain(load_served(Registry(), [scenarios()[stem] for stem in STEMS]))
    fill(brain, shop)
    for detector in brain.detectors:  # it was counted in no topic of this Kafka
        detector.watermark.sources.clear()
        detector.ledger.sources.clear()
    return {stem: detector.save() for stem, detector in zip(STEMS, brain.detectors, strict=True)}


async def write_changelogs(bootstrap: str, held: Mapping[str, bytes]) -> None:
    """Store the states as of before the first report."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        for stem, state in held.items():
            store = FakeStore()
            Snapshots(store).save(Snapshot(state, -1))
            for (_, key), value in store.rows.items():
                await producer.send_and_wait(changelog(stem), value, key, partition=0)
    finally:
        await producer.stop()


def changelog(stem: str) -> str:
    """The topic behind a scenario's table."""
    return f"{APP_ID}-state-{stem}-changelog"


async def send_probes(bootstrap: str) -> None:
    """Giant adds and wrong prices, and what announces their products."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    load = Load(producer, PARTITIONS, [])
    hidden = list(probes(PROBES))
    await load.send([probe.announcement for probe in hidden])
    await asyncio.sleep(1)
    await load.send([probe.proof for probe in hidden])
    await producer.stop()


async def first_verdicts(bootstrap: str, folder: Path) -> dict[str, float]:
    """Start a worker, and wait."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    consumer.subscribe([ANOMALY_TOPIC])
    await consumer.start()
    began = time.perf_counter()
    worker = start_worker(bootstrap, folder, free_port(), clock="wall")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            told: set[str] = set()
            while not told >= set(STEMS):
                told.add(json.loads((await consumer.getone()).value)["data"]["scenario"])
        return {"seconds": time.perf_counter() - began, "cpu": cpu_seconds(worker.pid)}
    finally:
        worker.kill()
        await asyncio.to_thread(worker.wait)
        await consumer.stop()


def measure(entities: int) -> dict[str, float]:
    """The figures of one start; 0 entities: without a state."""
    held = states(entities) if entities else {}
    tell(f"{entities:,} entities, {sum(map(len, held.values())) / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder, "kafka"), free_port(), free_port()) as broker:
        topics = {name: TopicConfig(PARTITIONS) for name in SHOP_TOPICS} | {ANOMALY_TOPIC: TopicConfig(1)}
        compacted = TopicConfig(1, {"cleanup.policy": "compact"})
        create_topics(broker.bootstrap, topics | {changelog(stem): compacted for stem in held})
        asyncio.run(write_changelogs(broker.bootstrap, held))
        asyncio.run(send_probes(broker.bootstrap))
        found = asyncio.run(first_verdicts(broker.bootstrap, Path(folder, "worker")))
    return {"megabytes": sum(map(len, held.values())) / 1e6, **found}


def table(figures: Mapping[str, Mapping[str, float]]) -> str:
    """The figures to read."""
    first = next(iter(figures.values()))["seconds"]
    rows = [f"{'entities':>12} {'state MB':>10} {'seconds':>10} {'cpu':>10} {'x':>8}"]
    rows += [
        f"{int(name):>12,} {held['megabytes']:>10.1f} {held['seconds']:>10.1f} {held['cpu']:>10.1f} "
        f"{held['seconds'] / first:>8.2f}"
        for name, held in figures.items()
    ]
    return "\n".join(rows)


def main() -> None:
    """Parse the arguments, measure, print the table and, last, the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entities", default="1000,1000000", help="users and products together")
    parser.add_argument("--json", type=Path, help="where the figures go too")
    options = parser.parse_args()
    figures: dict[str, Any] = {name: measure(int(name)) for name in ("0", *options.entities.split(","))}
    show(table(figures), figures, options.json)


if __name__ == "__main__":
    main()
