"""The audit log keeps the same promises on SQLite and PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text, update

from stream_app.access.audit import Entry, Outcome, entry
from stream_app.alerting.store import trail
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.tables import VERSION, audit, meta, metadata
from stream_app.alerting.store.trail import StoredTrail


def empty_postgres() -> str:
    if not (url := os.environ.get("SHOP_TEST_POSTGRES")):
        pytest.skip("set SHOP_TEST_POSTGRES=postgresql+psycopg://USER:PASSWORD@HOST/DATABASE to test on PostgreSQL")
    engine = create_engine(url)
    metadata.drop_all(engine)
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/alerts.db" if request.param == "sqlite" else empty_postgres()


@pytest.fixture
def store(url: str) -> Iterator[StoredTrail]:
    database = Database.open(url)
    yield StoredTrail(database)
    database.close()


def entries(count: int, outcome: Outcome = "done", begin: int = 0) -> list[Entry]:
    return [entry(1_800_000_000_000 + n, "sre", "acknowledge", f"incident {n}", outcome) for n in range(begin, count)]


def test_entries_come_back_as_they_were_the_newest_first(store: StoredTrail) -> None:
    kept = entries(3)

    store.keep(kept)

    assert [one.entry for one in store.page(10)] == kept[::-1]


def test_pages_join_without_a_gap(store: StoredTrail) -> None:
    store.keep(entries(25))

    first = store.page(10)
    second = store.page(10, first[-1].number)
    third = store.page(10, second[-1].number)

    found = [one.entry for one in (*first, *second, *third)]
    assert found == entries(25)[::-1]


def test_refusals_make_room_for_refusals_alone(store: StoredTrail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "MOST", {"done": 50, "failed": 50, "refused": 5})
    store.keep(entries(3))

    for _ in range(4):
        store.keep(entries(10, "refused"))

    found = [one.entry.outcome for one in store.page(100)]
    assert (found.count("done"), found.count("refused")) == (3, 5)


def test_texts_are_cut_and_printable_before_they_are_kept(store: StoredTrail) -> None:
    store.keep([entry(0, "s\nre\x00", "x" * 5_000, "\ud800", "failed")])

    (kept,) = store.page(1)
    assert kept.entry == Entry(0, "s?re?", "x" * 200, "?", "failed")


def test_nothing_to_keep_is_nothing_kept(store: StoredTrail) -> None:
    store.keep([])

    assert store.page(10) == []


def test_a_database_of_the_first_version_is_brought_up_to_date(url: str) -> None:
    database = Database.open(url)
    with database.writing() as connection:
        connection.execute(text(f"DROP TABLE {audit.name}"))
        connection.execute(update(meta).where(meta.c.name == "version").values(value="1"))
    database.close()

    again = Database.open(url)
    StoredTrail(again).keep(entries(1))

    assert len(StoredTrail(again).page(10)) == 1
    with again.reading() as connection:
        assert connection.execute(meta.select().where(meta.c.name == "version")).one().value == str(VERSION)
    again.close()
