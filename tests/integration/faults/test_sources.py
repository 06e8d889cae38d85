"""Topics that change under the worker: partitions are added, a name gets another log, records are gone."""

from pathlib import Path

import pytest

from deploy.local.broker import TopicConfig, create_topics
from stream_app.topics import aggregates_topic
from tests.integration.faults.conftest import PARTITIONS
from tests.integration.faults.sample import (
    STEM,
    STEMS,
    TOPIC,
    is_caught_up,
    metric,
    orders,
    pieces,
    put,
    until,
    working,
)
from tests.integration.faults.topics import add_partitions, delete_records, delete_topics, recreate_topic

pytestmark = pytest.mark.connected


async def test_partitions_that_are_added_are_read_without_a_restart(broker: str, tmp_path: Path) -> None:
    async with working(broker, tmp_path) as worker:
        await put(broker, orders(1, 3))
        await until(lambda: pieces(worker) == {1: 3})

        add_partitions(broker, TOPIC, PARTITIONS + 1)
        await put(broker, orders(2, 4), partition=PARTITIONS)
        await until(lambda: pieces(worker) == {1: 3, 2: 4})

        sources = worker.seats[STEM].judging.detector.watermark.sources
        await until(lambda: sources[f"{TOPIC}/{PARTITIONS}"].caught_up)


async def test_a_topic_created_anew_under_a_running_worker_counts_anew(broker: str, tmp_path: Path) -> None:
    """INVARIANT: its offsets begin at 0 again, and every record counts exactly once."""
    async with working(broker, tmp_path) as worker:
        await put(broker, orders(1, 50))
        await until(lambda: pieces(worker) == {1: 50})

        recreate_topic(broker, TOPIC, PARTITIONS)
        await put(broker, orders(1, 7))
        await until(lambda: pieces(worker) == {1: 57})
        await put(broker, orders(2, 60))
        await until(lambda: pieces(worker) == {1: 57, 2: 60})

        assert 1 <= metric(worker, "monitor_log_changes_total", scenario=STEM, topic=TOPIC) <= PARTITIONS


async def test_a_topic_created_anew_while_the_worker_was_away_counts_anew(broker: str, tmp_path: Path) -> None:
    """INVARIANT: also when it has grown beyond the offset at which the worker stopped."""
    async with working(broker, tmp_path) as worker:
        await put(broker, orders(1, 50))
        await until(lambda: pieces(worker) == {1: 50})
    recreate_topic(broker, TOPIC, PARTITIONS)
    await put(broker, orders(1, 80))

    async with working(broker, tmp_path) as worker:
        await until(lambda: pieces(worker) == {1: 130})
        await put(broker, orders(1, 1))
        await until(lambda: pieces(worker) == {1: 131})


async def test_a_topic_that_is_gone_is_a_fault_of_the_pipeline_until_it_is_there_again(
    broker: str, tmp_path: Path
) -> None:
    async with working(broker, tmp_path, stale_seconds=2, settle_seconds=0) as worker:
        await put(broker, orders(1, 10))
        await until(lambda: pieces(worker) == {1: 10} and not worker.health.fault())

        delete_topics(broker, TOPIC)
        await until(worker.health.fault)

        create_topics(broker, {TOPIC: TopicConfig(PARTITIONS)})
        await put(broker, orders(1, 5))
        await until(lambda: pieces(worker) == {1: 15} and not worker.health.fault(), 60)


async def test_records_that_retention_took_meanwhile_are_counted_as_lost(broker: str, tmp_path: Path) -> None:
    async with working(broker, tmp_path) as worker:
        await put(broker, orders(1, 10))
        await until(lambda: pieces(worker) == {1: 10} and is_caught_up(worker))
    await put(broker, [*orders(2, 30), *orders(3, 20)])
    delete_records(broker, TOPIC, 0, before=40)

    async with working(broker, tmp_path) as worker:
        await until(lambda: pieces(worker) == {1: 10, 3: 20})

        assert metric(worker, "monitor_lost_records_total", topic=TOPIC) == 30
        assert worker.counting._unseen_until > 0  # silence before the first record that is left is not judged


async def test_a_first_start_on_a_topic_that_was_cut_short_has_lost_nothing(broker: str, tmp_path: Path) -> None:
    await put(broker, orders(1, 10))
    delete_records(broker, TOPIC, 0, before=4)

    async with working(broker, tmp_path) as worker:
        await until(lambda: pieces(worker) == {1: 6})

        assert metric(worker, "monitor_lost_records_total", topic=TOPIC) == 0


async def test_reports_that_are_created_anew_are_read_from_their_beginning(broker: str, tmp_path: Path) -> None:
    topic = aggregates_topic(STEM)
    async with working(broker, tmp_path) as worker:
        await put(broker, orders(1, 10))
        await until(lambda: pieces(worker) == {1: 10})

        recreate_topic(broker, topic, 1)
        await put(broker, orders(2, 10))
        await until(lambda: pieces(worker) == {1: 10, 2: 10}, 60)

        assert metric(worker, "monitor_log_changes_total", scenario=STEM, topic=topic) == 1


CHANGELOGS = [f"cqshop-monitor-state-{stem}-changelog" for stem in STEMS]
REPORTS = [aggregates_topic(stem) for stem in STEMS]
GONE = {
    "no changelog": ("memory://", CHANGELOGS),
    "no changelog, but a local copy of it": ("rocksdb://", CHANGELOGS),
    "neither changelog nor reports": ("memory://", [*CHANGELOGS, *REPORTS]),
}


@pytest.mark.parametrize(("store", "gone"), GONE.values(), ids=GONE.keys())
async def test_a_worker_whose_state_is_gone_starts_anew(
    broker: str, tmp_path: Path, store: str, gone: list[str]
) -> None:
    """INVARIANT: the worker starts, does not loop, and knows what the reports, or the open segments, still say."""
    async with working(broker, tmp_path, store=store) as worker:
        await put(broker, orders(1, 10))
        await until(lambda: pieces(worker) == {1: 10} and is_caught_up(worker))
    delete_topics(broker, *gone)

    async with working(broker, tmp_path, store=store) as worker:
        assert worker.health.readiness(STEM).state == "warming"
        await until(lambda: pieces(worker) == {1: 10})
        await put(broker, orders(2, 5))
        await until(lambda: pieces(worker) == {1: 10, 2: 5})
        await until(lambda: worker.health.readiness(STEM).state == "ready")
