"""What people say has the same effect on SQLite and on PostgreSQL: the running process obeys."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stream_app.alerting.desk import BadFeedback, NotPossible, UnknownAnomaly, UnknownMute
from stream_app.alerting.feedback import Scope
from stream_app.alerting.store.database import Database
from tests.builders.alerting import database_url
from tests.builders.incidents import WALL, again, seen
from tests.builders.judged import CART, Alerts, judged_once, over

DAY = 86_400


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    database = Database.open(database_url(request.param, tmp_path))
    yield database
    database.close()


@pytest.fixture
def alerts(database: Database) -> Alerts:
    return Alerts(database)


def test_a_false_alarm_does_not_come_again_and_a_clearly_worse_one_does(alerts: Alerts) -> None:
    judged_once(alerts)

    alerts.take(*over(60))
    assert (alerts.told, alerts.quiet("false")) == ([], 1)

    alerts.take(seen(CART, minute=120, score=4.0))
    assert (alerts.told, alerts.quiet("false")) == (["opened"], 1)


def test_the_history_says_what_was_said_and_what_came_of_it(alerts: Alerts) -> None:
    judged = judged_once(alerts)
    alerts.take(*over(60))
    (latest, *_) = alerts.desk.list()

    assert "judged: false: a load test" in alerts.history(judged)
    assert "kept quiet: judged false on 2027-01-15 08:00 UTC by kim" in alerts.history(latest)


def test_what_joins_an_incident_that_was_over_is_no_reason_to_tell_of_it_again(alerts: Alerts) -> None:
    one, end = over(0)
    alerts.take(one, end)
    alerts.take(seen("product/7", "price_exploit", minute=12))
    (incident,) = alerts.desk.list("resolved")
    alerts.desk.judge(incident.id, "false", "kim")
    alerts.told.clear()

    alerts.take(*over(14))

    assert alerts.told == []
    assert len(alerts.desk.get(incident.id).members) == 2


def test_it_is_told_again_when_the_time_of_the_verdict_is_over(alerts: Alerts) -> None:
    judged_once(alerts)
    alerts.time.at += 7 * DAY

    alerts.take(*over(60))

    assert alerts.told == ["opened"]


def test_a_changed_verdict_holds_and_both_are_kept(alerts: Alerts) -> None:
    incident = judged_once(alerts)
    alerts.desk.judge(incident.id, "true", "lou")

    alerts.take(seen(CART, minute=60, score=1.4))

    assert alerts.told == ["opened"]
    said = [(each.verdict, each.by) for each in alerts.desk.verdicts(incident.id)]
    assert said == [("false", "kim"), ("true", "lou")]


def test_what_goes_on_is_told_when_its_verdict_is_changed(alerts: Alerts) -> None:
    incident = judged_once(alerts)
    alerts.take(seen(CART, minute=60, score=1.4))
    alerts.desk.judge(incident.id, "true", "lou")

    alerts.take()

    assert alerts.told == ["opened"]


def test_a_verdict_on_one_anomaly_leaves_the_others_of_its_incident_alone(alerts: Alerts) -> None:
    one, other = seen(CART), seen("service/warehouse-service", minute=1)
    alerts.take(one, other)

    incident = alerts.desk.judge_anomaly(one.id, "false", "kim")

    assert [each.entity for each in alerts.desk.verdicts(incident.id)] == [CART]
    with pytest.raises(UnknownAnomaly):
        alerts.desk.judge_anomaly("nobody", "false", "kim")


def test_a_new_normal_asks_for_a_refit(alerts: Alerts) -> None:
    incident = judged_once(alerts, "new_normal")

    assert "refit asked for: python -m models refit --only daily_workload" in alerts.history(incident)


def test_a_mute_keeps_quiet_what_goes_on_is_told_at_its_end(alerts: Alerts) -> None:
    mute = alerts.desk.mute(Scope("daily_workload", CART), WALL / 1000 + 600, "kim", "moving house")
    alerts.take(seen(CART, score=9.0), seen("product/7", "price_exploit"))
    assert (alerts.told, alerts.quiet("mute")) == (["opened"], 1)

    alerts.time.at += 599
    alerts.take()
    assert (alerts.told, alerts.desk.mutes()) == (["opened"], [mute])

    alerts.time.at += 1
    alerts.take()
    assert (alerts.told, alerts.desk.mutes()) == (["opened", "opened"], [])


def test_what_is_muted_and_over_is_not_told_afterwards(alerts: Alerts) -> None:
    mute = alerts.desk.mute(Scope("daily_workload"), WALL / 1000 + 600, "kim", "")
    alerts.take(*over(0))

    alerts.desk.unmute(mute.id)
    alerts.take()

    assert alerts.told == []
    with pytest.raises(UnknownMute):
        alerts.desk.unmute(mute.id)


def test_what_goes_on_within_an_incident_long_over_is_found_when_its_mute_ends(alerts: Alerts) -> None:
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
def test_what_cannot_be_taken_down_is_refused(alerts: Alerts, verdict: Any, by: str, cause: str, said: str) -> None:
    alerts.take(seen(CART))
    (incident,) = alerts.desk.list()

    with pytest.raises(BadFeedback, match=said):
        alerts.desk.judge(incident.id, verdict, by, cause)
    assert alerts.desk.verdicts(incident.id) == []


def test_what_went_on_in_another_incident_is_judged_there(alerts: Alerts) -> None:
    alerts.take(seen("service/user-management-service"), seen("service/order-service"))
    alerts.take(seen(CART, minute=1))
    (merged,) = alerts.desk.list("merged")

    with pytest.raises(NotPossible, match=f"went on as {merged.merged_into}"):
        alerts.desk.judge(merged.id, "false", "kim")


def test_a_revision_of_what_is_kept_quiet_is_counted_once(alerts: Alerts) -> None:
    judged_once(alerts)
    one = seen(CART, minute=60, score=1.4)

    alerts.take(one, again(one, score=1.5), again(one, score=1.6, revision=3))

    assert (alerts.told, alerts.quiet("false")) == ([], 1)
