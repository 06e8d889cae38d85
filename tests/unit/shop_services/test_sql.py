"""What a database says of itself when it cannot go on."""

from pathlib import Path

import pytest

from shop_services.chassis.errors import DatabaseUnavailable
from shop_services.chassis.outbox import Outbox
from shop_services.chassis.sql import SqlDatabase


def test_a_full_disk_is_told_with_its_remedy_and_nothing_is_lost_when_there_is_room_again(tmp_path: Path) -> None:
    database = SqlDatabase(f"sqlite:///{tmp_path}/shop.db")
    with database.transaction() as tables:
        tables.rows(Outbox)
        tables.connection.exec_driver_sql("PRAGMA max_page_count = 8")  # SQLite's own small disk
    entry = Outbox(1, "topic", b"x" * 100_000, 0.0)

    with (
        pytest.raises(DatabaseUnavailable, match=r"SQLITE_FULL.*the disk is full: free some space"),
        database.transaction() as tables,
    ):
        tables.rows(Outbox).put(entry)
    with database.transaction() as tables:
        tables.connection.exec_driver_sql("PRAGMA max_page_count = 100000")
        tables.rows(Outbox).put(entry)

    with database.snapshot() as tables:
        assert tables.rows(Outbox).page(0, 10) == [entry]
    database.close()
