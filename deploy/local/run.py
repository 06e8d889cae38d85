"""One run: start everything, tell what happens, judge it, stop everything."""

import time
from collections.abc import Iterator

from deploy.local import parts
from deploy.local.children import Children
from deploy.local.errors import PartEnded
from deploy.local.interruption import Interruption
from deploy.local.memory import peaks_mb
from deploy.local.options import RunOptions
from deploy.local.outage import Outage, outages
from deploy.local.preflight import check_ports
from deploy.local.screen import Screen
from deploy.local.shop_time import ShopTime
from deploy.local.startup import Startup
from deploy.local.stoppages import Stoppages
from deploy.local.summary import Summary
from deploy.local.told import ask_what_was_told
from deploy.local.truth import read_truth
from deploy.local.verdict import Verdict, judge
from deploy.local.watch import AnomalyWatch, WorkerWatch, anomaly_consumer
from shop_services.traffic.plan import PLANS

WORKER_EVERY_SECONDS = 1.0


class Run:
    """Owns what it starts; `close` stops it all, in reverse, whatever happened."""

    def __init__(self, options: RunOptions, screen: Screen, interruption: Interruption) -> None:
        self._options = options
        self._screen = screen
        self._interruption = interruption
        self._children = Children(options.folder / "logs")
        self._worker = WorkerWatch(options.worker_url)
        self._asked_at = 0.0
        self._anomalies: AnomalyWatch | None = None
        self._stoppages: Stoppages | None = None
        self._outages: list[Outage] = []
        self._clock = ShopTime(options.speed, options.start, time.time())
        self._start_seconds = 0.0

    def start(self) -> None:
        """Bring everything up; raises LocalError with a remedy when a part does not come, or Interrupted."""
        begin, options = time.monotonic(), self._options
        check_ports(options.ports())
        startup = Startup(options, self._children, self._screen, self._interruption.check)
        startup.start_kafka()
        self._clock = startup.start_processes()
        startup.wait_for(self._children.named("worker"), "the worker judges", self._worker.is_judging)
        startup.start_canary(self._clock)
        startup.start_recorder(self._clock)
        if options.with_watchers:
            startup.start_watchers()
        self._start_seconds = time.monotonic() - begin
        self._anomalies = AnomalyWatch(anomaly_consumer(options.bootstrap), self._clock)
        self._stoppages = Stoppages(options.folder, self._children, self._clock, options.truth)
        if options.with_shoppers:
            self._children.start(parts.shoppers(options, self._clock))
            self._outages = outages(PLANS[options.plan], self._children, self._clock, options.truth)

    def watch(self) -> None:
        """Tell what happens until the time is up; raises PartEnded when a process ends by itself, or Interrupted."""
        begin = max(time.time(), self._clock.anchor)
        for stem, reason in self._worker.degraded().items():
            self._screen.event(self._clock.now(), f"{stem} is not judged: {reason}", "yellow")
        while self._options.duration is None or time.time() < begin + self._options.duration:
            self._tell_anomalies()
            for line in self._happenings():
                self._screen.event(self._clock.now(), line, "bold")
            self._look_for_the_dead()
            self._interruption.check()

    def conclude(self) -> Verdict:
        """Judge the run so far, print its table, write its summary."""
        if self._stoppages:
            self._stoppages.finish()
        reports = list(self._anomalies.reports.values()) if self._anomalies else []
        over = self._anomalies.over if self._anomalies else {}
        verdict = judge(read_truth(self._options.truth), reports, self._options.planned)
        memory = peaks_mb(self._children)
        events = self._worker.events_seen()
        told = ask_what_was_told(self._options.alerts_url)
        summary = Summary(verdict, over, self._options.speed, events, self._start_seconds, memory, told)
        summary.show(self._screen.console)
        if self._anomalies and self._anomalies.unreadable:
            self._screen.console.print(f"  {self._anomalies.unreadable} records of anomaly-events could not be read")
        summary.write(self._options.folder / "summary.json")
        return verdict

    def close(self) -> None:
        """Stop everything this run has started."""
        self._children.stop()  # first: whatever becomes of our own connections, nothing is left running
        self._worker.close()
        if self._anomalies:
            self._anomalies.close()

    def _tell_anomalies(self) -> None:
        for at, anomaly in self._anomalies.poll() if self._anomalies else ():
            if anomaly.status != "updated":
                self._screen.anomaly(at, anomaly)

    def _happenings(self) -> Iterator[str]:
        yield from (line for line in (outage.turn() for outage in self._outages) if line)
        if self._stoppages:
            yield from self._stoppages.turn()
        if time.monotonic() - self._asked_at > WORKER_EVERY_SECONDS:
            self._asked_at = time.monotonic()
            if line := self._worker.change():
                yield line

    def _look_for_the_dead(self) -> None:
        for child in self._children:
            if child.has_ended and not (self._stoppages and self._stoppages.holds(child)):
                raise PartEnded(child.epitaph())
