"""Events that a producer wrote twice count once, for whoever reads them and however often."""

import msgspec
import numpy as np

from models.decode import decode
from models.repeats import Repeats, events_of
from models.report import SEGMENT
from tests.builders.messages import added


def events(*values: bytes) -> np.ndarray:
    return events_of(decode(values, range(len(values))).columns)


ONE, OTHER = (added(7, 3, 2, 1.0, "12:00:00") for _ in range(2))


def first(repeats: Repeats, offsets: list[int], *values: bytes) -> list[bool]:
    return repeats.is_first("cart-events/0", events(*values), np.array(offsets, np.int64)).tolist()


def test_the_second_record_of_an_event_is_none_in_one_batch_or_in_a_later_one() -> None:
    repeats = Repeats()

    assert first(repeats, [3, 4, 7], ONE, OTHER, ONE) == [True, True, False]
    assert first(repeats, [8, 9], OTHER, added(7, 3, 2, 1.0, "12:00:00")) == [False, True]


def test_what_is_read_again_says_the_same() -> None:
    """INVARIANT: whoever reads a source again from its segment's start counts what was counted."""
    repeats = Repeats()
    told = first(repeats, [3, 4, 7], ONE, OTHER, ONE)

    assert first(repeats, [3, 4, 7], ONE, OTHER, ONE) == told
    assert first(Repeats(), [3, 4, 7], ONE, OTHER, ONE) == told
    repeats.forget("cart-events/0")
    assert first(repeats, [4, 7], OTHER, ONE) == [True, True]


def test_every_segment_begins_anew_as_its_readers_do() -> None:
    repeats = Repeats()

    assert first(repeats, [SEGMENT - 2, SEGMENT - 1, SEGMENT, SEGMENT + 1], ONE, ONE, ONE, ONE) == [
        True,
        False,
        True,
        False,
    ]
    assert first(repeats, []) == []
    assert first(repeats, [SEGMENT + 2], ONE) == [False]


def test_sources_do_not_know_of_each_other() -> None:
    repeats = Repeats()
    first(repeats, [3], ONE)

    assert repeats.is_first("cart-events/1", events(ONE), np.array([3])).tolist() == [True]


def test_an_id_that_a_producer_gives_to_different_events_takes_none_of_them_away() -> None:
    def changed(raw: bytes, **changes: str) -> bytes:
        return msgspec.json.encode(msgspec.json.decode(raw) | changes)

    later = changed(ONE, time="2026-03-02T12:00:00.001Z")
    of_another_type = changed(ONE, type="com.cqshop.cart.ProductRemovedFromCart")
    nameless = changed(ONE, id="")

    assert len(set(events(ONE, later, of_another_type).tolist())) == 3
    assert first(Repeats(), [0, 1], nameless, nameless) == [True, True]
