"""Counting and judging together, without a broker: records in, AnomalyDetected out."""

from collections.abc import Sequence

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from models.clock import EventClock
from models.detector import Detector
from models.errors import ModelBroken
from models.verdict import ModelIdentity
from models.windows import Watermark
from shop_services.contracts.anomaly import Links
from shop_services.contracts.topics import ANOMALY_TOPIC, DEAD_LETTER_TOPIC
from stream_app.counting import Counting, Reading, Slice
from stream_app.judging import Judging
from stream_app.metrics import Metrics
from stream_app.sending import FakeSender, Outgoing
from stream_app.topics import aggregates_topic
from tests.builders.messages import added, ms
from tests.builders.sample_scenario import HundredPieces, PiecesScenario

STEM = "stock_exhaustion"


class Stages:
    """Both stages around one fake broker."""

    def __init__(self, sender: FakeSender | None = None) -> None:
        self.broker = sender or FakeSender()
        self.metrics = Metrics(CollectorRegistry())
        self.scenario = PiecesScenario()
        self.counting = Counting([self.scenario], EventClock(), self.broker, self.metrics)
        detector = Detector(self.scenario, HundredPieces(), Watermark(0, frozenset({"cart-events/0"})))
        identity = ModelIdentity(STEM, "1", "", "serving")
        self.judging = Judging(
            detector, identity, self.broker, self.metrics, EventClock(), lambda _: Links(), wall=lambda: 1_000.0
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


async def test_a_giant_order_is_published_with_what_a_person_needs() -> None:
    stages = Stages()

    await stages.take(added(product=7, user=3, quantity=120, price=1.0, at="12:00:00"))

    (anomaly,) = stages.anomalies()
    assert anomaly["status"] == "opened"
    assert anomaly["entity"] == {"kind": "product", "id": "7"}
    assert anomaly["score"] == pytest.approx(1.2)
    assert anomaly["summary"] == "120 pieces of product 7"
    assert anomaly["detectedAtEventTime"] == "2026-03-02T12:00:00.001Z"
    assert anomaly["model"]["version"] == "1"


async def test_pieces_add_up_over_batches() -> None:
    stages = Stages()

    await stages.take(added(7, 3, 60, 1.0, "12:00:00"))
    await stages.take(added(7, 4, 60, 1.0, "12:00:01"), first=1)

    assert [anomaly["actual"] for anomaly in stages.anomalies()] == [120.0]


async def test_a_batch_that_is_read_again_counts_once() -> None:
    stages = Stages()
    batch = (added(7, 3, 60, 1.0, "12:00:00"), added(7, 4, 30, 1.0, "12:00:01"))
    await stages.take(*batch)

    stages.counting.forget(["cart-events/0"])  # what a rebalance does before the segment is read again
    await stages.take(*batch)
    await stages.take(added(7, 5, 5, 1.0, "12:00:02"), first=2)

    assert stages.judging.detector.memory.pieces == {7: 95}
    assert stages.anomalies() == []


async def test_a_bad_record_is_dead_lettered_with_its_place_and_without_its_content() -> None:
    stages = Stages()

    await stages.take(added(7, 3, 120, 1.0, "12:00:00"), b'{"password":"hunter2"}', None)

    letters = [msgspec.json.decode(value) for value in stages.broker.values(DEAD_LETTER_TOPIC)]
    assert [(letter["topic"], letter["partition"], letter["offset"]) for letter in letters] == [
        ("cart-events", 0, 1),
        ("cart-events", 0, 2),
    ]
    assert not any(b"hunter2" in record.value for record in stages.broker.sent)
    assert len(stages.anomalies()) == 1
    assert stages.count("monitor_dead_letters_total", topic="cart-events", reason="undecodable") == 1


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


async def test_a_failed_send_is_repeated_with_its_batch_and_counts_once() -> None:
    """INVARIANT: nothing is lost and nothing counted twice when the broker refuses a send.

    The stream gives the same batch again; without the kept records its reports would be lost: it was counted already.
    """
    stages = Stages(BrokenSender(failures=1))
    record = added(7, 3, 120, 1.0, "12:00:00")

    with pytest.raises(ConnectionError):
        await stages.take(record)
    await stages.take(record)

    assert stages.judging.detector.memory.pieces == {7: 120}
    assert len(stages.anomalies()) == 1


async def test_an_anomaly_whose_publication_failed_is_published_with_the_next_try() -> None:
    stages = Stages()
    await stages.counting.take(Slice("cart-events", 0, [added(7, 3, 120, 1.0, "12:00:00")], [0], True))
    stages.judging.sender = broken = BrokenSender(failures=1)

    with pytest.raises(ConnectionError):
        await stages.judge()
    await stages.judge()

    assert len(broken.values(ANOMALY_TOPIC)) == 1


async def test_a_heartbeat_moves_the_watermark_of_an_idle_source() -> None:
    stages = Stages()
    await stages.take(added(7, 3, 1, 1.0, "12:00:00"))

    await stages.counting.beat([Reading("cart-events/0", caught_up=True)])
    await stages.judge()

    assert stages.judging.detector.watermark.value == ms("12:00:00")


class BrokenModel:
    """Answers with no numbers."""

    def score(self, values: object) -> object:
        raise ModelBroken("stock_exhaustion gave NaN")


async def test_a_broken_model_is_taken_out_of_service_and_reports_are_still_taken_in() -> None:
    stages = Stages()
    stages.judging.detector.model = BrokenModel()  # type: ignore[assignment]

    await stages.take(added(7, 3, 120, 1.0, "12:00:00"))

    assert stages.judging.broken == "stock_exhaustion gave NaN"
    assert stages.judging.detector.memory.pieces == {7: 120}
    assert stages.anomalies() == []


async def test_one_clock_that_runs_ahead_does_not_move_the_log_s_time() -> None:
    stages = Stages()
    ordinary = [added(7, 3, 1, 1.0, f"12:00:{second:02}") for second in range(40)]

    await stages.take(*ordinary[:20], added(7, 3, 1, 1.0, "14:00:00"), *ordinary[20:])

    progress = stages.judging.detector.watermark.sources["cart-events/0"]
    assert progress.seen_until <= ms("12:00:39") + 60_000
