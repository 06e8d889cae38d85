"""Snapshots of a state: whole, the newest, whoever wrote them."""

import msgspec

from stream_app.snapshots import BESIDE, CHUNK_BYTES, HEAD, FakeStore, Snapshot, Snapshots


def test_a_large_state_is_kept_in_chunks_and_the_newest_wins() -> None:
    snapshots = Snapshots(store := FakeStore())
    snapshots.save(Snapshot(b"a" * (2 * CHUNK_BYTES + 1), 5))
    snapshots.save(Snapshot(b"b" * (CHUNK_BYTES + 1), 9))

    assert Snapshots(store).load() == Snapshot(b"b" * (CHUNK_BYTES + 1), 9)


def test_what_a_writer_that_hung_still_writes_leaves_a_whole_state() -> None:
    """INVARIANT: two writers never mix: a state is one writer's, with that writer's position.

    A mixture is refused, and then all is lost that the reports of a day do not tell again.
    """
    hung, successor = (store := FakeStore()), FakeStore()
    first = Snapshots(hung, "first")
    first.save(Snapshot(b"a" * (CHUNK_BYTES + 1), 5))
    successor.rows |= hung.rows
    Snapshots(successor, "second").save(Snapshot(b"b" * (CHUNK_BYTES + 1), 9))

    before = dict(hung.rows)
    first.save(Snapshot(b"c" * (CHUNK_BYTES + 1), 7))
    written = [(key, value) for key, value in store.rows.items() if before.get(key) != value]

    for count in range(len(written) + 1):
        changelog = FakeStore()
        changelog.rows = {**successor.rows, **dict(written[:count])}
        assert Snapshots(changelog).load() is not None


def test_chunks_of_writers_long_gone_are_dropped() -> None:
    store = FakeStore()
    for number in range(5):
        Snapshots(store, f"writer-{number}").save(Snapshot(b"state", number))

    assert {key.partition(b"/")[0] for key, _ in store.items(0)} == {HEAD, b"writer-3", b"writer-4"}


def test_a_new_writer_leaves_what_is_no_snapshots() -> None:
    store = FakeStore()
    store.put(0, BESIDE + b"7", b"an hour")

    for number in range(3):
        Snapshots(store, f"writer-{number}").save(Snapshot(b"state", number))

    assert store.get(0, BESIDE + b"7") == b"an hour"


def test_a_head_of_before_has_nothing_beside_it() -> None:
    store = FakeStore()
    Snapshots(store, "first").save(Snapshot(b"state", 5))
    store.put(0, HEAD, msgspec.msgpack.encode(msgspec.msgpack.decode(store.get(0, HEAD) or b"")[:-1]))

    assert Snapshots(store).load() == Snapshot(b"state", 5)
