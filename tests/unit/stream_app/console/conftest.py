"""A console with an access file, and an incidents' store beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stream_app.alerting.store.database import Database
from stream_app.console.server import create_api
from stream_app.console.state import Console
from tests.builders.access import Client, guarded_console
from tests.builders.alerting import absorber_of, read
from tests.builders.incidents import again, resolved, seen

PRODUCT = seen("product/7", scenario="stock_exhaustion", severity="critical")
CART = seen("service/cart-service", minute=200)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    console = guarded_console(tmp_path)
    yield console
    console.desk.close()


@pytest.fixture
def client(console: Console) -> Client:
    return Client(create_api(console))


@pytest.fixture
def database(console: Console) -> Iterator[Database]:
    database = Database.open(console.options.database_url)
    yield database
    database.close()


@pytest.fixture
def two(database: Database) -> None:
    """An open incident of a product, and a resolved one of a service."""
    absorber = absorber_of(database)
    absorber.begin()
    absorber.absorb([], caught_up=True)
    absorber.absorb(read(PRODUCT, CART), caught_up=True)
    absorber.absorb(read(resolved(CART, minute=210), again(PRODUCT, lasts=400), start=2), caught_up=True)
