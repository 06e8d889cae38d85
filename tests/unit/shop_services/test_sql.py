"""What a database cannot do is told in a sentence: to the operator when it is full, to the sender of bad values."""

from pathlib import Path

import pytest

from shop_services.chassis.bus import MemoryBus
from shop_services.chassis.errors import DatabaseUnavailable
from shop_services.chassis.outbox import Outbox
from shop_services.chassis.sql import SqlDatabase
from shop_services.chassis.web import create_app
from shop_services.orders.routes import router
from shop_services.users.routes import router as users_router
from tests.builders.live_shop import live_service
from tests.builders.serving import served


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


@pytest.mark.parametrize(("method", "path"), [("GET", f"/orders/{2**63}"), ("POST", "/orders")])
def test_a_number_no_database_can_keep_is_a_bad_request(tmp_path: Path, method: str, path: str) -> None:
    database = SqlDatabase(f"sqlite:///{tmp_path}/orders.db")
    app = create_app(live_service("orders", database), database, MemoryBus(), router)

    with served(app) as client:
        answered = client.request(method, path, json={"userId": 2**63} if method == "POST" else None)

    assert answered.status_code == 422
    assert answered.headers["content-type"] == "application/problem+json"
    assert "beyond 64 bits" in answered.json()["detail"]


def test_an_account_needs_a_password(tmp_path: Path) -> None:
    database = SqlDatabase(f"sqlite:///{tmp_path}/users.db")
    app = create_app(live_service("users", database), database, MemoryBus(), users_router)

    with served(app) as client:
        answered = client.post("/users", json={"username": "bob", "password": ""})

    assert answered.status_code == 422
    assert answered.json()["errors"] == [{"field": "body.password", "reason": "too_short"}]
