"""Causes before effects: facts wait until every source has been read so far."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models import waiting as module
from models.detector import Detector
from models.facts import EntityKind, Facts, facts
from models.report import Report
from models.waiting import Waiting
from models.windows import Watermark
from tests.builders.sample_scenario import HundredPieces, PiecesScenario

CARTS, ORDERS = "cart-events/0", "order-events/0"


def some(*times: int, pieces: int = 1) -> Facts:
    """A fact a time, all of product 7."""
    count = len(times)
    return facts(
        EntityKind.PRODUCT,
        np.full(count, 7),
        np.array(times),
        1_000,
        0,
        amount=np.full(count, pieces),
        offset=np.arange(count),
        event_id=np.array([str(time) for time in times], object),
    )


def report(source: str, held: Facts, seen_until: int, *, caught_up: bool) -> Report:
    return Report(source, 0, len(held) - 1, seen_until, caught_up, 0, held)


def detector(lateness_ms: int = 0) -> Detector:
    return Detector(PiecesScenario(), HundredPieces(), Watermark(lateness_ms, frozenset({CARTS, ORDERS})))


def test_what_all_sources_have_reached_is_released_and_the_rest_waits() -> None:
    waiting = Waiting()
    waiting.add(CARTS, some(1_000, 9_000))

    assert [part.first.tolist() for _, part in waiting.release(5_000)] == [[1_000]]
    assert [part.first.tolist() for _, part in waiting.release(None)] == [[9_000]]
    assert waiting.size == 0


def test_a_source_that_is_behind_holds_the_others_back_until_it_comes() -> None:
    """INVARIANT: nobody is judged by an effect whose cause was not read yet. Else a reader that catches up accuses."""
    brain = detector()
    brain.absorb(report(CARTS, some(60_000, pieces=150), 60_000, caught_up=True))
    brain.absorb(report(ORDERS, Facts.empty(), 10_000, caught_up=False))
    assert brain.judge().changes == []

    brain.absorb(report(ORDERS, Facts.empty(), 61_000, caught_up=False))

    assert [change.status for change, _ in brain.judge().changes] == ["opened"]


def test_while_all_are_read_to_their_end_nothing_waits() -> None:
    brain = detector(lateness_ms=30_000)
    brain.absorb(report(ORDERS, Facts.empty(), 40_000, caught_up=True))
    brain.absorb(report(CARTS, some(60_000, pieces=150), 60_000, caught_up=True))

    assert [change.status for change, _ in brain.judge().changes] == ["opened"]


def test_what_comes_long_after_a_source_was_read_to_its_end_waits_until_that_is_said_anew() -> None:
    """INVARIANT: the first source to be read again after an outage is not judged as if the others had been silent."""
    brain = detector(lateness_ms=30_000)
    brain.absorb(report(ORDERS, Facts.empty(), 40_000, caught_up=True))
    brain.absorb(report(CARTS, some(3_600_000, pieces=150), 3_600_000, caught_up=True))
    assert brain.judge().changes == []

    brain.absorb(report(ORDERS, Facts.empty(), 40_000, caught_up=True))

    assert [change.status for change, _ in brain.judge().changes] == ["opened"]


def test_what_waits_survives_a_restart() -> None:
    before, after = detector(), detector()
    before.absorb(report(CARTS, some(60_000, pieces=150), 60_000, caught_up=True))
    before.absorb(report(ORDERS, Facts.empty(), 10_000, caught_up=False))
    before.judge()

    after.load(before.save())
    after.absorb(report(ORDERS, Facts.empty(), 61_000, caught_up=True))

    assert [change.status for change, _ in after.judge().changes] == ["opened"]


def test_too_much_is_let_through_and_counted(monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    waiting = Waiting()
    waiting.add(CARTS, some(1_000, 2_000, 3_000))

    released = waiting.release(0)

    assert sum(len(part) for _, part in released) == 3
    assert (waiting.size, waiting.forced) == (0, 3)


@given(
    st.lists(st.lists(st.integers(0, 50), min_size=1, max_size=6), max_size=8),
    st.lists(st.integers(0, 50), min_size=1, max_size=6),
)
def test_rows_go_when_they_are_due_in_the_order_they_came(parts: list[list[int]], moments: list[int]) -> None:
    """INVARIANT: what is released, and in which order, depends on time alone, not on how it is kept."""
    waiting, left = Waiting(), [list(part) for part in parts]
    for part in parts:
        waiting.add(CARTS, some(*part))

    for until in sorted(moments):
        due = [[time for time in part if time <= until] for part in left]
        left = [[time for time in part if time > until] for part in left]

        assert [held.first.tolist() for _, held in waiting.release(until)] == [part for part in due if part]
        assert waiting.size == sum(map(len, left))
        kept = [time for part in left for time in part]
        assert [time for _, held in Waiting.restored(waiting.save()).release(None) for time in held.first] == kept
