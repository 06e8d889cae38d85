"""Every message type that the catalogue finds, and a new one without further ado, keeps the rules of the envelope."""

from datetime import UTC, datetime
from types import UnionType
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from typer.testing import CliRunner

from shop_services.contracts.__main__ import app
from shop_services.contracts.catalogue import MessageType, message_types
from shop_services.contracts.envelope import decode, encode, new_envelope, payload
from shop_services.contracts.message import Message
from shop_services.contracts.schema import schema_of
from shop_services.contracts.topics import COMMAND_TOPIC, EVENT_TOPICS, topic_of

EXAMPLES: dict[type, Any] = {int: 7, float: 12.25, str: "text"}
JSON_TYPES: dict[str, tuple[type, ...]] = {"integer": (int,), "number": (int, float), "string": (str,), "null": ()}

every_message = pytest.mark.parametrize("kind", message_types().values(), ids=lambda kind: kind.name)


def is_optional(hint: Any) -> bool:
    return isinstance(hint, UnionType)


def example(kind: MessageType, *, with_optional: bool) -> Message:
    hints = get_type_hints(kind.cls)
    wanted = {name: hint for name, hint in hints.items() if with_optional or not is_optional(hint)}
    return kind.cls(
        **{name: EXAMPLES[get_args(hint)[0] if is_optional(hint) else hint] for name, hint in wanted.items()}
    )


def sent_and_received(message: Message) -> Message:
    at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    return payload(decode(encode(new_envelope(message, at=at, subject="user/7", correlation_id="c"))))


@every_message
@pytest.mark.parametrize("with_optional", [True, False], ids=["all_fields", "required_fields"])
def test_it_survives_the_journey(kind: MessageType, with_optional: bool) -> None:
    message = example(kind, with_optional=with_optional)

    assert sent_and_received(message) == message


@every_message
def test_its_schema_describes_what_is_sent(kind: MessageType) -> None:
    schema = schema_of(kind.name)
    for with_optional in (True, False):
        data = msgspec.json.decode(msgspec.json.encode(example(kind, with_optional=with_optional)))

        assert set(schema["required"]) <= set(data) <= set(schema["properties"])
        for name, value in data.items():
            allowed = [each["type"] for each in schema["properties"][name].get("anyOf", [schema["properties"][name]])]
            assert any(isinstance(value, JSON_TYPES[each]) for each in allowed), name


@every_message
def test_it_says_what_it_is(kind: MessageType) -> None:
    assert (kind.cls.__doc__ or "").strip().endswith(".")


@every_message
def test_it_has_a_place_to_go(kind: MessageType) -> None:
    assert topic_of(kind) in (COMMAND_TOPIC, *EVENT_TOPICS)
    assert (topic_of(kind) == COMMAND_TOPIC) == kind.is_command


@every_message
def test_it_carries_no_secret_in_clear(kind: MessageType) -> None:
    secret = ("password", "email", "code", "secret")
    exempt = {"code"} if kind.context == "warehouse" else set()  # a product's code is on its label

    names = {name for name in get_type_hints(kind.cls) if any(word in name for word in secret)} - exempt

    assert all(name.endswith("_digest") for name in names)


def test_the_schema_of_one_message_is_printed_and_an_unknown_one_is_refused_with_what_there_is() -> None:
    one, unknown = (CliRunner().invoke(app, [name]) for name in ("OrderCreated", "OrderLost"))

    assert msgspec.json.decode(one.output)["title"] == "OrderCreated"
    assert unknown.exit_code == 2
    assert "OrderCreated" in unknown.output
