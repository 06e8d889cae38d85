import numpy as np
import pytest

from models.columns import MISSING, kind_code
from models.decode import MAX_RECORD_BYTES, decode
from tests.builders.messages import added, ms

GOOD = added(product=7, user=3, quantity=2, price=1.25, at="12:00:00")
CART = b"com.cqshop.cart.ProductAddedToCart"


def event(data: bytes, time: bytes = b"2026-03-02T12:00:00.000Z", kind: bytes = CART) -> bytes:
    return b'{"specversion":"1.0","id":"a","type":"%s","time":"%s","data":%s}' % (kind, time, data)


def test_a_batch_becomes_columns():
    columns = decode([GOOD, added(8, 4, 1, 0.5, "12:00:01")], [10, 11]).columns

    assert columns.kind.tolist() == [kind_code("ProductAddedToCart")] * 2
    assert columns.time.tolist() == [ms("12:00:00"), ms("12:00:01")]
    assert columns.product.tolist() == [7, 8]
    assert columns.user.tolist() == [3, 4]
    assert columns.quantity.tolist() == [2, 1]
    assert columns.price.tolist() == [1.25, 0.5]
    assert columns.offset.tolist() == [10, 11]


BAD = {
    "garbage": (b"\xff\x00garbage", "undecodable"),
    "cut off": (GOOD[:-10], "undecodable"),
    "no value": (None, "empty"),
    "nothing": (b"", "empty"),
    "too large": (b" " * (MAX_RECORD_BYTES + 1), "too_large"),
    "wrong type": (event(b'{"productId":"seven","cartId":1,"quantity":1,"price":1}'), "undecodable"),
    "missing field": (event(b'{"cartId":1,"quantity":1,"price":1}'), "missing_field"),
    "missing quantity": (event(b'{"cartId":1,"productId":1,"price":1}'), "missing_field"),
    "negative quantity": (event(b'{"cartId":1,"productId":1,"quantity":-1,"price":1}'), "undecodable"),
    "not a time": (event(b'{"cartId":1,"productId":1,"quantity":1,"price":1}', time=b"yesterday"), "bad_time"),
    "no time zone": (
        event(b'{"cartId":1,"productId":1,"quantity":1,"price":1}', time=b"2026-03-02T12:00:00"),
        "bad_time",
    ),
    "two in one": (GOOD + b"\n" + GOOD, "undecodable"),
    "deep nesting": (b'{"x":' * 5000, "undecodable"),
}


@pytest.mark.parametrize(("value", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_record_is_refused_and_the_rest_of_its_batch_is_unharmed(value, reason):
    decoded = decode([GOOD, value, GOOD], [0, 1, 2])

    assert [(refusal.row, refusal.reason) for refusal in decoded.refused] == [(1, reason)]
    assert decoded.columns.offset.tolist() == [0, 2]


def test_a_refusal_never_repeats_content():
    secret = event(b'{"productId":"hunter2","cartId":1,"quantity":1,"price":1}')

    (refusal,) = decode([secret], [0]).refused

    assert "hunter2" not in refusal.detail


def test_an_unknown_type_is_skipped_and_counted():
    decoded = decode([GOOD, event(b"{}", kind=b"com.cqshop.cart.Unheard")], [0, 1])

    assert (len(decoded.columns), decoded.unknown, decoded.refused) == (1, 1, [])


def test_unknown_fields_are_ignored():
    columns = decode(
        [event(b'{"productId":1,"cartId":2,"quantity":1,"price":1,"password":"x","extra":[1]}')], [0]
    ).columns

    assert columns.user.tolist() == [MISSING]


def test_an_event_cannot_happen_later_than_it_arrived():
    ahead = added(product=7, user=3, quantity=2, price=1.25, at="14:00:00")

    columns = decode([ahead], [0], np.array([ms("12:00:00")])).columns

    assert columns.time.tolist() == [ms("12:00:00")]


def test_an_offset_other_than_utc_is_read():
    columns = decode(
        [event(b'{"productId":1,"cartId":2,"quantity":1,"price":1}', time=b"2026-03-02T14:00:00+02:00")], [0]
    )

    assert columns.columns.time.tolist() == [ms("12:00:00")]


def test_values_with_line_breaks_are_read():
    pretty = GOOD.replace(b'{"spec', b'{\n"spec', 1)

    assert decode([pretty, GOOD], [0, 1]).columns.offset.tolist() == [0, 1]


def test_an_empty_batch_gives_no_rows():
    assert len(decode([], []).columns) == 0
