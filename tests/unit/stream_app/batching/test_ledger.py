from faust.types import TP, Message
from hypothesis import given
from hypothesis import strategies as st

from stream_app.batching.ledger import Delivery, Ledger

SOURCE = TP("cart-events", 0)


def message(offset: int) -> Message:
    return Message(SOURCE.topic, 0, offset, 0.0, 0, None, None, None, None, tp=SOURCE)


def deliver(ledger: Ledger, *sizes: int) -> list[Delivery]:
    deliveries, offset = [], 0
    for size in sizes:
        deliveries.append(ledger.deliver(SOURCE, offset, offset + size, message(offset + size - 1)))
        offset += size
    return deliveries


def test_an_offset_waits_for_every_earlier_batch() -> None:
    ledger = Ledger()
    first, second, third = deliver(ledger, 10, 10, 10)

    ledger.finish(third)
    ledger.finish(second)
    assert ledger.committable() == {}

    ledger.finish(first)
    assert ledger.committable() == {SOURCE: 30}


def test_an_offset_stays_pending_until_the_broker_confirms_it() -> None:
    ledger = Ledger()
    first, second = deliver(ledger, 10, 10)
    ledger.finish(first)
    under_way = ledger.committable()
    ledger.finish(second)

    assert ledger.committable() == {SOURCE: 20}  # a failed commit loses nothing
    ledger.confirm(under_way)
    assert ledger.committable() == {SOURCE: 20}  # what was finished meanwhile is not confirmed
    ledger.confirm({SOURCE: 20})
    assert ledger.committable() == {}


def test_a_late_end_of_a_forgotten_batch_moves_no_offset() -> None:
    ledger = Ledger()
    old = ledger.deliver(SOURCE, 0, 10, told := message(9))
    assert ledger.forget([SOURCE]) == [told]
    (redelivered,) = deliver(ledger, 10)

    ledger.finish(old)
    assert ledger.committable() == {}

    ledger.finish(redelivered)
    assert ledger.committable() == {SOURCE: 10}


def test_processed_through_is_the_oldest_unfinished_batch() -> None:
    ledger = Ledger()
    assert ledger.processed_through(SOURCE) is None
    first, second = deliver(ledger, 10, 10)
    ledger.advance(SOURCE, 25)  # transaction markers hold no records

    assert ledger.processed_through(SOURCE) == 0
    ledger.finish(first)
    assert ledger.processed_through(SOURCE) == 10
    ledger.finish(second)
    assert ledger.processed_through(SOURCE) == 25


@given(st.permutations(range(8)))
def test_whatever_the_order_of_ends_no_unfinished_record_is_committable(order: list[int]) -> None:
    """INVARIANT: the committed offset is never past a batch that is not done. Without it a crash loses records."""
    ledger = Ledger()
    deliveries = deliver(ledger, *[5] * 8)
    for index in order:
        ledger.finish(deliveries[index])
        unfinished = [delivery.first_offset for delivery in deliveries if not delivery.is_done]
        assert ledger.committable().get(SOURCE, 0) == min(unfinished, default=40)
