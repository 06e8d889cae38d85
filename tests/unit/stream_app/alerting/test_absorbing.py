"""Incidents, messages and the position in one transaction, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stream_app.alerting.absorbing import Absorber
from stream_app.alerting.courier import Courier
from stream_app.alerting.desk import IncidentDesk, NotPossible, UnknownIncident
from stream_app.alerting.errors import StoreUnavailable
from stream_app.alerting.ports import FakeChannel, FakeTime
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.outbox import Outbox
from stream_app.alerting.store.tables import meta
from stream_app.errors import BadSetting
from tests.builders.alerting import absorber_of, database_url, read, routes_of
from tests.builders.incidents import WALL, again, resolved, seen

HOUR = 3_600_000


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    database = Database.open(database_url(request.param, tmp_path))
    yield database
    database.close()


@pytest.fixture
def absorber(database: Database) -> Absorber:
    """One that has caught up with an empty topic."""
    absorber = absorber_of(database)
    absorber.begin()
    absorber.absorb([], caught_up=True)
    return absorber


def told(database: Database) -> list[str]:
    with database.reading() as connection:
        return [each.kind for one in IncidentDesk(database).list() for each in Outbox(connection).of(one.id)]


def test_an_anomaly_is_told_once_however_often_it_is_read(database: Database, absorber: Absorber):
    one = seen("product/7")

    absorber.absorb(read(one), caught_up=True)
    absorber.absorb(read(one), caught_up=True)
    absorber_of(database).absorb(read(one, one, start=1), caught_up=True)

    assert told(database) == ["opened"]
    assert absorber.begin() == {0: 3}


def test_a_life_is_told_from_beginning_to_end_and_kept_as_history(database: Database, absorber: Absorber):
    one = seen("product/7")
    absorber.absorb(read(one), caught_up=True)
    absorber.absorb(read(again(one, severity="critical"), start=1), caught_up=True)
    absorber.absorb(read(resolved(again(one, severity="critical"), 10), start=2), caught_up=True)
    absorber.absorb(read(seen("product/9", minute=30), start=3), caught_up=True)

    desk = IncidentDesk(database)
    (incident,) = desk.list("resolved")
    assert [each.kind for each in desk.deliveries(incident.id)] == ["opened", "updated", "resolved"]
    assert [each.kind for each in desk.history(incident.id)] == ["opened", "worsened", "anomaly resolved", "resolved"]


def test_a_failure_in_the_middle_leaves_nothing_behind(
    database: Database, absorber: Absorber, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as broken_disk:
        broken_disk.setattr(Outbox, "add", broken)
        with pytest.raises(StoreUnavailable):
            absorber.absorb(read(seen("product/7")), caught_up=True)
    assert (IncidentDesk(database).list(), absorber.begin()) == ([], {})

    absorber.absorb(read(seen("product/7")), caught_up=True)
    assert told(database) == ["opened"]


def test_a_lost_store_is_rebuilt_and_only_what_is_open_and_young_is_told(database: Database):
    absorber = absorber_of(database)
    absorber.begin()
    over = seen("product/1", wall=WALL - 60_000)
    old = seen("product/2", wall=WALL - 2 * HOUR)
    young = seen("product/3", wall=WALL - 60_000)
    absorber.absorb(read(over, resolved(over, 10), old, young), caught_up=False)
    assert told(database) == []

    absorber.absorb([], caught_up=True)
    absorber.absorb(read(resolved(old, 12), seen("product/9", minute=40), start=4), caught_up=True)

    messages = {
        next(iter(one.entities)): [each.kind for each in IncidentDesk(database).deliveries(one.id)]
        for one in IncidentDesk(database).list()
    }
    assert messages == {"product/1": [], "product/2": ["resolved"], "product/3": ["opened"], "product/9": ["opened"]}


def test_after_a_restart_what_happened_meanwhile_is_told_once(database: Database, absorber: Absorber):
    paged, missed = seen("product/1"), seen("product/2", minute=1)
    absorber.absorb(read(paged), caught_up=True)

    later = absorber_of(database)
    later.begin()
    records = read(resolved(paged, 5), missed, resolved(missed, 6), seen("product/3", minute=30), start=1)
    later.absorb(records, caught_up=False)
    later.absorb([], caught_up=True)

    assert sorted(told(database)) == ["opened", "opened", "opened", "resolved", "resolved"]


def test_what_is_held_in_quiet_hours_is_told_as_one_digest(database: Database):
    time = FakeTime(WALL / 1000)
    route = {"endpoints": ["chat"], "digest_minutes": 60}
    absorber = absorber_of(database, routes_of({"chat": {"url": "log://"}}, route), time)
    absorber.begin()
    absorber.absorb(read(seen("product/1"), seen("product/2"), start=0), caught_up=True)
    with database.reading() as connection:
        assert Outbox(connection).by_state() == {"held": 2}

    time.at += 3600
    absorber.absorb([], caught_up=True)

    with database.writing() as connection:
        outbox = Outbox(connection)
        assert outbox.by_state() == {"bundled": 2, "waiting": 1}
        taken = outbox.take("chat", int(time.now() * 1000), 0)
    assert taken is not None
    assert len(taken.message.data["incidents"]) == 2


def test_what_is_told_at_once_takes_along_what_was_held_of_the_same_incident(database: Database):
    night = {"start": "00:00", "until": "00:00"}
    absorber = absorber_of(database, routes_of({"chat": {"url": "log://"}}, {"endpoints": ["chat"], "quiet": night}))
    absorber.begin()
    one = seen("product/1")
    absorber.absorb(read(one), caught_up=True)

    absorber.absorb(read(again(one, severity="critical"), start=1), caught_up=True)

    with database.reading() as connection:
        assert Outbox(connection).by_state() == {"waiting": 2}


def test_acknowledging_beside_the_running_process_holds_from_its_next_turn_on(database: Database, absorber: Absorber):
    absorber.absorb(read(seen("service/cart-service")), caught_up=True)
    desk = IncidentDesk(database, lambda: WALL / 1000)
    (incident,) = desk.list("open")

    desk.acknowledge(incident.id, "kim", "on it")
    absorber.time = FakeTime(WALL / 1000 + 3600)
    absorber.absorb(read(seen("service/warehouse-service", minute=1), start=1), caught_up=True)

    assert told(database) == ["opened"]
    held = desk.get(incident.id)
    assert held.acknowledged is not None
    assert (held.acknowledged.by, len(held.members)) == ("kim", 2)
    assert desk.history(incident.id)[1].by == "kim"


def test_the_desk_says_what_cannot_be_done(database: Database, absorber: Absorber):
    one = seen("product/7")
    absorber.absorb(read(one, resolved(one, 5), seen("product/8", minute=40)), caught_up=True)
    desk = IncidentDesk(database, lambda: WALL / 1000)
    (over,), (opened,) = desk.list("resolved"), desk.list("open")

    with pytest.raises(NotPossible, match="is resolved"):
        desk.acknowledge(over.id, "kim")
    with pytest.raises(NotPossible, match="is past"):
        desk.snooze(opened.id, WALL / 1000 - 1, "kim")
    with pytest.raises(UnknownIncident):
        desk.get("nobody")


def test_incidents_come_in_pages_the_newest_first(database: Database, absorber: Absorber):
    absorber.absorb(read(*(seen(f"product/{n}", minute=n) for n in range(5))), caught_up=True)
    desk = IncidentDesk(database)

    first = desk.list(limit=2)
    second = desk.list(limit=2, before=(first[-1].opened, first[-1].id))

    assert [next(iter(each.entities)) for each in (*first, *second)] == [f"product/{n}" for n in (4, 3, 2, 1)]


def test_what_has_long_been_over_is_forgotten_with_all_that_belongs_to_it(database: Database, absorber: Absorber):
    one = seen("product/7")
    absorber.absorb(read(one, resolved(one, 5), seen("product/8", minute=40)), caught_up=True)

    absorber.time = FakeTime(WALL / 1000 + 3600)
    absorber.forget(keep_ms=HOUR // 2)

    assert [next(iter(each.entities)) for each in IncidentDesk(database).list()] == ["product/8"]


def test_a_topic_made_anew_is_read_from_its_new_beginning(database: Database, absorber: Absorber):
    absorber.absorb(read(seen("product/7"), start=500), caught_up=True)

    absorber.restart(0, 0)
    absorber.absorb(read(seen("product/8")), caught_up=True)

    assert told(database) == ["opened", "opened"]


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/alerts.db"
    database = Database.open(url)
    with database.writing() as connection:
        connection.execute(meta.update().where(meta.c.name == "version").values(value="99"))
    database.close()

    with pytest.raises(StoreUnavailable, match="schema 99"):
        Database.open(url)


@pytest.mark.parametrize("url", ["nonsense", "postgresql+nobody://kim:s3cret@db/x"])
def test_a_database_that_cannot_be_used_is_named_without_its_password(url: str):
    with pytest.raises(BadSetting, match="MONITOR_ALERTS_DATABASE") as raised:
        Database.open(url)

    assert "s3cret" not in str(raised.value)


def test_two_processes_at_once_tell_each_thing_once(database: Database, absorber: Absorber):
    records = read(*(seen(f"product/{number}", minute=number) for number in range(6)))
    channel = FakeChannel()
    absorbers = absorber, absorber_of(database)
    couriers = [
        Courier("oncall", channel, database, FakeTime(WALL / 1000), absorber.metrics, lease_ms=60_000)
        for _ in absorbers
    ]

    def work(one: Absorber, courier: Courier) -> None:
        for record in records:
            one.absorb([record], caught_up=True)
        while not courier.step():
            """Another may be due."""

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(work, *pair) for pair in zip(absorbers, couriers, strict=True)]:
            done.result()

    assert len(channel.sent) == len({each.id for each in channel.sent}) == 6
