from collections.abc import Callable
from pathlib import Path

import pytest
from faust.exceptions import ImproperlyConfigured

from stream_app.batching.partition_store import MemoryStore, PartitionStore, RocksStore, Stores


@pytest.fixture(params=["memory", "rocksdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PartitionStore:
    make: dict[str, Callable[[], PartitionStore]] = {
        "memory": MemoryStore,
        "rocksdb": lambda: RocksStore(tmp_path / "0"),
    }
    return make[request.param]()


def test_a_new_store_is_empty(store: PartitionStore) -> None:
    assert (store.offset, store.get(b"k"), list(store.items())) == (None, None, [])


def test_writes_are_read_and_the_last_one_counts(store: PartitionStore) -> None:
    store.write([(b"a", b"1"), (b"", b"empty key"), (b"o", b"a key like the offset's")], 4)
    store.write([(b"a", b"2"), (b"b", b"3"), (b"b", None)], 9)

    assert store.offset == 9
    assert (store.get(b"a"), store.get(b"b")) == (b"2", None)
    assert dict(store.items()) == {b"a": b"2", b"": b"empty key", b"o": b"a key like the offset's"}


def test_writing_while_reading_is_safe(store: PartitionStore) -> None:
    store.write([(b"%d" % i, b"x") for i in range(100)], 1)

    for key, _ in store.items():
        store.write([(key, None), (b"new " + key, b"y")], 2)

    assert all(key.startswith(b"new ") for key, _ in store.items())


def test_rocksdb_keeps_values_and_offset_and_memory_does_not(tmp_path: Path) -> None:
    for scheme, kept in (("rocksdb", (b"1", 7)), ("memory", (None, None))):
        stores = Stores(scheme, tmp_path / scheme)
        stores.open(0).write([(b"k", b"1")], 7)
        stores.keep([])
        reopened = stores.open(0)
        assert (reopened.get(b"k"), reopened.offset) == kept


def test_a_store_of_a_partition_that_went_away_is_closed(tmp_path: Path) -> None:
    stores = Stores("memory", tmp_path)
    gone, kept = stores.open(0), stores.open(1)

    stores.keep([1])

    assert (stores.is_open(gone), stores.is_open(kept)) == (False, True)


def test_an_unknown_scheme_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="memory:// or rocksdb://"):
        Stores("redis", tmp_path)
