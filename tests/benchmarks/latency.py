"""From a record produced to the anomaly seen: how long the whole worker takes, at several paces of ordinary traffic.

    python -m tests.benchmarks.latency [--paces 100,1000,5000,half] [--seconds 30] [--probes 100] [--json FILE]

Starts a Kafka and the shipped worker, with its shipped models and the wall clock. First a backlog shows how much the
worker can take at most; then every pace is held for some seconds, while probes (giant adds, wrong prices, see
`latency_probes`) are sent one by one and a consumer waits for their anomalies. Times are wall time on one machine, in
ms, from the moment before a probe is handed to the client to the moment its anomaly has come out of the other one.
`report` is the part up to the first stage's report of it, by that record's time; `one hop` a record that the same
client sends and receives with nobody in between: a verdict takes three such hops. `cores` is what the worker used of
the processor. Load, broker and worker share the machine, and so does whatever else runs: compare within one run.
"""

import argparse
import asyncio
import json
import math
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from models.report import decode
from shop_services.contracts.topics import ANOMALY_TOPIC, SHOP_TOPICS
from stream_app.topics import aggregates_topic
from tests.benchmarks.latency_probes import Probe, probes
from tests.benchmarks.latency_traffic import Load, shop_traffic
from tests.benchmarks.telling import show, tell
from tests.integration.worker.live_worker import start_worker

PARTITIONS = 4
BACKLOG = 300_000  # records
FEW = 50  # records; heartbeats are always on their way
QUIET_LOOKS = 4  # so often in a row there must be nothing left to read
LEAD_SECONDS = 3.0  # between the announcements of the probes' products and the first probe
PATIENCE_SECONDS = 10.0  # after the last probe
SCENARIOS = ("stock_exhaustion", "price_exploit")
PLAIN = "one hop"
PLAIN_TOPIC = "latency-one-hop"
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
TIMES = (*QUANTILES, "report50", "report99")
HEADS = (("events/s", 9), ("cores", 6), ("", 17), ("missed", 6), *((name, 8) for name in TIMES))


class Watch:
    """Notes when the anomaly of each product was seen, and when its report was written."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.seen: dict[tuple[str, int], float] = {}
        self.reported: dict[tuple[str, int], float] = {}

    async def run(self) -> None:
        """Until it is cancelled."""
        async for record in self._consumer:
            now = time.time()
            if record.topic == PLAIN_TOPIC:
                self.seen[PLAIN, int(record.value)] = now
            elif record.topic == ANOMALY_TOPIC:
                data = json.loads(record.value)["data"]
                if data["entity"]["kind"] == "product" and data["status"] == "opened":
                    self.seen.setdefault((data["scenario"], int(data["entity"]["id"])), now)
            else:
                for report in decode(record.value):
                    self._note(record.topic.removeprefix(aggregates_topic("")), report, record.timestamp)

    def _note(self, scenario: str, report: Any, written_ms: int) -> None:
        facts = report.facts
        tag = 4 if scenario == "stock_exhaustion" else 1  # what the probes' proofs become
        for product in facts.entity[(facts.entity >= 5_000_000) & (facts.tag == tag)].tolist():
            self.reported.setdefault((scenario, product), written_ms / 1000)


async def measure(bootstrap: str, port: int, pid: int, options: argparse.Namespace) -> dict[str, Any]:
    """All paces; figures by pace."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_batch_size=512 * 1024)
    topics = [ANOMALY_TOPIC, PLAIN_TOPIC, *map(aggregates_topic, SCENARIOS)]
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=bootstrap, fetch_max_wait_ms=5)
    await producer.start()
    load = Load(producer, PARTITIONS, shop_traffic(options.days, options.seed))
    try:
        most = await _most(load, port)
        tell(f"at most {most:,.0f} events/s from a backlog")
        await consumer.start()
        watch = Watch(consumer)
        watching = asyncio.create_task(watch.run())
        figures: dict[str, Any] = {"most": round(most)}
        paces = _paces(options.paces, most)
        hidden = list(probes(len(paces) * options.probes))
        for number, pace in enumerate(paces):
            own = hidden[number * options.probes : (number + 1) * options.probes]
            figures[f"{pace:.0f}"] = await _at(pace, load, watch, own, options.seconds, pid)
        watching.cancel()
        return figures
    finally:
        await consumer.stop()
        await producer.stop()


def _paces(text: str, most: float) -> list[float]:
    return [most / 2 if pace == "half" else float(pace) for pace in text.split(",")]


async def _most(load: Load, port: int) -> float:
    """Events a second the worker takes when they are there already."""
    await load.flood(BACKLOG // 10)
    await asyncio.to_thread(wait_until_read, port)  # warm: assigned, models loaded, code compiled
    began, before = time.perf_counter(), metric(port, "monitor_events_total")
    flood = asyncio.create_task(load.flood(BACKLOG))
    while (done := metric(port, "monitor_events_total") - before) < 0.95 * BACKLOG:  # noqa: ASYNC110 - asked over HTTP
        await asyncio.sleep(0.1)
    rate = done / (time.perf_counter() - began)
    await flood
    await asyncio.to_thread(wait_until_read, port)
    return rate


def wait_until_read(port: int, seconds: float = 180.0) -> None:
    """Wait until the worker has nothing left to read; TimeoutError."""
    deadline, quiet = time.monotonic() + seconds, 0
    while quiet < QUIET_LOOKS:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the worker had not read everything after {seconds:.0f} s")
        time.sleep(0.25)
        quiet = quiet + 1 if _is_done(port) else 0


def _is_done(port: int) -> bool:
    left = left_to_read(port)
    return left is not None and left < FEW


def left_to_read(port: int) -> int | None:
    """Records on the broker that the worker has not processed; None while it starts."""
    try:
        pipeline = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=30).json()["pipeline"]
    except httpx.TransportError:
        return None
    return int(pipeline["lagRecords"]) if pipeline["watermark"] else None


def metric(port: int, name: str) -> float:
    """Sum of a metric of the worker over all its labels."""
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((f"{name}{{", f"{name} ")))


async def _at(
    pace: float, load: Load, watch: Watch, hidden: Sequence[Probe], seconds: float, pid: int
) -> dict[str, Any]:
    """The figures of one pace; `pid` is the worker's."""
    tell(f"{pace:,.0f} events/s for {seconds:.0f} s, {len(hidden)} probes")
    await load.send([probe.announcement for probe in hidden])
    running = asyncio.create_task(load.run(pace, LEAD_SECONDS + seconds))
    await asyncio.sleep(LEAD_SECONDS)
    began, used = time.perf_counter(), cpu_seconds(pid)
    sent = await _send_probes(hidden, load, seconds)
    cores = (cpu_seconds(pid) - used) / (time.perf_counter() - began)
    reached = await running
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and not all(_name(probe) in watch.seen for probe in hidden):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    return {"reached": round(reached), "cores": round(cores, 2), **_figures(hidden, sent, watch)}


async def _send_probes(hidden: Sequence[Probe], load: Load, seconds: float) -> dict[tuple[str, int], float]:
    """Send the proofs, spread over the time at uneven distances; when each was handed over."""
    sent = {}
    rng = np.random.default_rng(len(hidden))
    gaps = rng.exponential(size=len(hidden))
    for probe, gap in zip(hidden, gaps / gaps.sum() * seconds, strict=True):
        await asyncio.sleep(gap)
        sent[_name(probe)] = time.time()
        await load.send([probe.proof])
        sent[PLAIN, probe.product] = time.time()
        await load.send_plain(PLAIN_TOPIC, b"%d" % probe.product)
    return sent


def _name(probe: Probe) -> tuple[str, int]:
    return probe.scenario, probe.product


def _figures(hidden: Sequence[Probe], sent: Mapping[tuple[str, int], float], watch: Watch) -> dict[str, Any]:
    names = {scenario: [_name(probe) for probe in hidden if probe.scenario == scenario] for scenario in SCENARIOS}
    names[PLAIN] = [(PLAIN, probe.product) for probe in hidden]
    return {name: _of_one(own, sent, watch) for name, own in names.items()}


def _of_one(names: Sequence[tuple[str, int]], sent: Mapping[tuple[str, int], float], watch: Watch) -> dict[str, Any]:
    whole = [watch.seen[name] - sent[name] for name in names if name in watch.seen]
    first = [watch.reported[name] - sent[name] for name in names if name in watch.reported]
    return {"missed": len(names) - len(whole), "ms": _quantiles(whole), "to_report_ms": _quantiles(first)}


def _quantiles(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {}
    values = np.quantile(seconds, list(QUANTILES.values())) * 1000
    return dict(zip(QUANTILES, values.round(1).tolist(), strict=True))


def table(figures: Mapping[str, Any]) -> str:
    """The figures to read."""
    rows = [" ".join(f"{name:>{width}}" for name, width in HEADS)]
    for held in figures.values():
        for name in (*SCENARIOS, PLAIN) if isinstance(held, dict) else ():
            of = held[name]
            cells = [of["ms"].get(quantile, math.nan) for quantile in QUANTILES]
            first = [of.get("to_report_ms", {}).get(quantile, math.nan) for quantile in ("p50", "p99")]
            times = "".join(f" {cell:>8.1f}" for cell in (*cells, *first))
            rows.append(f"{held['reached']:>9,} {held['cores']:>6} {name:>17} {of['missed']:>6}{times}")
    return "\n".join(rows)


def cpu_seconds(pid: int) -> float:
    """Time of the processor a process has used so far, all its threads together (Linux)."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def system(folder: Path, **settings: str) -> Iterator[tuple[str, int, int]]:
    """A Kafka and a worker on the wall clock; gives the broker's address, the port of the worker's health, its pid."""
    with Broker(folder / "kafka", free_port(), free_port(), heap_mb=512) as broker:
        create_topics(
            broker.bootstrap, {name: TopicConfig(PARTITIONS) for name in SHOP_TOPICS} | {PLAIN_TOPIC: TopicConfig()}
        )
        port = free_port()
        worker = start_worker(broker.bootstrap, folder / "worker", port, **{"clock": "wall"} | settings)
        try:
            yield broker.bootstrap, port, worker.pid
        finally:
            worker.terminate()
            worker.wait(30)


def main() -> None:
    """Parse the arguments, measure, print the table and, last, the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--paces", default="100,1000,5000,half", help="events a second; half: of what it can take")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each pace")
    parser.add_argument("--probes", type=int, default=100, help="of each pace, both scenarios together")
    parser.add_argument("--days", type=float, default=2.0, help="of the simulated shop, sent round and round")
    parser.add_argument("--seed", type=int, default=5, help="of the simulated shop")
    parser.add_argument("--json", type=Path, help="where the figures go too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, system(Path(folder)) as (bootstrap, port, pid):
        figures = uvloop.run(measure(bootstrap, port, pid, options))
    show(table(figures), figures, options.json)


if __name__ == "__main__":
    main()
