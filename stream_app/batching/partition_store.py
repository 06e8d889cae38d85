"""Where a table keeps one partition: in memory, or in RocksDB together with the changelog offset it includes."""

import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from faust.exceptions import ImproperlyConfigured

from stream_app.batching.errors import StoreUnwritable

log = logging.getLogger(__name__)
Change = tuple[bytes, bytes | None]  # None deletes the key


class PartitionStore(Protocol):
    """One partition of a table. `offset` is the changelog offset up to which it is complete, None when it is empty."""

    @property
    def offset(self) -> int | None: ...

    def get(self, key: bytes) -> bytes | None:
        """Value of the key, None when it has none."""

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Every key and value; safe while others write."""

    def write(self, changes: Iterable[Change], offset: int) -> None:
        """Apply the changes and the offset, all or nothing."""

    def close(self) -> None:
        """Release what is held open; what is on disk stays."""


class MemoryStore:
    """A dictionary; recovery reads the whole changelog after every start."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self.offset: int | None = None

    def get(self, key: bytes) -> bytes | None:
        """Value of the key."""
        return self._values.get(key)

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """A snapshot."""
        return iter(list(self._values.items()))

    def write(self, changes: Iterable[Change], offset: int) -> None:
        """Apply the changes."""
        for key, value in changes:
            if value is None:
                self._values.pop(key, None)
            else:
                self._values[key] = value
        self.offset = offset

    def close(self) -> None:
        """Drop everything."""
        self._values.clear()
        self.offset = None


class RocksStore:
    """A RocksDB folder; recovery reads only what the changelog has beyond the stored offset."""

    _OFFSET = b"o"
    _PREFIX = b"v"  # of every key of the table, so that none can be the offset's

    def __init__(self, folder: Path) -> None:
        import rocksdict

        self._folder = folder
        self._new_batch = lambda: rocksdict.WriteBatch(raw_mode=True)
        with _named(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            self._db = rocksdict.Rdict(str(folder), rocksdict.Options(raw_mode=True))

    @property
    def offset(self) -> int | None:
        """Changelog offset of the last write."""
        stored = self._db.get(self._OFFSET)
        return int(stored) if stored is not None else None

    def get(self, key: bytes) -> bytes | None:
        """Value of the key."""
        value: bytes | None = self._db.get(self._PREFIX + key)
        return value

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """RocksDB's own snapshot."""
        rows: Iterator[tuple[Any, Any]] = self._db.items(from_key=self._PREFIX)
        return ((key[1:], value) for key, value in rows)

    def write(self, changes: Iterable[Change], offset: int) -> None:
        """One write batch."""
        batch = self._new_batch()
        for key, value in changes:
            if value is None:
                batch.delete(self._PREFIX + key)
            else:
                batch.put(self._PREFIX + key, value)
        batch.put(self._OFFSET, str(offset).encode())
        with _named(self._folder):
            self._db.write(batch)

    def close(self) -> None:
        """Close the folder, so that it can be opened again; what could not be written is in the changelog."""
        try:
            with _named(self._folder):
                self._db.close()
        except StoreUnwritable as error:
            log.warning("closed without its newest rows: %s", error)


@contextmanager
def _named(folder: Path) -> Iterator[None]:
    """Trouble with a folder as `StoreUnwritable`."""
    try:
        yield
    except Exception as error:  # RocksDB's binding raises nothing more specific
        raise StoreUnwritable(f"{folder} cannot be written ({error})") from error


class Stores:
    """Opens the partitions of one table: `memory://` or `rocksdb://`."""

    def __init__(self, scheme: str, folder: Path) -> None:
        if scheme not in ("memory", "rocksdb"):
            raise ImproperlyConfigured(f"a batch table stores to memory:// or rocksdb://, not {scheme}://")
        self._scheme = scheme
        self._folder = folder
        self._open: dict[int, PartitionStore] = {}

    def open(self, partition: int) -> PartitionStore:
        """The store of a partition, opened on first use."""
        if partition not in self._open:
            folder = self._folder / str(partition)
            self._open[partition] = MemoryStore() if self._scheme == "memory" else RocksStore(folder)
        return self._open[partition]

    def is_open(self, store: PartitionStore) -> bool:
        """False once the store was closed."""
        return any(store is other for other in self._open.values())

    def keep(self, partitions: Iterable[int]) -> None:
        """Close every store but those of `partitions`."""
        for partition in self._open.keys() - set(partitions):
            self._open.pop(partition).close()

    def discard(self, partition: int) -> None:
        """Close a partition's store and delete what is on disk."""
        self.keep(self._open.keys() - {partition})
        shutil.rmtree(self._folder / str(partition), ignore_errors=True)

    def destroy(self) -> None:
        """Close everything and delete what is on disk."""
        self.keep(())
        shutil.rmtree(self._folder, ignore_errors=True)
