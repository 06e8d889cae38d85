"""What people say has the same effect on SQLite and on PostgreSQL: kept, told of, and obeyed by the running process."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from stream_app.alerting.absorbing import Absorber
from stream_app.alerting.desk import BadFeedback, IncidentDesk, NotPossible, UnknownAnomaly, UnknownMute
from stream_app.alerting.feedback import Scope
from stream_app.alerting.incidents.incident import Incident, Sighting
from stream_app.alerting.ports import FakeTime
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.feedback import Feedback
from stream_app.alerting.store.tables import meta, mutes, verdicts
from tests.builders.alerting import absorber_of, database_url, read
from tests.builders.incidents import MINUTE, WALL, again, resolved, seen

DAY = 86_400
CART = "service/cart-service"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database_url(request.param, tmp_path)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database.open(url)
    yield database
    database.close()


class Alerts:
    """The process and the desk beside it, on one clock; `told` are the kinds of messages so far."""

    def __init__(self, database: Database) -> None:
        self.time = FakeTime(WALL / 1000)
        self.absorber: Absorber = absorber_of(database, time=self.time)
        self.desk = IncidentDesk(database, self.time.now)
        self.told: list[str] = []
        self.offset = 0
        self.absorber.begin()
        self.take()

    def take(self, *anomalies: Sighting) -> None:
        records = read(*anomalies, start=self.offset)
        self.offset += len(records)
        self.told += [each.message.kind for each in self.absorber.absorb(records, caught_up=True)]

    def quiet(self, reason: str) -> float:
        found = self.absorber.metrics.registry.get_sample_value(
            "monitor_alerts_quiet_anomalies_total", {"reason": reason}
        )
        assert found is not None
        return found

    def history(self, incident: Incident) -> Sequence[str]:
        return [f"{each.kind}: {each.text}" for each in self.desk.history(incident.id)]


@pytest.fixture
def alerts(database: Database) -> Alerts:
    return Alerts(database)


def over(minute: float, **changes: Any) -> list[Sighting]:
    """An anomaly of the cart's that came and went."""
    one = seen(CART, minute=minute, **{"score": 1.4} | changes)
    return [one, resolved(one, minute + 5, score=1.4)]


def judged_once(alerts: Alerts, verdict: Any = "false") -> Incident:
    """An incident of the cart's that was told, is over, and was judged."""
    alerts.take(*over(0))
    alerts.take(seen("product/7", "price_exploit", minute=30))  # event time goes on
    (incident,) = alerts.desk.list("resolved")
    alerts.told.clear()
    return alerts.desk.judge(incident.id, verdict, "kim", "a load test")


def test_a_false_alarm_does_not_come_again_and_a_clearly_worse_one_does(alerts: Alerts):
    judged_once(alerts)

    alerts.take(*over(60))
    assert (alerts.told, alerts.quiet("false")) == ([], 1)

    alerts.take(seen(CART, minute=120, score=4.0))
    assert (alerts.told, alerts.quiet("false")) == (["opened"], 1)


def test_the_history_says_what_was_said_and_what_came_of_it(alerts: Alerts):
    judged = judged_once(alerts)
    alerts.take(*over(60))
    (latest, *_) = alerts.desk.list()

    assert "judged: false: a load test" in alerts.history(judged)
    assert "kept quiet: judged false on 2027-01-15 08:00 UTC by kim" in alerts.history(latest)


def test_what_joins_an_incident_that_was_over_is_no_reason_to_tell_of_it_again(alerts: Alerts):
    one, end = over(0)
    alerts.take(one, end)
    alerts.take(seen("product/7", "price_exploit", minute=12))
    (incident,) = alerts.desk.list("resolved")
    alerts.desk.judge(incident.id, "false", "kim")
    alerts.told.clear()

    alerts.take(*over(14))

    assert alerts.told == []
    assert len(alerts.desk.get(incident.id).members) == 2


def test_it_is_told_again_when_the_time_of_the_verdict_is_over(alerts: Alerts):
    judged_once(alerts)
    alerts.time.at += 7 * DAY

    alerts.take(*over(60))

    assert alerts.told == ["opened"]


def test_a_changed_verdict_holds_and_both_are_kept(alerts: Alerts):
    incident = judged_once(alerts)
    alerts.desk.judge(incident.id, "true", "lou")

    alerts.take(seen(CART, minute=60, score=1.4))

    assert alerts.told == ["opened"]
    said = [(each.verdict, each.by) for each in alerts.desk.verdicts(incident.id)]
    assert said == [("false", "kim"), ("true", "lou")]


def test_what_goes_on_is_told_when_its_verdict_is_changed(alerts: Alerts):
    incident = judged_once(alerts)
    alerts.take(seen(CART, minute=60, score=1.4))
    alerts.desk.judge(incident.id, "true", "lou")

    alerts.take()

    assert alerts.told == ["opened"]


def test_a_verdict_on_one_anomaly_leaves_the_others_of_its_incident_alone(alerts: Alerts):
    one, other = seen(CART), seen("service/warehouse-service", minute=1)
    alerts.take(one, other)

    incident = alerts.desk.judge_anomaly(one.id, "false", "kim")

    assert [each.entity for each in alerts.desk.verdicts(incident.id)] == [CART]
    with pytest.raises(UnknownAnomaly):
        alerts.desk.judge_anomaly("nobody", "false", "kim")


def test_a_new_normal_asks_for_a_refit(alerts: Alerts):
    incident = judged_once(alerts, "new_normal")

    assert "refit asked for: python -m models refit --only daily_workload" in alerts.history(incident)


def test_a_mute_keeps_quiet_what_goes_on_is_told_at_its_end(alerts: Alerts):
    mute = alerts.desk.mute(Scope("daily_workload", CART), WALL / 1000 + 600, "kim", "moving house")
    alerts.take(seen(CART, score=9.0), seen("product/7", "price_exploit"))
    assert (alerts.told, alerts.quiet("mute")) == (["opened"], 1)

    alerts.time.at += 599
    alerts.take()
    assert (alerts.told, alerts.desk.mutes()) == (["opened"], [mute])

    alerts.time.at += 1
    alerts.take()
    assert (alerts.told, alerts.desk.mutes()) == (["opened", "opened"], [])


def test_what_is_muted_and_over_is_not_told_afterwards(alerts: Alerts):
    mute = alerts.desk.mute(Scope("daily_workload"), WALL / 1000 + 600, "kim", "")
    alerts.take(*over(0))

    alerts.desk.unmute(mute.id)
    alerts.take()

    assert alerts.told == []
    with pytest.raises(UnknownMute):
        alerts.desk.unmute(mute.id)


def test_what_goes_on_within_an_incident_long_over_is_found_when_its_mute_ends(alerts: Alerts):
    one, end = over(0)
    alerts.take(one, end)
    alerts.take(seen("product/7", "price_exploit", minute=12))
    mute = alerts.desk.mute(Scope("daily_workload"), WALL / 1000 + 600, "kim", "")
    alerts.take(seen(CART, minute=14))
    alerts.take(seen("product/8", "price_exploit", minute=600))  # the incident is far back in event time
    alerts.told.clear()

    alerts.desk.unmute(mute.id)
    alerts.take()

    assert alerts.told == ["reopened"]


@pytest.mark.parametrize(
    ("verdict", "by", "cause", "said"),
    [
        ("maybe", "kim", "", "no such verdict"),
        ("false", " ", "", "the name is missing"),
        ("false", "kim", "x" * 201, "more than 200"),
        ("false", "kim", "a\0b", "a NUL"),
    ],
)
def test_what_cannot_be_taken_down_is_refused(alerts: Alerts, verdict: Any, by: str, cause: str, said: str):
    alerts.take(seen(CART))
    (incident,) = alerts.desk.list()

    with pytest.raises(BadFeedback, match=said):
        alerts.desk.judge(incident.id, verdict, by, cause)
    assert alerts.desk.verdicts(incident.id) == []


def test_what_went_on_in_another_incident_is_judged_there(alerts: Alerts):
    alerts.take(seen("service/user-management-service"), seen("service/order-service"))
    alerts.take(seen(CART, minute=1))
    (merged,) = alerts.desk.list("merged")

    with pytest.raises(NotPossible, match=f"went on as {merged.merged_into}"):
        alerts.desk.judge(merged.id, "false", "kim")


def test_similar_incidents_share_a_scenario_and_its_entity_the_newest_first(alerts: Alerts):
    alerts.take(*over(0), *over(60), *over(120), *over(180, scenario="usage_intensity"))
    alerts.take(seen("product/7", "price_exploit", minute=240))
    newest, *_ = (each for each in alerts.desk.list() if CART in each.entities and "daily_workload" in each.scenarios)

    found = alerts.desk.similar(newest.id)

    assert [(each.opened - newest.opened) // MINUTE for each in found] == [-60, -120]
    assert len(alerts.desk.similar(newest.id, limit=1)) == 1


def test_verdicts_and_mutes_are_forgotten_in_their_time(alerts: Alerts, database: Database):
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


def test_a_store_from_before_there_were_verdicts_is_brought_up_to_date(url: str):
    """INVARIANT: what was kept stays. Without it an update of the program would page everybody again."""
    database = Database.open(url)
    alerts = Alerts(database)
    alerts.take(seen(CART))
    with database.writing() as connection:
        for table in (verdicts, mutes):
            table.drop(connection)
        connection.execute(meta.update().where(meta.c.name == "version").values(value="1"))
    database.close()

    database = Database.open(url)
    desk = IncidentDesk(database)
    (incident,) = desk.list()
    desk.judge(incident.id, "false", "kim")

    assert [each.verdict for each in desk.verdicts(incident.id)] == ["false"]
    database.close()


def test_a_revision_of_what_is_kept_quiet_is_counted_once(alerts: Alerts):
    judged_once(alerts)
    one = seen(CART, minute=60, score=1.4)

    alerts.take(one, again(one, score=1.5), again(one, score=1.6, revision=3))

    assert (alerts.told, alerts.quiet("false")) == ([], 1)


def test_labels_say_what_holds_of_every_judged_anomaly_and_not_who_said_so(alerts: Alerts):
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
