"""A decoder to compare with: slow, naive, in the standard library's JSON, one record at a time.

It shares the limits of the real one (they are the contract) and none of its code.
"""

import json
import math
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, NoReturn

import msgspec

from models.columns import kinds
from models.decode import MAX_RECORD_BYTES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IDS = ("productId", "userId", "orderOwner", "cartId")
LIMITS = {**dict.fromkeys(IDS, 2**62), "quantity": 2**40}
ABSENT = -1
LONGEST_ID = 200
DEEPEST = 100  # what is nested deeper may be refused


class Row(NamedTuple):
    """A record that is taken, as the columns must hold it."""

    kind: int
    time: int
    product: int
    user: int
    cart: int
    quantity: int
    price: float | None  # None: absent
    event_id: str


class Expected(NamedTuple):
    """What must become of a record: taken as `row`, skipped, or refused for `reason`; more than one may be right."""

    row: Row | None = None
    reason: str = ""
    is_skipped: bool = False
    may_be_undecodable: bool = False  # a fault in a part that is not read may be seen, or not


class _WrongError(Exception):
    """The record cannot be read."""


class _Number(NamedTuple):
    text: str


class _Object(NamedTuple):
    pairs: list[tuple[str, Any]]


def expected(raw: bytes | None) -> Expected:
    """What must become of a record."""
    if not raw:
        return Expected(reason="empty")
    if len(raw) > MAX_RECORD_BYTES:
        return Expected(reason="too_large")
    try:
        event, is_odd = _parsed(raw)
        held = _read(event, {"id": _text, "type": _text, "time": _text})
        kind = _codes().get(held["type"])
        if kind is None:
            return Expected(is_skipped=True, may_be_undecodable=is_odd)
        _read(event, {"id": _identifier})
        # Read loosely: what is no text there may be refused.
        ties = [value for name, value in event.pairs if name in ("causationid", "correlationid")]
        return _judged(kind, held, _data(event), is_odd or not all(isinstance(one, str | None) for one in ties))
    except _WrongError:
        return Expected(reason="undecodable")


def _judged(kind: int, held: dict[str, Any], data: dict[str, Any], is_odd: bool) -> Expected:
    time = _time(held["time"])
    if time is None:
        return Expected(reason="bad_time", may_be_undecodable=is_odd)
    user = data["orderOwner"] if data["userId"] is None else data["userId"]
    held_fields = {**data, "userId": user, "orderOwner": user}
    if any(held_fields[name] is None for name in _required(kind)):
        return Expected(reason="missing_field", may_be_undecodable=is_odd)
    ids = [ABSENT if value is None else value for value in (data["productId"], user, data["cartId"])]
    row = Row(kind, time, *ids, data["quantity"] or 0, data["price"], held["id"])
    return Expected(row=row, may_be_undecodable=is_odd)


def _parsed(raw: bytes) -> tuple[_Object, bool]:
    """The object, and whether something stands in it that strict JSON does not allow."""
    try:
        text, is_odd = raw.decode(), False
    except UnicodeDecodeError:
        text, is_odd = raw.decode("utf-8", "surrogateescape"), True
    try:
        value = json.loads(text.strip(" \t\r\n"), **_HOOKS) if not text.startswith("\ufeff") else _fail()
    except RecursionError:
        _fail()
    except ValueError as error:
        raise _WrongError from error
    if not isinstance(value, _Object):
        _fail()
    return value, is_odd or not _is_plain(value)


def _fail(*_: Any) -> NoReturn:
    raise _WrongError


_HOOKS: dict[str, Any] = {
    "object_pairs_hook": _Object,
    "parse_int": _Number,
    "parse_float": _Number,
    "parse_constant": _fail,
}


def _is_plain(value: Any) -> bool:
    """No lone surrogates, and not too deep to be sure of."""
    level = [value]
    for _ in range(DEEPEST):
        texts = [name for held in level if isinstance(held, _Object) for name, _ in held.pairs]
        if any(_is_lone(text) for text in [*texts, *(held for held in level if isinstance(held, str))]):
            return False
        level = [inner for held in level for inner in _inside(held)]
    return not level


def _inside(value: Any) -> list[Any]:
    if isinstance(value, _Object):
        return [held for _, held in value.pairs]
    return value if isinstance(value, list) else []


def _is_lone(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _read(event: _Object, readers: dict[str, Any]) -> dict[str, Any]:
    """The named members; each occurrence must be right, the last one counts."""
    found = {}
    for name, value in event.pairs:
        if name in readers:
            found[name] = readers[name](value)
    if found.keys() != readers.keys():
        _fail()
    return found


def _data(event: _Object) -> dict[str, Any]:
    found = [_fields(value) for name, value in event.pairs if name == "data"]
    return found[-1] if found else _fail()


def _fields(value: Any) -> dict[str, Any]:
    if not isinstance(value, _Object):
        _fail()
    fields: dict[str, Any] = dict.fromkeys((*LIMITS, "price"))
    for name, held in value.pairs:
        if name in LIMITS:
            fields[name] = None if held is None else _whole(held, LIMITS[name])
        elif name == "price":
            fields[name] = None if held is None else _decimal(held)
    return fields


def _text(value: Any) -> str:
    if not isinstance(value, str) or isinstance(value, _Number) or _is_lone(value):
        _fail()
    return value


def _identifier(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= LONGEST_ID else _fail()


def _whole(value: Any, limit: int) -> int:
    if not isinstance(value, _Number) or not value.text.lstrip("-").isdigit() or len(value.text) > 30:
        _fail()
    number = int(value.text)
    return number if 0 <= number < limit else _fail()


def _decimal(value: Any) -> float:
    number = float(value.text) if isinstance(value, _Number) else _fail()
    return number if math.isfinite(number) else _fail()


def _time(text: str) -> int | None:
    """Milliseconds since the epoch, or None; what Python reads as ISO 8601 with a zone is a time, 1970 to 9998."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or not EPOCH <= moment < datetime(9999, 1, 1, tzinfo=UTC):
        return None
    return (moment - EPOCH) // timedelta(milliseconds=1)


@cache
def _codes() -> dict[str, int]:
    return {kind.type: code for code, kind in enumerate(kinds())}


@cache
def _required(code: int) -> tuple[str, ...]:
    """What a message of this type cannot lack, of the fields that are read."""
    fields = msgspec.structs.fields(kinds()[code].cls)
    return tuple(f.encode_name for f in fields if f.required and f.encode_name in (*LIMITS, "price"))
