"""Everything the API and the pages look at, in one value, built once by `server`."""

from dataclasses import dataclass
from typing import Self

from prometheus_client import CollectorRegistry

from models.clock import WallClock
from stream_app.console.access.door import Door, open_door
from stream_app.console.access.keeping import keep_trail
from stream_app.console.access.trail import Trail
from stream_app.console.anomalies import Filter
from stream_app.console.desk import DeskOnThreads
from stream_app.console.feed import Feed
from stream_app.console.following import Following
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
    following: Following
    door: Door
    desk: DeskOnThreads

    @classmethod
    def build(cls, options: ConsoleOptions) -> Self:
        """A console that has read nothing yet; raises AccessRefused and BadSetting."""
        timeline = Timeline()
        topics = (options.anomaly_topic, options.readings_topic, options.dead_letter_topic)
        metrics = ConsoleMetrics(CollectorRegistry(), topics)
        following = Following(metrics)
        feed, poller = Feed(options, timeline, metrics, following), HealthPoller(options.worker_url)
        door, desk = (
            open_door(options.access, options.data, metrics, Trail(metrics)),
            DeskOnThreads(options.database_url),
        )
        return cls(options, timeline, feed, poller, metrics, following, door, desk)

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

    async def keep_trail(self) -> None:
        """Keep the audit log until cancelled."""
        await keep_trail(self.door.trail, self.desk)

    def measure(self) -> None:
        """Bring the gauges up to date."""
        metrics, feed, anomalies = self.metrics, self.feed.state, self.timeline.anomalies
        metrics.connected.set(feed.is_fresh)
        metrics.worker.set(self.worker.answers)
        metrics.access_current.set(self.door.file is None or not self.door.file.problem)
        metrics.series.set(len(self.timeline.curves))
        letters = self.timeline.letters.evicted
        metrics.lost(evicted=anomalies.evicted, refused=self.timeline.curves.refused, letters=letters)
        for topic, records in feed.lag.items():
            metrics.lag.labels(topic).set(records)
        for status in STATUSES:
            metrics.anomalies.labels(status).set(sum(1 for _ in anomalies.select(Filter(status))))
