"""Every way to tell people keeps the same promises, the fake one too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from stream_app.alerting.channels import REST, modules, open_channel
from stream_app.alerting.errors import DeliveryFailed
from stream_app.alerting.planning import Planner
from stream_app.alerting.ports import Channel, FakeChannel, Message
from stream_app.alerting.routes import Endpoint
from stream_app.alerting.web import Web
from tests.builders.alerting import CONSOLE, routes_of
from tests.builders.incidents import WALL, book_of, only, seen
from tests.builders.receiver import Receiver, receiver

PASSWORD = "s3cret"  # noqa: S105 - it must show nowhere
URLS = {
    "webhook": "http://kim:{password}@127.0.0.1:{port}/hook",
    "alertmanager": "alertmanager+http://kim:{password}@127.0.0.1:{port}",
    "apprise": "json://kim:{password}@127.0.0.1:{port}/hook",
}


@dataclass
class Case:
    """A channel, and the other side: how many messages it has taken, and a switch to make it fail."""

    channel: Channel
    count: Callable[[], int]
    fail: Callable[[], None]


@pytest.fixture
def other_side() -> Iterator[Receiver]:
    with receiver() as held:
        yield held


@pytest.fixture(params=["fake", *URLS])
def case(request: pytest.FixtureRequest, other_side: Receiver) -> Case:
    if request.param == "fake":
        fake = FakeChannel()
        return Case(fake, lambda: len(fake.sent), lambda: setattr(fake, "failure", DeliveryFailed("unreachable")))
    url = URLS[request.param].format(password=PASSWORD, port=other_side.port)
    channel = open_channel("a", Endpoint.model_validate({"url": url}), Web(allow_private=True))
    return Case(channel, lambda: len(other_side.taken), lambda: setattr(other_side, "status", 503))


@pytest.fixture
def message() -> Message:
    (notice,) = Planner(routes_of(), CONSOLE).plan(only(book_of(seen("product/7"))), WALL)
    return notice.message


def test_a_message_arrives(case: Case, message: Message):
    case.channel.send(message, WALL / 1000)

    assert case.count() == 1


def test_what_the_other_side_does_not_take_is_a_failure_with_a_bounded_reason(case: Case, message: Message):
    case.fail()

    with pytest.raises(DeliveryFailed) as raised:
        case.channel.send(message, WALL / 1000)

    assert raised.value.reason in {"unreachable", "status_5xx", "not_taken"}
    assert case.count() == 0


def test_credentials_show_neither_in_failures_nor_in_what_is_printed(
    case: Case, message: Message, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    case.fail()

    with pytest.raises(DeliveryFailed) as raised:
        case.channel.send(message, WALL / 1000)

    printed = capfd.readouterr()
    for text in (str(raised.value), repr(raised.value), repr(case.channel), caplog.text, printed.out, printed.err):
        assert PASSWORD not in text


def test_it_can_be_closed(case: Case):
    case.channel.close()


@pytest.mark.parametrize("kind", URLS)
def test_a_private_address_is_refused_unless_it_is_allowed(kind: str, other_side: Receiver, message: Message):
    url = URLS[kind].format(password=PASSWORD, port=other_side.port)
    channel = open_channel("a", Endpoint.model_validate({"url": url}), Web())

    with pytest.raises(DeliveryFailed) as raised:
        channel.send(message, WALL / 1000)

    assert raised.value.reason == "forbidden_address"
    assert other_side.all == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__.rpartition(".")[2])
def test_a_module_declares_its_schemes_in_small_letters(module: object):
    schemes = module.SCHEMES  # type: ignore[attr-defined]

    assert schemes
    assert all(each == each.lower() for each in schemes)


def test_a_scheme_has_one_module_and_the_rest_goes_to_one():
    declared = [scheme for module in modules() for scheme in module.SCHEMES]

    assert len(declared) == len(set(declared))
    assert REST in declared
