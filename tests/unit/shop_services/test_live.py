"""A service at work on messages that come twice, late, broken, or when something fails."""

from datetime import timedelta

import pytest

from shop_services.chassis.bus import BusRecord
from shop_services.chassis.live import LiveService, Processed
from shop_services.chassis.memory import MemoryDatabase
from shop_services.chassis.outbox import Outbox
from shop_services.chassis.refusals import Conflicting
from shop_services.contracts.envelope import decode, encode, headers, key, new_envelope
from shop_services.contracts.message import Message
from shop_services.contracts.topics import COMMAND_TOPIC
from shop_services.contracts.users import AccountDetailsProvided, UserAccountCreated
from shop_services.contracts.warehouse import ProductAdditionRequested, ProductReservationRequested
from tests.builders.live_shop import NOON, SetClock, live_service

LAMP = ProductAdditionRequested(code="P1", name="lamp", description="", quantity=10, price=2.5)
RESERVATION = ProductReservationRequested(product_id=1, user_id=3, quantity=4)


def record(message: Message, subject: str = "product/1") -> BusRecord:
    envelope = new_envelope(message, at=NOON, subject=subject, correlation_id="request", causation_id="cause")
    return BusRecord("inbox", key(envelope), encode(envelope), headers(envelope), "inbox[0]@1")


def waiting(database: MemoryDatabase) -> list[tuple[str, str]]:
    """Topic and class of every message in the outbox."""
    with database.snapshot() as tables:
        held = tables.rows(Outbox).page(0, 100)
    return [(entry.topic, decode(entry.value).type.rpartition(".")[2]) for entry in held]


def received(live: LiveService, outcome: str) -> float | None:
    labels = {"service": live.service.service, "outcome": outcome}
    return live.metrics.registry.get_sample_value("shop_received_total", labels)


def test_state_and_messages_are_kept_together() -> None:
    database = MemoryDatabase()
    live = live_service("warehouse", database)

    live.request(LAMP)

    assert waiting(database) == [
        (COMMAND_TOPIC, "ProductAdditionRequested"),
        ("warehouse-events", "ProductAddedToWarehouse"),
    ]
    with live.reading() as store:
        assert store.product(1).stock == 10


def test_a_message_that_comes_twice_has_its_effect_once() -> None:
    """INVARIANT: a redelivered message changes nothing. Without it every crash of a service sells pieces twice."""
    database = MemoryDatabase()
    live = live_service("warehouse", database)
    live.request(LAMP)
    once = record(RESERVATION)

    live.receive(once)
    after_first = waiting(database)
    live.receive(once)

    assert waiting(database) == after_first
    with live.reading() as store:
        assert store.product(1).reserved == 4
    assert (received(live, "handled"), received(live, "duplicate")) == (1.0, 1.0)


def test_a_command_keeps_its_id_and_its_cause_when_it_is_logged() -> None:
    database = MemoryDatabase()
    live = live_service("warehouse", database)
    live.request(LAMP)
    asked = record(RESERVATION)

    live.receive(asked)

    with database.snapshot() as tables:
        logged, event = [decode(entry.value) for entry in tables.rows(Outbox).page(2, 10)]
    assert (logged.id, logged.correlationid, logged.causationid) == (decode(asked.value).id, "request", "cause")
    assert (event.correlationid, event.causationid) == ("request", logged.id)


def test_a_refused_command_is_logged_and_told() -> None:
    database = MemoryDatabase()
    live = live_service("users", database)
    live.request(AccountDetailsProvided(username="alice"))

    with pytest.raises(Conflicting):
        live.request(AccountDetailsProvided(username="alice"))

    assert [name for _, name in waiting(database)].count("AccountDetailsProvided") == 2
    assert [name for _, name in waiting(database)].count("UserAccountCreated") == 1
    labels = {"service": "user-management-service", "command": "AccountDetailsProvided", "outcome": "refused"}
    assert live.metrics.registry.get_sample_value("shop_commands_total", labels) == 1.0


def test_what_nobody_awaits_is_skipped() -> None:
    live = live_service("warehouse")

    live.receive(record(UserAccountCreated(user_id=1, username="alice"), "user/1"))

    assert received(live, "skipped") == 1.0


def test_what_cannot_be_read_is_left_out() -> None:
    live = live_service("warehouse")

    live.receive(BusRecord("inbox", b"1", b"\x00not json", [], "inbox[0]@7"))

    assert received(live, "undecodable") == 1.0


def test_a_failing_handler_leaves_no_trace_and_does_not_stop_the_service() -> None:
    database = OutboxFails()
    live = live_service("warehouse", database)
    live.request(LAMP)
    database.is_failing = True

    live.receive(record(RESERVATION))

    assert received(live, "failed") == 1.0
    database.is_failing = False
    with live.reading() as store:
        assert store.product(1).reserved == 0


class OutboxFails(MemoryDatabase):
    """A database in which no further message can be numbered."""

    is_failing = False

    def next_id(self, sequence: str) -> int:
        if self.is_failing and sequence == "outbox":
            raise ZeroDivisionError
        return super().next_id(sequence)


def test_reservations_end_as_the_shops_time_passes() -> None:
    database, clock = MemoryDatabase(), SetClock()
    live = live_service("warehouse", database, clock)
    live.request(LAMP)
    live.receive(record(RESERVATION))

    live.pass_time()
    assert waiting(database)[-1] == ("warehouse-events", "ProductReservationCreated")
    clock.pass_by(timedelta(minutes=30))
    live.pass_time()

    assert waiting(database)[-1] == ("warehouse-events", "ProductReservationRemoved")


def test_ids_of_processed_messages_are_forgotten_after_a_month() -> None:
    database, clock = MemoryDatabase(), SetClock()
    live = live_service("warehouse", database, clock)
    live.receive(record(RESERVATION))

    def remembered() -> int:
        live.forget_processed()
        with database.snapshot() as tables:
            return len(tables.rows(Processed).page("", 10))

    assert remembered() == 1
    clock.pass_by(timedelta(days=31))
    assert remembered() == 0
