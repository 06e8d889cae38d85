"""Every message type that the owners declare, found by looking: a new class needs no entry anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import shop_services.contracts as package
from shop_services.contracts.message import Command, Event, Message

MessageClass = type[Message]  # an alias, for `type` below is a field


@dataclass(frozen=True, slots=True)
class MessageType:
    """One declared command or event and where it belongs."""

    name: str  # "ProductAddedToCart"
    type: str  # "com.cqshop.cart.ProductAddedToCart"
    context: str  # "cart"
    service: str  # "cart-service"
    topic: str  # "cart-events"; a command is logged on the command topic, whatever this says
    is_command: bool
    cls: MessageClass


@cache
def owners() -> tuple[ModuleType, ...]:
    """The modules of this package that declare a CONTEXT, by name."""
    names = sorted(module.name for module in iter_modules(package.__path__) if not module.name.startswith("_"))
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    return tuple(module for module in modules if hasattr(module, "CONTEXT"))


@cache
def message_types() -> dict[str, MessageType]:
    """All message types by their full CloudEvents type, sorted by it; ValueError when a class name is taken twice."""
    found = sorted((kind for owner in owners() for kind in _declared_in(owner)), key=lambda kind: kind.type)
    names = [kind.name for kind in found]
    if taken := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"message names declared more than once: {sorted(taken)}")
    return {kind.type: kind for kind in found}


@cache
def message_type(cls: type[Message]) -> MessageType:
    """The catalogue's entry of a message class; KeyError when no owner declares it."""
    return {kind.cls: kind for kind in message_types().values()}[cls]


def type_of(cls: type[Message]) -> str:
    """The full CloudEvents type of a message class."""
    return message_type(cls).type


def _declared_in(owner: ModuleType) -> Iterator[MessageType]:
    for name, cls in vars(owner).items():
        if isinstance(cls, type) and issubclass(cls, Message) and cls.__module__ == owner.__name__:
            yield _describe(owner, name, cls)


def _describe(owner: ModuleType, name: str, cls: type[Message]) -> MessageType:
    if not issubclass(cls, Command | Event):
        raise ValueError(f"{owner.__name__}.{name} is neither a Command nor an Event")
    is_command = issubclass(cls, Command)
    full = f"com.cqshop.{owner.CONTEXT}.{'command.' if is_command else ''}{name}"
    return MessageType(name, full, owner.CONTEXT, owner.SERVICE, owner.TOPIC, is_command, cls)
