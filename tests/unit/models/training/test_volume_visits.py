"""What a single visit may bring, learnt from a log."""

import numpy as np

from models.columns import MISSING, Columns, kind_code
from models.training.volume_visits import NO_VISITS, largest, visits_of
from models.volume.families import groups, membership
from models.windows import MINUTE

ADDING, ORDERED = kind_code("AddingProductToCartRequested"), kind_code("OrderCreated")
SPANS = (1, 5)


def log(*rows: tuple[int, int, int, int]) -> Columns:
    """Of (kind, minute, user, cart)."""
    kind, minute, user, cart = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    none = np.full(len(rows), MISSING)
    return Columns(
        kind=kind.astype(np.int16), time=minute * MINUTE, offset=np.arange(len(rows)), product=none, user=user,
        cart=cart, quantity=none, price=np.full(len(rows), np.nan), event_id=np.full(len(rows), "", object),
        cause=none, request=none,
    )  # fmt: skip


def of_shop(columns: Columns) -> list[float]:
    """Of all messages, by span."""
    whole = next(at for at, group in enumerate(groups()) if group.role == "all")
    return largest(visits_of(columns), membership(), SPANS)[:, whole].tolist()


def test_the_largest_visit_but_one_says_what_is_possible() -> None:
    import_ = [(ADDING, 5_000, 9, MISSING)] * 900
    crowd = [(ADDING, 100, user, MISSING) for user in range(10, 400)]
    orders = [(ADDING, 100 + day * 1_440, 7, MISSING) for day in range(3)] * 40
    assert of_shop(log(*import_, *crowd, *orders)) == [50.0, 50.0]


def test_a_visit_that_lasts_brings_more_in_a_longer_span() -> None:
    slow = [(ADDING, 100 + day * 1_440 + minute, 7, MISSING) for day in range(3) for minute in range(3)] * 8
    assert of_shop(log(*slow)) == [10.0, 30.0]


def test_a_cart_is_its_users_where_that_is_known() -> None:
    told = [(ADDING, 100 + day * 1_440, 7, 3) for day in range(3)]
    untold = [(ORDERED, 100 + day * 1_440, MISSING, 3) for day in range(3)]
    assert of_shop(log(*told, *untold)) == [2.5, 2.5]


def test_what_names_nobody_is_no_visit() -> None:
    assert of_shop(log(*[(ADDING, minute, MISSING, MISSING) for minute in range(9)])) == [0.0, 0.0]
    assert not largest(NO_VISITS, membership(), SPANS).any()
