"""Decoding one record at a time: shrunk by hypothesis to the smallest text on which two ways of reading differ."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from models.decode import decode
from models.event_times import event_times
from tests.builders.messages import added

GOOD = added(product=7, user=3, quantity=2, price=1.25, at="12:00:00")
FORM = "2026-03-02T12:00:00.000Z"

near_form = st.tuples(st.integers(0, len(FORM) - 1), st.characters()).map(
    lambda change: FORM[: change[0]] + change[1] + FORM[change[0] + 1 :]
)
times = st.one_of(
    near_form,
    st.text(max_size=30),
    st.text(alphabet="0123456789-:.TZ +\x00", min_size=24, max_size=24),
    st.datetimes(timezones=st.timezones()).map(datetime.isoformat),
    st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z"),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
fields = st.sampled_from(("productId", "userId", "cartId", "quantity", "price", "orderOwner"))
datas = st.dictionaries(fields, st.integers(-1, 2**62) | values, max_size=6)
kinds = st.sampled_from(("com.cqshop.cart.ProductAddedToCart", "com.cqshop.order.OrderCreated", "unheard"))


def event(kind: str, time: object, data: object) -> bytes:
    return json.dumps({"id": "a", "type": kind, "time": time, "data": data}).encode()


events = st.builds(event, kinds, times | values, datas | values)
payloads = st.one_of(st.just(GOOD), events, st.binary(max_size=20), st.none())


@settings(max_examples=40)
@given(st.lists(payloads, max_size=6))
def test_what_becomes_of_a_record_does_not_depend_on_its_batch(values: list[bytes | None]) -> None:
    """INVARIANT: batches are cut anew after every crash, and must give the same counts."""
    together = decode(values, range(len(values)))
    apart = [decode([value], [offset]) for offset, value in enumerate(values)]

    assert together.columns.offset.tolist() == [o for one in apart for o in one.columns.offset.tolist()]
    for name in ("kind", "time", "product", "user", "cart", "quantity", "event_id"):
        assert getattr(together.columns, name).tolist() == [v for one in apart for v in getattr(one.columns, name)]
    refusals = [(offset, one.refused[0].reason) for offset, one in enumerate(apart) if one.refused]
    assert [(refusal.row, refusal.reason) for refusal in together.refused] == refusals
    assert together.unknown == sum(one.unknown for one in apart)
    assert len(together.columns) + len(together.refused) + together.unknown == len(values)


@given(st.lists(times, max_size=5))
def test_a_time_is_what_python_reads_or_none(texts: list[str]) -> None:
    found, bad = event_times(texts)

    for row, text in enumerate(texts):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            assert row in bad
            continue
        is_known = moment.tzinfo is not None and datetime(1970, 1, 1, tzinfo=UTC) <= moment
        assert (row not in bad) == (is_known and moment < datetime(9999, 1, 1, tzinfo=UTC))
        if row not in bad:
            assert found[row] == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
