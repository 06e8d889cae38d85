"""Does the worker's memory stay level while the broker is slow, stands still, or brings records nobody can read?

    python -m tests.benchmarks.memory [--seconds 600] [--pace 2000] [--json FILE]

Starts a Kafka of its own and the shipped worker behind a proxy that can let through little of what it sends. First the
worker reads a backlog, so that its state is as large as the shop makes it. Then load goes on, and every tenth record
cannot be read and becomes a dead letter, while the broker is slow, stands still and is well in turn. `held_up` are the
records not yet counted when the trouble ends. `most_left`,
`most_waiting` and `most_state` are the records still to be read, the facts ahead of their time, and the bytes of the
stored states, each at the worst: they say what a growth is made of. The worker's memory is looked at all the while: it
is level when the last third of the time holds no more than the first third times `MOST_GROWTH`, and what it holds at
most, over what it held when the backlog was read, stays below `MOST_OVER`. Both are ratios taken in one run. Ends with
status 1 when one of them is not kept.
"""

import argparse
import asyncio
import math
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from deploy.local.broker import TopicConfig, create_topics, free_port
from shop_services.contracts.topics import SHOP_TOPICS
from tests.benchmarks.latency import left_to_read, metric, wait_until_read
from tests.benchmarks.latency_traffic import Load, Template, shop_traffic
from tests.benchmarks.slow_broker import SlowBroker, slow_broker
from tests.benchmarks.telling import show, tell
from tests.integration.worker.live_worker import start_worker

BACKLOG = 160_000  # records: more than the open segments of all sources hold
PARTITIONS = 1
SLOW_BYTES_PER_SECOND = 60_000.0  # of what the worker sends
ROUND_SECONDS = 6.0  # of slowness; and without any, so that what was held up goes through
STANDSTILL_SECONDS = 3.0  # shorter than a session: the worker keeps its partitions
BAD_SHARE = 10  # one of so many records cannot be read
MOST_GROWTH = 1.08
MOST_OVER = 1.15
EVERY_SECONDS = 0.5
POINTS = 12  # of the course of memory
TOLD = {"waiting": "monitor_waiting_facts", "state": "monitor_snapshot_bytes"}


def with_bad_records(traffic: Sequence[Template]) -> list[Template]:
    """The traffic with records between that are no messages."""
    bad = Template("cart-events", b"1", b'{"specversion": "1.0", "time": "', b'", "data": not json')
    return [
        record for number, good in enumerate(traffic) for record in ([good, bad] if not number % BAD_SHARE else [good])
    ]


def rss(pid: int) -> int:
    """Bytes a process holds (Linux)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def sample(pid: int, into: list[int]) -> None:
    """Note the memory until cancelled."""
    while True:
        into.append(rss(pid))
        await asyncio.sleep(EVERY_SECONDS)


async def sample_worker(port: int, into: list[dict[str, int]]) -> None:
    """Note what the worker says of itself, until cancelled: what it has still to read, what waits, its state's size."""
    while True:
        told = {name: round(await asyncio.to_thread(metric, port, long)) for name, long in TOLD.items()}
        into.append(told | {"left": await asyncio.to_thread(left_to_read, port) or 0})
        await asyncio.sleep(EVERY_SECONDS)


async def trouble(slow: SlowBroker) -> None:
    """A slow broker, one that stands still, and one that is well, in turn, until cancelled."""
    while True:
        slow.proxy.bytes_per_second = SLOW_BYTES_PER_SECOND
        await asyncio.sleep(ROUND_SECONDS)
        slow.broker.process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(STANDSTILL_SECONDS)
        finally:
            slow.broker.process.send_signal(signal.SIGCONT)
        slow.proxy.bytes_per_second = math.inf
        await asyncio.sleep(ROUND_SECONDS)


async def unbroken(slow: SlowBroker) -> None:
    """A broker that is slow all the time, until cancelled: whatever the worker is given it keeps."""
    slow.proxy.bytes_per_second = SLOW_BYTES_PER_SECOND
    await asyncio.Event().wait()


Trouble = Callable[[SlowBroker], Coroutine[Any, Any, None]]


async def measure(slow: SlowBroker, port: int, pid: int, seconds: float, pace: float, kind: Trouble) -> dict[str, Any]:
    """Memory over time and what became of the load."""
    producer = AIOKafkaProducer(bootstrap_servers=slow.direct, max_batch_size=512 * 1024)
    await producer.start()
    load = Load(producer, PARTITIONS, with_bad_records(shop_traffic(2.0, 5)))
    held: list[int] = []
    told: list[dict[str, int]] = []
    try:
        await load.flood(BACKLOG)
        await asyncio.to_thread(wait_until_read, port)
        start = rss(pid)
        tell(f"the backlog is read, {start / 1e6:.0f} MB; trouble for {seconds:.0f} s")
        beside = (sample(pid, held), sample_worker(port, told), kind(slow))
        around = [asyncio.create_task(one) for one in beside]
        reached = await load.run(pace, seconds)
        held_up = load.sent - round(await asyncio.to_thread(taken, port))
        for task in around:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    finally:
        slow.proxy.bytes_per_second = math.inf
        await producer.stop()
    await asyncio.to_thread(wait_until_read, port)
    letters = round(metric(port, "monitor_dead_letters_total"))
    over = round(max(held) / start, 3)
    figures = {"pace": round(reached), "dead_letters": letters, "held_up": held_up, **_most(told), "over": over}
    return figures | level(held)


def taken(port: int) -> float:
    """Records that the worker has counted or set aside; its own lag knows nothing of partitions that wait for room."""
    return metric(port, "monitor_events_total") + metric(port, "monitor_dead_letters_total")


def _most(told: Sequence[Mapping[str, int]]) -> dict[str, int]:
    return {f"most_{name}": max(one[name] for one in told) for name in (*TOLD, "left")}


def level(held: Sequence[int]) -> dict[str, Any]:
    """The medians of the first and the last third, MB, and their ratio; the course in a few points."""
    third = max(len(held) // 3, 1)
    first, last = statistics.median(held[:third]), statistics.median(held[-third:])
    figures = {"first_mb": first / 1e6, "last_mb": last / 1e6, "most_mb": max(held) / 1e6, "growth": last / first}
    parts = [held[at : at + max(len(held) // POINTS, 1)] for at in range(0, len(held), max(len(held) // POINTS, 1))]
    course = " ".join(f"{statistics.median(part) / 1e6:.0f}" for part in parts)
    return {name: round(value, 3) for name, value in figures.items()} | {"course_mb": course}


def run(folder: Path, seconds: float, pace: float, kind: Trouble = trouble) -> dict[str, Any]:
    """The whole measurement."""
    with slow_broker(folder / "kafka") as slow:
        create_topics(slow.direct, {name: TopicConfig(PARTITIONS) for name in SHOP_TOPICS})
        port = free_port()
        worker = start_worker(slow.proxied, folder / "worker", port, clock="wall")
        try:
            figures = asyncio.run(measure(slow, port, worker.pid, seconds, pace, kind))
            time.sleep(1)
            assert worker.poll() is None, f"the worker ended by itself with status {worker.returncode}"
            return figures
        finally:
            worker.terminate()
            worker.wait(30)


def table(figures: Mapping[str, Any]) -> str:
    """The figures to read."""
    return "\n".join(f"{name:>14} {value}" for name, value in figures.items())


def main() -> None:
    """Parse the arguments, measure, print the table and, last, the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=600.0, help="of trouble")
    parser.add_argument("--pace", type=float, default=2_000.0, help="events a second")
    parser.add_argument("--json", type=Path, help="where the figures go too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = run(Path(folder), options.seconds, options.pace)
    show(table(figures), figures, options.json)
    sys.exit(figures["growth"] > MOST_GROWTH or figures["over"] > MOST_OVER)


if __name__ == "__main__":
    main()
