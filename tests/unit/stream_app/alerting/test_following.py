"""Batches off the topic into the store, and what is said about how it goes."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from shop_services.contracts.anomaly import Evidence
from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.errors import StoreUnavailable
from stream_app.alerting.evidence import FakeEvidence
from stream_app.alerting.following import Follower
from stream_app.alerting.health import STUCK_SECONDS, AlertHealth
from stream_app.alerting.incidents.hints import requests
from stream_app.alerting.ports import FakeTime
from stream_app.alerting.sightings import pages_unless_dry
from stream_app.alerting.store.database import Database
from stream_app.console.tail import Batch
from tests.builders.alerting import absorber_of, routes_of
from tests.builders.anomalies import anomaly_data, anomaly_record
from tests.builders.incidents import WALL

TOPIC = "anomaly-events"


class Record(NamedTuple):
    """What the follower looks at of a record."""

    offset: int
    value: bytes | None
    partition: int = 0


class Woken(list[int]):
    """How often couriers were told that messages wait."""

    def __call__(self) -> None:
        self.append(1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(f"sqlite:///{tmp_path}/alerts.db")
    yield database
    database.close()


@pytest.fixture
def follower(database: Database) -> Follower:
    time = FakeTime(WALL / 1000)
    absorber = absorber_of(database, time=time)
    absorber.begin()
    is_pageable = pages_unless_dry({"price_exploit"})
    return Follower("kafka:9092", absorber, is_pageable, time, absorber.metrics, Woken(), 86_400_000, FakeEvidence({}))


def batch(*records: Record, lag: int | None = 0, missing: tuple[str, ...] = ()) -> Batch:
    return Batch(list(records), None if lag is None else {TOPIC: lag}, missing)  # type: ignore[arg-type]


def value(**changes: Any) -> bytes:
    return anomaly_record(anomaly_data(**{"wall": datetime.fromtimestamp(WALL / 1000, UTC), "evidence": (), **changes}))


def counted(follower: Follower, name: str) -> float:
    return follower.metrics.registry.get_sample_value(f"monitor_alerts_{name}") or 0.0


def test_nobody_is_told_before_everything_so_far_was_read(follower: Follower):
    follower.take(batch(Record(0, value()), lag=3))
    assert follower.tell == []

    follower.time.at += 2  # type: ignore[attr-defined]
    follower.take(batch(lag=0))
    assert len(follower.tell) == 1  # type: ignore[arg-type]


def test_what_cannot_be_read_is_counted_and_passed_over(follower: Follower, database: Database):
    unstorable = value(anomaly_id="x" * 65), value(summary="a NUL: \0")
    records = (b"not an event", None, value(), *unstorable)
    follower.take(batch(*(Record(offset, one) for offset, one in enumerate(records))))

    assert counted(follower, "undecodable_total") == 3
    assert counted(follower, "records_total") == 5
    assert len(IncidentDesk(database).list()) == 1
    assert follower.absorber.begin() == {0: 5}


def test_a_scenario_in_dry_mode_makes_an_incident_and_pages_nobody(follower: Follower, database: Database):
    follower.take(batch(Record(0, value(scenario="price_exploit"))))

    (incident,) = IncidentDesk(database).list()
    assert IncidentDesk(database).deliveries(incident.id) == []
    assert counted(follower, "muted_anomalies_total") == 1


def test_a_dry_run_pages_nobody_and_a_canary_is_no_incident(follower: Follower, database: Database):
    follower.take(batch(Record(0, value(dry_run=True)), Record(1, value(synthetic=True, anomaly_id="c" * 36))))

    (incident,) = IncidentDesk(database).list()
    assert IncidentDesk(database).deliveries(incident.id) == []
    assert follower.absorber.begin() == {0: 2}


def test_a_topic_made_anew_is_noticed_by_an_offset_from_before_the_beginning(follower: Follower, database: Database):
    follower.take(batch(Record(700, value())))
    follower._starts = follower.absorber.begin()

    follower.take(batch(Record(0, value(anomaly_id="5b0f6a52-5f0e-5f9e-9d53-0f5c0c2a7aff", entity=("product", "9")))))

    assert len(IncidentDesk(database).list()) == 2
    assert follower.absorber.begin() == {0: 1}


def test_readiness_tells_why_not(follower: Follower, database: Database):
    health = AlertHealth(follower.progress, database, follower.metrics, follower.time, routes_of())
    assert health.report()["reason"] == "connecting to Kafka"

    follower.take(batch(missing=(TOPIC,)))
    assert health.report()["reason"] == f"waiting for the topic {TOPIC}"

    follower.take(batch(Record(0, value())))
    told = health.report()
    assert (told["ready"], told["reason"]) == (True, "")
    assert (told["incidentsOpen"], told["messages"]) == ({"critical": 1}, {"waiting": 1})
    assert counted(follower, "oldest_undelivered_seconds") == 0

    follower.time.at += 9  # type: ignore[attr-defined]
    assert health.report()["reason"] == "the broker is silent"
    assert counted(follower, "oldest_undelivered_seconds") == 9


def test_an_outage_is_counted_once_and_is_no_reason_to_restart(follower: Follower, database: Database):
    health = AlertHealth(follower.progress, database, follower.metrics, follower.time, routes_of())
    for _ in range(3):
        follower._lost(StoreUnavailable("the incidents' database refused"))

    assert counted(follower, "outages_total") == 1
    assert health.dead_reason() == ""

    follower.time.at += STUCK_SECONDS + 1  # type: ignore[attr-defined]
    assert "has not turned" in health.dead_reason()


def test_the_requests_behind_several_anomalies_are_asked_for_at_once(database: Database, follower: Follower):
    follower.take(batch())
    asked: list[int] = []

    class Counting(FakeEvidence):
        def complete(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
            asked.append(len(evidence))
            return tuple(msgspec.structs.replace(each, correlation_id=f"r{each.offset}") for each in evidence)

    follower.evidence = Counting({})
    found = [Evidence(topic="cart-events", partition=0, offset=number, event_id="e") for number in range(3)]
    ids = [f"5b0f6a52-5f0e-5f9e-9d53-0f5c0c2a7b0{number}" for number in range(2)]
    first = value(anomaly_id=ids[0], entity=("product", "1"), evidence=tuple(found[:2]))
    second = value(anomaly_id=ids[1], entity=("product", "2"), evidence=tuple(found[2:]))
    follower.take(batch(Record(0, first), Record(1, None), Record(2, second)))

    assert asked == [3]
    assert sorted(requests(each) for each in IncidentDesk(database).list()) == [("r0", "r1"), ("r2",)]
