"""The audit log on its way into the store: what is lost is counted, and a store that is away is waited for."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from stream_app.access.audit import Entry
from stream_app.alerting.errors import StoreUnavailable
from stream_app.alerting.store.trail import StoredTrail
from stream_app.console.access import trail as trail_module
from stream_app.console.access.keeping import keep, keep_trail
from stream_app.console.access.trail import Trail
from stream_app.console.desk import DeskOnThreads
from stream_app.console.metrics import ConsoleMetrics


class FakeStore:
    """Keeps entries in a list, or refuses them."""

    def __init__(self) -> None:
        self.kept: list[Entry] = []
        self.is_away = False

    def keep(self, entries: list[Entry]) -> None:
        if self.is_away:
            raise StoreUnavailable("away")
        self.kept += entries


@pytest.fixture
def metrics() -> ConsoleMetrics:
    return ConsoleMetrics(CollectorRegistry(), ())


def test_what_the_store_refuses_waits_and_keeps_its_order(metrics: ConsoleMetrics) -> None:
    trail, store = Trail(metrics, wall=lambda: 1.0), FakeStore()
    trail.add("sre", "snooze", "first", "done")
    store.is_away = True
    with pytest.raises(StoreUnavailable):
        trail.flush(store)
    trail.add("sre", "snooze", "second", "failed")
    store.is_away = False

    trail.flush(store)

    assert [one.target for one in store.kept] == ["first", "second"]
    assert not trail.waits


def test_what_finds_the_queue_full_is_counted(metrics: ConsoleMetrics, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_module, "WAITING", 3)
    trail, store = Trail(metrics), FakeStore()
    for number in range(5):
        trail.add("sre", "snooze", str(number), "done")

    trail.flush(store)

    count = metrics.registry.get_sample_value
    assert len(store.kept) == 3
    assert count("monitor_console_audit_lost_total") == 2
    assert count("monitor_console_audited_total", {"outcome": "done"}) == 5


def test_what_waits_when_the_console_ends_is_kept(metrics: ConsoleMetrics, tmp_path: Path) -> None:
    trail, desk = Trail(metrics), DeskOnThreads(f"sqlite:///{tmp_path}/alerts.db")

    async def live() -> None:
        task = asyncio.create_task(keep_trail(trail, desk))
        await asyncio.sleep(0)
        trail.add("sre", "snooze", "the last", "done")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        found = await desk.ask(lambda held: StoredTrail(held.database).page(10))
        assert [one.entry.target for one in found] == ["the last"]

    asyncio.run(live())
    desk.close()


def test_a_database_that_is_away_keeps_nobody_from_going_on(metrics: ConsoleMetrics, tmp_path: Path) -> None:
    (tmp_path / "alerts.db").mkdir()
    trail, desk = Trail(metrics), DeskOnThreads(f"sqlite:///{tmp_path}/alerts.db")
    trail.add("sre", "snooze", "x", "done")

    asyncio.run(keep(trail, desk))

    assert trail.waits
    desk.close()
