"""Snapshots of a state: whole, the newest, whoever wrote them."""

import msgspec
import pytest
from structlog.testing import capture_logs

from stream_app.snapshots import BESIDE, CHUNK_BYTES, HEAD, FakeStore, Snapshot, Snapshots


def test_a_large_state_is_kept_in_chunks_and_the_newest_wins() -> None:
    snapshots = Snapshots(store := FakeStore())
    snapshots.save(Snapshot(b"a" * (2 * CHUNK_BYTES + 1), 5))
    snapshots.save(Snapshot(b"b" * (CHUNK_BYTES + 1), 9))

    assert Snapshots(store).load() == Snapshot(b"b" * (CHUNK_BYTES + 1), 9)


@pytest.mark.parametrize("successors", [1, 2, 3])
def test_what_a_writer_that_hung_still_writes_changes_nothing(successors: int) -> None:
    """INVARIANT: two writers never mix: a state is one writer's, with that writer's position, and the newest counts.

    A mixture is refused, and then all is lost that the reports of a day do not tell again.
    """
    hung, others = FakeStore(), FakeStore()
    first = Snapshots(hung)
    first.save(Snapshot(b"a" * (CHUNK_BYTES + 1), 5))
    others.rows |= hung.rows
    for number in range(successors):
        newest = Snapshot(b"b" * (CHUNK_BYTES + 1), 9 + number)
        Snapshots(others).save(newest)

    before = dict(hung.rows)
    first.save(Snapshot(b"c" * (CHUNK_BYTES + 1), 7))
    written = [(key, value) for key, value in hung.rows.items() if before.get(key) != value]

    assert len(written) == 3
    for count in range(len(written) + 1):
        changelog = FakeStore()
        changelog.rows = {**others.rows, **dict(written[:count])}
        assert Snapshots(changelog).load() == newest


def test_a_snapshot_of_which_a_part_is_gone_is_passed_over() -> None:
    store, ahead = FakeStore(), FakeStore()
    Snapshots(store, lambda: "first").save(Snapshot(b"state", 5))
    ahead.rows |= store.rows
    Snapshots(ahead, lambda: "second").save(Snapshot(b"newer", 9))
    store.rows |= {(0, key): value for key, value in ahead.items(0) if key == b"second" + HEAD}

    with capture_logs() as said:
        found = Snapshots(store).load()

    assert found == Snapshot(b"state", 5)
    assert [(each["log_level"], each["offset"]) for each in said] == [("warning", 9)]


def test_who_takes_a_state_up_again_writes_over_nothing_of_before() -> None:
    """INVARIANT: until a new state is whole, one that was found stays. An owner between may only hang, and still drop
    all that this one wrote before, when it takes up the state again.
    """
    first = Snapshots(store := FakeStore())
    first.save(Snapshot(b"old", 4))
    first.save(Snapshot(b"state", 5))
    before = dict(store.rows)

    first.load()
    writing = first.begin()
    writing.add(b"newer")
    writing.head(9)

    assert before.items() <= store.rows.items()
    assert len(store.rows) == len(before) + 1


def test_what_writers_before_have_left_is_dropped() -> None:
    store = FakeStore()
    for number in range(5):
        Snapshots(store, f"writer-{number}".format).save(Snapshot(b"state", number))

    assert {key.partition(b"/")[0] for key, _ in store.items(0)} == {b"writer-4"}


def test_a_new_writer_leaves_what_is_no_snapshots() -> None:
    store = FakeStore()
    store.put(0, BESIDE + b"7", b"an hour")

    for number in range(3):
        Snapshots(store).save(Snapshot(b"state", number))

    assert store.get(0, BESIDE + b"7") == b"an hour"


def test_a_head_of_before_has_nothing_beside_it() -> None:
    store = FakeStore()
    Snapshots(store, lambda: "first").save(Snapshot(b"state", 5))
    head = store.get(0, b"first" + HEAD) or b""
    store.put(0, b"first" + HEAD, msgspec.msgpack.encode(msgspec.msgpack.decode(head)[:-1]))

    assert Snapshots(store).load() == Snapshot(b"state", 5)
