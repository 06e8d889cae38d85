"""One message through one service: everything that is to be published. The live services and the simulator share it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from shop_services.chassis.handling import HandlingContext, Outgoing
from shop_services.chassis.inboxes import inbox_of
from shop_services.chassis.mint import Mint
from shop_services.chassis.refusals import Refused
from shop_services.chassis.service import Chore, Service
from shop_services.contracts.catalogue import message_type
from shop_services.contracts.envelope import Envelope, new_envelope
from shop_services.contracts.message import Command, Event, Message
from shop_services.contracts.topics import COMMAND_TOPIC

# Commands of one user stay in order; in the warehouse it is the product whose commands must.
_AGGREGATES = {"product_id": "product", "code": "product", "user_id": "user", "username": "user"}
_AIMS_IN_WAREHOUSE = ("product_id", "code", "user_id")
_AIMS = ("user_id", "username")


class Published(NamedTuple):
    """A message on its way to a topic."""

    topic: str
    envelope: Envelope
    message: Message


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that reached a service. `correlation_id` ties it to the shopper's request that set it off."""

    message: Message
    id: str
    subject: str
    correlation_id: str
    causation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be published, in causal order; a refused command leaves only its own log entry."""

    published: list[Published]
    refusal: Refused | None = None


def arrival_of_request(command: Command, at: datetime, mint: Mint) -> Arrival:
    """A shopper's command: the first message of a new correlation."""
    return Arrival(command, mint.message_id(at), subject_of(command), mint.message_id(at))


def process(service: Service, store: Any, arrival: Arrival, now: datetime, mint: Mint) -> Outcome:
    """Handle a command (and log it), or react to another service's event. Changes the store, publishes nothing itself.

    Raises KeyError when the service neither handles nor awaits such a message.
    """
    if isinstance(arrival.message, Command):
        return _handle(service, store, arrival, now, mint)
    handler = service.reactions[type(arrival.message)]
    context = HandlingContext(now, store, arrival.correlation_id, arrival.id, mint)
    try:
        return _sent(service, handler(arrival.message, context), context)
    except Refused as refusal:
        return Outcome([], refusal)


def pass_time(service: Service, store: Any, chore: Chore, now: datetime, mint: Mint) -> Outcome:
    """Let the service do what falls due by itself, such as letting old reservations go."""
    context = HandlingContext(now, store, mint.message_id(now), None, mint)
    return _sent(service, chore(context), context)


def subject_of(command: Command) -> str:
    """The aggregate a command is aimed at, as far as the command can tell; ValueError when it cannot."""
    for field in _AIMS_IN_WAREHOUSE if message_type(type(command)).context == "warehouse" else _AIMS:
        if (value := getattr(command, field, None)) is not None:
            return f"{_AGGREGATES[field]}/{value}"
    raise ValueError(f"{type(command).__name__} names no aggregate")


def _handle(service: Service, store: Any, arrival: Arrival, now: datetime, mint: Mint) -> Outcome:
    log = Published(COMMAND_TOPIC, _logged(arrival, now), arrival.message)
    context = HandlingContext(now, store, arrival.correlation_id, arrival.id, mint)
    try:
        outgoing = service.commands[type(arrival.message)](arrival.message, context)
    except Refused as refusal:
        return Outcome([log], refusal)
    return Outcome([log, *_sent(service, outgoing, context).published])


def _logged(arrival: Arrival, now: datetime) -> Envelope:
    return new_envelope(
        arrival.message,
        at=now,
        subject=arrival.subject,
        correlation_id=arrival.correlation_id,
        causation_id=arrival.causation_id,
        event_id=arrival.id,
    )


def _sent(service: Service, outgoing: list[Outgoing], context: HandlingContext[Any]) -> Outcome:
    """Wrap what a handler gave: events and foreign commands go out, the service's own commands are handled at once."""
    published: list[Published] = []
    refusal: Refused | None = None
    for message, subject in outgoing:
        event_id = context.mint.message_id(context.now)
        arrival = Arrival(message, event_id, subject, context.correlation_id, context.causation_id)
        if type(message) in service.commands:
            inner = _handle(service, context.store, arrival, context.now, context.mint)
            published += inner.published
            refusal = refusal or inner.refusal
        else:
            published.append(Published(_destination(message), _logged(arrival, context.now), message))
    return Outcome(published, refusal)


def _destination(message: Message) -> str:
    kind = message_type(type(message))
    return kind.topic if isinstance(message, Event) else inbox_of(kind.service)
