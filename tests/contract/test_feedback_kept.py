"""What people said is kept, found, exported and forgotten alike on SQLite and on PostgreSQL."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.feedback import Scope
from stream_app.alerting.following import Progress
from stream_app.alerting.health import AlertHealth
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.feedback import Feedback
from stream_app.alerting.store.tables import meta, mutes, verdicts
from tests.builders.alerting import database_url, routes_of
from tests.builders.incidents import MINUTE, WALL, resolved, seen
from tests.builders.judged import CART, Alerts, judged_once, over

DAY = 86_400


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database_url(request.param, tmp_path)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database.open(url)
    yield database
    database.close()


@pytest.fixture
def alerts(database: Database) -> Alerts:
    return Alerts(database)


def test_similar_incidents_share_a_scenario_and_its_entity_the_newest_first(alerts: Alerts) -> None:
    alerts.take(*over(0), *over(60), *over(120), *over(180, scenario="usage_intensity"))
    alerts.take(seen("product/7", "price_exploit", minute=240))
    newest, *_ = (each for each in alerts.desk.list() if CART in each.entities and "daily_workload" in each.scenarios)

    found = alerts.desk.similar(newest.id)

    assert [(each.opened - newest.opened) // MINUTE for each in found] == [-60, -120]
    assert len(alerts.desk.similar(newest.id, limit=1)) == 1


def test_verdicts_and_mutes_are_forgotten_in_their_time(alerts: Alerts, database: Database) -> None:
    judged_once(alerts)
    alerts.desk.mute(Scope("daily_workload"), WALL / 1000 + 600, "kim", "")

    alerts.time.at += 29 * DAY
    alerts.absorber.forget(keep_ms=DAY * 1000)
    with database.reading() as connection:
        assert len(Feedback(connection).holding()) == 1  # as long as a verdict may count

    alerts.time.at += 2 * DAY
    alerts.absorber.forget(keep_ms=DAY * 1000)
    with database.reading() as connection:
        assert (Feedback(connection).holding(), Feedback(connection).mutes(0)) == ([], [])


def test_a_store_from_before_there_were_verdicts_is_brought_up_to_date(
    alerts: Alerts, database: Database, url: str
) -> None:
    """INVARIANT: what was kept stays. Without it an update of the program would page everybody again."""
    alerts.take(seen(CART))
    with database.writing() as connection:
        for table in (verdicts, mutes):
            table.drop(connection)
        connection.execute(meta.update().where(meta.c.name == "version").values(value="1"))

    with IncidentDesk.open(url) as desk:
        (incident,) = desk.list()
        desk.judge(incident.id, "false", "kim")

        assert [each.verdict for each in desk.verdicts(incident.id)] == ["false"]


def test_labels_say_what_holds_of_every_judged_anomaly_and_not_who_said_so(alerts: Alerts) -> None:
    one = seen(CART)
    alerts.take(one)
    alerts.desk.judge_anomaly(one.id, "false", "kim", "a load test")
    alerts.desk.judge_anomaly(one.id, "true", "lou", "it was the power")
    alerts.take(resolved(one, 30))

    (label,) = alerts.desk.labels()

    assert (label.verdict, label.scenario, label.entity, label.cause) == (
        "true",
        "daily_workload",
        CART,
        "it was the power",
    )
    assert (label.end - label.start).total_seconds() == 30 * 60
    assert not {"kim", "lou"} & set(map(str, (getattr(label, name) for name in label.__struct_fields__)))


def test_the_precision_that_is_exported_moves_with_every_verdict(alerts: Alerts, database: Database) -> None:
    metrics = alerts.absorber.metrics
    health = AlertHealth(Progress(), database, metrics, alerts.time, routes_of())

    def exported(name: str, **labels: str) -> float:
        health.report()
        return metrics.registry.get_sample_value(f"monitor_alerts_{name}", {"scenario": "daily_workload"} | labels) or 0

    assert math.isnan(exported("precision_ratio"))
    incident = judged_once(alerts, "true")
    assert exported("precision_ratio") == 1.0
    alerts.take(*over(60))
    latest, *_ = (each for each in alerts.desk.list() if CART in each.entities)
    alerts.desk.judge(latest.id, "false", "kim")
    assert (exported("precision_ratio"), exported("verdicts", verdict="false")) == (0.5, 1)

    alerts.desk.judge(incident.id, "new_normal", "kim")
    assert exported("precision_ratio") == 0.0
    assert exported("refit_asked", version=next(iter(incident.members.values())).event.model.version) == 1

    alerts.time.at += 31 * DAY
    assert math.isnan(exported("precision_ratio"))
    assert "monitor_alerts_refit_asked{" not in generate_latest(metrics.registry).decode()
