"""Both stages around one broker in memory, which may refuse."""

from collections.abc import Sequence

import msgspec
from prometheus_client import CollectorRegistry

from models.clock import EventClock
from models.detector import Detector
from models.spec import Scoring
from models.windows import Watermark
from shop_services.contracts.anomaly import Links
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.counting import Counting
from stream_app.judging import Judging
from stream_app.metrics import Metrics
from stream_app.sending import FakeSender, Outgoing
from stream_app.topics import aggregates_topic
from stream_app.turn import Slice
from tests.builders.lineups import lineup
from tests.builders.sample_scenario import PiecesScenario

STEM = "stock_exhaustion"


class Stages:
    """Both stages around one fake broker."""

    def __init__(self, sender: FakeSender | None = None, model: Scoring | None = None) -> None:
        self.broker = sender or FakeSender()
        self.metrics = Metrics(CollectorRegistry())
        self.scenario = PiecesScenario()
        self.counting = Counting([self.scenario], EventClock(), self.broker, self.metrics)
        self.models = lineup(model)
        detector = Detector(self.scenario, self.models.guard, Watermark(0, frozenset({"cart-events/0"})))
        self.judging = Judging(
            detector, self.models, self.broker, self.metrics, EventClock(), lambda _: Links(), wall=lambda: 1_000.0
        )
        self._judged = 0

    async def take(self, *values: bytes | None, first: int = 0) -> None:
        offsets = range(first, first + len(values))
        await self.counting.take(Slice("cart-events", 0, values, offsets, True))
        await self.judge()

    async def judge(self) -> None:
        reports = self.broker.values(aggregates_topic(STEM))
        news = reports[self._judged :]
        await self.judging.take(news, range(self._judged, len(reports)), fetched_at=1_000.0)
        self._judged = len(reports)

    def anomalies(self) -> list[dict]:
        return [msgspec.json.decode(value)["data"] for value in self.broker.values(ANOMALY_TOPIC)]

    def count(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


class BrokenSender(FakeSender):
    """Refuses the first so many sends."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    async def send(self, records: Sequence[Outgoing]) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the broker is away")
        await super().send(records)
