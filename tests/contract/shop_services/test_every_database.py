"""The memory of a service in dicts, in SQLite and in PostgreSQL keeps the same promises."""

import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec
import pytest

from shop_services.chassis.errors import UnstorableValue
from shop_services.chassis.memory import MemoryDatabase
from shop_services.chassis.rows import Database, Rows, Tables
from shop_services.chassis.sql import SqlDatabase


class Thing(msgspec.Struct, frozen=True):
    number: int
    owner: str
    weight: float
    due: int
    is_new: bool = True
    note: str | None = None
    blob: bytes = b""


class Late(msgspec.Struct, frozen=True):
    number: int


def thing(number: int, owner: str = "ann", due: int = 0) -> Thing:
    return Thing(number, owner, 0.1, due, False, None, b"\x00\xff")


def things(tables: Tables) -> Rows[Thing]:
    return tables.rows(Thing, indexes=("owner",))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(request.param, tmp_path)
    with opened.transaction() as tables:
        things(tables)
        tables.next_id("unused")
    yield opened
    opened.close()


def open_database(kind: str, folder: Path) -> Database:
    if kind == "memory":
        return MemoryDatabase()
    if kind == "sqlite":
        return SqlDatabase(f"sqlite:///{folder}/new/things.db")
    if not (url := os.environ.get("SHOP_TEST_POSTGRES")):
        pytest.skip("set SHOP_TEST_POSTGRES=postgresql+psycopg://USER:PASSWORD@HOST/DATABASE to test on PostgreSQL")
    fresh = f"test_{uuid.uuid4().hex[:8]}"
    with closing(SqlDatabase(url)) as plain, plain.transaction() as tables:
        tables.connection.exec_driver_sql(f"CREATE SCHEMA {fresh}")
    return SqlDatabase(f"{url}?options=-csearch_path%3D{fresh}")


def test_a_row_is_kept_as_it_was(database: Database) -> None:
    with database.transaction() as tables:
        things(tables).put(thing(3))

    with database.snapshot() as tables:
        assert things(tables).get(3) == thing(3)
        assert things(tables).get(4) is None


def test_putting_again_replaces(database: Database) -> None:
    with database.transaction() as tables:
        things(tables).put(thing(3, "ann"))
        things(tables).put(thing(3, "bob"))

        assert things(tables).find(owner="ann") == []
        assert things(tables).find(owner="bob") == [thing(3, "bob")]


def test_rows_are_found_by_their_fields_in_order_of_their_keys(database: Database) -> None:
    with database.transaction() as tables:
        for number, owner, due in ((5, "ann", 1), (2, "ann", 1), (3, "ann", 2), (4, "bob", 1)):
            things(tables).put(thing(number, owner, due))

        assert [row.number for row in things(tables).find(owner="ann")] == [2, 3, 5]
        assert [row.number for row in things(tables).find(owner="ann", due=1)] == [2, 5]
        assert [row.number for row in things(tables).due("due", 1)] == [2, 4, 5]


def test_pages_follow_the_keys(database: Database) -> None:
    with database.transaction() as tables:
        for number in (11, 2, 7):
            things(tables).put(thing(number))

        assert [row.number for row in things(tables).page(0, 2)] == [2, 7]
        assert [row.number for row in things(tables).page(7, 2)] == [11]


def test_rows_can_be_deleted_singly_and_up_to_a_key(database: Database) -> None:
    with database.transaction() as tables:
        for number in range(1, 7):
            things(tables).put(thing(number))
        things(tables).delete(5)
        things(tables).delete(99)
        things(tables).delete_until(3)

        assert [row.number for row in things(tables).page(0, 10)] == [4, 6]
        assert [row.number for row in things(tables).find(owner="ann")] == [4, 6]


def test_numbers_are_given_once(database: Database) -> None:
    with database.transaction() as tables:
        assert [tables.next_id("thing") for _ in range(3)] == [1, 2, 3]
        assert tables.next_id("other") == 1
    with database.transaction() as tables:
        assert tables.next_id("thing") == 4


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with database.transaction() as tables:
        things(tables).put(thing(1, "ann"))
        things(tables).put(thing(2, "ann"))

    with pytest.raises(RuntimeError):
        change_and_fail(database)

    with database.snapshot() as tables:
        assert things(tables).page(0, 10) == [thing(1, "ann"), thing(2, "ann")]
        assert things(tables).find(owner="ann") == [thing(1, "ann"), thing(2, "ann")]


def change_and_fail(database: Database) -> None:
    with database.transaction() as tables:
        things(tables).put(thing(1, "bob"))
        things(tables).delete(2)
        things(tables).put(thing(3, "ann"))
        raise RuntimeError


def test_writers_take_turns(database: Database) -> None:
    """INVARIANT: two threads that read and then write never lose a change. Without it, stock is sold twice."""
    with database.transaction() as tables:
        things(tables).put(thing(1, due=0))

    def raise_due() -> None:
        for _ in range(25):
            with database.transaction() as tables:
                held = things(tables).get(1)
                assert held is not None
                things(tables).put(msgspec.structs.replace(held, due=held.due + 1))

    threads = [threading.Thread(target=raise_due) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    with database.snapshot() as tables:
        held = things(tables).get(1)
    assert held is not None
    assert held.due == 100


def test_a_table_can_be_used_after_its_first_use_was_undone(database: Database) -> None:
    with suppress(ZeroDivisionError), database.transaction() as tables:
        tables.rows(Late).put(Late(1))
        tables.next_id("late")
        raise ZeroDivisionError

    with database.transaction() as tables:
        assert tables.rows(Late).get(1) is None
        tables.next_id("late")


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
def test_a_number_that_cannot_be_kept_is_the_messages_fault_not_the_databases(database: Database, value: int) -> None:
    """INVARIANT: such a message is not tried again. Else one record would hold up its topic for ever."""
    if isinstance(database, MemoryDatabase):
        pytest.skip("memory keeps any number")

    with pytest.raises(UnstorableValue, match="beyond 64 bits"), database.transaction() as tables:
        things(tables).put(thing(value))

    with database.snapshot() as tables:
        assert things(tables).page(0, 10) == []
