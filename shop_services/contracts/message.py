"""What every message is: a frozen struct, snake_case in Python, camelCase in JSON."""

from typing import Any

import msgspec

_OPTIONS: dict[str, Any] = {"frozen": True, "kw_only": True, "rename": "camel", "omit_defaults": True}


class _Declared(msgspec.StructMeta):
    """Gives every declaration the same options, so that none of them has to repeat them."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        return super().__new__(mcls, name, bases, namespace, **(_OPTIONS | options))


class Record(msgspec.Struct, metaclass=_Declared):
    """A frozen value with camelCase JSON. Absent optional fields are `None` here and left out of the JSON.

    Fields with a default stand last: type checkers do not see that all of them are keyword-only.
    """


class Message(Record):
    """The `data` of an envelope.

    Ids and quantities are whole numbers, prices decimal amounts of the shop's currency (deliberately unconstrained:
    a wrong price must reach the monitor), times RFC 3339 text.
    """


class Command(Message):
    """A wish, named in the imperative or `…Requested`; handled by exactly one service, possibly without effect."""


class Event(Message):
    """A fact in the past tense; public."""
