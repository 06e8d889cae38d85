"""Snapshots: a detector's whole state in a table, in chunks, with the offset up to which reports are in it.

After a restart the detector goes on from the report behind that offset, so state and position can never disagree,
whatever was committed. Two generations of chunks alternate and the head is written last: a crash in between leaves
the older one whole, as long as that one is on the broker before the next begins, which would write over its
predecessor. Every writer has chunks of its own: one that hung and lost its partition may still finish what it
was writing, beside its successor. Whichever head comes last then names a whole state, with its own position.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

import msgspec

from stream_app.errors import UnusableState

CHUNK_BYTES = 400_000  # below Kafka's default limit of 1 MB a record, with room for its overhead
HEAD = b"head"
BESIDE = b"beside/"  # begins the keys of records that are no snapshot's
DIGEST_BYTES = 16


class Store(Protocol):
    """What snapshots need of a table: bytes by partition and key."""

    def get(self, partition: int, key: bytes) -> bytes | None: ...

    def put(self, partition: int, key: bytes, value: bytes | None) -> None: ...

    def items(self, partition: int) -> Iterator[tuple[bytes, bytes]]: ...

    def is_flushed(self, partition: int) -> bool:
        """Whether all that was put is where a crash cannot take it away."""


class FakeStore:
    """A table in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, bytes], bytes] = {}

    def get(self, partition: int, key: bytes) -> bytes | None:
        return self.rows.get((partition, key))

    def put(self, partition: int, key: bytes, value: bytes | None) -> None:
        self.rows.pop((partition, key), None)
        if value is not None:
            self.rows[partition, key] = value

    def items(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        return ((key, value) for (held, key), value in list(self.rows.items()) if held == partition)

    def is_flushed(self, partition: int) -> bool:
        return True


class Head(msgspec.Struct, array_like=True, frozen=True):
    """Which chunks make up the newest snapshot."""

    generation: int
    chunks: int
    offset: int  # offset of the last report that is in the state
    digest: bytes
    writer: str = ""
    beside: bytes = b""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A detector's state, the offset of the last report in it, and what else is true at that offset."""

    state: bytes
    offset: int
    beside: bytes = b""


class Snapshots:
    """Snapshots of one detector in partition 0 of a store. `writer` names this process among all that ever write."""

    def __init__(self, store: Store, writer: str | None = None) -> None:
        self.store = store
        self._writer = secrets.token_hex(4) if writer is None else writer

    def save(self, snapshot: Snapshot) -> None:
        """Put a snapshot in place of the older one."""
        writing = self.begin()
        writing.add(snapshot.state)
        self.end(writing, snapshot.offset, snapshot.beside)

    @property
    def is_kept(self) -> bool:
        """Whether the last snapshot is where a crash cannot take it away; before that no other may begin."""
        return self.store.is_flushed(0)

    def begin(self) -> "Writing":
        """A snapshot that is written piece by piece; it counts once it has ended, until then the older one does."""
        old = self._head()
        return Writing(self.store, self._writer, old.generation + 1 if old else 0)

    def end(self, writing: "Writing", offset: int, beside: bytes = b"") -> None:
        """The state is whole; `offset` is that of the last report in it, `beside` a little more that belongs to it."""
        old = self._head()
        self.store.put(0, HEAD, msgspec.msgpack.encode(writing.head(offset, beside)))
        if old and old.writer != self._writer:
            self._clear(old.writer)

    def load(self) -> Snapshot | None:
        """The newest snapshot, None when there is none; UnusableState when it is damaged."""
        head = self._head()
        if head is None:
            return None
        chunks = [self.store.get(0, _key(head.writer, head.generation, number)) for number in range(head.chunks)]
        state = b"".join(chunk or b"" for chunk in chunks)
        if blake2b(state, digest_size=DIGEST_BYTES).digest() != head.digest:
            raise UnusableState("the stored snapshot is damaged")
        return Snapshot(state, head.offset, head.beside)

    def _clear(self, predecessor: str) -> None:
        """Drop the chunks of earlier writers, but not the predecessor's: it may only hang."""
        kept = (BESIDE, f"{self._writer}/".encode(), f"{predecessor}/".encode())
        for key in [key for key, _ in self.store.items(0) if key != HEAD and not key.startswith(kept)]:
            self.store.put(0, key, None)

    def _head(self) -> Head | None:
        raw = self.store.get(0, HEAD)
        return msgspec.msgpack.decode(raw, type=Head) if raw else None


class Writing:
    """Chunks of one generation, put into the store as they fill."""

    def __init__(self, store: Store, writer: str, generation: int) -> None:
        self.size = 0  # bytes
        self._store = store
        self._writer = writer
        self._generation = generation
        self._chunks = 0
        self._rest = bytearray()
        self._hash = blake2b(digest_size=DIGEST_BYTES)

    def add(self, piece: bytes) -> None:
        """The next bytes of the state."""
        self.size += len(piece)
        self._hash.update(piece)
        self._rest += piece
        while len(self._rest) >= CHUNK_BYTES:
            self._put(bytes(self._rest[:CHUNK_BYTES]))
            del self._rest[:CHUNK_BYTES]

    def head(self, offset: int, beside: bytes = b"") -> Head:
        """What names the whole of it."""
        if self._rest:
            self._put(bytes(self._rest))
            self._rest.clear()
        return Head(self._generation, self._chunks, offset, self._hash.digest(), self._writer, beside)

    def _put(self, chunk: bytes) -> None:
        self._store.put(0, _key(self._writer, self._generation, self._chunks), chunk)
        self._chunks += 1


def _key(writer: str, generation: int, number: int) -> bytes:
    return f"{writer}/{generation % 2}/{number}".encode()
