"""Makes the seats of all detectors: what each of them needs of the worker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from faust import App

from models.calendar import Calendar
from models.clock import Clock
from models.decisions import Change
from models.detector import Detector
from models.spec import Scenario
from models.windows import Watermark
from shop_services.contracts.anomaly import Links
from stream_app.batching import BatchTable
from stream_app.config.watched import ConfigFile
from stream_app.judging import Judging
from stream_app.lineup import Lineup
from stream_app.metrics import Metrics
from stream_app.seat import Seat
from stream_app.sending import Sender
from stream_app.settings import Settings
from stream_app.snapshot_pace import SnapshotPace
from stream_app.snapshots import Snapshots
from stream_app.topics import state_table


@dataclass(frozen=True, slots=True)
class Seating:
    """What all seats share. `sources` are all partitions of the shop's topics, as `cart-events/3`."""

    app: App
    settings: Settings
    sources: frozenset[str]
    sender: Sender
    metrics: Metrics
    clock: Clock
    calendar: Callable[[], Calendar]
    config: ConfigFile

    def seat(self, scenario: Scenario, lineup: Lineup) -> Seat:
        """A detector's seat, with the table of its state."""
        table = BatchTable(self.app, state_table(lineup.stem), partitions=1)
        return Seat(
            lambda: self.judging(scenario, lineup), Snapshots(table), SnapshotPace(self.settings.snapshot_seconds)
        )

    def judging(self, scenario: Scenario, lineup: Lineup) -> Judging:
        """A detector that knows nothing yet."""
        watermark = Watermark(int(self.settings.lateness_seconds * 1000), self.sources)
        return Judging(
            Detector(scenario, lineup.guard, watermark, dict(lineup.serving.extras)),
            lineup,
            self.sender,
            self.metrics,
            self.clock,
            links_to(self.settings.console_url),
            calendar=self.calendar,
            tuning=lambda: self.config.tuning(lineup.stem),
        )


def links_to(console_url: str) -> Any:
    """Links of an anomaly: its page in the console, and what to do about one."""

    def links(change: Change) -> Links:
        return Links(
            incident=f"{console_url}/anomaly/{change.anomaly_id}", runbook=f"{console_url}/runbooks/AnomalyOpen"
        )

    return links
