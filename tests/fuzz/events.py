"""Valid events of every type the contracts declare, as text that can be changed field by field."""

import types
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, get_args, get_type_hints

import msgspec

from models.columns import kinds
from shop_services.contracts.times import rfc3339
from tests.fuzz.json_text import Members
from tests.fuzz.secrets import ID_SECRET, SECRET

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PERSONAL = ("password", "email", "activationCode")


def valid_event(random: Random) -> Members:
    """An event of any type at about noon, with personal fields that are not to be read."""
    kind = random.choice(kinds())
    at = NOON + timedelta(milliseconds=random.randrange(-600_000, 1))
    return Members(
        [
            ("specversion", "1.0"),
            ("id", f"{random.getrandbits(64):016x}" + random.choice(("", ID_SECRET))),
            ("source", f"/cqshop/{kind.service}"),
            ("type", kind.type),
            ("time", rfc3339(at)),
            ("subject", f"cart/{random.randrange(99)}"),
            ("correlationid", SECRET),
            ("data", _data(kind.cls, random)),
        ]
    )


def _data(cls: type, random: Random) -> Members:
    hints = get_type_hints(cls)
    fields = [field for field in msgspec.structs.fields(cls) if field.required or random.random() < 0.7]
    members = [(field.encode_name, _value(hints[field.name], random)) for field in fields]
    return Members([*members, (random.choice(PERSONAL), SECRET)])


def _value(hint: Any, random: Random) -> Any:
    wanted = get_args(hint)[0] if isinstance(hint, types.UnionType) else hint
    if wanted is int:
        return random.randrange(1, 200)
    if wanted is float:
        return random.randrange(-100, 99_999) / 100
    return SECRET
