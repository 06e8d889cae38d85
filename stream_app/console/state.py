"""Everything the API and the pages look at, in one value, built once by `server`."""

from dataclasses import dataclass
from typing import Self

from prometheus_client import CollectorRegistry

from models.clock import WallClock
from stream_app.console.anomalies import Filter
from stream_app.console.feed import Feed
from stream_app.console.health import HealthPoller, WorkerHealth
from stream_app.console.metrics import STATUSES, ConsoleMetrics
from stream_app.console.options import ConsoleOptions
from stream_app.console.timeline import Timeline
from stream_app.console.verdict import Verdict, judge


@dataclass(frozen=True, slots=True)
class Console:
    """The timeline, what fills it, and the worker's health. Used on the event loop only."""

    options: ConsoleOptions
    timeline: Timeline
    feed: Feed
    poller: HealthPoller
    metrics: ConsoleMetrics

    @classmethod
    def build(cls, options: ConsoleOptions) -> Self:
        """A console that has read nothing yet."""
        timeline = Timeline()
        metrics = ConsoleMetrics(CollectorRegistry(), (options.anomaly_topic, options.readings_topic))
        return cls(options, timeline, Feed(options, timeline, metrics), HealthPoller(options.worker_url), metrics)

    @property
    def worker(self) -> WorkerHealth:
        """What the worker said last."""
        return self.poller.state

    def now_ms(self) -> int:
        """The shop's time, ms since the epoch; when only the log knows it, the newest that was seen of the log."""
        clock = self.options.clock or WallClock()
        pipeline = self.worker.readiness.pipeline
        return clock.now_ms() or max(self.timeline.curves.newest, pipeline.watermark or 0)

    def verdict(self) -> Verdict:
        """Is the shop all right?"""
        meant = [anomaly for anomaly in self.timeline.anomalies.open() if not anomaly.is_rehearsal]
        return judge(meant, self.worker, self.feed.state)

    def measure(self) -> None:
        """Bring the gauges up to date."""
        metrics, feed, anomalies = self.metrics, self.feed.state, self.timeline.anomalies
        metrics.connected.set(feed.is_fresh)
        metrics.worker.set(self.worker.answers)
        metrics.series.set(len(self.timeline.curves))
        metrics.lost(evicted=anomalies.evicted, refused=self.timeline.curves.refused)
        for topic, records in feed.lag.items():
            metrics.lag.labels(topic).set(records)
        for status in STATUSES:
            metrics.anomalies.labels(status).set(sum(1 for _ in anomalies.select(Filter(status))))
