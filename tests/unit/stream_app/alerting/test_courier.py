"""A courier, a store and a real HTTP server, in time that passes by waiting alone."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from stream_app.alerting.absorbing import Absorber
from stream_app.alerting.channels import open_channel
from stream_app.alerting.courier import Courier
from stream_app.alerting.dead_letters import as_letter
from stream_app.alerting.delivery.retries import Retries
from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.errors import DeliveryFailed, Undeliverable
from stream_app.alerting.metrics import AlertMetrics
from stream_app.alerting.ports import Channel, FakeChannel, FakeTime
from stream_app.alerting.routes import Endpoint
from stream_app.alerting.store.database import Database
from stream_app.alerting.web import Web
from tests.builders.alerting import absorber_of, read
from tests.builders.incidents import WALL, again, resolved, seen
from tests.builders.receiver import receiver

HALF_AN_HOUR = 1_800


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(f"sqlite:///{tmp_path}/alerts.db")
    yield database
    database.close()


@pytest.fixture
def time() -> FakeTime:
    return FakeTime(WALL / 1000)


@pytest.fixture
def absorber(database: Database, time: FakeTime) -> Absorber:
    absorber = absorber_of(database, time=time)
    absorber.begin()
    return absorber


def courier_of(channel: Channel, absorber: Absorber, time: FakeTime, **retries: int) -> Courier:
    metrics = AlertMetrics(CollectorRegistry(), [("oncall", channel.kind)])
    return Courier("oncall", channel, absorber.database, time, metrics, 40_000, Retries(**retries), chance=lambda: 0.5)


def work(courier: Courier, time: FakeTime, until: float) -> None:
    """Let the courier go on until a wall time."""
    while time.now() < until:
        time.at = min(until, time.at + courier.step())


def counted(courier: Courier, name: str, **labels: str) -> float:
    return courier.metrics.registry.get_sample_value(f"monitor_alerts_{name}", labels) or 0.0


def test_an_endpoint_that_was_down_for_half_an_hour_gets_everything_once_and_in_order(
    absorber: Absorber, time: FakeTime
):
    with receiver() as shop:
        shop.status = 503
        url = {"url": shop.url(), "secrets": ["whsec_" + "A" * 32]}
        courier = courier_of(open_channel("oncall", Endpoint.model_validate(url), Web(True)), absorber, time)
        offset, begin = count(), time.now()
        for product in range(4):
            one = seen(f"product/{product}", minute=product)
            worse = again(one, severity="critical")
            for revision in (one, worse, resolved(worse, 10)):
                absorber.absorb(read(revision, start=next(offset)), caught_up=True)
                work(courier, time, time.now() + 60)
        absorber.absorb(read(seen("product/9", minute=60), start=next(offset)), caught_up=True)
        work(courier, time, begin + HALF_AN_HOUR)
        tried = len(shop.all)

        shop.status = 200
        work(courier, time, begin + HALF_AN_HOUR + 900)

    told = [(each.json["data"]["entities"][0], each.json["type"].partition(".")[2]) for each in shop.taken]
    for product in range(4):
        kinds = [kind for entity, kind in told if entity == f"product/{product}"]
        assert kinds == ["opened", "updated", "resolved"]
    assert len(told) == 13
    assert len({each.headers["webhook-id"] for each in shop.taken}) == 13
    assert tried < HALF_AN_HOUR / 10  # the circuit broke: not every wait of every message was an attempt


def test_what_takes_too_long_becomes_a_dead_letter_and_can_be_sent_again(absorber: Absorber, time: FakeTime):
    channel = FakeChannel(failure=DeliveryFailed("timeout"))
    courier = courier_of(channel, absorber, time, max_age_ms=600_000)
    absorber.absorb(read(seen("product/7")), caught_up=True)

    work(courier, time, time.now() + 1_200)

    desk = IncidentDesk(absorber.database, time.now)
    (dead,) = desk.dead()
    assert dead.reason in {"too_old", "too_old: timeout"}
    assert counted(courier, "deliveries_total", channel="fake", outcome="dead") == 1

    channel.failure = None
    desk.resend([dead.id])
    work(courier, time, time.now() + 600)
    assert [each.id for each in channel.sent] == [dead.id]
    assert desk.dead() == []


def test_after_so_many_attempts_it_is_given_up_and_what_follows_goes_on(absorber: Absorber, time: FakeTime):
    channel = FakeChannel(failure=DeliveryFailed("timeout"))
    courier = courier_of(channel, absorber, time, most=3)
    one = seen("product/7")
    absorber.absorb(read(one, start=0), caught_up=True)
    absorber.absorb(read(again(one, severity="critical"), start=1), caught_up=True)

    desk = IncidentDesk(absorber.database)
    while not desk.dead():
        time.at += courier.step()

    opened, _ = desk.deliveries(desk.list()[0].id)
    assert (opened.state, opened.attempts, opened.reason) == ("dead", 3, "too_often: timeout")

    channel.failure = None
    work(courier, time, time.now() + 600)
    assert [each.kind for each in channel.sent] == ["updated"]


def test_what_can_never_be_delivered_is_given_up_at_once(absorber: Absorber, time: FakeTime):
    courier = courier_of(FakeChannel(failure=Undeliverable("gone")), absorber, time)
    absorber.absorb(read(seen("product/7")), caught_up=True)

    courier.step()

    (dead,) = IncidentDesk(absorber.database).dead()
    assert dead.reason == "undeliverable: gone"


def test_a_dead_letter_tells_which_message_and_why_and_no_more(absorber: Absorber, time: FakeTime):
    courier = courier_of(FakeChannel(failure=Undeliverable("gone")), absorber, time)
    absorber.absorb(read(seen("product/7")), caught_up=True)
    courier.step()

    letter = as_letter(*IncidentDesk(absorber.database).dead())

    assert (letter.endpoint, letter.kind, letter.reason) == ("oncall", "opened", "undeliverable: gone")


def test_a_channel_that_breaks_is_a_failed_attempt_and_no_end(absorber: Absorber, time: FakeTime):
    channel = FakeChannel(failure=ZeroDivisionError())  # type: ignore[arg-type]
    courier = courier_of(channel, absorber, time)
    absorber.absorb(read(seen("product/7")), caught_up=True)
    courier.step()
    assert counted(courier, "delivery_failures_total", channel="fake", reason="unexpected") == 1

    channel.failure = None
    work(courier, time, time.now() + 60)

    assert len(channel.sent) == 1


def test_the_circuit_and_the_latency_are_measured(absorber: Absorber, time: FakeTime):
    channel = FakeChannel(failure=DeliveryFailed("timeout"))
    courier = courier_of(channel, absorber, time)
    absorber.absorb(read(seen("product/7", wall=WALL - 5_000)), caught_up=True)

    work(courier, time, time.now() + 60)
    assert counted(courier, "circuit_state", endpoint="oncall", state="closed") == 0

    channel.failure = None
    work(courier, time, time.now() + 300)
    assert counted(courier, "circuit_state", endpoint="oncall", state="closed") == 1
    assert counted(courier, "delivery_latency_seconds_count", channel="fake") == 1
    assert counted(courier, "delivery_latency_seconds_sum", channel="fake") >= 65


def test_a_message_under_way_when_its_process_died_is_sent_again_with_its_id(absorber: Absorber, time: FakeTime):
    class Death(BaseException):
        """The process dies between the answer and the note of it."""

    class Dying(FakeChannel):
        def send(self, message: object, at: float) -> None:
            self.sent.append(message)  # type: ignore[arg-type]
            raise Death

    absorber.absorb(read(seen("product/7")), caught_up=True)
    first, second = Dying(), FakeChannel()
    with pytest.raises(Death):
        courier_of(first, absorber, time).step()

    successor = courier_of(second, absorber, time)
    work(successor, time, time.now() + 30)
    assert second.sent == []
    work(successor, time, time.now() + 30)

    assert [each.id for each in second.sent] == [each.id for each in first.sent]
