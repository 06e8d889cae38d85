"""Partitions in one order, whatever pieces they come in."""

from hypothesis import given
from hypothesis import strategies as st

from stream_app.recording.lines import Line
from stream_app.recording.merging import Merging
from tests.builders.recorded import arrived_at

SOURCES = ("cart-events/0", "cart-events/1", "order-events/0")


def test_a_line_waits_until_no_other_source_can_bring_an_earlier_one() -> None:
    merging = Merging()
    merging.add("a/0", [arrived_at(10, "a/0"), arrived_at(30, "a/0", 1)])

    assert merging.settled(["a/0", "b/0"]) == []

    merging.add("b/0", [arrived_at(20, "b/0")])
    assert [line.arrived for line in merging.settled(["a/0", "b/0"])] == [10, 20]
    assert merging.count("a/0") == 1
    assert [line.arrived for line in merging.settled([])] == [30]


def test_who_has_ended_holds_up_nobody() -> None:
    merging = Merging()
    merging.add("a/0", [arrived_at(10, "a/0")])

    assert [line.arrived for line in merging.settled(["a/0"])] == [10]


@given(
    st.lists(st.lists(st.integers(0, 50), max_size=20).map(sorted), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5)), max_size=40),
)
def test_the_order_is_that_of_arrival_and_nothing_is_lost(
    arrivals: list[list[int]], turns: list[tuple[int, int]]
) -> None:
    """INVARIANT: sorted by arrival over all sources, by offset within each, however they are fetched."""
    sent = {
        source: [arrived_at(at, source, offset) for offset, at in enumerate(times)]
        for source, times in zip(SOURCES, arrivals, strict=True)
    }
    left = {source: list(lines) for source, lines in sent.items()}
    merging, found = Merging(), list[Line]()
    for place, count in [*turns, (0, 20), (1, 20), (2, 20)]:
        source = SOURCES[place]
        merging.add(source, left[source][:count])
        left[source] = left[source][count:]
        found += merging.settled([source for source, lines in left.items() if lines])
    found += merging.settled([])

    assert [line.arrived for line in found] == sorted(at for times in arrivals for at in times)
    for source, lines in sent.items():
        assert [line for line in found if line.source == source] == lines
