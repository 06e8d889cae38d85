"""What is read twice is counted once: combiner, report and ledger under crash, rewind and repetition."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models import report as reports
from models.columns import Columns
from models.combiner import Combiner
from models.facts import EntityKind, Facts, facts
from models.ledger import MOST_EARLIER, Ledger


def _accumulate(columns: Columns) -> Facts:
    return facts(
        EntityKind.PRODUCT,
        columns.product,
        columns.time,
        60_000,
        0,
        key=columns.user,
        amount=columns.quantity,
        offset=columns.offset,
        event_id=columns.event_id,
    )


SEGMENT = 64
SCENARIO = SimpleNamespace(accumulate=_accumulate, SPEC=SimpleNamespace(stem="sample"))


def events(first: int, count: int) -> Columns:
    """Made-up events at the offsets from `first` on; the content follows from the offset alone."""
    offset = np.arange(first, first + count)
    return Columns(
        kind=np.zeros(count, np.int16),
        time=offset * 700,
        offset=offset,
        product=offset % 5,
        user=offset % 3,
        cart=offset % 3,
        quantity=offset % 4,
        price=np.ones(count),
        event_id=np.array([str(o) for o in offset], object),
        cause=np.full(count, -1),
        request=np.full(count, -1),
    )


def totals(parts: list[Facts]) -> dict[tuple[int, ...], tuple[int, int]]:
    """Sum of the increments by row."""
    grouped = Facts.concat(parts).grouped()
    names = zip(grouped.entity.tolist(), grouped.bucket.tolist(), grouped.key.tolist(), strict=True)
    return dict(zip(names, zip(grouped.n.tolist(), grouped.amount.tolist(), strict=True), strict=True))


def reader(source: str = "s", log: str = "") -> Combiner:
    return Combiner(SCENARIO, source, SEGMENT, log)


def read(combiner: Combiner, first: int, last: int, step: int) -> list[reports.Report]:
    """Reports of a reader that goes from `first` to `last` (exclusive) in batches of at most `step`."""
    made = []
    while first < last:
        count = min(step, last - first, SEGMENT - first % SEGMENT)
        changed = combiner.absorb(events(first, count), first + count - 1)
        made.append(combiner.report(changed, caught_up=False, clock=0))
        first += count
    return made


END = 3 * SEGMENT + 10


@given(st.lists(st.tuples(st.integers(0, END), st.integers(1, 97)), max_size=4), st.integers(1, 97))
def test_crashes_change_nothing_that_was_counted(crashes: list[tuple[int, int]], step: int) -> None:
    """INVARIANT: every event is counted exactly once, wherever readers die and start again.

    Without it a restart would double a user's pieces, or a rebalance would lose them.
    """
    undisturbed = totals([_accumulate(events(0, END))])
    ledger = Ledger()
    increments = []
    for stop, size in [*crashes, (END, step)]:  # each reader starts at its segment's start: the rewind after a crash
        seen = (increments and max(ledger.sources["s"].segment, 0) * SEGMENT) or 0
        for made in read(reader(), seen, max(stop, seen), size):
            increments += map(ledger.increments, reports.decode(reports.encode(made)))

    assert totals(increments) == undisturbed


def test_reports_of_a_reader_that_was_replaced_change_nothing() -> None:
    ledger = Ledger()
    old = read(reader(), 0, 80, 10)
    new = read(reader(), 0, 120, 7)

    taken = [ledger.increments(made) for made in [*old[:5], *new[:9], *old[5:], *new[9:]]]

    assert totals(taken) == totals([_accumulate(events(0, 120))])


def test_a_segment_whose_beginning_is_gone_counts_as_before() -> None:
    def each_in_a_bucket(columns: Columns) -> Facts:
        return replace(_accumulate(columns), bucket=columns.time)

    scenario = SimpleNamespace(accumulate=each_in_a_bucket, SPEC=SCENARIO.SPEC)
    ledger = Ledger()
    whole = read(Combiner(scenario, "s", SEGMENT), 0, 40, 10)
    cut = read(Combiner(scenario, "s", SEGMENT), 25, 60, 10)  # retention took what is before

    taken = [ledger.increments(made) for made in [*whole, *cut]]

    assert totals(taken) == totals([each_in_a_bucket(events(0, 60))])


def test_a_log_that_takes_the_place_of_another_counts_anew() -> None:
    """INVARIANT: a topic that was deleted and created again under its name loses no record and counts none twice."""
    ledger = Ledger()
    before, after = read(reader(log="first"), 0, 2 * SEGMENT + 9, 10), read(reader(log="second"), 0, SEGMENT + 5, 7)

    taken = [ledger.increments(made) for made in [*before, *after[:4], *before[-3:], *after, *before[-3:]]]

    whole = [_accumulate(events(0, 2 * SEGMENT + 9)), _accumulate(events(0, SEGMENT + 5))]
    assert totals(taken) == totals(whole)


def test_a_log_whose_name_is_learnt_late_is_the_one_that_was_read() -> None:
    ledger = Ledger()
    nameless, named = read(reader(), 0, 30, 10), read(reader(log="first"), 0, 50, 10)

    taken = [ledger.increments(made) for made in [*nameless, *named]]

    assert totals(taken) == totals([_accumulate(events(0, 50))])
    assert not any(map(ledger.is_another_log, [*nameless, *named]))


def test_the_memory_of_earlier_logs_is_bounded() -> None:
    ledger = Ledger()

    for number in range(100):
        ledger.increments(read(reader(log=f"log {number}"), 0, 1, 1)[0])

    assert len(ledger.sources["s"].earlier) == MOST_EARLIER


def test_a_report_survives_the_topic() -> None:
    (made,) = read(reader("cart-events/3", "first"), 0, 5, 5)

    (again,) = reports.decode(reports.encode(made))

    assert (again.source, again.segment, again.last_offset, again.seen_until) == ("cart-events/3", 0, 4, 2800)
    assert again.log == "first"
    assert totals([again.facts]) == totals([made.facts])
    assert again.facts.event_id.tolist() == made.facts.event_id.tolist()
