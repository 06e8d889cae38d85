"""A real shop's invoice lines as shop events (Chen, Online Retail, UCI, CC BY 4.0), for judging against nobody's
imagination.

An order line is `AddingProductToCartRequested` and, 120 ms later, `ProductAddedToCart`; the invoice is `OrderCreated`
half a second after its minute. Cancellations are no events. There are no stock levels.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from heapq import heappop, heappush
from pathlib import Path
from typing import NamedTuple

from shop_services.contracts.cart import TOPIC as CART_TOPIC
from shop_services.contracts.cart import AddingProductToCartRequested, ProductAddedToCart
from shop_services.contracts.envelope import encode, key, new_envelope
from shop_services.contracts.ids import uuid7
from shop_services.contracts.message import Message
from shop_services.contracts.orders import TOPIC as ORDER_TOPIC
from shop_services.contracts.orders import OrderCreated
from shop_services.contracts.times import rfc3339
from shop_services.contracts.topics import COMMAND_TOPIC
from shop_services.traffic.errors import UnreadableLog

GUESTS_FROM = 9_000_000
IMPORT_LINES = 100
IMPORT_GAP = timedelta(milliseconds=50)
LONGEST_GAP = timedelta(seconds=15)
LONGEST_INVOICE = timedelta(minutes=10)
ADDED_AFTER = timedelta(milliseconds=120)
ORDERED_AFTER = timedelta(milliseconds=500)


class Record(NamedTuple):
    """One message for Kafka; `time` is its event time."""

    topic: str
    key: bytes
    value: bytes
    time: datetime


class Line(NamedTuple):
    """What was bought: one product on an invoice."""

    product_id: int
    quantity: int
    price: float


@dataclass(slots=True)
class Invoice:
    """An invoice with its lines in the order of the file; `minute` is when it was made out."""

    number: int
    minute: datetime
    user_id: int
    is_guest: bool
    lines: list[Line]


def read_retail(path: Path) -> Iterator[Record]:
    """The shop's messages in order of time; raises UnreadableLog."""
    waiting: list[tuple[datetime, int, Record]] = []
    sent = 0
    for invoice in read_invoices(path):
        while waiting and waiting[0][0] < invoice.minute - LONGEST_INVOICE:
            yield heappop(waiting)[2]
        for record in records_of(invoice):
            sent += 1
            heappush(waiting, (record.time, sent, record))
    while waiting:
        yield heappop(waiting)[2]


def read_invoices(path: Path) -> list[Invoice]:
    """All invoices in order of their minute, cancellations left out; raises UnreadableLog."""
    invoices: dict[int, Invoice] = {}
    try:
        with gzip.open(path, "rt", newline="") as file:
            for row in csv.DictReader(file):
                if not row["invoice"].startswith("C"):
                    _note(invoices, row)
    except (OSError, EOFError, KeyError, ValueError) as error:
        raise UnreadableLog(f"{path} is no gzipped table of invoice lines ({type(error).__name__}).") from error
    return sorted(invoices.values(), key=lambda invoice: (invoice.minute, invoice.number))


def records_of(invoice: Invoice) -> Iterable[Record]:
    """The messages of one invoice, line by line, and its order at the end."""
    gap = _gap(invoice)
    for number, line in enumerate(invoice.lines):
        at = invoice.minute - gap * (len(invoice.lines) - 1 - number)
        yield from _line_records(invoice, number, line, at)
    yield _order_record(invoice)


def _note(invoices: dict[int, Invoice], row: dict[str, str]) -> None:
    number = int(row["invoice"])
    if number not in invoices:
        minute = datetime.strptime(row["time"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        user_id = int(row["customer"]) if row["customer"] else GUESTS_FROM + number
        invoices[number] = Invoice(number, minute, user_id, not row["customer"], [])
    invoices[number].lines.append(Line(int(row["product_id"]), int(row["quantity"]), float(row["price"])))


def _gap(invoice: Invoice) -> timedelta:
    if invoice.is_guest and len(invoice.lines) >= IMPORT_LINES:
        return IMPORT_GAP
    return min(LONGEST_GAP, LONGEST_INVOICE / len(invoice.lines))


def _line_records(invoice: Invoice, number: int, line: Line, at: datetime) -> Iterator[Record]:
    user, subject = invoice.user_id, f"cart/{invoice.user_id}"
    wanted = AddingProductToCartRequested(product_id=line.product_id, quantity=line.quantity, user_id=user)
    added = ProductAddedToCart(
        product_id=line.product_id, cart_id=user, user_id=user, quantity=line.quantity, price=line.price
    )
    name = f"{invoice.number}/{number}"
    cause = _id(name, at)
    yield _record(COMMAND_TOPIC, wanted, at, subject, cause, invoice, None)
    later = at + ADDED_AFTER
    yield _record(CART_TOPIC, added, later, subject, _id(f"{name}/added", later), invoice, cause)


def _order_record(invoice: Invoice) -> Record:
    at = invoice.minute + ORDERED_AFTER
    created = OrderCreated(order_id=invoice.number, order_owner=invoice.user_id, creation_time=rfc3339(at))
    return _record(ORDER_TOPIC, created, at, f"order/{invoice.number}", _id(f"{invoice.number}", at), invoice, None)


def _record(
    topic: str, message: Message, at: datetime, subject: str, event_id: str, invoice: Invoice, cause: str | None
) -> Record:
    correlation = f"invoice-{invoice.number}"
    envelope = new_envelope(
        message, at=at, subject=subject, correlation_id=correlation, causation_id=cause, event_id=event_id
    )
    return Record(topic, key(envelope), encode(envelope), at)


def _id(name: str, at: datetime) -> str:
    """A UUIDv7 that is the same in every replay."""
    digest = int.from_bytes(blake2b(name.encode(), digest_size=10).digest())
    return uuid7(at, digest % 2**74)
