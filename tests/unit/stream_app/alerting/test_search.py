"""Incidents and messages are found in the store, however many there are, on SQLite and PostgreSQL."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.search import Wanted
from stream_app.alerting.store.subjects import subjects
from stream_app.alerting.store.tables import meta
from tests.builders.alerting import absorber_of, database_url, read, routes_of
from tests.builders.anomalies import EVENING
from tests.builders.incident_store import add_past
from tests.builders.incidents import again, resolved, seen

HOUR_MINUTES = 60


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database_url(request.param, tmp_path)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database.open(url)
    yield database
    database.close()


@pytest.fixture
def desk(database: Database) -> IncidentDesk:
    """Five incidents, an hour apart; the first two are over."""
    absorber = absorber_of(database, routes_of({"oncall": {"url": "log://"}, "chat": {"url": "log://"}}))
    absorber.begin()
    absorber.absorb([], caught_up=True)
    told = [
        seen("product/7", "stock_exhaustion", minute=0),
        seen("service/cart-service", minute=HOUR_MINUTES, severity="critical"),
        seen("product/70", "price_exploit", minute=2 * HOUR_MINUTES),
        seen("service/order-service", minute=3 * HOUR_MINUTES),
        seen("product/100%", "stock_exhaustion", minute=4 * HOUR_MINUTES),
    ]
    for number, one in enumerate(told):
        absorber.absorb(read(one, start=2 * number), caught_up=True)
        if number < 2:
            end = again(resolved(one, number * HOUR_MINUTES + 10), lasts=10, status="resolved")
            absorber.absorb(read(end, start=2 * number + 1), caught_up=True)
    return IncidentDesk(database)


def entities(desk: IncidentDesk, wanted: Wanted) -> list[str]:
    found, total = desk.search(wanted)
    assert total == len(found)
    return [entity for incident in found for entity in sorted(incident.entities)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["product/100%", "service/order-service", "product/70", "service/cart-service", "product/7"]),
        (Wanted("open"), ["product/100%", "service/order-service", "product/70"]),
        (Wanted("resolved"), ["service/cart-service", "product/7"]),
        (Wanted(severity="critical"), ["service/cart-service"]),
        (Wanted(scenario="stock_exhaustion"), ["product/100%", "product/7"]),
        (Wanted("open", scenario="stock_exhaustion"), ["product/100%"]),
        (Wanted(entity="product/7"), ["product/70", "product/7"]),
        (Wanted(entity="%"), ["product/100%"]),  # a sign, not a pattern
        (Wanted(entity="_"), []),
        (Wanted(scenario="price_exploit", entity="product/7"), ["product/70"]),
    ],
)
def test_incidents_are_found_by_what_they_are(desk: IncidentDesk, wanted: Wanted, found: list[str]):
    assert entities(desk, wanted) == found


def test_the_pages_hold_every_incident_once(desk: IncidentDesk):
    whole, total = desk.search(Wanted())
    turned, below = [], None
    while page := desk.search(Wanted(), 2, below)[0]:
        turned += page
        below = (page[-1].opened, page[-1].id)

    assert [each.id for each in turned] == [each.id for each in whole]
    assert total == len(turned) == 5


def test_one_that_went_on_in_another_is_about_nothing_any_more(database: Database):
    absorber = absorber_of(database)
    absorber.begin()
    absorber.absorb([], caught_up=True)
    absorber.absorb(read(seen("service/notification-service"), seen("service/cart-service")), caught_up=True)
    absorber.absorb(read(seen("service/order-service", minute=1), start=2), caught_up=True)
    desk = IncidentDesk(database)
    merged, count = desk.search(Wanted("merged"))

    assert count == len(merged)
    for one in desk.search(Wanted(entity="service/"))[0]:
        assert one.state == "open"


def test_messages_are_found_by_endpoint_and_state(desk: IncidentDesk, database: Database):
    log = desk.messages()

    assert [each.number for each in log] == sorted((each.number for each in log), reverse=True)
    assert {each.endpoint for each in desk.messages(endpoint="chat")} == {"chat"}
    assert desk.messages(state="dead") == []
    assert [each.number for each in desk.messages(below=log[1].number)] == [each.number for each in log[2:]]
    assert desk.endpoints() == ["chat", "oncall"]


def test_a_store_of_before_is_searched_after_it_was_opened(desk: IncidentDesk, database: Database, url: str):
    with database.writing() as connection:
        connection.execute(delete(subjects))
        connection.execute(update(meta).where(meta.c.name == "version").values(value="2"))

    with IncidentDesk.open(url) as opened_again:
        assert entities(opened_again, Wanted(entity="product/70")) == ["product/70"]


def test_what_is_forgotten_is_not_found(desk: IncidentDesk, database: Database):
    absorber_of(database).forget(-3_600_000)

    assert entities(desk, Wanted("resolved")) == []
    with database.reading() as connection:
        assert len(connection.execute(select(subjects.c.incident)).all()) == 3


def test_ten_thousand_incidents_are_turned_as_fast_as_a_hundred(tmp_path: Path):
    few, many = (Database.open(f"sqlite:///{tmp_path}/{count}.db") for count in (100, 10_000))
    add_past(few, EVENING, 100)
    add_past(many, EVENING, 10_000)

    took = [_seconds(IncidentDesk(database)) for database in (few, many)]

    assert took[1] < 40 * took[0]  # a page that read all of them would take hundreds of times as long
    few.close()
    many.close()


def _seconds(desk: IncidentDesk) -> float:
    """The quickest of several: what the page itself takes."""
    spent = []
    for _ in range(7):
        begun = time.perf_counter()
        found, _ = desk.search(Wanted("resolved", severity="warning"), 25)
        spent.append(time.perf_counter() - begun)
        assert len(found) == 25
    return min(spent)
