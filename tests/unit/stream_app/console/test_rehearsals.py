"""What a probe staged is not shown, what is on trial is shown and alarms nobody."""

from types import SimpleNamespace

import pytest

from shop_services.contracts.anomaly import AnomalyDetected
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.console.anomalies import Filter
from stream_app.console.options import ConsoleOptions
from stream_app.console.state import Console
from stream_app.console.tail import Batch
from tests.builders.anomalies import anomaly_data, anomaly_record


def console(data: AnomalyDetected, **options: bool) -> Console:
    """A console that has read this anomaly."""
    held = Console.build(ConsoleOptions(**options))  # type: ignore[arg-type]
    record = SimpleNamespace(topic=ANOMALY_TOPIC, partition=0, offset=0, value=anomaly_record(data))
    held.feed.take(Batch([record], {ANOMALY_TOPIC: 0}, ()))  # type: ignore[list-item]
    return held


def shown(console: Console) -> int:
    return len(list(console.timeline.anomalies.select(Filter())))


@pytest.mark.parametrize(("options", "count"), [({}, 0), ({"show_synthetic": True}, 1)], ids=["by default", "asked"])
def test_canaries_are_hidden_unless_asked_for(options: dict[str, bool], count: int) -> None:
    held = console(anomaly_data(synthetic=True), **options)

    assert shown(held) == count
    assert held.metrics.registry.get_sample_value("monitor_console_synthetic_total") == 1


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_is_on_trial_is_shown_and_is_no_reason_to_act(dry_run: bool) -> None:
    held = console(anomaly_data(dry_run=dry_run))

    assert shown(held) == 1
    assert held.timeline.anomalies.open()[0].is_rehearsal is dry_run
