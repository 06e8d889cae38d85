"""When visits begin: once for whoever asks again and again, whatever the order in which it is told."""

import numpy as np
import pytest

from models.columns import MISSING, Columns, kind_code
from models.facts import Facts
from models.volume.counts import MinuteCounts, per_minute
from models.volume.visits import begun, is_request
from models.windows import MINUTE

ADDING, ADDED = kind_code("AddingProductToCartRequested"), kind_code("ProductAddedToCart")
START = 30_000_000  # minutes since the epoch


def told(*rows: tuple[int, int, int]) -> Facts:
    """Of (kind, minute, user)."""
    kind, minute, user = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    none = np.full(len(rows), MISSING)
    columns = Columns(
        kind=kind.astype(np.int16), time=(START + minute) * MINUTE, offset=np.arange(len(rows)), product=none,
        user=user, cart=none, quantity=none, price=np.full(len(rows), np.nan),
        event_id=np.full(len(rows), "", object), cause=none, request=none,
    )  # fmt: skip
    return per_minute(columns)


def visits(counts: MinuteCounts, until: int) -> list[int]:
    """Of every minute of the log until that one."""
    return counts.raw(START, START + until)[:, -1].tolist()


def closed(counts: MinuteCounts, until: int) -> MinuteCounts:
    counts.close((START + until) * MINUTE)
    return counts


def test_a_visit_is_counted_once_where_it_begins() -> None:
    counts = MinuteCounts()
    counts.absorb(told(*[(ADDING, 0, 7)] * 20, (ADDING, 1, 7), (ADDING, 1, 8), (ADDING, 59, 7), (ADDING, 119, 7)))

    assert visits(closed(counts, 120), 120) == [1, 1, *[0] * 117, 1]


def test_what_a_service_says_is_nobodys_visit() -> None:
    counts = MinuteCounts()
    counts.absorb(told((ADDED, 0, 7), (ADDING, 0, MISSING)))

    assert visits(closed(counts, 1), 1) == [0]


def test_who_asked_in_a_closed_minute_comes_too_late() -> None:
    counts = MinuteCounts()
    counts.absorb(told((ADDING, 0, 7), (ADDING, 1, 7)))
    closed(counts, 2).absorb(told((ADDING, 1, 8)))
    counts.absorb(told((ADDING, 2, 8)))

    assert visits(closed(counts, 3), 3) == [1, 0, 1]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_telling_and_of_closing_and_a_restart_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [(ADDING, int(minute), int(user)) for minute, user in rng.integers((0, 0), (400, 40), (900, 2))]
    at_once, bit_by_bit = MinuteCounts(), MinuteCounts()
    at_once.absorb(told((ADDING, 0, 99), *rows))
    bit_by_bit.absorb(told((ADDING, 0, 99)))
    for minute in rng.permutation(400).tolist():
        mine = [row for row in rows if row[1] == minute]
        if mine:
            bit_by_bit.absorb(told(*mine))
    closed(at_once, 400)
    for until in range(1, 401):
        closed(bit_by_bit, until)
        bit_by_bit = MinuteCounts.restored(bit_by_bit.save()) if until % 100 == 0 else bit_by_bit

    minute, user = np.array([(0, 99), *((minute, user) for _, minute, user in rows)]).T
    assert visits(at_once, 400) == visits(bit_by_bit, 400) == np.bincount(begun(minute, user), minlength=400).tolist()
    assert at_once.save()["visitors"] == bit_by_bit.save()["visitors"]


def test_who_left_is_forgotten() -> None:
    counts = MinuteCounts()
    counts.absorb(told(*[(ADDING, minute, minute) for minute in range(500)]))
    for until in range(1, 501):
        closed(counts, until)

    assert len(counts.visitors.last) <= 2 * 60
    assert not counts.visitors.asking


def test_requests_are_what_no_message_causes() -> None:
    assert is_request()[ADDING]
    assert not is_request()[ADDED]
