"""Invoice lines of a real shop as shop events."""

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shop_services.contracts.cart import AddingProductToCartRequested, ProductAddedToCart
from shop_services.contracts.envelope import decode, payload
from shop_services.contracts.message import Message
from shop_services.contracts.orders import OrderCreated
from shop_services.traffic.errors import UnreadableLog
from shop_services.traffic.retail import Record, read_retail

HEAD = "time,invoice,product_id,quantity,price,customer\n"
MINUTE = datetime(2020, 2, 3, 9, 30, tzinfo=UTC)


def _read(folder: Path, *rows: str) -> list[Record]:
    path = folder / "lines.csv.gz"
    path.write_bytes(gzip.compress((HEAD + "\n".join(rows) + "\n").encode()))
    return list(read_retail(path))


def _messages(records: list[Record]) -> list[Message]:
    return [payload(decode(record.value)) for record in records]


def test_a_line_is_a_request_and_an_addition_and_the_invoice_an_order(tmp_path: Path) -> None:
    records = _read(tmp_path, "2020-02-03 09:30,1001,42,6,2.55,77")

    assert _messages(records) == [
        AddingProductToCartRequested(product_id=42, quantity=6, user_id=77),
        ProductAddedToCart(product_id=42, cart_id=77, user_id=77, quantity=6, price=2.55),
        OrderCreated(order_id=1001, order_owner=77, creation_time="2020-02-03T09:30:00.500Z"),
    ]
    assert [record.topic for record in records] == ["application-command-topic", "cart-events", "order-events"]
    assert [record.key for record in records] == [b"77", b"77", b"1001"]
    assert [record.time - MINUTE for record in records] == [timedelta(milliseconds=ms) for ms in (0, 120, 500)]


def test_lines_come_fifteen_seconds_apart_before_the_minute(tmp_path: Path) -> None:
    records = _read(tmp_path, *("2020-02-03 09:30,1001,42,6,2.55,77",) * 3)

    requests = [record.time - MINUTE for record in records if record.topic == "application-command-topic"]

    assert requests == [timedelta(seconds=-30), timedelta(seconds=-15), timedelta(0)]


def test_a_long_invoice_takes_ten_minutes_at_most(tmp_path: Path) -> None:
    records = _read(tmp_path, *("2020-02-03 09:30,1001,42,6,2.55,77",) * 200)

    assert MINUTE - timedelta(minutes=10) < records[0].time <= MINUTE - timedelta(minutes=9, seconds=50)


def test_a_hundred_lines_of_a_guest_are_an_import(tmp_path: Path) -> None:
    records = _read(tmp_path, *("2020-02-03 09:30,1001,42,6,2.55,",) * 100)

    assert records[0].time == MINUTE - 99 * timedelta(milliseconds=50)
    assert getattr(_messages(records)[0], "user_id") == 9_001_001  # noqa: B009 - the union has no such field


def test_cancellations_are_no_events(tmp_path: Path) -> None:
    assert _read(tmp_path, "2020-02-03 09:30,C1001,42,-6,2.55,77") == []


def test_invoices_that_overlap_come_out_in_order_of_time(tmp_path: Path) -> None:
    long = ("2020-02-03 09:35,1002,43,1,1.25,78",) * 30

    records = _read(tmp_path, "2020-02-03 09:30,1001,42,6,2.55,77", *long)

    times = [record.time for record in records]
    assert times == sorted(times)
    assert {decode(record.value).subject for record in records[:4]} == {"cart/78"}


def test_a_file_of_something_else_is_told_from_a_log(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv.gz"
    path.write_bytes(b"no table")

    with pytest.raises(UnreadableLog, match="lines"):
        list(read_retail(path))


def test_the_real_shop_is_read_whole_in_order_and_without_a_double_id() -> None:
    path = Path(os.environ.get("CQSHOP_DATA", "../shared/data")) / "retail" / "lines.csv.gz"
    if not path.exists():
        pytest.skip(f"no invoice lines at {path}; CQSHOP_DATA names the folder of the data")

    records = list(read_retail(path))

    times = [record.time for record in records]
    assert times == sorted(times)
    assert len({decode(record.value).id for record in records}) == len(records) == 282_606
