"""What a service is, found by looking at its package: the handlers say themselves what they handle."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, get_type_hints

from shop_services.chassis.handling import HandlingContext, Outgoing
from shop_services.chassis.rows import Tables
from shop_services.contracts.catalogue import message_types, owners
from shop_services.contracts.message import Command, Event, Message

Handler = Callable[[Any, HandlingContext[Any]], list[Outgoing]]
Chore = Callable[[HandlingContext[Any]], list[Outgoing]]


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its names, what it handles, what it reacts to, and what it does as time passes.

    `name` is the package (`cart`), `service` the public name (`cart-service`).
    """

    name: str
    service: str
    topic: str
    store: Callable[[Tables], Any]
    commands: Mapping[type[Message], Handler]
    reactions: Mapping[type[Message], Handler]
    chores: tuple[Chore, ...]


class MalformedService(Exception):  # noqa: N818 - states the fact
    """A service's package breaks the rules: a programming error, found at start."""


@cache
def services() -> tuple[Service, ...]:
    """All services, by name."""
    return tuple(load(owner.__name__.rpartition(".")[2]) for owner in owners())


@cache
def load(name: str) -> Service:
    """The service of a package; MalformedService when a command of its own has no handler, or a strange one has."""
    contract = import_module(f"shop_services.contracts.{name}")
    handlers = import_module(f"shop_services.{name}.handlers")
    store = import_module(f"shop_services.{name}.store").Store
    handled = _handlers(name, _public_functions(handlers))
    commands = _only(Command, handled)
    _check_commands(contract.SERVICE, set(commands))
    chores = tuple(f for f in _public_functions(handlers) if list(inspect.signature(f).parameters) == ["context"])
    return Service(name, contract.SERVICE, contract.TOPIC, store, commands, _only(Event, handled), chores)


def _handlers(name: str, functions: list[Handler]) -> dict[type[Message], Handler]:
    handled: dict[type[Message], Handler] = {}
    for function in functions:
        for message in _handled_by(function):
            if message in handled:
                raise MalformedService(f"{name} handles {message.__name__} twice")
            handled[message] = function
    return handled


def _public_functions(module: ModuleType) -> list[Callable[..., list[Outgoing]]]:
    functions = [item for name, item in vars(module).items() if inspect.isfunction(item) and not name.startswith("_")]
    return [function for function in functions if function.__module__ == module.__name__]


def _only(kind: type[Message], handled: dict[type[Message], Handler]) -> dict[type[Message], Handler]:
    return {cls: handler for cls, handler in handled.items() if issubclass(cls, kind)}


def _handled_by(function: Callable[..., Any]) -> list[type[Message]]:
    """The message classes that the annotation of the first parameter names."""
    hints = [hint for hint in get_type_hints(function).values() if isinstance(hint, type)]
    return [hint for hint in hints[:1] if issubclass(hint, Message)]


def _check_commands(service: str, handled: set[type[Message]]) -> None:
    own = {kind.cls for kind in message_types().values() if kind.is_command and kind.service == service}
    if own != handled:
        names = sorted(cls.__name__ for cls in own ^ handled)
        raise MalformedService(f"{service} must handle exactly its own commands; these are missing or strange: {names}")
