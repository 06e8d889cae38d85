"""The probe's book-keeping, and canaries among records of the shop in both stages, without a broker."""

from prometheus_client import CollectorRegistry

from models.clock import EventClock
from models.report import decode as decode_report
from shop_services.contracts.synthetic import RESERVED_FROM
from stream_app.canary.metrics import CanaryMetrics
from stream_app.canary.probe import Probe
from stream_app.counting import Counting
from stream_app.metrics import Metrics
from stream_app.sending import FakeSender
from stream_app.topics import aggregates_topic
from stream_app.turn import Slice
from tests.builders.anomalies import anomaly_data
from tests.builders.messages import added
from tests.builders.sample_scenario import PiecesScenario
from tests.builders.stages import Stages

CANARY = RESERVED_FROM + 5


def probe() -> Probe:
    return Probe(CanaryMetrics(CollectorRegistry()), patience=30.0)


def count(probe: Probe, name: str) -> float | None:
    return probe.metrics.registry.get_sample_value(name)


def test_a_canary_that_is_heard_of_is_detected_once() -> None:
    held = probe()
    held.sent(CANARY, 100.0)
    anomaly = anomaly_data(entity=("product", str(CANARY)), synthetic=True)

    held.heard([anomaly, anomaly], 102.0)
    held.give_up(1_000.0)

    assert count(held, "monitor_canary_sent_total") == 1
    assert count(held, "monitor_canary_detected_total") == 1
    assert count(held, "monitor_canary_missed_total") == 0
    assert count(held, "monitor_canary_detection_seconds_sum") == 2.0
    assert count(held, "monitor_canary_last_detected_timestamp_seconds") == 102.0


def test_a_canary_that_nobody_found_in_time_is_missed_and_stays_so() -> None:
    held = probe()
    held.sent(CANARY, 100.0)

    held.give_up(130.0)
    assert count(held, "monitor_canary_missed_total") == 0
    held.give_up(130.1)
    held.heard([anomaly_data(entity=("product", str(CANARY)), synthetic=True)], 131.0)

    assert count(held, "monitor_canary_missed_total") == 1
    assert count(held, "monitor_canary_detected_total") == 0


def test_an_anomaly_of_the_shop_proves_nothing() -> None:
    held = probe()
    held.sent(CANARY, 100.0)

    held.heard([anomaly_data(entity=("product", "7")), anomaly_data(entity=("product", str(CANARY)))], 101.0)

    assert count(held, "monitor_canary_detected_total") == 0


async def test_a_canary_is_published_as_one_and_counted_nowhere() -> None:
    stages = Stages()

    await stages.take(added(CANARY, CANARY, 5_000, 1.0, "12:00:00"), added(7, 3, 20, 1.0, "12:00:00"))

    assert [(one["synthetic"], one["status"]) for one in stages.anomalies()] == [(True, "opened"), (True, "resolved")]
    assert stages.count("monitor_events_total", topic="cart-events", type="ProductAddedToCart") == 1
    assert stages.count("monitor_skipped_total", reason="synthetic") == 1
    assert stages.count("monitor_verdicts_total", scenario="stock_exhaustion", status="opened") is None
    assert stages.count("monitor_scored_rows_total", scenario="stock_exhaustion") == 1
    assert stages.judging.detector.findings == {}


async def test_a_scenario_that_carries_no_canary_never_hears_of_one() -> None:
    sender = FakeSender()
    counting = Counting([PiecesScenario("price_exploit")], EventClock(), sender, Metrics(CollectorRegistry()))

    await counting.take(Slice("cart-events", 0, [added(CANARY, CANARY, 5_000, 1.0, "12:00:00")], [0], True))

    (report,) = sender.values(aggregates_topic("price_exploit"))
    assert [len(told.facts) for told in decode_report(report)] == [0]
