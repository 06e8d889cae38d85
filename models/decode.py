"""Bytes to columns: one call a batch, record by record only where it fails: a bad record never costs its batch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.columns import MISSING, Columns, kinds
from models.event_times import event_times
from models.fingerprints import NONE, fingerprints

MAX_RECORD_BYTES = 1_000_000
MAX_SKEW_MS = (
    60_000  # a producer's clock may run ahead of the reader's by so much; beyond, the event is as of its arrival
)

Int64s = NDArray[np.int64]
Id = Annotated[int, msgspec.Meta(ge=0, lt=2**62)]
Pieces = Annotated[int, msgspec.Meta(ge=0, lt=2**40)]
EventId = Annotated[str, msgspec.Meta(max_length=200)]  # it travels with every fact and every anomaly


class _Data(msgspec.Struct, gc=False, omit_defaults=True):
    """The fields the monitor reads, by their names on the wire; all others, personal ones too, are dropped here.

    Encoded again it reads as before.
    """

    productId: Id | None = MISSING
    userId: Id | None = MISSING
    orderOwner: Id | None = MISSING
    cartId: Id | None = MISSING
    quantity: Pieces | None = MISSING
    price: float | None = float("nan")


class Event(msgspec.Struct, gc=False):
    """What the monitor reads of a message."""

    id: EventId
    type: str
    time: str
    data: _Data
    causationid: Any = NONE  # whatever stands there must not cost the record
    correlationid: Any = NONE


class _Attributes(msgspec.Struct, gc=False):
    """What tells that a message is one of a type nobody here knows, whatever its data."""

    id: str
    type: str
    time: str


Reason = Literal["undecodable", "too_large", "empty", "bad_time", "missing_field"]


class Refusal(NamedTuple):
    """A record that could not be read and why, without any of its content."""

    row: int  # its place in the batch
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """The readable records of a batch as columns, and what became of the others."""

    columns: Columns
    refused: list[Refusal]
    unknown: int  # records of a type the contracts do not know: skipped and counted


_DECODER = msgspec.json.Decoder(Event)
_ATTRIBUTES = msgspec.json.Decoder(_Attributes)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def decode(values: Sequence[bytes | None], offsets: Sequence[int], arrived: Int64s | None = None) -> Decoded:
    """Columns of a batch of n records. `arrived` (n,) is when each arrived, ms; 0 or None: not known.

    An event more than `MAX_SKEW_MS` later than that is by a wrong clock, and taken as of its arrival.
    """
    events, refused = _parse(values)
    rows = [index for index, event in enumerate(events) if event is not None]
    held = [event for event in events if event is not None]
    decoded = _decoded(held, rows, refused, np.asarray(offsets, np.int64)[rows])
    if arrived is None:
        return decoded
    columns = decoded.columns
    if len(columns) < len(arrived):
        arrived = arrived[np.searchsorted(offsets, columns.offset)]
    return replace(decoded, columns=replace(columns, time=timely(columns.time, arrived)))


def decode_events(events: Sequence[Event], offsets: Sequence[int]) -> Decoded:
    """Columns of a batch that was parsed without a fault."""
    return _decoded(events, range(len(events)), [], np.asarray(offsets, np.int64))


def _decoded(
    events: Sequence[Event], rows: Sequence[int], refused: list[Refusal], offsets: NDArray[np.int64]
) -> Decoded:
    """Columns of events (n,), their places in the batch (n,) and what was refused before."""
    columns, unreadable = _columns(events, offsets)
    known = columns.kind >= 0
    bad_times = {row for row in unreadable if known[row]}
    refused += [Refusal(rows[row], "bad_time", "time is no RFC 3339 timestamp of 1970 to 9998") for row in bad_times]
    lacking = _lacking(columns)
    refused += [_refuse_lacking(rows[row], columns.kind[row], name) for row, name in lacking if row not in bad_times]
    usable = known.copy()
    usable[list(bad_times)] = False
    usable[[row for row, _ in lacking]] = False
    columns = replace(columns, quantity=np.maximum(columns.quantity, 0))
    return Decoded(columns if usable.all() else columns.where(usable), sorted(refused), int(np.count_nonzero(~known)))


def _refuse_lacking(row: int, code: int, name: str) -> Refusal:
    return Refusal(row, "missing_field", f"{kinds()[code].name} lacks {name}")


def _parse(values: Sequence[bytes | None]) -> tuple[list[Event | None], list[Refusal]]:
    """All records at once; on any doubt one by one."""
    if None in values or max(map(len, values), default=0) > MAX_RECORD_BYTES:  # type: ignore[arg-type]
        return _parse_each(values)
    try:
        return list(map(_DECODER.decode, values)), []  # type: ignore[arg-type]
    except _UNREADABLE:
        return _parse_each(values)


def _parse_each(values: Sequence[bytes | None]) -> tuple[list[Event | None], list[Refusal]]:
    events: list[Event | None] = []
    refused = []
    for index, value in enumerate(values):  # the slow path: only a batch with a bad record comes here
        event = _parse_one(index, value)
        if isinstance(event, Refusal):
            refused.append(event)
            events.append(None)
        else:
            events.append(event)
    return events, refused


def _parse_one(index: int, value: bytes | None) -> Event | Refusal:
    if not value:
        return Refusal(index, "empty", "the record has no value")
    if len(value) > MAX_RECORD_BYTES:
        return Refusal(index, "too_large", f"{len(value)} bytes, at most {MAX_RECORD_BYTES} are read")
    try:
        return _DECODER.decode(value)
    except _UNREADABLE as error:
        return _foreign(value) or Refusal(index, "undecodable", _without_content(error))


def _foreign(value: bytes) -> Event | None:
    """An event of a type nobody here knows, without its data, which may be anything; None when it is no such event."""
    try:
        found = _ATTRIBUTES.decode(value)
    except _UNREADABLE:
        return None
    return None if found.type in _codes() else Event(found.id, found.type, found.time, _Data())


def _without_content(error: Exception) -> str:
    """The decoder's message: it names types, positions and paths, never values."""
    if isinstance(error, UnicodeDecodeError):
        return "UnicodeDecodeError: not in UTF-8"
    return f"{type(error).__name__}: {error}"[:200]


def _columns(events: Sequence[Event], offsets: NDArray[np.int64]) -> tuple[Columns, list[int]]:
    """One pass from structs to arrays, and the rows whose time cannot be read."""
    codes = _codes()
    datas = [event.data for event in events]
    times, bad_times = event_times([event.time for event in events])
    return Columns(
        kind=np.array([codes.get(event.type, -1) for event in events], np.int16),
        time=times,
        offset=offsets,
        product=_ids([data.productId for data in datas]),
        user=_first_known(_ids([data.userId for data in datas]), _ids([data.orderOwner for data in datas])),
        cart=_ids([data.cartId for data in datas]),
        quantity=_ids([data.quantity for data in datas]),
        price=np.array([data.price for data in datas], np.float64),
        event_id=np.array([event.id for event in events], object),
        cause=fingerprints([event.causationid for event in events]),
        request=fingerprints([event.correlationid for event in events]),
    ), bad_times


def _ids(values: list[int | None]) -> NDArray[np.int64]:
    if None in values:  # null on the wire
        return np.array([MISSING if value is None else value for value in values], np.int64)
    return np.array(values, np.int64)


def timely(time: Int64s, arrived: Int64s) -> Int64s:
    """(n,) event times, those by a clock that runs ahead as of their arrival; all in ms, `arrived` 0: not known."""
    return np.where((arrived > 0) & (time > arrived + MAX_SKEW_MS), arrived, time)


def _first_known(ids: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(ids == MISSING, others, ids)


@cache
def _codes() -> dict[str, int]:
    return {kind.type: code for code, kind in enumerate(kinds())}


_REQUIRED_OF = {
    "productId": "product_id",
    "userId": "user_id",
    "orderOwner": "order_owner",
    "cartId": "cart_id",
    "quantity": "quantity",
    "price": "price",
}


@cache
def _required() -> NDArray[np.bool_]:
    """(n_fields, n_kinds): which message types must carry which of the fields that the monitor reads."""
    return np.array([[_requires(kind.cls, name) for kind in kinds()] for name in _REQUIRED_OF.values()])


def _requires(cls: type, name: str) -> bool:
    return any(field.name == name and field.required for field in msgspec.structs.fields(cls))


def _lacking(columns: Columns) -> list[tuple[int, str]]:
    """Rows of known types without a field that their type must carry, with the first such field's name."""
    ids = np.stack([columns.product, columns.user, columns.user, columns.cart, columns.quantity])
    absent = np.vstack([ids == MISSING, np.isnan(columns.price)])
    lacking = absent & _required()[:, columns.kind] & (columns.kind >= 0)
    names = tuple(_REQUIRED_OF)
    return [(int(row), names[lacking[:, row].argmax()]) for row in np.flatnonzero(lacking.any(axis=0))]
