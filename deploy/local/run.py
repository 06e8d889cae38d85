"""One run: start everything, watch, stop everything."""

import shutil
import time
from collections.abc import Callable
from functools import partial

import httpx
from rich.console import Console

from deploy.local import parts, summary
from deploy.local.broker import Broker
from deploy.local.children import Child, Children
from deploy.local.errors import LocalError
from deploy.local.options import RunOptions
from deploy.local.outage import Outage, outages
from deploy.local.preflight import check_disk, check_ports
from deploy.local.shop_time import ShopTime
from deploy.local.topics import TopicConfig, create_topics
from deploy.local.truth import read_truth
from deploy.local.verdict import judge
from deploy.local.watch import AnomalyWatch, PipelineWatch, events_seen
from shop_services.chassis.inboxes import INBOX_TOPICS
from shop_services.contracts.catalogue import owners
from shop_services.contracts.topics import SHOP_TOPICS
from shop_services.traffic.plan import DEMO

PARTITIONS = 4
START_SECONDS = 60.0
LEAD_SECONDS = 12.0  # about what the processes need to come up; the shop's clock shows its start then


class Run:
    """Owns what it starts; `close` stops it all, in reverse, whatever happened."""

    def __init__(self, options: RunOptions, console: Console) -> None:
        self._options = options
        self._console = console
        self._broker = Broker(options.folder / "kafka-data", options.kafka_port)
        self._children = Children(options.folder / "logs")
        self._anomalies: AnomalyWatch | None = None
        self._outages: list[Outage] = []
        self._deaths: list[str] = []
        self._clock = ShopTime(options.speed, options.start, time.time())

    def start(self) -> None:
        """Bring everything up; LocalError with a remedy when a part does not come."""
        check_ports(self._options.ports())
        self._prepare_folder()
        with self._console.status("starting Kafka"):
            self._broker.start()
        with self._console.status("creating topics"):
            names = (*SHOP_TOPICS, *INBOX_TOPICS)
            create_topics(self._options.bootstrap, {name: TopicConfig(PARTITIONS) for name in names})
        self._clock = ShopTime(self._options.speed, self._options.start, time.time() + LEAD_SECONDS)
        self._start_processes()
        self._anomalies = AnomalyWatch(self._options.bootstrap, self._clock)
        if self._options.with_shoppers:
            self._children.start(parts.shoppers(self._options, self._clock))

    def watch(self) -> bool:
        """Tell what happens until the time is up; True when the run was good (always, when it has no end)."""
        pipeline = PipelineWatch(self._options.worker_url)
        end = time.time() + self._options.duration if self._options.duration else None
        while end is None or time.time() < end:
            self._tell_anomalies()
            for line in (pipeline.poll(), *(outage.turn() for outage in self._outages)):
                if line:
                    self._say(line)
            self._tell_deaths()
        return self._conclude() if end is not None else not self._deaths

    def close(self) -> None:
        """Stop everything this run has started."""
        if self._anomalies:
            self._anomalies.close()
        self._children.stop()
        self._broker.stop()

    def _prepare_folder(self) -> None:
        folder = self._options.folder
        for left in ("kafka-data", "logs", "shop", "monitor"):  # state of different ages must never meet
            shutil.rmtree(folder / left, ignore_errors=True)
        for name in ("logs", "shop", "monitor"):
            (folder / name).mkdir(parents=True)
        self._options.truth.unlink(missing_ok=True)
        check_disk(folder)

    def _start_processes(self) -> None:
        options, clock = self._options, self._clock
        for part in (parts.worker(options, clock), *parts.services(options, clock), parts.console(options, clock)):
            self._children.start(part)
        for child in self._children:
            self._await(child, f"waiting for {child.name}", partial(_answers, options.ports()[child.name]))
        worker = self._children.named("worker")
        self._await(worker, "waiting for the worker to judge", PipelineWatch(options.worker_url).is_ready)
        processes = {owner.SERVICE: self._children.named(owner.__name__.rpartition(".")[2]) for owner in owners()}
        self._outages = outages(DEMO if options.with_shoppers else (), processes, clock, options.truth)

    def _await(self, child: Child, text: str, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        with self._console.status(text):
            while not is_ready():
                if child.process.poll() is not None:
                    raise LocalError(f"{child.name} ended while starting; {child.log} ends with:\n{child.tail()}")
                if time.monotonic() > deadline:
                    raise LocalError(f"{child.name} is not ready after {START_SECONDS:.0f} s: see {child.log}")
                time.sleep(0.1)

    def _tell_anomalies(self) -> None:
        for data in self._anomalies.poll() if self._anomalies else ():
            if data["status"] != "updated":
                self._say(f"{data['status']:8} {data['severity']:8} {data['scenario']}: {data['summary']}")

    def _tell_deaths(self) -> None:
        for child in self._children.take_dead():
            self._deaths.append(child.name)
            self._say(f"{child.name} died (status {child.process.returncode}); {child.log} ends with:\n{child.tail()}")
        if not self._broker.is_running and "kafka" not in self._deaths:
            self._deaths.append("kafka")
            self._say(f"kafka died; see {self._broker.log}")

    def _conclude(self) -> bool:
        reports = self._anomalies.reports.values() if self._anomalies else ()
        verdict = judge(read_truth(self._options.truth), list(reports))
        events = events_seen(self._options.worker_url)
        summary.write(self._options.folder / "summary.json", verdict, events, self._deaths)
        summary.show(self._console, verdict, self._options.speed, events)
        return verdict.is_good and not self._deaths

    def _say(self, line: str) -> None:
        self._console.print(f"[dim]{self._clock.now():%H:%M}[/dim] ", end="")
        self._console.print(line, markup=False, highlight=False)


def _answers(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2)
    except httpx.HTTPError:
        return False
    return True
