"""Messages as lines of a recorded log: `{"topic", "key", "value"[, "arrived"]}`, the value a CloudEvent in JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from shop_services.contracts.catalogue import MessageType
from shop_services.contracts.topics import topic_of
from tests.evaluation.messages import Int64s, Messages, kinds

ROWS = 50_000  # turned into text at once
HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
FIELDS = {
    "productId": ("%d", "product"),
    "userId": ("%d", "user"),
    "orderOwner": ("%d", "user"),
    "cartId": ("%d", "cart"),
    "cartLineId": ("%d", "line"),
    "id": ("%d", "reservation"),
    "reservationId": ("%d", "reservation"),
    "orderId": ("%d", "order"),
    "quantity": ("%d", "quantity"),
    "price": ("%s", "price"),
    "username": ('"visitor%d"', "user"),
    "code": ('"A-%d"', "product"),
    "name": ('"Article %d"', "product"),
    "description": ('"Article %d of the catalogue"', "product"),
    "creationTime": ('"%s"', "time"),
    "materializationDate": ('"%s"', "time"),
}
ABOUT_ORDERS = {"OrderCreated", "SendOrderConfirmation", "OrderConfirmationSent"}


@dataclass(frozen=True, slots=True)
class Template:
    """How one kind is written: a format and the columns that fill it."""

    text: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """The producers' habits: what salts the ids, whether cart events name the user."""

    salt: int
    names_user: bool = True
    templates: dict[int, Template] = field(default_factory=dict)

    def lines(self, messages: Messages) -> Iterator[list[str]]:
        """Lines in the order of the rows, in lists of up to `ROWS`."""
        for start in range(0, len(messages), ROWS):
            yield self._block(messages.take(np.arange(start, min(start + ROWS, len(messages)))))

    def _block(self, messages: Messages) -> list[str]:
        texts = self._texts(messages)
        lines = np.empty(len(messages), object)
        for kind in np.unique(messages.kind).tolist():
            rows = np.flatnonzero(messages.kind == kind)
            template = self._template(kind)
            filling = [texts[name][rows].tolist() for name in template.columns]
            lines[rows] = [template.text % values for values in zip(*filling, strict=True)]
        return lines.tolist()

    def _texts(self, messages: Messages) -> dict[str, NDArray[Any]]:
        """Every column as what `%s` and `%d` write."""
        cause = _joined('"causationid":"', uuid7(messages.cause_time, messages.cause, self.salt), '",')
        arrived = [f',"arrived":{moment}' if moment else "" for moment in messages.arrived.tolist()]
        made: dict[str, NDArray[Any]] = {
            "event_id": uuid7(messages.time, messages.uid, self.salt).astype(object),
            "correlation": uuid7(messages.root_time, messages.root, self.salt + 1).astype(object),
            "causation": np.where(messages.cause > 0, cause, ""),
            "arrived": np.array(arrived, object),
            "time": _joined("", np.datetime_as_string(messages.time.astype("datetime64[ms]"), unit="ms"), "Z"),
            "price": np.array([f"{price:.2f}" for price in messages.price.tolist()], object),
        }
        numbers = ("product", "user", "cart", "line", "reservation", "order", "quantity")
        return made | {name: getattr(messages, name) for name in numbers}

    def _template(self, kind: int) -> Template:
        if kind not in self.templates:
            self.templates[kind] = _template(kinds()[kind], self.names_user)
        return self.templates[kind]


def write(path: Path, messages: Messages, writer: Writer) -> None:
    """The log as a file."""
    with path.open("w", encoding="ascii") as stream:
        for lines in writer.lines(messages):
            stream.write("\n".join(lines) + "\n")


def uuid7(time: Int64s, number: Int64s, salt: int) -> NDArray[np.str_]:
    """(n,) UUIDs of version 7: the time, and bits that follow from number and salt."""
    high = (time.astype(np.uint64) << np.uint64(16)) | np.uint64(0x7000) | (mixed(number, salt) & np.uint64(0xFFF))
    low = (mixed(number, salt + 7) & np.uint64(2**62 - 1)) | np.uint64(2**63)
    raw = np.stack([high, low], axis=1).astype(">u8").view(np.uint8).reshape(-1, 16)
    digits = np.stack([HEX[raw >> 4], HEX[raw & 15]], axis=2).reshape(-1, 32)
    text = np.full((len(time), 36), ord("-"), np.uint8)
    for source, target, size in ((0, 0, 8), (8, 9, 4), (12, 14, 4), (16, 19, 4), (20, 24, 12)):
        text[:, target : target + size] = digits[:, source : source + size]
    return text.reshape(-1).view("S36").astype("U36")


def mixed(number: Int64s, salt: int) -> NDArray[np.uint64]:
    """The finalizer of splitmix64: consecutive numbers become unlike bits."""
    with np.errstate(over="ignore"):
        z = number.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def _joined(before: str, texts: NDArray[Any], after: str) -> NDArray[Any]:
    return np.array([f"{before}{text}{after}" for text in texts.tolist()], object)


def _template(kind: MessageType, names_user: bool) -> Template:
    data = [name for name in _wire_fields(kind) if names_user or not _may_lack_user(kind, name)]
    subject = _subject(kind)
    body = ",".join(f'"{name}":{FIELDS[name][0]}' for name in data)
    text = (
        f'{{"topic":"{topic_of(kind)}","key":"%d","value":{{"specversion":"1.0","id":"%s",'
        f'"source":"/cqshop/{kind.service}","type":"{kind.type}","time":"%s","subject":"{subject}/%d",'
        f'"correlationid":"%s",%s"data":{{{body}}}}}%s}}'
    )
    filled = (subject, "event_id", "time", subject, "correlation", "causation")
    return Template(text, (*filled, *(FIELDS[name][1] for name in data), "arrived"))


@cache
def _required(kind: MessageType) -> dict[str, bool]:
    return {field.encode_name: field.required for field in msgspec.structs.fields(kind.cls)}


def _wire_fields(kind: MessageType) -> list[str]:
    return [name for name in _required(kind) if name in FIELDS]


def _may_lack_user(kind: MessageType, name: str) -> bool:
    return name == "userId" and not _required(kind)[name]


def _subject(kind: MessageType) -> str:
    """The aggregate a message is about."""
    if kind.name in ABOUT_ORDERS:
        return "order"
    if kind.context == "warehouse" and kind.name != "MaterializeUserReservations":
        return "product"
    return "cart" if kind.context == "cart" and not kind.is_command else "user"
