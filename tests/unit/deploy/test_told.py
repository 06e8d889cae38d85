from pathlib import Path

from prometheus_client import CollectorRegistry

from deploy.local.told import Told, ask_what_was_told, told_by
from stream_app.alerting.following import Progress
from stream_app.alerting.health import AlertHealth
from stream_app.alerting.metrics import AlertMetrics
from stream_app.alerting.ports import FakeTime
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.outbox import Outbox
from tests.builders.alerting import absorber_of, read, routes_of
from tests.builders.incidents import resolved, seen


def test_incidents_and_delivered_messages_are_counted_by_what_alerts_keep(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/alerts.db")
    one, other = seen("service/user-management-service"), seen("service/order-service", minute=1)
    absorber = absorber_of(database)
    absorber.begin()
    absorber.absorb(read(one, other, resolved(seen("product/7"), 2)), caught_up=True)
    absorber.absorb(read(seen("service/notification-service", minute=2), start=3), caught_up=True)  # joins the two
    with database.writing() as connection:
        Outbox(connection).sent(1, 0)

    metrics = AlertMetrics(CollectorRegistry())
    answer = AlertHealth(Progress(), database, metrics, FakeTime(), routes_of()).report()
    database.close()

    assert told_by(answer) == Told(incidents=2, messages=1)


def test_they_are_told_in_words() -> None:
    assert str(Told(1, 6)) == "1 incident opened, 6 messages delivered"


def test_when_alerts_do_not_answer_nothing_is_said() -> None:
    assert ask_what_was_told("http://127.0.0.1:9") is None
    assert told_by({"ready": False, "reason": "the incidents' database refused"}) is None
