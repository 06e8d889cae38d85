"""Many sources counted at once, and what is kept of them: the same as one by one, also across a restart."""

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.combiner import Combiner, count_together, new_slots
from models.facts import Facts
from models.ledger import Ledger, SourceLedger
from models.report import Report
from models.slots import FIRST_SLOTS, Slots
from tests.unit.models.test_exactness import SCENARIO, SEGMENT, events, read, reader

SOURCES = ("a", "b", "c")
stretches = st.lists(st.tuples(st.sampled_from(SOURCES), st.integers(1, 50)), min_size=1, max_size=30)


def reports(parts: list[tuple[str, int]]) -> list[Report]:
    """What three readers say in turn, each some records further."""
    readers = {source: (reader(source), 0) for source in SOURCES}
    said = []
    for source, count in parts:
        combiner, at = readers[source]
        said += read(combiner, at, at + count, 20)
        readers[source] = combiner, at + count
    return said


def rows(facts: Facts) -> list[list[int]]:
    return [getattr(facts, name).tolist() for name in ("entity", "bucket", "key", "n", "amount", "first", "last")]


@given(stretches, st.integers(0, 60))
def test_reports_taken_together_bring_what_they_bring_one_by_one(parts: list[tuple[str, int]], restart: int) -> None:
    """INVARIANT: neither how reports share a record nor a restart changes what is counted."""
    said = reports(parts) + reports(parts[:3])  # some of them once more
    one_by_one, together = Ledger(), Ledger()

    alone = [one_by_one.increments(report) for report in said]
    first = together.increments_of(said[:restart])
    saved = msgspec.msgpack.decode(msgspec.msgpack.encode(together.save()), type=dict[str, SourceLedger])
    again = Ledger.restored(saved)
    second = again.increments_of(said[restart:])

    assert list(map(rows, alone)) == list(map(rows, [*first, *second]))
    assert {source: again.known(source) for source in again.sources} == {
        source: one_by_one.known(source) for source in one_by_one.sources
    }


@given(st.lists(st.integers(1, 40), min_size=2, max_size=6))
def test_combiners_that_count_together_count_as_each_alone(counts: list[int]) -> None:
    slots = new_slots()
    shared = [Combiner(SCENARIO, str(number), SEGMENT, slots=slots) for number in range(len(counts))]
    alone = [Combiner(SCENARIO, str(number), SEGMENT) for number in range(len(counts))]

    for first in (0, SEGMENT):  # the second time in another segment
        parts = [SCENARIO.accumulate(events(first, count)).grouped() for count in counts]
        for combiner, count in zip(shared, counts, strict=True):
            combiner.move(first + count - 1, 1)
        bounds = np.cumsum([0, *map(len, parts)]).tolist()
        told = count_together(shared, Facts.concat(parts), bounds)
        expected = [
            combiner.absorb(events(first, count), first + count - 1)
            for combiner, count in zip(alone, counts, strict=True)
        ]
        assert list(map(rows, told)) == list(map(rows, expected))


def test_what_was_saved_of_before_is_taken_up() -> None:
    """As rows stood in a snapshot when each was a key of a mapping."""
    (said,) = reports([("a", 10)])
    names = zip(
        *(getattr(said.facts, name).tolist() for name in ("kind", "entity", "bucket", "tag", "key")), strict=True
    )
    counters = zip(said.facts.n.tolist(), said.facts.amount.tolist(), strict=True)
    raw = msgspec.msgpack.encode({"a": [0, dict(zip(names, counters, strict=True)), "log", ["earlier"]]})

    ledger = Ledger.restored(msgspec.msgpack.decode(raw, type=dict[str, SourceLedger]))

    assert len(ledger.increments(said)) == 0
    assert ledger.known("a")[:3] == (0, "log", ["earlier"])


def test_slots_that_are_given_back_begin_anew_and_the_table_does_not_grow() -> None:
    """INVARIANT: memory follows the largest segments that were open at once, not the time."""
    slots = Slots((7, 8))
    kept = slots.index()
    (at,) = slots.of([kept], [b"kept"], [0, 1])
    slots.table[at] = 1
    for _ in range(5):
        index = slots.index()
        at = slots.of([index], [b"%d" % number for number in range(FIRST_SLOTS - 1)], [0, FIRST_SLOTS - 1])
        assert np.unique(slots.table[at], axis=0).tolist() == [[7, 8]]
        slots.table[at] = 2
        slots.release(index)

    assert len(slots.table) == FIRST_SLOTS
    assert slots.table[kept[b"kept"]].tolist() == [1, 1]
